//! A stage runs every test that it promises: none is lost between the values of an axis, the parts of
//! a suite or the environments.

use std::collections::HashSet;

use super::{Check, Context, Factor};
use crate::audit::facts::Case;
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::values::Promise;

pub(super) struct Promised;

impl Check for Promised {
    fn codes(&self) -> &'static [Code] {
        &[codes::LOST_TEST]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (number, test) in context.tests() {
            // What no stage runs at all is reported as that.
            if !context.is_clear(number) || context.is_quarantined(test) {
                continue;
            }
            let mut stages = HashSet::new();
            for lane in &context.selection.near[number] {
                let stage = context.job_of(*lane).stage;
                if !stages.insert(stage) {
                    continue;
                }
                let lost = test
                    .cases
                    .iter()
                    .zip(&context.selection.lanes_of[number])
                    .filter(|(_, lanes)| {
                        !lanes.is_empty()
                            && !lanes
                                .iter()
                                .any(|lane| context.job_of(*lane).stage == stage)
                    })
                    .find_map(|(case, _)| {
                        let out = keeping(context, number, stage, case)?;
                        (!is_accepted(context, stage, case)).then_some((case, out))
                    });
                let Some((case, out)) = lost else { continue };
                let name = context.plan.stages[stage].head.name();
                let message = format!(
                    "the stage `{name}` promises `{}`, and no job of it runs it",
                    test.id_of(case)
                );
                let mut diagnostic = Diagnostic::new(codes::LOST_TEST, test.span, message)
                    .help("let a value of the axis, a part (`rest`) or an environment take it");
                let mut shown = Vec::new();
                for (span, words) in out {
                    if !shown.contains(&span) && shown.len() < 3 {
                        shown.push(span);
                        diagnostic = diagnostic.label(span, format!("{words}: not this"));
                    }
                }
                context.report(diagnostic);
            }
        }
    }
}

/// What keeps a case out of the jobs of a stage, where stage and suite would take it.
fn keeping(
    context: &Context<'_>,
    number: usize,
    stage: crate::schema::Id<crate::schema::kinds::Stage>,
    case: &Case,
) -> Option<Vec<(crate::source::Span, String)>> {
    let mut all = Vec::new();
    for lane in &context.selection.near[number] {
        if context.job_of(*lane).stage != stage {
            continue;
        }
        let barriers = context.barriers(*lane);
        let mut out = Vec::new();
        let is_theirs = barriers.iter().all(|barrier| {
            if !context.keeps_out(barrier, case) {
                return true;
            }
            out.push((barrier.span, &barrier.words));
            matches!(barrier.factor, Factor::Axis | Factor::Part | Factor::Place)
        });
        if is_theirs {
            all.extend(out.into_iter().map(|(span, words)| (span, words.clone())));
        }
    }
    (!all.is_empty()).then_some(all)
}

fn is_accepted(
    context: &Context<'_>,
    stage: crate::schema::Id<crate::schema::kinds::Stage>,
    case: &Case,
) -> bool {
    context.plan.accepts.iter().any(|(_, accept)| {
        accept.promise.is_some_and(|p| p.value == Promise::Gap)
            && accept.stage.is_some_and(|s| s.id == stage)
            && accept
                .tests
                .as_ref()
                .is_some_and(|tests| context.matches(&tests.node, case))
    })
}
