//! nextest: its configuration is read without a word about it, the profiles select and treat the tests
//! as the plan says, and cargo test runs the same ones.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::Value;

use crate::support::repository::Repository;
use crate::support::tools::{Done, LIMIT, run};

/// What nextest says of a key that it does not know, and goes on.
const UNKNOWN: &str = "ignoring unknown configuration key";

/// The jobs of the depot, each with the tests that its plan gives it, written down by hand.
const JOBS: &[(&str, &[&str])] = &[
    (
        "pre_merge/rules-cpu",
        &[
            "tests::a_name_is_something",
            "tests::names_are_counted",
            "tests::nothing_is_no_name",
        ],
    ),
    ("pre_merge/outside-cpu", &["a_name_from_outside"]),
    (
        "pre_merge/shelves-cpu",
        &[
            "tests::alone_first",
            "tests::alone_second",
            "tests::alone_third",
        ],
    ),
    ("nightly/shaky-cpu", &["tests::shaky"]),
    ("weekly/long-cpu", &["tests::every_name"]),
];

/// The depot with its outputs; its own configuration of nextest was there before.
fn depot() -> Repository {
    Repository::depot().generated()
}

/// The jobs as `dtpc jobs` tells them, by stage and name.
fn jobs(repository: &Repository) -> Vec<(String, Value)> {
    let mut dtpc = std::process::Command::new(env!("CARGO_BIN_EXE_dtpc"));
    dtpc.args(["jobs", repository.plan(), "--format", "json"])
        .current_dir(repository.root());
    let done = run(&mut dtpc, LIMIT);
    assert!(done.success(), "{done}");
    let rows: Vec<Value> = serde_json::from_str(&done.stdout).expect("JSON");
    let name = |row: &Value| format!("{}/{}", text(row, "stage"), text(row, "job"));
    rows.into_iter().map(|row| (name(&row), row)).collect()
}

fn text<'v>(row: &'v Value, key: &str) -> &'v str {
    row[key].as_str().expect("a text")
}

fn shell(repository: &Repository, line: &str) -> Done {
    let mut shell = repository.command("bash");
    shell.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", line]);
    run(&mut shell, LIMIT)
}

/// The tests in a report of nextest that passed and those that did not.
fn reported(repository: &Repository, profile: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let report = repository.read(&format!("target/nextest/{profile}/junit.xml"));
    let (mut passed, mut failed) = (BTreeSet::new(), BTreeSet::new());
    for case in report.split("<testcase ").skip(1) {
        let name = case
            .split("name=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let name = name.expect("a name").to_owned();
        let body = case.split("</testcase>").next().unwrap_or(case);
        if body.contains("<failure") || body.contains("<error") {
            failed.insert(name);
        } else {
            passed.insert(name);
        }
    }
    (passed, failed)
}

fn names(tests: &[&str]) -> BTreeSet<String> {
    tests.iter().map(ToString::to_string).collect()
}

#[test]
fn each_job_runs_its_tests_with_and_without_nextest() {
    let repository = depot();
    let all = jobs(&repository);
    assert_eq!(all.len(), JOBS.len() + 1, "a job without expected tests");
    for (job, tests) in JOBS {
        let (_, row) = all.iter().find(|(name, _)| name == job).expect("the job");
        let command = row["commands"][0].as_str().expect("a command");
        let _ = std::fs::remove_file(repository.root().join("target/seen"));
        let done = shell(&repository, command);
        assert!(done.success(), "{job}: {done}");
        assert!(!done.stderr.contains(UNKNOWN), "{job}: {done}");
        let (passed, failed) = reported(&repository, text(row, "stage"));
        assert_eq!(
            (passed, failed),
            (names(tests), BTreeSet::new()),
            "{job}: {done}"
        );

        let command = text(row, "without_nextest");
        assert!(command.starts_with("cargo test "), "{command}");
        let done = shell(&repository, command);
        assert!(done.success(), "{job}: {done}");
        let ran = done.stdout.lines().filter_map(|line| {
            let (name, result) = line.strip_prefix("test ")?.split_once(" ... ")?;
            (result == "ok").then(|| name.to_owned())
        });
        let ran: BTreeSet<String> = ran.collect();
        assert_eq!(ran, names(tests), "{job}: {command}: {done}");
    }
}

#[test]
fn a_profile_alone_is_the_rust_of_its_stage() {
    let repository = depot();
    let line = "cargo nextest run --profile pre_merge --features core-rules/metrics";
    let done = shell(&repository, line);
    assert!(done.success() && !done.stderr.contains(UNKNOWN), "{done}");
    let tests: Vec<&str> = JOBS[..3]
        .iter()
        .flat_map(|(_, tests)| *tests)
        .copied()
        .collect();
    assert_eq!(
        reported(&repository, "pre_merge").0,
        names(&tests),
        "{done}"
    );
}

#[test]
fn a_test_that_hangs_is_ended_and_the_report_names_it() {
    let repository = depot();
    // So that it is not built in the time that is measured, and does not fail.
    let built = shell(
        &repository,
        "cargo test --no-run --workspace && touch target/seen",
    );
    assert!(built.success(), "{built}");
    let all = jobs(&repository);
    let (_, row) = all
        .iter()
        .find(|(name, _)| name == "weekly/hanging-cpu")
        .expect("the job");
    assert!(row.get("without_nextest").is_none(), "{row}");
    let start = Instant::now();
    let done = shell(&repository, row["commands"][0].as_str().expect("a command"));
    assert!(!done.success() && start.elapsed().as_secs() < 60, "{done}");
    let (passed, failed) = reported(&repository, "weekly");
    assert_eq!(failed, names(&["tests::hangs"]), "{done}");
    assert_eq!(passed, names(&["tests::shaky"]), "{done}");
}

#[test]
fn what_people_wrote_stays_and_only_our_keys_drift() {
    let repository = Repository::depot();
    let before = repository.read(".config/nextest.toml");
    let repository = repository.generated();
    let after = repository.read(".config/nextest.toml");
    for line in before.lines() {
        assert!(after.lines().any(|l| l == line), "{line} is lost:\n{after}");
    }
    let check = || {
        let mut dtpc = std::process::Command::new(env!("CARGO_BIN_EXE_dtpc"));
        dtpc.args(["generate", repository.plan(), "--check"])
            .current_dir(repository.root());
        run(&mut dtpc, LIMIT)
    };
    assert!(check().success(), "{}", check());
    repository.replace(".config/nextest.toml", "retries = 4", "retries = 5");
    assert!(check().success(), "{}", check());
    repository.replace(
        ".config/nextest.toml",
        "fail-fast = false",
        "fail-fast = true",
    );
    let drifted = check();
    assert_eq!(drifted.code, Some(1), "{drifted}");
    assert!(drifted.stdout.contains("fail-fast"), "{drifted}");
}

#[test]
fn the_workshop_is_read_without_a_word_too() {
    let repository = Repository::workshop().generated();
    let line = "cargo nextest list --profile pre_merge --message-format json";
    let done = shell(&repository, line);
    assert!(
        done.success() && !done.stderr.contains("warning: "),
        "{done}"
    );
    assert!(done.stdout.contains("tests::it_runs"), "{done}");
}
