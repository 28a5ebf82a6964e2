//! The test-plan documents of both plans.

use crate::support::repository::Repository;
use crate::support::tools::{LIMIT, run, tools, workspace};

#[test]
fn they_are_clean_markdown() {
    let config = workspace().join("tests/tools/.markdownlint.jsonc");
    for repository in Repository::both() {
        let mut lint = repository.command("markdownlint-cli2");
        lint.arg("--config")
            .arg(&config)
            .args(repository.documents());
        let done = run(&mut lint, LIMIT);
        assert!(done.success(), "{done}");
    }
}

#[test]
fn their_diagrams_parse() {
    for repository in Repository::both() {
        let documents = repository.documents();
        let arguments = std::iter::once("--require".into()).chain(documents);
        let mut parse = tools().node_script("mermaid_parse.mjs", arguments);
        let done = run(&mut parse, LIMIT);
        assert!(done.success(), "{done}");
    }
}

#[test]
fn their_links_lead_somewhere() {
    for repository in Repository::both() {
        let mut check = repository.command("lychee");
        check
            .args(["--offline", "--include-fragments", "--no-progress"])
            .args(repository.documents());
        let done = run(&mut check, LIMIT);
        assert!(done.success(), "{done}");
    }
}

#[test]
fn their_spelling_is_right() {
    for repository in Repository::both() {
        let mut check = repository.command("codespell");
        let done = run(check.args(repository.documents()), LIMIT);
        assert!(done.success(), "{done}");
    }
}
