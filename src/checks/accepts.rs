//! What is accepted is what is found, no more.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};

pub(super) struct Accepts;

impl Check for Accepts {
    fn codes(&self) -> &'static [Code] {
        &[codes::ACCEPTS_NOTHING]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (id, accept) in context.plan.accepts.iter() {
            if context.accepted.borrow().contains(&id.index()) {
                continue;
            }
            let Some(promise) = accept.promise else {
                continue;
            };
            let message = format!(
                "`{}` accepts {} that the plan does not have, or not exactly so",
                accept.head.name(),
                promise.value.title()
            );
            context.report(
                Diagnostic::new(codes::ACCEPTS_NOTHING, promise.span, message).help(
                    "take it out, and see whether `dtpc check` finds something: accept exactly that",
                ),
            );
        }
    }
}
