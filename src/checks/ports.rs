//! Services that run beside each other listen on different ports, and there is a way to start each.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};

pub(super) struct Ports;

impl Check for Ports {
    fn codes(&self) -> &'static [Code] {
        &[codes::PORT_CLASH, codes::SERVICE_START]
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
        for (_, suite) in context.plan.suites.iter() {
            for (index, need) in suite.needs.iter().enumerate() {
                let service = &context.plan.services[need.id];
                let clash = suite.needs[..index].iter().find(|earlier| {
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
