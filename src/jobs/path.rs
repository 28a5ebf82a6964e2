//! How long a stage takes: its critical path, from what its jobs are expected to take.

use std::collections::HashMap;

use super::{BuildJob, Cell, builds, duration, shards};
use crate::schema::kinds::{Stage, Suite};
use crate::schema::values::{Duration, Need};
use crate::schema::{Id, Plan};
use crate::source::Span;

/// One job on a path.
#[derive(Debug, Clone)]
pub struct Step {
    /// The suite or build, by name.
    pub name: String,
    /// Where its duration is written, or else where it is declared.
    pub span: Span,
    /// How long it takes.
    pub duration: Duration,
}

/// Jobs of which each waits for the one before.
#[derive(Debug, Clone, Default)]
pub struct Path {
    /// The jobs, in order.
    pub steps: Vec<Step>,
    /// How long they take together.
    pub total: Duration,
}

impl Path {
    fn then(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        let total = self.total.plus(step.duration);
        steps.push(step);
        Self { steps, total }
    }
}

/// What of a job is added up: given a cell, or a build, how long it takes, and where that is written.
pub struct Measure<'m> {
    /// Of a cell.
    pub cell: &'m dyn Fn(&Cell) -> Option<(Duration, Span)>,
    /// Of a build.
    pub build: &'m dyn Fn(&BuildJob) -> Option<(Duration, Span)>,
}

/// The longest path of a stage, by what its jobs are expected to take. Jobs that do not say it take no
/// time. Shards of a job run beside each other.
pub fn expected(plan: &Plan, cells: &[Cell], jobs: &[BuildJob], stage: Id<Stage>) -> Path {
    let measure = Measure {
        cell: &|cell| {
            let given = duration(plan, cell)?;
            let millis = given.value.millis / u64::from(shards(plan, cell).max(1));
            Some((Duration { millis }, given.span))
        },
        build: &|job| {
            let given = plan.builds[job.build].duration?;
            Some((given.value, given.span))
        },
    };
    longest(plan, cells, jobs, stage, &measure)
}

/// The longest path of a stage, by what is added up.
pub fn longest(
    plan: &Plan,
    cells: &[Cell],
    jobs: &[BuildJob],
    stage: Id<Stage>,
    measure: &Measure<'_>,
) -> Path {
    // Builds stand behind those that they need.
    let mut of_builds: HashMap<usize, Path> = HashMap::new();
    for (number, job) in jobs.iter().enumerate().filter(|(_, j)| j.stage == stage) {
        let before = longer(job.needs.iter().filter_map(|need| of_builds.get(need)));
        let declared = &plan.builds[job.build];
        let (duration, span) =
            (measure.build)(job).unwrap_or((Duration::default(), declared.head.head));
        let step = Step {
            name: declared.head.name().to_owned(),
            span,
            duration,
        };
        of_builds.insert(number, before.then(step));
    }
    // Only a suite that makes an artifact is waited for by another.
    let mut of_suites: HashMap<Id<Suite>, Path> = HashMap::new();
    let here: Vec<&Cell> = cells.iter().filter(|c| c.stage == stage).collect();
    let makers: Vec<Id<Suite>> = plan
        .artifacts
        .iter()
        .filter_map(|(_, artifact)| artifact.from.as_ref()?.suite())
        .collect();
    let of_cell = |cell: &Cell, of_suites: &HashMap<Id<Suite>, Path>| {
        let needs = builds::needs_of(plan, cell);
        let built = builds::matching(jobs, stage, &needs, &cell.points);
        let built = built.iter().filter_map(|number| of_builds.get(number));
        let suite = &plan.suites[cell.suite];
        let fetched = suite.needs.iter().filter_map(|need| match need {
            Need::Artifact(artifact) => {
                let from = plan.artifacts[artifact.id].from.as_ref()?;
                of_suites.get(&from.suite()?)
            }
            _ => None,
        });
        let before = longer(built.chain(fetched));
        match (measure.cell)(cell) {
            Some((duration, span)) => before.then(Step {
                name: suite.head.name().to_owned(),
                span,
                duration,
            }),
            None => before,
        }
    };
    // As often as there are makers: each round knows one more step of a chain.
    for _ in 0..makers.len() {
        let mut changed = false;
        for maker in &makers {
            let paths: Vec<Path> = here
                .iter()
                .filter(|cell| cell.suite == *maker)
                .map(|cell| of_cell(cell, &of_suites))
                .collect();
            let path = longer(paths.iter());
            if of_suites
                .get(maker)
                .is_none_or(|known| known.total < path.total)
            {
                of_suites.insert(*maker, path);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let mut best = longer(of_builds.values());
    for cell in here {
        let path = of_cell(cell, &of_suites);
        if path.total > best.total {
            best = path;
        }
    }
    best
}

/// The longest of some paths; the first of several.
fn longer<'a>(paths: impl Iterator<Item = &'a Path>) -> Path {
    let mut best: Option<&Path> = None;
    for path in paths {
        if best.is_none_or(|known| path.total > known.total) {
            best = Some(path);
        }
    }
    best.cloned().unwrap_or_default()
}

/// The GPU-hours of one run of a stage: for each job what it is expected to take, times its machines
/// and their GPUs.
pub fn gpu_time(plan: &Plan, cells: &[Cell], stage: Id<Stage>) -> Duration {
    let millis = cells
        .iter()
        .filter(|cell| cell.stage == stage)
        .filter_map(|cell| {
            let environment = &plan.environments[cell.environment];
            let gpus = u64::from(environment.gpus?) * u64::from(environment.nodes.unwrap_or(1));
            Some(duration(plan, cell)?.value.millis.saturating_mul(gpus))
        })
        .fold(0_u64, u64::saturating_add);
    Duration { millis }
}
