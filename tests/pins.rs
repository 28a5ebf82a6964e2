//! `dtpc pins`, and what a lock does to the outputs: on real files, with the real program.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests read and write files"
)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

const PLAN: &str = r#"plan shop { root: ".." }
stage nightly { host: github, trigger: schedule("0 2 * * *"), types: [unit] }
type unit {}
environment cpu { visibility: public, runner: linux, local: host }
runner linux { labels: ["ubuntu-24.04"] }
service nats { image: "nats:2.11-alpine", port: 4222 }
tool pytest { actions: ["actions/setup-go@v6.1.0", "actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9"] }
suite units {
  type: unit, tool: pytest, paths: ["tests/**"], stages: [nightly], environments: [cpu], needs: nats
}
"#;

const GO: &str = "4a3601121dd01d1626a1e23e37211e3254c1c06c";
const CHECKOUT: &str = "1111111111111111111111111111111111111111";
const DIGEST: &str = "sha256:e4bf19f15fd3218814a4e3c9e0064e1334bd8aa20d5984b9f1a0afd084f8cc00";

struct Case(TempDir);

impl Case {
    fn new() -> Self {
        let case = Self(TempDir::new().unwrap());
        case.write("plans/shop.dtp", PLAN);
        case.write("tests/test_a.py", "");
        let actions = format!(
            "action\tversion\tsha\tstatus\truns_using
actions/setup-go\tv6.1.0\t{GO}\tconfirmed\tnode24
actions/setup-go\tv6.2.0\t{}\tconfirmed\tnode24
actions/checkout\tv7.9.0\t{CHECKOUT}\tconfirmed\tnode24
actions/checkout\tv7.10.0\t{}\tguessed\tnode24
actions/checkout\tv8.0.0\t{}\tconfirmed\tnode24
actions/setup-python\tv7.5.0\t{}\tconfirmed\tnode20
",
            "2".repeat(40),
            "3".repeat(40),
            "4".repeat(40),
            "5".repeat(40),
        );
        case.write("actions.tsv", &actions);
        let images =
            format!("image\ttag\tdigest\tstatus\nnats\t2.11-alpine\t{DIGEST}\tconfirmed (twice)\n");
        case.write("images.tsv", &images);
        case
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn dtpc(&self, arguments: &[&str]) -> Output {
        let mut dtpc = Command::new(env!("CARGO_BIN_EXE_dtpc"));
        dtpc.args(arguments)
            .current_dir(self.0.path())
            .output()
            .unwrap()
    }

    fn update(&self) -> Output {
        self.dtpc(&["pins", "--update", "actions.tsv", "--update", "images.tsv"])
    }
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn what_can_move_does_not_compile_before_it_is_locked() {
    let case = Case::new();
    for arguments in [&["check"][..], &["pins"], &["generate"]] {
        let done = case.dtpc(arguments);
        let said = said(&done);
        assert_eq!(done.status.code(), Some(1), "{said}");
        assert!(
            said.contains("DTP0406") && said.contains("DTP0402"),
            "{said}"
        );
        assert!(said.contains("dtpc.lock"), "{said}");
    }
    let done = case.update();
    assert!(done.status.success(), "{}", said(&done));
    assert!(case.dtpc(&["check"]).status.success());
}

#[test]
fn the_lock_holds_what_the_plan_uses_and_nothing_else() {
    let case = Case::new();
    let done = case.update();
    assert!(done.status.success(), "{}", said(&done));
    let lock = case.read("plans/dtpc.lock");
    // Of checkout the newest that is confirmed, of the major for which dtpc writes inputs.
    let lines: Vec<Vec<&str>> = lock
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        lines,
        [
            ["action", "actions/checkout", "v7.9.0", CHECKOUT],
            ["action", "actions/setup-go", "v6.1.0", GO],
            ["image", "nats", "2.11-alpine", DIGEST],
        ]
    );
    let done = case.dtpc(&["generate"]);
    assert!(done.status.success(), "{}", said(&done));
    let workflow = case.read(".github/workflows/nightly.yml");
    for text in [
        &format!("uses: actions/checkout@{CHECKOUT} # v7.9.0\n"),
        &format!("uses: actions/setup-go@{GO} # v6.1.0\n"),
        &format!("image: nats:2.11-alpine@{DIGEST}\n"),
        "uses: actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # named in the plan\n",
    ] {
        assert!(workflow.contains(text), "{text}\n{workflow}");
    }
    // A second time there is nothing to change.
    let done = case.update();
    assert!(said(&done).contains("nothing to change"), "{}", said(&done));
    assert_eq!(case.read("plans/dtpc.lock"), lock);
}

#[test]
fn what_is_pinned_is_shown_with_who_says_so() {
    let case = Case::new();
    case.update();
    let done = case.dtpc(&["pins"]);
    let shown = said(&done);
    assert!(done.status.success(), "{shown}");
    let line = |name: &str| -> Vec<&str> {
        let line = shown.lines().find(|line| line.contains(name));
        line.unwrap_or_else(|| panic!("{name}\n{shown}"))
            .split_whitespace()
            .collect()
    };
    assert_eq!(line("setup-go")[2..], ["v6.1.0", GO, "of", "dtpc.lock"]);
    assert_eq!(line("checkout")[4..], ["of", "dtpc.lock"]);
    assert_eq!(line("upload-artifact")[4..], ["of", "dtpc"]);
    assert_eq!(line("actions/cache")[4..], ["of", "the", "plan"]);
    assert_eq!(line("nats")[..3], ["image", "nats", "2.11-alpine"]);
}

#[test]
fn a_changed_lock_is_drift_and_an_unused_line_is_found() {
    let case = Case::new();
    case.update();
    case.dtpc(&["generate"]);
    assert!(case.dtpc(&["pins", "--check"]).status.success());
    assert!(case.dtpc(&["generate", "--check"]).status.success());
    let lock = case.read("plans/dtpc.lock");
    case.write("plans/dtpc.lock", &lock.replace(CHECKOUT, &"6".repeat(40)));
    let done = case.dtpc(&["generate", "--check"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(said(&done).contains(&"6".repeat(40)), "{}", said(&done));
    case.write(
        "plans/dtpc.lock",
        &format!("{lock}action a/b v1.0.0 {GO}\n"),
    );
    let done = case.dtpc(&["pins", "--check"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(
        said(&done).contains("nothing uses a/b v1.0.0"),
        "{}",
        said(&done)
    );
    // What would change is shown, and not changed.
    let done = case.dtpc(&["pins", "--check", "--update", "actions.tsv"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(
        said(&done).contains("- action a/b v1.0.0"),
        "{}",
        said(&done)
    );
    assert!(case.read("plans/dtpc.lock").contains("a/b"));
    let done = case.dtpc(&["pins", "--update", "actions.tsv"]);
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(case.read("plans/dtpc.lock"), lock);
}

#[test]
fn what_the_tables_do_not_have_stays_open() {
    let case = Case::new();
    let done = case.dtpc(&["pins", "--update", "images.tsv"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(said(&done).contains("DTP0406"), "{}", said(&done));
    assert!(!case.path("plans/dtpc.lock").exists());
    case.write("bad.tsv", "name\tversion\n");
    for table in ["bad.tsv", "missing.tsv"] {
        let done = case.dtpc(&["pins", "--update", table]);
        assert_eq!(done.status.code(), Some(3), "{}", said(&done));
        assert!(said(&done).contains(table), "{}", said(&done));
    }
}

#[test]
fn a_broken_lock_is_said_with_its_line() {
    let case = Case::new();
    case.update();
    let lock = case.read("plans/dtpc.lock");
    case.write("plans/dtpc.lock", &lock.replace(GO, "main"));
    for arguments in [&["check"][..], &["generate"], &["pins"]] {
        let done = case.dtpc(arguments);
        assert_eq!(done.status.code(), Some(3), "{}", said(&done));
        assert!(
            said(&done).contains("dtpc.lock: line 3: `main`"),
            "{}",
            said(&done)
        );
    }
    let done = case.update();
    assert_eq!(done.status.code(), Some(3), "{}", said(&done));
}
