//! The jobs of a plan: what runs, where, and with which command.
//!
//! A job is one cell ([`cells`]): a suite in a stage, in an environment, with a value on each of its
//! axes; or one of its shards. Its selection is the conjunction of what the stage, the types, the
//! environment, the axes and the suite select ([`selection`]); its command is the same words on a
//! developer's machine and in CI ([`command`]). What must be built before it is a job too
//! ([`builds`]).

pub mod bars;
pub mod builds;
pub mod caches;
pub mod cargo;
pub mod cells;
pub mod changes;
pub mod command;
pub mod coverage;
mod derive;
pub mod fill;
pub mod gates;
mod index;
pub mod machines;
pub mod named;
mod names;
pub mod path;
pub mod pins;
pub mod profiles;
pub mod reach;
pub mod registries;
pub mod selection;
pub mod sets;
mod settings;
mod setup;

pub use builds::BuildJob;
pub use cells::Cell;
pub use command::{Run, Shard};
pub use derive::{container, services};
pub use fill::{Filled, Late};
pub use names::id;
pub use reach::Reach;
pub use settings::{conditions, duration, given_timeout, outcome, shards, timeout};
pub use setup::NEWEST_PYTHON;

use std::ops::Deref;
use std::sync::Arc;

use derive::{AboutSuites, Deriver};
use index::Index;
use profiles::Profiles;

use crate::algebra::Space;
use crate::checks::CheckedPlan;
use crate::name::Name;
use crate::parallel;
use crate::schema::kinds::{
    Artifact, Cache, Coverage, Gate, Registry, Runner, Secret, Service, Stage, Threshold,
};
use crate::schema::values::{AxisPoint, Condition, Duration, JobPatterns, Outcome, ToolKind, Work};
use crate::schema::{Id, Plan};
use crate::source::SourceMap;

/// Every job of a checked plan.
#[derive(Debug)]
pub struct Jobs<'p> {
    /// The plan they come from.
    pub plan: &'p CheckedPlan,
    /// Its texts, for the places of declarations.
    pub sources: &'p SourceMap,
    /// The stages, each behind the one it comes after.
    pub stages: Vec<Id<Stage>>,
    /// The jobs, stage by stage as in `stages`, within one in the order of the source.
    pub jobs: Vec<Job>,
    /// What is built for them, stage by stage, each behind what it needs.
    pub builds: Vec<BuildJob>,
    /// What the runs of nextest have in common, stage by stage.
    pub profiles: Profiles,
    index: Index,
}

/// One job that runs tests.
#[derive(Debug)]
pub struct Job {
    /// Its id: the names of suite and environment, and what else tells it from its neighbours.
    /// Unique within its stage, and unchanged by what is added elsewhere.
    pub id: String,
    /// What people call it: the title of its suite, and its place.
    pub title: String,
    /// Where it runs, and what else tells it from the other jobs of its suite, for people.
    pub place: String,
    /// Which cell of the space it is.
    pub cell: Cell,
    /// Which piece of the cell, where it was divided.
    pub shard: Option<Shard>,
    /// What its tool is.
    pub tool: ToolKind,
    /// The version of Python that it runs with; without one, the one that is there.
    pub python: Option<String>,
    /// Commands that make a fresh checkout ready, each as its words: one list for all jobs that have the
    /// same.
    pub setup: Arc<[Vec<String>]>,
    /// The runner that gives it a machine.
    pub runner: Option<Id<Runner>>,
    /// The question that must be answered before there is a machine for it.
    pub waits_for: Option<String>,
    /// What it runs inside.
    pub container: Option<Filled>,
    /// Its commands, in order: one, or one for each part.
    pub runs: Vec<Run>,
    /// Commands behind them that say whether files are as they should be.
    pub verdict: Vec<Vec<String>>,
    /// Commands behind it that report coverage.
    pub report: Vec<Vec<String>>,
    /// Commands that run last, whatever became of those before: each of them, and each must succeed.
    pub cleanup: Vec<Vec<String>>,
    /// The services that are started for it.
    pub services: Vec<Id<Service>>,
    /// What must be built before it, as numbers in [`Jobs::builds`].
    pub builds: Vec<usize>,
    /// The artifacts it fetches.
    pub fetches: Vec<Id<Artifact>>,
    /// The artifacts it makes.
    pub makes: Vec<Id<Artifact>>,
    /// The caches it may look into; what it may do with them its stage says.
    pub caches: Vec<Id<Cache>>,
    /// Variables of its environment.
    pub variables: Vec<(Name, String)>,
    /// The secrets it uses.
    pub secrets: Vec<Id<Secret>>,
    /// The registries that its images come from, with a login.
    pub registries: Vec<Id<Registry>>,
    /// After how long it is stopped.
    pub timeout: Duration,
    /// What its result counts for; nothing means that it blocks.
    pub outcome: Option<Outcome>,
    /// What must hold of a run for it to be in it: all of these.
    pub when: Vec<Condition>,
    /// The coverage that it measures.
    pub coverage: Option<Id<Coverage>>,
    /// The thresholds its measurements must meet.
    pub thresholds: Vec<Id<Threshold>>,
}

impl Deref for Job {
    type Target = Cell;
    fn deref(&self) -> &Cell {
        &self.cell
    }
}

impl Job {
    /// Its commands as lines for a shell, in order.
    pub fn lines(&self) -> Vec<String> {
        self.runs
            .iter()
            .map(|run| command::shell(&run.words))
            .chain(self.verdict.iter().map(|words| command::shell(words)))
            .collect()
    }

    /// Whether a failure of it blocks what its stage gates.
    pub fn is_blocking(&self) -> bool {
        matches!(self.outcome, None | Some(Outcome::Blocking))
    }
}

impl<'p> Jobs<'p> {
    /// Derives the jobs of a plan.
    pub fn derive(plan: &'p CheckedPlan, sources: &'p SourceMap) -> Self {
        let stages = cells::life_cycle(plan);
        let cells = cells::cells(plan, &stages);
        let builds = builds::derive(plan, &stages, &cells);
        let profiles = Profiles::of(plan, &cells);
        let space = Space::of_plan(plan, []);
        let about_suites = AboutSuites::new(plan);
        let of_stage = |cells: &&[Cell]| {
            Deriver::new(plan, &builds, &profiles, &space, &about_suites).all(cells)
        };
        // Cells stand stage by stage, and stages share little of what is found out about cells.
        let by_stage: Vec<&[Cell]> = cells.chunk_by(|a, b| a.stage == b.stage).collect();
        let worth = cells.len() >= parallel::FROM_JOBS;
        let jobs = parallel::map(worth, &by_stage, of_stage);
        let jobs: Vec<Job> = jobs.into_iter().flatten().collect();
        Self {
            index: Index::new(plan.stages.len(), &jobs),
            plan,
            sources,
            stages,
            jobs,
            builds,
            profiles,
        }
    }

    /// How many jobs a plan has, without deriving them.
    pub fn count(plan: &CheckedPlan) -> usize {
        let cells = cells::cells(plan, &cells::life_cycle(plan));
        let pieces = |cell: &Cell| shards(plan, cell).max(1) as usize;
        cells.iter().map(pieces).sum()
    }

    /// The jobs of one stage.
    pub fn of_stage(&self, stage: Id<Stage>) -> std::slice::Iter<'_, Job> {
        self.jobs[self.index.of_stage(stage)].iter()
    }

    /// The gates of one stage.
    pub fn gates_of(
        &self,
        stage: Id<Stage>,
    ) -> impl Iterator<Item = (Id<Gate>, &crate::schema::Decl<Gate>)> {
        self.plan
            .gates
            .iter()
            .filter(move |(_, gate)| gate.stage.is_some_and(|s| s.id == stage))
    }

    /// The jobs that a gate judges, each with whether it decides or only advises.
    pub fn judged_by(&self, gate: Id<Gate>) -> Vec<(&Job, bool)> {
        let gate = &self.plan.gates[gate];
        let Some(stage) = gate.stage else {
            return Vec::new();
        };
        let requires = JobPatterns::new(&gate.requires);
        let advises = JobPatterns::new(&gate.advises);
        self.of_stage(stage.id)
            .filter_map(|job| {
                if requires.match_any(job) {
                    return Some((job, job.is_blocking()));
                }
                if advises.match_any(job) {
                    return Some((job, false));
                }
                gate.requires.is_empty().then_some((job, job.is_blocking()))
            })
            .collect()
    }

    /// The jobs of the same stage that make an artifact which a job fetches.
    pub fn makers_of<'j>(&'j self, job: &'j Job) -> impl Iterator<Item = &'j Job> {
        self.makers(job.stage, &job.fetches, &job.points)
    }

    /// The jobs of a stage that make some artifacts, and agree with some points on the axes both
    /// have.
    pub fn makers<'j>(
        &'j self,
        stage: Id<Stage>,
        artifacts: &[Id<Artifact>],
        points: &'j [AxisPoint],
    ) -> impl Iterator<Item = &'j Job> {
        let makers = self.index.makers(stage, artifacts).into_iter();
        let makers = makers.map(|number| &self.jobs[number]);
        makers.filter(|maker| agree(&maker.points, points))
    }

    /// The jobs of the same stage that fetch an artifact which a job makes, each with its place
    /// among those of the stage.
    pub fn users_of<'j>(&'j self, job: &'j Job) -> impl Iterator<Item = (usize, &'j Job)> {
        let first = self.index.of_stage(job.stage).start;
        let users = self.index.fetchers(job.stage, &job.makes).into_iter();
        let users = users.map(move |number| (number - first, &self.jobs[number]));
        users.filter(|(_, user)| agree(&job.points, &user.points))
    }

    /// The ids of the jobs that make an artifact for a job which waits for these.
    pub fn ids_of_makers<'j>(
        &'j self,
        artifact: Id<Artifact>,
        builds: &'j [usize],
        suites: impl Iterator<Item = &'j Job>,
    ) -> Vec<&'j str> {
        let builds = builds.iter().map(|number| &self.builds[*number]);
        builds
            .filter(|build| build.makes.contains(&artifact))
            .map(|build| build.id.as_str())
            .chain(
                suites
                    .filter(|job| job.makes.contains(&artifact))
                    .map(|job| job.id.as_str()),
            )
            .collect()
    }

    /// The builds of one stage, with their numbers.
    pub fn builds_of(&self, stage: Id<Stage>) -> impl Iterator<Item = (usize, &BuildJob)> {
        self.builds
            .iter()
            .enumerate()
            .filter(move |(_, build)| build.stage == stage)
    }
}

/// Whether what has some points is for what has others: it has the same value on each axis that both
/// have.
fn agree(made: &[AxisPoint], wanted: &[AxisPoint]) -> bool {
    made.iter().all(|point| {
        let own = wanted.iter().find(|own| own.axis == point.axis);
        own.is_none_or(|own| own == point)
    })
}

/// The artifacts that come from jobs which a pattern names.
fn made_by(
    plan: &Plan,
    names: impl Fn(&crate::schema::values::JobPattern) -> bool,
) -> Vec<Id<Artifact>> {
    plan.artifacts
        .iter()
        .filter(|(_, a)| a.from.as_ref().is_some_and(&names))
        .map(|(id, _)| id)
        .collect()
}
