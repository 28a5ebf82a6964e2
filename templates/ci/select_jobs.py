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
    """The files that differ from the state before, under their old and new names; None if unknown.

    The state before a branch is that of the default branch where it was left, whatever was pushed
    before: what an earlier push broke is still broken.
    """
    if event_name == "pull_request":
        base, range_ = event["pull_request"]["base"]["sha"], "..."
    elif event_name == "merge_group":
        base, range_ = event["merge_group"]["base_sha"], "..."
    elif event_name == "push":
        default = event.get("repository", {}).get("default_branch", "")
        branch = event.get("ref", "").removeprefix("refs/heads/")
        if default and branch and not branch.startswith("refs/") and branch != default:
            base, range_ = f"refs/remotes/origin/{default}", "..."
        else:
            base, range_ = event.get("before", ""), ".."
    else:
        return None
    if not base.strip("0"):
        return None
    command = [
        "git",
        "diff",
        "--name-only",
        "--no-renames",
        "-z",
        f"{base}{range_}HEAD",
    ]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        why = " ".join(done.stderr.decode("utf-8", "replace").split())
        print(f"::warning::git cannot compare with {base}: {why}")
        return None
    # A name need not be text.
    return [
        name
        for name in done.stdout.decode("utf-8", "surrogateescape").split("\0")
        if name
    ]


def claims(patterns, path):
    """Whether the last pattern that matches a file is not a negated one."""
    claimed = False
    for pattern, positive in patterns:
        if re.fullmatch(pattern, path, re.DOTALL):
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
            owners = [
                name
                for name, patterns in rules["paths"].items()
                if claims(patterns, path)
            ]
            self.touched.update(owners)
            if not owners:
                self.unclaimed.append(path)

    def holds(self, condition):
        """Whether it holds; None if that is not known."""
        word, *rest = condition
        if word in ("and", "or"):
            decisive = word == "or"
            parts = {self.holds(part) for part in rest}
            if decisive in parts:
                return decisive
            return None if None in parts else not decisive
        if word == "not":
            inner = self.holds(rest[0])
            return None if inner is None else not inner
        pull_request = self.event.get("pull_request") or {}
        if word == "changed":
            # A file that nobody claims may be one of these.
            is_known = self.files is not None and not (
                self.rules["by_paths"] and self.unclaimed
            )
            return True if rest[0] in self.touched else False if is_known else None
        if word == "label":
            return rest[0] in [
                label["name"] for label in pull_request.get("labels", [])
            ]
        if word == "branch":
            branch = self.branch()
            return bool(branch and re.fullmatch(rest[0], branch, re.DOTALL))
        if word == "fork":
            head = (pull_request.get("head") or {}).get("repo") or {}
            return (
                bool(pull_request)
                and head.get("full_name") != os.environ["GITHUB_REPOSITORY"]
            )
        if word == "input":
            axis, value, every = rest
            asked = [
                answer
                for name, answer in self.answers()
                if self.rules["inputs"][name] == axis
            ]
            return not asked or asked[0] in (value, every)
        if word == "variable":
            return os.environ.get(f"VARIABLE_{rest[0]}", "") == rest[1]
        raise ValueError(f"unknown condition {word}")

    def branch(self):
        """The branch that a change is for; of any other run the one that it is on, if any."""
        if self.event_name == "merge_group":
            return (
                self.event["merge_group"]
                .get("base_ref", "")
                .removeprefix("refs/heads/")
            )
        if os.environ.get("GITHUB_REF_TYPE") == "tag":
            return ""
        return os.environ.get("GITHUB_BASE_REF") or os.environ.get(
            "GITHUB_REF_NAME", ""
        )

    def answers(self):
        given = self.event.get("inputs") or {}
        return [(name, given[name]) for name in self.rules["inputs"] if given.get(name)]

    def bar(self, rule):
        """Why a job must not be in the run; None if it may."""
        if rule.get("manual") and self.event_name != "workflow_dispatch":
            return f"it runs when somebody asks for it: {rule['manual']}"
        for name, answer in self.answers():
            value = rule["axes"].get(self.rules["inputs"][name])
            if answer != "all" and value is not None and value != answer:
                return f"{name} {answer} was asked for"
        for condition in rule.get("when", []):
            if self.holds(condition) is False:
                return f"its condition does not hold: {json.dumps(condition)}"
        return None

    def is_affected(self, rule):
        """Whether the change itself puts a job into the run."""
        if self.touched.intersection(rule["affected_by"]):
            return True
        # Something that is built has no other reason of its own to be in a run.
        if "needed_by" in rule:
            return False
        is_known = self.files is not None and not self.unclaimed
        # Of a job that no declaration names the files say nothing.
        return not (self.rules["by_paths"] and is_known and rule["affected_by"])


def select(run):
    """The ids of the jobs that are left out, each with the reason."""
    jobs = run.rules["jobs"]
    users = {
        job: rule.get("needed_by") or rule.get("makes_for") or []
        for job, rule in jobs.items()
    }
    # What is built is needed in every run of those that need it.
    barred = {
        job: why
        for job, rule in jobs.items()
        if "needed_by" not in rule and (why := run.bar(rule))
    }
    # The host skips a job whose need is skipped.
    waiting = list(barred)
    while waiting:
        job = waiting.pop()
        for user in users[job]:
            if user not in barred:
                barred[user] = f"it needs {job}, which is not in this run"
                waiting.append(user)
    chosen = {
        job for job, rule in jobs.items() if job not in barred and run.is_affected(rule)
    }
    needed = True
    while needed:
        needed = {
            job
            for job in jobs
            if job not in chosen | set(barred) and chosen.intersection(users[job])
        }
        chosen |= needed
    skipped = {}
    for job, rule in jobs.items():
        if job not in chosen:
            unneeded = (
                "no job of this run needs it"
                if "needed_by" in rule
                else "no changed file affects it"
            )
            skipped[job] = barred.get(job, unneeded)
    return skipped


def main() -> int:
    rules = read_rules(os.environ["RULES"])
    event_name = os.environ["GITHUB_EVENT_NAME"]
    with open(os.environ["GITHUB_EVENT_PATH"], encoding="utf-8") as file:
        event = json.load(file)
    run = Run(rules, event_name, event, changed_files(event_name, event))
    if run.unclaimed and rules["by_paths"]:
        # As Python writes them: what is not printed in a name might be a command for the host.
        names = ", ".join(repr(path) for path in run.unclaimed[:10])
        if rules["unclaimed"] == "fail":
            print(
                f"::error::no paths declaration of the plan claims these files: {names}"
            )
            return 1
        print(
            f"::notice::no paths declaration claims these files, so every job is selected: {names}"
        )
    skipped = select(run)
    for job in rules["jobs"]:
        print(
            f"{'skipped' if job in skipped else 'selected':8} {job}  {skipped.get(job, '')}".rstrip()
        )
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as file:
        file.write(f"skipped={json.dumps(skipped)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
