//! act runs the plan of `tests/workshop/`: axes, parts, shards, builds, artifacts, conditions.

use std::collections::BTreeMap;

use serde_json::json;

use crate::here::{Here, assert_same};
use crate::support::act::{ActRun, Outcome, Ran};
use crate::support::repository::Repository;

const GATE: &str = "gate--merge";

/// Every job that a pull request without label runs.
const JOBS: [&str; 13] = [
    "select",
    "build--wheel",
    "serve-cpu-vllm-cuda13_0",
    "serve-cpu-vllm-cudanone",
    "serve-cpu-sglang-cudanone-shard1",
    "serve-cpu-sglang-cudanone-shard2",
    "serve-cpu-neither-cudanone",
    "runtime-cpu-shard1",
    "runtime-cpu-shard2",
    "runtime-cpu-shard3",
    "bindings-cpu",
    "reading-cpu",
    "fresh-cpu",
];
/// And those that it does not.
const LEFT_OUT: [&str; 2] = ["by_hand-cpu", "labelled-cpu"];

/// A pull request that changes these files: everything, where nothing is known of its base.
fn pull_request(repository: &Repository) -> ActRun {
    let payload = json!({ "pull_request": { "base": { "sha": "1".repeat(40) } } });
    ActRun::new(repository.root())
        .workflow(".github/workflows/pre-merge.yml")
        .event("pull_request")
        .label("ubuntu-24.04")
        .secret("HUB_TOKEN", "open sesame")
        .payload(payload)
}

/// What the gate printed of each job: its weight and its result.
fn verdicts(ran: &Ran) -> BTreeMap<String, (String, String)> {
    let log = ran.job(GATE).step("Judge the results").log.clone();
    log.lines()
        .filter_map(|line| match *line.split_whitespace().collect::<Vec<_>>() {
            [result, weight @ ("required" | "advisory"), job, ..] => {
                let job = job.trim_end_matches(':').to_owned();
                Some((job, (weight.into(), result.into())))
            }
            _ => None,
        })
        .collect()
}

/// That the gate saw these results, success of every other job that is in the run, and judged so.
#[track_caller]
fn assert_results(ran: &Ran, others: &[(&str, &str)], gate: Outcome) {
    let verdicts = verdicts(ran);
    let others: BTreeMap<&str, &str> = others.iter().copied().collect();
    for job in JOBS {
        let expected = others.get(job).copied().unwrap_or("success");
        let result = verdicts.get(job).map(|(_, result)| result.as_str());
        assert_eq!(result, Some(expected), "{job}\n{ran}");
    }
    for job in LEFT_OUT {
        assert_eq!(verdicts[job].1, "removed", "{job}\n{ran}");
    }
    assert_eq!(verdicts.len(), JOBS.len() + LEFT_OUT.len(), "{ran}");
    assert_eq!(ran.job(GATE).result(), gate, "{ran}");
}

#[test]
fn a_pull_request_is_green() {
    let repository = Repository::workshop().generated();
    let ran = pull_request(&repository).run();
    assert_results(&ran, &[], Outcome::Success);
    let here = assert_same(&repository, &ran, &verdicts(&ran), GATE);
    assert_eq!(here.result("by_hand-cpu"), "left_out", "{}", here.done);
    for part in ["packed.xml", "single.xml"] {
        let report = format!("{}/serve-cpu-vllm-cudanone/{part}", here.results());
        assert!(repository.read(&report).contains("<testsuites"), "{report}");
    }
    // Whoever names a job asks for it, and for what it needs alone.
    let by_hand = Here::with(
        &repository,
        &["--stage", "pre_merge", "--job", "by_hand-cpu"],
    );
    assert_eq!(by_hand.result("by_hand-cpu"), "success", "{}", by_hand.done);
    assert!(ran.success(), "{ran}");

    // The parts, each with its own words; what failed once was run again.
    let vllm = ran.job("serve-cpu-vllm-cuda13_0").log();
    assert!(vllm.contains("2 workers [2 items]"), "{ran}");
    assert!(vllm.contains("2 passed, 5 deselected, 1 rerun"), "{ran}");
    // A part may be without a test.
    let neither = ran.job("serve-cpu-neither-cudanone").log();
    assert!(neither.contains("1 passed"), "{ran}");
    // So may a shard, if its neighbours are not.
    let shards: Vec<&str> = [
        "serve-cpu-sglang-cudanone-shard1",
        "serve-cpu-sglang-cudanone-shard2",
    ]
    .map(|job| ran.job(job).step("tests").outputs["ran"].as_str())
    .into();
    assert_eq!(
        shards.iter().filter(|ran| **ran == "true").count(),
        1,
        "{ran}"
    );
    let runtime: Vec<&str> = [
        "runtime-cpu-shard1",
        "runtime-cpu-shard2",
        "runtime-cpu-shard3",
    ]
    .map(|job| ran.job(job).step("tests").outputs["ran"].as_str())
    .into();
    assert_eq!(
        runtime.iter().filter(|ran| **ran == "true").count(),
        1,
        "{ran}"
    );
    assert!(
        ran.job("bindings-cpu")
            .log()
            .contains("setup-go: asked for '1.25'"),
        "{ran}"
    );
    let results = ran.artifact("results--serve-cpu-vllm-cudanone");
    for part in ["packed", "single"] {
        let file = format!("serve-cpu-vllm-cudanone.{part}.xml");
        assert!(results.join(&file).is_file(), "{file}\n{ran}");
    }
}

#[test]
fn a_change_that_affects_nothing_skips_the_jobs_and_opens_the_gate() {
    let ran = pull_request(&Repository::workshop().generated())
        // Nothing has changed, as git tells.
        .payload(json!({ "pull_request": { "base": { "sha": "HEAD" } } }))
        .run();
    let verdicts = verdicts(&ran);
    assert_eq!(verdicts["select"].1, "success", "{ran}");
    for job in JOBS.iter().skip(1).chain(&LEFT_OUT) {
        assert!(!ran.has_run(job), "{job}\n{ran}");
        assert_eq!(verdicts[*job].1, "removed", "{job}\n{ran}");
    }
    assert_eq!(ran.job(GATE).result(), Outcome::Success, "{ran}");
    assert!(ran.success(), "{ran}");
}

#[test]
fn a_label_puts_its_jobs_into_the_run() {
    let ran = pull_request(&Repository::workshop().generated())
        .payload(json!({ "pull_request": {
            "base": { "sha": "HEAD" },
            "labels": [{ "name": "run full" }],
        } }))
        .run();
    let verdicts = verdicts(&ran);
    let expected = ("required".to_owned(), "success".to_owned());
    assert_eq!(verdicts["labelled-cpu"], expected, "{ran}");
    assert_eq!(verdicts["by_hand-cpu"].1, "removed", "{ran}");
    assert_eq!(verdicts["bindings-cpu"].1, "removed", "{ran}");
    assert_eq!(ran.job(GATE).result(), Outcome::Success, "{ran}");
}

#[test]
fn whoever_starts_a_run_chooses_a_framework_and_gets_the_manual_jobs() {
    let ran = pull_request(&Repository::workshop().generated())
        .event("workflow_dispatch")
        .input("framework", "neither")
        .run();
    let verdicts = verdicts(&ran);
    let result = |job: &str| verdicts[job].1.as_str();
    assert_eq!(result("serve-cpu-neither-cudanone"), "success", "{ran}");
    assert_eq!(result("serve-cpu-vllm-cuda13_0"), "removed", "{ran}");
    assert_eq!(
        result("serve-cpu-sglang-cudanone-shard1"),
        "removed",
        "{ran}"
    );
    assert_eq!(
        verdicts["by_hand-cpu"],
        ("advisory".into(), "success".into()),
        "{ran}"
    );
    assert_eq!(ran.job(GATE).result(), Outcome::Success, "{ran}");
}

/// Several things are broken at once: each is seen in the job it is in, and they share the time of a
/// run.
#[test]
fn what_fails_closes_the_gate() {
    let repository = Repository::workshop().generated();
    let serve = "tests/serve/test_serve.py";
    // A shard fails.
    repository.replace(serve, "== \"large\"", "== \"larger\"");
    // In one cell the parts find no test.
    repository.replace(serve, "def test_wheel", "@m.sglang\ndef test_wheel");
    // No shard finds one.
    repository.replace("src/lib.rs", "#[test]", "#[allow(dead_code)]");
    // What is generated is not what is committed: a file is new, which git does not count by itself.
    repository.write("tools/names.txt", "get set put\n");
    let ran = pull_request(&repository).run();
    let failed = if ran.job("serve-cpu-sglang-cudanone-shard1").result() == Outcome::Failure {
        "serve-cpu-sglang-cudanone-shard1"
    } else {
        "serve-cpu-sglang-cudanone-shard2"
    };
    assert_results(
        &ran,
        &[
            (failed, "failure"),
            ("serve-cpu-neither-cudanone", "failure"),
            ("bindings-cpu", "failure"),
            // It fetches what `bindings` makes.
            ("reading-cpu", "skipped"),
        ],
        Outcome::Failure,
    );
    assert_eq!(ran.code, Some(1), "{ran}");
    let told = &ran
        .job("serve-cpu-neither-cudanone")
        .step("tests")
        .annotations;
    assert_eq!(
        told[..],
        [("error".to_owned(), "no test ran".to_owned())],
        "{ran}"
    );
    let bindings = ran.job("bindings-cpu").log();
    assert!(bindings.contains("+binding put"), "{ran}");
    let gate = &ran.job(GATE).step("Judge the results").annotations;
    let none = ("error".to_owned(), "runtime-cpu: no test ran".to_owned());
    assert!(gate.contains(&none), "{ran}");
    assert_same(&repository, &ran, &verdicts(&ran), GATE);
}

/// It runs last, in the one and in the other, and is seen in the job that it belongs to.
#[test]
fn a_clean_up_that_fails_closes_the_gate() {
    let repository = Repository::workshop().generated();
    // What the first command should take away is not there; the second one does its work all the same.
    repository.replace(
        "tests/read/test_report.py",
        "Path(\"report/left.txt\").touch()",
        "",
    );
    let ran = pull_request(&repository).run();
    assert_results(&ran, &[("reading-cpu", "failure")], Outcome::Failure);
    assert_eq!(ran.code, Some(1), "{ran}");
    let reading = ran.job("reading-cpu");
    assert!(reading.step("tests").success(), "{ran}");
    let cleaned = reading.step("Clean up");
    assert!(!cleaned.success(), "{ran}");
    assert!(cleaned.log.contains("took away report/more.txt"), "{ran}");
    let here = assert_same(&repository, &ran, &verdicts(&ran), GATE);
    assert_eq!(
        here.job("reading-cpu")["reason"],
        "clean-up: python3 ended with exit code 1",
        "{}",
        here.done
    );
    assert!(!repository.root().join("report/more.txt").exists());
}

#[test]
fn a_clean_up_runs_behind_a_test_that_fails() {
    let repository = Repository::workshop().generated();
    repository.replace("tests/read/test_report.py", "generated\\n", "none\\n");
    let ran = pull_request(&repository).run();
    assert_results(&ran, &[("reading-cpu", "failure")], Outcome::Failure);
    let reading = ran.job("reading-cpu");
    assert!(!reading.step("tests").success(), "{ran}");
    let cleaned = reading.step("Clean up");
    assert!(cleaned.success(), "{ran}");
    for file in ["report/left.txt", "report/more.txt"] {
        let told = format!("took away {file}");
        assert!(cleaned.log.contains(&told), "{ran}");
    }
    // Nothing keeps results from people: they are kept before.
    assert!(ran.artifact("results--reading-cpu").is_dir(), "{ran}");
    let here = assert_same(&repository, &ran, &verdicts(&ran), GATE);
    assert_eq!(
        here.job("reading-cpu")["reason"],
        "pytest ended with exit code 1"
    );
    for file in ["report/left.txt", "report/more.txt"] {
        assert!(!repository.root().join(file).exists(), "{file}");
    }
}

/// A job that is not divided, the parts of which find no test, and one that is: both pass where the
/// gate says until when.
#[test]
fn jobs_without_a_test_pass_where_the_gate_allows_it() {
    let repository = Repository::workshop();
    let plan = "plans/workshop.dtp";
    repository.replace(plan, "allows:  cancelled(", "allows:  no_test_ran(");
    let repository = repository.generated();
    repository.replace(
        "tests/serve/test_serve.py",
        "def test_wheel",
        "@m.sglang\ndef test_wheel",
    );
    repository.replace("src/lib.rs", "#[test]", "#[allow(dead_code)]");
    let ran = pull_request(&repository).run();
    let neither = ran.job("serve-cpu-neither-cudanone").step("tests");
    assert_eq!(neither.outputs["ran"], "false", "{ran}");
    let gate = &ran.job(GATE).step("Judge the results").annotations;
    for job in ["serve-cpu-neither-cudanone", "runtime-cpu"] {
        let told = ("warning".to_owned(), format!("{job}: no test ran"));
        assert!(gate.contains(&told), "{job}\n{ran}");
    }
    assert_eq!(ran.job(GATE).result(), Outcome::Success, "{ran}");
    // The shards of the job that is not empty say what they were divided from.
    let shards = [1, 2].map(|number| {
        let job = format!("serve-cpu-sglang-cudanone-shard{number}");
        let outputs = &ran.job(&job).step("tests").outputs;
        assert_eq!(outputs["selected"], "2", "{ran}");
        outputs["taken"].parse::<u32>().expect("a number")
    });
    assert_eq!(shards.iter().sum::<u32>(), 2, "{ran}");
}

#[test]
fn a_build_that_fails_closes_the_gate() {
    let repository = Repository::workshop().generated();
    repository.write("tools/make_wheel.py", "raise SystemExit(\"no wheel\")\n");
    let ran = pull_request(&repository).run();
    let serve = JOBS.iter().filter(|job| job.starts_with("serve-"));
    let mut others: Vec<(&str, &str)> = serve.map(|job| (*job, "skipped")).collect();
    others.push(("build--wheel", "failure"));
    assert_results(&ran, &others, Outcome::Failure);
    assert_same(&repository, &ran, &verdicts(&ran), GATE);
}
