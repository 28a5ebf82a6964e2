//! The fifth stage: does the plan hold?
//!
//! Each check is one small file with one [`Check`]; [`REGISTRY`] lists them all, and nothing else
//! does. A plan that passes is a [`CheckedPlan`], the only thing that jobs are derived from.

mod accepts;
mod actions;
mod at_blocks;
mod axes;
mod builds;
mod caches;
mod capacity;
mod conditions;
mod cron;
mod cycles;
mod dates;
mod deployments;
mod despite;
mod features;
mod filterset;
mod gaps;
mod gates;
mod gitlab;
pub(crate) mod globs;
mod host_limits;
mod idle;
mod jobs;
mod languages;
mod layouts;
mod limits;
mod markers;
mod names_of_branches;
mod origins;
mod outputs;
pub(crate) mod overlaps;
mod parts;
pub(crate) mod pins;
mod plan_count;
mod platforms;
mod refs;
mod registries;
mod retention;
mod runners;
mod schedules;
mod secrets;
mod selections;
mod services;
mod stages;
mod suites;
mod thresholds;
mod tools;
mod triggers;
mod trust;
mod unstarted;
mod unused;
mod variables;
mod workers;

pub use despite::Broken;
pub(crate) use features::covering;
pub use host_limits::LONGEST_WORKFLOW;

use rustc_hash::FxHashSet;
use std::cell::RefCell;
use std::ops::{Deref, Range};

use crate::algebra::Space;
use crate::diagnostics::{Code, Diagnostic, has_errors};
use crate::jobs::cells::OfSuites;
use crate::jobs::sets::Sets;
use crate::jobs::{self as derived, BuildJob, Cell, cells};
use crate::schema::kinds::{Accept, Stage, Suite};
use crate::schema::values::{Date, JobPattern, Promise, Work};
use crate::schema::{Id, Plan};
use crate::source::SourceMap;
use crate::timings::Timings;

/// A plan in which nothing was found wrong.
#[derive(Debug)]
pub struct CheckedPlan {
    plan: Plan,
}

impl Deref for CheckedPlan {
    type Target = Plan;
    fn deref(&self) -> &Plan {
        &self.plan
    }
}

/// What a check looks at, and where it reports.
pub struct Context<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its texts.
    pub sources: &'a SourceMap,
    /// The day on which dates are judged, if they are.
    pub today: Option<Date>,
    /// The cells of the plan, stage by stage.
    pub cells: &'a [Cell],
    /// Where those of each stage stand among them.
    of_stages: &'a [Range<usize>],
    /// Which of them are a suite's.
    of_suites: &'a OfSuites,
    /// What is built for them.
    pub builds: &'a [BuildJob],
    /// What its declarations and cells select.
    pub sets: &'a RefCell<Sets<'a>>,
    /// The files of the repository, if they are looked at.
    pub tree: Option<&'a [String]>,
    /// The `accept` declarations that let something pass, by number.
    accepted: &'a RefCell<FxHashSet<usize>>,
    diagnostics: &'a RefCell<Vec<Diagnostic>>,
}

impl<'a> Context<'a> {
    /// The cells of a stage, in order.
    pub fn cells_of(&self, stage: Id<Stage>) -> std::slice::Iter<'a, Cell> {
        self.cells[self.of_stages[stage.index()].clone()].iter()
    }

    /// The cells of a suite, in order.
    pub fn cells_of_suite(&self, suite: Id<Suite>) -> impl Iterator<Item = &'a Cell> + use<'a> {
        let cells = self.cells;
        let numbers = self.of_suites.of(suite).iter();
        numbers.map(|number| &cells[*number])
    }

    /// The cells that a pattern names, in order.
    pub fn cells_named<'s>(&'s self, pattern: &'s JobPattern) -> impl Iterator<Item = &'a Cell> {
        let cells = self.cells;
        let (of_suite, all) = match pattern.of {
            Some(Work::Suite(suite)) => (self.of_suites.of(suite), [].iter()),
            Some(Work::Build(_)) => ([].as_slice(), [].iter()),
            None => ([].as_slice(), cells.iter()),
        };
        let of_suite = of_suite.iter().map(|number| &cells[*number]);
        of_suite.chain(all).filter(|cell| pattern.matches(cell))
    }

    /// Reports a promise that is not kept, unless the plan accepts exactly this.
    pub fn report_unless(
        &mut self,
        promise: Promise,
        is_about: impl Fn(&Accept) -> bool,
        diagnostic: Diagnostic,
    ) {
        debug_assert_eq!(diagnostic.code.class, crate::diagnostics::Class::Promise);
        let found = self.plan.accepts.iter().find(|(_, accept)| {
            accept.promise.is_some_and(|p| p.value == promise) && is_about(accept)
        });
        match found {
            Some((id, _)) => {
                self.accepted.borrow_mut().insert(id.index());
            }
            None => self.report(diagnostic),
        }
    }

    /// Reports a finding.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }
}

/// One thing that can be wrong with a plan.
pub trait Check: Sync {
    /// The codes it can report.
    fn codes(&self) -> &'static [Code];

    /// What it is called where its time is told: the file that it is in.
    fn name(&self) -> &'static str {
        let path = std::any::type_name::<Self>();
        path.rsplit("::").nth(1).unwrap_or(path)
    }

    /// Looks at the plan.
    fn check(&self, context: &mut Context<'_>);
}

/// Checks that need the same to be in order.
pub struct Group {
    /// What it is called where its time is told.
    pub name: &'static str,
    /// The groups in which nothing may have been found wrong, since what this one finds could be no more
    /// than a consequence of it.
    after: &'static [&'static str],
    /// Its checks.
    checks: &'static [&'static dyn Check],
}

/// Every check.
pub static REGISTRY: &[Group] = &[
    Group {
        name: "shape",
        after: &[],
        checks: &[
            &plan_count::PlanCount,
            &cycles::Cycles,
            &markers::Markers,
            &tools::Tools,
            &axes::Axes,
        ],
    },
    // What runs, and which tests it takes: what is proved stands on this.
    Group {
        name: "jobs",
        after: &["shape"],
        checks: &[
            &at_blocks::AtBlocks,
            &jobs::JobIds,
            &stages::Stages,
            &suites::Suites,
            &selections::Selections,
        ],
    },
    // How it runs, and what is asked of it besides.
    Group {
        name: "settings",
        after: &["shape"],
        checks: &[
            &builds::Builds,
            &origins::Origins,
            &capacity::CapacityOfEnvironments,
            &conditions::Conditions,
            &actions::Actions,
            &triggers::Triggers,
            &schedules::Schedules,
            &runners::Runners,
            &registries::Registries,
            &platforms::Platforms,
            &variables::Variables,
            &layouts::Layouts,
            &globs::Globs,
            &services::Services,
            &unstarted::UnstartedServices,
            &deployments::Deployments,
            &trust::Trust,
            &pins::Pins,
            &gates::Gates,
            &gitlab::GitLab,
            &features::Features,
            &languages::Languages,
            &limits::Limits,
            &thresholds::Thresholds,
            &dates::Dates,
            &host_limits::HostLimits,
            &retention::Retention,
            &caches::Caches,
            &outputs::Outputs,
            &unused::Unused,
            &idle::Idle,
        ],
    },
    Group {
        name: "proofs",
        after: &["shape", "jobs"],
        checks: &[
            &parts::Parts,
            &gaps::Gaps,
            &overlaps::Overlaps,
            &unused::UnaskedMarkers,
        ],
    },
    // An acceptance is about what all the others find.
    Group {
        name: "accepted",
        after: &["shape", "jobs", "settings", "proofs"],
        checks: &[&accepts::Accepts, &secrets::Secrets],
    },
];

/// What the checks are told besides the plan.
#[derive(Default)]
pub struct Circumstances<'a> {
    /// The day on which dates are judged, if they are.
    pub today: Option<Date>,
    /// The files of the repository, if they are looked at.
    pub tree: Option<&'a [String]>,
    /// The declarations that could not be read whole.
    pub broken: Option<&'a Broken>,
}

/// Looks at a plan from every side.
pub fn check(
    plan: Plan,
    sources: &SourceMap,
    circumstances: &Circumstances<'_>,
    diagnostics: &mut Vec<Diagnostic>,
    timings: &Timings,
) -> Option<CheckedPlan> {
    diagnostics.append(&mut look(&plan, sources, circumstances, timings, None));
    (!has_errors(diagnostics)).then_some(CheckedPlan { plan })
}

/// What one check finds, by its [`Check::name`], whatever the others say: to measure it.
pub fn check_alone(name: &str, plan: &Plan, sources: &SourceMap) -> Vec<Diagnostic> {
    let circumstances = Circumstances::default();
    look(plan, sources, &circumstances, &Timings::off(), Some(name))
}

/// What the checks find, or one of them, that is no consequence of what others found.
fn look(
    plan: &Plan,
    sources: &SourceMap,
    circumstances: &Circumstances<'_>,
    timings: &Timings,
    only: Option<&str>,
) -> Vec<Diagnostic> {
    let (cells, builds) = timings.of(&["check", "cells and builds"], || {
        let stages = cells::life_cycle(plan);
        let cells = cells::cells(plan, &stages);
        let builds = derived::builds::derive(plan, &stages, &cells);
        (cells, builds)
    });
    let of_stages = cells::of_stages(plan.stages.len(), &cells);
    let of_suites = OfSuites::new(plan.suites.len(), &cells);
    let space = timings.of(&["check", "space of markers"], || Space::of_plan(plan, []));
    let sets = RefCell::new(Sets::new(plan, &space));
    let accepted = RefCell::new(FxHashSet::default());
    let found = RefCell::new(Vec::new());
    let mut context = Context {
        plan,
        sources,
        today: circumstances.today,
        tree: circumstances.tree,
        cells: &cells,
        of_stages: &of_stages,
        of_suites: &of_suites,
        builds: &builds,
        sets: &sets,
        accepted: &accepted,
        diagnostics: &found,
    };
    let mut wrong: Vec<&str> = Vec::new();
    for group in REGISTRY {
        if group.after.iter().any(|before| wrong.contains(before)) {
            continue;
        }
        let of_group = found.borrow().len();
        let path = ["check", group.name];
        timings.of(&path, || {
            let is_asked = |check: &&&dyn Check| only.is_none_or(|name| name == check.name());
            for check in group.checks.iter().filter(is_asked) {
                let before = found.borrow().len();
                timings.of(&[path[0], path[1], check.name()], || {
                    check.check(&mut context);
                });
                let found = &found.borrow()[before..];
                debug_assert!(
                    found.iter().all(|d| check.codes().contains(&d.code)),
                    "a check reports what is not among its codes: {found:?}"
                );
            }
        });
        if let Some(broken) = circumstances.broken {
            let of_group = found.borrow_mut().split_off(of_group);
            let by_itself = of_group.into_iter().filter(|found| !broken.explains(found));
            found.borrow_mut().extend(by_itself);
        }
        if has_errors(&found.borrow()[of_group..]) {
            wrong.push(group.name);
        }
    }
    found.take()
}
