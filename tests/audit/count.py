"""Counts the tests of a repository with Python's own `ast`, and compares with `dtpc audit --list`.

    dtpc audit --list --repo REPO --format json > list.json
    python3 tests/audit/count.py REPO list.json

It shares no code and no idea with the audit: for each test function it takes the names behind
`pytest.mark.` in the decorators of the function, of its class and of the bases of that which stand in
the same file, and in `pytestmark`. Names that are bound to such markers in the file are followed.
"""

import ast
import json
import pathlib
import sys
from fnmatch import fnmatch

DEFAULTS = {"pre_merge", "gpu_0", "defaulted"}  # what the conftest of dynamo adds
SKIPPED = ("build", "dist", "node_modules", "venv", "CVS", "_darcs")


def marks(node, aliases):
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Attribute) and part.value.attr == "mark":
            found.add(part.attr)
        elif isinstance(part, ast.Name):
            found |= aliases.get(part.id, set())
    return found


def statements(body):
    for node in body:
        yield node
        for field in ("body", "orelse", "finalbody"):
            if isinstance(node, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
                yield from statements(getattr(node, field, []))
        if isinstance(node, ast.Try):
            for handler in node.handlers:
                yield from statements(handler.body)


def is_fixture(node, aliases):
    return any("fixture" in ast.dump(d.func if isinstance(d, ast.Call) else d) for d in node.decorator_list)


def of_class(path, node, classes, outer, aliases, tests):
    chain, waiting = [], [node]
    while waiting:
        here = waiting.pop(0)
        chain.append(here)
        waiting += [classes[b.id] for b in here.bases if isinstance(b, ast.Name) and b.id in classes]
    unittest = any("TestCase" in ast.dump(b) for c in chain for b in c.bases)
    names = {n.name for c in chain for n in c.body if isinstance(n, ast.FunctionDef)}
    if not unittest and (not node.name.startswith("Test") or "__init__" in names):
        return
    own = set(outer)
    for c in chain:
        own |= set().union(set(), *[marks(d, aliases) for d in c.decorator_list])
        for n in c.body:
            if isinstance(n, ast.Assign) and any(getattr(t, "id", "") == "pytestmark" for t in n.targets):
                own |= marks(n.value, aliases)
    for c in chain:
        for n in statements(c.body):
            if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and n.name.startswith("test"):
                if not is_fixture(n, aliases):
                    decorated = set().union(set(), *[marks(d, aliases) for d in n.decorator_list])
                    tests.setdefault(f"{path}::{node.name}::{n.name}", own | decorated)
            if isinstance(n, ast.ClassDef):
                of_class(f"{path}::{node.name}", n, classes, own, aliases, tests)


def of_file(root, path, tests):
    tree = ast.parse((root / path).read_text(encoding="utf-8"))
    nodes = list(statements(tree.body))
    aliases = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id != "pytestmark":
            found = marks(node.value, aliases)
            if found:
                aliases[node.targets[0].id] = found
    classes = {n.name: n for n in nodes if isinstance(n, ast.ClassDef)}
    module = set()
    for node in nodes:
        if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "pytestmark" for t in node.targets):
            module |= marks(node.value, aliases)
    last = {n.name: n for n in nodes if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))}
    for node in last.values():
        if node.name.startswith("test") and not is_fixture(node, aliases):
            decorated = set().union(set(), *[marks(d, aliases) for d in node.decorator_list])
            tests[f"{path}::{node.name}"] = module | decorated
    for node in classes.values():
        of_class(str(path), node, classes, module, aliases, tests)


def of_repository(root):
    counted = {}
    for path in sorted(root.rglob("*.py")):
        path = path.relative_to(root)
        if any(p in SKIPPED or p.startswith(".") or fnmatch(p, "*.egg") for p in path.parts[:-1]):
            continue
        if fnmatch(path.name, "test_*.py") or fnmatch(path.name, "*_test.py"):
            of_file(root, path, counted)
    return counted


def main(repository, listed):
    counted = of_repository(pathlib.Path(repository))
    audited, unknown = {}, set()
    for test in json.loads(pathlib.Path(listed).read_text())["tests"]:
        if test["runner"] == "pytest":
            name = test["id"].split("[")[0]
            audited.setdefault(name, set()).update(test["markers"])
            if "unknown" in test:
                unknown.add(name)
    missing = sorted(set(counted) - set(audited))
    more = sorted(set(audited) - set(counted))
    both = set(counted) & set(audited)
    differ = sorted(n for n in both if n not in unknown and (counted[n] ^ audited[n]) - DEFAULTS)
    print(f"{len(counted)} tests counted, {len(audited)} audited, {len(unknown)} not all known")
    print(f"{len(missing)} only counted, {len(more)} only audited, {len(differ)} with other markers")
    for title, names in (("only counted", missing), ("only audited", more), ("other markers", differ)):
        for name in names:
            extra = f": {sorted(counted[name] ^ audited[name])}" if name in both else ""
            print(f"  {title}: {name}{extra}")


if __name__ == "__main__":
    main(*sys.argv[1:])
