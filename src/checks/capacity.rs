//! Environments are large enough for the tests that they take.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::Decl;
use crate::schema::kinds::Environment;
use crate::schema::values::{Capacity, MarkerId, MarkerNode};

pub(super) struct CapacityOfEnvironments;

impl Check for CapacityOfEnvironments {
    fn codes(&self) -> &'static [Code] {
        &[codes::TOO_SMALL]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        for (_, environment) in plan.environments.iter() {
            let Some(takes) = &environment.takes else {
                continue;
            };
            for (id, marker) in plan.marker_declarations.iter() {
                let (Some(needs), Some(name)) = (marker.needs, marker.head.name) else {
                    continue;
                };
                let Some(marker_id) = plan.markers.find(name) else {
                    continue;
                };
                if !invites(&takes.node, marker_id) {
                    continue;
                }
                let Some(lack) = lack(environment, &needs.value) else {
                    continue;
                };
                let message = format!(
                    "`{}` takes tests marked `{name}`, and {lack}",
                    environment.head.name()
                );
                let place = &plan.marker_declarations[id];
                context.report(
                    Diagnostic::new(codes::TOO_SMALL, takes.span, message)
                        .label(needs.span, format!("what `{}` needs", place.head.name()))
                        .help("take fewer tests, or give the environment what it has"),
                );
            }
        }
    }
}

/// Whether an expression asks for tests with a marker: it names the marker outside of any `not`.
fn invites(node: &MarkerNode, marker: MarkerId) -> bool {
    match node {
        MarkerNode::Marker(named) => *named == marker,
        MarkerNode::And(parts) | MarkerNode::Or(parts) => {
            parts.iter().any(|part| invites(part, marker))
        }
        _ => false,
    }
}

/// What an environment has too little of, in words. What it leaves open is not judged.
fn lack(environment: &Decl<Environment>, needs: &Capacity) -> Option<String> {
    let counts = [
        ("gpus", "GPUs", needs.gpus, environment.gpus, 0),
        ("nodes", "machines", needs.nodes, environment.nodes, 1),
    ];
    for (field, word, wanted, has, otherwise) in counts {
        let Some(wanted) = wanted else { continue };
        let has = match has {
            Some(has) => has,
            None if environment.head.open(field).is_some() => continue,
            None => otherwise,
        };
        if has < wanted {
            return Some(format!("it has {has} {word} where they need {wanted}"));
        }
    }
    let (Some(wanted), Some(has)) = (needs.memory, environment.memory) else {
        let unknown = environment.head.open("memory").is_some();
        return needs
            .memory
            .filter(|_| environment.memory.is_none() && !unknown)
            .map(|wanted| format!("it does not say that it has {wanted}"));
    };
    (wanted.per_gpu == has.per_gpu && has.bytes < wanted.bytes)
        .then(|| format!("it has {has} where they need {wanted}"))
}
