//! A job that runs a test starts the services that the test uses.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::selection::service_marker;

pub(super) struct Services;

impl Check for Services {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNDECLARED_SERVICE]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        for (number, test) in context.tests() {
            for (id, service) in plan.services.iter() {
                let marker = service_marker(service.head.name());
                let asks = test.asks.iter().any(|name| name == marker.as_str());
                let used = test
                    .cases
                    .iter()
                    .zip(&context.selection.lanes_of[number])
                    .find_map(|(case, lanes)| {
                        let carried = case.markers.iter().find(|m| m.name == marker.as_str());
                        let span = carried.map(|m| m.span).or(asks.then_some(test.span))?;
                        let lane = lanes
                            .iter()
                            .find(|l| !context.job_of(**l).services.contains(&id))?;
                        Some((span, *lane))
                    });
                let Some((span, lane)) = used else { continue };
                let suite = &plan.suites[context.job_of(lane).suite];
                let message = format!(
                    "`{}` uses `{}`, which the suite `{}` does not start",
                    test.id,
                    service.head.name(),
                    suite.head.name()
                );
                context.report(
                    Diagnostic::new(codes::UNDECLARED_SERVICE, span, message)
                        .label(suite.head.head, "this suite runs it")
                        .label(service.head.head, "the service")
                        .help(format!(
                            "add it to the suite: `needs: [{}]`",
                            service.head.name()
                        )),
                );
            }
        }
    }
}
