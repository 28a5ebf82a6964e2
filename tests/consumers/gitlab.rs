//! Pipelines of GitLab: the published schema takes them, and gitlab-ci-local runs them.

use std::collections::BTreeMap;

use crate::support::gitlab::{Pipeline, Ran};
use crate::support::repository::Repository;
use crate::support::tools::{Done, LIMIT, run, tools};

const GATE: &str = "all required checks";
const REQUIRED: [&str; 6] = [
    "hooks-cpu",
    "rust_unit-cpu",
    "python_unit-cpu",
    "integration-cpu",
    "e2e-cpu",
    "packaging-cpu",
];
const ADVISORY: &str = "throughput-cpu";

/// The version of Python that the tests have: no action brings another one.
fn python() -> String {
    let mut command = tools().command("python");
    command.args(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    let done = run(&mut command, LIMIT);
    assert!(done.success(), "{done}");
    done.stdout.trim().to_owned()
}

/// A repository whose stages run on GitLab instead of GitHub.
fn on_gitlab(repository: Repository, host: &str) -> Repository {
    let plan = repository.plan();
    repository.replace(plan, &format!("{host}github"), &format!("{host}gitlab"));
    let asked = format!("python: \"{}\"", python());
    repository.replace(plan, "python: \"3.12\"", &asked);
    repository
}

fn sample() -> Repository {
    on_gitlab(Repository::sample(), "host:       ")
}

/// Without what GitLab is not told: a clean-up, which would be refused, and a cache.
fn workshop() -> Repository {
    let workshop = on_gitlab(Repository::workshop(), "host:       ");
    for github_alone in [
        "  cleanup:      [\n    \"python3 tools/clean_up.py report/left.txt\"\n    \"python3 tools/clean_up.py report/more.txt\"\n  ]\n",
        ", caches: packages",
        "/// What pip has fetched.\ncache packages { paths: [\"~/.cache/pip\"], key: [\"tests/*/{test_serve,test_report}.py\"] }\n",
    ] {
        workshop.replace(workshop.plan(), github_alone, "");
    }
    workshop
}

/// A merge request in the workshop, of which nothing is known but that it is one.
fn merge_request() -> Pipeline {
    Pipeline::merge_request().variable("HUB_TOKEN", "open sesame")
}

/// That these jobs failed, no other did, and the gate with the whole run says so.
#[track_caller]
fn assert_red(ran: &Ran, failed: &[&str]) {
    let verdicts = ran.verdicts(GATE);
    assert_eq!(verdicts.len(), REQUIRED.len() + 1, "{ran}");
    for (job, (_, result)) in &verdicts {
        let expected = if failed.contains(&job.as_str()) {
            "failure"
        } else {
            "success"
        };
        assert_eq!(result, expected, "{job}\n{ran}");
    }
    assert_eq!(ran.result(GATE), Some("FAIL"), "{ran}");
    assert!(!ran.success(), "{ran}");
}

#[test]
fn the_published_schema_takes_them() {
    let dynamo = Repository::dynamo().generated();
    for repository in [sample().generated(), workshop().generated(), dynamo] {
        let folder = repository.root().join(".gitlab/ci");
        let mut files = vec![".gitlab-ci.yml".to_owned()];
        for entry in std::fs::read_dir(folder).expect("there are stages") {
            let name = entry.expect("an entry").file_name();
            files.push(format!(".gitlab/ci/{}", name.to_string_lossy()));
        }
        assert!(files.len() > 2, "{files:?}");
        let mut arguments = vec!["--builtin-schema", "vendor.gitlab-ci"];
        arguments.extend(files.iter().map(String::as_str));
        let done = repository.call("check-jsonschema", &arguments);
        assert!(done.success(), "{done}");
        // It does look: a word that GitLab does not know is found.
        let stage = &files[1];
        let text = repository.read(stage);
        let broken = text.replacen("after_script:", "afterscript:", 1);
        assert_ne!(text, broken);
        repository.write(stage, &broken);
        let done = repository.call("check-jsonschema", &arguments);
        assert_eq!(done.code, Some(1), "{done}");
    }
}

#[test]
fn a_merge_request_is_green() {
    let repository = sample().generated();
    let ran = Pipeline::merge_request().run(&repository);
    assert!(ran.success(), "{ran}");
    for job in REQUIRED {
        let name = format!("pre_merge:{job}");
        assert_eq!(ran.result(&name), Some("PASS"), "{job}\n{ran}");
    }
    // Jobs of other stages are in other pipelines.
    assert_eq!(ran.jobs().len(), REQUIRED.len() + 3, "{ran}");
    let verdicts = ran.verdicts(GATE);
    assert_eq!(verdicts.len(), REQUIRED.len() + 1, "{ran}");
    for job in REQUIRED {
        assert_eq!(verdicts[job], ("required".into(), "success".into()));
    }
    assert_eq!(verdicts[ADVISORY], ("advisory".into(), "success".into()));
    let summary = ran.log("pre_merge:summary");
    let row = "| Python unit tests | CPU | success | 5 | 0 | 0 |";
    assert!(summary.contains(row), "{summary}");
    let kept = repository.root().join(".gitlab-ci-local/artifacts");
    let junit = kept.join("pre_mergeOgpython_unit-cpu/test-results/python_unit-cpu.xml");
    let junit = std::fs::read_to_string(junit).expect("the results are kept");
    assert!(junit.contains("test_a_request_is_a_line"), "{junit}");
}

#[test]
fn whatever_is_broken_closes_the_gate() {
    let repository = sample().generated();
    // A hook finds fault.
    repository.write("sample/unused.py", "x = 1 \n");
    // A test fails.
    repository.replace(
        "src/lib.rs",
        "assert!(!is_key(\"\"))",
        "assert!(is_key(\"\"))",
    );
    // A test file cannot be read.
    repository.replace(
        "sample/settings/test_parse.py",
        "def test_",
        "def def test_",
    );
    // No test is collected.
    repository.replace(
        "tests/e2e/test_cli.py",
        "pytest.mark.pre_merge",
        "pytest.mark.nightly",
    );
    // The set-up of the tests breaks.
    repository.replace(
        "tests/integration/conftest.py",
        "import",
        "import a_module_that_is_not_there\nimport",
    );
    // A command fails.
    repository.write("tools/package.py", "raise SystemExit(3)\n");
    let ran = Pipeline::merge_request().run(&repository);
    assert_red(&ran, &REQUIRED);
    assert!(
        ran.log("pre_merge:summary").contains("failure"),
        "the summary tells it\n{ran}"
    );
}

#[test]
fn one_failure_closes_the_gate_and_an_advisory_one_does_not() {
    let repository = sample();
    // No machine is that fast.
    repository.replace("plans/sample.dtp", "reported < 2000ms", "reported < 0ms");
    let repository = repository.generated();
    let ran = Pipeline::merge_request().run(&repository);
    assert_eq!(
        ran.result("pre_merge:throughput-cpu"),
        Some("WARN"),
        "{ran}"
    );
    assert_eq!(ran.result(GATE), Some("PASS"), "{ran}");
    assert!(ran.success(), "{ran}");

    // A suite that ran no test did not succeed.
    repository.replace("src/lib.rs", "#[test]", "#[allow(dead_code)]");
    let ran = Pipeline::merge_request().run(&repository);
    assert_red(&ran, &["rust_unit-cpu", ADVISORY]);
    assert!(
        ran.log("pre_merge:rust_unit-cpu")
            .contains("ERROR: no test ran"),
        "{ran}"
    );
}

#[test]
fn a_service_that_never_starts_closes_the_gate() {
    let repository = sample();
    repository.replace("plans/sample.dtp", "ready_within: 20s", "ready_within: 2s");
    let repository = repository.generated();
    repository.write(
        "tools/store.py",
        "\"\"\"Broken.\"\"\"\n\nraise SystemExit(\"it cannot start\")\n",
    );
    let ran = Pipeline::merge_request().run(&repository);
    let verdicts = ran.verdicts(GATE);
    assert_eq!(verdicts["integration-cpu"].1, "failure", "{ran}");
    assert_eq!(ran.result(GATE), Some("FAIL"), "{ran}");
    let log = ran.log("pre_merge:integration-cpu");
    assert!(
        log.contains("after 2 s") && log.contains("it cannot start"),
        "{log}"
    );
}

#[test]
fn another_python_than_the_plan_asks_for_is_an_error() {
    let repository = sample();
    let asked = format!("python: \"{}\"", python());
    repository.replace("plans/sample.dtp", &asked, "python: \"2.7\"");
    let ran = Pipeline::merge_request().run(&repository.generated());
    let failed = ["python_unit-cpu", "integration-cpu", "e2e-cpu", ADVISORY];
    assert_red(&ran, &failed);
    assert!(ran.log("pre_merge:e2e-cpu").contains("Python 2.7"), "{ran}");
}

#[test]
fn a_schedule_runs_its_stage_alone() {
    let repository = sample().generated();
    let ran = Pipeline::schedule("nightly").run(&repository);
    assert!(ran.success(), "{ran}");
    let jobs = ran.jobs();
    assert_eq!(jobs.len(), 5, "{ran}");
    assert!(jobs.iter().all(|job| job.starts_with("nightly:")), "{ran}");
    let coverage = ran.log("nightly:python_unit-cpu");
    assert!(coverage.contains("Wrote XML report"), "{coverage}");

    // A schedule of something else, a push to another branch and a merge request to one start nothing.
    for pipeline in [
        Pipeline::schedule("no stage of the plan"),
        Pipeline::push("main"),
        Pipeline::merge_request().variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "mainly"),
    ] {
        let ran = pipeline.run(&repository);
        assert_eq!(ran.jobs(), Vec::<&str>::new(), "{pipeline:?}\n{ran}");
    }
}

#[test]
fn a_matrix_runs_its_cells_and_the_gate_names_each() {
    let repository = workshop().generated();
    let ran = merge_request().run(&repository);
    assert!(ran.success(), "{ran}");
    for cell in ["vllm-cuda13_0", "sglang-cudanone-shard2"] {
        let name = format!("pre_merge:serve-cpu: [{cell}]");
        assert_eq!(ran.result(&name), Some("PASS"), "{cell}\n{ran}");
    }
    let verdicts = ran.verdicts(GATE);
    for job in [
        "select",
        "build--wheel",
        "serve-cpu-vllm-cuda13_0",
        "runtime-cpu-shard3",
        "reading-cpu",
    ] {
        let expected = ("required".to_owned(), "success".to_owned());
        assert_eq!(verdicts[job], expected, "{job}\n{ran}");
    }
    assert_eq!(verdicts["labelled-cpu"].1, "removed", "{ran}");
    // Nobody clicked, and nobody waits for it.
    assert_eq!(ran.result("pre_merge:by_hand-cpu"), None, "{ran}");
    assert!(!verdicts.contains_key("by_hand-cpu"), "{ran}");
    // The shards say what they were divided from.
    let shards = [1, 2].map(|number| {
        let record = ran.record(&format!("serve-cpu-sglang-cudanone-shard{number}"));
        assert_eq!(record["outputs"]["selected"], "1", "{ran}");
        let taken = record["outputs"]["taken"].as_str().expect("a number");
        taken.parse::<u32>().expect("a number")
    });
    assert_eq!(shards.iter().sum::<u32>(), 1, "{ran}");
}

/// Several things are broken at once: each is seen in the job it is in, and they share the time of a
/// run.
#[test]
fn what_fails_in_a_matrix_closes_the_gate() {
    let repository = workshop().generated();
    let serve = "tests/serve/test_serve.py";
    // In one cell the parts find no test.
    repository.replace(serve, "def test_wheel", "@m.sglang\ndef test_wheel");
    // No shard finds one: none fails, and together they do.
    repository.replace("src/lib.rs", "#[test]", "#[allow(dead_code)]");
    // A test fails.
    repository.write(
        "tests/read/test_broken.py",
        "import pytest\n\n\n@pytest.mark.pre_merge\ndef test_broken():\n    assert False\n",
    );
    let ran = merge_request().run(&repository);
    let verdicts = ran.verdicts(GATE);
    let result = |job: &str| verdicts.get(job).map(|(_, result)| result.as_str());
    assert_eq!(
        result("serve-cpu-neither-cudanone"),
        Some("failure"),
        "{ran}"
    );
    assert_eq!(result("serve-cpu-vllm-cudanone"), Some("success"), "{ran}");
    assert_eq!(result("reading-cpu"), Some("failure"), "{ran}");
    let log = ran.log(GATE);
    assert!(log.contains("ERROR: runtime-cpu: no test ran"), "{log}");
    assert_eq!(ran.result(GATE), Some("FAIL"), "{ran}");
}

#[test]
fn a_build_that_fails_closes_the_gate() {
    let repository = workshop().generated();
    // It makes no file, and says nothing of it.
    repository.write("tools/make_wheel.py", "");
    let ran = merge_request().run(&repository);
    assert!(!ran.success(), "{ran}");
    assert_eq!(ran.record("build--wheel")["result"], "failure", "{ran}");
    // What needs it never begins. gitlab-ci-local waits for that in vain, and so never comes to the
    // gate, as GitLab does: what it judges then, it judges here.
    assert_eq!(ran.result(GATE), None, "{ran}");
    let judged = judged(&repository, &ran);
    assert_eq!(judged.code, Some(1), "{judged}");
    let verdict = |line: &str| judged.stdout.lines().any(|own| own.trim_end() == line);
    assert!(verdict("failure    required  build--wheel"), "{judged}");
    assert!(
        verdict("missing    required  serve-cpu-vllm-cudanone"),
        "{judged}"
    );
    let log = ran.log("pre_merge:build--wheel");
    assert!(log.contains("ERROR: there is no file of"), "{log}");
}

/// What the gate of the workshop says of the records that a run left.
fn judged(repository: &Repository, ran: &Ran) -> Done {
    let stage = repository.yaml(".gitlab/ci/pre-merge.yml");
    for id in ["select", "build--wheel", "bindings-cpu"] {
        let record = ran.record(id).to_string();
        repository.write(&format!(".dtpc-run/pre_merge/{id}.json"), &record);
    }
    let mut command = repository.command("python");
    for (name, value) in stage[GATE]["variables"].as_object().expect("variables") {
        command.env(name, value.as_str().expect("a text"));
    }
    let words = [".gitlab/dtpc/job.py", "run", "pre_merge", "gate.py"];
    run(command.args(words), LIMIT)
}

#[test]
fn a_change_that_affects_nothing_leaves_the_jobs_out_and_opens_the_gate() {
    // Nothing has changed, as git tells.
    let nothing = merge_request().variable("CI_MERGE_REQUEST_DIFF_BASE_SHA", "HEAD");
    let repository = workshop().generated();
    let ran = nothing.run(&repository);
    let verdicts = ran.verdicts(GATE);
    assert_eq!(verdicts["select"].1, "success", "{ran}");
    let removed: Vec<&String> = verdicts
        .iter()
        .filter(|(_, (_, result))| result == "removed")
        .map(|(job, _)| job)
        .collect();
    assert_eq!(removed.len(), verdicts.len() - 1, "{ran}");
    assert!(
        !ran.log("pre_merge:serve-cpu: [vllm-cudanone]")
            .contains("pytest"),
        "{ran}"
    );
    assert!(ran.success(), "{ran}");

    // A label puts its jobs into the run.
    let ran = nothing
        .variable("CI_MERGE_REQUEST_LABELS", "other,run full")
        .run(&repository);
    let verdicts = ran.verdicts(GATE);
    let expected = ("required".to_owned(), "success".to_owned());
    assert_eq!(verdicts["labelled-cpu"], expected, "{ran}");
    assert_eq!(verdicts["bindings-cpu"].1, "removed", "{ran}");
    assert!(ran.success(), "{ran}");
}

#[test]
fn whoever_starts_a_pipeline_chooses_a_framework_and_gets_the_manual_jobs() {
    let ran = Pipeline::by_hand("pre_merge")
        .variable("HUB_TOKEN", "open sesame")
        .variable("DTPC_INPUT_framework", "neither")
        .run(&workshop().generated());
    let verdicts: BTreeMap<String, (String, String)> = ran.verdicts(GATE);
    let result = |job: &str| verdicts[job].1.as_str();
    assert_eq!(result("serve-cpu-neither-cudanone"), "success", "{ran}");
    assert_eq!(result("serve-cpu-vllm-cuda13_0"), "removed", "{ran}");
    assert_eq!(ran.result("pre_merge:by_hand-cpu"), Some("PASS"), "{ran}");
    let log = ran.log("pre_merge:by_hand-cpu");
    assert!(!log.contains("left out"), "{log}");
    assert!(ran.success(), "{ran}");
}
