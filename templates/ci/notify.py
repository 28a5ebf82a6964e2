"""Tells people in a channel that a stage failed, as the plan says.

JOBS is the file with what the plan says of the jobs and of a failure, NEEDS is GitHub's
`toJSON(needs)`, WEBHOOK the address that takes a message as JSON with a `text`. The range
of changes is what a push brought; of other runs what came since the last one that was
well, which GITHUB_TOKEN is for. Where that cannot be known it is the commit itself.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

MOST_JOBS = 20
MOST_AUTHORS = 20
MOST_COMMITS = 10
TRIES = 3


def read_jobs(path):
    with open(path, encoding="utf-8") as file:
        return json.loads("".join(line for line in file if not line.startswith("#")))


def plain(text):
    """A text that means nothing in a message: no mention, no link, one line."""
    kept = "".join(c if c.isprintable() else " " for c in str(text))
    kept = " ".join(kept.split())
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def git(*arguments):
    """What git says; None if it cannot."""
    done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    if done.returncode != 0:
        why = " ".join(done.stderr.decode("utf-8", "replace").split())
        print(f"::warning::git {arguments[0]}: {why}")
        return None
    return done.stdout.decode("utf-8", "replace")


def last_good_commit(environment):
    """The commit of the last run of this workflow on this branch that was well."""
    token = environment.get("GITHUB_TOKEN")
    path = environment.get("GITHUB_WORKFLOW_REF", "").partition("@")[0]
    workflow = path.rpartition("/")[2]
    branch = environment.get("GITHUB_REF_NAME", "")
    if not token or not workflow:
        return None
    query = urllib.parse.urlencode(
        {"branch": branch, "status": "success", "per_page": 1}
    )
    address = (
        f"{environment['GITHUB_API_URL']}/repos/{environment['GITHUB_REPOSITORY']}"
        f"/actions/workflows/{urllib.parse.quote(workflow)}/runs?{query}"
    )
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
    }
    try:
        request = urllib.request.Request(address, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            runs = json.load(answer)["workflow_runs"]
    except (OSError, ValueError, KeyError) as error:
        print(f"::warning::the last good run is not known: {type(error).__name__}")
        return None
    return runs[0]["head_sha"] if runs else None


def base_commit(environment, event):
    name = environment["GITHUB_EVENT_NAME"]
    if name == "push":
        return event.get("before")
    if name == "pull_request":
        base = (event.get("pull_request") or {}).get("base") or {}
        return base.get("sha")
    if name == "merge_group":
        return (event.get("merge_group") or {}).get("base_sha")
    return last_good_commit(environment)


def commits(environment, event):
    """The commits of the range, the newest first, and its base; the last one without a base."""
    base = base_commit(environment, event) or ""
    layout = "--format=%h%x00%aN%x00%aE%x00%s"
    listed = None
    if base.strip("0") and not base.startswith("-"):
        listed = git("log", "-z", layout, f"{base}..HEAD", "--")
    if not listed:
        base = ""
        listed = git("log", "-z", "--max-count=1", layout, "HEAD", "--") or ""
    words = [word for word in listed.split("\0")]
    return base[:9], [words[at : at + 4] for at in range(0, len(words) - 3, 4)]


def authors(found, ignored):
    ignored = {name.casefold() for name in ignored}
    names = {}
    for _, name, address, _ in found:
        if not ignored.intersection((name.casefold(), address.casefold())):
            names.setdefault(name)
    return list(names)


def shortened(items, most):
    more = [f"and {len(items) - most} more"] if len(items) > most else []
    return items[:most] + more


def failed_jobs(jobs, needs):
    """The jobs that failed: the gate only where nothing else says why."""
    bad = {
        job: need.get("result")
        for job, need in needs.items()
        if need.get("result") in ("failure", "cancelled")
    }
    own = [(job, bad[key]) for key, job in jobs["jobs"].items() if key in bad]
    others = jobs["others"].items()
    return own or [({"title": title}, bad[key]) for key, title in others if key in bad]


def message(jobs, needs, environment, event):
    policy = jobs["on_failure"]
    link = environment.get("RUN_URL") or (
        f"{environment['GITHUB_SERVER_URL']}/{environment['GITHUB_REPOSITORY']}"
        f"/actions/runs/{environment['GITHUB_RUN_ID']}"
    )
    place = (
        f"{environment['GITHUB_REPOSITORY']}, {environment.get('GITHUB_REF_NAME', '')}"
    )
    lines = [f"*{plain(jobs['stage'])}* failed in {plain(place)}: {plain(link)}"]
    if policy["does"] == "stop_the_line":
        lines.append(
            "*The line stops*: nothing else goes out until this stage is well again."
        )
    failed = failed_jobs(jobs, needs)
    told = [
        f"• {plain(job['title'])}: {plain(result)}"
        + (f", {plain(job['owner'])}" if job.get("owner") else "")
        for job, result in failed
    ]
    lines += shortened(told, MOST_JOBS)
    base, found = commits(environment, event)
    since = f" since {plain(base)}" if base else ""
    if policy["whom"] == "owners":
        owners = list(
            dict.fromkeys(job["owner"] for job, _ in failed if job.get("owner"))
        )
        names = ", ".join(map(plain, shortened(owners, MOST_AUTHORS)))
        lines.append(f"Owners of what failed: {names or 'nobody'}")
    else:
        whom = authors(found, policy["ignore"])
        names = ", ".join(map(plain, shortened(whom, MOST_AUTHORS)))
        lines.append(f"Authors{since}: {names or 'nobody'}")
    if policy["does"] == "revert":
        lines.append(f"Please revert what brought it{since}, or mend it at once:")
        told = [
            f"• `git revert {plain(short)}`: {plain(subject)} ({plain(name)})"
            for short, name, _, subject in found
        ]
        lines += shortened(told, MOST_COMMITS)
    return "\n".join(lines)


def post(webhook, text):
    """Whether the message was taken. The address is a secret, so it is never printed."""
    if not webhook.startswith(("https://", "http://")):
        print("::error::the secret of the channel is no address of a webhook")
        return False
    body = json.dumps({"text": text}).encode("utf-8")
    headers = {"Content-Type": "application/json; charset=utf-8"}
    for attempt in range(1, TRIES + 1):
        try:
            request = urllib.request.Request(webhook, data=body, headers=headers)
            with urllib.request.urlopen(request, timeout=30):
                return True
        except urllib.error.HTTPError as error:
            why, is_final = f"status {error.code}", error.code < 500
        except (OSError, ValueError) as error:
            why, is_final = type(error).__name__, False
        print(f"::warning::the webhook did not take the message: {why}")
        if is_final:
            break
        if attempt < TRIES:
            time.sleep(attempt * float(os.environ.get("PAUSE", "5")))
    print("::error::nobody was told")
    return False


def main() -> int:
    jobs = read_jobs(os.environ["JOBS"])
    needs = json.loads(os.environ["NEEDS"])
    with open(os.environ["GITHUB_EVENT_PATH"], encoding="utf-8") as file:
        event = json.load(file)
    text = message(jobs, needs, os.environ, event)
    # Shown in the log too, where these two would begin a command of the host.
    print(text.replace("##[", "## [").replace("::", ": :"))
    return 0 if post(os.environ["WEBHOOK"].strip(), text) else 1


if __name__ == "__main__":
    sys.exit(main())
