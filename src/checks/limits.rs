//! What is expected to take long is allowed to.

use rustc_hash::FxHashSet;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::{self, cells, path};
use crate::schema::kinds::{Accept, Stage};
use crate::schema::values::{Duration, Promise, Spanned};
use crate::schema::{Id, KindId};

pub(super) struct Limits;

impl Check for Limits {
    fn codes(&self) -> &'static [Code] {
        &[
            codes::OVER_LIMIT,
            codes::OVER_BUDGET,
            codes::OVER_GPU_BUDGET,
            codes::TIMEOUT_TOO_SHORT,
            codes::TIMEOUTS_OVER_BUDGET,
        ]
    }

    fn check(&self, context: &mut Context<'_>) {
        timeouts(context);
        test_timeouts(context);
        type_limits(context);
        budgets(context);
    }
}

fn timeouts(context: &mut Context<'_>) {
    let mut said = FxHashSet::default();
    for cell in context.cells {
        let timeout = jobs::given_timeout(context.plan, cell);
        let (Some(timeout), Some(duration)) = (timeout, jobs::duration(context.plan, cell)) else {
            continue;
        };
        // Shards run beside each other, and each has the whole timeout.
        let pieces = u64::from(jobs::shards(context.plan, cell).max(1));
        let fits = timeout.value.millis.saturating_mul(pieces) >= duration.value.millis;
        if fits || !said.insert((timeout.span, duration.span)) {
            continue;
        }
        let message = format!(
            "`{}` is stopped after {}, and is expected to take {}",
            context.plan.suites[cell.suite].head.name(),
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

/// A job is not stopped before one of its tests is.
fn test_timeouts(context: &mut Context<'_>) {
    let plan = context.plan;
    let mut said = FxHashSet::default();
    for cell in context.cells {
        let suite = &plan.suites[cell.suite];
        let Some(one) = suite.test_timeout else {
            continue;
        };
        let whole = jobs::timeout(plan, cell);
        if one.value <= whole || !said.insert(one.span) {
            continue;
        }
        let message = format!(
            "one test of `{}` is stopped after {}, and its whole job after {whole}",
            suite.head.name(),
            one.value
        );
        let mut diagnostic = Diagnostic::new(codes::TIMEOUT_TOO_SHORT, one.span, message)
            .help("give one test less time, or the job more");
        if let Some(given) = jobs::given_timeout(plan, cell) {
            diagnostic = diagnostic.label(given.span, "the timeout of the job is given here");
        } else if let Some(duration) = jobs::duration(plan, cell) {
            diagnostic =
                diagnostic.label(duration.span, "the timeout of the job is made from this");
        }
        context.report(diagnostic);
    }
}

fn type_limits(context: &mut Context<'_>) {
    let mut said = FxHashSet::default();
    for cell in context.cells {
        let suite = &context.plan.suites[cell.suite];
        let Some(duration) = jobs::duration(context.plan, cell) else {
            continue;
        };
        for test_type in &suite.types {
            let limits = &context.plan.types[test_type.id].limit;
            // A limit for the stage replaces the general one.
            let limit = limits
                .iter()
                .find(|l| l.at.is_some_and(|s| s.id == cell.stage))
                .or_else(|| limits.iter().find(|l| l.at.is_none()));
            let Some(limit) = limit.filter(|l| duration.value > l.duration) else {
                continue;
            };
            // One duration that is too long is one mistake, in however many jobs.
            if !said.insert(duration.span) {
                continue;
            }
            let message = format!(
                "`{}` is expected to take {}, and in the stage `{}` its type allows {}",
                suite.head.name(),
                duration.value,
                context.plan.stages[cell.stage].head.name(),
                limit.duration
            );
            let suite_number = cell.suite.index();
            context.report_unless(
                Promise::Budget,
                |accept| {
                    accept.of.is_some_and(|of| {
                        of.kind == KindId::Suite && of.index as usize == suite_number
                    })
                },
                Diagnostic::new(codes::OVER_LIMIT, duration.span, message)
                    .label(limit.span, "the limit is given here")
                    .help("divide the suite, make it faster, or raise the limit"),
            );
        }
    }
}

/// The critical path of each stage stays within its budget, and its GPU-hours too.
fn budgets(context: &mut Context<'_>) {
    let plan = context.plan;
    for stage in cells::life_cycle(plan) {
        let declared = &plan.stages[stage];
        let of_stage = |accept: &Accept| accept.stage.is_some_and(|s| s.id == stage);
        if let Some(budget) = declared.gpu_budget {
            let used = path::gpu_time(plan, context.cells_of(stage));
            if used > budget.value {
                let message = format!(
                    "a run of the stage `{}` takes {used} of GPUs, and its budget is {}",
                    declared.head.name(),
                    budget.value
                );
                context.report_unless(
                    Promise::Budget,
                    of_stage,
                    Diagnostic::new(codes::OVER_GPU_BUDGET, budget.span, message)
                        .note("for each job its expected duration, times the GPUs of its machines")
                        .help("run fewer or shorter suites on GPUs, or raise the budget"),
                );
            }
        }
        let Some(budget) = declared.budget else {
            continue;
        };
        let path = path::expected(plan, context.cells_of(stage), context.builds, stage);
        if path.total <= budget.value {
            timeouts_over(context, stage, budget);
            continue;
        }
        let message = format!(
            "the stage `{}` takes {}, and its budget is {}",
            declared.head.name(),
            path.total,
            budget.value
        );
        let mut diagnostic = Diagnostic::new(codes::OVER_BUDGET, budget.span, message);
        if let [step] = path.steps.as_slice() {
            diagnostic = diagnostic
                .label(step.span, format!("the critical path is `{}`", step.name))
                .help("divide that suite, move it to a later stage, or raise the budget");
        } else {
            for (number, step) in (1..).zip(&path.steps) {
                let words = format!(
                    "step {number} of the critical path: `{}`, {}",
                    step.name, step.duration
                );
                diagnostic = diagnostic.label(step.span, words);
            }
            diagnostic = diagnostic
                .help("shorten a step of the path, move it to a later stage, or raise the budget");
        }
        context.report_unless(Promise::Budget, of_stage, diagnostic);
    }
}

/// The critical path by timeouts. Only those that the plan gives: what is derived from a duration
/// leaves room on purpose, and nobody chose it.
fn timeouts_over(context: &mut Context<'_>, stage: Id<Stage>, budget: Spanned<Duration>) {
    let longest = context
        .cells_of(stage)
        .filter_map(|c| {
            let timeout = jobs::given_timeout(context.plan, c)?;
            Some((c.suite, timeout))
        })
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
