"""Holds the tests of this repository to the marker rules of its plan.

pytest loads this module by the configuration that is generated with it. A test that
breaks a rule is an error of collection, with the place of the test and of the rule. A
marker that is the default of its group is added where a test carries none of the group.
`needs_NAME` is a fixture for each service NAME of the plan, and whoever carries the
marker of that name or uses the fixture gets both. Beside a JUnit file goes a record of
how many tests were found, selected and taken: `junit.xml`, `junit.collected.json`.
"""

import json
import numbers
import os
import re
import socket
import time
import typing
from pathlib import Path

import pytest

{{ plan }}
# What pytest itself gives a meaning to takes what it takes there.
BUILT_IN = {"filterwarnings", "parametrize", "skip", "skipif", "usefixtures", "xfail"}
ARITIES = {
    "any": (0, None, "any number of"),
    "one": (1, 1, "exactly one of"),
    "at_most_one": (0, 1, "at most one of"),
    "at_least_one": (1, None, "at least one of"),
}
ARGUMENTS = {"number": (numbers.Real, "a number"), "text": (str, "a text")}
ROOT = Path(__file__).resolve().parents[1]


# ---- Rules


def place(declaration: str) -> str:  # pragma: no cover
    """A declaration of the plan with its file and line, as they are now."""
    pattern = re.compile(rf"^\s*{re.escape(declaration)}\b")
    for name in PLAN["files"]:
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except (OSError, UnicodeError):
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if pattern.match(line):
                return f"{declaration}, {name}:{number}"
    return f"{declaration}, {PLAN['files'][0]}"


def holds(node, marks: dict) -> bool:  # pragma: no cover
    """Whether an expression of the plan is true of a test with these marks."""
    if isinstance(node, str):
        return node in marks
    if isinstance(node, dict):
        wanted = node["arguments"].items()
        return any(
            all(name in mark.kwargs and mark.kwargs[name] == it for name, it in wanted)
            for mark in marks.get(node["marker"], ())
        )
    operator, *parts = node
    if operator == "not":
        return not holds(parts[0], marks)
    return (all if operator == "and" else any)(holds(part, marks) for part in parts)


def marks_of(item: pytest.Item) -> dict:  # pragma: no cover
    marks: dict = {}
    for mark in item.iter_markers():
        marks.setdefault(mark.name, []).append(mark)
    return marks


def judge_group(group: dict, item: pytest.Item, marks: dict):  # pragma: no cover
    """Adds the default of a group, and says how the test breaks its rule."""
    rule = f"marker_group {group['group']}"
    carried = [name for name in group["markers"] if name in marks]
    concerned = group["when"] is None or holds(group["when"], marks)
    if not concerned:
        if carried:
            only = f"it is only for tests that match `{group['condition']}`"
            yield rule, f"carries {' and '.join(carried)}, and {only}"
        return
    if not carried and group["default"] is not None:
        item.add_marker(group["default"])
        marks[group["default"]] = [item.get_closest_marker(group["default"])]
        return
    least, most, words = ARITIES[group["arity"]]
    if least and not carried:
        # Nothing lets people mark a doctest, or what a plugin makes of a file.
        unmarkable = not isinstance(item, pytest.Function)
        if unmarkable or group["open"]:
            return
    if len(carried) < least or (most is not None and len(carried) > most):
        told = " and ".join(carried) or "none"
        where = f" where `{group['condition']}`" if group["condition"] else ""
        names = ", ".join(group["markers"])
        yield rule, f"carries {told}, and must carry {words} {names}{where}"


def judge_arguments(marks: dict):  # pragma: no cover
    """Says which marks have arguments of the wrong type."""
    for name in sorted(PLAN["markers"].keys() & marks.keys() - BUILT_IN):
        takes = PLAN["markers"][name]
        for mark in marks[name]:
            given = [*mark.args, *mark.kwargs.values()]
            if takes == "anything":
                continue
            if takes == "nothing":
                if given:
                    yield f"marker {name}", f"gives {name} {given[0]!r}: it takes none"
                continue
            kind, words = ARGUMENTS[takes]
            # A truth is a number to Python alone.
            wrong = [
                it for it in given if isinstance(it, bool) or not isinstance(it, kind)
            ]
            if not given:
                yield f"marker {name}", f"gives {name} nothing: it takes {words}"
            elif wrong:
                yield f"marker {name}", f"gives {name} {wrong[0]!r}: it takes {words}"


def require_services(item: pytest.Item, marks: dict) -> None:  # pragma: no cover
    """Whoever carries the marker of a service uses its fixture, and the reverse."""
    if not isinstance(item, pytest.Function):
        return
    for service in PLAN["services"]:
        name = f"needs_{service['service']}"
        if name in item.fixturenames and name not in marks:
            item.add_marker(name)
            marks[name] = [item.get_closest_marker(name)]
        elif name in marks and name not in item.fixturenames:
            item.fixturenames.insert(0, name)


class Finding(typing.NamedTuple):  # pragma: no cover
    """A rule that a test breaks."""

    test: str
    file: str
    line: int
    rule: str
    message: str


def judge(item: pytest.Item):  # pragma: no cover
    marks = marks_of(item)
    require_services(item, marks)
    file, line, _ = item.location
    test = item.nodeid
    if getattr(item, "callspec", None) and test.endswith("]"):
        test = test[: -len(item.callspec.id) - 2]
    for group in PLAN["groups"]:
        for rule, message in judge_group(group, item, marks):
            yield Finding(test, file, (line or 0) + 1, rule, message)
    for rule, message in judge_arguments(marks):
        yield Finding(test, file, (line or 0) + 1, rule, message)


def judge_all(config: pytest.Config, items: list) -> None:  # pragma: no cover
    """Reports each finding once, however many parameters a test has."""
    broken: dict = {}
    kept = []
    for item in items:
        findings = list(judge(item))
        for finding in findings:
            broken.setdefault(finding, []).append(item)
        if not findings:
            kept.append(item)
    items[:] = kept
    tests: dict = {}
    for item in kept:
        tests.setdefault(item.nodeid.partition("[")[0], item)
    for finding, found in broken.items():
        some = ""
        if finding.test in tests:
            ids = [f"[{item.callspec.id}]" for item in found]
            some = f" ({', '.join(ids[:3])}{', …' if len(ids) > 3 else ''})"
        report = pytest.CollectReport(
            finding.test,
            "failed",
            f"{finding.file}:{finding.line}: `{finding.test.rpartition('::')[2]}`{some}"
            f" {finding.message} [{place(finding.rule)}]",
            [],
        )
        config.hook.pytest_collectreport(report=report)


# ---- Services


class Service(typing.NamedTuple):  # pragma: no cover
    """Where a service of the plan is."""

    name: str
    host: str
    port: int

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"


def on_ci() -> bool:  # pragma: no cover
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")


def reached(service: dict) -> Service:  # pragma: no cover
    """The service, if it answers. Else the test is skipped, and in CI it fails."""
    name = service["service"]
    host = os.environ.get(f"{name.upper()}_HOST") or "127.0.0.1"
    port = os.environ.get(f"{name.upper()}_PORT") or service["port"]
    try:
        found = Service(name, host, int(port))
        until = time.monotonic() + 1
        while True:
            try:
                with socket.create_connection((found.host, found.port), timeout=2):
                    return found
            except ConnectionError:
                if time.monotonic() > until or not on_ci():
                    raise
                time.sleep(0.1)
    except (OSError, OverflowError) as error:
        why = f"{service['title']} does not answer at {host}:{port}: {error}"
    except (TypeError, ValueError):
        why = f"there is no port for {service['title']}: {name.upper()}_PORT is {port}"
    start = f"; start it with: {service['start']}" if service["start"] else ""
    reason = f"{why} [{place(f'service {name}')}]{start}"
    if on_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def fixture_of(service: dict):  # pragma: no cover
    def needs() -> Service:
        return reached(service)

    where = f"127.0.0.1:{service['port']}"
    needs.__doc__ = f"{service['title']}, at {where} unless the environment says else."
    return pytest.fixture(scope="session", name=f"needs_{service['service']}")(needs)


for _service in PLAN["services"]:
    globals()[f"needs_{_service['service']}"] = fixture_of(_service)


# ---- Records


class Record:  # pragma: no cover
    """Counts what was collected, and writes it beside the JUnit file."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.counts: dict = {}
        self.ran: set = set()
        junit = config.getoption("xmlpath", None)
        # The folder may be left before the end.
        self.path = Path(os.path.expandvars(junit)).expanduser() if junit else None
        if self.path is not None:
            self.path = self.path.absolute().with_suffix(".collected.json")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list) -> None:
        # Of the hooks that are called last, those of plugins that are registered later
        # come later: what divides a run into shards comes behind this.
        self.counts["selected"] = len(items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if "selected" not in self.counts:
            return
        self.counts["taken"] = len(session.items)
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput["dtpc_collected"] = self.counts

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node) -> None:
        output = getattr(node, "workeroutput", None) or {}
        self.counts.update(output.get("dtpc_collected", {}))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or (report.when == "setup" and report.failed):
            self.ran.add(report.nodeid)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if self.path is None or hasattr(self.config, "workerinput"):
            return
        shard = self.config.getoption("group", None)
        record = {
            "plan": PLAN["files"][0],
            "found": self.counts.get("found", 0),
            "selected": self.counts.get("selected", 0),
            "taken": self.counts.get("taken", 0),
            "ran": len(self.ran),
            "shard": shard,
            "shards": self.config.getoption("splits", None) if shard else None,
            "exit": int(exitstatus),
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(record, indent=2) + "\n"
        self.path.write_text(text, encoding="utf-8")


# ---- Hooks

RECORD = pytest.StashKey[Record]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:  # pragma: no cover
    config.stash[RECORD] = Record(config)
    config.pluginmanager.register(config.stash[RECORD], "dtpc_record")


def pytest_collection_modifyitems(config, items) -> None:  # pragma: no cover
    # Behind the hooks of conftest files, which may add markers, and before `-m` selects.
    config.stash[RECORD].counts["found"] = len(items)
    judge_all(config, items)
