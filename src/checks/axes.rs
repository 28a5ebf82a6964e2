//! Axes have values, all of one sort, and each value reaches something.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::name::Name;
use crate::schema::kinds::{Axis, Runner};
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
        equal(context, id, &values[..number], value);
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

/// Reports a value with which the same runs as with an earlier one: all that reaches jobs is equal.
fn equal(context: &mut Context<'_>, id: Id<Axis>, earlier: &[AxisValue], value: &AxisValue) {
    let plan = context.plan;
    if value.selects.is_some() || plan.axes[id].selects.is_some() || !is_had(plan, id) {
        return;
    }
    // What is said of one value alone, elsewhere, tells it from the others.
    let patterns = plan.ats.iter().filter_map(|(_, at)| at.head.jobs.as_ref());
    if patterns.into_iter().any(|jobs| jobs.names_axis(id)) {
        return;
    }
    let twin = earlier.iter().find(|other| {
        other.name != value.name
            && other.selects.is_none()
            && other.text == value.text
            && said(plan, other) == said(plan, value)
    });
    let Some(twin) = twin else { return };
    let message = format!(
        "`{}` differs from `{}` in its name alone: the same would run twice",
        value.name, twin.name
    );
    context.report(
        Diagnostic::new(codes::AXIS_WITHOUT_EFFECT, value.span, message)
            .label(twin.span, "the other value")
            .help("say in a `value` what differs, or take one of the two out"),
    );
}

/// The variables, arguments and the runner that a value gives to jobs.
type Said<'p> = (Vec<(Name, &'p str)>, Vec<&'p str>, Option<Id<Runner>>);

/// What the record of a value hands to jobs beside its text.
fn said<'p>(plan: &'p Plan, value: &AxisValue) -> Said<'p> {
    let Some(record) = value.record.map(|record| &plan.value_records[record]) else {
        return (Vec::new(), Vec::new(), None);
    };
    let variables = record.variables.entries.iter();
    let mut variables: Vec<(Name, &str)> = variables.map(|(n, text)| (*n, text.as_str())).collect();
    variables.sort_unstable_by_key(|(name, _)| name.as_str());
    let arguments = record.arguments.iter().map(|word| word.as_str()).collect();
    (variables, arguments, record.runner.map(|runner| runner.id))
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
