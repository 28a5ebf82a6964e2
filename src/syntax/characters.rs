//! Characters that no plan has outside of its strings and comments, and what was meant by them.
//!
//! They come from other languages (`#`, `'`, `&&`), from word processors (curly quotes, dashes, spaces
//! that are none) and from text without quotes. All of them are told by one look at the text, before
//! any grammar, so that each is said where it is and none hides another.

use crate::diagnostics::{Diagnostic, Fix, codes};
use crate::source::Span;

/// What helps where an ellipsis stands for a value.
pub const LEFT_OUT: &str =
    "write all of it, or `open(\"…\")` with the question while it is not known";

/// A part of a text that no plan has, by its offsets.
#[derive(Debug, PartialEq, Eq)]
pub struct Foreign {
    /// Where it begins; before the character that gave it away where it is a whole word.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    message: String,
    help: Option<String>,
    change: Option<Change>,
}

/// What should stand there.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    start: usize,
    end: usize,
    text: String,
    safe: bool,
}

impl Foreign {
    /// What is said about it. `span` makes a span of two offsets.
    pub fn diagnostic(self, span: impl Fn(usize, usize) -> Span) -> Diagnostic {
        let fix = self.change.map(|change| {
            let place = span(change.start, change.end);
            let fix = match change.text.as_str() {
                "" => Fix::remove(place, "take it out"),
                " " => Fix::replace(place, " ").titled("write a space"),
                text => Fix::replace(place, text).titled(format!("write `{}`", text.trim())),
            };
            if change.safe { fix } else { fix.to_be_judged() }
        });
        Diagnostic::new(codes::SYNTAX, span(self.start, self.end), self.message)
            .maybe_help(self.help)
            .maybe_fix(fix)
    }

    fn new(start: usize, end: usize, message: impl Into<String>) -> Self {
        Self {
            start,
            end,
            message: message.into(),
            help: None,
            change: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Puts `text` in its place.
    fn becomes(self, text: impl Into<String>) -> Self {
        let (start, end) = (self.start, self.end);
        self.change(start, end, text)
    }

    fn change(mut self, start: usize, end: usize, text: impl Into<String>) -> Self {
        self.change = Some(Change {
            start,
            end,
            text: text.into(),
            safe: true,
        });
        self
    }

    fn unsure(mut self) -> Self {
        self.change = self.change.map(|change| Change {
            safe: false,
            ..change
        });
        self
    }
}

/// What is wrong with the character at `at`, which is in no string and no comment; nothing if a plan
/// may have it there.
pub fn foreign(text: &str, at: usize) -> Option<Foreign> {
    let rest = &text[at..];
    let character = rest.chars().next()?;
    match character {
        '#' => Some(hash(text, at)),
        '/' if rest.starts_with("/*") => Some(block_comment(text, at)
            .unwrap_or_else(|| unquoted(text, at))),
        '\'' | '`' => Some(other_quotes(text, at, character)),
        ';' => Some(semicolon(text, at)),
        '&' | '|' => Some(operator(text, at, character)),
        '!' if !rest.starts_with("!=") => Some(operator(text, at, character)),
        '$' if rest.starts_with("${") => Some(
            Foreign::new(at, at + 1, "`$` begins nothing in a plan").help(
                "a variable is named in a string: `\"{variable.registry}/image\"`; a value that is used often is a `constant`",
            ),
        ),
        '@' if rest.starts_with("@ ") => {
            Some(Foreign::new(at, at + 1, "`@` is written `at`").becomes("at"))
        }
        '*' | '$' | '@' | '?' | '~' | '^' | '\\' => Some(unquoted(text, at)),
        c if c.is_ascii() => None,
        c => Some(beyond_ascii(text, at, c)),
    }
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find(['\n', '\r']).map_or(text.len(), |i| at + i)
}

/// `# …`
fn hash(text: &str, at: usize) -> Foreign {
    let line = &text[at..line_end(text, at)];
    let inner = line.trim_start_matches('#');
    // `contact: #team` is no comment.
    let before = text[..at].trim_end_matches([' ', '\t']);
    if before.ends_with([':', '[', '(']) && inner.starts_with(|c: char| c.is_alphanumeric()) {
        return unquoted(text, at);
    }
    let hashes = line.len() - inner.len();
    let end = at + line.trim_end().len();
    Foreign::new(at, end, "a comment begins with `//`").change(at, at + hashes, "//")
}

/// `/* … */`; nothing where it is a part of a glob.
fn block_comment(text: &str, at: usize) -> Option<Foreign> {
    let inside = &text[at + 2..];
    let begins = text[..at]
        .chars()
        .next_back()
        .is_none_or(char::is_whitespace);
    let spaced = inside
        .trim_start_matches('*')
        .starts_with(char::is_whitespace);
    if !begins || !spaced {
        return None;
    }
    let length = inside.find("*/");
    let end = length.map_or_else(|| line_end(text, at), |length| at + 2 + length + 2);
    let report = Foreign::new(at, end, "a comment begins with `//` and ends with its line");
    let alone = text[end..line_end(text, end)].trim().is_empty();
    Some(match length.map(|length| &inside[..length]) {
        Some(inner) if alone && !inner.contains('\n') => {
            let words = inner.trim();
            let gap = if words.is_empty() { "" } else { " " };
            report.becomes(format!("//{gap}{words}"))
        }
        _ => report.help("write `//` before each line of it"),
    })
}

/// `'…'`
fn other_quotes(text: &str, at: usize, quote: char) -> Foreign {
    let line = &text[at + 1..line_end(text, at)];
    let Some(length) = line.find(quote) else {
        return unquoted(text, at);
    };
    let inner = &line[..length];
    let report = Foreign::new(at, at + length + 2, "strings stand in double quotes");
    if inner.contains(['"', '\\']) {
        report.help("write `\\\"` for a quote in a string, and `\\\\` for a backslash")
    } else {
        report.becomes(format!("\"{inner}\""))
    }
}

/// `;`
fn semicolon(text: &str, at: usize) -> Foreign {
    let report = Foreign::new(at, at + 1, "fields are separated by a new line or a comma");
    let behind = text[at + 1..line_end(text, at)].trim_start();
    if behind.is_empty() || behind.starts_with("//") || behind.starts_with('}') {
        report.becomes("")
    } else {
        report.becomes(",")
    }
}

/// `&&`, `||`, `!`, and one half of the first two.
fn operator(text: &str, at: usize, character: char) -> Foreign {
    let length = text[at..].chars().take_while(|c| *c == character).count();
    let word = match character {
        '&' => "and",
        '|' => "or",
        _ => "not",
    };
    let end = at + length.min(2);
    let report = Foreign::new(at, end, format!("`{}` is written `{word}`", &text[at..end]));
    let glued = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && !"([,".contains(c));
    let before = if glued(text[..at].chars().next_back()) {
        " "
    } else {
        ""
    };
    let after = if glued(text[end..].chars().next()) {
        " "
    } else {
        ""
    };
    report.becomes(format!("{before}{word}{after}"))
}

/// Where the word around `at` begins and ends: up to what separates values.
pub fn word_around(text: &str, at: usize) -> (usize, usize) {
    let parts = |c: char| c.is_whitespace() || ",[](){}\"".contains(c);
    let start = text[..at].rfind(parts).map_or(0, |i| {
        i + text[i..].chars().next().map_or(1, char::len_utf8)
    });
    let end = text[at..].find(parts).map_or(text.len(), |i| at + i);
    (start, end.max(at))
}

/// Where the words around `at` begin and end that make up one value: up to a bracket, a comma, or the
/// colon of a field. Nothing if there is but one word, or if some of them are no text.
fn words_around(text: &str, at: usize) -> Option<(usize, usize)> {
    let line_start = text[..at].rfind(['\n', '\r']).map_or(0, |i| i + 1);
    let before = &text[line_start..at];
    let colon = before.rfind(": ").map_or(0, |i| i + 1);
    let mark = before.rfind(['(', '[', '{', ',', ';']).map_or(0, |i| i + 1);
    let start = line_start + colon.max(mark);
    let line = &text[at..line_end(text, at)];
    let end = at + line.find([')', ']', '}', ',', ';']).unwrap_or(line.len());
    let words = text[start..end].trim();
    let operators = |word: &str| matches!(word, "and" | "or" | "not" | "&&" | "||");
    let is_text = words.contains(' ')
        && !words.contains(['"', '\'', '#', ':'])
        && !words.contains("//")
        && !words.split(' ').any(operators);
    let from = end - text[start..end].trim_start().len();
    (is_text && start > line_start).then_some((from, from + words.len()))
}

/// Text without quotes: the words around `at`.
fn unquoted(text: &str, at: usize) -> Foreign {
    if let Some((start, end)) = words_around(text, at) {
        let words = &text[start..end];
        if is_price(words) {
            return priced(start, end);
        }
        let report = Foreign::new(start, end, "text stands in double quotes");
        return if words.contains('\\') {
            report
        } else {
            report.becomes(format!("\"{words}\""))
        };
    }
    let (start, end) = word_around(text, at);
    // `key:value` written without a space.
    let start = match text[start..at].split_once(':') {
        Some((key, _)) if is_name(key) => start + key.len() + 1,
        _ => start,
    };
    let end = start + text[start..end].trim_end_matches([';', ':']).len();
    let end = end.max(at + text[at..].chars().next().map_or(0, char::len_utf8));
    let word = &text[start..end];
    if is_price(word) {
        return priced(start, end);
    }
    let report = Foreign::new(start, end, "text stands in double quotes");
    if word.contains('\\') {
        report.help("and a backslash in it is written `\\\\`")
    } else if word.contains('\'') || word.contains('`') || word.chars().count() < 2 {
        report
    } else {
        report.becomes(format!("\"{word}\""))
    }
}

/// Whether it is an amount with the sign of a currency.
fn is_price(words: &str) -> bool {
    let is_amount = |c: char| c.is_ascii_digit() || "$€£¥., /h".contains(c);
    words.contains(['$', '€', '£', '¥'])
        && words.contains(|c: char| c.is_ascii_digit())
        && words.chars().all(is_amount)
}

fn priced(start: usize, end: usize) -> Foreign {
    Foreign::new(start, end, "a currency is named by its letters").help("for example `4 USD/h`")
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn beyond_ascii(text: &str, at: usize, character: char) -> Foreign {
    let end = at + character.len_utf8();
    if is_quote(character) {
        return curly_quotes(text, at, character);
    }
    if let Some(ascii) = full_width(character) {
        return Foreign::new(at, end, format!("`{character}` only looks like `{ascii}`"))
            .becomes(ascii.to_string());
    }
    let number = u32::from(character);
    if character.is_whitespace() || is_unseen(character) {
        let becomes = if character.is_whitespace() { " " } else { "" };
        let looks = if becomes.is_empty() {
            "cannot be seen"
        } else {
            "only looks like a space"
        };
        let message = format!("the character U+{number:04X} stands here, which {looks}");
        return Foreign::new(at, end, message).becomes(becomes);
    }
    let (start, stop) = word_around(text, at);
    let word = &text[start..stop];
    if is_price(word) {
        return priced(start, stop);
    }
    if is_dash(character) {
        let named = |c: char| c.is_ascii_alphanumeric() || c == '_' || is_dash(c) || c == '-';
        if word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.chars().all(named) {
            let joined = |c: char| if is_dash(c) { '_' } else { c };
            return Foreign::new(start, stop, format!("names have no `{character}`"))
                .help("in names, words are joined by `_`")
                .becomes(word.chars().map(joined).collect::<String>());
        }
        return Foreign::new(at, end, format!("`{character}` only looks like `-`")).becomes("-");
    }
    if character == '…' {
        return Foreign::new(at, end, "something is left out here").help(LEFT_OUT);
    }
    if character.is_alphabetic() {
        let plain: Option<String> = word
            .chars()
            .map(|c| if c.is_ascii() { Some(c) } else { look_alike(c) })
            .collect();
        let message = format!("no name has the letter `{character}` (U+{number:04X})");
        let report = Foreign::new(start, stop, message)
            .help("names have the letters a to z, digits and `_`; text stands in double quotes");
        return match plain.filter(|plain| is_name(plain)) {
            Some(plain) => report.becomes(plain),
            None => report.becomes(format!("\"{word}\"")).unsure(),
        };
    }
    Foreign::new(at, end, format!("`{character}` begins nothing in a plan"))
        .help("text stands in double quotes")
}

fn is_quote(c: char) -> bool {
    "“”„‟«»‹›‘’‚‛″′＂＇".contains(c)
}

/// `“…”`: up to the next quote of any form on the line.
fn curly_quotes(text: &str, at: usize, quote: char) -> Foreign {
    let begin = at + quote.len_utf8();
    let line = &text[begin..line_end(text, at)];
    let message = format!("strings stand in `\"`, and `{quote}` only looks like it");
    let closing = line
        .char_indices()
        .find(|(_, c)| *c == '"' || is_quote(*c))
        .filter(|(length, _)| *length > 0);
    match closing {
        Some((length, closing)) => {
            let inner = &line[..length];
            let report = Foreign::new(at, begin + length + closing.len_utf8(), message);
            if inner.contains('\\') {
                report
            } else {
                report.becomes(format!("\"{inner}\""))
            }
        }
        None => Foreign::new(at, begin, message),
    }
}

fn is_dash(c: char) -> bool {
    "‐‑‒–—―−﹣－".contains(c)
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
}

/// The mark that a mark of full width stands for.
fn full_width(c: char) -> Option<char> {
    let marks = "：，（）［］｛｝＝";
    let ascii = ":,()[]{}=";
    let at = marks.chars().position(|mark| mark == c)?;
    ascii.chars().nth(at)
}

/// The Latin letter that a Cyrillic or Greek one cannot be told from.
fn look_alike(c: char) -> Option<char> {
    let foreign = "аеорсухіјѕԁոοναТАЕОРСХВНКМ";
    let latin = "aeopcyxijsdnovaTAEOPCXBHKM";
    let at = foreign.chars().position(|letter| letter == c)?;
    latin.chars().nth(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text after the change that is proposed at the first place where something is foreign.
    fn mended(text: &str) -> Option<String> {
        let at =
            (0..text.len()).find(|&at| text.is_char_boundary(at) && foreign(text, at).is_some());
        let change = foreign(text, at?)?.change?;
        Some(format!(
            "{}{}{}",
            &text[..change.start],
            change.text,
            &text[change.end..]
        ))
    }

    #[test]
    fn what_was_meant_is_written() {
        for (written, meant) in [
            ("a: 1 # why", "a: 1 // why"),
            ("a: 1 ## why", "a: 1 // why"),
            ("/* why */\n", "// why\n"),
            ("a: 'x'", "a: \"x\""),
            ("a: “x y”", "a: \"x y\""),
            ("a: “x\"", "a: \"x\""),
            ("a:\u{a0}b", "a: b"),
            ("a\u{200b}: b", "a: b"),
            ("a： b", "a: b"),
            ("[pre–merge]", "[pre_merge]"),
            ("[– a]", "[- a]"),
            ("[prе_merge]", "[pre_merge]"),
            ("a: 1;", "a: 1"),
            ("a: 1; b: 2", "a: 1, b: 2"),
            ("a && b", "a and b"),
            ("a&&!b", "a and !b"),
            ("!b", "not b"),
            ("(!b)", "(not b)"),
            ("a||b", "a or b"),
            ("[more/**, b]", "[\"more/**\", b]"),
            ("[/**/b]", "[\"/**/b\"]"),
            ("a:**/*.py", "a:\"**/*.py\""),
            ("a: #team", "a: \"#team\""),
            ("a: @team", "a: \"@team\""),
            ("[5min @ x]", "[5min at x]"),
            ("[s(0 8 * * *)]", "[s(\"0 8 * * *\")]"),
            ("a: open(who knows?)", "a: open(\"who knows?\")"),
            ("a: b and c/**", "a: b and \"c/**\""),
        ] {
            assert_eq!(mended(written).as_deref(), Some(meant), "{written}");
        }
        for written in ["a: it's", "a: “x", "a: b /* why */ c", "a: ${X}", "a: \\d"] {
            assert!(
                (0..written.len())
                    .any(|at| written.is_char_boundary(at) && foreign(written, at).is_some()),
                "{written}"
            );
            assert_eq!(mended(written), None, "{written}");
        }
        for written in ["a: b/c.d != 5%", "x <= 4 USD/h", "[+ a, - b]", "a == b"] {
            assert!(
                (0..written.len()).all(|at| foreign(written, at).is_none()),
                "{written}"
            );
        }
    }
}
