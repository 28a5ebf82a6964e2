//! Nothing refers to itself in a circle.

use petgraph::graphmap::DiGraphMap;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::Head;
use crate::schema::Table;
use crate::schema::kinds::{Stage, TestType};
use crate::schema::values::Ref;
use crate::source::Span;

pub(super) struct Cycles;

impl Check for Cycles {
    fn codes(&self) -> &'static [Code] {
        &[codes::CYCLE]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        circles(&plan.stages, "stage", |stage: &Stage| stage.after, context);
        circles(
            &plan.types,
            "type",
            |test_type: &TestType| test_type.part_of,
            context,
        );
    }
}

/// Reports every circle that `next` makes, with all its steps.
fn circles<T>(
    table: &Table<T>,
    word: &str,
    next: impl Fn(&T) -> Option<Ref<T>>,
    context: &mut Context<'_>,
) {
    let mut graph = DiGraphMap::<usize, Span>::new();
    for (id, declaration) in table.iter() {
        if let Some(to) = next(&declaration.body) {
            graph.add_edge(id.index(), to.id.index(), to.span);
        }
    }
    let heads: Vec<&Head> = table.iter().map(|(_, d)| &d.head).collect();
    for mut component in petgraph::algo::tarjan_scc(&graph) {
        component.sort_unstable();
        let edges: Vec<(usize, usize, Span)> = component
            .iter()
            .flat_map(|from| graph.edges(*from).map(|(from, to, span)| (from, to, *span)))
            .filter(|(_, to, _)| component.contains(to))
            .collect();
        let Some(&(first, _, span)) = edges.first() else {
            continue;
        };
        let mut path = vec![heads[first].name()];
        let mut at = first;
        // Each node has one edge, so following them comes back after as many steps.
        for _ in 0..edges.len() {
            let Some((_, to, _)) = edges.iter().find(|(from, _, _)| *from == at) else {
                break;
            };
            path.push(heads[*to].name());
            at = *to;
        }
        let message = format!("this {word} comes back to itself: {}", path.join(" → "));
        let mut diagnostic =
            Diagnostic::new(codes::CYCLE, span, message).help("take one of these steps out");
        for (from, _, span) in edges.iter().skip(1) {
            diagnostic = diagnostic.label(*span, format!("from `{}`", heads[*from].name()));
        }
        context.report(diagnostic);
    }
}
