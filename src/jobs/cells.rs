//! Which suite runs in which stage and environment.

use crate::schema::kinds::{Environment, Stage, Suite};
use crate::schema::{Id, Plan};

/// One cell of the space of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// What runs.
    pub suite: Id<Suite>,
    /// When.
    pub stage: Id<Stage>,
    /// Where.
    pub environment: Id<Environment>,
}

/// The stages in the order of the life-cycle: each behind the one it comes `after`, and where that
/// says nothing, in the order of the source.
pub fn life_cycle(plan: &Plan) -> Vec<Id<Stage>> {
    let mut waiting: Vec<Vec<Id<Stage>>> = vec![Vec::new(); plan.stages.len()];
    let mut roots = Vec::new();
    for (id, stage) in plan.stages.iter() {
        match stage.after {
            Some(earlier) => waiting[earlier.id.index()].push(id),
            None => roots.push(id),
        }
    }
    let mut order = Vec::with_capacity(plan.stages.len());
    roots.reverse();
    while let Some(stage) = roots.pop() {
        order.push(stage);
        roots.extend(waiting[stage.index()].drain(..).rev());
    }
    order
}

/// Every cell, stage by stage, within one in the order of the source.
pub fn cells(plan: &Plan, stages: &[Id<Stage>]) -> Vec<Cell> {
    let mut by_stage: Vec<Vec<Cell>> = vec![Vec::new(); plan.stages.len()];
    for (suite, declared) in plan.suites.iter() {
        for stage in &declared.stages {
            for environment in &declared.environments {
                by_stage[stage.id.index()].push(Cell {
                    suite,
                    stage: stage.id,
                    environment: environment.id,
                });
            }
        }
    }
    stages
        .iter()
        .flat_map(|stage| std::mem::take(&mut by_stage[stage.index()]))
        .collect()
}
