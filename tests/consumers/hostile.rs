//! Texts of a plan that would be commands, expressions or structure elsewhere: the shell that a
//! workflow names gets them as they were, and nothing of them is run.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::repository::command_of;
use crate::support::tools::{LIMIT, run, tools};

/// Words that shells, GitHub or YAML would read as something else.
const WORDS: &[&str] = &[
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned #",
    "&& touch pwned",
    "| tee pwned",
    "> pwned",
    "$HOME",
    "${HOME}",
    "${{ github.token }}",
    "$${{ github.token }}",
    "'${{ github.actor }}'",
    "it's",
    "'; touch pwned; '",
    "\"quoted\"",
    "back\\slash",
    "two words",
    " lead and trail ",
    "",
    "~",
    "*",
    "a\nb",
    "- not: yaml",
    "&anchor",
    "*alias",
    "# no comment",
    "!tag",
    "%percent%",
    "::error::no",
    "é中",
    "--option=a b",
];

/// A string as it is written in a plan.
fn quoted(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    )
}

#[test]
fn every_word_reaches_the_tool_as_it_was() {
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let words: Vec<String> = WORDS.iter().map(|w| quoted(w)).collect();
    let titles = quoted("'; touch pwned # ${{ github.token }} \"x\": {a: b}");
    let plan = format!(
        "plan p {{ title: {titles} }}
stage s {{ title: {titles}, host: github, trigger: pull_request, types: [t] }}
type t {{ title: {titles} }}
environment e {{ title: {titles}, visibility: public, runner: r, local: host }}
runner r {{ labels: [\"ubuntu-24.04\"] }}
tool show {{ runs: command, command: \"python3 show.py\" }}
suite u {{ title: {titles}, type: t, tool: show, arguments: [{}], stages: [s], environments: [e] }}
gate g {{ status: {titles}, stage: s }}
",
        words.join(", ")
    );
    fs::write(path("plan.dtp"), plan).expect("a plan");
    let mut dtpc = std::process::Command::new(env!("CARGO_BIN_EXE_dtpc"));
    let arguments = ["generate", "plan.dtp", "--out", "."];
    let done = run(dtpc.args(arguments).current_dir(folder.path()), LIMIT);
    assert!(done.success(), "{done}");

    let text = fs::read_to_string(path(".github/workflows/s.yml")).expect("a workflow");
    let workflow: Value = serde_yaml::from_str(&text).expect("YAML");
    let jobs = workflow["jobs"].as_object().expect("jobs");
    assert_eq!(jobs.keys().collect::<Vec<_>>(), ["gate-g", "u-e"]);
    let command = command_of(&jobs["u-e"]);
    assert!(
        !command.contains("${{"),
        "GitHub would fill this in: {command}"
    );

    fs::write(
        path("show.py"),
        "import json, sys\nprint(json.dumps(sys.argv[1:]))\n",
    )
    .expect("a script");
    let mut shell = tools().command("bash");
    shell.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", command]);
    let done = run(shell.current_dir(folder.path()), LIMIT);
    let shown: Vec<String> =
        serde_json::from_str(&done.stdout).unwrap_or_else(|why| panic!("{why}\n{done}"));
    assert_eq!(shown, WORDS);
    assert!(!path("pwned").exists(), "a word was run");
}
