//! What is wrong, as data: a code, the places, the words, the mending. How it looks on a terminal
//! is in [`render`].

pub mod codes;
mod excerpt;
mod fix;
pub mod formats;
pub mod levels;
pub mod place;
pub mod render;
pub mod suggest;
pub(crate) mod visible;

use crate::source::Span;
pub use codes::{Class, Code, Severity};
pub use fix::{Fix, Fixed, apply};

/// One thing that is wrong with a plan.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// What kind of mistake it is.
    pub code: Code,
    /// How much it matters: what its class says, unless the [levels] of a run say otherwise.
    pub severity: Severity,
    /// Where it is: none when it is about a file that could not be read.
    pub span: Option<Span>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What stands at `span`, when the message alone does not say it.
    pub note: Option<String>,
    /// The other places that matter, each with what it is.
    pub labels: Vec<(Span, String)>,
    /// What to do about it.
    pub help: Option<String>,
    /// Changes of the text that would mend it, the likeliest first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A diagnostic at a place.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code,
            severity: code.class.severity(),
            span: Some(span),
            message,
            note: None,
            labels: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// A diagnostic about something that has no place in a source text.
    pub fn without_place(code: Code, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code,
            severity: code.class.severity(),
            span: None,
            message,
            note: None,
            labels: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what to do, if anything is known.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Offers a change of the text that mends it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// Offers a change of the text, if one is known.
    #[must_use]
    pub fn maybe_fix(mut self, fix: Option<Fix>) -> Self {
        self.fixes.extend(fix);
        self
    }

    /// What to do about it: the help, or else what its first fix does.
    pub fn advice(&self) -> Option<&str> {
        let fix = || self.fixes.first().map(|fix| fix.title.as_str());
        self.help.as_deref().or_else(fix)
    }

    /// Whether it has a fix that needs no person to look at it.
    pub fn is_mended_safely(&self) -> bool {
        self.fixes.iter().any(|fix| fix.safe)
    }

    /// Words for the main place.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Shows a second place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push((span, text.into()));
        self
    }
}

/// Puts diagnostics into the order of the source, and says each thing once.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (a.span, a.code.code).cmp(&(b.span, b.code.code)));
    diagnostics.dedup_by(|a, b| a.span == b.span && a.code == b.code && a.message == b.message);
}

/// Whether any of them keeps the plan from being used.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}
