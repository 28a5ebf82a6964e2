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

use dtpc::generated;

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

/// The workflow of a stage when this is added to the plan.
fn workflow_of(stage: &str, added: &str) -> String {
    let file = format!(".github/workflows/{stage}.yml");
    generated(&format!("{BASE}{added}"), "github-actions", &file)
}

/// The same of the stage that is there anyway.
fn workflow(added: &str) -> String {
    workflow_of("pre-merge", added)
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

/// A plan whose values all stand where they are used, or are all constants.
fn with_values(constants: bool) -> String {
    let values = [
        ("when", "\"0 3 * * *\""),
        ("paths", "[\"c/**\", \"d/**\"]"),
        ("words", "[\"-x\", \"-y\"]"),
        ("quick", "fast and not flaky"),
        ("round", "\"twice\""),
        ("long", "9min"),
        ("places", "[cpu]"),
    ];
    let mut text = "
marker fast {}
marker flaky {}
stage nightly { host: github, trigger: schedule(constant.when), types: [unit], selects: not fast or flaky }
suite more {
  type:         unit
  tool:         pytest
  paths:        constant.paths
  select:       not (constant.quick) or flaky
  arguments:    [\"-first\", constant.words, \"-last\"]
  variables:    { ROUND: constant.round }
  stages:       [nightly]
  environments: each(constant.places)
  timeout:      constant.long
}
"
    .to_owned();
    for (name, value) in values {
        let written = format!("constant.{name}");
        assert_eq!(text.matches(&written).count(), 1, "{name}");
        if constants {
            let _ = writeln!(text, "constant {name} {{ value: {value} }}");
        } else {
            // The items of a list stand in the list around them.
            let items = value.trim_matches(['[', ']']);
            let is_inside = text.contains(&format!("\", {written}, \""));
            text = text.replace(&written, if is_inside { items } else { value });
        }
    }
    text
}

#[test]
fn a_constant_is_what_it_stands_for() {
    let written_out = workflow_of("nightly", &with_values(false));
    assert!(written_out.contains("-first -x -y -last"), "{written_out}");
    assert!(written_out.contains("ROUND: twice"), "{written_out}");
    assert_eq!(workflow_of("nightly", &with_values(true)), written_out);
}

#[test]
fn what_is_written_above_stands_in_the_document() {
    let plan = format!(
        "//! How we test.\n//!\n//!  A second paragraph.\n{BASE}{}",
        "/// What nobody\n/// else runs.\nsuite more { extends: units, paths: [\"c/**\"] }\n"
    );
    let document = generated(&plan, "markdown", "docs/test-plan.md");
    assert!(
        document.contains("How we test.\n\n A second paragraph.\n"),
        "{document}"
    );
    let json = generated(&plan, "json", "docs/test-plan.json");
    assert!(json.contains("\"What nobody\\nelse runs.\""), "{json}");
    assert!(json.contains("\"extends\": \"units\""), "{json}");
}
