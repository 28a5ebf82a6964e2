//! What outsiders can start reaches nothing private.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::machines;
use crate::schema::values::{Trigger, Visibility};

pub(super) struct Trust;

impl Check for Trust {
    fn codes(&self) -> &'static [Code] {
        &[codes::TRUST]
    }

    fn check(&self, context: &mut Context<'_>) {
        for cell in context.cells {
            let stage = &context.plan.stages[cell.stage];
            let Some(open) = stage
                .trigger
                .iter()
                .find(|t| Trigger::is_open_to_outsiders(&t.value))
            else {
                continue;
            };
            let suite = &context.plan.suites[cell.suite];
            let environment = &context.plan.environments[cell.environment];
            let Some(reach) = suite.environments.iter().find(|e| e.id == cell.environment) else {
                continue;
            };
            let runner = machines::runner(context.plan, cell);
            let (why, place) = match environment.visibility {
                Some(v) if v.value == Visibility::Private => ("is private", v.span),
                None => match environment.head.open("visibility") {
                    Some(question) => ("is not known to be public", question.span),
                    None => ("is not said to be public", environment.head.head),
                },
                Some(v) if machines::is_self_hosted(context.plan, runner) => {
                    ("runs on a machine of one's own", v.span)
                }
                Some(_) => match machines::open_question(context.plan, cell.environment, runner) {
                    Some(question) => ("has no runner that is known to be public", question.span),
                    None => continue,
                },
            };
            let message = format!(
                "`{}` would let outsiders reach the environment `{}`, which {why}",
                suite.head.name(),
                environment.head.name()
            );
            context.report(
                Diagnostic::new(codes::TRUST, reach.span, message)
                    .label(
                        open.span,
                        format!("anybody can start the stage `{}`", stage.head.name()),
                    )
                    .label(place, "the environment")
                    .help(
                        "run it in a stage that only members can start, or in a public environment",
                    ),
            );
        }
    }
}
