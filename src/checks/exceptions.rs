//! Exceptions end.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};

pub(super) struct Exceptions;

impl Check for Exceptions {
    fn codes(&self) -> &'static [Code] {
        &[codes::EXPIRED]
    }

    fn check(&self, context: &mut Context<'_>) {
        let Some(today) = context.today else { return };
        for (_, exception) in context.plan.exceptions.iter() {
            let Some(expires) = exception.expires else {
                continue;
            };
            if expires.value.is_before(today) {
                let message = format!(
                    "the exception `{}` held until {}, and today is {}",
                    exception.head.name(),
                    expires.value,
                    today
                );
                context.report(Diagnostic::new(codes::EXPIRED, expires.span, message).help(
                    "look at the files again: take the exception out, or give it a new date",
                ));
            }
        }
    }
}
