//! What is expected to take long is allowed to.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::cells;
use crate::schema::Id;
use crate::schema::kinds::Stage;
use crate::schema::values::{Duration, Spanned};

pub(super) struct Limits;

impl Check for Limits {
    fn codes(&self) -> &'static [Code] {
        &[
            codes::OVER_LIMIT,
            codes::OVER_BUDGET,
            codes::TIMEOUT_TOO_SHORT,
            codes::TIMEOUTS_OVER_BUDGET,
        ]
    }

    fn check(&self, context: &mut Context<'_>) {
        timeouts(context);
        type_limits(context);
        budgets(context);
    }
}

fn timeouts(context: &mut Context<'_>) {
    for (_, suite) in context.plan.suites.iter() {
        let (Some(timeout), Some(duration)) = (suite.timeout, suite.duration) else {
            continue;
        };
        if timeout.value >= duration.value {
            continue;
        }
        let message = format!(
            "`{}` is stopped after {}, and is expected to take {}",
            suite.head.name(),
            timeout.value,
            duration.value
        );
        context.report(
            Diagnostic::new(codes::TIMEOUT_TOO_SHORT, timeout.span, message)
                .label(duration.span, "the duration is given here")
                .help("a timeout leaves room for a slow day: give it more than the duration"),
        );
    }
}

fn type_limits(context: &mut Context<'_>) {
    for (_, suite) in context.plan.suites.iter() {
        let Some(duration) = suite.duration else {
            continue;
        };
        for test_type in &suite.types {
            let limits = &context.plan.types[test_type.id].limit;
            for stage in &suite.stages {
                // A limit for the stage replaces the general one.
                let limit = limits
                    .iter()
                    .find(|l| l.at.is_some_and(|s| s.id == stage.id))
                    .or_else(|| limits.iter().find(|l| l.at.is_none()));
                let Some(limit) = limit.filter(|l| duration.value > l.duration) else {
                    continue;
                };
                let message = format!(
                    "`{}` is expected to take {}, and in the stage `{}` its type allows {}",
                    suite.head.name(),
                    duration.value,
                    context.plan.stages[stage.id].head.name(),
                    limit.duration
                );
                context.report(
                    Diagnostic::new(codes::OVER_LIMIT, duration.span, message)
                        .label(limit.span, "the limit is given here")
                        .help("divide the suite, make it faster, or raise the limit"),
                );
                // The other stages are one mistake with this one.
                break;
            }
        }
    }
}

/// Jobs of a stage run beside each other, so its critical path is its longest job.
fn budgets(context: &mut Context<'_>) {
    for stage in cells::life_cycle(context.plan) {
        let declared = &context.plan.stages[stage];
        let Some(budget) = declared.budget else {
            continue;
        };
        let longest = context
            .cells
            .iter()
            .filter(|c| c.stage == stage)
            .filter_map(|c| Some((c.suite, context.plan.suites[c.suite].duration?)))
            .max_by_key(|(_, duration)| duration.value);
        let Some((suite, duration)) = longest.filter(|(_, d)| d.value > budget.value) else {
            timeouts_over(context, stage, budget);
            continue;
        };
        let message = format!(
            "the stage `{}` takes {}, and its budget is {}",
            declared.head.name(),
            duration.value,
            budget.value
        );
        context.report(
            Diagnostic::new(codes::OVER_BUDGET, budget.span, message)
                .label(
                    duration.span,
                    format!(
                        "the critical path is `{}`",
                        context.plan.suites[suite].head.name()
                    ),
                )
                .help("divide that suite, move it to a later stage, or raise the budget"),
        );
    }
}

/// The critical path by timeouts. Only those that the plan gives: what is derived from a duration
/// leaves room on purpose, and nobody chose it.
fn timeouts_over(context: &mut Context<'_>, stage: Id<Stage>, budget: Spanned<Duration>) {
    let longest = context
        .cells
        .iter()
        .filter(|c| c.stage == stage)
        .filter_map(|c| Some((c.suite, context.plan.suites[c.suite].timeout?)))
        .max_by_key(|(_, timeout)| timeout.value);
    let Some((suite, timeout)) = longest.filter(|(_, t)| t.value > budget.value) else {
        return;
    };
    let message = format!(
        "`{}` is stopped after {}, and the budget of the stage `{}` is {}",
        context.plan.suites[suite].head.name(),
        timeout.value,
        context.plan.stages[stage].head.name(),
        budget.value
    );
    context.report(
        Diagnostic::new(codes::TIMEOUTS_OVER_BUDGET, timeout.span, message)
            .label(budget.span, "the budget is given here")
            .help(
                "on a bad day the stage takes longer than its budget before anything stops it: \
                 lower the timeout, or raise the budget",
            ),
    );
}
