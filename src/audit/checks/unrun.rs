//! Every test is run by some job of some stage.

use indexmap::IndexMap;

use super::{Check, Context};
use crate::audit::facts::{Case, Runner, Test};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::values::{MarkerNode, Promise};
use crate::source::Span;

pub(super) struct Unrun;

impl Check for Unrun {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNRUN_TEST]
    }

    fn check(&self, context: &mut Context<'_>) {
        let mut passed_over: IndexMap<&str, Vec<usize>> = IndexMap::new();
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
                .filter(|(case, lanes)| lanes.is_empty() && !is_accepted(context, test, case))
                .map(|(case, _)| case)
                .collect();
            let Some(first) = cases.first() else { continue };
            if context.selection.near[number].is_empty()
                && context.selection.passed_over.contains_key(&test.file)
            {
                passed_over.entry(&test.file).or_default().push(number);
                continue;
            }
            report(context, number, test, first, cases.len());
        }
        for (file, tests) in passed_over {
            report_file(context, file, &tests);
        }
    }
}

/// A file that the settings of pytest pass over: its tests have one reason, which is said once.
fn report_file(context: &mut Context<'_>, file: &str, tests: &[usize]) {
    let (Some(first), Some(option)) = (tests.first(), context.selection.passed_over.get(file))
    else {
        return;
    };
    let count = match tests.len() {
        1 => "its one test".to_owned(),
        count => format!("its {count} tests"),
    };
    let message = format!(
        "pytest passes over {file}, and so no stage runs {count}: `{}` in {}",
        option.words, option.settings
    );
    let mut diagnostic =
        Diagnostic::new(codes::UNRUN_TEST, context.facts.tests[*first].span, message).help(
            "take the option out, or narrow it; a gap that is known can be accepted in the plan",
        );
    let settings = context
        .sources
        .files()
        .find(|(_, f)| f.path() == option.settings);
    if let Some((_, settings)) = settings
        && let Some(at) = settings.text().find(&option.what)
        && let (Ok(at), Ok(length)) = (u32::try_from(at), u32::try_from(option.what.len()))
    {
        let start = settings.base() + at;
        diagnostic = diagnostic.label(Span::new(start, start + length), "this passes over it");
    }
    let owner = context
        .plan
        .suites
        .iter()
        .find_map(|(_, suite)| suite.paths.iter().find(|glob| glob.matches(file)));
    if let Some(glob) = owner {
        diagnostic = diagnostic.label(glob.span, "the suite that it is in");
    }
    context.report(diagnostic);
}

/// Whether a suite says that a test is its own, and its command passes over it all the same.
fn is_skipped_over(context: &Context<'_>, number: usize, test: &Test) -> bool {
    match (&test.cargo, test.runner) {
        // What runs only when asked for says so itself.
        (Some(cargo), Runner::Cargo) => !cargo.ignored && context.is_owned(test),
        _ => context.selection.near[number].is_empty() && context.is_owned(test),
    }
}

/// Whether the plan accepts that such tests are not run. What it says of markers is said of tests
/// that can carry some: one in Rust is not without a GPU because it is not marked with one.
fn is_accepted(context: &Context<'_>, test: &Test, case: &Case) -> bool {
    context.plan.accepts.iter().any(|(_, accept)| {
        accept.promise.is_some_and(|p| p.value == Promise::Gap)
            && accept
                .tests
                .as_ref()
                .is_some_and(|tests| match test.runner {
                    Runner::Pytest => context.matches(&tests.node, case),
                    Runner::Cargo => tests.node == MarkerNode::All,
                })
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
        for barrier in context.barriers(*lane).iter() {
            if shown.len() < 3 && !shown.contains(&barrier.span) && context.keeps_out(barrier, case)
            {
                shown.push(barrier.span);
                diagnostic = diagnostic.label(barrier.span, format!("{}: not this", barrier.words));
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
