//! Every expression matches something and not everything, and every job can select something.

use rustc_hash::FxHashSet;

use super::{Check, Context};
use crate::algebra::{Formula, Set, Undecided};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::sets::Sets;
use crate::jobs::{Cell, command, selection};
use crate::schema::Plan;
use crate::schema::values::{Arity, MarkerExpr, MarkerNode};
use crate::source::Span;

pub(super) struct Selections;

impl Check for Selections {
    fn codes(&self) -> &'static [Code] {
        &[
            codes::NEVER_MATCHES,
            codes::ALWAYS_MATCHES,
            codes::UNDECIDED,
        ]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        let mut sets = context.sets.borrow_mut();
        let mut reported = FxHashSet::default();
        let mut seen = FxHashSet::default();
        for expression in plan.marker_expressions() {
            if !seen.insert(expression.span) {
                // Inherited: it stands in one place.
                continue;
            }
            let set = sets.algebra.of_node(&expression.node);
            if let Some(finding) = alone(plan, &sets, expression, &set) {
                reported.insert(expression.span);
                context.report(finding);
            }
        }
        for cell in context.cells {
            if !selection::uses_markers(command::tool_kind(plan, cell.suite)) {
                continue;
            }
            let set = sets.of_cell(cell);
            if set.as_ref().is_ok_and(|set| !sets.algebra.is_never(*set)) {
                continue;
            }
            // What one expression is the reason of is said there.
            if terms(plan, cell).any(|(term, _)| reported.contains(&term)) {
                continue;
            }
            context.report(together(plan, cell, set.is_err()));
        }
    }
}

/// What is wrong with an expression by itself.
fn alone(
    plan: &Plan,
    sets: &Sets<'_>,
    expression: &MarkerExpr,
    set: &Result<Set, Undecided>,
) -> Option<Diagnostic> {
    let span = expression.span;
    let Ok(set) = *set else {
        let message = "it is too large to decide whether this matches any test";
        return Some(Diagnostic::new(codes::UNDECIDED, span, message).help(SMALLER));
    };
    let (code, message, help) = if sets.algebra.is_never(set) {
        let help = "change one of the terms, or what the marker groups say";
        (codes::NEVER_MATCHES, "no test can match this", help)
    } else if sets.algebra.is_always(set) && expression.node != MarkerNode::All {
        let help = "write `all`, or change one of the terms";
        (codes::ALWAYS_MATCHES, "every test matches this", help)
    } else {
        return None;
    };
    let diagnostic = Diagnostic::new(code, span, message).help(help);
    Some(with_groups(plan, expression, diagnostic))
}

/// Shows the groups of the markers that an expression names: they are the reason.
fn with_groups(plan: &Plan, expression: &MarkerExpr, mut diagnostic: Diagnostic) -> Diagnostic {
    let mut shown = FxHashSet::default();
    for atom in Formula::from(&expression.node).atoms() {
        let info = atom.marker().and_then(|marker| plan.markers.info(marker));
        let Some(id) = info.and_then(|info| info.group) else {
            continue;
        };
        let group = &plan.marker_groups[id];
        if group.arity == Arity::Any && group.when.is_none() || !shown.insert(id) {
            continue;
        }
        let count = group.arity.title();
        let words = match &group.when {
            Some(when) => format!(
                "of these a test carries {count}, and none unless it matches `{}`",
                selection::text(plan, &when.node)
            ),
            None => format!("of these a test carries {count}"),
        };
        diagnostic = diagnostic.label(group.head.head, words);
    }
    diagnostic
}

const SMALLER: &str = "nothing is claimed about it: write it with fewer markers, or list markers of which a test carries one in a group";

/// The expressions that decide what a cell selects, and what each is.
fn terms(plan: &Plan, cell: &Cell) -> impl Iterator<Item = (Span, &'static str)> + use<> {
    let suite = &plan.suites[cell.suite];
    let stage = &plan.stages[cell.stage].selects;
    let environment = &plan.environments[cell.environment].takes;
    let own = cell.setting(plan, |at| at.select.as_ref(), |suite| suite.select.as_ref());
    let types = suite
        .types
        .iter()
        .map(|t| (&plan.types[t.id].selects, "the type selects these"));
    [
        (stage, "the stage selects these"),
        (environment, "the environment takes these"),
        (&own.cloned(), "the suite selects these"),
    ]
    .into_iter()
    .chain(types)
    .filter_map(|(term, words)| Some((term.as_ref()?.span, words)))
    .chain(cell.points.iter().filter_map(|point| {
        let value = crate::jobs::cells::value(plan, *point)?;
        value.selects.as_ref()?;
        Some((value.span, "the value of the axis takes these"))
    }))
    .collect::<Vec<_>>()
    .into_iter()
}

/// The terms of a cell, each of which may match, do not match together.
fn together(plan: &Plan, cell: &Cell, undecided: bool) -> Diagnostic {
    let suite = &plan.suites[cell.suite];
    let span = suite
        .environments
        .iter()
        .find(|e| e.id == cell.environment)
        .map_or(suite.head.head, |e| e.span);
    let place = format!(
        "in the stage `{}` and the environment `{}`",
        plan.stages[cell.stage].head.name(),
        plan.environments[cell.environment].head.name()
    );
    let name = suite.head.name();
    let diagnostic = if undecided {
        let message =
            format!("it is too large to decide whether `{name}` can select a test {place}");
        Diagnostic::new(codes::UNDECIDED, span, message).help(SMALLER)
    } else {
        let message = format!("`{name}` can select no test {place}");
        let help = "no test can carry all these markers at once: change one of the terms, or take the stage or the environment out of the suite";
        Diagnostic::new(codes::NEVER_MATCHES, span, message).help(help)
    };
    terms(plan, cell).fold(diagnostic, |diagnostic, (term, words)| {
        diagnostic.label(term, words)
    })
}
