//! What can be said of a plan although something in it cannot be read.
//!
//! Nothing that runs hangs on a gate, a hook or a threshold: a wrong name there is no reason to keep
//! quiet about the rest of the plan. What the rest may be found wrong in only because of it is left out.

use crate::diagnostics::{Code, Diagnostic, Severity, codes};
use crate::schema::KindId;
use crate::source::{SourceMap, Span};
use crate::syntax::ast;

/// The declarations that are wrong, where nothing that runs hangs on any of them.
pub struct Broken {
    places: Vec<Span>,
    kinds: Vec<KindId>,
}

impl Broken {
    /// The declarations in which these errors are; nothing if one of them is elsewhere.
    pub fn of<'f>(
        sources: &SourceMap,
        files: impl Iterator<Item = &'f ast::File>,
        diagnostics: &[Diagnostic],
    ) -> Option<Self> {
        let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
        let mut errors: Vec<Span> = errors.map(|error| error.span).collect::<Option<_>>()?;
        let mut broken = Self {
            places: Vec::new(),
            kinds: Vec::new(),
        };
        for file in files {
            if !file.unread.is_empty() {
                return None;
            }
            for declaration in &file.declarations {
                let place = declaration.span;
                let before = errors.len();
                errors.retain(|error| !(place.start <= error.start && error.end <= place.end));
                if errors.len() == before {
                    continue;
                }
                let kind = KindId::from_word(sources.text(declaration.kind))?;
                consequences(kind)?;
                broken.places.push(place);
                broken.kinds.push(kind);
            }
        }
        errors.is_empty().then_some(broken)
    }

    /// Whether a finding could be no more than a consequence of what is wrong.
    pub fn explains(&self, found: &Diagnostic) -> bool {
        let inside = |span: Span| {
            let holds = |place: &Span| place.start <= span.start && span.end <= place.end;
            self.places.iter().any(holds)
        };
        found.code == codes::UNUSED
            || found.code == codes::ACCEPTS_NOTHING
            || found.span.is_some_and(inside)
            || found.labels.iter().any(|(span, _)| inside(*span))
            || self
                .kinds
                .iter()
                .filter_map(|kind| consequences(*kind))
                .any(|codes| codes.contains(&found.code))
    }
}

/// What may be found elsewhere because a declaration of a kind is wrong, where no job hangs on it.
fn consequences(kind: KindId) -> Option<&'static [Code]> {
    match kind {
        KindId::Gate => Some(&[codes::UNGATED, codes::GATE_DROPS_SUITE]),
        KindId::Hook | KindId::Coverage | KindId::Language => Some(&[codes::LANGUAGE_TOOLS]),
        KindId::Feature => Some(&[codes::UNCOVERED_FEATURE, codes::UNMET_REQUIREMENT]),
        KindId::Metric => Some(&[
            codes::THRESHOLD_UNIT,
            codes::THRESHOLD_BASELINE,
            codes::THRESHOLD_CONFLICT,
        ]),
        KindId::Threshold | KindId::Exception | KindId::Phase | KindId::Area => Some(&[]),
        _ => None,
    }
}
