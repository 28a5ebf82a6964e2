//! `extends` and signed lists: what a declaration gets from another one.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read and write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::fmt::Write as _;
use std::fs;

use dtpc::Dtpc;
use tempfile::TempDir;

const BASE: &str = r#"
plan p {}
stage pre_merge { host: github, trigger: pull_request, types: [unit] }
type unit {}
environment cpu { visibility: public, runner: linux, local: host }
runner linux { labels: ["ubuntu-24.04"] }
/// The first one.
suite units {
  title:        "Units"
  type:         unit
  tool:         pytest
  paths:        ["a/**", "b/**"]
  arguments:    ["-a", "-b"]
  stages:       [pre_merge]
  environments: [cpu]
  timeout:      7min
}
"#;

/// The workflow of the stage when this is added to the plan.
fn workflow(added: &str) -> String {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("p.dtp"), format!("{BASE}{added}")).unwrap();
    let generate = [
        "generate",
        "p.dtp",
        "--target",
        "github-actions",
        "--out",
        ".",
    ];
    let ended = Dtpc::new(&generate).from(folder.path()).run();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    fs::read_to_string(folder.path().join(".github/workflows/pre-merge.yml")).unwrap()
}

#[test]
fn fields_are_inherited_and_a_title_is_not() {
    let text = workflow("suite more { extends: units, paths: [\"c/**\"] }\n");
    assert!(text.contains("run: pytest -a -b c\n"), "{text}");
    assert!(text.contains("name: More (Cpu)"), "{text}");
    assert_eq!(text.matches("timeout-minutes: 7").count(), 2, "{text}");
}

#[test]
fn a_list_replaces_and_a_signed_one_edits() {
    let replaced = workflow("suite m { extends: units, paths: [\"c/**\"], arguments: [\"-c\"] }\n");
    assert!(replaced.contains("run: pytest -c c\n"), "{replaced}");
    let edited = workflow(
        "suite m { extends: units, paths: [\"c/**\"], arguments: [- \"-a\", + \"-c\"] }\n",
    );
    assert!(edited.contains("run: pytest -b -c c\n"), "{edited}");
}

#[test]
fn a_chain_is_followed_whatever_the_order() {
    let text = workflow(
        "suite z { extends: y, paths: [\"d/**\"], arguments: [+ \"-z\"] }\nsuite y { extends: units, paths: [\"c/**\"], arguments: [\"-y\"] }\n",
    );
    assert!(text.contains("run: pytest -y -z d\n"), "{text}");
}

#[test]
fn a_chain_of_two_thousand_is_no_trouble() {
    let mut added = String::new();
    for number in (1..2000).rev() {
        let _ = writeln!(
            added,
            "suite s{number} {{ extends: s{}, paths: [\"s{number}/**\"] }}",
            number - 1
        );
    }
    added.push_str("suite s0 { extends: units, paths: [\"s0/**\"] }\n");
    assert_eq!(workflow(&added).matches("run: pytest -a -b ").count(), 2001);
}
