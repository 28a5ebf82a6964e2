"""Counts the tests that no job of a plan selects, with Python's own `ast` and `eval`, and compares with
`dtpc audit --list`.

    dtpc jobs PLAN --format json > jobs.json
    dtpc audit PLAN --list --repo REPO --format json > list.json
    python3 tests/audit/unselected.py REPO jobs.json list.json

From dtpc it takes the commands of the jobs, as CI runs them, and nothing else: the markers are those of
`count.py`, what the conftest at the root of dynamo adds is written down here once more, an expression
behind `-m` is evaluated as Python, and what the settings pass over is matched with `fnmatch`.
"""

import ast
import json
import pathlib
import runpy
import shlex
import sys
import tomllib
from fnmatch import fnmatch

from count import of_repository

UNMANAGED = ("examples", "skills", ".agents")


def with_defaults(root):
    """The markers of each test, with those that the conftest at the root adds."""
    required = runpy.run_path(str(root / "tests/marker_categories.py"))["REQUIRED_CATEGORIES"]
    tests = of_repository(root)
    for name, markers in tests.items():
        if name.split("/")[0] in UNMANAGED:
            continue
        missing = [new for kind, new in (("Lifecycle", "pre_merge"), ("Hardware", "gpu_0"))
                   if not markers & set(required[kind])]
        if missing:
            markers |= {*missing, "defaulted"}
    return tests


class Holds(ast.NodeTransformer):
    """Makes a marker of an expression the question whether a test carries it."""

    def visit_Name(self, node):
        return ast.copy_location(ast.parse(f"{node.id!r} in carried", mode="eval").body, node)

    def visit_Call(self, node):
        return self.visit_Name(node.func)


def commands(jobs):
    """The expressions, places and options of each command that runs pytest."""
    for job in jobs:
        for line in job["commands"]:
            words = shlex.split(line)
            if "pytest" not in words:
                continue
            words = words[words.index("pytest") + 1:]
            expression, places, ignored = "True", [], []
            while words:
                word = words.pop(0)
                if word == "-m":
                    expression = words.pop(0)
                elif word.startswith("--ignore-glob="):
                    ignored.append(word.split("=", 1)[1])
                elif word in ("-n", "--numprocesses", "--dist", "-k", "-p", "-o"):
                    words.pop(0)
                elif word != "." and not word.startswith("-"):
                    places.append(word)
            tree = Holds().visit(ast.parse(expression, mode="eval"))
            yield compile(ast.fix_missing_locations(tree), "-m", "eval"), places, ignored


def main(repository, jobs, listed):
    root = pathlib.Path(repository)
    tests = with_defaults(root)
    options = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    ignored = [word.split("=", 1)[1] for word in options["addopts"] if word.startswith("--ignore-glob=")]
    lanes = list(commands(json.loads(pathlib.Path(jobs).read_text())))
    passed, marked = set(), set()
    for name, carried in tests.items():
        path = name.split("::")[0]

        def comes_to(places, own):
            is_ignored = any(fnmatch(path, glob) for glob in ignored + own)
            return not is_ignored and (not places or any(path == p or path.startswith(p + "/") for p in places))

        if any(comes_to(places, own) and eval(e, {"carried": carried}) for e, places, own in lanes):
            continue
        (passed if any(fnmatch(path, glob) for glob in ignored) else marked).add(name)
    runs, audited = {}, set()
    for test in json.loads(pathlib.Path(listed).read_text())["tests"]:
        if test["runner"] == "pytest":
            name = test["id"].split("[")[0]
            audited |= {name} if "unknown" not in test else set()
            runs[name] = runs.get(name, False) or bool(test["jobs"])
    none = {name for name in audited if not runs[name]}
    print(f"{len(tests)} tests counted, {len(lanes)} commands of pytest")
    print(f"no job selects {len(passed) + len(marked)} by the count, {len(none)} by the audit")
    print(f"  {len(passed)} of the count in files that the settings pass over, {len(marked)} by their markers")
    both = none & (passed | marked)
    print(f"  {len(both)} in both")
    for title, names in (("only counted", (passed | marked) - none), ("only audited", none - passed - marked)):
        for name in sorted(names):
            why = "" if name in runs else ", which the audit does not list"
            print(f"  {title}: {name} {sorted(tests.get(name, ()))}{why}")
    files = {}
    for name in marked:
        key = name.split("::")[0], " ".join(sorted(tests[name]))
        files[key] = files.get(key, 0) + 1
    for (path, markers), count in sorted(files.items()):
        print(f"  by markers: {count} of {path} [{markers}]")


if __name__ == "__main__":
    main(*sys.argv[1:])
