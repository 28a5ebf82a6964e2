//! A stage on this machine: which of its jobs the machine can hold ([`hold`]), in which order they
//! run ([`order`]), what they reported ([`report`]), and what the gates say of it ([`verdict`]).
//!
//! All of it is decided here, without a process being started: `src/cli/run` does that.

pub mod coverage;
pub mod hold;
pub mod order;
pub mod report;
pub mod summary;
pub mod verdict;

use rustc_hash::FxHashMap;

use crate::jobs::coverage::Merged;
use crate::jobs::{BuildJob, Job, Jobs};
use crate::schema::Id;
use crate::schema::kinds::{Environment, Service, Stage, Suite};
use crate::schema::values::{Duration, ToolKind};
use hold::Machine;

/// A stage as it runs here.
#[derive(Debug)]
pub struct Run<'j> {
    /// The jobs of the plan.
    pub jobs: &'j Jobs<'j>,
    /// The stage.
    pub stage: Id<Stage>,
    /// What belongs to the run, each behind what it needs.
    pub entries: Vec<Entry<'j>>,
    /// Whether that is the whole stage: of a part of it no gate can judge.
    pub is_whole: bool,
}

/// A build or a job in a run.
#[derive(Debug)]
pub struct Entry<'j> {
    /// What is to be done.
    pub task: Task<'j>,
    /// What must succeed before it, by number.
    pub needs: Vec<usize>,
    /// What it has to itself while it runs.
    pub locks: Vec<Lock>,
    /// Whether it runs.
    pub fate: Fate,
}

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub enum Task<'j> {
    /// Something is built.
    Build(&'j BuildJob),
    /// Tests are run.
    Job(&'j Job),
    /// What several jobs measured is brought together.
    Goal(&'j Merged<'j>),
}

/// Whether something of a stage runs here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It does.
    Runs,
    /// It is not in this run, in CI neither: why.
    LeftOut(String),
    /// This machine cannot hold it: why.
    NotHeld(String),
}

/// What two jobs cannot use at the same time on one machine, though each has its own in CI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lock {
    /// The files of the checkout: it may change them, so nothing else runs beside it.
    Tree,
    /// The files that a measurement of coverage writes.
    Coverage,
    /// The GPUs.
    Gpus,
    /// The port of a service.
    Service(Id<Service>),
    /// What the jobs of a suite leave: one cleans up what its neighbour may still need.
    Suite(Id<Suite>),
    /// What is in an environment: it is cleaned up behind each of its jobs.
    Environment(Id<Environment>),
}

impl Entry<'_> {
    /// Its id within the stage.
    pub fn id(&self) -> &str {
        match self.task {
            Task::Build(build) => &build.id,
            Task::Job(job) => &job.id,
            Task::Goal(goal) => &goal.id,
        }
    }

    /// What people call it.
    pub fn title(&self) -> &str {
        match self.task {
            Task::Build(build) => &build.title,
            Task::Job(job) => &job.title,
            Task::Goal(goal) => &goal.title,
        }
    }

    /// After how long it is stopped.
    pub fn timeout(&self) -> Duration {
        match self.task {
            Task::Build(build) => build.timeout,
            Task::Job(job) => job.timeout,
            Task::Goal(_) => Duration::minutes(5),
        }
    }

    /// Whether its failure fails the run where no gate says otherwise.
    pub fn is_blocking(&self) -> bool {
        match self.task {
            Task::Job(job) => job.is_blocking(),
            // Whether too low a figure fails the job of a goal, its declaration has decided.
            Task::Build(_) | Task::Goal(_) => true,
        }
    }
}

impl<'j> Run<'j> {
    /// What runs of a stage: all of it, or, where `wanted` chooses some, those and what they need.
    /// `goals` are its goals for coverage that several jobs measure; `left_out` says why jobs are not in
    /// the run, as [`Changes::left_out`] does.
    ///
    /// [`Changes::left_out`]: crate::jobs::changes::Changes::left_out
    pub fn of(
        jobs: &'j Jobs<'j>,
        stage: Id<Stage>,
        goals: &'j [Merged<'j>],
        left_out: &FxHashMap<(usize, &str), String>,
        wanted: Option<&dyn Fn(&Job) -> bool>,
        machine: &dyn Machine,
    ) -> Self {
        let mut entries: Vec<Entry<'j>> = Vec::new();
        let mut builds: FxHashMap<usize, usize> = FxHashMap::default();
        let reason = |id: &str| left_out.get(&(stage.index(), id)).cloned();
        for (number, build) in jobs.builds_of(stage) {
            builds.insert(number, entries.len());
            entries.push(Entry {
                needs: build.needs.iter().map(|need| builds[need]).collect(),
                locks: jobs.plan.builds[build.build]
                    .on
                    .filter(|_| !build.cleanup.is_empty())
                    .map(|on| Lock::Environment(on.id))
                    .into_iter()
                    .collect(),
                fate: match reason(&build.id) {
                    Some(why) => Fate::LeftOut(why),
                    None => fate(hold::build(jobs.plan, build, machine)),
                },
                task: Task::Build(build),
            });
        }
        let first_job = entries.len();
        let all: Vec<&'j Job> = jobs.of_stage(stage).collect();
        for job in &all {
            let makers = jobs.makers_of(job).filter_map(|maker| {
                let place = all.iter().position(|other| std::ptr::eq(*other, maker))?;
                Some(first_job + place)
            });
            let asked = wanted.is_some_and(|wanted| wanted(job));
            entries.push(Entry {
                needs: job.builds.iter().map(|b| builds[b]).chain(makers).collect(),
                locks: locks(jobs, job),
                fate: match reason(&job.id) {
                    // Whoever names a job asks for it.
                    Some(why) if !asked => Fate::LeftOut(why),
                    _ => fate(hold::job(jobs.plan, job, machine)),
                },
                task: Task::Job(job),
            });
        }
        for (number, build) in jobs.builds_of(stage) {
            let makers = jobs.makers(stage, &build.fetches, &build.points);
            let places = makers.filter_map(|maker| {
                let place = all.iter().position(|other| std::ptr::eq(*other, maker))?;
                Some(first_job + place)
            });
            let places: Vec<usize> = places.collect();
            entries[builds[&number]].needs.extend(places);
        }
        for goal in goals {
            let place = |measured: &&Job| all.iter().position(|job| std::ptr::eq(*job, *measured));
            let places = goal.of.iter().filter_map(place);
            let needs: Vec<usize> = places.map(|place| first_job + place).collect();
            let missing = needs.iter().find_map(|need| match &entries[*need].fate {
                Fate::LeftOut(_) => Some(format!(
                    "{}, in which it is measured, is left out",
                    entries[*need].id()
                )),
                _ => None,
            });
            entries.push(Entry {
                needs,
                locks: Vec::new(),
                fate: missing.map_or(Fate::Runs, Fate::LeftOut),
                task: Task::Goal(goal),
            });
        }
        let mut run = Self {
            jobs,
            stage,
            entries,
            is_whole: true,
        };
        if let Some(wanted) = wanted {
            run.keep(wanted);
        }
        run.pass_on();
        run
    }

    /// Keeps what was asked for, and what it needs.
    fn keep(&mut self, wanted: &dyn Fn(&Job) -> bool) {
        let is_wanted = |entry: &Entry<'_>| matches!(entry.task, Task::Job(job) if wanted(job));
        let mut waiting: Vec<usize> = (0..self.entries.len())
            .filter(|number| is_wanted(&self.entries[*number]))
            .collect();
        let mut kept = vec![false; self.entries.len()];
        while let Some(number) = waiting.pop() {
            if !std::mem::replace(&mut kept[number], true) {
                waiting.extend(&self.entries[number].needs);
            }
        }
        self.is_whole = kept.iter().all(|kept| *kept);
        let mut place = 0;
        let places: Vec<usize> = kept
            .iter()
            .map(|kept| {
                let own = place;
                place += usize::from(*kept);
                own
            })
            .collect();
        let mut number = 0;
        self.entries.retain(|_| {
            number += 1;
            kept[number - 1]
        });
        for entry in &mut self.entries {
            for need in &mut entry.needs {
                *need = places[*need];
            }
            // A build is left out where no job of the run needs it: these do.
            if let (Task::Build(_), Fate::LeftOut(_)) = (&entry.task, &entry.fate) {
                entry.fate = Fate::Runs;
            }
        }
    }

    /// What needs something that the machine cannot hold is not held either.
    fn pass_on(&mut self) {
        loop {
            let next = (0..self.entries.len()).find_map(|number| {
                let entry = &self.entries[number];
                if entry.fate != Fate::Runs {
                    return None;
                }
                let need = entry.needs.iter().map(|need| &self.entries[*need]);
                let missing = need
                    .clone()
                    .find(|need| matches!(need.fate, Fate::NotHeld(_)))?;
                let why = format!("it needs {}, which cannot run here", missing.id());
                Some((number, why))
            });
            let Some((number, why)) = next else { return };
            self.entries[number].fate = Fate::NotHeld(why);
        }
    }

    /// How long the longest of what runs is expected to take; nothing where no job says so.
    pub fn expected(&self, number: usize) -> Option<Duration> {
        match self.entries[number].task {
            Task::Build(build) => self.jobs.plan.builds[build.build].duration.map(|d| d.value),
            Task::Job(job) => {
                let plan = self.jobs.plan;
                let duration = job.cell.setting(plan, |at| at.duration, |s| s.duration);
                duration.map(|d| d.value)
            }
            Task::Goal(_) => None,
        }
    }
}

/// Nothing speaks against it, or something does.
fn fate(reason: Option<String>) -> Fate {
    reason.map_or(Fate::Runs, Fate::NotHeld)
}

/// What a job has to itself while it runs.
fn locks(jobs: &Jobs<'_>, job: &Job) -> Vec<Lock> {
    let mut locks: Vec<Lock> = job.services.iter().map(|id| Lock::Service(*id)).collect();
    // Hooks mend files, and a verdict on the tree would blame a job for what another one wrote.
    if job.tool == ToolKind::PreCommit || !job.verdict.is_empty() {
        locks.push(Lock::Tree);
    }
    if job.coverage.is_some() {
        locks.push(Lock::Coverage);
    }
    if !jobs.plan.suites[job.suite].cleanup.is_empty() {
        locks.push(Lock::Suite(job.suite));
    }
    if !jobs.plan.environments[job.environment].cleanup.is_empty() {
        locks.push(Lock::Environment(job.environment));
    }
    if jobs.plan.environments[job.environment]
        .gpus
        .is_some_and(|g| g.0 > 0)
    {
        locks.push(Lock::Gpus);
    }
    locks
}
