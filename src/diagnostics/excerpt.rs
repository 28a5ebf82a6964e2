//! What miette is shown of a file: a few short lines, however long the file and its lines are.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::source::{SourceFile, Span};

/// How many bytes of a long line are shown on each side of a span.
const SIDE: usize = 120;

/// What some editors put before the first character of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A file as miette reads it: only the lines around a span, cut where they are long, so that a
/// 10 MB line costs no more than a short one.
pub struct Excerpt<'a> {
    file: &'a SourceFile,
}

impl<'a> Excerpt<'a> {
    /// Shows `file`.
    pub fn new(file: &'a SourceFile) -> Self {
        Self { file }
    }

    /// A span of the source map as an offset and length in this file.
    pub fn span(&self, span: Span) -> SourceSpan {
        (
            (span.start - self.file.base()) as usize,
            span.len() as usize,
        )
            .into()
    }

    fn contents<'s>(
        &'s self,
        (start, end): (usize, usize),
        line: usize,
        column: usize,
    ) -> Box<dyn SpanContents<'s> + 's> {
        Box::new(MietteSpanContents::new_named(
            self.file.name().to_owned(),
            &self.file.text().as_bytes()[start..end],
            (start, end - start).into(),
            line,
            column,
            // By this miette tells whether two excerpts touch, and are shown as one.
            newlines(&self.file.text()[start..end], end - start) + 1,
        ))
    }
}

impl std::fmt::Debug for Excerpt<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.file.name())
    }
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'s>(
        &'s self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'s> + 's>, MietteError> {
        let text = self.file.text();
        let (from, to) = (span.offset(), (span.offset() + span.len()).min(text.len()));
        if from > text.len() {
            return Err(MietteError::OutOfBounds);
        }
        if before == 0 && after == 0 {
            // Asked for the span alone: this is how the line and column of the heading are found.
            let line = newlines(text, from);
            let column = text[line_start(text, from)..from].chars().count();
            return Ok(self.contents((from, to), line, column));
        }
        let (mut start, mut end) = (line_start(text, from), line_end(text, to));
        if from - start > 2 * SIDE || end - to > 2 * SIDE {
            // A long line is shown in part, and alone.
            start = boundary(text, start.max(from.saturating_sub(SIDE)));
            end = boundary(text, end.min(to + SIDE));
        } else {
            for _ in 0..before {
                let above = line_start(text, start.saturating_sub(1));
                start = if start - above > 4 * SIDE {
                    start
                } else {
                    above
                };
            }
            for _ in 0..after {
                let below = line_end(text, (end + 1).min(text.len()));
                end = if below - end > 4 * SIDE { end } else { below };
            }
        }
        // What ends a line on Windows, and what may begin a file there, are no part of the text.
        if end > to && text[..end].ends_with('\r') {
            end -= 1;
        }
        if start == 0 && text.starts_with(BYTE_ORDER_MARK) && from >= BYTE_ORDER_MARK.len_utf8() {
            start = BYTE_ORDER_MARK.len_utf8();
        }
        let column = start - line_start(text, start);
        Ok(self.contents((start, end), newlines(text, start), column))
    }
}

fn newlines(text: &str, end: usize) -> usize {
    text.as_bytes()[..end]
        .iter()
        .filter(|&&b| b == b'\n')
        .count()
}

fn line_start(text: &str, at: usize) -> usize {
    text.as_bytes()[..at]
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |i| i + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text.as_bytes()[at..]
        .iter()
        .position(|&b| b == b'\n')
        .map_or(text.len(), |i| at + i)
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}
