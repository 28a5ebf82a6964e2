//! What declarations and cells select, as sets of marker combinations.

#![allow(
    clippy::missing_errors_doc,
    reason = "every question fails in the ways of `Undecided`, as `Algebra` says"
)]

use std::marker::PhantomData;

use rustc_hash::FxHashMap;

use super::{Cell, selection};
use crate::algebra::{Algebra, Set, Space, Undecided};
use crate::schema::Plan;
use crate::schema::kinds::{Environment, Stage, Suite, TestType};
use crate::schema::{Id, Table};

/// The sets of a plan: each declaration's is made once, and a cell's is the intersection of those of
/// its declarations.
///
/// Cells that share their factors share the work: a further one costs some look-ups.
#[derive(Debug)]
pub struct Sets<'p> {
    /// Decides questions about them.
    pub algebra: Algebra<'p>,
    plan: &'p Plan,
    stages: Known<Stage>,
    types: Known<TestType>,
    environments: Known<Environment>,
    suites: Known<Suite>,
    /// What a stage and an environment select together.
    places: FxHashMap<(Id<Stage>, Id<Environment>), Result<Set, Undecided>>,
}

/// The sets of declarations of one kind that were made.
#[derive(Debug)]
struct Known<T> {
    sets: Vec<Option<Result<Set, Undecided>>>,
    kind: PhantomData<Id<T>>,
}

impl<T> Known<T> {
    fn new(declarations: &Table<T>) -> Self {
        Self {
            sets: vec![None; declarations.len()],
            kind: PhantomData,
        }
    }

    fn get(&self, id: Id<T>) -> Option<Result<Set, Undecided>> {
        self.sets[id.index()].clone()
    }

    fn keep(&mut self, id: Id<T>, set: Result<Set, Undecided>) -> Result<Set, Undecided> {
        self.sets[id.index()] = Some(set.clone());
        set
    }
}

impl<'p> Sets<'p> {
    /// The sets of a plan in its [`Space::of_plan`].
    pub fn new(plan: &'p Plan, space: &'p Space) -> Self {
        Self {
            algebra: Algebra::new(space),
            plan,
            stages: Known::new(&plan.stages),
            types: Known::new(&plan.types),
            environments: Known::new(&plan.environments),
            suites: Known::new(&plan.suites),
            places: FxHashMap::default(),
        }
    }

    /// What a stage promises: see [`selection::of_stage`].
    pub fn of_stage(&mut self, stage: Id<Stage>) -> Result<Set, Undecided> {
        if let Some(known) = self.stages.get(stage) {
            return known;
        }
        let set = self.algebra.of_node(&selection::of_stage(self.plan, stage));
        self.stages.keep(stage, set)
    }

    /// What a type selects, with the wider types that it is part of.
    pub fn of_type(&mut self, test_type: Id<TestType>) -> Result<Set, Undecided> {
        if let Some(known) = self.types.get(test_type) {
            return known;
        }
        let node = selection::conjunction(selection::of_type(self.plan, test_type));
        let set = self.algebra.of_node(&node);
        self.types.keep(test_type, set)
    }

    /// What an environment takes.
    pub fn of_environment(&mut self, environment: Id<Environment>) -> Result<Set, Undecided> {
        if let Some(known) = self.environments.get(environment) {
            return known;
        }
        let set = match &self.plan.environments[environment].takes {
            Some(takes) => self.algebra.of_node(&takes.node),
            None => Ok(self.algebra.everything()),
        };
        self.environments.keep(environment, set)
    }

    /// What a suite selects, of whichever of its types.
    pub fn of_suite(&mut self, suite: Id<Suite>) -> Result<Set, Undecided> {
        if let Some(known) = self.suites.get(suite) {
            return known;
        }
        let set = self.make_suite(suite);
        self.suites.keep(suite, set)
    }

    fn make_suite(&mut self, suite: Id<Suite>) -> Result<Set, Undecided> {
        let suite = &self.plan.suites[suite];
        let mut types = match suite.types.first() {
            Some(first) => self.of_type(first.id)?,
            None => self.algebra.everything(),
        };
        for further in suite.types.iter().skip(1) {
            let set = self.of_type(further.id)?;
            types = self.algebra.union(types, set)?;
        }
        match &suite.select {
            Some(select) => {
                let own = self.algebra.of_node(&select.node)?;
                self.algebra.intersection(types, own)
            }
            None => Ok(types),
        }
    }

    /// What a stage and an environment select together.
    fn of_place(
        &mut self,
        stage: Id<Stage>,
        environment: Id<Environment>,
    ) -> Result<Set, Undecided> {
        if let Some(known) = self.places.get(&(stage, environment)) {
            return known.clone();
        }
        let stage_set = self.of_stage(stage)?;
        let environment_set = self.of_environment(environment)?;
        let set = self.algebra.intersection(stage_set, environment_set);
        self.places.insert((stage, environment), set.clone());
        set
    }

    /// What a cell selects: what its stage, environment and suite do. These are the factors of
    /// [`selection::factors`].
    pub fn of_cell(&mut self, cell: Cell) -> Result<Set, Undecided> {
        let place = self.of_place(cell.stage, cell.environment)?;
        let suite = self.of_suite(cell.suite)?;
        self.algebra.intersection(place, suite)
    }
}
