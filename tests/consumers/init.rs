//! What `dtpc init` leads to: workflows that a checker finds correct, and that run the tests.

use crate::support::act::{ActRun, Outcome, Ran};
use crate::support::repositories::{ALL, Kind, made};
use crate::support::tools::{LIMIT, run, tools};
use std::path::Path;
use std::process::Command;

/// After `dtpc init` and `dtpc generate`.
fn generate(folder: &Path) {
    for command in ["init", "generate"] {
        let mut dtpc = Command::new(env!("CARGO_BIN_EXE_dtpc"));
        dtpc.arg(command).current_dir(folder);
        if command == "generate" {
            // Next to files of others, only what is dtpc's own is written.
            dtpc.args(["--target", "github-actions"]);
        }
        let done = run(&mut dtpc, LIMIT);
        assert!(done.success(), "{done}");
    }
}

#[test]
fn actionlint_finds_the_workflows_correct() {
    let mut checked = 0;
    for kind in ALL.iter().filter(|kind| kind.runs.is_some()) {
        let folder = made(kind);
        generate(folder.path());
        let stage = if kind.name == "rust workspace" {
            "merge-checks"
        } else {
            "pre-merge"
        };
        let mut actionlint = tools().command("actionlint");
        actionlint
            .args(["-oneline", "-no-color"])
            .arg(format!(".github/workflows/{stage}.yml"))
            .current_dir(folder.path());
        let done = run(&mut actionlint, LIMIT);
        assert!(
            done.success() && done.stdout.is_empty(),
            "{}: {done}",
            kind.name
        );
        checked += 1;
    }
    assert_eq!(checked, 4);
}

/// Two languages, without packages that would have to be fetched.
const SHOP: Kind = Kind {
    name: "shop",
    files: &[
        (".github/README.md", "This is on GitHub.\n"),
        (
            "tests/test_cart.py",
            "def test_cart():\n    assert 1 + 1 == 2\n",
        ),
        (
            "Cargo.toml",
            "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        ),
        (
            "src/lib.rs",
            "#[test]\nfn adds() {\n    assert_eq!(1 + 1, 2);\n}\n",
        ),
        ("Makefile", "test:\n\tfalse\n"),
    ],
    runs: None,
    says: &[],
};

fn ran(folder: &Path) -> Ran {
    ActRun::new(folder)
        .workflow(".github/workflows/pre-merge.yml")
        .event("pull_request")
        .label("ubuntu-24.04")
        .run()
}

#[test]
fn the_workflow_runs_the_tests_that_are_there() {
    let folder = made(&SHOP);
    generate(folder.path());
    let green = ran(folder.path());
    assert!(green.success(), "{green}");
    let log = |job: &str| green.job(job).log();
    assert!(log("python_tests-linux").contains("1 passed"), "{green}");
    assert!(log("rust_tests-linux").contains("1 passed"), "{green}");

    std::fs::write(
        folder.path().join("tests/test_cart.py"),
        "def test_cart():\n    assert 0\n",
    )
    .expect("a test");
    let red = ran(folder.path());
    assert_eq!(
        red.job("python_tests-linux").result(),
        Outcome::Failure,
        "{red}"
    );
    assert_eq!(
        red.job("rust_tests-linux").result(),
        Outcome::Success,
        "{red}"
    );
    assert_eq!(red.job("gate--merge").result(), Outcome::Failure, "{red}");
}
