//! Thresholds can be judged: right unit, right direction, something to compare with, no
//! contradiction.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::Decl;
use crate::schema::kinds::{Metric, Threshold};
use crate::schema::values::{Bound, Direction, Measure, Spanned, ThresholdCheck};
use crate::syntax::ast::Operator;

pub(super) struct Thresholds;

impl Check for Thresholds {
    fn codes(&self) -> &'static [Code] {
        &[
            codes::THRESHOLD_UNIT,
            codes::THRESHOLD_BASELINE,
            codes::THRESHOLD_CONFLICT,
            codes::THRESHOLD_JOBS,
        ]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        for (_, threshold) in plan.thresholds.iter() {
            if let Some(metric) = threshold.metric {
                let metric = &plan.metrics[metric.id];
                for check in &threshold.checks {
                    one(context, metric, check);
                }
            }
            conflicts(context, threshold);
            if let Some(of) = &threshold.of
                && !context.cells.iter().any(|c| of.matches(c))
            {
                let message = "no such job exists, so this is never measured";
                let mut diagnostic = Diagnostic::new(codes::THRESHOLD_JOBS, of.span, message);
                if let Some(suite) = of.suite() {
                    let place = plan.suites[suite].head.head;
                    diagnostic = diagnostic.label(place, "the suite is declared here");
                }
                context.report(diagnostic);
            }
        }
    }
}

fn one(context: &mut Context<'_>, metric: &Decl<Metric>, check: &Spanned<ThresholdCheck>) {
    match (check.value.measure, &check.value.bound) {
        (Measure::Value(_), Bound::Absolute { unit, span, .. }) => {
            let wanted = metric.unit.as_deref().unwrap_or_default();
            let found = unit.map_or("", |u| u.as_str());
            if wanted != found {
                let message = match found {
                    "" => format!(
                        "this figure has no unit; `{}` is measured in {wanted}",
                        metric.head.name()
                    ),
                    _ => format!(
                        "this is in {found}, and `{}` is measured in {wanted}",
                        metric.head.name()
                    ),
                };
                context.report(
                    Diagnostic::new(codes::THRESHOLD_UNIT, *span, message)
                        .label(metric.head.head, "the metric is declared here")
                        .help(format!("write the bar in {wanted}, the unit of the metric")),
                );
            }
            direction(context, metric, check);
        }
        (
            Measure::Regression(_),
            Bound::Relative {
                baseline: Some(_), ..
            },
        ) => {
            if !is_upper(check.value.operator) {
                let message = "a regression is bounded from above";
                context.report(
                    Diagnostic::new(codes::THRESHOLD_UNIT, check.span, message)
                        .help("write `<` or `<=`"),
                );
            }
        }
        (Measure::Regression(_), Bound::Relative { baseline: None, .. }) => {
            let message = "a regression is measured against something, and nothing is named";
            context.report(
                Diagnostic::new(codes::THRESHOLD_BASELINE, check.span, message)
                    .help("for example `regression(p99) <= 5% since release(previous)`"),
            );
        }
        (Measure::Regression(_), Bound::Absolute { .. }) => {
            let message = "a regression is a share of an earlier result";
            context.report(
                Diagnostic::new(codes::THRESHOLD_UNIT, check.span, message)
                    .help("for example `regression(p99) <= 5% since release(previous)`"),
            );
        }
        (Measure::Value(_), Bound::Relative { .. }) => {
            let message = "a figure is compared with a figure, and this is a share";
            context.report(
                Diagnostic::new(codes::THRESHOLD_UNIT, check.span, message)
                    .help("for a share write `regression(…) <= 5% since release(previous)`"),
            );
        }
    }
}

/// A bar for something of which less is better lies above it, and the other way round.
fn direction(context: &mut Context<'_>, metric: &Decl<Metric>, check: &Spanned<ThresholdCheck>) {
    let Some(better) = metric.better else { return };
    if (better == Direction::Lower) != is_upper(check.value.operator) {
        let message = format!(
            "for `{}` {}; this bar lets only the worse pass",
            metric.head.name(),
            better.title()
        );
        context.report(
            Diagnostic::new(codes::THRESHOLD_UNIT, check.span, message)
                .label(metric.head.head, "the metric is declared here")
                .help("turn the comparison round"),
        );
    }
}

const fn is_upper(operator: Operator) -> bool {
    matches!(operator, Operator::Less | Operator::LessEqual)
}

/// Two absolute bars on one statistic in different directions must leave something between them.
fn conflicts(context: &mut Context<'_>, threshold: &Decl<Threshold>) {
    let figure = |check: &Spanned<ThresholdCheck>| match check.value.bound {
        Bound::Absolute { value, .. } => Some(value),
        Bound::Relative { .. } => None,
    };
    for (index, check) in threshold.checks.iter().enumerate() {
        for earlier in &threshold.checks[..index] {
            if check.value.measure != earlier.value.measure {
                continue;
            }
            let (Some(a), Some(b)) = (figure(check), figure(earlier)) else {
                continue;
            };
            let same_side = is_upper(check.value.operator) == is_upper(earlier.value.operator);
            let (upper, lower) = if is_upper(check.value.operator) {
                (a, b)
            } else {
                (b, a)
            };
            if same_side || upper <= lower {
                let message = if same_side {
                    "two bars for one figure: the wider one never decides"
                } else {
                    "no figure can meet both of these"
                };
                context.report(
                    Diagnostic::new(codes::THRESHOLD_CONFLICT, check.span, message)
                        .label(earlier.span, "the other one is here")
                        .help("take one of them out"),
                );
            }
        }
    }
}
