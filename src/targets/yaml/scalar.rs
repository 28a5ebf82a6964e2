//! When a text can stand in YAML as it is, and how it stands there otherwise.
//!
//! A text stays bare only where every reader takes it for that text: those of YAML 1.2, and those of
//! YAML 1.1, for whom `no` is false, `3.10` a number, `12:30` sixty times twelve and thirty, and
//! `2027-01-01` a day.

use std::fmt::Write as _;

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Behind a colon or a dash.
    Value,
    /// In square brackets, which give commas and brackets a meaning.
    InFlow,
    /// Before a colon, in braces or not.
    Key,
}

/// Writes a text of one line, in double quotes where it cannot stand as it is.
pub fn write(text: &str, role: Role, out: &mut String) {
    // The one indicator that is readable in single quotes.
    if role != Role::Key && matches!(text, "." | "#" | "-") {
        out.push('\'');
        out.push_str(text);
        out.push('\'');
    } else if is_bare(text, role) {
        out.push_str(text);
    } else {
        quote(text, out);
    }
}

/// Whether a text can stand as it is.
fn is_bare(text: &str, role: Role) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    if first.is_ascii_whitespace() || last.is_ascii_whitespace() {
        return false;
    }
    let begins = match first {
        b',' | b':' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>'
        | b'\'' | b'"' | b'%' | b'@' | b'`' => false,
        b'-' | b'?' => bytes.get(1).is_some_and(|byte| !byte.is_ascii_whitespace()),
        _ => true,
    };
    begins && has_no_marks(text, role) && !is_document_marker(text) && !is_another_type(text)
}

/// Whether nothing in a text ends it, or begins something else.
fn has_no_marks(text: &str, role: Role) -> bool {
    let bytes = text.as_bytes();
    let mut before = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let harmless = match byte {
            b':' => match role {
                Role::Key => false,
                Role::Value | Role::InFlow => bytes.get(at + 1).is_some_and(|next| *next != b' '),
            },
            b'#' => before != b' ',
            b',' | b'[' | b']' | b'{' | b'}' => role == Role::Value,
            0x20..=0x7e => true,
            0x80.. => return has_no_strange_characters(text, role),
            _ => false,
        };
        if !harmless {
            return false;
        }
        before = byte;
    }
    true
}

/// The same of a text that is not all ASCII.
fn has_no_strange_characters(text: &str, role: Role) -> bool {
    let mut before = 'a';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let harmless = match character {
            ':' => match role {
                Role::Key => false,
                Role::Value | Role::InFlow => {
                    characters
                        .peek()
                        // Where the rest is white space, a reader ends the text before it.
                        .is_some_and(|next| *next != ' ')
                        && !text.trim().ends_with(':')
                }
            },
            '#' => !before.is_whitespace(),
            ',' | '[' | ']' | '{' | '}' => role == Role::Value,
            other => !needs_escape(other),
        };
        if !harmless {
            return false;
        }
        before = character;
    }
    true
}

/// Whether a character is lost, or changed, where it is not escaped.
fn needs_escape(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// Whether a character would end a comment, or is not allowed in one.
pub fn cannot_be_in_comment(character: char) -> bool {
    character != '\t' && needs_escape(character)
}

fn is_document_marker(text: &str) -> bool {
    let rest = text
        .strip_prefix("---")
        .or_else(|| text.strip_prefix("..."));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r', '\x0c']))
}

/// Whether a reader would take a text for a number, a truth, a day or nothing at all.
fn is_another_type(text: &str) -> bool {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match text.as_bytes().first() {
        Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'_') => {
            is_number(text) || is(&["+inf", "-inf"]) || is_time(text)
        }
        // No word is longer.
        _ if text.len() > 5 => false,
        _ => {
            let nothing = is(&["~", "null"]);
            let truth = is(&["true", "false", "y", "n", "yes", "no", "on", "off"]);
            nothing || truth || is(&["nan", "inf"]) || matches!(text, "<<" | "=")
        }
    }
}

/// Whether it is a number, in the widest reading that there is.
fn is_number(text: &str) -> bool {
    let bare = |text: &str| text.strip_prefix(['+', '-']).unwrap_or(text).to_owned();
    let unsigned = bare(text);
    if unsigned.eq_ignore_ascii_case(".inf") || unsigned.eq_ignore_ascii_case(".nan") {
        return true;
    }
    let of_radix = |(radix, digits): (u32, &str)| {
        !digits.is_empty() && digits.chars().all(|c| c == '_' || c.is_digit(radix))
    };
    if is_sexagesimal(&unsigned) || radix(&unsigned).is_some_and(of_radix) {
        return true;
    }
    // Some readers take every `_` out before they look.
    let text = text.replace('_', "");
    let unsigned = bare(&text);
    if let Some((radix, digits)) = radix(&unsigned) {
        // And some take a sign behind these.
        let signed = text.starts_with("0b") || text.starts_with("0o");
        let digits = if signed {
            bare(digits)
        } else {
            digits.to_owned()
        };
        return is_digits(&digits, radix);
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(bare(exponent))),
        None => (unsigned.as_str(), None),
    };
    if exponent.is_some_and(|exponent| !is_digits(&exponent, 10)) {
        return false;
    }
    match mantissa.split_once('.') {
        None => is_digits(mantissa, 10),
        Some((whole, _)) if !whole.is_empty() && !is_digits(whole, 10) => false,
        Some((_, fraction)) => fraction.bytes().all(|b| b.is_ascii_digit() || b == b'.'),
    }
}

/// `0x1f`: the radix, and what should be its digits.
fn radix(text: &str) -> Option<(u32, &str)> {
    let rest = text.strip_prefix('0')?;
    let radix = match rest.as_bytes().first()? {
        b'b' | b'B' => 2,
        b'o' | b'O' => 8,
        b'x' | b'X' => 16,
        _ => return None,
    };
    Some((radix, &rest[1..]))
}

fn is_digits(text: &str, radix: u32) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_digit(radix))
}

/// `12:30:45`, `1:30.5`
fn is_sexagesimal(unsigned: &str) -> bool {
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let Some((first, rest)) = whole.split_once(':') else {
        return false;
    };
    first.starts_with(|c: char| c.is_ascii_digit())
        && !(fraction.is_none() && first.starts_with('0'))
        && digits(first)
        && fraction.is_none_or(digits)
        && rest.split(':').all(|part| match part.as_bytes() {
            [one] => one.is_ascii_digit(),
            [tens, ones] => (b'0'..=b'5').contains(tens) && ones.is_ascii_digit(),
            _ => false,
        })
}

/// `2027-01-01`, with a time of day behind it or not.
fn is_time(text: &str) -> bool {
    let mut rest = text;
    let date = digits(&mut rest, 4..=4)
        && mark(&mut rest, "-")
        && digits(&mut rest, 1..=2)
        && mark(&mut rest, "-")
        && digits(&mut rest, 1..=2);
    if !date || rest.is_empty() {
        return date;
    }
    if !mark(&mut rest, "Tt") {
        let blank = rest.trim_start_matches([' ', '\t']);
        if blank.len() == rest.len() {
            return false;
        }
        rest = blank;
    }
    let time = digits(&mut rest, 1..=2)
        && mark(&mut rest, ":")
        && digits(&mut rest, 1..=2)
        && mark(&mut rest, ":")
        && digits(&mut rest, 1..=2);
    if !time {
        return false;
    }
    if mark(&mut rest, ".,") {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    rest = rest.trim_start_matches([' ', '\t']);
    if rest.is_empty() || rest == "Z" {
        return true;
    }
    let zone = mark(&mut rest, "+-") && digits(&mut rest, 1..=2);
    zone && (!mark(&mut rest, ":") || digits(&mut rest, 2..=2)) && rest.is_empty()
}

/// Passes digits, if as many stand there.
fn digits(rest: &mut &str, count: std::ops::RangeInclusive<usize>) -> bool {
    let found = rest.bytes().take_while(u8::is_ascii_digit).count();
    *rest = &rest[found..];
    count.contains(&found)
}

/// Passes one of these marks, if it stands there.
fn mark(rest: &mut &str, marks: &str) -> bool {
    match rest.strip_prefix(|c| marks.contains(c)) {
        Some(behind) => {
            *rest = behind;
            true
        }
        None => false,
    }
}

/// A text in double quotes.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        let short = match character {
            '\\' => "\\\\",
            '"' => "\\\"",
            '\0' => "\\0",
            '\u{7}' => "\\a",
            '\u{8}' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\u{b}' => "\\v",
            '\u{c}' => "\\f",
            '\r' => "\\r",
            '\u{1b}' => "\\e",
            '\u{85}' => "\\N",
            '\u{2028}' => "\\L",
            '\u{2029}' => "\\P",
            other => {
                let code = u32::from(other);
                // Writing to a String cannot fail.
                if !needs_escape(other) {
                    out.push(other);
                } else if code <= 0xff {
                    let _ = write!(out, "\\x{code:02X}");
                } else {
                    let _ = write!(out, "\\u{code:04X}");
                }
                continue;
            }
        };
        out.push_str(short);
    }
    out.push('"');
}

/// Whether a text can be a block behind `|`, as it is.
pub fn is_block(text: &str) -> bool {
    text.contains('\n')
        && text.chars().all(|c| match c {
            '\n' | '\t' => true,
            other => !needs_escape(other),
        })
}
