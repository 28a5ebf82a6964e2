//! What is said makes a difference, and is said once.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::kinds::{Stage, Suite};
use crate::schema::values::{Bound, Ref, WithoutBaseline};
use crate::schema::{Head, Id};
use crate::source::Span;

pub(super) struct Idle;

impl Check for Idle {
    fn codes(&self) -> &'static [Code] {
        &[codes::IDLE]
    }

    fn check(&self, context: &mut Context<'_>) {
        let mut found = Vec::new();
        repeats(context, &mut found);
        at_blocks(context, &mut found);
        coverage(context, &mut found);
        thresholds(context, &mut found);
        limits(context, &mut found);
        quarantines(context, &mut found);
        phases(context, &mut found);
        for diagnostic in found {
            context.report(diagnostic);
        }
    }
}

fn idle(span: Span, message: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new(codes::IDLE, span, message).help(help.to_owned())
}

/// `repeats` names other suites and says why; `because` says why something is repeated.
fn repeats(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (id, suite) in context.plan.suites.iter() {
        for repeated in &suite.repeats {
            if repeated.id == id {
                let message = "a suite runs its own tests, and repeats them with nothing";
                found.push(idle(repeated.span, message, "name the other suite"));
            }
        }
        // What is inherited may be about what is said anew.
        if suite.head.extends.is_some() {
            continue;
        }
        let name = suite.head.name();
        match (&suite.because, suite.repeats.as_slice()) {
            (Some(because), []) if suite.head.open("repeats").is_none() => found.push(idle(
                because.0.span,
                format!("`{name}` repeats no suite, and says why"),
                "name the suite whose tests it runs too: `repeats: [other]`; or take the reason out",
            )),
            (None, [first, ..]) if suite.head.open("because").is_none() => found.push(idle(
                first.span,
                format!("`{name}` repeats tests, and does not say why"),
                "add the reason, `because: \"…\"`: without it, it is an overlap as any other",
            )),
            _ => {}
        }
    }
}

/// An `at` block is about jobs of its suite.
fn at_blocks(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    for (id, suite) in plan.suites.iter() {
        // What is inherited may be about stages of the other suite.
        if suite.head.extends.is_some() {
            continue;
        }
        for at in &plan.ats_of[id.index()] {
            let Some(jobs) = &plan.ats[*at].head.jobs else {
                continue;
            };
            let Some(stage) = jobs.stage else { continue };
            if suite.stages.is_empty() || suite.stages.iter().any(|s| s.id == stage) {
                continue;
            }
            let message = format!(
                "`{}` does not run in the stage `{}`",
                suite.head.name(),
                plan.stages[stage].head.name()
            );
            found.push(idle(
                jobs.span,
                message,
                "enrol it there, or take the block out",
            ));
        }
    }
}

/// A goal is measured, and nothing else by the same jobs; one that fails the job has a figure, and a share
/// of some files is no lower than that of all.
fn coverage(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut measured: FxHashMap<(Id<Suite>, Id<Stage>), &Head> = FxHashMap::default();
    for (_, goal) in context.plan.coverages.iter() {
        let head = &goal.head;
        for stage in &goal.stages {
            let runs_there = |suite: &&Ref<Suite>| {
                let mut cells = context.cells_of_suite(suite.id);
                cells.any(|cell| cell.stage == stage.id)
            };
            let stage_name = context.plan.stages[stage.id].head.name();
            let suites: Vec<_> = goal.of.iter().filter(runs_there).collect();
            if suites.is_empty() && !goal.of.is_empty() {
                found.push(idle(
                    stage.span,
                    format!(
                        "none of the suites of `{}` runs in `{stage_name}`",
                        head.name()
                    ),
                    "name a stage in which one of them runs",
                ));
            }
            for suite in suites {
                let first = match measured.entry((suite.id, stage.id)) {
                    Entry::Occupied(first) => *first.get(),
                    Entry::Vacant(place) => {
                        place.insert(head);
                        continue;
                    }
                };
                let message = format!(
                    "the jobs of `{}` in `{stage_name}` are measured for `{}` already, and once alone",
                    context.plan.suites[suite.id].head.name(),
                    first.name(),
                );
                found.push(
                    idle(
                        suite.span,
                        message,
                        "make one of the two: what is `critical` may ask for more",
                    )
                    .label(first.head, "this measures them"),
                );
            }
        }
        if goal.gating && goal.minimum.is_none() && head.open("minimum").is_none() {
            found.push(idle(
                head.place("gating"),
                format!(
                    "`{}` fails its job below a share that it does not say",
                    head.name()
                ),
                "add the share: `minimum: 85%`",
            ));
        }
        if let (Some(minimum), Some(critical)) = (goal.minimum, &goal.critical)
            && critical.share < minimum
        {
            found.push(idle(
                head.place("critical"),
                format!(
                    "{} of the files that matter most is less than the {minimum} of all",
                    critical.share
                ),
                "ask for a higher share of them, or for none",
            ));
        }
    }
}

/// What holds without an earlier result is about bars that are compared with one.
fn thresholds(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (_, threshold) in context.plan.thresholds.iter() {
        let relative = |bound: &Bound| matches!(bound, Bound::Relative { .. });
        let is_relative = threshold.checks.iter().any(|c| relative(&c.value.bound));
        if threshold.without_baseline == WithoutBaseline::Pass
            && !is_relative
            && threshold.head.open("checks").is_none()
        {
            found.push(idle(
                threshold.head.place("without_baseline"),
                "none of these bars is compared with an earlier result",
                "take it out, or add `regression(p99) <= 5% since release(previous)`",
            ));
        }
    }
}

/// A type has one limit at a stage, and one in general.
fn limits(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (_, declared) in context.plan.types.iter() {
        for (number, limit) in declared.limit.iter().enumerate() {
            let mut earlier = declared.limit[..number].iter();
            let same = |other: &&_| stage_of(other) == stage_of(limit);
            if let Some(first) = earlier.find(same) {
                found.push(
                    idle(
                        limit.span,
                        format!("`{}` has two limits for the same", declared.head.name()),
                        "keep one of the two",
                    )
                    .label(first.span, "the other one"),
                );
            }
        }
    }
}

fn stage_of(limit: &crate::schema::values::Limit) -> Option<usize> {
    limit.at.map(|stage| stage.id.index())
}

/// A test is in quarantine once.
fn quarantines(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen = rustc_hash::FxHashMap::default();
    for (_, quarantine) in context.plan.quarantines.iter() {
        let Some(test) = &quarantine.test else {
            continue;
        };
        if let Some(first) = seen.insert(test.text.as_str(), test.text.span) {
            found.push(
                idle(
                    test.text.span,
                    "this test is in quarantine twice",
                    "keep one of the two: one reason, one owner and one end",
                )
                .label(first, "here already"),
            );
        }
    }
}

/// A phase does not both bring something and leave it out.
fn phases(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for (_, phase) in context.plan.phases.iter() {
        for left_out in &phase.not_supported {
            let same = |r: &&crate::schema::values::AnyRef| {
                (r.kind, r.index) == (left_out.kind, left_out.index)
            };
            if let Some(brought) = phase.supports.iter().find(same) {
                found.push(
                    idle(
                        left_out.span,
                        format!("`{}` both brings this and leaves it out", phase.head.name()),
                        "keep one of the two",
                    )
                    .label(brought.span, "brought here"),
                );
            }
        }
    }
}
