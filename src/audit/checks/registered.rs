//! The markers of the tests, of pytest's settings and of the plan are the same.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::{Check, Context};
use crate::audit::facts::Runner;
use crate::diagnostics::{Code, Diagnostic, codes, suggest};
use crate::init::markers::NOT_OURS;
use crate::name::Name;
use crate::source::Span;

pub(super) struct Registered;

impl Check for Registered {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNREGISTERED_MARKER, codes::UNUSED_MARKER]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        let mut used: IndexMap<&str, (Span, usize)> = IndexMap::new();
        let mut asks_pytest = false;
        for (number, test) in context.tests() {
            if test.runner != Runner::Pytest || context.selection.near[number].is_empty() {
                continue;
            }
            asks_pytest = true;
            let mut seen = HashSet::new();
            for marker in test.cases.iter().flat_map(|case| &case.markers) {
                if seen.insert(marker.name.as_str()) {
                    used.entry(&marker.name).or_insert((marker.span, 0)).1 += 1;
                }
            }
        }
        let known: Vec<&str> = plan
            .markers
            .iter()
            .map(|(_, name, _)| name.as_str())
            .collect();
        let mut unregistered: IndexMap<&str, (Span, usize)> = IndexMap::new();
        for registered in &context.facts.registered {
            unregistered.insert(&registered.name, (registered.span, 0));
        }
        for (name, (span, count)) in &used {
            let entry = unregistered.entry(name).or_insert((*span, 0));
            *entry = (*span, *count);
        }
        for (name, (span, count)) in unregistered {
            if NOT_OURS.contains(&name) || known.contains(&name) {
                continue;
            }
            let registered = context.facts.registered.iter().find(|r| r.name == name);
            let message = match count {
                0 => {
                    format!("the plan does not know the marker `{name}`, which is registered here")
                }
                1 => format!("the plan does not know the marker `{name}` of a test"),
                _ => format!("the plan does not know the marker `{name}` of {count} tests"),
            };
            let mut diagnostic = Diagnostic::new(codes::UNREGISTERED_MARKER, span, message);
            if let Some(registered) = registered.filter(|r| r.span != span) {
                diagnostic = diagnostic.label(registered.span, "it is registered here");
            }
            let near = suggest::nearest(name, known.iter().copied());
            if let Some(id) = near.and_then(|near| plan.markers.find(Name::new(near))) {
                if let Some(info) = plan.markers.info(id) {
                    diagnostic = diagnostic.label(info.span, "the plan has this one");
                }
            } else if let Some((_, group)) = plan.marker_groups.iter().next() {
                diagnostic = diagnostic.label(group.head.head, "the plan declares markers here");
            }
            let help = near.map_or_else(
                || format!("list it in a `marker_group` of the plan, or declare it: `marker {name} {{}}`"),
                |near| format!("did you mean `{near}`? Else declare it in the plan: `marker {name} {{}}`"),
            );
            context.report(diagnostic.help(help));
        }
        if asks_pytest {
            unused(context, &used);
        }
    }
}

/// Markers of the plan that no test carries.
fn unused(context: &mut Context<'_>, used: &IndexMap<&str, (Span, usize)>) {
    let plan = context.plan;
    // Whether these are carried only a run tells.
    let perhaps: HashSet<&str> = context
        .tests()
        .filter_map(|(_, test)| test.unknown.as_ref()?.marker.as_deref())
        .collect();
    for (id, name, info) in plan.markers.iter() {
        let is_default = plan
            .marker_groups
            .iter()
            .any(|(_, group)| group.default.is_some_and(|default| default.id == id));
        let is_used = used.contains_key(name.as_str()) || perhaps.contains(name.as_str());
        if is_used || is_default || info.service.is_some() {
            continue;
        }
        let message = format!("no test carries the marker `{name}`");
        let mut diagnostic = Diagnostic::new(codes::UNUSED_MARKER, info.span, message)
            .help("take it out of the plan, or mark the tests that it is for");
        if let Some(registered) = context
            .facts
            .registered
            .iter()
            .find(|r| r.name == name.as_str())
        {
            diagnostic = diagnostic.label(registered.span, "it is registered here");
        } else if let Some(settings) = context.facts.settings {
            diagnostic = diagnostic.label(settings, "the settings of pytest");
        }
        context.report(diagnostic);
    }
}
