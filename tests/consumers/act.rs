//! act runs the sample's workflows on this machine: every job, for real.

use std::collections::BTreeMap;

use crate::here::{Here, assert_same};
use crate::support::act::{ActRun, Outcome, Ran};
use crate::support::repository::Repository;

const REQUIRED: [&str; 6] = [
    "hooks-cpu",
    "rust_unit-cpu",
    "python_unit-cpu",
    "integration-cpu",
    "e2e-cpu",
    "packaging-cpu",
];
const ADVISORY: &str = "throughput-cpu";
const GATE: &str = "gate--merge";

fn pre_merge(repository: &Repository) -> Ran {
    ActRun::new(repository.root())
        .workflow(".github/workflows/pre-merge.yml")
        .event("pull_request")
        .label("ubuntu-24.04")
        .run()
}

fn nightly(repository: &Repository) -> Ran {
    ActRun::new(repository.root())
        .workflow(".github/workflows/nightly.yml")
        .event("schedule")
        .labels(["ubuntu-24.04", "self-hosted", "linux", "gpu-1"])
        .run()
}

/// What the gate printed of each job: its weight and its result.
fn verdicts(ran: &Ran) -> BTreeMap<String, (String, String)> {
    let log = ran.job(GATE).step("Judge the results").log.clone();
    log.lines()
        .filter_map(|line| match *line.split_whitespace().collect::<Vec<_>>() {
            [result, weight @ ("required" | "advisory"), job] => {
                Some((job.into(), (weight.into(), result.into())))
            }
            _ => None,
        })
        .collect()
}

/// That these jobs failed, no other did, and the gate with the whole run says so.
fn assert_red(ran: &Ran, failed: &[&str]) {
    let verdicts = verdicts(ran);
    assert_eq!(verdicts.len(), REQUIRED.len() + 1, "{ran}");
    for (job, (_, result)) in &verdicts {
        let expected = if failed.contains(&job.as_str()) {
            "failure"
        } else {
            "success"
        };
        assert_eq!(result, expected, "{job}\n{ran}");
    }
    assert_eq!(ran.job(GATE).result(), Outcome::Failure, "{ran}");
    assert_eq!(ran.code, Some(1), "{ran}");
}

#[test]
fn a_pull_request_is_green() {
    let repository = Repository::sample().generated();
    let ran = pre_merge(&repository);
    assert!(ran.success(), "{ran}");
    for job in REQUIRED.iter().chain([&ADVISORY, &GATE]) {
        assert_eq!(ran.job(job).result(), Outcome::Success, "{job}\n{ran}");
    }
    let verdicts = verdicts(&ran);
    assert_eq!(verdicts.len(), REQUIRED.len() + 1, "{ran}");
    for job in REQUIRED {
        assert_eq!(verdicts[job], ("required".into(), "success".into()));
    }
    assert_eq!(verdicts[ADVISORY], ("advisory".into(), "success".into()));

    let python = ran.job("python_unit-cpu");
    assert!(
        python.log().contains("setup-python: asked for '3.12'"),
        "{ran}"
    );
    assert!(python.log().contains("5 passed, 2 deselected"), "{ran}");
    assert!(ran.job("rust_unit-cpu").log().contains("2 passed"), "{ran}");
    assert!(
        ran.job("integration-cpu").log().contains("2 passed"),
        "{ran}"
    );
    assert!(ran.job("hooks-cpu").log().contains("Format Rust"), "{ran}");
    assert_eq!(
        ran.artifacts(),
        [
            "results--e2e-cpu",
            "results--integration-cpu",
            "results--python_unit-cpu",
            "results--throughput-cpu"
        ]
    );
    let summary = ran.job("summary").summary();
    let row = "| Python unit tests | CPU | success | 5 | 0 | 0 |";
    assert!(summary.contains(row), "{summary}");
    let junit = ran
        .artifact("results--python_unit-cpu")
        .join("python_unit-cpu.xml");
    let junit = std::fs::read_to_string(junit).unwrap();
    assert!(junit.contains("test_a_request_is_a_line"), "{junit}");

    let here = assert_same(&repository, &ran, &verdicts, GATE);
    let tests = [
        ("python_unit-cpu", 5),
        ("rust_unit-cpu", 2),
        ("integration-cpu", 2),
        ("e2e-cpu", 2),
    ];
    for (job, tests) in tests {
        assert_eq!(
            here.job(job)["tests"]["tests"],
            tests,
            "{job}\n{}",
            here.done
        );
    }
    // Of every job there is a report, and git knows nothing of them.
    for job in REQUIRED.iter().chain([&ADVISORY]) {
        let report = format!("{}/{job}/junit.xml", here.results());
        assert!(repository.read(&report).contains("<testcase"), "{report}");
    }
    let status = repository.call("git", &["status", "--porcelain"]);
    assert_eq!(status.stdout, "", "{status}");
}

#[test]
fn a_broken_python_test_closes_the_gate() {
    let repository = Repository::sample().generated();
    repository.replace(
        "sample/settings/test_parse.py",
        "== {\"port\": \"7070\"}",
        "== {}",
    );
    let ran = pre_merge(&repository);
    assert_red(&ran, &["python_unit-cpu"]);
    let summary = ran.job("summary").summary();
    let row = "| Python unit tests | CPU | failure | 5 | 1 | 0 |";
    assert!(summary.contains(row), "{summary}");
    assert!(
        summary.contains("### Failures\n\n- Python unit tests, CPU: "),
        "{summary}"
    );
    let here = assert_same(&repository, &ran, &verdicts(&ran), GATE);
    assert_eq!(
        here.job("python_unit-cpu")["tests"]["failures"],
        1,
        "{}",
        here.done
    );
    // The results of a failed run are those that matter.
    let junit = ran
        .artifact("results--python_unit-cpu")
        .join("python_unit-cpu.xml");
    assert!(std::fs::read_to_string(junit).unwrap().contains("<failure"));
}

#[test]
fn a_broken_rust_test_closes_the_gate() {
    let repository = Repository::sample().generated();
    repository.replace(
        "src/lib.rs",
        "assert!(!is_key(\"\"))",
        "assert!(is_key(\"\"))",
    );
    let ran = pre_merge(&repository);
    assert_red(&ran, &["rust_unit-cpu"]);
    let here = assert_same(&repository, &ran, &verdicts(&ran), GATE);
    assert_eq!(
        here.job("rust_unit-cpu")["tests"]["failures"],
        1,
        "{}",
        here.done
    );
}

#[test]
fn suites_that_collect_no_test_close_the_gate() {
    let repository = Repository::sample().generated();
    repository.replace("src/lib.rs", "#[test]", "#[allow(dead_code)]");
    repository.replace(
        "tests/e2e/test_cli.py",
        "pytest.mark.pre_merge",
        "pytest.mark.nightly",
    );
    let ran = pre_merge(&repository);
    assert_red(&ran, &["rust_unit-cpu", "e2e-cpu"]);
    let told = &ran
        .job("rust_unit-cpu")
        .step("Run Rust unit tests")
        .annotations;
    assert_eq!(
        told[..],
        [("error".to_owned(), "no test ran".to_owned())],
        "{ran}"
    );
    let here = assert_same(&repository, &ran, &verdicts(&ran), GATE);
    for job in ["rust_unit-cpu", "e2e-cpu"] {
        assert_eq!(
            here.job(job)["reason"],
            "no test ran",
            "{job}\n{}",
            here.done
        );
    }
}

/// Several things are broken at once: each is seen in the job it is in, and they share the time of a
/// run.
#[test]
fn whatever_is_broken_closes_the_gate() {
    let repository = Repository::sample().generated();
    // A hook finds fault.
    repository.write("sample/unused.py", "x = 1 \n");
    // The crate does not compile.
    repository.replace("src/lib.rs", "#[test]", "#[test] fn");
    // A test file cannot be read.
    repository.replace(
        "sample/settings/test_parse.py",
        "def test_",
        "def def test_",
    );
    // A marker that nobody registered.
    repository.replace(
        "tests/e2e/test_cli.py",
        "pytest.mark.e2e",
        "pytest.mark.e3e",
    );
    // The set-up of the tests breaks.
    repository.replace(
        "tests/integration/conftest.py",
        "import",
        "import a_module_that_is_not_there\nimport",
    );
    // A command fails.
    repository.write("tools/package.py", "raise SystemExit(3)\n");
    let ran = pre_merge(&repository);
    assert_red(
        &ran,
        &[
            "hooks-cpu",
            "rust_unit-cpu",
            "python_unit-cpu",
            "e2e-cpu",
            "integration-cpu",
            "packaging-cpu",
        ],
    );
    let here = assert_same(&repository, &ran, &verdicts(&ran), GATE);
    assert_eq!(
        here.job("packaging-cpu")["reason"],
        "python3 ended with exit code 3",
        "{}",
        here.done
    );
}

#[test]
fn a_service_that_never_starts_closes_the_gate() {
    let repository = Repository::sample();
    repository.replace("plans/sample.dtp", "ready_within: 20s", "ready_within: 2s");
    let repository = repository.generated();
    repository.write(
        "tools/store.py",
        "\"\"\"Broken.\"\"\"\n\nraise SystemExit(\"it cannot start\")\n",
    );
    let ran = pre_merge(&repository);
    assert_eq!(verdicts(&ran)["integration-cpu"].1, "failure", "{ran}");
    assert_eq!(ran.job(GATE).result(), Outcome::Failure, "{ran}");
    assert_eq!(ran.code, Some(1), "{ran}");
    let integration = ran.job("integration-cpu");
    assert!(!integration.has_run("Run Integration tests"), "{ran}");
    let waited = integration.step("Wait for Store");
    assert!(
        !waited.success() && waited.annotations[0].1.contains("after 2 s"),
        "{ran}"
    );
    // Why is in the log of the service, which is shown.
    assert!(waited.log.contains("it cannot start"), "{ran}");
    let here = assert_same(&repository, &ran, &verdicts(&ran), GATE);
    let reason = here.job("integration-cpu")["reason"].as_str().unwrap();
    assert!(
        reason.contains("after 2 s") && reason.contains("it cannot start"),
        "{reason}"
    );
}

#[test]
fn a_failing_advisory_job_leaves_the_gate_open() {
    let repository = Repository::sample();
    // No machine is that fast.
    repository.replace("plans/sample.dtp", "reported < 2000ms", "reported < 0ms");
    let repository = repository.generated();
    let ran = pre_merge(&repository);
    assert_eq!(ran.job(ADVISORY).result(), Outcome::Failure, "{ran}");
    assert_same(&repository, &ran, &verdicts(&ran), GATE);
    let verdict = verdicts(&ran).remove(ADVISORY).unwrap();
    assert_eq!(verdict, ("advisory".into(), "failure".into()), "{ran}");
    assert_eq!(ran.job(GATE).result(), Outcome::Success, "{ran}");
}

#[test]
fn the_night_runs_with_coverage_and_on_the_gpu_runner() {
    let ran = nightly(&Repository::sample().generated());
    assert!(ran.success(), "{ran}");
    let passed = [
        ("python_unit-cpu", "7 passed"),
        ("integration-cpu", "2 passed, 1 deselected"),
        ("e2e-cpu", "1 passed, 2 deselected"),
        ("e2e_gpu-gpu", "1 passed, 2 deselected"),
    ];
    for (job, tests) in passed {
        assert_eq!(ran.job(job).result(), Outcome::Success, "{job}\n{ran}");
        assert!(ran.job(job).log().contains(tests), "{job}: {tests}\n{ran}");
    }
    let coverage = ran
        .artifact("coverage--python_unit-cpu")
        .join("coverage.xml");
    let coverage = std::fs::read_to_string(coverage).unwrap();
    assert!(coverage.contains("sample/store/client.py"), "{coverage}");
}

#[test]
fn too_little_coverage_fails_the_job_and_is_kept_to_be_looked_at() {
    let repository = Repository::sample();
    repository.replace("plans/sample.dtp", "minimum:  60%", "minimum:  100%");
    let repository = repository.generated();
    let ran = nightly(&repository);
    assert_eq!(ran.code, Some(1), "{ran}");
    let unit = ran.job("python_unit-cpu");
    assert!(unit.step("Run Python unit tests").success(), "{ran}");
    assert!(!unit.step("Report coverage").success(), "{ran}");
    assert!(unit.log().contains("less than fail-under=100"), "{ran}");
    let kept = ran
        .artifact("coverage--python_unit-cpu")
        .join("coverage.xml");
    assert!(kept.is_file(), "{ran}");

    let here = Here::with(&repository, &["--stage", "nightly"]);
    assert_eq!(here.result("python_unit-cpu"), "failure", "{}", here.done);
    assert_eq!(here.result("e2e_gpu-gpu"), "not_held", "{}", here.done);
    assert_eq!(here.job("e2e_gpu-gpu")["reason"], "needs a GPU");
    let coverage = format!("{}/python_unit-cpu/coverage.xml", here.results());
    assert!(
        repository
            .read(&coverage)
            .contains("sample/store/client.py")
    );
    assert!(!repository.root().join("coverage.xml").exists());
    assert_eq!(here.done.code, Some(1), "{}", here.done);
}
