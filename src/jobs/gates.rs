//! What a gate asks of a run: the same jobs and builds in CI and on a developer's machine.

use rustc_hash::FxHashSet;

use super::coverage::{self, Merged};
use super::{BuildJob, Jobs};
use crate::schema::Id;
use crate::schema::kinds::Gate;
use crate::schema::values::Work;

/// The builds that a gate requires, as numbers in [`Jobs::builds`]: those that a required job needs,
/// and those that it names.
pub fn builds_required(jobs: &Jobs<'_>, gate: Id<Gate>) -> Vec<usize> {
    let declared = &jobs.plan.gates[gate];
    let Some(stage) = declared.stage else {
        return Vec::new();
    };
    let wanted: FxHashSet<usize> = jobs
        .judged_by(gate)
        .iter()
        .filter(|(_, decides)| *decides)
        .flat_map(|(job, _)| job.builds.iter().copied())
        .collect();
    jobs.builds_of(stage.id)
        .filter(|(number, build)| wanted.contains(number) || is_named(declared, build))
        .map(|(number, _)| number)
        .collect()
}

/// The goals for coverage that a gate requires: those that too low a figure misses, measured together
/// in jobs of which it requires one.
pub fn goals_required<'j>(jobs: &'j Jobs<'_>, gate: Id<Gate>) -> Vec<Merged<'j>> {
    let Some(stage) = jobs.plan.gates[gate].stage else {
        return Vec::new();
    };
    let judged = jobs.judged_by(gate);
    let required: FxHashSet<&str> = judged
        .iter()
        .filter(|(_, decides)| *decides)
        .map(|(job, _)| job.id.as_str())
        .collect();
    let mut goals = coverage::merged(jobs, stage.id);
    goals.retain(|goal| {
        let declared = &jobs.plan.coverages[goal.coverage];
        goal.is_required(declared, |job| required.contains(job.id.as_str()))
    });
    goals
}

/// Whether a gate requires a build by its own name.
fn is_named(gate: &Gate, build: &BuildJob) -> bool {
    gate.requires.iter().any(|pattern| {
        pattern.of == Some(Work::Build(build.build))
            && pattern.points.iter().all(|p| build.points.contains(p))
    })
}
