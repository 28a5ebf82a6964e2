//! `--deny` and `--warn`: which findings end a check, and how every format says so.

#![allow(clippy::panic, reason = "tests fail by panicking")]

#[path = "support/dtpc.rs"]
mod dtpc;

use ::dtpc::diagnostics::{Class, codes};
use dtpc::{Dtpc, Ended, root};
use serde_json::Value;

/// A plan with a warning and nothing else.
const WARNED: &str = "timeout_over_the_budget.dtp";

fn check(arguments: &[&str]) -> Ended {
    let mut all = vec!["check", "--today", "2026-06-01", WARNED];
    all.extend(arguments);
    let folder = root().join("tests/diagnostics");
    Dtpc::new(&all).from(folder).run()
}

#[test]
fn a_warning_ends_a_check_only_where_it_is_denied() {
    for (arguments, code) in [
        (&[][..], 0),
        (&["--deny", "DTP0515"], 1),
        (&["--deny", "dtp0206,timeouts-over-budget"], 1),
        (&["--deny", "DTP0206", "--deny", "DTP0515"], 1),
        (&["--deny", "warnings"], 1),
        (&["--deny", "warnings", "--warn", "DTP0515"], 0),
        (&["--warn", "DTP0515", "--deny", "DTP0515"], 0),
        (&["--deny", "DTP0206"], 0),
    ] {
        let ended = check(arguments);
        assert_eq!(ended.code, Some(code), "{arguments:?}: {ended:?}");
        assert_eq!(ended.out.contains(" holds: "), code == 0, "{ended:?}");
        let counted = if code == 0 {
            "\n1 warning;"
        } else {
            "\n1 error;"
        };
        assert!(ended.err.contains(counted), "{arguments:?}: {ended:?}");
    }
}

#[test]
fn every_format_shows_the_level_that_holds() {
    for (deny, level, code) in [
        (&[][..], "warning", 0),
        (&["--deny", "warnings"], "error", 1),
    ] {
        let format = |name| {
            let ended = check(&[&["--format", name], deny].concat());
            assert_eq!((ended.code, ended.err.as_str()), (Some(code), ""), "{name}");
            ended.out
        };
        let parsed = |name| -> Value {
            serde_json::from_str(&format(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
        };
        assert_eq!(parsed("json")[0]["severity"], level);
        let sarif = parsed("sarif");
        assert_eq!(sarif["runs"][0]["results"][0]["level"], level);
        let rules = &sarif["runs"][0]["tool"]["driver"]["rules"];
        let rule = rules
            .as_array()
            .and_then(|rules| rules.iter().find(|rule| rule["id"] == "DTP0515"));
        let default = rule.map(|rule| &rule["defaultConfiguration"]["level"]);
        assert_eq!(default, Some(&Value::from("warning")));
        assert!(format("short").contains(&format!(": {level}[DTP0515]: ")));
        assert!(format("github").starts_with(&format!("::{level} file={WARNED},")));
    }
}

#[test]
fn an_error_cannot_be_lowered_and_the_answer_says_what_can_be_done() {
    for code in codes::ALL.iter().filter(|c| c.class != Class::Warning) {
        let ended = check(&["--warn", code.code]);
        assert_eq!(ended.code, Some(2), "{}", code.code);
        let accepted = code.class == Class::Promise;
        assert_eq!(ended.err.contains("`accept`"), accepted, "{}", ended.err);
        assert_eq!(
            ended.err.contains("never be lowered"),
            !accepted,
            "{}",
            ended.err
        );
    }
    for option in ["--deny", "--warn"] {
        let unknown = check(&[option, "timeouts-over-budgte"]);
        assert_eq!(unknown.code, Some(2));
        assert!(
            unknown.err.contains("did you mean `timeouts-over-budget`?"),
            "{}",
            unknown.err
        );
    }
    // `warnings` are all denied or looked at one by one.
    assert_eq!(check(&["--warn", "warnings"]).code, Some(2));
}

#[test]
fn the_list_says_what_each_is() {
    let list = Dtpc::new(&["explain", "--list"]).run().out;
    for (line, code) in list.lines().zip(codes::ALL) {
        let words: Vec<&str> = line.split_whitespace().take(2).collect();
        assert_eq!(words, [code.code, code.class.word()], "{line}");
    }
    assert!(list.contains("DTP0103  structural  A name"), "{list}");
}

#[test]
fn generate_prints_warnings_and_writes_all_the_same() {
    let Ok(folder) = tempfile::TempDir::new() else {
        panic!("no temporary folder");
    };
    let plan = format!("tests/diagnostics/{WARNED}");
    let out = folder.path().to_string_lossy();
    let ended = Dtpc::new(&["generate", &plan, "--out", &out]).run();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("DTP0515"), "{}", ended.err);
    assert!(
        ended.out.contains("created   docs/test-plan.md"),
        "{}",
        ended.out
    );
}
