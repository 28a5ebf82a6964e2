//! The checkers of workflows, on every workflow of all plans.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::repository::Repository;

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
    if repository.plan().contains("dynamo-ci") {
        for file in repository.workflow_paths() {
            for job in repository.yaml(&file)["jobs"]
                .as_object()
                .expect("jobs")
                .values()
            {
                labels.extend(job["runs-on"].as_str().map(str::to_owned));
            }
        }
        labels.remove("ubuntu-24.04");
        assert!(labels.contains("prod-tester-amd-gpu-4-v2"), "{labels:?}");
    }
    let labels: Vec<String> = labels.into_iter().collect();
    let text = format!("self-hosted-runner:\n  labels: [{}]\n", labels.join(", "));
    repository.write("lint.yaml", &text);
}

#[test]
fn jactionlint_finds_them_correct() {
    for repository in Repository::all() {
        knows_labels(&repository);
        let arguments = [
            "--config-file",
            "lint.yaml",
            "--profile",
            "correctness",
            "--strict-exit",
            "--oneline",
            "--no-hints",
        ];
        let done = call(&repository, "jactionlint", &arguments);
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
                assert!(tag.starts_with("${{ github.sha }}"), "{image}");
                count += 1;
            }
        }
    }
    let builds_images = ["workshop", "dynamo-ci"];
    assert_eq!(
        count > 0,
        builds_images
            .iter()
            .any(|name| repository.plan().contains(name))
    );
    count
}

/// Its strictest profile has opinions. Those that are left are about what the plan says, not about
/// what dtpc makes of it: machines of one's own, and tools that a plan installs without a version.
#[test]
fn jactionlint_at_its_strictest_blames_only_what_the_plan_says() {
    for repository in Repository::all() {
        knows_labels(&repository);
        let arguments = [
            "--config-file",
            "lint.yaml",
            "--profile",
            "pedantic",
            "--format",
            "json",
        ];
        let done = call(&repository, "jactionlint", &arguments);
        let findings: Value =
            serde_json::from_str(&done.stdout).unwrap_or_else(|why| panic!("{why}\n{done}"));
        let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in findings.as_array().expect("a list of findings") {
            *rules
                .entry(finding["kind"].as_str().expect("a rule"))
                .or_default() += 1;
        }
        let own = ["self-hosted-runner", "unlocked-install", "unpinned-tools"];
        rules.retain(|rule, _| !own.contains(rule));
        let built = images_of_the_run(&repository);
        assert_eq!(rules.remove("unpinned-images").unwrap_or(0), built);
        assert!(rules.is_empty(), "{}: {rules:?}\n{done}", repository.plan());
    }
}

/// The second opinion, written independently. It wants to be told the labels of private runners.
#[test]
fn actionlint_finds_them_correct() {
    for repository in Repository::all() {
        knows_labels(&repository);
        let arguments = ["-oneline", "-no-color", "-config-file", "lint.yaml"];
        let done = call(&repository, "actionlint", &arguments);
        assert!(done.success() && done.stdout.is_empty(), "{done}");
    }
}

#[test]
fn zizmor_finds_them_secure_but_for_private_machines() {
    for repository in Repository::all() {
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
        assert_eq!(images, images_of_the_run(&repository), "{done}");
        assert_eq!(findings.len(), private + images, "{done}");
        // It did look: the sample has such a machine at night, and Dynamo's pipelines a group of them;
        // those of its strategy are open still.
        let has_private = ["sample", "dynamo-ci"];
        assert_eq!(
            private > 0,
            has_private
                .iter()
                .any(|name| repository.plan().contains(name)),
            "{done}"
        );
    }
}

#[test]
fn they_keep_to_the_schema() {
    for repository in Repository::all() {
        for schema in [
            "vendor.github-workflows",
            "custom.github-workflows-require-timeout",
        ] {
            let done = call(
                &repository,
                "check-jsonschema",
                &["--builtin-schema", schema],
            );
            assert!(done.success(), "{schema}: {done}");
        }
    }
}
