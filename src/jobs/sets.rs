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
use crate::schema::kinds::{Environment, Part, Stage, Suite, TestType};
use crate::schema::values::{AxisPoint, MarkerExpr, MarkerNode};
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
    /// Lists of factors, and what of them narrows.
    narrowed: FxHashMap<Vec<MarkerNode>, Vec<MarkerNode>>,
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
            narrowed: FxHashMap::default(),
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

    /// What a suite selects, of whichever of its types, where no `at` block says otherwise.
    pub fn of_suite(&mut self, suite: Id<Suite>) -> Result<Set, Undecided> {
        if let Some(known) = self.suites.get(suite) {
            return known;
        }
        let own = self.plan.suites[suite].select.as_ref();
        let set = self.of_suite_with(suite, own);
        self.suites.keep(suite, set)
    }

    /// What a suite selects with one expression as its own.
    fn of_suite_with(
        &mut self,
        suite: Id<Suite>,
        own: Option<&MarkerExpr>,
    ) -> Result<Set, Undecided> {
        let suite = &self.plan.suites[suite];
        let mut types = match suite.types.first() {
            Some(first) => self.of_type(first.id)?,
            None => self.algebra.everything(),
        };
        for further in suite.types.iter().skip(1) {
            let set = self.of_type(further.id)?;
            types = self.algebra.union(types, set)?;
        }
        match own {
            Some(own) => {
                let own = self.algebra.of_node(&own.node)?;
                self.algebra.intersection(types, own)
            }
            None => Ok(types),
        }
    }

    /// What the value of an axis takes; everything where it divides nothing.
    pub fn of_point(&mut self, point: AxisPoint) -> Result<Set, Undecided> {
        match selection::of_axis(self.plan, point) {
            Some(node) => self.algebra.of_node(&node),
            None => Ok(self.algebra.everything()),
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

    /// What a cell selects: what its stage, types, environment, axis values and suite do. These are
    /// the factors of [`selection::factors`].
    pub fn of_cell(&mut self, cell: &Cell) -> Result<Set, Undecided> {
        let mut set = self.of_place(cell.stage, cell.environment)?;
        let suite = if self.plan.ats_of[cell.suite.index()].is_empty() {
            self.of_suite(cell.suite)?
        } else {
            let own = cell.setting(
                self.plan,
                |at| at.select.as_ref(),
                |suite| suite.select.as_ref(),
            );
            self.of_suite_with(cell.suite, own)?
        };
        for point in &cell.points {
            let value = self.of_point(*point)?;
            set = self.algebra.intersection(set, value)?;
        }
        self.algebra.intersection(set, suite)
    }

    /// What a part of a cell selects.
    pub fn of_part(&mut self, cell: &Cell, part: Id<Part>) -> Result<Set, Undecided> {
        let set = self.of_cell(cell)?;
        match selection::own_factor(self.plan, cell, part) {
            Some(factor) => {
                let factor = self.algebra.of_node(&factor)?;
                self.algebra.intersection(set, factor)
            }
            None => Ok(set),
        }
    }

    /// Factors without those that the others imply: a term is printed only where it narrows. Of two
    /// that imply each other, the later one stays. Where that is too large to decide, all stay.
    pub fn narrowing(&mut self, factors: Vec<MarkerNode>) -> Vec<MarkerNode> {
        if factors.len() < 2 {
            return factors;
        }
        if let Some(known) = self.narrowed.get(&factors) {
            return known.clone();
        }
        let kept = self
            .try_narrowing(&factors)
            .unwrap_or_else(|_| factors.clone());
        self.narrowed.insert(factors, kept.clone());
        kept
    }

    fn try_narrowing(&mut self, factors: &[MarkerNode]) -> Result<Vec<MarkerNode>, Undecided> {
        let mut sets = Vec::with_capacity(factors.len());
        for factor in factors {
            sets.push(self.algebra.of_node(factor)?);
        }
        let mut kept: Vec<usize> = (0..factors.len()).collect();
        for number in 0..factors.len() {
            let mut others = self.algebra.everything();
            for other in kept.iter().filter(|other| **other != number) {
                others = self.algebra.intersection(others, sets[*other])?;
            }
            if self.algebra.implies(others, sets[number])? {
                kept.retain(|other| *other != number);
            }
        }
        Ok(kept.into_iter().map(|n| factors[n].clone()).collect())
    }
}
