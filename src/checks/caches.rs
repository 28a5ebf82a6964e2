//! Caches are filled by somebody, and by nobody who must not.

use std::collections::HashSet;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::caches::{self, Use};
use crate::schema::Id;
use crate::schema::kinds::{Cache, Stage, Tool};
use crate::schema::values::Host;

/// Actions that keep files for later runs, as far as they are known by their names.
const FILLING: [&str; 3] = ["actions/cache", "actions/cache/save", "swatinem/rust-cache"];

pub(super) struct Caches;

impl Check for Caches {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNFILLED_CACHE, codes::CACHE_TRUST]
    }

    fn check(&self, context: &mut Context<'_>) {
        unfilled(context);
        filled_by_actions(context);
    }
}

/// Each cache that somebody looks into is filled in some stage.
fn unfilled(context: &mut Context<'_>) {
    let plan = context.plan;
    let mut looked_into: HashSet<(Id<Cache>, Id<Stage>)> = HashSet::new();
    for cell in context.cells {
        let tools = plan.suites[cell.suite].tool.into_iter().map(|tool| tool.id);
        let all = caches::of_tools(
            plan,
            tools.chain(measuring(context, cell)),
            cell.environment,
        );
        looked_into.extend(all.into_iter().map(|cache| (cache, cell.stage)));
    }
    for build in context.builds {
        looked_into.extend(build.caches.iter().map(|cache| (*cache, build.stage)));
    }
    for (id, cache) in plan.caches.iter() {
        let stages = looked_into.iter().filter(|(cache, _)| *cache == id);
        // No job of GitLab is given a cache, whoever starts it.
        let is_on_gitlab = |stage: Id<Stage>| plan.stages[stage].host == Some(Host::GitLab);
        let (on_gitlab, elsewhere): (Vec<_>, Vec<_>) =
            stages.partition(|(_, stage)| is_on_gitlab(*stage));
        let uses: Vec<Use> = elsewhere
            .iter()
            .map(|(_, stage)| caches::in_stage(plan, *stage))
            .collect();
        let nobody = uses.is_empty() && on_gitlab.is_empty();
        if nobody || uses.contains(&Use::Fill) {
            continue;
        }
        let name = cache.head.name();
        let (message, help) = if uses.is_empty() {
            (
                format!(
                    "nothing fills the cache `{name}`: dtpc writes no caches for GitLab CI, where all that look into it run"
                ),
                "take it out, or let a stage on GitHub look into it; a runner of one's own keeps files by itself",
            )
        } else {
            (
                format!(
                    "no stage fills the cache `{name}`: outsiders or tags start all that look into it"
                ),
                "let a stage look into it that a push to a branch, a schedule or a person starts",
            )
        };
        context.report(Diagnostic::new(codes::UNFILLED_CACHE, cache.head.head, message).help(help));
    }
}

/// What measures the coverage of a cell.
fn measuring<'a>(
    context: &Context<'a>,
    cell: &'a crate::jobs::Cell,
) -> impl Iterator<Item = Id<Tool>> + 'a {
    let coverages = context.plan.coverages.iter();
    coverages
        .filter(|(_, coverage)| {
            coverage.of.iter().any(|suite| suite.id == cell.suite)
                && coverage.stages.iter().any(|stage| stage.id == cell.stage)
        })
        .filter_map(|(_, coverage)| coverage.tool.map(|tool| tool.id))
}

/// An action that the plan names itself knows nothing of who started the run.
fn filled_by_actions(context: &mut Context<'_>) {
    let plan = context.plan;
    let mut seen: HashSet<(Id<Tool>, Id<Stage>)> = HashSet::new();
    for cell in context.cells {
        let Some(tool) = plan.suites[cell.suite].tool else {
            continue;
        };
        let may_fill = caches::in_stage(plan, cell.stage) == Use::Fill;
        if may_fill || !seen.insert((tool.id, cell.stage)) {
            continue;
        }
        for action in &plan.tools[tool.id].actions {
            let (name, _) = action.name_and_version();
            if !FILLING.iter().any(|known| name.eq_ignore_ascii_case(known)) {
                continue;
            }
            let stage = &plan.stages[cell.stage];
            let message = format!(
                "`{name}` would fill a cache in `{}`, which outsiders or tags start",
                stage.head.name()
            );
            context.report(
                Diagnostic::new(codes::CACHE_TRUST, action.uses.span, message)
                    .label(stage.head.head, "this stage")
                    .help("declare a `cache` in place of it, and name it in `caches`"),
            );
        }
    }
}
