//! One layout for every plan: what `dtpc fmt` writes. It stands beside the pipeline and uses of it
//! only the grammar.
//!
//! `read` makes a tree of words, brackets and comments, `layout` writes it anew. Nothing in either
//! knows a kind or a field. What was written is read once more before it is handed out, and must
//! have the same words in the same order.

mod columns;
mod layout;
mod read;
mod tree;

use std::ops::Range;

use crate::diagnostics::{self, Diagnostic};
use crate::source::{SourceFile, SourceMap};
use crate::syntax;
use tree::{Group, Item, Role};

/// How wide a line may be, in columns.
pub const WIDTH: usize = 100;

/// How much further right the inside of a bracket stands, in columns.
const INDENT: usize = 2;

/// Why a text was not formatted.
#[derive(Debug)]
pub enum Refusal {
    /// It has syntax errors.
    Syntax(Vec<Diagnostic>),
    /// The new text would not have the words of the old one: a defect of this module.
    Unfaithful,
}

/// Formats a file.
///
/// # Errors
/// [`Refusal`] says why it was left as it is.
pub fn format(file: &SourceFile) -> Result<String, Refusal> {
    let tree = read(file)?;
    let text = layout::lines(&tree.items, &tree.tail, Role::File, 0);
    faithful(&tree, text)
}

/// Formats the top-level declarations and imports that have a line in `lines`, with the comments
/// above them, and leaves the rest of the file as it is, byte for byte. Lines are counted from one,
/// the end is excluded. The line ends of the file are kept.
///
/// # Errors
/// [`Refusal`] says why the file was left as it is.
pub fn format_lines(file: &SourceFile, lines: Range<usize>) -> Result<String, Refusal> {
    let tree = read(file)?;
    let text = file.text();
    let Some((items, place)) = touched(&tree.items, text, lines) else {
        return Ok(text.to_owned());
    };
    let mut formatted = layout::lines(items, &[], Role::File, 0);
    formatted.truncate(formatted.trim_end_matches('\n').len());
    if text.find('\n').is_some_and(|at| text[..at].ends_with('\r')) {
        formatted = formatted.replace('\n', "\r\n");
    }
    let text = [&text[..place.start], &formatted, &text[place.end..]].concat();
    faithful(&tree, text)
}

fn read(file: &SourceFile) -> Result<Group<'_>, Refusal> {
    read::read(file).ok_or_else(|| {
        let mut diagnostics = Vec::new();
        syntax::parse(file, &mut diagnostics);
        diagnostics::sort(&mut diagnostics);
        Refusal::Syntax(diagnostics)
    })
}

/// The items that have a line in `lines`, with the stretch of whole lines they take up.
fn touched<'i, 't>(
    items: &'i [Item<'t>],
    text: &str,
    lines: Range<usize>,
) -> Option<(&'i [Item<'t>], Range<usize>)> {
    let begin = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = |at: usize| text[at..].find('\n').map_or(text.len(), |end| at + end);
    let (from, to) = (line_start(text, lines.start), line_start(text, lines.end));
    // An item that begins on the line on which the one before it ends goes with it.
    let mut runs = items.chunk_by(|before, item| begin(item.start) <= before.end);
    let mut first = 0;
    let mut chosen: Option<Range<usize>> = None;
    for run in &mut runs {
        let (start, stop) = (run[0].start, run[run.len() - 1].end);
        if begin(start) < to && end(stop) >= from {
            let start = chosen.map_or(first, |chosen| chosen.start);
            chosen = Some(start..first + run.len());
        }
        first += run.len();
    }
    let chosen = &items[chosen?];
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let start = begin(chosen[0].start).max(mark);
    let mut stop = end(chosen[chosen.len() - 1].end);
    if text[..stop].ends_with('\r') {
        stop -= 1;
    }
    Some((chosen, start..stop))
}

/// Where a line begins; for lines behind the last, a place behind the text.
fn line_start(text: &str, line: usize) -> usize {
    let ends = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0)
        .chain(ends)
        .nth(line.saturating_sub(1))
        .unwrap_or(text.len() + 1)
}

/// Hands out the new text if it has the words of the old one.
fn faithful(tree: &Group<'_>, text: String) -> Result<String, Refusal> {
    let mut sources = SourceMap::new();
    let id = sources
        .add(String::new(), text.clone())
        .map_err(|_| Refusal::Unfaithful)?;
    let written = read::read(sources.file(id)).ok_or(Refusal::Unfaithful)?;
    if same_words(tree, &written) {
        Ok(text)
    } else {
        Err(Refusal::Unfaithful)
    }
}

fn same_words(before: &Group<'_>, after: &Group<'_>) -> bool {
    let mut words = (Vec::new(), Vec::new());
    before.words(&mut words.0);
    after.words(&mut words.1);
    words.0 == words.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceMap {
        let mut sources = SourceMap::new();
        sources
            .add("plan.dtp".to_owned(), text.to_owned())
            .expect("a short text");
        sources
    }

    fn is_faithful(before: &str, after: &str) -> bool {
        let sources = file(before);
        let (_, before) = sources.files().next().expect("one file");
        let tree = read::read(before).expect("no syntax error");
        faithful(&tree, after.to_owned()).is_ok()
    }

    #[test]
    fn a_text_with_other_words_is_not_handed_out() {
        let before = "// a\nowner team { title: \"x y\", contact: a or (b and c) }\n";
        let with = |from: &str, to: &str| {
            let after = before.replace(from, to);
            assert_ne!(before, after);
            is_faithful(before, &after)
        };
        assert!(is_faithful(before, before));
        assert!(with(", ", "\n"));
        assert!(with("// a\n", "// a \n\n"));
        assert!(!with("// a\n", ""));
        assert!(!with("x y", "x  y"));
        assert!(!with("(b and c)", "b and c"));
        assert!(!with("title", "titel"));
        assert!(!with(" }", ""), "it no longer parses");
        assert!(!is_faithful(
            "area a { title: [b, c] }",
            "area a { title: [b c] }"
        ));
        assert!(!is_faithful(
            "area a { x: [b, c] }",
            "area a { x: [[b, c]] }"
        ));
        assert!(!is_faithful(
            "area a { x: [b, c // d\n] }",
            "area a { x: [b, // d\nc] }"
        ));
    }
}
