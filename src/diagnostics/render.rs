//! Diagnostics for a person's terminal, through miette.

use std::fmt::{self, Display, Write as _};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use super::excerpt::Excerpt;
use super::visible::visible;
use super::{Diagnostic, Severity};
use crate::source::SourceMap;

/// How the report may look.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether colours may be used.
    pub colour: bool,
    /// Whether lines may be drawn with characters beyond ASCII.
    pub unicode: bool,
    /// The width of the terminal, in columns.
    pub width: usize,
}

/// How many diagnostics are shown to a person at once: more are not read, and each costs time.
const SHOWN: usize = 100;

/// The first hundred diagnostics, followed by a line that counts all of them.
pub fn human(sources: &SourceMap, diagnostics: &[Diagnostic], style: Style) -> String {
    let theme = match (style.unicode, style.colour) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, _) => GraphicalTheme::none(),
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(style.width)
        .with_context_lines(1);
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(SHOWN) {
        let report = Report::new(sources, diagnostic);
        // Writing to a String cannot fail; a handler that cannot draw still leaves the message.
        if handler.render_report(&mut out, &report).is_err() {
            let _ = writeln!(out, "{}", diagnostic.message);
        }
        out.push('\n');
    }
    let _ = write!(out, "{}", count(diagnostics));
    if diagnostics.len() > SHOWN {
        let _ = write!(out, ", of which the first {SHOWN} are shown");
    }
    if let Some(first) = diagnostics.first() {
        let _ = write!(out, "; `dtpc explain {}` says more", first.code.code);
    }
    match diagnostics.iter().filter(|d| d.is_mended_safely()).count() {
        0 => {}
        1 => out.push_str("; `dtpc check --fix` mends one"),
        mended => {
            let _ = write!(out, "; `dtpc check --fix` mends {mended}");
        }
    }
    out.push('\n');
    visible(&out, style.colour).into_owned()
}

/// `2 errors, 1 warning`
pub fn count(diagnostics: &[Diagnostic]) -> String {
    let of = |severity| {
        diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    };
    let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (of(Severity::Error), of(Severity::Warning)) {
        (0, 0) => "no problems".to_owned(),
        (errors, 0) => plural(errors, "error"),
        (0, warnings) => plural(warnings, "warning"),
        (errors, warnings) => {
            format!(
                "{}, {}",
                plural(errors, "error"),
                plural(warnings, "warning")
            )
        }
    }
}

/// A diagnostic as miette wants it.
struct Report<'a> {
    diagnostic: &'a Diagnostic,
    excerpt: Option<Excerpt<'a>>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Elsewhere<'a>>,
}

impl<'a> Report<'a> {
    fn new(sources: &'a SourceMap, diagnostic: &'a Diagnostic) -> Self {
        let Some(span) = diagnostic.span else {
            return Self {
                diagnostic,
                excerpt: None,
                labels: Vec::new(),
                elsewhere: Vec::new(),
            };
        };
        let file = sources.file_of(span);
        let excerpt = Excerpt::new(file);
        let mut labels = vec![LabeledSpan::new_primary_with_span(
            diagnostic.note.clone(),
            excerpt.span(span),
        )];
        let mut elsewhere = Vec::new();
        for (other, text) in &diagnostic.labels {
            let other_file = sources.file_of(*other);
            if std::ptr::eq(other_file, file) {
                labels.push(LabeledSpan::new_with_span(
                    Some(text.clone()),
                    excerpt.span(*other),
                ));
            } else {
                let excerpt = Excerpt::new(other_file);
                let label = LabeledSpan::new_with_span(None, excerpt.span(*other));
                elsewhere.push(Elsewhere {
                    text,
                    excerpt,
                    label,
                });
            }
        }
        Self {
            diagnostic,
            excerpt: Some(excerpt),
            labels,
            elsewhere,
        }
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Some(Box::new(self.diagnostic.code.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        let advice = self.diagnostic.advice();
        advice.map(|advice| Box::new(advice) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|e| e as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.elsewhere.is_empty() {
            return None;
        }
        Some(Box::new(
            self.elsewhere.iter().map(|e| e as &dyn miette::Diagnostic),
        ))
    }
}

/// A second place that lies in another file.
struct Elsewhere<'a> {
    text: &'a str,
    excerpt: Excerpt<'a>,
    label: LabeledSpan,
}

impl fmt::Debug for Elsewhere<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl Display for Elsewhere<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl std::error::Error for Elsewhere<'_> {}

impl miette::Diagnostic for Elsewhere<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(miette::Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(self.label.clone())))
    }
}
