//! Environments are large enough for the tests that they take.

use rustc_hash::FxHashSet;

use super::{Check, Context};
use crate::algebra::Set;
use crate::diagnostics::suggest::counted;
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::{Cell, command, selection};
use crate::schema::kinds::{Environment, Marker};
use crate::schema::values::{Capacity, MarkerExpr, MarkerId, MarkerNode};
use crate::schema::{Decl, Id};

pub(super) struct CapacityOfEnvironments;

impl Check for CapacityOfEnvironments {
    fn codes(&self) -> &'static [Code] {
        &[codes::TOO_SMALL]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        // Nothing to decide, whatever there is to select.
        if plan
            .marker_declarations
            .iter()
            .all(|(_, m)| m.needs.is_none())
        {
            return;
        }
        let mut found: Vec<(Id<Environment>, Id<Marker>, &Cell, String)> = Vec::new();
        let mut looked_at: FxHashSet<(Id<Environment>, Set)> = FxHashSet::default();
        let mut said: FxHashSet<(Id<Environment>, Id<Marker>)> = FxHashSet::default();
        for cell in context.cells {
            if !selection::uses_markers(command::tool_kind(plan, cell.suite)) {
                continue;
            }
            // What is too large to decide is said where expressions are looked at.
            let Ok(selected) = context.sets.borrow_mut().of_cell(cell) else {
                continue;
            };
            if !looked_at.insert((cell.environment, selected)) {
                continue;
            }
            let environment = &plan.environments[cell.environment];
            for (id, marker) in plan.marker_declarations.iter() {
                let (Some(needs), Some(name)) = (marker.needs, marker.head.name) else {
                    continue;
                };
                let known = plan.markers.find(name);
                let lack = lack(environment, &needs.value);
                if let (
                    Some(marker),
                    Some(Lack {
                        words: lack,
                        is_said,
                    }),
                ) = (known, lack)
                    && !said.contains(&(cell.environment, id))
                    && takes(context, environment, selected, marker, is_said)
                {
                    said.insert((cell.environment, id));
                    found.push((cell.environment, id, cell, lack));
                }
            }
        }
        for (environment, marker, cell, lack) in found {
            report(context, environment, marker, cell, &lack);
        }
    }
}

/// Whether an environment is handed tests with a marker, of which the cells there select these: some
/// test with it is among them. Where it does not say what it has too little of, the marker must be asked
/// for as well, by its name or because nothing else is left.
fn takes(
    context: &Context<'_>,
    environment: &Environment,
    selected: Set,
    marker: MarkerId,
    is_said: bool,
) -> bool {
    let mut sets = context.sets.borrow_mut();
    // What is too large to decide is said where expressions are looked at.
    let Ok(carry) = sets.algebra.of_node(&MarkerNode::Marker(marker)) else {
        return false;
    };
    let some = sets.algebra.overlap(selected, carry).unwrap_or(false);
    let invited = |takes: &MarkerExpr| invites(&takes.node, marker);
    some && (is_said
        || environment.takes.as_ref().is_some_and(invited)
        || sets.algebra.implies(selected, carry).unwrap_or(false))
}

/// Whether an expression asks for tests with a marker: it names the marker outside of any `not`.
fn invites(node: &MarkerNode, marker: MarkerId) -> bool {
    match node {
        MarkerNode::Marker(named) | MarkerNode::WithArguments(named, _) => *named == marker,
        MarkerNode::And(parts) | MarkerNode::Or(parts) => {
            parts.iter().any(|part| invites(part, marker))
        }
        _ => false,
    }
}

fn report(
    context: &mut Context<'_>,
    environment: Id<Environment>,
    marker: Id<Marker>,
    cell: &Cell,
    lack: &str,
) {
    let plan = context.plan;
    let (environment, marker) = (
        &plan.environments[environment],
        &plan.marker_declarations[marker],
    );
    let (place, name) = (environment.head.name(), marker.head.name());
    let suite = &plan.suites[cell.suite];
    let message = format!("`{place}` takes tests marked `{name}`, and {lack}");
    let span = environment
        .takes
        .as_ref()
        .map_or(environment.head.head, |takes| takes.span);
    let mut diagnostic = Diagnostic::new(codes::TOO_SMALL, span, message).label(
        suite.head.head,
        format!(
            "asks for them there in `{}`",
            plan.stages[cell.stage].head.name()
        ),
    );
    if let Some(needs) = &marker.needs {
        diagnostic = diagnostic.label(needs.span, format!("what `{name}` needs"));
    }
    let help = if environment.takes.is_some() {
        "take fewer tests, or give the environment what it has"
    } else {
        "say what it takes, `takes: …`, or give the environment what it has"
    };
    context.report(diagnostic.help(help));
}

/// What an environment has too little of.
struct Lack {
    /// In words.
    words: String,
    /// Whether the environment says how much it has.
    is_said: bool,
}

/// What an environment has too little of. What it leaves open is not judged.
fn lack(environment: &Decl<Environment>, needs: &Capacity) -> Option<Lack> {
    let counts = [
        ("gpus", "GPU", needs.gpus, environment.gpus.map(|n| n.0), 0),
        (
            "nodes",
            "machine",
            needs.nodes,
            environment.nodes.map(|n| n.0),
            1,
        ),
    ];
    for (field, word, wanted, said, otherwise) in counts {
        let Some(wanted) = wanted else { continue };
        if said.is_none() && environment.head.open(field).is_some() {
            continue;
        }
        let has = said.unwrap_or(otherwise);
        if has < wanted {
            return Some(Lack {
                words: format!("it has {} where they need {wanted}", counted(has, word)),
                is_said: said.is_some(),
            });
        }
    }
    let wanted = needs.memory?;
    // That of a GPU says nothing of that of a machine.
    let said = environment
        .memory
        .filter(|has| has.per_gpu == wanted.per_gpu);
    let Some(has) = said else {
        let is_open = environment.head.open("memory").is_some();
        return (!is_open).then(|| Lack {
            words: format!("it does not say that it has {wanted}"),
            is_said: false,
        });
    };
    (has.bytes < wanted.bytes).then(|| Lack {
        words: format!("it has {has} where they need {wanted}"),
        is_said: true,
    })
}
