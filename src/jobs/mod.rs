//! The jobs of a plan: what runs, where, and with which command.
//!
//! A job is one cell, a suite in a stage in an environment. Its selection is the conjunction of what
//! the stage, the types, the environment and the suite select ([`selection`]); its command is the
//! same words on a developer's machine and in CI ([`command`]).

pub mod cells;
pub mod command;
pub mod machines;
pub mod selection;
pub mod sets;
mod setup;

pub use cells::Cell;

use crate::checks::CheckedPlan;
use crate::schema::kinds::{Coverage, Environment, Gate, Service, Stage, Suite, Threshold};
use crate::schema::values::{Duration, ToolKind};
use crate::schema::{Id, Plan};
use crate::source::SourceMap;

/// How long a job may take when neither a timeout nor an expected duration is given.
const DEFAULT_TIMEOUT: Duration = Duration::minutes(60);

/// The least timeout that is made from an expected duration: enough to start a machine.
const LEAST_TIMEOUT: Duration = Duration::minutes(10);

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
}

/// One job.
#[derive(Debug)]
pub struct Job {
    /// Its id: the names of suite and environment. Unique within its stage, and unchanged by what
    /// is added elsewhere.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The suite it runs.
    pub suite: Id<Suite>,
    /// The stage it runs in.
    pub stage: Id<Stage>,
    /// Where it runs.
    pub environment: Id<Environment>,
    /// What its tool is.
    pub tool: ToolKind,
    /// The version of Python that it runs with; without one, the one that is there.
    pub python: Option<String>,
    /// Commands that make a fresh checkout ready, each as its words.
    pub setup: Vec<Vec<String>>,
    /// The question that must be answered before there is a machine for it.
    pub waits_for: Option<String>,
    /// The command, as its words.
    pub command: Vec<String>,
    /// Commands behind it that report coverage.
    pub report: Vec<Vec<String>>,
    /// The services that are started for it.
    pub services: Vec<Id<Service>>,
    /// After how long it is stopped.
    pub timeout: Duration,
    /// The coverage that it measures.
    pub coverage: Option<Id<Coverage>>,
    /// The thresholds its measurements must meet.
    pub thresholds: Vec<Id<Threshold>>,
}

impl<'p> Jobs<'p> {
    /// Derives the jobs of a plan.
    pub fn derive(plan: &'p CheckedPlan, sources: &'p SourceMap) -> Self {
        let stages = cells::life_cycle(plan);
        let jobs = cells::cells(plan, &stages)
            .into_iter()
            .map(|cell| job(plan, cell))
            .collect();
        Self {
            plan,
            sources,
            stages,
            jobs,
        }
    }

    /// The jobs of one stage.
    pub fn of_stage(&self, stage: Id<Stage>) -> impl Iterator<Item = &Job> {
        self.jobs.iter().filter(move |job| job.stage == stage)
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
        let named = |patterns: &[crate::schema::values::JobPattern], job: &Job| {
            patterns
                .iter()
                .any(|p| p.matches(job.suite, job.stage, job.environment))
        };
        self.of_stage(stage.id)
            .filter_map(|job| {
                if named(&gate.advises, job) {
                    return Some((job, false));
                }
                (gate.requires.is_empty() || named(&gate.requires, job)).then_some((job, true))
            })
            .collect()
    }
}

fn job(plan: &Plan, cell: Cell) -> Job {
    let suite = &plan.suites[cell.suite];
    let environment = &plan.environments[cell.environment];
    let coverage = plan
        .coverages
        .iter()
        .find(|(_, c)| {
            c.of.iter().any(|s| s.id == cell.suite) && c.stages.iter().any(|s| s.id == cell.stage)
        })
        .map(|(id, _)| id);
    let measuring = coverage.and_then(|c| plan.coverages[c].tool);
    let tools: Vec<_> = suite
        .tool
        .into_iter()
        .chain(measuring)
        .map(|t| t.id)
        .collect();
    let (command, report) = command::of(plan, cell, coverage);
    Job {
        id: format!("{}-{}", suite.head.name(), environment.head.name()),
        title: format!("{} ({})", suite.head.title, environment.head.title),
        suite: cell.suite,
        stage: cell.stage,
        environment: cell.environment,
        tool: command::tool_kind(plan, cell.suite),
        python: tools.iter().find_map(|tool| setup::python(plan, *tool)),
        setup: tools
            .iter()
            .flat_map(|tool| setup::commands(plan, *tool))
            .collect(),
        waits_for: machines::open_question(plan, cell.environment).map(|q| q.text.clone()),
        command,
        report,
        services: suite.needs.iter().map(|s| s.id).collect(),
        timeout: timeout(suite),
        coverage,
        thresholds: plan
            .thresholds
            .iter()
            .filter(|(_, t)| {
                t.of.is_some_and(|p| p.matches(cell.suite, cell.stage, cell.environment))
            })
            .map(|(id, _)| id)
            .collect(),
    }
}

/// The timeout of a suite's jobs: the one it gives; else twice what it is expected to take.
pub fn timeout(suite: &Suite) -> Duration {
    match (suite.timeout, suite.duration) {
        (Some(timeout), _) => timeout.value,
        (None, Some(duration)) => duration.value.plus(duration.value).max(LEAST_TIMEOUT),
        (None, None) => DEFAULT_TIMEOUT,
    }
}
