//! `at` blocks that set one field of one job can be told apart.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::Decl;
use crate::schema::kinds::At;

pub(super) struct AtBlocks;

impl Check for AtBlocks {
    fn codes(&self) -> &'static [Code] {
        &[codes::AT_CONFLICT]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        for (suite, _) in plan.suites.iter() {
            let ats = &plan.ats_of[suite.index()];
            for (number, later) in ats.iter().enumerate() {
                for earlier in &ats[..number] {
                    pair(context, &plan.ats[*earlier], &plan.ats[*later]);
                }
            }
            for id in ats {
                circular(context, &plan.ats[*id]);
            }
        }
    }
}

/// The fields that a block sets and of which only one can hold. Words of the command and variables of
/// several blocks stand beside each other.
fn set(at: &At) -> Vec<String> {
    let mut fields: Vec<String> = [
        ("select", at.select.is_some()),
        ("container", at.container.is_some()),
        ("duration", at.duration.is_some()),
        ("timeout", at.timeout.is_some()),
        ("shards", at.shards.is_some()),
        ("retries", at.retries.is_some()),
        ("outcome", at.outcome.is_some()),
        ("when", at.when.is_some()),
    ]
    .into_iter()
    .filter(|(_, given)| *given)
    .map(|(field, _)| field.to_owned())
    .collect();
    let axes = at.values.choices.iter();
    fields.extend(axes.map(|(axis, _, _)| format!("values#{}", axis.index())));
    fields.extend(
        at.variables
            .entries
            .iter()
            .map(|(name, _)| format!("variables.{name}")),
    );
    fields
}

fn pair(context: &mut Context<'_>, earlier: &Decl<At>, later: &Decl<At>) {
    let (Some(first), Some(second)) = (&earlier.head.jobs, &later.head.jobs) else {
        return;
    };
    let same = first.contains(second) && second.contains(first);
    if !same && (first.contains(second) || second.contains(first)) {
        return;
    }
    let mine = set(&later.body);
    let Some(field) = set(&earlier.body).into_iter().find(|f| mine.contains(f)) else {
        return;
    };
    if !context
        .cells
        .iter()
        .any(|cell| first.matches(cell) && second.matches(cell))
    {
        return;
    }
    let field = field.split('#').next().unwrap_or_default().to_owned();
    let message = format!("two `at` blocks set `{field}` of the same job");
    context.report(
        Diagnostic::new(codes::AT_CONFLICT, second.span, message)
            .label(first.span, "this one sets it too")
            .help(
                "where both match, neither says more: let one of them say all that the other does, \
                 or set the field in one",
            ),
    );
}

/// The values of an axis cannot depend on the value of that axis.
fn circular(context: &mut Context<'_>, at: &Decl<At>) {
    let Some(jobs) = &at.head.jobs else { return };
    for (axis, _, span) in &at.values.choices {
        if jobs.names_axis(*axis) {
            let name = context.plan.axes[*axis].head.name();
            let message = format!("this sets the values of `{name}` where `{name}` has a value");
            context.report(
                Diagnostic::new(codes::AT_CONFLICT, *span, message)
                    .label(jobs.span, "the jobs are chosen by that axis")
                    .help("choose the jobs by something else, or leave the values to the axis"),
            );
        }
    }
}
