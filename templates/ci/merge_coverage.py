"""Brings the coverage that several jobs measured together into one figure.

`merge_coverage.py FOLDER` reads every report below FOLDER, Cobertura as coverage.py and
tarpaulin write it. A line is covered if any job covered it, and counts once. MINIMUM is
the least share of lines in per cent; below it the script ends with 1 if GATING is `true`.
JOBS says how many reports there are to be: with fewer the figure would be of something
else, and none is given. TITLE is what people call the goal.
"""

import os
import sys
import xml.parsers.expat


class Broken(Exception):
    """A report that cannot be read."""


def read(path: str, lines: dict) -> None:
    """Adds the lines of a report: for each file the hits of each of its lines."""
    file_lines = None

    def start(name, attributes):
        nonlocal file_lines
        if name == "class":
            file_lines = lines.setdefault(attributes.get("filename", ""), {})
        elif name == "line" and file_lines is not None:
            number = int(attributes.get("number", ""))
            hits = int(attributes.get("hits", ""))
            file_lines[number] = max(file_lines.get(number, 0), hits)

    def end(name):
        nonlocal file_lines
        if name == "class":
            file_lines = None

    def doctype(name, system, public, has_subset):
        # Entities of its own could grow without bound; nobody who measures writes any.
        if has_subset:
            raise Broken("it has a document type of its own")

    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    try:
        with open(path, "rb") as file:
            parser.ParseFile(file)
    except (xml.parsers.expat.ExpatError, OSError, ValueError) as error:
        raise Broken(str(error)) from error


def reports(folder: str) -> list:
    found = []
    for around, _, names in os.walk(folder):
        found += [os.path.join(around, name) for name in names if name.endswith(".xml")]
    return sorted(found)


def shown(covered: int, total: int) -> str:
    """The share in per cent, with two digits, never rounded up to what it is not."""
    hundredths = covered * 10_000 // total
    return f"{hundredths // 100}.{hundredths % 100:02}%"


def judge(folder: str, expected: int, minimum: str) -> tuple:
    """What is to be said, and whether the minimum is met."""
    files = reports(folder)
    if len(files) != expected:
        return f"{len(files)} of {expected} reports are there", False
    lines: dict = {}
    for path in files:
        try:
            read(path, lines)
        except Broken as error:
            name = os.path.relpath(path, folder)
            return f"{name} cannot be read: {error}", False
    total = sum(len(of_file) for of_file in lines.values())
    covered = sum(1 for of_file in lines.values() for hits in of_file.values() if hits)
    if total == 0:
        return "the reports name no line", False
    figure = f"{shown(covered, total)} of {total} lines, measured in {len(files)} jobs"
    if not minimum:
        return figure, True
    is_met = covered * 100 >= float(minimum) * total
    return f"{figure}; at least {minimum}%", is_met


def main(folder: str) -> int:
    said, is_met = judge(folder, int(os.environ["JOBS"]), os.environ.get("MINIMUM", ""))
    gates = os.environ.get("GATING") == "true"
    verdict = "" if is_met else ", which is not met"
    print(f"{os.environ['TITLE']}: {said}{verdict}")
    if not is_met:
        print(f"::{'error' if gates else 'warning'}::{said}{verdict}")
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as file:
        file.write(f"figure={said}{verdict}\n")
    return 1 if gates and not is_met else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
