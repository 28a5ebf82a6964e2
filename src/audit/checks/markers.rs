//! Every test carries what the marker groups of the plan demand, with arguments of the right type.

use super::{Check, Context, listed};
use crate::audit::facts::{Carried, Case, Given, Runner, Test};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::name::Name;
use crate::schema::Decl;
use crate::schema::kinds::MarkerGroup;
use crate::schema::values::{ArgumentType, Arity};

pub(super) struct Rules;

impl Check for Rules {
    fn codes(&self) -> &'static [Code] {
        &[codes::MARKER_RULE, codes::MARKER_ARGUMENT]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (number, test) in context.tests() {
            // What is in no suite follows no rule of the plan.
            if test.runner != Runner::Pytest || context.selection.near[number].is_empty() {
                continue;
            }
            for (_, group) in context.plan.marker_groups.iter() {
                let broken = test
                    .cases
                    .iter()
                    .find_map(|case| broken(context, group, test, case).map(|words| (case, words)));
                if let Some((case, (words, marker))) = broken {
                    let span = marker.map_or(test.span, |marker| marker.span);
                    let message = format!("`{}` {words}", test.id_of(case));
                    let mut diagnostic = Diagnostic::new(codes::MARKER_RULE, span, message)
                        .label(group.head.head, "the rule of the plan");
                    if marker.is_some() && context.sources.file_of(span).name() == test.file {
                        diagnostic = diagnostic.label(test.span, "the test");
                    }
                    context.report(
                        diagnostic.help("mend the markers of the test, or the group in the plan"),
                    );
                }
            }
            arguments(context, test);
        }
    }
}

/// Which rule of a group a test breaks, and the marker that does.
fn broken<'t>(
    context: &Context<'_>,
    group: &Decl<MarkerGroup>,
    test: &Test,
    case: &'t Case,
) -> Option<(String, Option<&'t Carried>)> {
    if group.head.open("markers").is_some() || group.head.open("when").is_some() {
        return None;
    }
    let title = group.head.name();
    let mut carried: Vec<&Carried> = Vec::new();
    for member in &group.markers.markers {
        let name = context.plan.markers.name(member.id);
        carried.extend(
            case.markers
                .iter()
                .find(|marker| marker.name == name.as_str()),
        );
    }
    let is_for = group
        .when
        .as_ref()
        .is_none_or(|when| context.matches(&when.node, case));
    let names: Vec<String> = carried.iter().map(|marker| marker.name.clone()).collect();
    if !is_for {
        // Whether it is for the test is not known where its markers are not.
        let first = carried.first().filter(|_| test.unknown.is_none())?;
        let words = format!(
            "carries {} of `{title}`, which is not for such tests",
            listed(&names)
        );
        return Some((words, Some(first)));
    }
    let at_most_one = matches!(group.arity, Arity::One | Arity::AtMostOne);
    if at_most_one && carried.len() > 1 {
        let words = format!("carries {} of `{title}`, and may carry one", listed(&names));
        return Some((words, carried.get(1).copied()));
    }
    let at_least_one = matches!(group.arity, Arity::One | Arity::AtLeastOne);
    if at_least_one && carried.is_empty() && group.default.is_none() && test.unknown.is_none() {
        return Some((
            format!("carries no marker of `{title}`, and must carry one"),
            None,
        ));
    }
    None
}

/// Markers with something in their parentheses that the plan does not give them.
fn arguments(context: &mut Context<'_>, test: &Test) {
    let mut said: Vec<&str> = Vec::new();
    for marker in test.cases.iter().flat_map(|case| &case.markers) {
        let Some(id) = context.plan.markers.find(Name::new(&marker.name)) else {
            continue;
        };
        if said.contains(&marker.name.as_str()) {
            continue;
        }
        let declared = context.plan.markers.info(id).and_then(|info| info.declared);
        let declaration = declared.map(|id| &context.plan.marker_declarations[id]);
        if declaration.is_some_and(|marker| marker.head.open("argument").is_some()) {
            continue;
        }
        let wanted = declaration.and_then(|marker| marker.argument);
        let words = match (wanted, marker.first) {
            (None, _) if marker.is_plain() => continue,
            (None, _) => "takes nothing in parentheses",
            (Some(ArgumentType::Number), Given::Text | Given::Neither) => "takes a number",
            (Some(ArgumentType::Text), Given::Number | Given::Neither) => "takes a text",
            (Some(_), Given::Nothing) if marker.is_plain() && !marker.by_hook => {
                "takes something in parentheses"
            }
            _ => continue,
        };
        said.push(&marker.name);
        let info = context.plan.markers.info(id);
        let place = declared.map(|id| context.plan.marker_declarations[id].head.head);
        let place = place.or(info.map(|info| info.span));
        let message = format!("the marker `{}` {words}, by the plan", marker.name);
        let mut diagnostic = Diagnostic::new(codes::MARKER_ARGUMENT, marker.span, message)
            .help("mend the marker here, or its `argument` in the plan");
        if let Some(place) = place {
            diagnostic = diagnostic.label(place, "the plan says so");
        }
        context.report(diagnostic);
    }
}
