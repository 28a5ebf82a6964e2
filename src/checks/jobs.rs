//! Jobs can be told apart, and are not too many.

use rustc_hash::FxHashMap;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::{Cell, cells, id, shards};
use crate::schema::Id;
use crate::schema::kinds::{Stage, Suite};
use crate::schema::values::Host;

pub(super) struct JobIds;

/// Nobody reads more jobs of one suite in a list of checks than this; it is also what GitHub starts from
/// one matrix, so that nobody who comes from there has more.
const MOST_JOBS: usize = 256;

/// Cells of one stage whose jobs would have the same id: an earlier one, a later one, and the ids. An
/// id begins with its suite, so only those of one suite are compared, and of suites that differ in
/// case alone: to GitHub these are one.
fn same<'a>(
    context: &Context<'a>,
    count: &FxHashMap<(Id<Stage>, Id<Suite>), usize>,
) -> Vec<(&'a Cell, &'a Cell, [String; 2])> {
    let plan = context.plan;
    let mut spelled: FxHashMap<String, usize> = FxHashMap::default();
    for (_, suite) in plan.suites.iter() {
        let name = suite.head.name().to_ascii_lowercase();
        *spelled.entry(name).or_default() += 1;
    }
    let is_alone = |suite: Id<Suite>| {
        let name = plan.suites[suite].head.name().to_ascii_lowercase();
        spelled.get(&name) == Some(&1)
    };
    let mut seen: FxHashMap<(Id<Stage>, String), (&Cell, String)> = FxHashMap::default();
    let mut same = Vec::new();
    for cell in context.cells {
        let jobs = count.get(&(cell.stage, cell.suite));
        if jobs.is_some_and(|jobs| *jobs < 2) && is_alone(cell.suite) {
            continue;
        }
        let name = id(plan, cell, None);
        let key = match plan.stages[cell.stage].host {
            Some(Host::GitHub) => name.to_ascii_lowercase(),
            _ => name.clone(),
        };
        let earlier = seen.insert((cell.stage, key), (cell, name.clone()));
        if let Some((first, other)) = earlier {
            same.push((first, cell, [other, name]));
        }
    }
    same
}

/// Each axis is named once: its values would be combined with themselves.
fn axes_named_twice(context: &mut Context<'_>) {
    let plan = context.plan;
    let suites = plan.suites.iter().map(|(_, suite)| &suite.across);
    let builds = plan.builds.iter().map(|(_, build)| &build.across);
    for across in suites.chain(builds) {
        for (number, axis) in across.iter().enumerate() {
            let Some(first) = across[..number].iter().find(|first| first.id == axis.id) else {
                continue;
            };
            let message = format!(
                "the axis `{}` is named twice",
                plan.axes[axis.id].head.name()
            );
            context.report(
                Diagnostic::new(codes::SAME_JOB, axis.span, message)
                    .label(first.span, "it is named here")
                    .help("take one of the two out"),
            );
        }
    }
}

impl Check for JobIds {
    fn codes(&self) -> &'static [Code] {
        &[codes::SAME_JOB, codes::TOO_MANY_JOBS]
    }

    fn check(&self, context: &mut Context<'_>) {
        let mut count: FxHashMap<(Id<Stage>, Id<Suite>), usize> = FxHashMap::default();
        for cell in context.cells {
            let pieces = shards(context.plan, cell) as usize;
            *count.entry((cell.stage, cell.suite)).or_default() += pieces;
        }
        axes_named_twice(context);
        let same = same(context, &count);
        for (first, cell, [other_name, name]) in same {
            let suite = &context.plan.suites[cell.suite];
            let other = &context.plan.suites[first.suite];
            let stage = context.plan.stages[cell.stage].head.name();
            let message = if name == other_name {
                format!("two jobs of the stage `{stage}` would be called `{name}`")
            } else {
                format!(
                    "two jobs of the stage `{stage}` would be called `{other_name}` and `{name}`, \
                     which are one to GitHub"
                )
            };
            let mut diagnostic = Diagnostic::new(codes::SAME_JOB, suite.head.head, message)
                .help("name each stage, environment and axis once, and let the names of axis values differ in letters and digits");
            if first.suite != cell.suite {
                diagnostic = diagnostic.label(other.head.head, "the other one is of this suite");
            }
            context.report(diagnostic);
        }
        let mut too_many: Vec<_> = count
            .into_iter()
            .filter(|((stage, _), number)| {
                *number >= cells::MOST_CELLS
                    || *number > MOST_JOBS && context.plan.stages[*stage].host == Some(Host::GitHub)
            })
            .collect();
        too_many.sort_unstable_by_key(|((stage, suite), _)| (*suite, *stage));
        for ((stage, suite), number) in too_many {
            let declared = &context.plan.suites[suite];
            let message = format!(
                "`{}` has {number} jobs in the stage `{}`: more than {MOST_JOBS} nobody reads in a list of checks",
                declared.head.name(),
                context.plan.stages[stage].head.name()
            );
            let span = declared
                .across
                .first()
                .map_or(declared.head.head, |axis| axis.span);
            context.report(
                Diagnostic::new(codes::TOO_MANY_JOBS, span, message)
                    .help("leave values out with `at`, or divide the suite into several, each with its own values"),
            );
        }
    }
}
