//! Every job can select something.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::{command, selection};

pub(super) struct Selections;

impl Check for Selections {
    fn codes(&self) -> &'static [Code] {
        &[codes::NEVER_MATCHES]
    }

    fn check(&self, context: &mut Context<'_>) {
        for cell in context.cells {
            if !selection::uses_markers(command::tool_kind(context.plan, cell.suite)) {
                continue;
            }
            let factors = selection::factors(context.plan, cell);
            if selection::can_match(context.plan, &factors) != Some(false) {
                continue;
            }
            let suite = &context.plan.suites[cell.suite];
            let stage = &context.plan.stages[cell.stage];
            let environment = &context.plan.environments[cell.environment];
            let span = suite
                .environments
                .iter()
                .find(|e| e.id == cell.environment)
                .map_or(suite.head.head, |e| e.span);
            let message = format!(
                "`{}` can select no test in the stage `{}` and the environment `{}`",
                suite.head.name(),
                stage.head.name(),
                environment.head.name()
            );
            let mut diagnostic = Diagnostic::new(codes::NEVER_MATCHES, span, message)
                .help("no test can carry all these markers at once: change one of the terms, or take the stage or the environment out of the suite");
            let terms = [
                (&stage.selects, "the stage selects these"),
                (&environment.takes, "the environment takes these"),
                (&suite.select, "the suite selects these"),
            ];
            for (term, words) in terms {
                if let Some(term) = term {
                    diagnostic = diagnostic.label(term.span, words);
                }
            }
            for test_type in &suite.types {
                if let Some(term) = &context.plan.types[test_type.id].selects {
                    diagnostic = diagnostic.label(term.span, "the type selects these");
                }
            }
            context.report(diagnostic);
        }
    }
}
