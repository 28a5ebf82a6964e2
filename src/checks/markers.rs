//! Marker groups hold together.

use petgraph::graphmap::DiGraphMap;

use super::{Check, Context};
use crate::algebra::{ArgumentValue, Formula};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::Decl;
use crate::schema::kinds::Marker;
use crate::schema::values::{ArgumentType, Arity, CalledMarker};
use crate::source::Span;

pub(super) struct Markers;

impl Check for Markers {
    fn codes(&self) -> &'static [Code] {
        // MARKER_REUSED is found while names are collected: see `resolve::scope`.
        &[
            codes::MARKER_DEFAULT,
            codes::MARKER_REUSED,
            codes::WRONG_TYPE,
            codes::CYCLE,
        ]
    }

    fn check(&self, context: &mut Context<'_>) {
        arguments(context);
        circles(context);
        for (_, group) in context.plan.marker_groups.iter() {
            let Some(default) = group.default else {
                continue;
            };
            let name = context.plan.markers.name(default.id);
            if !group.markers.markers.iter().any(|m| m.id == default.id) {
                let message = format!("`{name}` is not a marker of `{}`", group.head.name());
                context.report(
                    Diagnostic::new(codes::MARKER_DEFAULT, default.span, message)
                        .help("the default is one of the group's `markers`"),
                );
            } else if !matches!(group.arity, Arity::One | Arity::AtMostOne) {
                let message = "a default needs a group of which a test carries one marker at most";
                context.report(
                    Diagnostic::new(codes::MARKER_DEFAULT, default.span, message)
                        .help("write `arity: one`, or take the default away"),
                );
            }
        }
    }
}

/// A marker that is asked for its arguments must be said to have some, of that type.
fn arguments(context: &mut Context<'_>) {
    let plan = context.plan;
    let mut seen = rustc_hash::FxHashSet::default();
    for CalledMarker { marker, values } in plan.called_markers() {
        // What is inherited is there more than once.
        if !seen.insert(marker.span) {
            continue;
        }
        let declared = plan.markers.info(marker.id).and_then(|info| info.declared);
        let declared = declared.map(|id| &plan.marker_declarations[id]);
        if let Some((declared, takes)) = declared.and_then(|d| Some((d, d.argument?))) {
            for (value, span) in values {
                argument(context, declared, takes, value, *span);
            }
            continue;
        }
        let name = plan.markers.name(marker.id);
        let message = format!("the marker `{name}` takes no arguments");
        let mut diagnostic = Diagnostic::new(codes::WRONG_TYPE, marker.span, message);
        if let Some(declared) = declared {
            diagnostic = diagnostic.label(declared.head.head, "it is declared here");
        }
        context.report(diagnostic.help(format!(
            "say what it takes, `marker {name} {{ argument: number }}`, or leave the parentheses away"
        )));
    }
}

/// What is asked for must be of the type that the marker takes. `none` is neither a number nor a
/// text, and a marker may carry it in the place of either.
fn argument(
    context: &mut Context<'_>,
    declared: &Decl<Marker>,
    takes: ArgumentType,
    value: &ArgumentValue,
    span: Span,
) {
    let found = match (takes, value) {
        (_, ArgumentValue::None)
        | (ArgumentType::Number, ArgumentValue::Integer(_))
        | (ArgumentType::Text, ArgumentValue::Text(_)) => return,
        (_, ArgumentValue::Integer(_)) => "a number",
        (_, ArgumentValue::Text(_)) => "a text",
        (_, ArgumentValue::True | ArgumentValue::False) => "neither a number nor a text",
    };
    let name = declared.head.name();
    let wanted = match takes {
        ArgumentType::Number => "a number",
        ArgumentType::Text => "a text",
    };
    let message = format!("the marker `{name}` takes {wanted}, and this is {found}");
    context.report(
        Diagnostic::new(codes::WRONG_TYPE, span, message)
            .label(declared.head.head, "what it takes is declared here")
            .help(format!(
                "no test can carry it: write {wanted}, or mend the marker's `argument`"
            )),
    );
}

/// Whether a test is one that a group is for cannot depend on the markers of that group.
fn circles(context: &mut Context<'_>) {
    let plan = context.plan;
    let mut graph = DiGraphMap::<usize, ()>::new();
    for (id, group) in plan.marker_groups.iter() {
        let Some(when) = &group.when else { continue };
        for atom in Formula::from(&when.node).atoms() {
            let info = atom.marker().and_then(|marker| plan.markers.info(marker));
            if let Some(other) = info.and_then(|info| info.group) {
                graph.add_edge(id.index(), other.index(), ());
            }
        }
    }
    for mut circle in petgraph::algo::tarjan_scc(&graph) {
        circle.sort_unstable();
        let in_circle = |from: usize| circle.iter().any(|to| graph.contains_edge(from, *to));
        let groups: Vec<_> = plan
            .marker_groups
            .iter()
            .filter(|(id, _)| circle.contains(&id.index()) && in_circle(id.index()))
            .map(|(_, group)| group)
            .collect();
        let Some((first, further)) = groups.split_first() else {
            continue;
        };
        let names: Vec<&str> = groups.iter().map(|g| g.head.name()).collect();
        let message = format!(
            "whether a test belongs to this group depends on the group itself: {}",
            names.join(", ")
        );
        let span = first.when.as_ref().map_or(first.head.head, |w| w.span);
        let mut diagnostic = Diagnostic::new(codes::CYCLE, span, message)
            .help("name markers of other groups in `when`");
        for group in further {
            if let Some(when) = &group.when {
                diagnostic = diagnostic.label(when.span, format!("from `{}`", group.head.name()));
            }
        }
        context.report(diagnostic);
    }
}
