//! Strings, and the small grammars inside them.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use crate::diagnostics::{Diagnostic, codes};
use crate::glob::Matcher;
use crate::lock::{Lock, Sort, name_and_tag};
use crate::name::Name;
use crate::schema::reader::{FieldType, Reader};
use crate::schema::values::formula::is_image_name;
use crate::schema::values::shell::{self, words_of};
use crate::source::Span;
use crate::syntax::ast::{Value, ValueKind};

/// A string, its escapes resolved.
#[derive(Debug, Clone, Default)]
pub struct Text {
    text: Box<str>,
    /// Where it stands, with its quotes.
    pub span: Span,
}

impl Text {
    /// A string that stands in no plan.
    pub fn of(text: &str) -> Self {
        Self {
            text: text.into(),
            span: Span::default(),
        }
    }

    /// The string.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FieldType for Text {
    fn shape() -> String {
        "a string".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if !matches!(value.kind, ValueKind::Text) {
            return reader.wrong(value, "a string");
        }
        match unescape(reader.text(value.span)) {
            Ok(text) => Some(Self {
                text: text.into(),
                span: value.span,
            }),
            Err(unreadable) => {
                let Unreadable {
                    offset,
                    length,
                    message: (code, message),
                    help,
                } = *unreadable;
                let start = value.span.start + offset;
                let span = Span::new(start, start + length);
                reader.report(Diagnostic::new(code, span, message).help(help))
            }
        }
    }
}

/// A string that stands on one line: what something is called.
#[derive(Debug, Clone, Default)]
pub struct Line(pub Text);

impl Deref for Line {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FieldType for Line {
    fn shape() -> String {
        "a string on one line".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let text = Text::read(value, reader)?;
        if text.contains('\n') {
            return reader.wrong(value, "a string on one line");
        }
        Filled::said(text, value, reader).map(Self)
    }
}

/// A string that says something: a reason, for people.
#[derive(Debug, Clone, Default)]
pub struct Filled(pub Text);

impl Deref for Filled {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FieldType for Filled {
    fn shape() -> String {
        "a string that is not empty".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let text = Text::read(value, reader)?;
        Self::said(text, value, reader).map(Self)
    }
}

impl Filled {
    /// A text that says something; one that does not is reported.
    fn said(text: Text, value: &Value, reader: &mut Reader<'_>) -> Option<Text> {
        if text.trim().is_empty() {
            return reader.report(
                Diagnostic::new(codes::WRONG_TYPE, value.span, "this string says nothing")
                    .help("while it is not known, write `open(\"…\")` with the question"),
            );
        }
        Some(text)
    }
}

/// Why a string cannot be read, and where in it.
struct Unreadable {
    offset: u32,
    length: u32,
    message: (codes::Code, String),
    help: &'static str,
}

/// Takes the quotes off and resolves escapes.
fn unescape(quoted: &str) -> Result<String, Box<Unreadable>> {
    let inner = quoted
        .strip_prefix('"')
        .and_then(|q| q.strip_suffix('"'))
        .unwrap_or(quoted);
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.char_indices();
    while let Some((at, c)) = rest.next() {
        let unreadable = |length: usize, code, message, help| {
            Box::new(Unreadable {
                offset: u32::try_from(at + 1).unwrap_or_default(),
                length: u32::try_from(length).unwrap_or_default(),
                message: (code, message),
                help,
            })
        };
        if c != '\\' {
            if is_hidden(c) {
                return Err(unreadable(
                    c.len_utf8(),
                    codes::CONTROL_CHARACTER,
                    format!("the character U+{:04X} cannot be seen", u32::from(c)),
                    "take it out: it could make the text look different from what it is",
                ));
            }
            text.push(c);
            continue;
        }
        match rest.next().map(|(_, c)| c) {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('"') => text.push('"'),
            Some('\\') => text.push('\\'),
            other => {
                return Err(unreadable(
                    1 + other.map_or(0, char::len_utf8),
                    codes::SYNTAX,
                    format!("`\\{}` is no escape", other.unwrap_or(' ')),
                    "there are `\\n`, `\\t`, `\\\"` and `\\\\`; write `\\\\` for a backslash",
                ));
            }
        }
    }
    Ok(text)
}

/// Whether a character is invisible or changes the order in which others are shown.
pub fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A command as its words, split as a shell would, with nothing expanded.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// The program and its arguments.
    pub words: Vec<String>,
    /// The line as it was written, for what is no command behind all: what a hook looks for.
    pub text: Text,
    /// Where it stands.
    pub span: Span,
}

impl FieldType for Command {
    fn shape() -> String {
        "a command as a string".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let text = Text::read(value, reader)?;
        match words_of(&text) {
            Some(words) if !words.is_empty() => {
                shell::warn(&text, value.span, reader);
                Some(Self {
                    words,
                    text,
                    span: value.span,
                })
            }
            Some(_) => reader.wrong(value, "a command"),
            None => reader.report(
                Diagnostic::new(
                    codes::WRONG_TYPE,
                    value.span,
                    "a quote in this command is not closed",
                )
                .help("the words are split as in a shell"),
            ),
        }
    }
}

/// A pattern of paths, relative to the root of the repository, with `/` between folders: `*` and
/// `?` stay within a folder, `**` crosses folders, `[…]` and `{a,b}` choose.
#[derive(Debug, Clone)]
pub struct Glob {
    text: Box<str>,
    /// Where it stands.
    pub span: Span,
    /// Made when it is first asked for: few globs are, and those of thousands of paths.
    matcher: OnceLock<Option<Matcher>>,
}

impl Glob {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a path is matched.
    pub fn matches(&self, path: &str) -> bool {
        let matcher = self.matcher.get_or_init(|| Matcher::new(&self.text));
        // Looked at when it was read: what is here can be read.
        matcher
            .as_ref()
            .is_some_and(|matcher| matcher.is_match(path))
    }

    /// Globs without `{a,b}` that match together what this one matches, for tools that know no braces.
    pub fn without_braces(&self) -> Vec<String> {
        without_braces(&self.text)
    }

    /// The folders before the first part that has a wildcard, and whether anything follows.
    pub fn literal_prefix(&self) -> (&str, bool) {
        let is_wildcard = |byte: &u8| matches!(byte, b'*' | b'?' | b'[' | b'{');
        let Some(wildcard) = self.text.as_bytes().iter().position(is_wildcard) else {
            return (&self.text, false);
        };
        let before = &self.text.as_bytes()[..wildcard];
        let folders = before.iter().rposition(|byte| *byte == b'/');
        let folders = folders.unwrap_or_default();
        (&self.text[..folders], true)
    }
}

impl FieldType for Glob {
    fn shape() -> String {
        "a glob as a string".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let text = Text::read(value, reader)?;
        Self::parse(&text, value.span, reader)
    }
}

impl Glob {
    /// Looks at the text of a glob that stands at `span`.
    pub fn parse(text: &str, span: Span, reader: &mut Reader<'_>) -> Option<Self> {
        let problem = if text.is_empty() {
            Some("it is empty".to_owned())
        } else if text.starts_with('/') || text.split('/').any(|part| part == ".." || part == ".") {
            Some("it must be relative to the root, without `.` and `..`".to_owned())
        } else if text.contains('\\') {
            Some("folders are separated by `/`".to_owned())
        } else if text
            .split('/')
            .any(|part| part.contains("**") && part != "**")
        {
            Some("`**` stands alone between slashes".to_owned())
        } else if !text.contains(['[', ']', '{', '}']) {
            // What is left is wrong in no glob, and most globs have no more than stars.
            None
        } else {
            globset::GlobBuilder::new(text)
                .literal_separator(true)
                .build()
                .err()
                .map(|e| e.kind().to_string())
        };
        match problem {
            None => Some(Self {
                text: text.into(),
                span,
                matcher: OnceLock::new(),
            }),
            Some(problem) => reader.report(Diagnostic::new(
                codes::GLOB,
                span,
                format!("this glob cannot be read: {problem}"),
            )),
        }
    }
}

/// A container image.
#[derive(Debug, Clone, Default)]
pub struct Image {
    /// The whole reference.
    pub reference: Text,
}

impl Image {
    /// Whether it names its content: `…@sha256:` and 64 digits.
    pub fn is_pinned(&self) -> bool {
        self.reference
            .split_once("@sha256:")
            .is_some_and(|(_, digest)| {
                digest.len() == 64
                    && digest
                        .bytes()
                        .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            })
    }

    /// The reference with its digest: its own, or that of its tag in a lock.
    pub fn pinned(&self, lock: &Lock) -> Option<String> {
        if self.is_pinned() {
            return Some(self.reference.to_string());
        }
        let (name, tag) = name_and_tag(&self.reference);
        let digest = lock.content(Sort::Image, name, tag)?;
        Some(format!("{}@{digest}", self.reference))
    }

    /// The reference without its digest.
    pub fn tag(&self) -> &str {
        self.reference
            .split_once('@')
            .map_or(self.reference.as_str(), |(tag, _)| tag)
    }
}

impl FieldType for Image {
    fn shape() -> String {
        "an image with its digest, as a string".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let reference = Text::read(value, reader)?;
        // What begins with a dash is an option to whoever runs it.
        let readable = reference.starts_with(|c: char| c.is_ascii_alphanumeric())
            && reference
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"./:@_-".contains(&b))
            && is_image_name(reference.split('@').next().unwrap_or_default());
        if readable {
            Some(Self { reference })
        } else {
            reader.wrong(value, "an image such as \"nats:2.11-alpine@sha256:…\"")
        }
    }
}

/// Names and texts: environment variables.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    /// In the order written.
    pub entries: Vec<(Name, Text)>,
}

impl FieldType for Variables {
    fn shape() -> String {
        "a record of strings".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let ValueKind::Record(fields) = &value.kind else {
            return reader.wrong(value, "a record such as { NAME: \"value\" }");
        };
        let mut entries: Vec<(Name, Text)> = Vec::new();
        for field in fields {
            let name = Name::new(reader.text(field.name).trim_matches('"'));
            let named = name
                .as_str()
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if !named {
                let message = format!("`{name}` is no name of a variable");
                return reader.report(Diagnostic::new(codes::WRONG_TYPE, field.name, message));
            }
            if entries.iter().any(|(known, _)| *known == name) {
                let message = format!("`{name}` is given twice");
                return reader.report(Diagnostic::new(codes::DUPLICATE, field.name, message));
            }
            entries.push((name, Text::read(&field.value, reader)?));
        }
        Some(Self { entries })
    }
}

/// Globs without `{a,b}` that match together what `glob` matches, for tools that know no braces.
fn without_braces(glob: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut in_class = false;
    // Where the first pair begins, its commas, and where it ends.
    let mut bounds: Vec<usize> = Vec::new();
    for (at, c) in glob.char_indices() {
        match c {
            '[' if !in_class => in_class = true,
            ']' => in_class = false,
            _ if in_class => {}
            '{' => {
                depth += 1;
                if depth == 1 {
                    bounds.push(at);
                }
            }
            ',' if depth == 1 => bounds.push(at),
            '}' if depth == 1 => {
                bounds.push(at);
                return bounds
                    .windows(2)
                    .flat_map(|pair| {
                        let (before, after) = (&glob[..bounds[0]], &glob[at + 1..]);
                        let inside = &glob[pair[0] + 1..pair[1]];
                        without_braces(&format!("{before}{inside}{after}"))
                    })
                    .collect();
            }
            '}' if depth > 0 => depth -= 1,
            _ => {}
        }
    }
    vec![glob.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved_and_hidden_characters_refused() {
        assert_eq!(
            unescape(r#""a \"b\" \\ \n""#).ok().as_deref(),
            Some("a \"b\" \\ \n")
        );
        assert!(unescape("\"\u{202e}\"").is_err());
        assert!(unescape(r#""\d""#).is_err());
    }

    #[test]
    fn braces_are_written_out() {
        assert_eq!(without_braces("a/**/b?.md"), ["a/**/b?.md"]);
        assert_eq!(
            without_braces("{a,b/{c,d}}/*.{md,txt}"),
            [
                "a/*.md",
                "a/*.txt",
                "b/c/*.md",
                "b/c/*.txt",
                "b/d/*.md",
                "b/d/*.txt"
            ]
        );
        assert_eq!(without_braces("[{,]x{,y}"), ["[{,]x", "[{,]xy"]);
    }
}
