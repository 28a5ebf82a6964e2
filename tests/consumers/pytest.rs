//! pytest: the configuration loads, strictly, and every command selects what it should.
//!
//! The expected tests are written down here by hand, from the marks in the sample and the words of
//! its plan.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::repository::{Repository, command_of};
use crate::support::tools::{Done, LIMIT, run};

/// No test was collected.
const NOTHING: Option<i32> = Some(5);

/// The tests of each job of the sample that runs pytest.
const SAMPLE: &[(&str, &str, &[&str])] = &[
    (
        "pre-merge.yml",
        "python_unit-cpu",
        &[
            "sample/settings/test_parse.py::test_name_and_value",
            "sample/settings/test_parse.py::test_comments_are_left_out",
            "sample/store/test_client.py::test_a_request_is_a_line",
            "sample/store/test_client.py::test_a_word_has_no_blank",
            "sample/store/test_client.py::test_an_answer_without_value_is_none",
        ],
    ),
    (
        "pre-merge.yml",
        "integration-cpu",
        &[
            "tests/integration/sample/store/test_round_trip.py::TestRoundTrip::test_what_is_set_is_got",
            "tests/integration/sample/store/test_round_trip.py::TestRoundTrip::test_what_is_not_set_is_none",
        ],
    ),
    (
        "pre-merge.yml",
        "e2e-cpu",
        &[
            "tests/e2e/test_cli.py::test_set_and_get",
            "tests/e2e/test_cli.py::test_a_missing_key_is_told",
        ],
    ),
    (
        "pre-merge.yml",
        "throughput-cpu",
        &["benchmarks/test_settings.py::test_a_thousand_lines"],
    ),
    (
        "nightly.yml",
        "python_unit-cpu",
        &[
            "sample/settings/test_parse.py::test_name_and_value",
            "sample/settings/test_parse.py::test_comments_are_left_out",
            "sample/settings/test_parse.py::test_a_line_without_equals_is_named[port]",
            "sample/settings/test_parse.py::test_a_line_without_equals_is_named[port 7070]",
            "sample/store/test_client.py::test_a_request_is_a_line",
            "sample/store/test_client.py::test_a_word_has_no_blank",
            "sample/store/test_client.py::test_an_answer_without_value_is_none",
        ],
    ),
    (
        "nightly.yml",
        "integration-cpu",
        &[
            "tests/integration/sample/store/test_round_trip.py::TestRoundTrip::test_what_is_set_is_got",
            "tests/integration/sample/store/test_round_trip.py::TestRoundTrip::test_many_keys",
        ],
    ),
    (
        "nightly.yml",
        "e2e-cpu",
        &["tests/e2e/test_cli.py::test_set_and_get"],
    ),
    (
        "nightly.yml",
        "e2e_gpu-gpu",
        &["tests/e2e/test_cli.py::test_with_one_gpu"],
    ),
];

/// Every command of the workflows that runs pytest, with the workflow and the job it is in.
pub fn pytest_jobs(repository: &Repository) -> BTreeMap<(String, String), Value> {
    let mut jobs = BTreeMap::new();
    for file in repository.workflow_files() {
        let workflow = repository.yaml(&format!(".github/workflows/{file}"));
        for (id, job) in workflow["jobs"].as_object().expect("jobs") {
            let runs_pytest = |step: &Value| {
                let run = step["run"].as_str().unwrap_or_default();
                run.starts_with("pytest ") || run.contains(" pytest ") && run.contains(" -m ")
            };
            if job["steps"]
                .as_array()
                .expect("steps")
                .iter()
                .any(runs_pytest)
            {
                jobs.insert((file.clone(), id.clone()), job.clone());
            }
        }
    }
    jobs
}

/// Runs the command of a job in the shell, as the workflow does, but only to collect.
pub fn collect(repository: &Repository, job: &Value) -> Done {
    let line = format!("{} --collect-only --quiet", command_of(job));
    let mut shell = repository.command("bash");
    shell.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &line]);
    for (name, value) in job["env"].as_object().expect("an environment") {
        shell.env(name, value.as_str().expect("a text"));
    }
    run(&mut shell, LIMIT)
}

pub fn collected(done: &Done) -> BTreeSet<&str> {
    done.stdout
        .lines()
        .filter(|line| line.contains("::"))
        .collect()
}

fn assert_sample_selects(repository: &Repository) {
    let mut jobs = pytest_jobs(repository);
    for (workflow, id, tests) in SAMPLE {
        let job = jobs
            .remove(&((*workflow).to_owned(), (*id).to_owned()))
            .unwrap_or_else(|| panic!("{workflow}: no job {id} that runs pytest"));
        let done = collect(repository, &job);
        assert!(done.success(), "{workflow}, {id}: {done}");
        let expected: BTreeSet<&str> = tests.iter().copied().collect();
        assert_eq!(collected(&done), expected, "{workflow}, {id}: {done}");
    }
    assert!(jobs.is_empty(), "nothing is expected of {:?}", jobs.keys());
}

#[test]
fn every_command_of_the_sample_selects_its_tests() {
    assert_sample_selects(&Repository::sample().generated());
}

#[test]
fn all_tests_of_the_sample_load_strictly() {
    let repository = Repository::sample().generated();
    let done = repository.call("pytest", &["--collect-only", "-q"]);
    assert!(done.success(), "{done}");
    assert_eq!(collected(&done).len(), 14, "{done}");
}

#[test]
fn a_marker_that_the_plan_does_not_know_is_refused() {
    let repository = Repository::sample().generated();
    repository.replace(
        "benchmarks/test_settings.py",
        "mark.pre_merge",
        "mark.pre_marge",
    );
    let done = repository.call("pytest", &["--collect-only", "-q"]);
    assert!(!done.success(), "{done}");
    assert!(
        done.stdout.contains("'pre_marge' not found in `markers`"),
        "{done}"
    );
    // Nor in a selection.
    let done = repository.call("pytest", &["sample", "-m", "unti"]);
    assert!(!done.success() && done.code != NOTHING, "{done}");
}

#[test]
fn a_setting_that_pytest_does_not_know_is_refused() {
    let repository = Repository::sample().generated();
    repository.replace("pytest.ini", "[pytest]", "[pytest]\nunheard_of = 1");
    let done = repository.call("pytest", &["--collect-only", "-q"]);
    assert!(
        !done.success() && done.stderr.contains("unheard_of"),
        "{done}"
    );
}

#[test]
fn descriptions_of_markers_are_shown_to_people() {
    let done = Repository::sample()
        .generated()
        .call("pytest", &["--markers"]);
    assert!(
        done.stdout
            .contains("@pytest.mark.gpu_1: The test needs a GPU."),
        "{done}"
    );
    assert!(
        done.stdout
            .contains("@pytest.mark.needs_store: needs Store to run"),
        "{done}"
    );
}

/// With comments, foreign tables, and keys of pytest that are not of dtpc.
const PYPROJECT: &str = r#"# Ours: dtpc has no say here.
[project]
name = "sample"          # as on the index
version = "0.1.0"

[project.optional-dependencies]
test = ["pytest>=9"]

# The options below are shared with the editors.
[tool.pytest.ini_options]
minversion = "9.0"       # strict markers cover `-m`
addopts = [
    "-ra",               # say why something was skipped
]

[tool.ruff]
line-length = 99
lint.select = ["E", "F"]
"#;

#[test]
fn in_a_pyproject_it_selects_the_same_and_keeps_what_people_wrote() {
    let repository = Repository::sample();
    repository.replace(
        "plans/sample.dtp",
        "  python: \"3.12\"\n",
        "  python: \"3.12\"\n  config: \"pyproject.toml\"\n",
    );
    repository.write("pyproject.toml", PYPROJECT);
    let repository = repository.generated();
    assert!(!repository.root().join("pytest.ini").exists());
    let written = repository.read("pyproject.toml");
    let mut lines = written.lines();
    for kept in PYPROJECT.lines() {
        assert!(
            lines.any(|line| line == kept),
            "{kept:?} is lost or moved:\n{written}"
        );
    }
    assert_sample_selects(&repository);
    repository.replace(
        "benchmarks/test_settings.py",
        "mark.pre_merge",
        "mark.pre_marge",
    );
    let done = repository.call("pytest", &["--collect-only", "-q"]);
    assert!(
        !done.success() && done.stdout.contains("'pre_marge' not found"),
        "{done}"
    );
}

/// The tests of each command of the workshop that runs pytest, in order.
const WORKSHOP: &[(&str, &str, &[&[&str]])] = &[
    ("pre-merge.yml", "serve-cpu-vllm-cuda13_0", VLLM),
    ("pre-merge.yml", "serve-cpu-vllm-cudanone", VLLM),
    (
        "pre-merge.yml",
        "serve-cpu-neither-cudanone",
        &[&[], &["test_wheel"]],
    ),
    ("pre-merge.yml", "reading-cpu", &[&["test_report"]]),
    (
        "nightly.yml",
        "inside-cpu-vllm",
        &[&[
            "test_vllm_packed",
            "test_vllm_packed_too",
            "test_vllm_single",
            "test_that_is_run_again",
        ]],
    ),
    ("nightly.yml", "inside-cpu-sglang", &[&["test_sglang"]]),
    ("nightly.yml", "inside-cpu-neither", &[&["test_wheel"]]),
];

const VLLM: &[&[&str]] = &[
    &["test_vllm_packed", "test_vllm_packed_too"],
    &["test_vllm_single", "test_that_is_run_again"],
];

/// The commands of a job, without what a script puts around them.
fn commands(job: &Value) -> Vec<&str> {
    let lines = command_of(job).lines();
    lines
        .filter(|line| line.contains("pytest "))
        .map(|line| line.strip_prefix("run ").unwrap_or(line))
        .collect()
}

/// The names of the tests that a command collects.
fn names(repository: &Repository, command: &str) -> BTreeSet<String> {
    let line = format!("{command} --collect-only --quiet");
    let mut shell = repository.command("bash");
    let done = run(shell.args(["-c", &line]), LIMIT);
    assert!(done.success() || done.code == NOTHING, "{done}");
    collected(&done)
        .into_iter()
        .map(|test| test.rsplit_once("::").expect("a test").1.to_owned())
        .collect()
}

#[test]
fn every_command_of_the_workshop_selects_its_tests() {
    let repository = Repository::workshop().generated();
    let mut jobs = pytest_jobs(&repository);
    for (workflow, id, parts) in WORKSHOP {
        let job = jobs
            .remove(&((*workflow).to_owned(), (*id).to_owned()))
            .unwrap_or_else(|| panic!("{workflow}: no job {id} that runs pytest"));
        let commands = commands(&job);
        assert_eq!(commands.len(), parts.len(), "{id}: {commands:?}");
        for (command, tests) in commands.iter().zip(*parts) {
            let expected: BTreeSet<String> = tests.iter().map(|t| (*t).to_owned()).collect();
            assert_eq!(names(&repository, command), expected, "{id}: {command}");
        }
    }
    // The shards divide what their cell selects: which of them gets a test is pytest-split's choice.
    let mut found = Vec::new();
    for number in 1..=2 {
        let id = format!("serve-cpu-sglang-cudanone-shard{number}");
        let job = jobs
            .remove(&("pre-merge.yml".to_owned(), id))
            .expect("a shard");
        for command in commands(&job) {
            found.extend(names(&repository, command));
        }
    }
    assert_eq!(found, ["test_sglang"]);
    assert!(jobs.is_empty(), "nothing is expected of {:?}", jobs.keys());
}

/// Dynamo's tests are not here. So each folder that its commands name gets a file with one test for
/// each kind of machine, which carries the markers of all types and stages.
const DYNAMO_TESTS: &str = r"
import pytest

m = pytest.mark
pytestmark = [m.unit, m.integration, m.e2e, m.performance, m.pre_merge, m.nightly]


def test_says_nothing(): ...
@m.gpu_0
@m.single_node
def test_gpu_0(): ...
@m.gpu_1
def test_gpu_1(): ...
@m.gpu_8
@m.single_node
def test_gpu_8(): ...
@m.gpu_8
@m.multi_node
def test_gpu_8_multi_node(): ...
@m.cluster
def test_cluster(): ...
@m.gpu_8
@m.perf_cluster
def test_perf_cluster(): ...
";

#[test]
fn every_command_of_dynamo_selects_the_tests_of_its_environment() {
    let repository = Repository::dynamo().generated();
    let jobs = pytest_jobs(&repository);
    assert!(jobs.len() >= 15, "{:?}", jobs.keys());
    // The folders come from the generated file that names them all.
    let settings = repository.read("pytest.ini");
    let folders = settings.lines().skip_while(|l| *l != "testpaths =").skip(1);
    for (number, folder) in folders.take_while(|l| l.starts_with(' ')).enumerate() {
        let file = format!("{}/test_all_{number}.py", folder.trim());
        repository.write(&file, DYNAMO_TESTS);
    }
    for ((workflow, id), job) in &jobs {
        let expected: &[&str] = match id.rsplit_once('-').expect("suite and environment").1 {
            "cpu_mock" => &["test_says_nothing", "test_gpu_0"],
            "gpu_single_node" => &["test_gpu_1", "test_gpu_8"],
            "gpu_multi_node" => &["test_gpu_8_multi_node"],
            "gpu_cluster" => &["test_cluster"],
            other => panic!("nothing is expected of {other}"),
        };
        let done = collect(&repository, job);
        assert!(done.success(), "{workflow}, {id}: {done}");
        let names: BTreeSet<&str> = collected(&done)
            .into_iter()
            .filter_map(|test| Some(test.rsplit_once("::")?.1))
            .collect();
        let expected: BTreeSet<&str> = expected.iter().copied().collect();
        assert_eq!(names, expected, "{workflow}, {id}: {done}");
    }
}
