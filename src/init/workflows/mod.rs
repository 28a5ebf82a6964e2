//! The workflows of GitHub: what starts them, and which tests they run, where and for how long.
//!
//! A workflow that calls another one of the repository runs what that one runs. What stands in an
//! expression of GitHub, a script or an action is not followed: it is not guessed either.

mod runs;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::facts::{Machine, Starts, TestRun, Tests, Workflow};
use super::{Tree, paths};
use crate::schema::values::Os;
use runs::{commands, expression};

/// The folder of workflows.
const FOLDER: &str = ".github/workflows/";

/// How deep calls of workflows are followed: as deep as GitHub does.
const DEPTH: usize = 4;

/// The longest a job runs at GitHub, in minutes.
const LONGEST: u64 = 360;

/// The workflows of a repository, in the order of their files, and the files that cannot be read.
pub fn look(tree: &dyn Tree, tests: &Tests, markers: &[&str]) -> (Vec<Workflow>, Vec<String>) {
    let names = tree
        .files()
        .iter()
        .filter_map(|path| path.strip_prefix(FOLDER));
    let names =
        names.filter(|name| !name.contains('/') && paths::has_extension(name, &["yml", "yaml"]));
    let mut documents: BTreeMap<&str, Value> = BTreeMap::new();
    let mut unreadable = Vec::new();
    for name in names {
        let text = tree.text(&format!("{FOLDER}{name}")).unwrap_or_default();
        match serde_yaml::from_str::<Value>(&text) {
            Ok(document) if document.is_object() => {
                documents.insert(name, document);
            }
            _ => unreadable.push(name.to_owned()),
        }
    }
    let reader = Reader {
        documents: &documents,
        tests,
        markers,
    };
    let workflows = documents
        .iter()
        .map(|(name, document)| Workflow {
            file: (*name).to_owned(),
            starts: starts(document),
            runs: reader.runs(document, DEPTH),
        })
        .collect();
    (workflows, unreadable)
}

struct Reader<'r> {
    documents: &'r BTreeMap<&'r str, Value>,
    tests: &'r Tests,
    markers: &'r [&'r str],
}

impl Reader<'_> {
    /// The tests that a workflow runs.
    fn runs(&self, document: &Value, depth: usize) -> Vec<TestRun> {
        let mut runs: Vec<TestRun> = Vec::new();
        let jobs = document["jobs"].as_object();
        for (name, job) in jobs.into_iter().flatten() {
            for run in self.of_job(name, job, depth) {
                if !runs.contains(&run) {
                    runs.push(run);
                }
            }
        }
        runs
    }

    fn of_job(&self, name: &str, job: &Value, depth: usize) -> Vec<TestRun> {
        if let Some(called) = job["uses"].as_str() {
            let mut runs = self.handed(name, job);
            let file = called
                .strip_prefix("./")
                .and_then(|p| p.strip_prefix(FOLDER));
            let called = file.and_then(|file| self.documents.get(file));
            if let (Some(document), true) = (called, depth > 0) {
                // What is handed over was read here.
                let handed = !runs.is_empty();
                let inside = self.runs(document, depth - 1).into_iter();
                runs.extend(inside.filter(|run| !handed || !run.command.contains("${{ inputs.")));
            }
            return runs;
        }
        let machines = machines(job);
        let axes = axes(job);
        let timeout = job["timeout-minutes"].as_u64();
        let usual = job["defaults"]["run"]["working-directory"].as_str();
        let mut runs = Vec::new();
        for step in job["steps"].as_array().into_iter().flatten() {
            let Some(script) = step["run"].as_str() else {
                continue;
            };
            let folder = step["working-directory"]
                .as_str()
                .or(usual)
                .unwrap_or_default();
            let folder = folder.trim_start_matches("./").trim_end_matches('/');
            for command in commands(script, self.tests, self.markers) {
                runs.push(TestRun {
                    job: name.to_owned(),
                    machines: machines.clone(),
                    axes: axes.clone(),
                    folder: folder.trim_matches('.').to_owned(),
                    timeout: timeout
                        .or_else(|| step["timeout-minutes"].as_u64())
                        .filter(|minutes| (1..=LONGEST).contains(minutes)),
                    ..command
                });
            }
        }
        runs
    }

    /// The marker expressions that a job hands to a workflow it calls.
    fn handed(&self, name: &str, job: &Value) -> Vec<TestRun> {
        let inputs = job["with"].as_object();
        let inputs: Vec<(&String, &Value)> = inputs.into_iter().flatten().collect();
        let runner = inputs.iter().find_map(|(key, value)| {
            let text = value.as_str().filter(|text| !text.contains("${{"));
            text.filter(|_| key.contains("runner"))
        });
        let pytest = self.tests.tools.iter().find(|tool| tool.name == "pytest");
        let Some(pytest) = pytest else {
            return Vec::new();
        };
        inputs
            .iter()
            .filter(|(key, _)| key.contains("mark"))
            .filter_map(|(_, value)| expression(value.as_str()?, self.markers))
            .map(|expression| TestRun {
                job: name.to_owned(),
                tool: pytest.name.clone(),
                command: format!("pytest -m \"{expression}\""),
                expression: Some(expression),
                machines: runner.map(|label| machine(&[label])).into_iter().collect(),
                ..TestRun::default()
            })
            .collect()
    }
}

/// What starts a workflow.
fn starts(document: &Value) -> Starts {
    // A reader of YAML 1.1 takes the key `on` for a truth.
    let on = document.get("on").or_else(|| document.get("true"));
    let mut events: BTreeMap<&str, &Value> = BTreeMap::new();
    match on {
        Some(Value::String(event)) => {
            events.insert(event, &Value::Null);
        }
        Some(Value::Array(list)) => {
            events.extend(
                list.iter()
                    .filter_map(Value::as_str)
                    .map(|e| (e, &Value::Null)),
            );
        }
        Some(Value::Object(map)) => {
            events.extend(
                map.iter()
                    .map(|(event, settings)| (event.as_str(), settings)),
            );
        }
        _ => {}
    }
    let branches = |event: &str| -> Vec<String> {
        events
            .get(event)
            .map_or_else(Vec::new, |settings| texts(&settings["branches"]))
    };
    let push = events.get("push").is_some_and(|settings| {
        // Tags alone are releases.
        settings.get("tags").is_none() || settings.get("branches").is_some()
    });
    let schedules = events.get("schedule").and_then(|s| s.as_array());
    Starts {
        pull_request: events.contains_key("pull_request"),
        pull_request_branches: branches("pull_request"),
        merge_group: events.contains_key("merge_group"),
        push,
        push_branches: branches("push"),
        schedules: schedules
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let cron = entry["cron"].as_str()?.to_owned();
                Some((cron, entry["timezone"].as_str().map(str::to_owned)))
            })
            .collect(),
        dispatch: events.contains_key("workflow_dispatch"),
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items
            .iter()
            .filter_map(|i| i.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

/// The axes of the matrix of a job, with the values of each that are written there.
fn axes(job: &Value) -> Vec<(String, Vec<String>)> {
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    let matrix = job["strategy"]["matrix"].as_object();
    let mut axes: Vec<(String, Vec<String>)> = Vec::new();
    let mut add = |axis: &String, value: &Value| {
        let Some(value) = plain(value) else { return };
        match axes.iter_mut().find(|(name, _)| name == axis) {
            Some((_, values)) if values.contains(&value) => {}
            Some((_, values)) => values.push(value),
            None => axes.push((axis.clone(), vec![value])),
        }
    };
    for (axis, values) in matrix.into_iter().flatten() {
        let of_rows = ["include", "exclude"].contains(&axis.as_str());
        let values = values.as_array().filter(|_| !of_rows);
        values
            .into_iter()
            .flatten()
            .for_each(|value| add(axis, value));
    }
    let included = job["strategy"]["matrix"]["include"].as_array();
    let rows = included.into_iter().flatten().filter_map(Value::as_object);
    for (axis, value) in rows.flatten() {
        add(axis, value);
    }
    axes
}

/// The machines that a job runs on: one, or one for each value of its matrix.
fn machines(job: &Value) -> Vec<Machine> {
    let runs_on = &job["runs-on"];
    let labels = match runs_on {
        Value::Object(group) => group
            .get("labels")
            .or_else(|| group.get("group"))
            .map(texts),
        other => Some(texts(other)),
    };
    let labels = labels.unwrap_or_default();
    let [only] = labels.as_slice() else {
        let plain = !labels.is_empty() && labels.iter().all(|label| !label.contains("${{"));
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        return plain.then(|| machine(&labels)).into_iter().collect();
    };
    let Some(inside) = only
        .strip_prefix("${{")
        .and_then(|rest| rest.strip_suffix("}}"))
    else {
        return if only.contains("${{") {
            Vec::new()
        } else {
            vec![machine(&[only])]
        };
    };
    let Some(axis) = inside.trim().strip_prefix("matrix.") else {
        return Vec::new();
    };
    let matrix = &job["strategy"]["matrix"];
    let mut path = axis.split('.');
    let first = path.next().unwrap_or_default();
    let inner = path.next();
    let included = matrix["include"].as_array().into_iter().flatten();
    let values = matrix[first].as_array().into_iter().flatten();
    let values = values.chain(included.map(|entry| &entry[first]));
    let found: BTreeSet<String> = values
        .filter_map(|value| match inner {
            Some(key) => value[key].as_str(),
            None => value.as_str(),
        })
        .filter(|label| !label.contains("${{"))
        .map(str::to_owned)
        .collect();
    found.iter().map(|label| machine(&[label])).collect()
}

/// A machine by its labels: one of GitHub's own where a single label says so.
fn machine(labels: &[&str]) -> Machine {
    let hosted = match labels {
        [label] => {
            let known = [
                ("ubuntu-", Os::Linux),
                ("windows-", Os::Windows),
                ("macos-", Os::MacOs),
            ];
            let version = |rest: &str| {
                // Those of another architecture would need an environment of their own.
                let digits = rest.starts_with(|c: char| c.is_ascii_digit());
                (digits && !rest.ends_with("-arm")) || rest == "latest"
            };
            known
                .into_iter()
                .find(|(start, _)| label.strip_prefix(start).is_some_and(version))
                .map(|(_, os)| os)
        }
        _ => None,
    };
    Machine {
        labels: labels.iter().map(ToString::to_string).collect(),
        hosted,
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::Tool;
    use super::super::tests::Memory;
    use super::*;

    fn tests_with(names: &[&str]) -> Tests {
        let mut tests = Tests::default();
        for name in names {
            tests.add_tool(Tool::command(name, name, ""));
        }
        tests
    }

    fn read(files: &[(&str, &str)]) -> Vec<Workflow> {
        let tests = tests_with(&["pytest", "cargo_test"]);
        look(&Memory::new(files), &tests, &["unit", "gpu_1"]).0
    }

    #[test]
    fn triggers_machines_and_timeouts_are_read() {
        let text = "on:\n  pull_request:\n    branches: [main]\n  push:\n    branches: main\n  schedule:\n  - cron: '0 3 * * *'\n  workflow_dispatch:\njobs:\n  a:\n    runs-on: ${{ matrix.os }}\n    timeout-minutes: 20\n    strategy: {matrix: {os: [ubuntu-latest, windows-2025], python: [\"3.11\", \"3.12\"], n: \"${{ x }}\", exclude: [{n: 7}], include: [{python: \"3.13\", gpu: 1}, {python: \"3.11\"}]}}\n    steps:\n    - run: |\n        pip install pytest\n        pytest -m \"unit and not gpu_1\" tests\n";
        let workflows = read(&[(".github/workflows/ci.yml", text)]);
        let [workflow] = workflows.as_slice() else {
            panic!("{workflows:?}");
        };
        let starts = &workflow.starts;
        assert!(starts.pull_request && starts.push && starts.dispatch && !starts.merge_group);
        assert_eq!(starts.pull_request_branches, ["main"]);
        assert_eq!(starts.schedules, [("0 3 * * *".to_owned(), None)]);
        let [run] = workflow.runs.as_slice() else {
            panic!("{workflow:?}");
        };
        assert_eq!((run.tool.as_str(), run.timeout), ("pytest", Some(20)));
        assert_eq!(run.expression.as_deref(), Some("unit and not gpu_1"));
        let systems: Vec<Option<Os>> = run.machines.iter().map(|m| m.hosted).collect();
        assert_eq!(systems, [Some(Os::Linux), Some(Os::Windows)]);
        let said = |(axis, values): &(String, Vec<String>)| format!("{axis}: {}", values.join(" "));
        let axes: Vec<String> = run.axes.iter().map(said).collect();
        assert_eq!(
            axes,
            [
                "os: ubuntu-latest windows-2025",
                "python: 3.11 3.12 3.13",
                "gpu: 1"
            ]
        );
    }

    #[test]
    fn what_a_called_workflow_runs_is_run_by_its_caller() {
        let outer = "on: push\njobs:\n  t:\n    uses: ./.github/workflows/t.yml\n    with: {gpu_markers: unit and gpu_1, amd_runner: big, note: unit}\n";
        let inner = "on: workflow_call\njobs:\n  x:\n    runs-on: [self-hosted, gpu]\n    steps: [{run: cargo test --locked}]\n  again: {uses: ./.github/workflows/t.yml}\n";
        let workflows = read(&[
            (".github/workflows/a.yml", outer),
            (".github/workflows/t.yml", inner),
            (".github/workflows/broken.yml", "jobs: ["),
        ]);
        let runs = &workflows[0].runs;
        let commands: Vec<&str> = runs.iter().map(|run| run.command.as_str()).collect();
        assert_eq!(
            commands,
            ["pytest -m \"unit and gpu_1\"", "cargo test --locked"]
        );
        assert_eq!(runs[0].machines[0].labels, ["big"]);
        assert_eq!(runs[1].machines[0].hosted, None);
        assert_eq!(workflows.len(), 2);
    }
}
