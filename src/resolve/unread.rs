//! What could not be read, and the names that are missed for no other reason.

use std::collections::HashSet;

use crate::diagnostics::{Diagnostic, codes};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast;

/// The texts of a plan that nothing was made of.
#[derive(Debug, Default)]
pub struct Unread {
    /// Whether any name at all may have been in them.
    anything: bool,
    /// The names in them.
    names: HashSet<String>,
    /// The parts of those names between the `_`s: a name that was misspelt in one place has some of them
    /// right.
    parts: HashSet<String>,
}

impl Unread {
    /// What was left out of these files, and `dropped` of what was read.
    pub fn of(sources: &SourceMap, files: &[(FileId, ast::File)], dropped: &[Span]) -> Self {
        let mut unread = Self::default();
        for (_, file) in files {
            // What a file that is missing would have brought, nobody knows.
            unread.anything |= file.imports.iter().any(|import| import.target.is_none());
            for span in &file.unread {
                unread.add(sources.text(*span));
            }
        }
        for span in dropped {
            unread.add(sources.text(*span));
        }
        unread
    }

    fn add(&mut self, text: &str) {
        // In letters that only look like others, no name is found again.
        self.anything |= text.trim_start().starts_with("import") || !text.is_ascii();
        let in_name = |c: char| c.is_alphanumeric() || c == '_';
        for name in text.split(|c| !in_name(c)).filter(|name| !name.is_empty()) {
            self.names.insert(name.to_owned());
            self.parts.extend(name.split('_').map(str::to_owned));
        }
        self.parts.remove("");
    }

    /// Whether a finding may be there only because something was not read.
    pub fn explains(&self, sources: &SourceMap, diagnostic: &Diagnostic) -> bool {
        let Some(span) = diagnostic.span else {
            return false;
        };
        let text = sources.text(span);
        if diagnostic.code == codes::UNKNOWN_NAME {
            let mut parts = text.split(|c: char| !c.is_alphanumeric());
            self.anything || parts.any(|part| self.parts.contains(part))
        } else {
            // An axis is named where fields are, in front of its value.
            diagnostic.code == codes::UNKNOWN_FIELD && self.names.contains(text)
        }
    }
}
