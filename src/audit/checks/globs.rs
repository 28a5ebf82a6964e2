//! Every glob of the plan matches a file.

use super::{Check, Context};
use crate::checks::globs;
use crate::diagnostics::{Code, codes};

pub(super) struct Globs;

impl Check for Globs {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNMATCHED_GLOB]
    }

    fn check(&self, context: &mut Context<'_>) {
        for diagnostic in globs::unmatched(context.plan, context.tree.files()) {
            context.report(diagnostic);
        }
    }
}
