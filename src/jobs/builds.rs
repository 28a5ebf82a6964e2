//! What is built in a stage for its jobs.

use rustc_hash::FxHashSet;

use super::fill::{self, Filled};
use super::{Cell, caches, machines, names};
use crate::schema::kinds::{Artifact, Build, Cache, Runner, Secret, Stage};
use crate::schema::values::{Arch, AxisPoint, BuildRef, Container, Duration, Need, Os};
use crate::schema::{Id, Plan};

/// A job that builds something.
#[derive(Debug)]
pub struct BuildJob {
    /// Its id: `build--`, which begins no id of a suite, the name of the build and the values of its axes.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What is built.
    pub build: Id<Build>,
    /// In which stage.
    pub stage: Id<Stage>,
    /// The operating system that it is made on, and for.
    pub os: Os,
    /// The architecture.
    pub arch: Arch,
    /// The value on each axis of the build.
    pub points: Vec<AxisPoint>,
    /// The commands, in order, each as its words.
    pub commands: Vec<Vec<Filled>>,
    /// Commands that run last, whatever became of those before: each of them, and each must succeed.
    pub cleanup: Vec<Vec<String>>,
    /// What must be built before, as numbers in [`Jobs::builds`](super::Jobs::builds).
    pub needs: Vec<usize>,
    /// The artifacts it fetches.
    pub fetches: Vec<Id<Artifact>>,
    /// The artifacts it makes.
    pub makes: Vec<Id<Artifact>>,
    /// The caches it may look into; what it may do with them its stage says.
    pub caches: Vec<Id<Cache>>,
    /// The runner that gives it a machine.
    pub runner: Option<Id<Runner>>,
    /// The question that must be answered before there is a machine for it.
    pub waits_for: Option<String>,
    /// The secrets it uses.
    pub secrets: Vec<Id<Secret>>,
    /// After how long it is stopped.
    pub timeout: Duration,
}

/// The jobs of a build that are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The build.
    pub build: Id<Build>,
    /// The values that are named; on its other axes those of whoever needs it hold.
    pub points: Vec<AxisPoint>,
}

impl Wanted {
    /// What is named first, then what whoever needs it has: of two values on an axis the first holds.
    fn points_with(&self, own: &[AxisPoint]) -> Vec<AxisPoint> {
        self.points.iter().chain(own).copied().collect()
    }

    /// Whether a job is one of these.
    fn is(&self, job: &BuildJob, own: &[AxisPoint]) -> bool {
        let value_on = |axis| self.points.iter().chain(own).find(|p| p.axis == axis);
        self.build == job.build
            && job
                .points
                .iter()
                .all(|point| value_on(point.axis).is_none_or(|p| p == point))
    }
}

impl From<&BuildRef> for Wanted {
    fn from(build: &BuildRef) -> Self {
        Self {
            build: build.id,
            points: build.points.clone(),
        }
    }
}

/// The builds that a cell needs: for its container, by name, and behind artifacts.
pub fn needs_of(plan: &Plan, cell: &Cell) -> Vec<Wanted> {
    let suite = &plan.suites[cell.suite];
    let container = cell
        .setting(plan, |at| at.container.as_ref(), |s| s.container.as_ref())
        .and_then(|container| match &container.value {
            Container::Build(build) => Some(Wanted::from(build)),
            Container::Image(_) => None,
        });
    let mut needs: Vec<Wanted> = container.into_iter().collect();
    needs.extend(among(plan, &suite.needs));
    needs.dedup();
    needs
}

/// The builds among what is needed, those behind artifacts too.
pub fn among(plan: &Plan, needs: &[Need]) -> Vec<Wanted> {
    needs
        .iter()
        .filter_map(|need| match need {
            Need::Build(build) => Some(Wanted::from(build)),
            Need::Artifact(artifact) => match plan.artifacts[artifact.id].from.as_ref()?.of? {
                crate::schema::values::Work::Build(build) => Some(Wanted {
                    build,
                    points: Vec::new(),
                }),
                crate::schema::values::Work::Suite(_) => None,
            },
            Need::Service(_) => None,
        })
        .collect()
}

/// The points of a cell on the axes of a build. Where the cell has no value on one of them, every
/// value of it is needed.
fn projected(plan: &Plan, build: Id<Build>, points: &[AxisPoint]) -> Vec<Vec<AxisPoint>> {
    let mut all: Vec<Vec<AxisPoint>> = vec![Vec::new()];
    for axis in &plan.builds[build].across {
        let here: Vec<AxisPoint> = match points.iter().find(|p| p.axis == axis.id) {
            Some(point) => vec![*point],
            None => (0..plan.axis_values[axis.id.index()].len())
                .filter_map(|value| u32::try_from(value).ok())
                .map(|value| AxisPoint {
                    axis: axis.id,
                    value,
                })
                .collect(),
        };
        if all.len().saturating_mul(here.len()) > super::cells::MOST_CELLS {
            return all;
        }
        all = all
            .iter()
            .flat_map(|before| {
                here.iter().map(|point| {
                    let mut points = before.clone();
                    points.push(*point);
                    points
                })
            })
            .collect();
    }
    all
}

/// The platforms that a build is made on for what runs on one: that one, where its environment has
/// it; else each that it has.
pub fn platforms(plan: &Plan, build: Id<Build>, wanted: (Os, Arch)) -> Vec<(Os, Arch)> {
    let Some(on) = plan.builds[build].on else {
        return Vec::new();
    };
    let environment = &plan.environments[on.id];
    if environment.os.contains(&wanted.0) && environment.arch.contains(&wanted.1) {
        return vec![wanted];
    }
    let of_os = |os: &Os| environment.arch.iter().map(|arch| (*os, *arch)).collect();
    environment
        .os
        .iter()
        .flat_map(|os| -> Vec<_> { of_os(os) })
        .collect()
}

/// Every build that the cells of a stage need, stage by stage, each behind what it needs.
pub fn derive(plan: &Plan, stages: &[Id<Stage>], cells: &[Cell]) -> Vec<BuildJob> {
    let mut jobs = Vec::new();
    if plan.builds.is_empty() {
        return jobs;
    }
    for stage in stages {
        let mut seen: FxHashSet<Built> = FxHashSet::default();
        for cell in cells.iter().filter(|c| c.stage == *stage) {
            let place = fill::Place::of(cell, None);
            for need in needs_of(plan, cell) {
                add_all(plan, *stage, &need, place, &mut seen, &mut jobs);
            }
        }
    }
    jobs
}

/// What tells the jobs of a stage's builds apart.
type Built = (Id<Build>, (Os, Arch), Vec<AxisPoint>);

/// Adds the builds that something at a place needs, where they are not there yet.
fn add_all(
    plan: &Plan,
    stage: Id<Stage>,
    need: &Wanted,
    place: fill::Place<'_>,
    seen: &mut FxHashSet<Built>,
    jobs: &mut Vec<BuildJob>,
) {
    for points in projected(plan, need.build, &need.points_with(place.points)) {
        for platform in platforms(plan, need.build, (place.os, place.arch)) {
            add(
                plan,
                stage,
                (need.build, platform, points.clone()),
                seen,
                jobs,
            );
        }
    }
}

fn add(
    plan: &Plan,
    stage: Id<Stage>,
    job: Built,
    seen: &mut FxHashSet<Built>,
    jobs: &mut Vec<BuildJob>,
) {
    // Marked before its needs are looked at: a circle, which a check reports, ends here.
    if !seen.insert(job.clone()) {
        return;
    }
    let (build, (os, arch), points) = job;
    let declared = &plan.builds[build];
    let Some(on) = declared.on else { return };
    let environment = &plan.environments[on.id];
    let place = fill::Place {
        os,
        arch,
        points: &points,
        shard: None,
    };
    let needs = among(plan, &declared.needs);
    for need in &needs {
        add_all(plan, stage, need, place, seen, jobs);
    }
    let runner = machines::runner_at(plan, on.id, os, arch, &points);
    let mut id = format!("build--{}", declared.head.name());
    for word in names::platform_words(environment, os, arch) {
        id.push('-');
        id.push_str(word);
    }
    let titles = names::platform_titles(environment, os, arch);
    let mut about: Vec<String> = titles.map(str::to_owned).collect();
    for point in &points {
        id.push('-');
        id.push_str(&names::point_id(plan, *point));
        let name = super::cells::value(plan, *point).map_or("", |v| v.name.as_str());
        about.push(format!("{} {name}", plan.axes[point.axis].head.title));
    }
    let mut title = declared.head.title.clone();
    if !about.is_empty() {
        title = format!("{title} ({})", about.join(", "));
    }
    jobs.push(BuildJob {
        id,
        title,
        build,
        stage,
        commands: declared
            .commands
            .iter()
            .map(|command| {
                let words = command.words.iter();
                words.map(|word| fill::fill(plan, word, place)).collect()
            })
            .collect(),
        cleanup: super::derive::cleanup(plan, &[], on.id),
        needs: reduced(jobs, matching(plan, jobs, stage, &needs, place)),
        fetches: super::derive::fetches(&declared.needs),
        makes: super::made_by(plan, |from| {
            from.of == Some(super::Work::Build(build))
                && from.os.is_none_or(|wanted| wanted == os)
                && from.arch.is_none_or(|wanted| wanted == arch)
                && from.points.iter().all(|p| points.contains(p))
        }),
        caches: caches::of(&declared.caches, &environment.caches),
        runner,
        waits_for: machines::open_question(plan, on.id, runner).map(|q| q.text.clone()),
        secrets: declared.uses.iter().map(|s| s.id).collect(),
        timeout: super::settings::timeout_or(declared.timeout, declared.duration),
        os,
        arch,
        points,
    });
}

/// Some builds without those that others of them wait for anyway: what a job needs is named once.
pub fn reduced(builds: &[BuildJob], numbers: Vec<usize>) -> Vec<usize> {
    if numbers.len() < 2 {
        return numbers;
    }
    let mut implied: FxHashSet<usize> = FxHashSet::default();
    let mut waiting: Vec<usize> = numbers.clone();
    let mut seen: FxHashSet<usize> = FxHashSet::default();
    while let Some(number) = waiting.pop() {
        if seen.insert(number) {
            implied.extend(&builds[number].needs);
            waiting.extend(&builds[number].needs);
        }
    }
    numbers
        .into_iter()
        .filter(|number| !implied.contains(number))
        .collect()
}

/// The numbers of the builds of a stage that agree with a place on the axes both have, and on the
/// platform where that can be had.
pub fn matching(
    plan: &Plan,
    builds: &[BuildJob],
    stage: Id<Stage>,
    needs: &[Wanted],
    place: fill::Place<'_>,
) -> Vec<usize> {
    if needs.is_empty() {
        return Vec::new();
    }
    let is_for = |job: &BuildJob| {
        job.stage == stage
            && needs.iter().any(|need| need.is(job, place.points))
            && platforms(plan, job.build, (place.os, place.arch)).contains(&(job.os, job.arch))
    };
    let builds = builds.iter().enumerate();
    builds
        .filter(|(_, job)| is_for(job))
        .map(|(number, _)| number)
        .collect()
}
