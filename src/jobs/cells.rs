//! The space of jobs: which suite runs in which stage and environment, on which platform, and with
//! which values of its axes.

use std::ops::Range;

use crate::schema::kinds::{At, Axis, Environment, Stage, Suite};
use crate::schema::values::{Arch, AxisPoint, Os};
use crate::schema::{Decl, Id, Plan};

/// How many cells one suite may have before the plan is refused: more than any host runs, and few
/// enough to count.
pub const MOST_CELLS: usize = 10_000;

/// One cell of the space of jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What runs.
    pub suite: Id<Suite>,
    /// When.
    pub stage: Id<Stage>,
    /// Where.
    pub environment: Id<Environment>,
    /// The operating system there.
    pub os: Os,
    /// The architecture there.
    pub arch: Arch,
    /// The value on each axis of the suite, in its order.
    pub points: Vec<AxisPoint>,
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
            let cells = &mut by_stage[stage.id.index()];
            for environment in declared.environments.iter() {
                of_suite(plan, suite, stage.id, environment.id, cells);
            }
        }
    }
    stages
        .iter()
        .flat_map(|stage| std::mem::take(&mut by_stage[stage.index()]))
        .collect()
}

/// Where the cells of each stage stand, stage by stage in the order of the source, among cells that
/// stand stage by stage.
pub fn of_stages(stages: usize, cells: &[Cell]) -> Vec<Range<usize>> {
    let mut ranges = vec![0..0; stages];
    let mut start = 0;
    for of_stage in cells.chunk_by(|a, b| a.stage == b.stage) {
        let end = start + of_stage.len();
        ranges[of_stage[0].stage.index()] = start..end;
        start = end;
    }
    ranges
}

/// Which of some cells are a suite's.
#[derive(Debug)]
pub struct OfSuites {
    /// The numbers of the cells, suite by suite, within one in their order.
    numbers: Vec<usize>,
    /// For each suite, where its cells begin in `numbers`; and where the last one's end.
    starts: Vec<usize>,
}

impl OfSuites {
    /// The cells of each of so many suites.
    pub fn new(suites: usize, cells: &[Cell]) -> Self {
        let mut starts = vec![0; suites + 1];
        for cell in cells {
            starts[cell.suite.index() + 1] += 1;
        }
        for suite in 0..suites {
            starts[suite + 1] += starts[suite];
        }
        let mut next = starts.clone();
        let mut numbers = vec![0; cells.len()];
        for (number, cell) in cells.iter().enumerate() {
            let place = &mut next[cell.suite.index()];
            numbers[*place] = number;
            *place += 1;
        }
        Self { numbers, starts }
    }

    /// The numbers of the cells of a suite, in order.
    pub fn of(&self, suite: Id<Suite>) -> &[usize] {
        &self.numbers[self.starts[suite.index()]..self.starts[suite.index() + 1]]
    }
}

/// The cells of a suite in one stage and environment.
fn of_suite(
    plan: &Plan,
    suite: Id<Suite>,
    stage: Id<Stage>,
    environment: Id<Environment>,
    cells: &mut Vec<Cell>,
) {
    let place = &plan.environments[environment];
    let first = cells.len();
    for os in &place.os {
        for arch in &place.arch {
            let mut cell = Cell {
                suite,
                stage,
                environment,
                os: *os,
                arch: *arch,
                points: Vec::new(),
            };
            spread(plan, &plan.suites[suite].across, &mut cell, first, cells);
        }
    }
}

/// Adds a cell for each value of the axes that are left.
fn spread(
    plan: &Plan,
    left: &[crate::schema::values::Ref<Axis>],
    cell: &mut Cell,
    first: usize,
    cells: &mut Vec<Cell>,
) {
    let Some((axis, rest)) = left.split_first() else {
        if cells.len() - first < MOST_CELLS && allowed(plan, cell) {
            cells.push(cell.clone());
        }
        return;
    };
    for number in 0..plan.axis_values[axis.id.index()].len() {
        if cells.len() - first >= MOST_CELLS {
            return;
        }
        cell.points.push(AxisPoint {
            axis: axis.id,
            value: u32::try_from(number).unwrap_or(u32::MAX),
        });
        spread(plan, rest, cell, first, cells);
        cell.points.pop();
    }
}

/// Whether a cell has, on each axis, a value that the `at` blocks leave to it.
fn allowed(plan: &Plan, cell: &Cell) -> bool {
    cell.points.iter().all(|point| {
        let choice = ats(plan, cell).rev().find_map(|at| {
            at.values
                .choices
                .iter()
                .find(|(axis, _, _)| *axis == point.axis)
        });
        choice.is_none_or(|(_, values, _)| values.contains(&point.value))
    })
}

/// The `at` blocks that match a cell, the most specific one last.
pub fn ats<'p>(
    plan: &'p Plan,
    cell: &Cell,
) -> impl DoubleEndedIterator<Item = &'p Decl<At>> + use<'p> {
    let mut matching: Vec<&Decl<At>> = plan.ats_of[cell.suite.index()]
        .iter()
        .map(|id| &plan.ats[*id])
        .filter(|at| at.head.jobs.as_ref().is_some_and(|jobs| jobs.matches(cell)))
        .collect();
    // Stable: of two that say equally much, which a check allows where they set different fields,
    // the later one is last.
    matching.sort_by_key(|at| at.head.jobs.as_ref().map_or(0, specificity));
    matching.into_iter()
}

fn specificity(pattern: &crate::schema::values::JobPattern) -> usize {
    usize::from(pattern.stage.is_some())
        + usize::from(pattern.environment.is_some())
        + usize::from(pattern.os.is_some())
        + usize::from(pattern.arch.is_some())
        + pattern.points.len()
}

impl Cell {
    /// What the most specific `at` block that matches sets; else what the suite says.
    pub fn setting<'p, T>(
        &self,
        plan: &'p Plan,
        of_at: impl Fn(&'p At) -> Option<T>,
        of_suite: impl Fn(&'p Suite) -> Option<T>,
    ) -> Option<T> {
        // Most suites have no `at` block.
        if plan.ats_of[self.suite.index()].is_empty() {
            return of_suite(&plan.suites[self.suite].body);
        }
        ats(plan, self)
            .rev()
            .find_map(|at| of_at(&at.body))
            .or_else(|| of_suite(&plan.suites[self.suite].body))
    }

    /// The value it has on an axis.
    pub fn value_on<'p>(
        &self,
        plan: &'p Plan,
        axis: Id<Axis>,
    ) -> Option<&'p crate::schema::values::AxisValue> {
        let point = self.points.iter().find(|p| p.axis == axis)?;
        value(plan, *point)
    }
}

/// The value at a point.
pub fn value(plan: &Plan, point: AxisPoint) -> Option<&crate::schema::values::AxisValue> {
    plan.axis_values
        .get(point.axis.index())?
        .get(point.value as usize)
}
