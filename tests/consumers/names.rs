//! The names that dtpc gives to its own jobs and artifacts, beside those that a plan gives.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::tools::{LIMIT, run, tools};

/// A plan whose names come as close to those of dtpc as names can.
const PLAN: &str = r#"
plan p {}
stage s { host: github, trigger: pull_request, types: [t] }
type t {}
environment x { visibility: public, runner: r, local: host }
environment notify { visibility: public, runner: r, local: host }
runner r { labels: ["ubuntu-24.04"] }
gate x { status: "one", stage: s, requires: [gate] }
gate y { status: "two", stage: s }
suite gate { type: t, tool: pytest, paths: ["a/**"], stages: [s], environments: [x, notify], needs: [build.select] }
suite summary { type: t, tool: pytest, paths: ["b/**"], stages: [s], environments: [x] }
suite select { type: t, tool: pytest, paths: ["c/**"], stages: [s], environments: [x], when: changed(all_files) }
suite build { type: t, tool: pytest, paths: ["d/**"], stages: [s], environments: [x] }
suite results { type: t, tool: pytest, paths: ["e/**"], stages: [s], environments: [x], repeats: gate, because: "a test" }
build select { on: x, commands: ["make"] }
artifact results { from: gate, files: ["a.txt"] }
artifact coverage { from: suite.summary, files: ["a.txt"] }
paths all_files { match: ["**"] }
accept twice {
  promise: overlap, stage: s, between: [gate(environment: x), gate(environment: notify)]
  because: "a test", owner: us, expires: 2099-12-31
}
owner us {}
"#;

#[test]
fn own_names_are_none_of_the_plan() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("plan.dtp"), PLAN).expect("a plan");
    let mut dtpc = std::process::Command::new(env!("CARGO_BIN_EXE_dtpc"));
    let arguments = ["generate", "plan.dtp", "--out", "."];
    let done = run(dtpc.args(arguments).current_dir(folder.path()), LIMIT);
    assert!(done.success(), "{done}");
    let path = folder.path().join(".github/workflows/s.yml");
    let text = fs::read_to_string(path).expect("a workflow");
    let workflow: Value = serde_yaml::from_str(&text).expect("YAML");
    let jobs = workflow["jobs"].as_object().expect("jobs");
    let ids: BTreeSet<&str> = jobs.keys().map(String::as_str).collect();
    let expected = BTreeSet::from([
        "select",
        "build--select",
        "gate-x",
        "gate-notify",
        "summary-x",
        "select-x",
        "build-x",
        "results-x",
        "gate--x",
        "gate--y",
        "summary",
    ]);
    assert_eq!(ids, expected);
    // An artifact can have a name once in a run.
    let mut uploads = BTreeSet::new();
    for job in jobs.values() {
        for step in job["steps"].as_array().expect("steps") {
            let is_upload = step["uses"]
                .as_str()
                .is_some_and(|uses| uses.starts_with("actions/upload-artifact@"));
            if is_upload {
                let name = step["with"]["name"].as_str().expect("a name");
                assert!(uploads.insert(name), "{name} is uploaded twice");
            }
        }
    }
    for name in ["results-gate-x", "results--gate-x", "results--results-x"] {
        assert!(uploads.contains(name), "{name}: {uploads:?}");
    }
    // The summary takes the results of tests, not the artifact of that name.
    let taken = |name: &str| name.starts_with("results--");
    assert!(!taken("results-gate-x") && !taken("results-gate-notify"));
    let mut linter = tools().command("jactionlint");
    linter
        .args(["--profile", "correctness", "--strict-exit", "--oneline"])
        .args(["--no-hints", ".github/workflows/s.yml"])
        .current_dir(folder.path());
    let done = run(&mut linter, LIMIT);
    assert!(done.success() && done.stdout.is_empty(), "{done}");
}
