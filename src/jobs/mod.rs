//! The jobs of a plan: what runs, where, and with which command.
//!
//! A job is one cell ([`cells`]): a suite in a stage, in an environment, with a value on each of its
//! axes; or one of its shards. Its selection is the conjunction of what the stage, the types, the
//! environment, the axes and the suite select ([`selection`]); its command is the same words on a
//! developer's machine and in CI ([`command`]). What must be built before it is a job too
//! ([`builds`]).

pub mod bars;
pub mod builds;
pub mod cargo;
pub mod cells;
pub mod changes;
pub mod command;
pub mod fill;
pub mod gates;
mod index;
pub mod machines;
pub mod named;
pub mod path;
pub mod profiles;
pub mod selection;
pub mod sets;
mod setup;

pub use builds::BuildJob;
pub use cells::Cell;
pub use command::{Run, Shard};
pub use fill::{Filled, Late};
pub use setup::NEWEST_PYTHON;

use std::ops::Deref;

use rustc_hash::FxHashMap;

use index::{BySuite, Index};
use profiles::Profiles;
use sets::Sets;

use crate::algebra::Space;
use crate::checks::CheckedPlan;
use crate::name::Name;
use crate::schema::kinds::{
    Artifact, Coverage, Gate, Runner, Secret, Service, Stage, Suite, Threshold,
};
use crate::schema::values::{
    AxisPoint, Bind, Condition, Container, Duration, JobPatterns, Need, Outcome, ToolKind, Work,
};
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
    /// Commands that make a fresh checkout ready, each as its words.
    pub setup: Vec<Vec<String>>,
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
    /// The services that are started for it.
    pub services: Vec<Id<Service>>,
    /// What must be built before it, as numbers in [`Jobs::builds`].
    pub builds: Vec<usize>,
    /// The artifacts it fetches.
    pub fetches: Vec<Id<Artifact>>,
    /// The artifacts it makes.
    pub makes: Vec<Id<Artifact>>,
    /// Variables of its environment.
    pub variables: Vec<(Name, String)>,
    /// The secrets it uses.
    pub secrets: Vec<Id<Secret>>,
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
        let mut deriver = Deriver::new(plan, &builds, &profiles, &space);
        let mut jobs = Vec::with_capacity(cells.len());
        for cell in cells {
            let shards = shards(plan, &cell);
            if shards > 1 {
                jobs.extend((1..=shards).map(|number| {
                    let shard = Shard { number, of: shards };
                    deriver.job(cell.clone(), Some(shard))
                }));
            } else {
                jobs.push(deriver.job(cell, None));
            }
        }
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

/// Into how many jobs a cell is divided.
pub fn shards(plan: &Plan, cell: &Cell) -> u32 {
    cell.setting(plan, |at| at.shards, |suite| suite.shards)
        .map_or(1, |shards| shards.value)
}

/// The id of a cell within its stage.
pub fn id(plan: &Plan, cell: &Cell, shard: Option<Shard>) -> String {
    let environment = &plan.environments[cell.environment];
    let mut id = format!(
        "{}-{}",
        plan.suites[cell.suite].head.name(),
        environment.head.name()
    );
    if environment.os.len() > 1 {
        id.push('-');
        id.push_str(cell.os.word());
    }
    if environment.arch.len() > 1 {
        id.push('-');
        id.push_str(cell.arch.word());
    }
    for point in &cell.points {
        id.push('-');
        id.push_str(&point_id(plan, *point));
    }
    if let Some(shard) = shard {
        id.push_str("-shard");
        id.push_str(&shard.number.to_string());
    }
    id
}

/// A value in an id: its name, behind that of its axis where it is not a word by itself.
fn point_id(plan: &Plan, point: crate::schema::values::AxisPoint) -> String {
    let name = cells::value(plan, point).map_or("", |value| value.name.as_str());
    let word: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) && name != "none" && name != "rest" {
        word
    } else {
        format!("{}{word}", plan.axes[point.axis].head.name())
    }
}

/// Where a cell runs, and what else tells it from the others of its suite, for people.
fn place(plan: &Plan, cell: &Cell, shard: Option<Shard>) -> String {
    let environment = &plan.environments[cell.environment];
    let mut place = vec![environment.head.title.clone()];
    if environment.os.len() > 1 {
        place.push(cell.os.title().to_owned());
    }
    if environment.arch.len() > 1 {
        place.push(cell.arch.title().to_owned());
    }
    for point in &cell.points {
        let name = cells::value(plan, *point).map_or("", |value| value.name.as_str());
        place.push(format!("{} {name}", plan.axes[point.axis].head.title));
    }
    if let Some(shard) = shard {
        place.push(format!("shard {} of {}", shard.number, shard.of));
    }
    place.join(", ")
}

/// Makes the jobs of a plan, with what it needs to know for all of them.
struct Deriver<'p> {
    plan: &'p Plan,
    builds: &'p [BuildJob],
    profiles: &'p Profiles,
    sets: Sets<'p>,
    artifacts: BySuite<Artifact>,
    thresholds: BySuite<Threshold>,
    /// The coverages that measure a suite, in the order of the source.
    coverages: FxHashMap<Id<Suite>, Vec<Id<Coverage>>>,
}

impl<'p> Deriver<'p> {
    fn new(
        plan: &'p Plan,
        builds: &'p [BuildJob],
        profiles: &'p Profiles,
        space: &'p Space,
    ) -> Self {
        let mut coverages: FxHashMap<Id<Suite>, Vec<Id<Coverage>>> = FxHashMap::default();
        for (id, coverage) in plan.coverages.iter() {
            for suite in &coverage.of {
                coverages.entry(suite.id).or_default().push(id);
            }
        }
        Self {
            plan,
            builds,
            profiles,
            sets: Sets::new(plan, space),
            artifacts: BySuite::new(&plan.artifacts, |artifact| artifact.from.as_ref()),
            thresholds: BySuite::new(&plan.thresholds, |threshold| threshold.of.as_ref()),
            coverages,
        }
    }

    /// The coverage that a cell measures: the first that names its suite and its stage.
    fn coverage(&self, cell: &Cell) -> Option<Id<Coverage>> {
        let of_suite = self.coverages.get(&cell.suite)?;
        let measures = |id: &&Id<Coverage>| {
            let mut stages = self.plan.coverages[**id].stages.iter();
            stages.any(|stage| stage.id == cell.stage)
        };
        of_suite.iter().find(measures).copied()
    }

    /// The artifacts that a cell makes.
    fn makes(&self, cell: &Cell) -> Vec<Id<Artifact>> {
        let mut made = self.artifacts.of(cell.suite);
        made.retain(|id| {
            let from = self.plan.artifacts[*id].from.as_ref();
            from.is_some_and(|from| from.matches(cell))
        });
        made
    }

    /// The thresholds that the measurements of a cell must meet.
    fn judges(&self, cell: &Cell) -> Vec<Id<Threshold>> {
        let mut judges = self.thresholds.of(cell.suite);
        judges.retain(|id| {
            let of = self.plan.thresholds[*id].of.as_ref();
            of.is_some_and(|of| of.matches(cell))
        });
        judges
    }

    fn job(&mut self, cell: Cell, shard: Option<Shard>) -> Job {
        let (plan, builds) = (self.plan, self.builds);
        let suite = &plan.suites[cell.suite];
        let coverage = self.coverage(&cell);
        let measuring = coverage.and_then(|c| plan.coverages[c].tool);
        let tools: Vec<_> = suite
            .tool
            .into_iter()
            .chain(measuring)
            .map(|t| t.id)
            .collect();
        let (runs, report) =
            command::of(plan, &cell, shard, coverage, self.profiles, &mut self.sets);
        let runner = machines::runner(plan, &cell);
        let mut setup: Vec<Vec<String>> = tools
            .iter()
            .flat_map(|tool| setup::commands(plan, *tool))
            .collect();
        setup.extend(setup::plugins(plan, &cell, shard.is_some()));
        let needs = builds::needs_of(plan, &cell);
        let question = machines::open_question(plan, cell.environment, runner);
        let place = place(plan, &cell, shard);
        Job {
            id: id(plan, &cell, shard),
            title: format!("{} ({place})", suite.head.title),
            place,
            shard,
            tool: command::tool_kind(plan, cell.suite),
            python: tools.iter().find_map(|tool| setup::python(plan, *tool)),
            setup,
            waits_for: question.map(|q| q.text.clone()),
            runner,
            container: container(plan, &cell, shard),
            runs,
            verdict: command::verdict(suite),
            report,
            services: services(suite),
            builds: builds::reduced(
                builds,
                builds::matching(builds, cell.stage, &needs, &cell.points),
            ),
            fetches: fetches(&suite.needs),
            makes: self.makes(&cell),
            variables: variables(plan, &cell),
            secrets: suite.uses.iter().map(|s| s.id).collect(),
            timeout: timeout(plan, &cell),
            outcome: outcome(plan, &cell).cloned(),
            when: conditions(plan, &cell),
            coverage,
            thresholds: self.judges(&cell),
            cell,
        }
    }
}

/// The services that a suite needs.
pub fn services(suite: &Suite) -> Vec<Id<Service>> {
    suite
        .needs
        .iter()
        .filter_map(|need| match need {
            Need::Service(service) => Some(service.id),
            _ => None,
        })
        .collect()
}

/// The artifacts among what is needed.
fn fetches(needs: &[Need]) -> Vec<Id<Artifact>> {
    needs
        .iter()
        .filter_map(|need| match need {
            Need::Artifact(artifact) => Some(artifact.id),
            _ => None,
        })
        .collect()
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

/// What a cell runs inside.
fn container(plan: &Plan, cell: &Cell, shard: Option<Shard>) -> Option<Filled> {
    let container = cell.setting(plan, |at| at.container.as_ref(), |s| s.container.as_ref())?;
    let place = fill::Place::of(cell, shard.map(|s| s.number));
    match &container.value {
        Container::Image(image) => Some(fill::fill(plan, image, place)),
        Container::Build(build) => {
            let points: Vec<AxisPoint> = build.points.iter().chain(&cell.points).copied().collect();
            let place = fill::Place {
                points: &points,
                ..place
            };
            let image = plan.builds[build.id].image.as_ref()?;
            Some(fill::fill(plan, image, place))
        }
    }
}

/// The variables of a cell, those that say more about it last.
fn variables(plan: &Plan, cell: &Cell) -> Vec<(Name, String)> {
    let mut variables: indexmap::IndexMap<Name, String> = indexmap::IndexMap::new();
    let mut add = |entries: &crate::schema::values::Variables| {
        for (name, text) in &entries.entries {
            variables.insert(*name, text.to_string());
        }
    };
    add(&plan.suites[cell.suite].variables);
    for point in &cell.points {
        if let Some(record) = cells::value(plan, *point).and_then(|v| v.record) {
            add(&plan.value_records[record].variables);
        }
    }
    for at in cells::ats(plan, cell) {
        add(&at.variables);
    }
    for point in &cell.points {
        if let (Some(Bind::Env(name)), Some(value)) =
            (&plan.axes[point.axis].bind, cells::value(plan, *point))
        {
            variables.insert(*name, value.text.clone());
        }
    }
    variables.into_iter().collect()
}

/// What the result of a cell counts for, where it is said: by an `at` block, else by the value of an
/// axis, else by the suite.
pub fn outcome<'p>(plan: &'p Plan, cell: &Cell) -> Option<&'p Outcome> {
    let of_at = cells::ats(plan, cell)
        .rev()
        .find_map(|at| at.body.outcome.as_ref());
    let of_value = || {
        cell.points.iter().rev().find_map(|point| {
            let record = cells::value(plan, *point)?.record?;
            plan.value_records[record].outcome.as_ref()
        })
    };
    of_at
        .or_else(of_value)
        .or(plan.suites[cell.suite].body.outcome.as_ref())
}

/// What must hold of a run for a cell to be in it.
pub fn conditions(plan: &Plan, cell: &Cell) -> Vec<Condition> {
    let of_stage = plan.stages[cell.stage].when.clone();
    let own = cell.setting(plan, |at| at.when.clone(), |suite| suite.when.clone());
    of_stage.into_iter().chain(own).collect()
}

/// How long a cell is expected to take, all its shards together.
pub fn duration(plan: &Plan, cell: &Cell) -> Option<crate::schema::values::Spanned<Duration>> {
    cell.setting(plan, |at| at.duration, |suite| suite.duration)
}

/// The timeout of a cell: the one it is given; else twice what it is expected to take.
pub fn timeout(plan: &Plan, cell: &Cell) -> Duration {
    let given = cell.setting(plan, |at| at.timeout, |suite| suite.timeout);
    timeout_or(given, duration(plan, cell))
}

/// A timeout, else twice the duration, else the usual one.
fn timeout_or(
    timeout: Option<crate::schema::values::Spanned<Duration>>,
    duration: Option<crate::schema::values::Spanned<Duration>>,
) -> Duration {
    match (timeout, duration) {
        (Some(timeout), _) => timeout.value,
        (None, Some(duration)) => duration.value.plus(duration.value).max(LEAST_TIMEOUT),
        (None, None) => DEFAULT_TIMEOUT,
    }
}
