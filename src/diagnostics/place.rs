//! Places as programs want them: file, lines and columns.

use std::collections::HashMap;

use crate::source::{LineIndex, SourceMap, Span};

/// Where a span lies; lines and columns count from one, columns in characters, the end excluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file, as it is shown.
    pub file: &'a str,
    /// The first line.
    pub line: usize,
    /// The first column.
    pub column: usize,
    /// The last line.
    pub end_line: usize,
    /// The column behind the last character.
    pub end_column: usize,
}

/// Finds places; the lines of each file are counted once.
#[derive(Debug)]
pub struct Places<'a> {
    sources: &'a SourceMap,
    lines: HashMap<u32, LineIndex>,
}

impl<'a> Places<'a> {
    /// For the texts of one compilation.
    pub fn new(sources: &'a SourceMap) -> Self {
        Self {
            sources,
            lines: HashMap::new(),
        }
    }

    /// Where a span lies.
    pub fn of(&mut self, span: Span) -> Place<'a> {
        let file = self.sources.file_of(span);
        let lines = self
            .lines
            .entry(file.base())
            .or_insert_with(|| LineIndex::new(file.text()));
        let (line, column) = lines.line_column(file.text(), span.start - file.base());
        let (end_line, end_column) = lines.line_column(file.text(), span.end - file.base());
        Place {
            file: file.name(),
            line,
            column,
            end_line,
            end_column,
        }
    }
}
