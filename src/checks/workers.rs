//! What runs in the stages: the cells of suites, and builds.

use super::Context;
use crate::jobs::{Reach, machines, registries};
use crate::schema::kinds::{Environment, Secret};
use crate::schema::values::{Need, Permissions, Ref};
use crate::schema::{Head, Id};
use crate::source::Span;

/// A cell or a build, and what it is handed.
pub(super) struct Worker<'a> {
    /// The suite, or the build.
    pub head: &'a Head,
    /// Where it runs, and where that is said.
    pub place: Option<(Id<Environment>, Span)>,
    /// Its secrets, and the passwords of the registries its images come from.
    pub uses: Vec<Ref<Secret>>,
    /// What must be there before it begins.
    pub needs: &'a [Need],
    /// What its token may do.
    pub permissions: &'a Permissions,
    /// What it reaches by all this.
    pub reach: Reach,
}

impl<'a> Context<'a> {
    /// The cells, stage by stage, then the builds.
    pub(super) fn workers(&self) -> impl Iterator<Item = Worker<'a>> + use<'a> {
        let plan = self.plan;
        let of_cells = self.cells.iter().map(move |cell| {
            let suite = &plan.suites[cell.suite];
            let of_registries = registries::of_cell(plan, cell);
            let passwords = registries::passwords(plan, &of_registries);
            let uses: Vec<Ref<Secret>> = suite.uses.iter().copied().chain(passwords).collect();
            let place = suite.environments.iter().find(|e| e.id == cell.environment);
            Worker {
                head: &suite.head,
                place: place.map(|place| (place.id, place.span)),
                needs: &suite.needs,
                permissions: &suite.permissions,
                reach: Reach {
                    stage: cell.stage,
                    environment: Some(cell.environment),
                    runner: machines::runner(plan, cell),
                    secrets: uses.iter().map(|secret| secret.id).collect(),
                    writes: suite.permissions.writes().is_some(),
                },
                uses,
            }
        });
        let of_builds = self.builds.iter().map(move |job| {
            let build = &plan.builds[job.build];
            Worker {
                head: &build.head,
                place: build.on.map(|on| (on.id, on.span)),
                uses: build.uses.clone(),
                needs: &build.needs,
                permissions: &build.permissions,
                reach: Reach::of_build(plan, job),
            }
        });
        of_cells.chain(of_builds)
    }
}
