//! Texts of a plan on their way to a terminal.

use std::borrow::Cow;

use crate::schema::values::is_hidden;

/// What is shown in the place of a character that cannot be seen.
const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// A report without the characters that move the cursor or change the order of others: a plan may
/// hold them, and may come from a stranger. With `colours`, changes of colour stay.
pub fn visible(report: &str, colours: bool) -> Cow<'_, str> {
    let hidden = |c: char| c != '\n' && is_hidden(c);
    if !report.contains(hidden) {
        return Cow::Borrowed(report);
    }
    let mut out = String::with_capacity(report.len());
    let mut rest = report;
    while let Some(at) = rest.find(hidden) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(length) = colour(rest).filter(|_| colours) {
            out.push_str(&rest[..length]);
            rest = &rest[length..];
        } else {
            out.push(REPLACEMENT);
            let mut behind = rest.chars();
            behind.next();
            rest = behind.as_str();
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The length of the change of colour that a text begins with: `ESC [ 1 ; 31 m`.
fn colour(text: &str) -> Option<usize> {
    let codes = text.strip_prefix("\u{1b}[")?;
    let end = codes.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    codes[end..]
        .starts_with('m')
        .then(|| "\u{1b}[".len() + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_the_cursor_is_replaced_and_colours_stay_where_they_are_ours() {
        let text = "a\u{1b}[1;31mb\u{1b}[2Jc\u{202e}\u{9b}1m\r\n";
        assert_eq!(
            visible(text, true),
            "a\u{1b}[1;31mb\u{fffd}[2Jc\u{fffd}\u{fffd}1m\u{fffd}\n"
        );
        assert_eq!(
            visible(text, false),
            "a\u{fffd}[1;31mb\u{fffd}[2Jc\u{fffd}\u{fffd}1m\u{fffd}\n"
        );
        assert!(matches!(visible("a\tb\nc", false), Cow::Borrowed(_)));
    }
}
