//! The commands of workflows that people wrote are commands of the plan.

use super::{Check, Context};
use crate::algebra::{Algebra, Space};
use crate::audit::command_line::{Cargo, Pytest};
use crate::audit::selection::{Call, node_of};
use crate::audit::workflows::{self, Step};
use crate::diagnostics::{Code, Diagnostic, codes};

pub(super) struct Commands;

impl Check for Commands {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNPLANNED_COMMAND, codes::NOT_KNOWN]
    }

    fn check(&self, context: &mut Context<'_>) {
        let steps = context.facts.steps.clone();
        for step in &steps {
            for command in workflows::commands(&step.text) {
                look(context, step, &command);
            }
        }
    }
}

fn look(context: &mut Context<'_>, step: &Step, words: &[String]) {
    let call = match program(words) {
        Some((at, "pytest")) => Call::Pytest(Pytest::read(&words[at + 1..])),
        Some((at, _)) => match Cargo::read(&words[at + 1..]) {
            Some(call) => Call::Cargo(call),
            None => return,
        },
        None => return,
    };
    let line = words.join(" ");
    if words.iter().any(|word| word.contains('$')) {
        let message = format!("which tests this command runs only a run tells: `{line}`");
        context.report(Diagnostic::new(codes::NOT_KNOWN, step.span, message));
        return;
    }
    if context
        .selection
        .lanes
        .iter()
        .any(|lane| is_same(context, &lane.call, &call))
    {
        return;
    }
    let message = format!("no job of the plan runs this command: `{line}`");
    let mut diagnostic = Diagnostic::new(codes::UNPLANNED_COMMAND, step.span, message)
        .help("declare a suite for it and let dtpc write the workflow, or take the step out");
    if let Some((_, plan)) = context.plan.plans.iter().next() {
        diagnostic = diagnostic.label(plan.head.head, "the plan");
    }
    context.report(diagnostic);
}

/// Where the program stands in a command, behind variables and `python -m`.
fn program(words: &[String]) -> Option<(usize, &str)> {
    let first = words
        .iter()
        .position(|word| !word.contains('=') || word.starts_with('-'))?;
    let name = |word: &String| word.rsplit('/').next().unwrap_or_default().to_owned();
    let at = match name(words.get(first)?).as_str() {
        "pytest" | "py.test" => return Some((first, "pytest")),
        "cargo" => return Some((first, "cargo")),
        // Words before the program: `python -m pytest`, `uv run pytest`, `coverage run -m pytest`.
        "python" | "python3" | "uv" | "poetry" | "coverage" | "hatch" | "pdm" | "timeout"
        | "sudo" | "env" => first,
        _ => return None,
    };
    let behind = words[at..].iter().position(|word| name(word) == "pytest")?;
    Some((at + behind, "pytest"))
}

fn is_same(context: &Context<'_>, planned: &Call, found: &Call) -> bool {
    match (planned, found) {
        (Call::Pytest(planned), Call::Pytest(found)) => {
            let sorted = |call: &Pytest| {
                let mut places = call.places.clone();
                places.sort();
                places
            };
            sorted(planned) == sorted(found)
                && planned.keyword == found.keyword
                && same_markers(
                    context,
                    planned.markers.as_deref(),
                    found.markers.as_deref(),
                )
        }
        (Call::Cargo(planned), Call::Cargo(found)) => planned == found,
        _ => false,
    }
}

/// Whether two expressions ask for the same tests, by the marker groups of the plan.
fn same_markers(context: &Context<'_>, planned: Option<&str>, found: Option<&str>) -> bool {
    let (planned, found) = match (planned, found) {
        (None, None) => return true,
        (Some(planned), Some(found)) => (planned, found),
        _ => return false,
    };
    let nodes = (node_of(context.plan, planned), node_of(context.plan, found));
    let (Some(a), Some(b)) = nodes else {
        return false;
    };
    let space = Space::of_plan(context.plan, [&a, &b]);
    let mut algebra = Algebra::new(&space);
    match (algebra.of_node(&a), algebra.of_node(&b)) {
        (Ok(a), Ok(b)) => algebra.equal(a, b) == Ok(true),
        _ => false,
    }
}
