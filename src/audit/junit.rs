//! JUnit files, as pytest and nextest write them.

use crate::source::{SourceMap, Span};

/// What a run told.
#[derive(Debug, Default)]
pub struct Results {
    /// The tests that ran.
    pub cases: Vec<Ran>,
}

/// A test that ran.
#[derive(Debug)]
pub struct Ran {
    /// Its `classname`.
    pub class: String,
    /// Its `name`.
    pub name: String,
    /// Where it is told.
    pub span: Span,
}

/// Reads a JUnit file: of each `<testcase>` its names. Nothing else in it matters here.
pub fn read(path: &str, text: String, sources: &mut SourceMap, results: &mut Results) {
    let Ok(id) = sources.add(path.to_owned(), text) else {
        return;
    };
    let file = sources.file(id);
    let mut from = 0;
    while let Some(at) = file.text()[from..].find("<testcase") {
        let start = from + at;
        let Some(length) = end_of_tag(&file.text()[start..]) else {
            break;
        };
        let tag = &file.text()[start..start + length];
        from = start + length;
        let base = file.base() + u32::try_from(start).unwrap_or_default();
        if let Some(name) = attribute(tag, "name") {
            results.cases.push(Ran {
                class: attribute(tag, "classname").unwrap_or_default(),
                name,
                span: Span::new(base, base + u32::try_from(length).unwrap_or_default()),
            });
        }
    }
}

/// The length of a tag: a `>` in quotes does not end it.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!(" {name}="))? + name.len() + 2;
    let quote = tag[at..]
        .chars()
        .next()
        .filter(|c| *c == '"' || *c == '\'')?;
    let rest = &tag[at + 1..];
    let value = &rest[..rest.find(quote)?];
    Some(
        value
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&#10;", "\n")
            .replace("&amp;", "&"),
    )
}
