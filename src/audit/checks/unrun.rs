//! Every test is run by some job of some stage.

use super::{Check, Context};
use crate::audit::facts::{Case, Runner, Test};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::values::Promise;

pub(super) struct Unrun;

impl Check for Unrun {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNRUN_TEST]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (number, test) in context.tests() {
            if !context.is_clear(number) || context.is_quarantined(test) {
                continue;
            }
            // A file that nobody looks into is reported once, as a file.
            if context.selection.near[number].is_empty() && !is_skipped_over(context, number, test)
            {
                continue;
            }
            let cases: Vec<&Case> = test
                .cases
                .iter()
                .zip(&context.selection.lanes_of[number])
                .filter(|(case, lanes)| lanes.is_empty() && !is_accepted(context, case))
                .map(|(case, _)| case)
                .collect();
            let Some(first) = cases.first() else { continue };
            report(context, number, test, first, cases.len());
        }
    }
}

/// Whether a suite says that a test is its own, and its command passes over it all the same.
fn is_skipped_over(context: &Context<'_>, number: usize, test: &Test) -> bool {
    match (&test.cargo, test.runner) {
        // What runs only when asked for says so itself.
        (Some(cargo), Runner::Cargo) => !cargo.ignored && context.is_owned(&test.file),
        _ => context.selection.near[number].is_empty() && context.is_owned(&test.file),
    }
}

/// Whether the plan accepts that such tests are not run.
fn is_accepted(context: &Context<'_>, case: &Case) -> bool {
    context.plan.accepts.iter().any(|(_, accept)| {
        accept.promise.is_some_and(|p| p.value == Promise::Gap)
            && accept
                .tests
                .as_ref()
                .is_some_and(|tests| context.matches(&tests.node, case))
    })
}

fn report(context: &mut Context<'_>, number: usize, test: &Test, case: &Case, count: usize) {
    let id = if count == test.cases.len() {
        test.id.clone()
    } else {
        test.id_of(case)
    };
    let mut message = format!("no stage runs `{id}`");
    if count < test.cases.len() && count > 1 {
        message = format!("{message}, nor {} other tests of it", count - 1);
    }
    let carried: Vec<String> = {
        let mut names: Vec<String> = case
            .markers
            .iter()
            .filter(|marker| {
                context
                    .plan
                    .markers
                    .find(crate::name::Name::new(&marker.name))
                    .is_some()
            })
            .map(|marker| marker.name.clone())
            .collect();
        names.sort();
        names.dedup();
        names
    };
    let note = if carried.is_empty() {
        "it carries no marker of the plan".to_owned()
    } else {
        format!("it is marked {}", carried.join(", "))
    };
    let mut diagnostic = Diagnostic::new(codes::UNRUN_TEST, test.span, message)
        .note(if test.runner == Runner::Cargo { "no command of a suite takes it".to_owned() } else { note })
        .help("mark it so that a job takes it, or let a suite take it; a gap that is known can be accepted in the plan");
    let mut shown = Vec::new();
    for lane in &context.selection.near[number] {
        for (span, words, _) in context.keeping_out(*lane, case) {
            if !shown.contains(&span) && shown.len() < 3 {
                shown.push(span);
                diagnostic = diagnostic.label(span, format!("{words}: not this"));
            }
        }
    }
    if shown.is_empty() {
        let owner = context
            .plan
            .suites
            .iter()
            .find_map(|(_, suite)| suite.paths.iter().find(|glob| glob.matches(&test.file)));
        if let Some(glob) = owner {
            diagnostic = diagnostic.label(glob.span, "the suite that it is in");
        }
    }
    context.report(diagnostic);
}
