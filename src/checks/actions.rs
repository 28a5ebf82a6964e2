//! Actions of other repositories are named by what they are, not by a name that moves.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::lock::Sort;

pub(super) struct Actions;

impl Check for Actions {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNPINNED_ACTION]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (_, tool) in context.plan.tools.iter() {
            for action in &tool.actions {
                let (name, version) = action.name_and_version();
                let locked = context.plan.lock.content(Sort::Action, name, version);
                if action.is_pinned() || locked.is_some() {
                    continue;
                }
                let message = format!("`{}` may be another action tomorrow", action.uses.as_str());
                context.report(
                    Diagnostic::new(codes::UNPINNED_ACTION, action.uses.span, message)
                        .help("write the 40 digits of a commit behind the `@`, or a version whose commit is in `dtpc.lock`: see `dtpc pins`"),
                );
            }
        }
    }
}
