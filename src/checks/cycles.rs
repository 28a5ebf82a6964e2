//! Nothing refers to itself in a circle.

use petgraph::graphmap::DiGraphMap;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::Head;
use crate::schema::Table;
use crate::schema::kinds::{Stage, TestType};
use crate::schema::values::{Need, Ref, Work};
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
        needs(context);
    }
}

/// Reports circles of what builds and suites need: through builds, and through artifacts to what makes
/// them.
fn needs(context: &mut Context<'_>) {
    let plan = context.plan;
    let mut graph = DiGraphMap::<Work, Span>::new();
    let mut add = |from: Work, needs: &[Need]| {
        for need in needs {
            let (to, span) = match need {
                Need::Service(_) => continue,
                Need::Build(build) => (Some(Work::Build(build.id)), build.span),
                Need::Artifact(artifact) => {
                    let made = plan.artifacts[artifact.id].from.as_ref();
                    (made.and_then(|from| from.of), artifact.span)
                }
            };
            if let Some(to) = to {
                graph.add_edge(from, to, span);
            }
        }
    };
    for (id, build) in plan.builds.iter() {
        add(Work::Build(id), &build.needs);
    }
    for (id, suite) in plan.suites.iter() {
        add(Work::Suite(id), &suite.needs);
    }
    let name = |work: Work| match work {
        Work::Suite(id) => plan.suites[id].head.name(),
        Work::Build(id) => plan.builds[id].head.name(),
    };
    for component in petgraph::algo::tarjan_scc(&graph) {
        let inside = |work: &Work| component.contains(work);
        // From its first member, always on to a member that was not passed yet, until one comes again.
        let Some(start) = component.iter().copied().min() else {
            continue;
        };
        let mut path: Vec<(Work, Span)> = Vec::new();
        let mut at = start;
        while let Some((_, to, span)) = graph
            .edges(at)
            .filter(|(_, to, _)| inside(to))
            .min_by_key(|(_, to, _)| path.iter().any(|(passed, _)| passed == to))
        {
            path.push((at, *span));
            at = to;
            if let Some(entry) = path.iter().position(|(passed, _)| *passed == at) {
                path.drain(..entry);
                break;
            }
        }
        let Some((first, span)) = path.first().copied() else {
            continue;
        };
        let mut names: Vec<&str> = path.iter().map(|(work, _)| name(*work)).collect();
        names.push(name(first));
        let message = format!("what this needs comes back to it: {}", names.join(" → "));
        let mut diagnostic =
            Diagnostic::new(codes::CYCLE, span, message).help("take one of these steps out");
        for (work, span) in path.iter().skip(1) {
            diagnostic = diagnostic.label(*span, format!("from `{}`", name(*work)));
        }
        context.report(diagnostic);
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
