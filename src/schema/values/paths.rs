//! Patterns of paths and of branches.

use super::{Glob, Text};
use crate::diagnostics::{Diagnostic, codes};
use crate::schema::reader::{FieldType, Reader};
use crate::source::Span;
use crate::syntax::ast::{Value, ValueKind};

/// A glob, or with `!` before it, one that takes files out.
#[derive(Debug, Clone)]
pub struct PathPattern {
    /// The glob without its sign.
    pub glob: Glob,
    /// Whether it takes files out.
    pub negated: bool,
}

impl FieldType for PathPattern {
    fn shape() -> String {
        "a glob as a string, or one that takes files out: `\"!docs/**\"`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if !matches!(value.kind, ValueKind::Text) {
            return reader.wrong(value, "a glob as a string");
        }
        let text = Text::read(value, reader)?;
        let (glob, negated) = match text.strip_prefix('!') {
            Some(glob) => (glob, true),
            None => (text.as_str(), false),
        };
        Glob::parse(glob, value.span, reader).map(|glob| Self { glob, negated })
    }
}

/// A file or a folder that is cached: below the checkout, or below the home folder.
#[derive(Debug, Clone)]
pub struct CachePath(pub Text);

impl FieldType for CachePath {
    fn shape() -> String {
        "a path as a string, below the checkout or below `~/`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let text = Text::read(value, reader)?;
        let below = text.strip_prefix("~/").unwrap_or(&text);
        let is_part = |part: &str| {
            !part.is_empty() && !part.starts_with('~') && ![".", "..", ".git"].contains(&part)
        };
        // What the action reads as more than a name.
        let is_plain = !below.starts_with(['!', '#', ' ']) && !below.ends_with(' ');
        let is_one_line = !below.chars().any(char::is_control) && !below.contains('\\');
        let parts = below.strip_suffix('/').unwrap_or(below).split('/');
        if is_plain && is_one_line && parts.into_iter().all(is_part) {
            return Some(Self(text));
        }
        let message = "what is cached is a path below the checkout or below the home folder";
        reader.report(
            Diagnostic::new(codes::WRONG_TYPE, value.span, message)
                .help("for example `\"target\"`, or `\"~/.cache/pip\"`; whatever stands below it is cached, too"),
        )
    }
}

/// A regular expression that the whole name of a branch matches.
#[derive(Debug, Clone)]
pub struct BranchPattern {
    /// As it was written.
    pub text: Text,
    /// Compiled, anchored on both sides.
    pub regex: regex::Regex,
}

impl BranchPattern {
    /// Whether a branch has such a name.
    pub fn matches(&self, branch: &str) -> bool {
        self.regex.is_match(branch)
    }
}

impl FieldType for BranchPattern {
    fn shape() -> String {
        "a regular expression as a string".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let text = Text::read(value, reader)?;
        if text.is_empty() {
            return reader.wrong(value, "a regular expression as a string that is not empty");
        }
        let anchored = format!("^(?:{})$", text.as_str());
        match regex::RegexBuilder::new(&anchored)
            .size_limit(1 << 20)
            .build()
        {
            Ok(regex) => Some(Self { text, regex }),
            Err(error) => {
                let why = error.to_string();
                let last = why.lines().last().unwrap_or_default().trim();
                let why = last.strip_prefix("error: ").unwrap_or(last).to_owned();
                let span: Span = text.span;
                let message = format!("this regular expression cannot be read: {why}");
                reader.report(Diagnostic::new(codes::WRONG_TYPE, span, message))
            }
        }
    }
}
