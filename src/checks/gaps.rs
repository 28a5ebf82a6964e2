//! Every test that a stage promises is selected by some job of it.
//!
//! Promised is what the stage `selects`, of the types that may run in it. It is compared with what
//! the jobs select, as sets of marker combinations: where a test lies is not looked at.

use rustc_hash::FxHashSet;

use super::{Check, Context};
use crate::algebra::{Atom, Set, Undecided};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::sets::Sets;
use crate::jobs::{command, selection};
use crate::schema::kinds::Stage;
use crate::schema::values::{Promise, Types};
use crate::schema::{Id, Plan};

pub(super) struct Gaps;

impl Check for Gaps {
    fn codes(&self) -> &'static [Code] {
        &[codes::GAP]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        for (stage, _) in plan.stages.iter() {
            let gap = {
                let mut sets = context.sets.borrow_mut();
                match gap(context, &mut sets, stage) {
                    Ok(Some(gap)) => gap,
                    // Nothing is claimed about what is too large to decide; that was said where it
                    // is written.
                    Ok(None) | Err(_) => continue,
                }
            };
            report(context, stage, gap);
        }
    }
}

/// What a stage promises.
fn promise(plan: &Plan, sets: &mut Sets<'_>, stage: Id<Stage>) -> Result<Set, Undecided> {
    let selected = sets.of_stage(stage)?;
    let Types::These(types) = &plan.stages[stage].types else {
        return Ok(selected);
    };
    let mut of_types: Option<Set> = None;
    for test_type in types {
        if plan.types[test_type.id].selects.is_none() {
            continue;
        }
        let set = sets.of_type(test_type.id)?;
        of_types = Some(match of_types {
            Some(others) => sets.algebra.union(others, set)?,
            None => set,
        });
    }
    match of_types {
        Some(types) => sets.algebra.intersection(selected, types),
        None => Ok(selected),
    }
}

/// What a stage promises and no job of it selects, if there is anything; nothing either where some
/// answer that it depends on is open.
fn gap(
    context: &Context<'_>,
    sets: &mut Sets<'_>,
    stage: Id<Stage>,
) -> Result<Option<Set>, Undecided> {
    let plan = context.plan;
    let head = &plan.stages[stage].head;
    if head.open("selects").is_some() || head.open("types").is_some() {
        return Ok(None);
    }
    let mut gap = promise(plan, sets, stage)?;
    let mut seen = FxHashSet::default();
    let mut by_markers = false;
    for cell in context.cells_of(stage) {
        if !selection::uses_markers(command::tool_kind(plan, cell.suite)) {
            continue;
        }
        let suite = &plan.suites[cell.suite].head;
        let environment = &plan.environments[cell.environment].head;
        if environment.open("takes").is_some() || suite.open("select").is_some() {
            return Ok(None);
        }
        by_markers = true;
        let parts = &plan.parts_of[cell.suite.index()];
        if parts.is_empty() {
            let set = sets.of_cell(cell)?;
            if seen.insert(set) {
                gap = sets.algebra.difference(gap, set)?;
            }
        }
        for part in parts {
            let set = sets.of_part(cell, *part)?;
            if seen.insert(set) {
                gap = sets.algebra.difference(gap, set)?;
            }
        }
        if sets.algebra.is_never(gap) {
            return Ok(None);
        }
    }
    Ok(by_markers.then_some(gap))
}

/// Reports what of a gap the plan does not accept.
fn report(context: &mut Context<'_>, stage: Id<Stage>, mut gap: Set) {
    let plan = context.plan;
    let mut used = Vec::new();
    let described = {
        let mut sets = context.sets.borrow_mut();
        for (id, accept) in plan.accepts.iter() {
            let about = accept.promise.is_some_and(|p| p.value == Promise::Gap)
                && accept.stage.is_some_and(|s| s.id == stage);
            let Some(tests) = accept.tests.as_ref().filter(|_| about) else {
                continue;
            };
            // Exactly what is accepted is missing: all of it that the stage promises.
            let Ok((accepted, left)) = taken(plan, &mut sets, stage, gap, &tests.node) else {
                continue;
            };
            if accepted {
                used.push(id.index());
                gap = left;
            }
        }
        if sets.algebra.is_never(gap) {
            None
        } else {
            let words = sets
                .algebra
                .describe(gap)
                .and_then(|formula| formula.node())
                .map(|node| selection::text_as_written(plan, &node));
            let witness: Vec<String> = sets
                .algebra
                .whole_witness(gap)
                .ok()
                .flatten()
                .unwrap_or_default()
                .iter()
                .map(|atom| carried(plan, atom))
                .collect();
            Some((words, witness))
        }
    };
    context.accepted.borrow_mut().extend(used);
    let Some((words, witness)) = described else {
        return;
    };
    let declared = &plan.stages[stage];
    let name = declared.head.name();
    let span = declared
        .selects
        .as_ref()
        .map_or(declared.head.head, |selects| selects.span);
    let message = match &words {
        Some(words) => format!("the stage `{name}` promises tests that no job selects: `{words}`"),
        None => format!("the stage `{name}` promises tests that no job selects"),
    };
    let example = if witness.is_empty() {
        "the smallest example is a test without any marker".to_owned()
    } else {
        format!("the smallest example is a test marked {}", listed(&witness))
    };
    let mut diagnostic = Diagnostic::new(codes::GAP, span, message)
        .note(example)
        .help("let a suite take them, promise less, or `accept` the gap with a reason and an end");
    for environment in closest(context, stage) {
        diagnostic = diagnostic.label(environment.0, environment.1);
    }
    context.report(diagnostic);
}

/// Whether all that is accepted, of what a stage promises, is in its gap; and what is left of the gap.
fn taken(
    plan: &Plan,
    sets: &mut Sets<'_>,
    stage: Id<Stage>,
    gap: Set,
    tests: &crate::schema::values::MarkerNode,
) -> Result<(bool, Set), Undecided> {
    let tests = sets.algebra.of_node(tests)?;
    let promised = promise(plan, sets, stage)?;
    let about = sets.algebra.intersection(tests, promised)?;
    let accepted = !sets.algebra.is_never(about) && sets.algebra.implies(about, gap)?;
    let left = sets.algebra.difference(gap, tests)?;
    Ok((accepted, left))
}

/// What the environments of a stage take: together they leave the gap.
fn closest(context: &Context<'_>, stage: Id<Stage>) -> Vec<(crate::source::Span, String)> {
    let plan = context.plan;
    let mut seen = FxHashSet::default();
    context
        .cells_of(stage)
        .filter(|cell| seen.insert(cell.environment))
        .filter_map(|cell| {
            let environment = &plan.environments[cell.environment];
            let takes = environment.takes.as_ref()?;
            let words = format!("`{}` takes these", environment.head.name());
            Some((takes.span, words))
        })
        .take(3)
        .collect()
}

/// An atom as a test carries it.
pub(super) fn carried(plan: &Plan, atom: &Atom) -> String {
    let name = |id| plan.markers.name(id);
    match atom {
        Atom::Marker(id) => format!("`{}`", name(*id)),
        Atom::MarkerWithArguments { marker, .. } => format!("`{}(…)`", name(*marker)),
        // There is none in the space of a plan's markers.
        Atom::Condition(number) => format!("condition {number}"),
    }
}

/// `a`, `b` and `c`
fn listed(names: &[String]) -> String {
    names.join(" and ")
}
