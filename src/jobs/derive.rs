//! From cells to jobs.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::index::BySuite;
use super::names::{id, place};
use super::profiles::Profiles;
use super::sets::Sets;
use super::settings::{conditions, outcome, shards, timeout};
use super::{
    BuildJob, Cell, Filled, Job, Shard, builds, caches, cells, command, fill, machines, registries,
    setup,
};
use crate::algebra::Space;
use crate::name::Name;
use crate::schema::kinds::{Artifact, Coverage, Environment, Service, Suite, Threshold, Tool};
use crate::schema::values::{AxisPoint, Bind, Command, Container, Need, Variables};
use crate::schema::{Id, Plan};

/// Makes the jobs of a plan, with what it needs to know for all of them.
pub struct Deriver<'p> {
    plan: &'p Plan,
    builds: &'p [BuildJob],
    profiles: &'p Profiles,
    about_suites: &'p AboutSuites,
    sets: Sets<'p>,
    /// What makes a machine ready, by the tools and what they need besides.
    setups: FxHashMap<Ready, Arc<[Vec<String>]>>,
    /// In how many of the jobs each coverage is measured.
    measured: FxHashMap<Id<Coverage>, u32>,
}

/// Tools, and the command that installs what their commands ask for.
type Ready = (Vec<Id<Tool>>, Option<Vec<String>>);

/// What declarations name suites, by suite.
pub struct AboutSuites {
    artifacts: BySuite<Artifact>,
    thresholds: BySuite<Threshold>,
    /// The coverages that measure a suite, in the order of the source.
    coverages: FxHashMap<Id<Suite>, Vec<Id<Coverage>>>,
}

impl AboutSuites {
    pub fn new(plan: &Plan) -> Self {
        let mut coverages: FxHashMap<Id<Suite>, Vec<Id<Coverage>>> = FxHashMap::default();
        for (id, coverage) in plan.coverages.iter() {
            for suite in &coverage.of {
                coverages.entry(suite.id).or_default().push(id);
            }
        }
        Self {
            artifacts: BySuite::new(&plan.artifacts, |artifact| artifact.from.as_ref()),
            thresholds: BySuite::new(&plan.thresholds, |threshold| threshold.of.as_ref()),
            coverages,
        }
    }
}

impl<'p> Deriver<'p> {
    pub fn new(
        plan: &'p Plan,
        builds: &'p [BuildJob],
        profiles: &'p Profiles,
        space: &'p Space,
        about_suites: &'p AboutSuites,
    ) -> Self {
        Self {
            plan,
            builds,
            profiles,
            about_suites,
            sets: Sets::new(plan, space),
            setups: FxHashMap::default(),
            measured: FxHashMap::default(),
        }
    }

    /// The jobs of the cells of a stage, in their order.
    pub fn all(&mut self, cells: &[Cell]) -> Vec<Job> {
        // One coverage that is measured in one job alone is judged there.
        for cell in cells {
            if let Some(coverage) = self.coverage(cell) {
                *self.measured.entry(coverage).or_default() += shards(self.plan, cell).max(1);
            }
        }
        let mut jobs = Vec::with_capacity(cells.len());
        for cell in cells {
            let shards = shards(self.plan, cell);
            if shards > 1 {
                jobs.extend((1..=shards).map(|number| {
                    let shard = Shard { number, of: shards };
                    self.job(cell.clone(), Some(shard))
                }));
            } else {
                jobs.push(self.job(cell.clone(), None));
            }
        }
        jobs
    }

    /// The coverage that a cell measures: the first that names its suite and its stage. While nobody knows
    /// with what, none.
    fn coverage(&self, cell: &Cell) -> Option<Id<Coverage>> {
        let of_suite = self.about_suites.coverages.get(&cell.suite)?;
        let measures = |id: &&Id<Coverage>| {
            let coverage = &self.plan.coverages[**id];
            let mut stages = coverage.stages.iter();
            coverage.tool.is_some() && stages.any(|stage| stage.id == cell.stage)
        };
        of_suite.iter().find(measures).copied()
    }

    /// The artifacts that a cell makes.
    fn makes(&self, cell: &Cell) -> Vec<Id<Artifact>> {
        let mut made = self.about_suites.artifacts.of(cell.suite);
        made.retain(|id| {
            let from = self.plan.artifacts[*id].from.as_ref();
            from.is_some_and(|from| from.matches(cell))
        });
        made
    }

    /// The thresholds that the measurements of a cell must meet.
    fn judges(&self, cell: &Cell) -> Vec<Id<Threshold>> {
        let mut judges = self.about_suites.thresholds.of(cell.suite);
        judges.retain(|id| {
            let of = self.plan.thresholds[*id].of.as_ref();
            of.is_some_and(|of| of.matches(cell))
        });
        judges
    }

    fn setup(&mut self, tools: &[Id<Tool>], plugins: Option<Vec<String>>) -> Arc<[Vec<String>]> {
        let plan = self.plan;
        let ready = self.setups.entry((tools.to_vec(), plugins));
        let ready = ready.or_insert_with_key(|(tools, plugins)| {
            let of_tools = tools.iter().flat_map(|tool| setup::commands(plan, *tool));
            of_tools.chain(plugins.clone()).collect()
        });
        Arc::clone(ready)
    }

    fn job(&mut self, cell: Cell, shard: Option<Shard>) -> Job {
        let (plan, builds) = (self.plan, self.builds);
        let suite = &plan.suites[cell.suite];
        let coverage = self.coverage(&cell);
        let measured = coverage.map(|id| command::Measured {
            coverage: &plan.coverages[id],
            is_alone: self.measured.get(&id) == Some(&1),
        });
        let measuring = coverage.and_then(|c| plan.coverages[c].tool);
        let tools: Vec<_> = suite
            .tool
            .into_iter()
            .chain(measuring)
            .map(|t| t.id)
            .collect();
        let (runs, report) =
            command::of(plan, &cell, shard, measured, self.profiles, &mut self.sets);
        let runner = machines::runner(plan, &cell);
        let setup = self.setup(&tools, setup::plugins(plan, &cell, shard.is_some()));
        let needs = builds::needs_of(plan, &cell);
        let question = machines::open_question(plan, cell.environment, runner);
        let place = place(plan, &cell, shard);
        let container = container(plan, &cell, shard);
        let python = |tool: &Id<Tool>| setup::python(plan, *tool, container.is_some());
        let services = services(suite);
        Job {
            id: id(plan, &cell, shard),
            title: format!("{} ({place})", suite.head.title),
            place,
            shard,
            tool: command::tool_kind(plan, cell.suite),
            python: tools.iter().find_map(python),
            setup,
            waits_for: question.map(|q| q.text.clone()),
            runner,
            registries: registries::of_images(plan, container.as_ref(), &services),
            container,
            runs,
            verdict: command::verdict(suite),
            report,
            cleanup: cleanup(plan, &suite.cleanup, cell.environment),
            services,
            builds: builds::reduced(
                builds,
                builds::matching(
                    plan,
                    builds,
                    cell.stage,
                    &needs,
                    fill::Place::of(&cell, None),
                ),
            ),
            fetches: fetches(&suite.needs),
            makes: self.makes(&cell),
            caches: caches::of_tools(plan, tools.iter().copied(), cell.environment),
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

/// What cleans up behind something in an environment: its own commands, then those of the place.
pub fn cleanup(plan: &Plan, own: &[Command], environment: Id<Environment>) -> Vec<Vec<String>> {
    own.iter()
        .chain(&plan.environments[environment].cleanup)
        .map(|command| command.words.clone())
        .collect()
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
pub fn fetches(needs: &[Need]) -> Vec<Id<Artifact>> {
    needs
        .iter()
        .filter_map(|need| match need {
            Need::Artifact(artifact) => Some(artifact.id),
            _ => None,
        })
        .collect()
}

/// What a cell runs inside.
pub fn container(plan: &Plan, cell: &Cell, shard: Option<Shard>) -> Option<Filled> {
    let container = cell.setting(plan, |at| at.container.as_ref(), |s| s.container.as_ref())?;
    let place = fill::Place::of(cell, shard.map(|s| s.number));
    match &container.value {
        Container::Image(image) => Some(fill::fill(plan, image, place)),
        Container::Build(build) => {
            let points: Vec<AxisPoint> = build.points.iter().chain(&cell.points).copied().collect();
            // The image of the platform that it was made on, be it not the cell's own.
            let made_on = builds::platforms(plan, build.id, (cell.os, cell.arch));
            let (os, arch) = *made_on.first()?;
            let place = fill::Place {
                os,
                arch,
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
    let mut add = |entries: &Variables| {
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
