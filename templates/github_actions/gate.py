"""Judges the jobs of a stage: exits with 0 if every required one succeeded.

NEEDS is GitHub's `toJSON(needs)`, REQUIRED the ids of the jobs that decide. A job that
was cancelled, skipped, timed out or is missing did not succeed. Other jobs in NEEDS are
shown and do not decide.
"""

import json
import os
import sys


def main() -> int:
    needs = json.loads(os.environ["NEEDS"])
    required = os.environ["REQUIRED"].split()
    results = {job: need.get("result", "missing") for job, need in needs.items()}
    for job in required:
        results.setdefault(job, "missing")
    failed = [job for job in required if results[job] != "success"]
    for job, result in results.items():
        weight = "required" if job in required else "advisory"
        print(f"{result:10} {weight:9} {job}")
        if result != "success":
            level = "error" if job in required else "warning"
            print(f"::{level}::{job}: {result}")
    if not required:
        print("::error::the gate requires no job")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
