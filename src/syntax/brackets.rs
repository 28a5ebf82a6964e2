//! Brackets that do not pair up, and which of them is the wrong one.

use crate::diagnostics::{Diagnostic, Fix, codes};
use crate::source::Span;

/// The brackets that are open at a place, and what was strange about those that were closed.
#[derive(Debug, Default)]
pub struct Brackets {
    /// The offsets of the open ones, outermost first.
    pub open: Vec<usize>,
    /// The brackets themselves, in the same order.
    pub kinds: Vec<u8>,
    /// The first pair of which the closing one stands further left than the line of the opening one:
    /// most likely it closes another.
    strange: Option<(usize, usize)>,
}

/// What a closing bracket did.
#[derive(Debug, PartialEq, Eq)]
pub enum Closing {
    /// It closed the innermost open one.
    Pair,
    /// It closed one further out: those inside it, by their offsets, are not closed.
    Outer(Vec<usize>),
    /// It stands where another bracket should close the innermost open one, which is this.
    Mistaken(usize),
    /// Nothing that is open is closed by it.
    Stray,
}

impl Brackets {
    /// Opens a bracket.
    pub fn push(&mut self, text: &str, at: usize) {
        self.open.push(at);
        self.kinds.push(text.as_bytes()[at]);
    }

    /// Closes one.
    pub fn close(&mut self, text: &str, at: usize) -> Closing {
        let wanted = match text.as_bytes()[at] {
            b'}' => b'{',
            b']' => b'[',
            _ => b'(',
        };
        let index = self.kinds.iter().rposition(|kind| *kind == wanted);
        if let Some(&innermost) = self.open.last()
            && self.kinds.last() != Some(&wanted)
            && is_mistaken(text, innermost, index.map(|index| self.open[index]), at)
        {
            self.open.pop();
            self.kinds.pop();
            return Closing::Mistaken(innermost);
        }
        let Some(index) = index else {
            return Closing::Stray;
        };
        let inside = self.open.split_off(index + 1);
        let opener = self.open.pop().unwrap_or(at);
        self.kinds.truncate(index);
        if self.strange.is_none()
            && begins_line(text, at)
            && indent(text, at) < indent(text, opener)
        {
            self.strange = Some((opener, at));
        }
        if inside.is_empty() {
            Closing::Pair
        } else {
            Closing::Outer(inside)
        }
    }

    /// The pair of which the text ends before the bracket at `outer` is closed, and which most likely
    /// closes that one.
    pub fn strange_inside(&self, outer: usize) -> Option<(usize, usize)> {
        self.strange.filter(|(opener, _)| *opener > outer)
    }
}

/// Whether the bracket at `at` was meant to close the one at `opener`, which is of another kind: they
/// stand on one line, what it would close does not, and no more than that value ends there.
fn is_mistaken(text: &str, opener: usize, outer: Option<usize>, at: usize) -> bool {
    let has_line_end = |from: usize| text[from..at].contains(['\n', '\r']);
    let rest = &text[at + 1..];
    let line_end = rest.find(['\n', '\r']).unwrap_or(rest.len());
    let behind = rest[..line_end].trim_start_matches([',', ' ', '\t']);
    (behind.is_empty() || behind.starts_with("//"))
        && !has_line_end(opener)
        && outer.is_none_or(has_line_end)
        && value_ends(&rest[line_end..])
}

/// Whether what follows the line of a value is plainly no more of it: another field, or the end of what it
/// is in.
fn value_ends(behind: &str) -> bool {
    let next = behind.trim_start();
    let word = next.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    next.starts_with('}') || word.is_some_and(|end| end > 0 && next[end..].starts_with(':'))
}

/// Whether nothing but white space stands before it on its line.
pub fn begins_line(text: &str, at: usize) -> bool {
    // From here to the left, not from the line's beginning: that may be megabytes away.
    let before = text[..at].trim_end_matches(|c: char| c != '\n' && c.is_whitespace());
    before.is_empty() || before.ends_with('\n')
}

/// How far the line of a place is indented, in characters.
pub fn indent(text: &str, at: usize) -> usize {
    let line = &text[text[..at].rfind('\n').map_or(0, |i| i + 1)..];
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// What stands before a bracket on its line.
pub fn head(text: &str, opener: usize) -> &str {
    let start = text[..opener].rfind('\n').map_or(0, |i| i + 1);
    text[start..opener].trim()
}

fn closing_of(opener: u8) -> char {
    match opener {
        b'{' => '}',
        b'[' => ']',
        _ => ')',
    }
}

/// Says that the bracket at `opener` is not closed, and what comes where it should be.
pub fn unclosed(
    text: &str,
    opener: usize,
    instead: Option<(usize, usize, &str)>,
    span: impl Fn(usize, usize) -> Span,
) -> Diagnostic {
    let kind = text.as_bytes()[opener];
    let wanted = closing_of(kind);
    let mut diagnostic = Diagnostic::new(
        codes::UNCLOSED,
        span(opener, opener + 1),
        format!("this `{}` is not closed", kind as char),
    )
    .help(format!("add the missing `{wanted}`"));
    if let Some((start, end, what)) = instead {
        diagnostic = diagnostic.label(span(start, end), what);
    }
    diagnostic.maybe_fix(line_of_list(text, opener).map(|end| {
        Fix::replace(span(end, end), wanted.to_string())
            .titled(format!("add the missing `{wanted}`"))
    }))
}

/// Says that the bracket at `at` is of another kind than that at `opener`, which it was meant to close.
pub fn mistaken(
    text: &str,
    opener: usize,
    at: usize,
    span: impl Fn(usize, usize) -> Span,
) -> Diagnostic {
    let (kind, found) = (text.as_bytes()[opener], text.as_bytes()[at]);
    let wanted = closing_of(kind);
    let place = span(at, at + 1);
    Diagnostic::new(
        codes::UNCLOSED,
        place,
        format!("`{}` does not close `{}`", found as char, kind as char),
    )
    .label(span(opener, opener + 1), "this is to be closed")
    .help(format!("write `{wanted}`"))
    .fix(Fix::replace(place, wanted.to_string()))
}

/// Where the list that opens at `opener` was meant to end: at the end of its line, if its items begin
/// there and the next line is plainly no item.
fn line_of_list(text: &str, opener: usize) -> Option<usize> {
    let rest = &text[opener + 1..];
    let line_end = rest.find(['\n', '\r'])?;
    let line = &rest[..line_end];
    let items = line.find("//").map_or(line, |comment| &line[..comment]);
    let items = items.trim_end().trim_end_matches(',').trim_end();
    let is_list = text.as_bytes()[opener] == b'[';
    let balanced = !items.contains(['[', '(', '{', '}', ')']);
    (is_list && balanced && !items.trim().is_empty() && value_ends(&rest[line_end..]))
        .then_some(opener + 1 + items.len())
}

/// Where the values begin that the `]` at `at` was meant to close: behind the colon of its line, if
/// several stand there.
pub fn list_without_opening(text: &str, at: usize) -> Option<usize> {
    let line = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let colon = line + text[line..at].find(':')?;
    let values = text[colon + 1..at].trim_start();
    let fits = !values.is_empty() && !values.contains(['[', '(', '{', ':']);
    (text.as_bytes()[at] == b']' && fits).then(|| at - values.len())
}

/// Says that the list from `start` to the bracket at `at` was not opened.
pub fn not_opened(start: usize, at: usize, span: impl Fn(usize, usize) -> Span) -> Diagnostic {
    Diagnostic::new(
        codes::UNCLOSED,
        span(at, at + 1),
        "this `]` closes a list that was not opened",
    )
    .label(span(start, at), "its items are these")
    .fix(Fix::replace(span(start, start), "[").titled("add the missing `[`"))
}

/// Says that the closing bracket at `at` closes nothing.
pub fn stray(
    text: &str,
    at: usize,
    ended: Option<(usize, usize)>,
    span: impl Fn(usize, usize) -> Span,
) -> Diagnostic {
    let found = text.as_bytes()[at] as char;
    let place = span(at, at + 1);
    let mut diagnostic = Diagnostic::new(
        codes::SYNTAX,
        place,
        format!("this `{found}` closes nothing that is open"),
    )
    .help("take it out, or add what opens it")
    .fix(Fix::remove(place, format!("take the `{found}` out")).to_be_judged());
    if let Some((start, end)) = ended {
        diagnostic = diagnostic.label(span(start, end), "the declaration before it ends here");
    }
    diagnostic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_whose_end_stands_too_far_left_is_strange() {
        let text = "a {\n  b {\n    c: [1]\n}\n";
        let mut brackets = Brackets::default();
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'{' | b'[' => brackets.push(text, at),
                b'}' | b']' => assert_eq!(brackets.close(text, at), Closing::Pair),
                _ => {}
            }
        }
        assert_eq!(brackets.open, [2]);
        assert_eq!(brackets.strange_inside(2), Some((8, 21)));
        assert_eq!(brackets.close(text, 19), Closing::Stray);
    }
}
