"""Writes what the jobs of a run came to into its summary, as a table in Markdown.

JOBS is the file with what the plan says of the jobs, NEEDS is GitHub's `toJSON(needs)`,
RESULTS the folder with the results: JUnit files that begin with the id of their job. What
is missing or cannot be read is said in the table and never ends the script: the gate
judges, this only tells.
"""

import json
import os
import sys
import xml.parsers.expat

# A summary may be 1 MiB long, and nobody reads that much.
MOST_FAILURES = 50
MOST_NAME = 200
MOST_ROWS = 1000


class Doctype(Exception):
    """No test runner writes one, and its entities could grow without bound."""


class Results:
    """Counts what happened in JUnit files, which it reads piece by piece."""

    def __init__(self):
        self.tests = self.failures = self.skipped = 0
        self.seconds = 0.0
        self.failed = []
        self.notes = []

    def read(self, path):
        suites, case = [], None
        own_seconds = case_seconds = 0.0

        def start(name, attributes):
            nonlocal case, own_seconds, case_seconds
            if name == "testsuite":
                if not suites:
                    own_seconds += number(attributes.get("time"))
                suites.append(name)
            elif name == "testcase":
                label = (attributes.get("classname"), attributes.get("name"))
                case = "::".join(part for part in label if part)
                case_seconds += number(attributes.get("time"))
                self.tests += 1
            elif case is not None and name in ("failure", "error"):
                self.failures += 1
                if len(self.failed) < MOST_FAILURES:
                    self.failed.append(case[:MOST_NAME])
                # Once is enough: pytest writes an error in the set-up beside a failure.
                case = None
            elif case is not None and name == "skipped":
                self.skipped += 1
                case = None

        def end(name):
            nonlocal case
            if name == "testsuite":
                suites.pop()
            elif name == "testcase":
                case = None

        def doctype(*_):
            raise Doctype

        parser = xml.parsers.expat.ParserCreate()
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.StartDoctypeDeclHandler = doctype
        file_name = os.path.basename(path)
        try:
            with open(path, "rb") as file:
                parser.ParseFile(file)
        except xml.parsers.expat.ExpatError as error:
            self.notes.append(f"{file_name} is broken: {error}")
        except Doctype:
            self.notes.append(f"{file_name} has a document type")
        except (OSError, ValueError) as error:
            self.notes.append(f"{file_name} cannot be read: {error}")
        self.seconds += own_seconds or case_seconds


def number(text):
    try:
        value = float(text or 0)
    except ValueError:
        return 0.0
    return value if 0 <= value < 1e9 else 0.0


def cell(text):
    """A text inside a table: whatever it is, it stays in its cell and means nothing there."""
    kept = "".join(c if c.isprintable() else " " for c in str(text))
    kept = "".join(
        c if c.isalnum() or c in " .,:/+%–" else f"&#{ord(c)};"
        for c in " ".join(kept.split())
    )
    # Nor is it a link.
    return kept.replace("://", "&#58;//").replace("www.", "www&#46;")


def duration(seconds):
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def read_jobs(path):
    with open(path, encoding="utf-8") as file:
        return json.loads("".join(line for line in file if not line.startswith("#")))


def result_files(folder):
    """The files by the id of their job, the part of the name before the first dot."""
    found = {}
    for around, _, names in os.walk(folder):
        for name in sorted(names):
            if name.endswith(".xml"):
                found.setdefault(name.split(".")[0], []).append(
                    os.path.join(around, name)
                )
    return found


def row(job, result, reason, files):
    """The cells of a job, and its results."""
    results = Results()
    for path in files:
        results.read(path)
    said = reason or result
    if job["results"] and not files and result in ("success", "failure"):
        results.notes.append("no results")
    if results.notes:
        said += f" ({'; '.join(results.notes)})"
    if not job["decides"]:
        said += ", advisory"
    budget = job.get("expected") or "–"
    if files and job.get("expected_seconds", results.seconds) < results.seconds:
        budget += ", exceeded"
    counts = ["–"] * 4
    if files:
        counts = [
            results.tests,
            results.failures,
            results.skipped,
            duration(results.seconds),
        ]
    return [job["suite"], job["place"], said, *counts, budget], results


def table(jobs, needs, folder):
    selection = (needs.get("select") or {}).get("outputs") or {}
    try:
        reasons = json.loads(selection.get("skipped") or "{}") or {}
    except ValueError:
        reasons = {}
    found = result_files(folder)
    rows, failed, left_out = [], [], []
    total = Results()
    for job_id, job in jobs["jobs"].items():
        result = (needs.get(job_id) or {}).get("result", "missing")
        if result == "skipped" and job_id in reasons:
            left_out.append((job, reasons[job_id]))
            continue
        cells, results = row(job, result, None, found.get(job_id, []))
        rows.append(cells)
        total.tests += results.tests
        total.failures += results.failures
        total.skipped += results.skipped
        total.seconds += results.seconds
        failed += [(job, name) for name in results.failed]
    return rows, total, failed, left_out


def coverage(jobs, needs):
    """What several jobs measured together, each goal in a line."""
    for job_id, title in jobs.get("coverage", {}).items():
        need = needs.get(job_id) or {}
        figure = (need.get("outputs") or {}).get("figure")
        said = figure or f"no figure, the job is {need.get('result', 'missing')}"
        yield f"- {cell(title)}: {cell(said)}"


def written(jobs, needs, rows, total, failed, left_out):
    yield f"## {cell(jobs['stage'])}"
    yield ""
    if jobs.get("budget"):
        yield f"Budget of the critical path: {cell(jobs['budget'])}."
        yield ""
    heads = [
        "Suite",
        "Environment",
        "Result",
        "Tests",
        "Failures",
        "Skipped",
        "Time",
        "Budget",
    ]
    yield f"| {' | '.join(heads)} |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | --- |"
    for cells in rows[:MOST_ROWS]:
        yield f"| {' | '.join(cell(text) for text in cells)} |"
    sums = [total.tests, total.failures, total.skipped, duration(total.seconds)]
    yield f"| **Together** |  |  | {' | '.join(cell(text) for text in sums)} |  |"
    if len(rows) > MOST_ROWS:
        yield ""
        yield f"{len(rows) - MOST_ROWS} more jobs are not shown."
    goals = list(coverage(jobs, needs))
    if goals:
        yield from ("", "### Coverage", "", *goals)
    if failed:
        yield ""
        yield "### Failures"
        yield ""
        for job, name in failed[:MOST_FAILURES]:
            yield f"- {cell(job['suite'])}, {cell(job['place'])}: {cell(name)}"
        if total.failures > min(len(failed), MOST_FAILURES):
            yield f"- and {total.failures - min(len(failed), MOST_FAILURES)} more"
    if left_out:
        yield ""
        yield f"<details><summary>{len(left_out)} left out of this run</summary>"
        yield ""
        for job, reason in left_out[:MOST_ROWS]:
            yield f"- {cell(job['suite'])}, {cell(job['place'])}: {cell(reason)}"
        yield ""
        yield "</details>"


def main() -> int:
    jobs = read_jobs(os.environ["JOBS"])
    needs = json.loads(os.environ["NEEDS"])
    text = (
        "\n".join(written(jobs, needs, *table(jobs, needs, os.environ["RESULTS"])))
        + "\n"
    )
    with open(os.environ["GITHUB_STEP_SUMMARY"], "a", encoding="utf-8") as file:
        file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
