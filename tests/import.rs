//! `dtpc import`: a plan from what the CI of a repository runs.
//!
//! Each folder of `tests/import/` is a case: `repo/` is the repository, with `.git-config/` for its
//! `.git`, which could not be kept here under its own name; `plan.dtp` is the plan that is written.
//! `DTPC_BLESS=1 cargo test --test import` writes the plans anew.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read and write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dtpc::{Dtpc, Ended, root};
use tempfile::TempDir;

fn call(folder: &Path, arguments: &[&str]) -> Ended {
    Dtpc::new(arguments).from(folder).run()
}

fn cases() -> Vec<PathBuf> {
    let folder = root().join("tests/import");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(cases.len() >= 3, "the cases are gone");
    cases
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let name = entry.file_name();
        let left_over = [
            "__pycache__",
            "target",
            ".pytest_cache",
            "test-results",
            "plans",
        ];
        if left_over.iter().any(|left| name == *left) {
            continue;
        }
        let name = if name == ".git-config" {
            ".git".into()
        } else {
            name
        };
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(name));
        } else {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

/// A repository in a folder of its own, after `import`, and the plan.
fn imported(repository: &Path) -> (TempDir, String, Ended) {
    let folder = TempDir::new().unwrap();
    copy(repository, folder.path());
    let ended = call(folder.path(), &["import"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let plan = fs::read_dir(folder.path().join("plans")).unwrap().next();
    let plan = fs::read_to_string(plan.unwrap().unwrap().path()).unwrap();
    (folder, plan, ended)
}

#[test]
fn each_case_gives_its_plan_which_holds_and_is_in_the_one_layout() {
    for case in cases() {
        let (folder, plan, _) = imported(&case.join("repo"));
        let wanted = case.join("plan.dtp");
        if std::env::var_os("DTPC_BLESS").is_some() {
            fs::write(&wanted, &plan).unwrap();
        }
        let wanted = fs::read_to_string(&wanted).unwrap_or_default();
        assert_eq!(plan, wanted, "{}", case.display());
        let checked = call(folder.path(), &["check", "--deny", "warnings"]);
        assert_eq!(
            checked.code,
            Some(0),
            "{}: {checked:?}\n{plan}",
            case.display()
        );
        let formatted = call(folder.path(), &["fmt", "--check"]);
        assert_eq!(formatted.code, Some(0), "{}: {formatted:?}", case.display());
        let out = TempDir::new().unwrap();
        let place = out.path().to_str().unwrap();
        let generated = call(folder.path(), &["generate", "--out", place]);
        assert_eq!(generated.code, Some(0), "{}: {generated:?}", case.display());
    }
}

/// The names of the markers in a configuration of pytest.
fn markers(text: &str) -> BTreeSet<String> {
    let lines = text.lines().skip_while(|line| !line.starts_with("markers"));
    lines
        .skip(1)
        .take_while(|line| line.starts_with([' ', '\t']))
        .filter_map(|line| line.trim().trim_start_matches('"').split([':', '(']).next())
        .map(str::to_owned)
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .collect()
}

#[test]
fn the_markers_come_out_as_they_went_in() {
    let names = |names: &[&str]| {
        names
            .iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    for (repository, file, wanted) in [
        (
            "tests/import/shop/repo",
            "pyproject.toml",
            names(&["slow", "database"]),
        ),
        (
            "tests/import/fleet/repo",
            "pytest.ini",
            names(&["pre_merge", "nightly", "gpu_0", "gpu_1"]),
        ),
        // Those that its tests carry; it registers none before its plan does.
        (
            "tests/sample",
            "pytest.ini",
            names(&[
                "pre_merge",
                "nightly",
                "unit",
                "integration",
                "e2e",
                "performance",
                "gpu_0",
                "gpu_1",
                "needs_store",
            ]),
        ),
    ] {
        let (folder, plan, _) = imported(&root().join(repository));
        let checked = call(folder.path(), &["check"]);
        assert_eq!(checked.code, Some(0), "{repository}: {checked:?}\n{plan}");
        let out = TempDir::new().unwrap();
        let place = out.path().to_str().unwrap();
        let generated = call(
            folder.path(),
            &["generate", "--target", "pytest", "--out", place],
        );
        assert_eq!(generated.code, Some(0), "{repository}: {generated:?}");
        let text = fs::read_to_string(out.path().join(file)).unwrap();
        assert_eq!(markers(&text), wanted, "{repository}\n{text}");
    }
}

#[test]
fn a_plan_that_is_there_is_kept_and_init_does_not_look_at_ci() {
    let case = root().join("tests/import/shop/repo");
    let (folder, plan, ended) = imported(&case);
    assert!(
        ended.out.contains("2 commands of tests in 2 workflows"),
        "{}",
        ended.out
    );
    let again = call(folder.path(), &["import"]);
    assert_eq!(again.code, Some(3), "{again:?}");
    assert!(
        again.err.contains("there is a plan already"),
        "{}",
        again.err
    );

    fs::remove_dir_all(folder.path().join("plans")).unwrap();
    assert_eq!(call(folder.path(), &["init"]).code, Some(0));
    let begun = fs::read_to_string(folder.path().join("plans/shop.dtp")).unwrap();
    assert!(!begun.contains("TODO") && plan.contains("TODO"), "{begun}");
    assert!(!begun.contains("stage scheduled"), "{begun}");
}

#[test]
fn expressions_that_cannot_stand_together_are_left_to_be_decided() {
    let folder = TempDir::new().unwrap();
    copy(&root().join("tests/import/fleet/repo"), folder.path());
    // What no machine of the draft takes: the stage would promise nothing.
    let nightly = folder.path().join(".github/workflows/nightly.yml");
    let text = fs::read_to_string(&nightly).unwrap();
    fs::write(
        &nightly,
        text.replace("nightly and gpu_0", "gpu_1 and nightly"),
    )
    .unwrap();
    let ended = call(folder.path(), &["import"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let plan = fs::read_to_string(folder.path().join("plans/fleet.dtp")).unwrap();
    assert_eq!(call(folder.path(), &["check"]).code, Some(0));
    assert!(plan.contains("pytest -m \"gpu_1 and nightly\""), "{plan}");
}
