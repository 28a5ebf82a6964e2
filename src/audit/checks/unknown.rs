//! What could not be known without a run is said, each thing once.

use std::collections::HashSet;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::source::Span;

pub(super) struct NotKnown;

impl Check for NotKnown {
    fn codes(&self) -> &'static [Code] {
        &[codes::NOT_KNOWN]
    }

    fn check(&self, context: &mut Context<'_>) {
        for unknown in &context.facts.unknown {
            let diagnostic = if unknown.span == Span::default() {
                Diagnostic::without_place(codes::NOT_KNOWN, unknown.words.clone())
            } else {
                Diagnostic::new(codes::NOT_KNOWN, unknown.span, unknown.words.clone())
            };
            context.report(diagnostic);
        }
        for (_, test) in context.tests() {
            if let Some(why) = &test.unknown {
                let message = format!(
                    "which markers `{}` carries is not known: {}",
                    test.id, why.words
                );
                let mut diagnostic = Diagnostic::new(codes::NOT_KNOWN, test.span, message);
                if why.span != test.span {
                    diagnostic = diagnostic.label(why.span, "this stands in the way");
                }
                context.report(diagnostic);
            }
        }
        let mut said = HashSet::new();
        for (number, lane) in (0_u32..).zip(&context.selection.lanes) {
            let Some(why) = &lane.unclear else { continue };
            let job = context.job_of(number);
            if said.insert((job.suite, why.clone())) {
                let suite = &context.plan.suites[job.suite].head;
                let message = format!("which tests `{}` runs is not known: {why}", suite.name());
                context.report(Diagnostic::new(codes::NOT_KNOWN, suite.head, message));
            }
        }
    }
}
