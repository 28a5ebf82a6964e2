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

/// The documentation of this repository, by the same judges.
fn own_pages() -> Vec<std::path::PathBuf> {
    let mut pages: Vec<_> = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
    ]
    .iter()
    .map(|page| workspace().join(page))
    .collect();
    for folder in ["docs", "docs/decisions", "docs/diagnostics", "docs/guide"] {
        for entry in std::fs::read_dir(workspace().join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            pages.extend(path.extension().is_some_and(|e| e == "md").then_some(path));
        }
    }
    assert!(pages.len() >= 60, "{pages:?}");
    pages
}

#[test]
fn the_pages_of_this_repository_are_clean_and_their_links_lead_somewhere() {
    let config = workspace().join("tests/tools/.markdownlint.jsonc");
    let mut lint = tools().command("markdownlint-cli2");
    lint.arg("--config").arg(config).args(own_pages());
    let done = run(&mut lint, LIMIT);
    assert!(done.success(), "{done}");
    let mut links = tools().command("lychee");
    links
        .args(["--offline", "--include-fragments", "--no-progress"])
        .args(own_pages());
    let done = run(&mut links, LIMIT);
    assert!(done.success(), "{done}");
    let mut spelling = tools().command("codespell");
    // The pages of findings show misspelt plans on purpose.
    let prose = own_pages()
        .into_iter()
        .filter(|page| !page.starts_with(workspace().join("docs/diagnostics")));
    let done = run(spelling.args(prose), LIMIT);
    assert!(done.success(), "{done}");
}
