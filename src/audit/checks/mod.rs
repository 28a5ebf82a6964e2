//! What is held against each other: each check is one small file, and [`REGISTRY`] lists them all.

mod barriers;
mod commands;
mod conditions;
mod exceptions;
mod features;
mod globs;
mod jobs;
mod layouts;
mod markers;
mod owners;
mod quarantines;
mod registered;
mod results;
mod services;
mod stages;
mod twice;
mod unknown;
mod unrun;

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::facts::{Case, Facts, Runner, Test};
use super::junit::Results;
use super::selection::{Lane, Matcher, Selection};
use crate::diagnostics::{Code, Diagnostic};
use crate::init::Tree;
use crate::jobs::{Job, Jobs, command};
use crate::schema::Plan;
use crate::schema::values::{MarkerNode, ToolKind};
use crate::source::SourceMap;
use barriers::{Barrier, Factor};

/// What a check looks at, and where it reports.
pub struct Context<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its jobs.
    pub jobs: &'a Jobs<'a>,
    /// What was found in the repository.
    pub facts: &'a Facts,
    /// Which job runs what.
    pub selection: &'a Selection,
    /// The repository.
    pub tree: &'a dyn Tree,
    /// The texts of both.
    pub sources: &'a SourceMap,
    /// What a run told, where its files are given.
    pub results: Option<&'a Results>,
    /// Answers what a test matches.
    pub matcher: &'a RefCell<Matcher<'a, 'a>>,
    /// What keeps tests out of the lanes that were asked about.
    barriers: RefCell<FxHashMap<u32, Rc<Vec<Barrier>>>>,
    found: Vec<Diagnostic>,
}

/// One way in which a repository and a plan can disagree.
pub trait Check: Sync {
    /// The codes it can report.
    fn codes(&self) -> &'static [Code];

    /// Looks at both.
    fn check(&self, context: &mut Context<'_>);
}

/// Every check, in the order of the codes.
pub static REGISTRY: &[&dyn Check] = &[
    &unrun::Unrun,
    &twice::Twice,
    &markers::Rules,
    &registered::Registered,
    &unknown::NotKnown,
    &jobs::EmptyJobs,
    &stages::Promised,
    &conditions::Conditions,
    &owners::Owners,
    &layouts::Layouts,
    &services::Services,
    &features::Features,
    &commands::Commands,
    &exceptions::Exceptions,
    &quarantines::Quarantines,
    &results::Ran,
    &globs::Globs,
];

impl<'a> Context<'a> {
    /// One in which nothing was found yet.
    #[allow(
        clippy::too_many_arguments,
        reason = "each is one of the things that are held together"
    )]
    pub fn new(
        jobs: &'a Jobs<'a>,
        facts: &'a Facts,
        selection: &'a Selection,
        tree: &'a dyn Tree,
        results: Option<&'a Results>,
        matcher: &'a RefCell<Matcher<'a, 'a>>,
    ) -> Self {
        Self {
            plan: jobs.plan,
            jobs,
            facts,
            selection,
            tree,
            sources: jobs.sources,
            results,
            matcher,
            barriers: RefCell::default(),
            found: Vec::new(),
        }
    }

    /// What all checks find.
    pub fn look(mut self) -> Vec<Diagnostic> {
        for check in REGISTRY {
            let before = self.found.len();
            check.check(&mut self);
            debug_assert!(
                self.found[before..]
                    .iter()
                    .all(|d| check.codes().contains(&d.code)),
                "a check reports what is not among its codes"
            );
        }
        self.found
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Whether a test carries what an expression asks for; not where that is too large to decide.
    fn matches(&self, node: &MarkerNode, case: &Case) -> bool {
        self.matcher.borrow_mut().matches(node, case) == Some(true)
    }

    /// The tests, by number.
    fn tests(&self) -> impl Iterator<Item = (usize, &'a Test)> + use<'a> {
        self.facts.tests.iter().enumerate()
    }

    fn lane(&self, number: u32) -> &'a Lane {
        &self.selection.lanes[number as usize]
    }

    fn job_of(&self, number: u32) -> &'a Job {
        &self.jobs.jobs[self.lane(number).job]
    }

    /// Whether it is known which jobs run a test.
    fn is_clear(&self, number: usize) -> bool {
        let test = &self.facts.tests[number];
        test.unknown.is_none()
            && self.selection.near[number]
                .iter()
                .all(|lane| self.lane(*lane).unclear.is_none())
    }

    /// Whether a test is in quarantine.
    fn is_quarantined(&self, test: &Test) -> bool {
        self.plan.quarantines.iter().any(|(_, quarantine)| {
            quarantine
                .test
                .as_ref()
                .is_some_and(|id| names(&id.text, test))
        })
    }

    /// Whether some suite says that the file of a test is its own: its globs name it, and its tool
    /// could run the test.
    fn is_owned(&self, test: &Test) -> bool {
        self.plan.suites.iter().any(|(id, suite)| {
            let can_run = match command::tool_kind(self.plan, id) {
                ToolKind::Pytest => test.runner == Runner::Pytest,
                ToolKind::CargoTest | ToolKind::Nextest => test.runner == Runner::Cargo,
                _ => true,
            };
            can_run && suite.paths.iter().any(|glob| glob.matches(&test.file))
        })
    }

    /// The declared expressions that a test must carry to be run in a lane.
    fn barriers(&self, lane: u32) -> Rc<Vec<Barrier>> {
        if let Some(known) = self.barriers.borrow().get(&lane) {
            return Rc::clone(known);
        }
        let made = Rc::new(barriers::of(self, lane));
        self.barriers.borrow_mut().insert(lane, Rc::clone(&made));
        made
    }

    /// Whether a declared expression keeps a case out; not where that is too large to decide.
    fn keeps_out(&self, barrier: &Barrier, case: &Case) -> bool {
        barrier
            .asks
            .is_some_and(|asks| !self.matcher.borrow().contains(asks, case))
    }
}

/// Whether an id that the plan names is that of a test, or of one of its cases.
fn names(id: &str, test: &Test) -> bool {
    let bare = id.split('[').next().unwrap_or(id);
    match (test.runner, &test.cargo) {
        (Runner::Cargo, Some(cargo)) => cargo.name == id || test.id == id,
        _ => {
            test.id == bare
                && (bare == id
                    || !test.is_whole
                    || test.cases.iter().any(|case| test.id_of(case) == id))
        }
    }
}

/// `a`, `b` and 3 more
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
