//! No test is run twice in one stage, unless the plan says so.

use std::collections::HashSet;

use super::{Check, Context};
use crate::checks::overlaps;
use crate::diagnostics::{Code, Diagnostic, codes};

pub(super) struct Twice;

impl Check for Twice {
    fn codes(&self) -> &'static [Code] {
        &[codes::TWICE_RUN_TEST]
    }

    fn check(&self, context: &mut Context<'_>) {
        let mut said = HashSet::new();
        for (number, test) in context.tests() {
            if !context.is_clear(number) {
                continue;
            }
            for (case, lanes) in test.cases.iter().zip(&context.selection.lanes_of[number]) {
                let Some((one, two)) = pair(context, lanes) else {
                    continue;
                };
                let (first, second) = (context.job_of(one), context.job_of(two));
                // Two suites that overlap do so in many tests: each is said once for a function.
                if !said.insert((number, first.stage, first.suite, second.suite)) {
                    continue;
                }
                let plan = context.plan;
                let stage = plan.stages[first.stage].head.name();
                let message = format!(
                    "the stage `{stage}` runs `{}` twice: in `{}` and in `{}`",
                    test.id_of(case),
                    first.id,
                    second.id
                );
                let mut diagnostic = Diagnostic::new(codes::TWICE_RUN_TEST, test.span, message)
                    .label(plan.suites[first.suite].head.head, "one suite takes it");
                if first.suite != second.suite {
                    diagnostic = diagnostic
                        .label(plan.suites[second.suite].head.head, "and so does this one");
                }
                context.report(diagnostic.help(
                    "mark it so that one takes it; or say in the plan that it is on purpose: `repeats: other, because: \"…\"`",
                ));
            }
        }
    }
}

/// Two commands of one stage that run the same test without saying so.
fn pair(context: &Context<'_>, lanes: &[u32]) -> Option<(u32, u32)> {
    let plan = context.plan;
    for (at, one) in lanes.iter().enumerate() {
        for two in &lanes[at + 1..] {
            let (first, second) = (context.job_of(*one), context.job_of(*two));
            if first.stage != second.stage {
                continue;
            }
            let same_job = context.lane(*one).job == context.lane(*two).job;
            let is_said = !same_job
                && (!overlaps::can_meet(plan, first, second)
                    || overlaps::accepted(plan, first, second).is_some());
            if !is_said {
                return Some((*one, *two));
            }
        }
    }
    None
}
