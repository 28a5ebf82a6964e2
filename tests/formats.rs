//! Findings for programs: the same ones, in each format.

#![allow(clippy::panic, reason = "tests fail by panicking")]

#[path = "support/dtpc.rs"]
mod dtpc;

use dtpc::{Dtpc, Ended, root};
use serde_json::{Value, json};

fn check(format: &str, case: &str) -> Ended {
    let folder = root().join("tests/diagnostics");
    Dtpc::new(&["check", "--today", "2026-06-01", "--format", format, case])
        .from(folder)
        .run()
}

fn parsed(format: &str, case: &str) -> Value {
    let ended = check(format, case);
    assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""), "{format}");
    serde_json::from_str(&ended.out).unwrap_or_else(|e| panic!("{format} is no JSON: {e}"))
}

#[test]
fn short_is_a_line_for_each() {
    let ended = check("short", "unknown_name.dtp");
    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.out,
        "unknown_name.dtp:7:18: error[DTP0103]: there is no stage `pre_mrege`; did you mean `pre_merge`?\n"
    );
    assert_eq!(
        check("short", "glob_that_cannot_be_read.dtp")
            .out
            .lines()
            .count(),
        4
    );
    assert!(
        check("short", "no_plan.dtp")
            .out
            .starts_with("error[DTP0002]: ")
    );
}

#[test]
fn json_has_every_part() {
    assert_eq!(
        parsed("json", "unknown_name.dtp"),
        json!([{
            "code": "DTP0103",
            "name": "unknown-name",
            "severity": "error",
            "message": "there is no stage `pre_mrege`",
            "help": "did you mean `pre_merge`?",
            "place": {"file": "unknown_name.dtp", "line": 7, "column": 18, "end_line": 7, "end_column": 27},
            "labels": [{
                "file": "base.dtp", "line": 4, "column": 7, "end_line": 4, "end_column": 16,
                "text": "`pre_merge` is declared here",
            }],
            "fixes": [{
                "title": "write `pre_merge`",
                "safe": true,
                "file": "unknown_name.dtp", "line": 7, "column": 18, "end_line": 7, "end_column": 27,
                "replacement": "pre_merge",
            }],
        }])
    );
    assert_eq!(check("json", "base.dtp").out, "[]\n");
    assert_eq!(check("json", "base.dtp").code, Some(0));
}

#[test]
fn sarif_names_rule_place_and_second_place() {
    let sarif = parsed("sarif", "unknown_name.dtp");
    let run = &sarif["runs"][0];
    let result = &run["results"][0];
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(result["ruleId"], "DTP0103");
    let region = &result["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        region,
        &json!({"startLine": 7, "startColumn": 18, "endLine": 7, "endColumn": 27})
    );
    let related = &result["relatedLocations"][0];
    assert_eq!(
        related["physicalLocation"]["artifactLocation"]["uri"],
        "base.dtp"
    );
    let rules = run["tool"]["driver"]["rules"]
        .as_array()
        .map_or(0, Vec::len);
    assert_eq!(rules, ::dtpc::diagnostics::codes::ALL.len());
}

#[test]
fn github_is_an_annotation_on_the_line() {
    assert_eq!(
        check("github", "unknown_name.dtp").out,
        "::error file=unknown_name.dtp,line=7,endLine=7,col=18,endColumn=27,title=DTP0103 unknown-name::there is no stage `pre_mrege`%0Adid you mean `pre_merge`?\n"
    );
}
