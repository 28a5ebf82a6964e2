"""Selects the jobs of a run, and says of every other one why it is not in it.

RULES is the file with the rules. A fact that cannot be known, because there is no earlier
commit to compare with, selects more, never less. The output `skipped` maps the ids of the
jobs that are left out to the reasons.
"""

import json
import os
import re
import subprocess
import sys


def read_rules(path):
    with open(path, encoding="utf-8") as file:
        return json.loads("".join(line for line in file if not line.startswith("#")))


def changed_files(event_name, event):
    """The files that differ from the state before, under their old and new names; None if unknown."""
    if event_name == "pull_request":
        base, range_ = event["pull_request"]["base"]["sha"], "..."
    elif event_name == "merge_group":
        base, range_ = event["merge_group"]["base_sha"], "..."
    elif event_name == "push":
        base, range_ = event.get("before", ""), ".."
    else:
        return None
    if not base.strip("0"):
        return None
    command = ["git", "diff", "--name-only", "--no-renames", "-z", f"{base}{range_}HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"::warning::git cannot compare with {base}: {done.stderr.strip()}")
        return None
    return [name for name in done.stdout.split("\0") if name]


def claims(patterns, path):
    """Whether the last pattern that matches a file is not a negated one."""
    claimed = False
    for pattern, positive in patterns:
        if re.fullmatch(pattern, path):
            claimed = positive
    return claimed


class Run:
    """What is known about a run."""

    def __init__(self, rules, event_name, event, files):
        self.rules = rules
        self.event_name = event_name
        self.event = event
        self.files = files
        self.touched = set()
        self.unclaimed = []
        for path in files or []:
            owners = [name for name, patterns in rules["paths"].items() if claims(patterns, path)]
            self.touched.update(owners)
            if not owners:
                self.unclaimed.append(path)

    def holds(self, condition):
        word, *rest = condition
        if word == "and":
            return all(self.holds(part) for part in rest)
        if word == "or":
            return any(self.holds(part) for part in rest)
        if word == "not":
            return not self.holds(rest[0])
        pull_request = self.event.get("pull_request") or {}
        if word == "changed":
            return self.files is None or rest[0] in self.touched
        if word == "label":
            return rest[0] in [label["name"] for label in pull_request.get("labels", [])]
        if word == "branch":
            branch = os.environ.get("GITHUB_BASE_REF") or os.environ.get("GITHUB_REF_NAME", "")
            return re.fullmatch(rest[0], branch) is not None
        if word == "fork":
            head = (pull_request.get("head") or {}).get("repo") or {}
            return bool(pull_request) and head.get("full_name") != os.environ["GITHUB_REPOSITORY"]
        if word == "input":
            axis, value, every = rest
            asked = [answer for name, answer in self.answers() if self.rules["inputs"][name] == axis]
            return not asked or asked[0] in (value, every)
        if word == "variable":
            return os.environ.get(f"VARIABLE_{rest[0]}", "") == rest[1]
        raise ValueError(f"unknown condition {word}")

    def answers(self):
        given = self.event.get("inputs") or {}
        return [(name, given[name]) for name in self.rules["inputs"] if given.get(name)]

    def reason(self, rule):
        """Why a job is left out; None if it is in the run."""
        if rule.get("manual") and self.event_name != "workflow_dispatch":
            return f"it runs when somebody asks for it: {rule['manual']}"
        for name, answer in self.answers():
            value = rule["axes"].get(self.rules["inputs"][name])
            if answer != "all" and value is not None and value != answer:
                return f"{name} {answer} was asked for"
        for condition in rule.get("when", []):
            if not self.holds(condition):
                return f"its condition does not hold: {json.dumps(condition)}"
        by_paths = self.rules["by_paths"] and self.files is not None and not self.unclaimed
        if by_paths and not self.touched.intersection(rule["affected_by"]):
            return "no changed file affects it"
        return None


def select(run):
    skipped = {}
    builds = {}
    for job, rule in run.rules["jobs"].items():
        if "needed_by" in rule:
            builds[job] = rule
            continue
        reason = run.reason(rule)
        if reason:
            skipped[job] = reason
    # From those that others need least to those they need most: what a build needs comes before it.
    for job in reversed(builds):
        rule = builds[job]
        wanted = [other for other in rule["needed_by"] if other not in skipped]
        affected = run.files is not None and run.touched.intersection(rule["affected_by"])
        if not wanted and not affected:
            skipped[job] = "no job of this run needs it"
    # What a build needs is in the run with it.
    for job in reversed(builds):
        if job in skipped and any(other not in skipped for other in builds[job]["needed_by"]):
            del skipped[job]
    return skipped


def main() -> int:
    rules = read_rules(os.environ["RULES"])
    event_name = os.environ["GITHUB_EVENT_NAME"]
    with open(os.environ["GITHUB_EVENT_PATH"], encoding="utf-8") as file:
        event = json.load(file)
    run = Run(rules, event_name, event, changed_files(event_name, event))
    if run.unclaimed and rules["by_paths"]:
        names = ", ".join(run.unclaimed[:10])
        if rules["unclaimed"] == "fail":
            print(f"::error::no paths declaration of the plan claims these files: {names}")
            return 1
        print(f"::notice::no paths declaration claims these files, so every job is selected: {names}")
    skipped = select(run)
    for job in rules["jobs"]:
        print(f"{'skipped' if job in skipped else 'selected':8} {job}  {skipped.get(job, '')}".rstrip())
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as file:
        file.write(f"skipped={json.dumps(skipped)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
