//! The table of the language and the page that is written from it.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read and write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::fs;

use ::dtpc::schema::kinds::KINDS;
use ::dtpc::schema::{SHARED, reference};
use dtpc::{Dtpc, root};
use tempfile::TempDir;

#[test]
fn every_kind_and_field_has_words_and_an_example() {
    for kind in KINDS {
        assert!(
            !kind.doc.trim().is_empty(),
            "{} has no description",
            kind.name
        );
        for field in kind.fields.iter().chain(SHARED) {
            let name = format!("{}.{}", kind.name, field.name);
            assert!(
                field.doc.trim().ends_with('.'),
                "{name} is not described in a sentence"
            );
            assert!(
                field.example.starts_with(field.name),
                "{name}: {}",
                field.example
            );
            assert!(
                !(field.shape)().is_empty(),
                "{name} does not say what it takes"
            );
        }
    }
}

#[test]
fn the_reference_page_is_fresh() {
    let path = root().join("docs/language.md");
    let page = reference::page();
    if std::env::var_os("DTPC_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/language.md is stale: run with DTPC_BLESS=1"
    );
}

/// The blocks of a Markdown file that are fenced as this language.
fn blocks(markdown: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in markdown.lines() {
        match &mut block {
            None if line == format!("```{language}") => block = Some(String::new()),
            Some(_) if line == "```" => blocks.extend(block.take()),
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    blocks
}

#[test]
fn every_plan_in_the_documentation_holds() {
    let mut count = 0;
    for page in ["README.md", "docs/language.md"] {
        let markdown = fs::read_to_string(root().join(page)).unwrap();
        for block in blocks(&markdown, "dtp") {
            count += 1;
            let folder = TempDir::new().unwrap();
            fs::write(folder.path().join("plan.dtp"), &block).unwrap();
            let ended = Dtpc::new(&["check", "plan.dtp"]).from(folder.path()).run();
            assert_eq!(ended.code, Some(0), "in {page}:\n{block}\n{}", ended.err);
        }
    }
    assert!(count >= 2, "the examples are gone");
}
