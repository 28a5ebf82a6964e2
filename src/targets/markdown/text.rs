//! Texts of the plan inside Markdown: they mean themselves, wherever they stand.

use crate::name::one_line;

/// A text on one line, with the characters that Markdown would take for its own escaped.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that the template engine calls"
)]
pub fn line(text: String) -> String {
    escape(&one_line(&text))
}

/// The same inside a cell of a table.
pub fn cell(text: String) -> String {
    line(text)
}

/// Text as code, with as many back-ticks around it as it needs. Inside a table a `|` is escaped,
/// which Markdown takes back even in code.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that the template engine calls"
)]
pub fn code(text: String) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text = text
        .split('\n')
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|");
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Documentation as it was written: Markdown, its paragraphs kept. A line that would be a heading
/// of the document is not one; no HTML comes through.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that the template engine calls"
)]
pub fn prose(text: String) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim_end();
        let start = line.trim_start();
        let heading = start.starts_with('#')
            || (start.len() >= 3
                && (start.bytes().all(|b| b == b'=') || start.bytes().all(|b| b == b'-')));
        if heading {
            out.push('\\');
        }
        let mut in_code = false;
        for c in (if heading { start } else { line }).chars() {
            match c {
                // Inside code a `<` is itself, and an entity would be shown as it is written.
                '<' if !in_code => out.push_str("&lt;"),
                c => out.push(c),
            }
            in_code ^= c == '`';
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous: Option<char> = None;
    let mut rest = text.chars();
    loop {
        if !previous.is_some_and(char::is_alphanumeric)
            && let Some(length) = address(rest.as_str())
        {
            let (address, behind) = rest.as_str().split_at(length);
            out.push('<');
            out.push_str(address);
            out.push('>');
            previous = address.chars().next_back();
            rest = behind.chars();
        }
        let Some(c) = rest.next() else { break };
        let inside_word = previous.is_some_and(char::is_alphanumeric)
            && rest.clone().next().is_some_and(char::is_alphanumeric);
        match c {
            // An underscore inside a word is no emphasis.
            '_' if inside_word => out.push(c),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '#' | '+' | '-' | '>' if previous.is_none() => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        previous = Some(c);
    }
    out
}

/// The length of the web address that a text begins with. Written between angle brackets it is a
/// link in every Markdown, and needs no escapes.
fn address(text: &str) -> Option<usize> {
    let behind = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))?;
    let ends = |c: char| c.is_whitespace() || c.is_control() || "<>()[]{}|`\"\\".contains(c);
    let end = text.find(ends).unwrap_or(text.len());
    // What ends the sentence is not part of it.
    let end = text[..end]
        .trim_end_matches(['.', ',', ';', ':', '!', '?', '\''])
        .len();
    (end > text.len() - behind.len()).then_some(end)
}

/// One empty line at the most between others, none at the end of the text, no spaces at the end of
/// lines, one in an empty cell: a template may then leave out what is absent.
pub fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            if !empty {
                out.push('\n');
            }
            empty = true;
        } else {
            if line.starts_with('|') {
                // Twice, for empty cells beside each other.
                out.push_str(&line.replace("|  |", "| |").replace("|  |", "| |"));
            } else {
                out.push_str(line);
            }
            out.push('\n');
            empty = false;
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_mean_themselves() {
        assert_eq!(line("a_b *c* <d> |".to_owned()), "a_b \\*c\\* &lt;d> \\|");
        assert_eq!(code("a`b".to_owned()), "``a`b``");
        assert_eq!(code("`a".to_owned()), "`` `a ``");
        assert_eq!(
            prose("# no heading\ntext <b>".to_owned()),
            "\\# no heading\ntext &lt;b>"
        );
        assert_eq!(prose("`a<b>` <c>".to_owned()), "`a<b>` &lt;c>");
        assert_eq!(
            line("see (https://example.com/_a_), or http://b.org/*.".to_owned()),
            "see (<https://example.com/_a_>), or <http://b.org/*>."
        );
        assert_eq!(line("https:// is none".to_owned()), "https:// is none");
        assert_eq!(tidy("a \n\n\n\nb\n\n"), "a\n\nb\n");
        assert_eq!(tidy("| a |  |  | `b\\|  c` |"), "| a | | | `b\\|  c` |\n");
    }
}
