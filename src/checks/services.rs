//! There is one way to start each service, it can be had where it is needed, and services that run
//! beside each other listen on different ports.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::command;
use crate::schema::kinds::{Service, Suite};
use crate::schema::values::{Need, Os, Ref, ToolKind};

pub(super) struct Services;

impl Check for Services {
    fn codes(&self) -> &'static [Code] {
        &[
            codes::PORT_CLASH,
            codes::SERVICE_START,
            codes::SERVICE_HOST,
            codes::WRONG_TOOL,
            codes::WRONG_TYPE,
        ]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (_, service) in context.plan.services.iter() {
            let span = match (&service.image, &service.command) {
                (Some(image), Some(_)) => image.reference.span,
                (None, None) if service.head.open.is_empty() => service.head.head,
                _ => continue,
            };
            let message = format!(
                "`{}` must have an image or a command, one of them",
                service.head.name()
            );
            context.report(
                Diagnostic::new(codes::SERVICE_START, span, message)
                    .help("an `image` runs in a container, a `command` from the checkout"),
            );
        }
        containers(context);
        crowds(context);
        for (_, suite) in context.plan.suites.iter() {
            let needs: Vec<Ref<Service>> = needed(suite).collect();
            for (index, need) in needs.iter().enumerate() {
                let service = &context.plan.services[need.id];
                let clash = needs[..index].iter().find(|earlier| {
                    let earlier = &context.plan.services[earlier.id];
                    earlier.port.map(|p| p.value) == service.port.map(|p| p.value)
                });
                let (Some(clash), Some(port)) = (clash, service.port) else {
                    continue;
                };
                let other = &context.plan.services[clash.id];
                let message = format!(
                    "`{}` and `{}` both listen on port {}",
                    other.head.name(),
                    service.head.name(),
                    port.value
                );
                context.report(
                    Diagnostic::new(codes::PORT_CLASH, need.span, message)
                        .label(port.span, "the port is given here"),
                );
            }
        }
    }
}

/// No suite of pytest has more workers than a service takes tests at once; nextest keeps them waiting.
fn crowds(context: &mut Context<'_>) {
    let plan = context.plan;
    for (_, service) in plan.services.iter() {
        if let Some(most) = service.max_parallel.filter(|most| most.value == 0) {
            let message = "a service that takes no test is of no use";
            context.report(Diagnostic::new(codes::WRONG_TYPE, most.span, message));
        }
    }
    for (id, suite) in plan.suites.iter() {
        if command::tool_kind(plan, id) != ToolKind::Pytest {
            continue;
        }
        let parts = plan.parts_of[id.index()].iter();
        let workers = parts.map(|part| plan.parts[*part].workers);
        let workers: Vec<_> = workers.chain([suite.workers]).flatten().collect();
        for need in needed(suite) {
            let service = &plan.services[need.id];
            let Some(most) = service.max_parallel else {
                continue;
            };
            let crowd = workers
                .iter()
                .find(|w| w.count.is_none_or(|count| count > most.value));
            let Some(crowd) = crowd else { continue };
            let message = format!(
                "`{}` takes {} at once, and pytest runs them with `workers: {}`",
                service.head.name(),
                if most.value == 1 {
                    "one test".to_owned()
                } else {
                    format!("{} tests", most.value)
                },
                crowd.word()
            );
            context.report(
                Diagnostic::new(codes::WRONG_TOOL, need.span, message)
                    .label(most.span, "the most is given here")
                    .help(format!(
                        "write `workers: {}`, or take `workers` out",
                        most.value
                    )),
            );
        }
    }
}

/// The services that a suite needs.
fn needed(suite: &Suite) -> impl Iterator<Item = Ref<Service>> {
    suite.needs.iter().filter_map(|need| match need {
        Need::Service(service) => Some(*service),
        _ => None,
    })
}

/// Hosts run the containers of services beside jobs on Linux alone.
fn containers(context: &mut Context<'_>) {
    for (_, suite) in context.plan.suites.iter() {
        for named in suite.environments.iter() {
            let environment = &context.plan.environments[named.id];
            let contained = needed(suite).find(|n| context.plan.services[n.id].image.is_some());
            let other = environment.os.iter().find(|os| **os != Os::Linux);
            let (Some(need), Some(os)) = (contained, other) else {
                continue;
            };
            let message = format!(
                "`{}` runs in a container, and {} has none",
                context.plan.services[need.id].head.name(),
                os.title()
            );
            context.report(
                Diagnostic::new(codes::SERVICE_HOST, need.span, message)
                    .label(named.span, "the environment is named here")
                    .help("run the suite on Linux, or start the service with a `command`"),
            );
        }
    }
}
