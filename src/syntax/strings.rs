//! Strings that are not closed, and where they were meant to end.

use crate::diagnostics::{Diagnostic, Fix, codes};
use crate::source::Span;

/// How far a string reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It is closed; the offset behind its closing quote.
    Closed(usize),
    /// Its line ends before it does; the offset of the line's end.
    Open(usize),
}

/// How far the string that opens at `start` reaches.
pub fn reach(text: &str, start: usize) -> Reach {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return Reach::Closed(at + 1),
            b'\n' => break,
            b'\\' if bytes.get(at + 1).is_some_and(|&b| b != b'\n') => at += 2,
            _ => at += 1,
        }
    }
    Reach::Open(at.min(bytes.len()))
}

/// An unclosed string.
#[derive(Debug)]
pub struct Unclosed {
    /// What is said about it.
    pub diagnostic: Diagnostic,
    /// Where it was most likely meant to end: what stands behind is read on.
    pub end: usize,
}

/// What begins and ends a text of several lines elsewhere.
const QUOTES_OF_SEVERAL_LINES: &str = "\"\"\"";

/// What to say about the string at `start`, whose line ends at `line_end` before it is closed.
/// `open` are the brackets around it, outermost first; `span` makes a span of two offsets.
pub fn unclosed(
    text: &str,
    start: usize,
    line_end: usize,
    open: &[u8],
    span: impl Fn(usize, usize) -> Span,
) -> Unclosed {
    let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
    // Three quotes are an empty string, and one that is not closed.
    if text[..start].ends_with(QUOTES_OF_SEVERAL_LINES.split_at(1).1) {
        let begins = start + 1 - QUOTES_OF_SEVERAL_LINES.len();
        let end = text[start + 1..]
            .find(QUOTES_OF_SEVERAL_LINES)
            .map_or(line_end, |at| {
                start + 1 + at + QUOTES_OF_SEVERAL_LINES.len()
            });
        let diagnostic = Diagnostic::new(
            codes::UNCLOSED,
            span(begins, start + 1),
            "a string stands on one line",
        )
        .help(
            "several commands are a list of strings; what describes a declaration stands in `///` \
             lines above it",
        );
        return Unclosed { diagnostic, end };
    }
    // Of two strings that run into each other, it is the first that was not closed.
    if let Some((first, end)) = runs_into(text, line_start, start) {
        let diagnostic = Diagnostic::new(
            codes::UNCLOSED,
            span(first, end),
            "this string is not closed",
        )
        .label(
            span(end, end + 1),
            "this quote closes it, and was meant to open the next one",
        )
        .help("end it with `\"` before this place");
        let end = meant_end(text, start, line_end, open);
        return Unclosed { diagnostic, end };
    }
    if let Some(end) = goes_on_below(text, line_end) {
        let diagnostic = Diagnostic::new(
            codes::UNCLOSED,
            span(start, end),
            "a string stands on one line",
        )
        .help("put its words on one line");
        return Unclosed { diagnostic, end };
    }
    let end = meant_end(text, start, line_end, open);
    let inner = &text[start + 1..end];
    if inner.trim().is_empty()
        && let Some(word) = word_before(text, line_start, start)
    {
        let diagnostic = Diagnostic::new(
            codes::UNCLOSED,
            span(start, start + 1),
            "this quote closes no string",
        )
        .label(span(word, start), "this has no opening one")
        .help("begin the string with `\"`")
        .fix(Fix::replace(span(word, word), "\""));
        return Unclosed { diagnostic, end };
    }
    let fix = Fix::replace(span(end, end), "\"");
    // What may hold other strings, fields or a comment: a person decides where it ends.
    let plain =
        !inner.is_empty() && !inner.contains([',', ':', '"', '\\']) && !inner.contains("//");
    let fix = if plain { fix } else { fix.to_be_judged() };
    let diagnostic = Diagnostic::new(
        codes::UNCLOSED,
        span(start, end.max(start + 1)),
        "this string is not closed",
    )
    .help("end it with `\"` on the same line; write `\\\"` for a quote inside it")
    .fix(fix);
    Unclosed { diagnostic, end }
}

/// Where a string ends that goes on in the line below: behind the first quote there, if that is one too
/// many for the line, and no field begins before it.
fn goes_on_below(text: &str, line_end: usize) -> Option<usize> {
    let below = text[line_end..].strip_prefix('\n')?;
    let below = &below[..below.find('\n').unwrap_or(below.len())];
    let (before, behind) = below.split_once('"')?;
    let is_odd = behind.matches('"').count() % 2 == 0;
    let ends = behind.is_empty() || behind.starts_with([',', ' ', ']', '}', ')', '\r']);
    (is_odd && ends && !before.contains([':', '\\'])).then(|| line_end + 1 + before.len() + 1)
}

/// The string of the line, before the one at `until`, behind whose closing quote a word goes on: it
/// and the offset of that quote.
fn runs_into(text: &str, line_start: usize, until: usize) -> Option<(usize, usize)> {
    let mut at = line_start;
    while at < until {
        at += text[at..until].find('"')?;
        let Reach::Closed(end) = reach(text, at) else {
            return None;
        };
        let goes_on = text[end..].starts_with(|c: char| c.is_alphanumeric() || "_*./".contains(c));
        if goes_on && end <= until {
            return Some((at, end - 1));
        }
        at = end;
    }
    None
}

/// Before the brackets at the end of the line that close those around the string.
fn meant_end(text: &str, start: usize, line_end: usize, open: &[u8]) -> usize {
    let inside = &text[start + 1..line_end];
    let trimmed = inside.trim_end();
    let tail = trimmed.trim_end_matches([']', ')', '}', ',', ' ', '\t']);
    let closes = |tail: &str| {
        let mut open = open.iter().rev();
        tail.bytes()
            .filter(|byte| b"])}".contains(byte))
            .all(|byte| match open.next() {
                Some(b'[') => byte == b']',
                Some(b'(') => byte == b')',
                Some(b'{') => byte == b'}',
                _ => false,
            })
    };
    let end = (tail.len()..=trimmed.len())
        .find(|&end| closes(&trimmed[end..]))
        .unwrap_or(trimmed.len());
    start + 1 + inside[..end].trim_end().len()
}

/// Where the text before a quote begins that no quote opens.
fn word_before(text: &str, line_start: usize, quote: usize) -> Option<usize> {
    let before = &text[line_start..quote];
    let begin = before
        .rfind(['[', '(', '{', ',', ':', '"'])
        .map_or(0, |i| i + 1);
    let word = before[begin..].trim_start();
    let from = quote - word.len();
    (!word.trim().is_empty()).then_some(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with the safe fix made, if there is one.
    fn mended(text: &str) -> Option<String> {
        let mut at = 0;
        loop {
            at += text[at..].find('"')?;
            match reach(text, at) {
                Reach::Closed(end) => at = end,
                Reach::Open(end) => {
                    let open: Vec<u8> = text[..at]
                        .bytes()
                        .filter(|byte| b"[({".contains(byte))
                        .collect();
                    let span = |from: usize, to: usize| {
                        Span::new(u32::try_from(from).unwrap(), u32::try_from(to).unwrap())
                    };
                    let found = unclosed(text, at, end, &open, span).diagnostic;
                    let fix = found.fixes.into_iter().find(|fix| fix.safe)?;
                    let (start, end) = (fix.span.start as usize, fix.span.end as usize);
                    return Some(format!(
                        "{}{}{}",
                        &text[..start],
                        fix.replacement,
                        &text[end..]
                    ));
                }
            }
        }
    }

    #[test]
    fn a_string_ends_before_what_closes_the_brackets_around_it() {
        for (written, meant) in [
            ("{ a: \"x }\n", "{ a: \"x\" }\n"),
            ("a: [\"x/**]\n", "a: [\"x/**\"]\n"),
            ("a: [\"x/[ab]]\n", "a: [\"x/[ab]\"]\n"),
            ("a: \"x", "a: \"x\""),
            ("a: [\"x\", y\"]\n", "a: [\"x\", \"y\"]\n"),
            ("a: x y\"\n", "a: \"x y\"\n"),
        ] {
            assert_eq!(mended(written).as_deref(), Some(meant), "{written}");
        }
        for written in ["a: [\"x, \"y\"]", "a: \"x // y", "a: [\"x, y]", "a: \""] {
            assert_eq!(mended(written), None, "{written}");
        }
    }
}
