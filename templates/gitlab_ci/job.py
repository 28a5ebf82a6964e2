"""Stands between GitLab and the scripts that all hosts share, which know GitHub's words.

`begin STAGE JOB` says that a job begins, and leaves the file `.dtpc-run/left-out` if it is not
in this run. `end STAGE JOB` writes the record of what became of it, from which the gate
reads. `run STAGE SCRIPT …` calls a script of this folder with what it knows from GitHub.
`managed` says whether packages must go into a virtual environment.
`python VERSION` and `made GLOB …` fail if the machine has another Python, or if there are
no such files.
"""

import glob
import json
import os
import pathlib
import runpy
import shutil
import sys
import sysconfig

OWN = pathlib.Path(".dtpc-run")
LEFT_OUT = OWN / "left-out"
OUTPUTS = OWN / "outputs"
SUMMARY = OWN / "summary.md"
EVENT = OWN / "event.json"

RESULTS = {"success": "success", "failed": "failure", "canceled": "cancelled"}


def record_of(stage, job):
    return OWN / stage / f"{job}.json"


def read_record(stage, job):
    try:
        return json.loads(record_of(stage, job).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def read_outputs():
    """What the scripts of this job told, line by line."""
    if not OUTPUTS.exists():
        return {}
    lines = OUTPUTS.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def begin(stage, job):
    OWN.mkdir(exist_ok=True)
    # Nothing in this folder is a change of the repository.
    (OWN / ".gitignore").write_text("*\n", encoding="utf-8")
    for left_over in (LEFT_OUT, OUTPUTS, record_of(stage, job)):
        left_over.unlink(missing_ok=True)
    # What came with the artifacts of another job are not the results of this one.
    shutil.rmtree("test-results", ignore_errors=True)
    selection = read_record(stage, "select")
    # Whoever clicks on a job that waits for a click has asked for it.
    if selection is None or os.environ.get("CI_JOB_MANUAL") == "true":
        return 0
    skipped = json.loads(selection["outputs"].get("skipped") or "{}")
    if job in skipped:
        print(f"left out of this run: {skipped[job]}")
        LEFT_OUT.touch()
    return 0


def end(stage, job):
    status = os.environ.get("CI_JOB_STATUS", "")
    result = "skipped" if LEFT_OUT.exists() else RESULTS.get(status, status)
    record = {"result": result, "outputs": read_outputs()}
    path = record_of(stage, job)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    return 0


def event():
    """The name of what started the pipeline, and what is known of it."""
    known = os.environ.get
    source = known("CI_PIPELINE_SOURCE", "")
    if source == "merge_request_event":
        base = known("CI_MERGE_REQUEST_DIFF_BASE_SHA", "")
        target = known("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "")
        if known("CI_MERGE_REQUEST_EVENT_TYPE") == "merge_train":
            queued = {"base_sha": base, "base_ref": f"refs/heads/{target}"}
            return "merge_group", {"merge_group": queued}
        labels = known("CI_MERGE_REQUEST_LABELS", "").split(",")
        request = {
            "base": {"sha": base},
            "head": {
                "repo": {"full_name": known("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH")}
            },
            "labels": [{"name": label} for label in labels if label],
        }
        return "pull_request", {"pull_request": request}
    if source == "push":
        return "push", {"before": known("CI_COMMIT_BEFORE_SHA", "")}
    if source in ("web", "api", "trigger"):
        prefix = "DTPC_INPUT_"
        given = {
            name.removeprefix(prefix): answer
            for name, answer in os.environ.items()
            if name.startswith(prefix)
        }
        return "workflow_dispatch", {"inputs": given}
    return source, {}


def needs_of(stage):
    """What GitHub would say of the jobs that left a record here."""
    files = sorted((OWN / stage).glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def told_of(needs):
    """The jobs that people are told of: of a pipeline that failed elsewhere, none."""
    told = os.environ["TOLD"].split()
    if not any(needs[job]["result"] == "failure" for job in needs):
        # One that began and left no record ran out of time, or its machine was lost.
        for job in told:
            needs.setdefault(job, {"result": "cancelled", "outputs": {}})
    bad = [
        job
        for job in told
        if needs.get(job, {}).get("result") in ("failure", "cancelled")
    ]
    return {job: needs[job] for job in bad}


def run(stage, script, *arguments):
    OWN.mkdir(exist_ok=True)
    name, what = event()
    EVENT.write_text(json.dumps(what), encoding="utf-8")
    known = os.environ.get
    needs = needs_of(stage)
    SUMMARY.unlink(missing_ok=True)
    if script == "summary.py":
        # Nobody waits for a job that waits for a click.
        selection = needs.get("select", {}).get("outputs", {})
        for job in json.loads(selection.get("skipped") or "{}"):
            needs.setdefault(job, {"result": "skipped", "outputs": {}})
    if script == "notify.py":
        needs = told_of(needs)
        if not needs:
            print("no job of this stage failed")
            return 0
    os.environ.update(
        {
            "NEEDS": json.dumps(needs),
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(EVENT),
            "GITHUB_OUTPUT": str(OUTPUTS),
            "GITHUB_STEP_SUMMARY": str(SUMMARY),
            "GITHUB_REPOSITORY": known("CI_MERGE_REQUEST_PROJECT_PATH")
            or known("CI_PROJECT_PATH", ""),
            "GITHUB_REF_TYPE": "tag" if known("CI_COMMIT_TAG") else "branch",
            "GITHUB_REF_NAME": known("CI_COMMIT_REF_NAME", ""),
            "GITHUB_BASE_REF": known("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", ""),
            "RUN_URL": known("CI_PIPELINE_URL", ""),
        }
    )
    sys.argv = [script, *arguments]
    path = pathlib.Path(__file__).with_name(script)
    try:
        runpy.run_path(str(path), run_name="__main__")
    finally:
        if script == "summary.py" and SUMMARY.exists():
            print(SUMMARY.read_text(encoding="utf-8"))
    return 0


def python(version):
    asked = version.split(".")
    has = [str(part) for part in sys.version_info[: len(asked)]]
    if not all(part.isdigit() or part == "x" for part in asked):
        print(f"NOTE: whether {'.'.join(has)} is Python {version} is not looked at")
        return 0
    same = [want in ("x", part) for want, part in zip(asked, has, strict=False)]
    if all(same) and len(asked) == len(has):
        return 0
    print(
        f"ERROR: the plan asks for Python {version}, and python3 here is {'.'.join(has)}"
    )
    return 1


def managed():
    """Whether this Python takes no packages because the system manages it."""
    marker = pathlib.Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
    return 0 if sys.prefix == sys.base_prefix and marker.exists() else 1


def made(*patterns):
    found = [
        path
        for pattern in patterns
        for path in glob.iglob(pattern, recursive=True, include_hidden=True)
    ]
    if found:
        return 0
    print(f"ERROR: there is no file of {', '.join(map(repr, patterns))}")
    return 1


COMMANDS = {
    "begin": begin,
    "end": end,
    "run": run,
    "managed": managed,
    "python": python,
    "made": made,
}

if __name__ == "__main__":
    sys.exit(COMMANDS[sys.argv[1]](*sys.argv[2:]))
