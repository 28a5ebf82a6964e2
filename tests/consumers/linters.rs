//! The checkers of workflows, on every workflow of all plans.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::support::repository::Repository;
use crate::support::tools::{LIMIT, run, workspace};

/// The name of the repository of [`features`], in place of that of its plan.
const FEATURES: &str = "the plans in tests/holds, and the depot";

/// What is generated of every plan in `tests/holds` and of the depot, in one repository, so that each
/// checker is called once for all of them: each plan is about one feature of the language.
fn features() -> Repository {
    let holds = fs::read_dir(workspace().join("tests/holds")).expect("plans");
    let mut plans: Vec<PathBuf> = holds.map(|entry| entry.expect("a plan").path()).collect();
    plans.push(workspace().join("tests/depot/plans/depot.dtp"));
    plans.sort();
    let all = Repository::of(FEATURES, &[]);
    let mut with_workflows = 0;
    for plan in plans {
        let out = tempfile::tempdir().expect("a folder");
        let mut dtpc = Command::new(env!("CARGO_BIN_EXE_dtpc"));
        dtpc.arg("generate")
            .arg(&plan)
            .args(["--target", "github-actions", "--out"])
            .arg(out.path());
        let done = run(&mut dtpc, LIMIT);
        assert!(done.success(), "{}: {done}", plan.display());
        // One whose stages are all on another host has none.
        let Ok(workflows) = fs::read_dir(out.path().join(".github/workflows")) else {
            continue;
        };
        with_workflows += 1;
        let name = plan.file_stem().expect("a name").to_string_lossy();
        for workflow in workflows {
            let workflow = workflow.expect("a workflow");
            let text = fs::read_to_string(workflow.path()).expect("its text");
            let file = format!("{name}--{}", workflow.file_name().to_string_lossy());
            all.write(&format!(".github/workflows/{file}"), &text);
        }
    }
    assert!(with_workflows > 35, "{with_workflows} plans");
    all
}

/// One test, for what is checked takes longer to generate than to check: the repositories of the other
/// tests, and the features one by one.
#[test]
fn every_checker_is_content_with_every_workflow() {
    let all: Vec<Repository> = Repository::all().into_iter().chain([features()]).collect();
    jactionlint_finds_them_correct(&all);
    jactionlint_at_its_strictest_blames_only_what_the_plan_says(&all);
    actionlint_finds_them_correct(&all);
    zizmor_finds_them_secure_but_for_private_machines(&all);
    they_keep_to_the_schema(&all);
}

/// A checker's call with all workflows of a repository behind it.
fn call(repository: &Repository, tool: &str, arguments: &[&str]) -> crate::support::tools::Done {
    let paths = repository.workflow_paths();
    assert!(paths.len() >= 2, "{paths:?}");
    let arguments: Vec<&str> = arguments
        .iter()
        .copied()
        .chain(paths.iter().map(String::as_str))
        .collect();
    repository.call(tool, &arguments)
}

/// Tells the linters the labels of private runners, which only their owner knows: those of Dynamo's are
/// what `tests/dynamo_ci` holds against the facts.
fn knows_labels(repository: &Repository) {
    let mut labels = BTreeSet::from(["gpu-1".to_owned()]);
    for file in repository.workflow_paths() {
        let workflow = repository.yaml(&file);
        for job in workflow["jobs"].as_object().expect("jobs").values() {
            match &job["runs-on"] {
                Value::String(label) => _ = labels.insert(label.clone()),
                Value::Array(all) => {
                    labels.extend(all.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                group => assert!(group["group"].is_string(), "{group}"),
            }
        }
    }
    let is_known = |label: &String| label == "self-hosted" || label.starts_with("ubuntu-");
    labels.retain(|label| !is_known(label));
    if repository.plan().contains("dynamo-ci") {
        assert!(labels.contains("prod-tester-amd-gpu-4-v2"), "{labels:?}");
    }
    let labels: Vec<String> = labels.into_iter().collect();
    let text = format!("self-hosted-runner:\n  labels: [{}]\n", labels.join(", "));
    repository.write("lint.yaml", &text);
}

fn jactionlint_finds_them_correct(all: &[Repository]) {
    for repository in all {
        knows_labels(repository);
        let arguments = [
            "--config-file",
            "lint.yaml",
            "--profile",
            "correctness",
            "--strict-exit",
            "--oneline",
            "--no-hints",
        ];
        let done = call(repository, "jactionlint", &arguments);
        assert!(done.success() && done.stdout.is_empty(), "{done}");
    }
}

/// How many jobs run inside an image that the same run builds. It has no digest yet when the workflow
/// is written, and the commit in its tag says which it is: the checkers blame it all the same. Every
/// other image of a plan has its digest, or the plan does not compile.
fn images_of_the_run(repository: &Repository) -> usize {
    let mut count = 0;
    for file in repository.workflow_paths() {
        let workflow = repository.yaml(&file);
        for job in workflow["jobs"].as_object().expect("jobs").values() {
            if let Some(image) = job["container"]["image"].as_str() {
                let tag = image.rsplit_once(':').expect("a tag").1;
                let is_of_the_run = |tag: &str| tag.starts_with("${{ github.sha }}");
                assert!(is_of_the_run(tag) || image.contains("@sha256:"), "{image}");
                if !is_of_the_run(tag) {
                    continue;
                }
                count += 1;
            }
        }
    }
    let builds_images = ["workshop", "dynamo-ci", FEATURES];
    assert_eq!(
        count > 0,
        builds_images
            .iter()
            .any(|name| repository.plan().contains(name))
    );
    count
}

/// Its strictest profile has opinions. Those that are left are about what the plan says, not about
/// what dtpc makes of it: machines of one's own, and images that the run builds.
fn jactionlint_at_its_strictest_blames_only_what_the_plan_says(all: &[Repository]) {
    for repository in all {
        knows_labels(repository);
        let arguments = [
            "--config-file",
            "lint.yaml",
            "--profile",
            "pedantic",
            "--format",
            "json",
        ];
        let done = call(repository, "jactionlint", &arguments);
        let findings: Value =
            serde_json::from_str(&done.stdout).unwrap_or_else(|why| panic!("{why}\n{done}"));
        let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in findings.as_array().expect("a list of findings") {
            *rules
                .entry(finding["kind"].as_str().expect("a rule"))
                .or_default() += 1;
        }
        rules.remove("self-hosted-runner");
        let built = images_of_the_run(repository);
        assert_eq!(rules.remove("unpinned-images").unwrap_or(0), built);
        assert!(rules.is_empty(), "{}: {rules:?}\n{done}", repository.plan());
    }
}

/// The second opinion, written independently. It wants to be told the labels of private runners.
fn actionlint_finds_them_correct(all: &[Repository]) {
    for repository in all {
        knows_labels(repository);
        let arguments = ["-oneline", "-no-color", "-config-file", "lint.yaml"];
        let done = call(repository, "actionlint", &arguments);
        assert!(done.success() && done.stdout.is_empty(), "{done}");
    }
}

fn zizmor_finds_them_secure_but_for_private_machines(all: &[Repository]) {
    for repository in all {
        let arguments = [
            "--offline",
            "--no-progress",
            "-q",
            "--strict-collection",
            "--persona",
            "auditor",
            "--format",
            "json",
            ".",
        ];
        let done = repository.call("zizmor", &arguments);
        let findings: Value =
            serde_json::from_str(&done.stdout).unwrap_or_else(|why| panic!("{why}\n{done}"));
        let findings = findings.as_array().expect("a list of findings");
        let private = findings
            .iter()
            .filter(|finding| finding["ident"] == "self-hosted-runner")
            .count();
        let images = findings
            .iter()
            .filter(|finding| finding["ident"] == "unpinned-images")
            .count();
        assert_eq!(images, images_of_the_run(repository), "{done}");
        assert_eq!(findings.len(), private + images, "{done}");
        // It did look: the sample has such a machine at night, and Dynamo's pipelines a group of them;
        // those of its strategy are open still.
        let has_private = ["sample", "dynamo-ci", FEATURES];
        assert_eq!(
            private > 0,
            has_private
                .iter()
                .any(|name| repository.plan().contains(name)),
            "{done}"
        );
    }
}

fn they_keep_to_the_schema(all: &[Repository]) {
    for repository in all {
        for schema in [
            "vendor.github-workflows",
            "custom.github-workflows-require-timeout",
        ] {
            let done = call(
                repository,
                "check-jsonschema",
                &["--builtin-schema", schema],
            );
            assert!(done.success(), "{schema}: {done}");
        }
    }
}
