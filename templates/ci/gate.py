"""Judges the jobs of a stage: exits with 0 if every required one succeeded.

NEEDS is GitHub's `toJSON(needs)`, REQUIRED the ids of the jobs that decide. A job that
was cancelled, skipped, timed out or is missing did not succeed, unless the job `select`
left it out for a recorded reason. SHARDS maps a job that was divided to its pieces, of
which one at least must have run a test, and which together must have taken the tests
that the job selects; a job that may be without a test is its own piece. MEASURED maps a
job that judges coverage to those in which it is measured: it is left out with any of them.
ALLOWED lists results that pass until a date, as `cancelled:2027-01-01`. Other jobs in
NEEDS are shown and do not decide.
"""

import datetime
import json
import os
import sys

# What begins a line that the host shows to people.
ERROR, WARNING = "::error::", "::warning::"


def allowed_results():
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    allowed = set()
    for entry in os.environ.get("ALLOWED", "").split():
        result, _, until = entry.partition(":")
        if until >= today:
            allowed.add(result)
        else:
            print(
                f"::warning::{result} was allowed until {until or 'nobody knows when'}"
            )
    return allowed


def untaken(pieces: list) -> str:
    """What is wrong with how the tests of a job were divided, if anything is told."""
    if not all(piece.get("selected") and piece.get("taken") for piece in pieces):
        return ""
    selected = {int(piece["selected"]) for piece in pieces}
    taken = sum(int(piece["taken"]) for piece in pieces)
    if len(selected) > 1:
        counts = ", ".join(str(count) for count in sorted(selected))
        return f"its shards divide different tests: they select {counts}"
    if taken != max(selected):
        return f"its shards take {taken} tests, and {max(selected)} are selected"
    return ""


def main() -> int:
    needs = json.loads(os.environ["NEEDS"])
    required = os.environ["REQUIRED"].split()
    shards = json.loads(os.environ.get("SHARDS", "{}"))
    allowed = allowed_results()
    selection = needs.get("select", {}).get("outputs", {})
    removed = json.loads(selection.get("skipped") or "{}") or {}
    for job, parts in json.loads(os.environ.get("MEASURED", "{}")).items():
        for part in parts:
            if part in removed:
                removed[job] = f"{part}, in which it is measured, is left out"
    results = {job: need.get("result", "missing") for job, need in needs.items()}
    for job in required:
        results.setdefault(job, "missing")
    failed = False
    for job, result in results.items():
        weight = "required" if job in required else "advisory"
        if result == "skipped" and job in removed:
            print(f"{'removed':10} {weight:9} {job}: {removed[job]}")
            continue
        print(f"{result:10} {weight:9} {job}")
        if result != "success":
            decides = job in required and result not in allowed
            failed = failed or decides
            print(f"{ERROR if decides else WARNING}{job}: {result}")
    for job, pieces in shards.items():
        # Of the other pieces the results say enough.
        judged = [piece for piece in pieces if results.get(piece) == "success"]
        outputs = [needs[piece].get("outputs", {}) for piece in judged]
        if judged and "true" not in [told.get("ran") for told in outputs]:
            decides = "no_test_ran" not in allowed
            failed = failed or decides
            print(f"{ERROR if decides else WARNING}{job}: no test ran")
        elif len(judged) == len(pieces) and (lost := untaken(outputs)):
            print(f"::error::{job}: {lost}")
            failed = True
    if not required:
        print("::error::the gate requires no job")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
