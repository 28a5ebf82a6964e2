//! The record that lies beside a JUnit file, and what a shard makes of it for the gate.

use std::fs;

use serde_json::{Value, json};

use crate::support::repository::Repository;
use crate::support::tools::{Done, LIMIT, run};

const FILE: &str = "test_group_default.py";

/// The rules without the tests that break them.
fn repository() -> Repository {
    let repository = Repository::marker_rules().generated();
    let text = repository.read(FILE);
    let kept = text.split("@m.gpu_1  #~").next().expect("a part");
    repository.write(FILE, kept);
    repository
}

/// Runs pytest with a JUnit file, and reads the record beside it.
fn record(repository: &Repository, options: &[&str]) -> Value {
    let mut pytest = repository.command("pytest");
    pytest
        .args(["--junitxml=results/part.xml", FILE])
        .args(options);
    let done = run(&mut pytest, LIMIT);
    assert!(matches!(done.code, Some(0 | 5)), "{done}");
    assert!(repository.root().join("results/part.xml").is_file());
    serde_json::from_str(&repository.read("results/part.collected.json")).expect("JSON")
}

#[test]
fn what_was_found_selected_and_taken_is_recorded() {
    let repository = repository();
    let all = json!({
        "plan": "plan.dtp", "found": 4, "selected": 4, "taken": 4, "ran": 4,
        "shard": null, "shards": null, "exit": 0,
    });
    for options in [&[][..], &["-n2"], &["-pno:cacheprovider"], &["--reruns=1"]] {
        assert_eq!(record(&repository, options), all, "{options:?}");
    }
    for options in [
        &["-m", "core"][..],
        &["-m", "cold", "-n2"],
        &["-k", "condition and under"],
    ] {
        let mut some = all.clone();
        for count in ["selected", "taken", "ran"] {
            some[count] = json!(1);
        }
        assert_eq!(record(&repository, options), some, "{options:?}");
    }
    let none = record(&repository, &["-m", "blue"]);
    assert_eq!((&none["selected"], &none["exit"]), (&json!(0), &json!(5)));
}

/// A shard knows what the whole job selects: with none of its own it is empty, and the job is not.
#[test]
fn a_shard_records_what_it_was_taken_from() {
    let repository = repository();
    let mut taken = 0;
    for number in 1..=7 {
        let group = format!("--group={number}");
        for more in ["-pno:cacheprovider", "-n2"] {
            let shard = record(&repository, &["--splits=7", &group, more]);
            assert_eq!(shard["selected"], json!(4), "{shard}");
            assert_eq!(
                (&shard["shard"], &shard["shards"]),
                (&json!(number), &json!(7))
            );
            assert_eq!(shard["taken"], shard["ran"], "{shard}");
            taken += shard["taken"].as_u64().expect("a number");
        }
    }
    assert_eq!(taken, 2 * 4);
}

#[test]
fn errors_of_collection_are_recorded_too() {
    let repository = Repository::marker_rules().generated();
    repository.call("pytest", &["--junitxml=out/j.xml", FILE]);
    let record: Value =
        serde_json::from_str(&repository.read("out/j.collected.json")).expect("JSON");
    assert_eq!(
        (&record["exit"], &record["ran"]),
        (&json!(2), &json!(0)),
        "{record}"
    );
    let junit = repository.read("out/j.xml");
    assert_eq!(junit.matches("<error").count(), 2, "{junit}");
    // Without a JUnit file there is no record.
    repository.call("pytest", &[FILE]);
    assert!(!repository.root().join("test-results").exists());
}

/// The script of the workshop's shards, with these records in its folder.
fn tell(records: &[Value], options: &[&str]) -> (Done, String) {
    let repository = Repository::workshop().generated();
    fs::create_dir(repository.root().join("test-results")).expect("a folder");
    for (number, record) in records.iter().enumerate() {
        let file = format!("test-results/{number}.collected.json");
        repository.write(&file, &record.to_string());
    }
    let outputs = repository.root().join("outputs");
    let mut script = repository.command("python");
    script
        .args([".github/dtpc/collected.py", "test-results"])
        .args(options)
        .env("GITHUB_OUTPUT", &outputs);
    let done = run(&mut script, LIMIT);
    let told = fs::read_to_string(outputs).unwrap_or_default();
    (done, told)
}

#[test]
fn an_empty_shard_is_told_from_an_empty_job() {
    let part = |selected, taken| json!({ "selected": selected, "taken": taken });
    let (done, told) = tell(&[part(5, 3), part(2, 0)], &["true"]);
    assert!(done.success(), "{done}");
    assert_eq!(told, "ran=true\nselected=7\ntaken=3\n");
    let (done, told) = tell(&[part(5, 0)], &["false"]);
    assert!(done.success(), "an empty shard: {done}");
    assert_eq!(told, "ran=false\nselected=5\ntaken=0\n");
    let (done, _) = tell(&[part(0, 0), part(0, 0)], &["false"]);
    assert_eq!(done.code, Some(5), "an empty job: {done}");
    assert!(done.stdout.contains("::error::no test ran: "), "{done}");
    let (done, told) = tell(&[part(0, 0)], &["--may-be-empty", "false"]);
    assert!(done.success(), "{done}");
    assert_eq!(told, "ran=false\nselected=0\ntaken=0\n");
    // Without a record the gate judges by the rest alone.
    let (done, told) = tell(&[], &["false"]);
    assert!(done.success(), "{done}");
    assert_eq!(told, "ran=false\n");
}

#[test]
fn the_script_is_clean_python() {
    let repository = Repository::workshop().generated();
    let script = ".github/dtpc/collected.py";
    for options in [&["check"][..], &["format", "--check"]] {
        let done = repository.call("ruff", &[options, &["--isolated", script]].concat());
        assert!(done.success(), "{done}");
    }
}
