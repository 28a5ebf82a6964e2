//! Marker groups hold together.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::values::Arity;

pub(super) struct Markers;

impl Check for Markers {
    fn codes(&self) -> &'static [Code] {
        // MARKER_REUSED is found while names are collected: see `resolve::scope`.
        &[codes::MARKER_DEFAULT, codes::MARKER_REUSED]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (_, group) in context.plan.marker_groups.iter() {
            let Some(default) = group.default else {
                continue;
            };
            let name = context.plan.markers.name(default.id);
            if !group.markers.markers.iter().any(|m| m.id == default.id) {
                let message = format!("`{name}` is not a marker of `{}`", group.head.name());
                context.report(
                    Diagnostic::new(codes::MARKER_DEFAULT, default.span, message)
                        .help("the default is one of the group's `markers`"),
                );
            } else if !matches!(group.arity, Arity::One | Arity::AtMostOne) {
                let message = "a default needs a group of which a test carries one marker at most";
                context.report(
                    Diagnostic::new(codes::MARKER_DEFAULT, default.span, message)
                        .help("write `arity: one`, or take the default away"),
                );
            }
        }
    }
}
