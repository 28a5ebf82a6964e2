//! What a gate asks of a run: the same jobs and builds in CI and on a developer's machine.

use rustc_hash::FxHashSet;

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

/// Whether a gate requires a build by its own name.
fn is_named(gate: &Gate, build: &BuildJob) -> bool {
    gate.requires.iter().any(|pattern| {
        pattern.of == Some(Work::Build(build.build))
            && pattern.points.iter().all(|p| build.points.contains(p))
    })
}
