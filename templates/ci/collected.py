"""Tells the gate what a shard of pytest was given to run.

`collected.py FOLDER [--may-be-empty] RAN` adds up the records that lie beside the JUnit
files in FOLDER: how many tests the job selected before it was divided, and how many of
them this shard took. RAN says whether it ran one. A shard without a test is as it should
be if others have some; if nothing was selected at all, the job is empty: that is an error
here, unless the job may be empty.
"""

import json
import os
import pathlib
import sys


def main(folder: str, *options: str) -> int:
    ran = options[-1]
    outputs = {"ran": ran}
    records = []
    for file in sorted(pathlib.Path(folder).glob("*.collected.json")):
        records.append(json.loads(file.read_text(encoding="utf-8")))
    if records:
        for name in ("selected", "taken"):
            outputs[name] = str(sum(record[name] for record in records))
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in outputs.items())
    if ran == "true" or outputs.get("selected") != "0":
        return 0
    if "--may-be-empty" in options:
        return 0
    print("::error::no test ran: the whole job selects none, not only this shard")
    return 5


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
