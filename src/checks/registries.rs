//! Who logs in to a registry is known.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};

pub(super) struct Registries;

impl Check for Registries {
    fn codes(&self) -> &'static [Code] {
        &[codes::MISSING_FIELD]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (_, registry) in context.plan.registries.iter() {
            let is_open = registry.head.open("user").is_some();
            let (Some(password), None, false) = (registry.password, &registry.user, is_open) else {
                continue;
            };
            let message = format!(
                "`{}` has a password, and does not say whose",
                registry.head.name()
            );
            context.report(
                Diagnostic::new(codes::MISSING_FIELD, password.span, message)
                    .label(registry.head.head, "the registry is declared here")
                    .help("name the `user` who logs in with it"),
            );
        }
    }
}
