//! In every stage something runs.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};

pub(super) struct Stages;

impl Check for Stages {
    fn codes(&self) -> &'static [Code] {
        &[codes::EMPTY_STAGE]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (id, stage) in context.plan.stages.iter() {
            // A stage whose types are not known yet waits for its suites.
            if stage.head.open("types").is_some() {
                continue;
            }
            let enrolled = context
                .plan
                .suites
                .iter()
                .any(|(_, s)| s.stages.iter().any(|r| r.id == id));
            if !enrolled {
                let name = stage.head.name();
                let message = format!("nothing runs in the stage `{name}`");
                context.report(
                    Diagnostic::new(codes::EMPTY_STAGE, stage.head.head, message).help(format!(
                        "enrol a suite: `stages: [{name}]`; while it is not known what runs in it, \
                         write `types: open(\"…\")`"
                    )),
                );
            }
        }
    }
}
