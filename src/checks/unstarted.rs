//! Tests that carry the marker of a service are asked for only where it is started.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::{command, selection, services};
use crate::schema::kinds::Suite;
use crate::schema::values::{MarkerId, MarkerNode};
use crate::schema::{Id, Plan};

pub(super) struct UnstartedServices;

impl Check for UnstartedServices {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNSTARTED_SERVICE]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        let mut reported: Vec<(Id<Suite>, MarkerId)> = Vec::new();
        for cell in context.cells {
            if !selection::uses_markers(command::tool_kind(plan, cell.suite)) {
                continue;
            }
            let suite = &plan.suites[cell.suite];
            let started = services(suite);
            for marker in markers_of_services(plan) {
                let service = plan.markers.info(marker).and_then(|info| info.service);
                let Some(service) = service.filter(|service| !started.contains(service)) else {
                    continue;
                };
                if reported.contains(&(cell.suite, marker)) {
                    continue;
                }
                // What is too large to decide is said elsewhere.
                let mut sets = context.sets.borrow_mut();
                let own = sets.of_cell(cell);
                let asked = sets.algebra.of_node(&MarkerNode::Marker(marker));
                let (Ok(own), Ok(asked)) = (own, asked) else {
                    continue;
                };
                let only = sets.algebra.implies(own, asked).unwrap_or(false);
                if !only || sets.algebra.is_never(own) {
                    continue;
                }
                drop(sets);
                reported.push((cell.suite, marker));
                let declared = &plan.services[service].head;
                let message = format!(
                    "all tests of `{}` need `{}`, which is not started for it",
                    suite.head.name(),
                    declared.name()
                );
                let span = suite.select.as_ref().map_or(suite.head.head, |s| s.span);
                context.report(
                    Diagnostic::new(codes::UNSTARTED_SERVICE, span, message)
                        .label(declared.head, "the service is declared here")
                        .help(format!("add `needs: [{}]`", declared.name())),
                );
            }
        }
    }
}

/// The markers that say of a test that it needs a service.
fn markers_of_services(plan: &Plan) -> impl Iterator<Item = MarkerId> + '_ {
    plan.used_markers.iter().copied().filter(|marker| {
        let info = plan.markers.info(*marker);
        info.is_some_and(|info| info.service.is_some())
    })
}
