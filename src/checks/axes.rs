//! Axes have values, all of one sort, and each value reaches something.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::kinds::Axis;
use crate::schema::values::{AxisValue, Container, Ref, Spanned, Trigger};
use crate::schema::{Decl, Id, Plan};

pub(super) struct Axes;

impl Check for Axes {
    fn codes(&self) -> &'static [Code] {
        &[codes::AXIS_VALUES, codes::AXIS_WITHOUT_EFFECT]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (id, axis) in context.plan.axes.iter() {
            values(context, id, axis);
        }
    }
}

fn values(context: &mut Context<'_>, id: Id<Axis>, axis: &Decl<Axis>) {
    let plan = context.plan;
    let values = &plan.axis_values[id.index()];
    let name = axis.head.name();
    let divides = axis.selects.is_some();
    let wrong = if values.is_empty() {
        Some(format!("the axis `{name}` has no values"))
    } else if divides && axis.repeats.is_some() {
        Some(format!(
            "the axis `{name}` divides the tests and runs them again: it can do one of the two"
        ))
    } else {
        None
    };
    if let Some(message) = wrong {
        context.report(
            Diagnostic::new(codes::AXIS_VALUES, axis.head.head, message).help(
                "`selects: [a, b]` divides the tests by markers, `repeats: [a, b]` runs them again",
            ),
        );
        return;
    }
    for (number, value) in values.iter().enumerate() {
        if let Some(first) = values[..number].iter().find(|v| v.name == value.name) {
            let message = format!("the axis `{name}` has the value `{}` twice", value.name);
            context.report(
                Diagnostic::new(codes::AXIS_VALUES, value.span, message)
                    .label(first.span, "the first one is here"),
            );
        }
        if axis.repeats.is_some() && value.selects.is_some() {
            let message = format!(
                "`{}` takes some tests, on an axis that runs all of them again",
                value.name
            );
            context.report(
                Diagnostic::new(codes::AXIS_VALUES, value.span, message)
                    .help("take `selects` out of the value, or give the axis `selects`"),
            );
        }
        let repeats = !divides && value.selects.is_none();
        if repeats && is_had(plan, id) && !reaches(plan, id, axis, value) {
            let message = format!(
                "`{}` reaches no command, variable, image or runner: the same would run twice",
                value.name
            );
            context.report(
                Diagnostic::new(codes::AXIS_WITHOUT_EFFECT, value.span, message)
                    .label(axis.head.head, "the axis is declared here")
                    .help("bind it: `bind: env(NAME)`; or say in a `value` what differs"),
            );
        }
    }
}

/// Whether jobs have the axis. One that is only asked for when a run is started runs nothing twice.
fn is_had(plan: &Plan, id: Id<Axis>) -> bool {
    let names = |across: &[Ref<Axis>]| across.iter().any(|axis| axis.id == id);
    plan.suites.iter().any(|(_, suite)| names(&suite.across))
        || plan.builds.iter().any(|(_, build)| names(&build.across))
        || !plan
            .stages
            .iter()
            .any(|(_, stage)| asks_for(&stage.trigger, id))
}

/// Whether one of these triggers asks for a value of the axis.
fn asks_for(triggers: &[Spanned<Trigger>], id: Id<Axis>) -> bool {
    triggers.iter().any(|trigger| match &trigger.value {
        Trigger::Dispatch { inputs } => inputs.iter().any(|input| input.axis == id),
        _ => false,
    })
}

/// Whether a value makes a difference to some job.
fn reaches(plan: &Plan, id: Id<Axis>, axis: &Decl<Axis>, value: &AxisValue) -> bool {
    let own = value.record.is_some_and(|record| {
        let record = &plan.value_records[record];
        !record.variables.entries.is_empty()
            || !record.arguments.is_empty()
            || record.runner.is_some()
    });
    let in_container = |container: &Container| match container {
        Container::Image(image) => image.names_axis(id),
        Container::Build(build) => plan.builds[build.id].across.iter().any(|a| a.id == id),
    };
    own || axis.bind.is_some()
        || plan.builds.iter().any(|(_, build)| {
            build
                .image
                .as_ref()
                .is_some_and(|image| image.names_axis(id))
                || build
                    .commands
                    .iter()
                    .any(|c| c.words.iter().any(|word| word.names_axis(id)))
        })
        || plan
            .suites
            .iter()
            .filter_map(|(_, s)| s.container.as_ref())
            .any(|c| in_container(&c.value))
}
