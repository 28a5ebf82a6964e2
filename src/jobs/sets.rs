//! What declarations and cells select, as sets of marker combinations.

#![allow(
    clippy::missing_errors_doc,
    reason = "every question fails in the ways of `Undecided`, as `Algebra` says"
)]

use rustc_hash::FxHashMap;

use super::{Cell, selection};
use crate::algebra::{Algebra, Set, Space, Undecided};
use crate::schema::Plan;
use crate::schema::kinds::{Environment, Part, Stage, Suite, TestType};
use crate::schema::values::AxisPoint;
use crate::schema::{Decl, Id};

/// The sets of a plan: each declaration's is made once, and a cell's is the intersection of those of
/// its declarations.
///
/// Cells that share their factors share the work: a further one costs some look-ups.
#[derive(Debug)]
pub struct Sets<'p> {
    /// Decides questions about them.
    pub algebra: Algebra<'p>,
    plan: &'p Plan,
    stages: FxHashMap<Id<Stage>, Result<Set, Undecided>>,
    types: FxHashMap<Id<TestType>, Result<Set, Undecided>>,
}

impl<'p> Sets<'p> {
    /// The sets of a plan in its [`Space::of_plan`].
    pub fn new(plan: &'p Plan, space: &'p Space) -> Self {
        Self {
            algebra: Algebra::new(space),
            plan,
            stages: FxHashMap::default(),
            types: FxHashMap::default(),
        }
    }

    /// What a stage promises: see [`selection::of_stage`].
    pub fn of_stage(&mut self, stage: Id<Stage>) -> Result<Set, Undecided> {
        if let Some(known) = self.stages.get(&stage) {
            return known.clone();
        }
        let set = self.algebra.of_node(&selection::of_stage(self.plan, stage));
        self.stages.insert(stage, set.clone());
        set
    }

    /// What a type selects, with the wider types that it is part of.
    pub fn of_type(&mut self, test_type: Id<TestType>) -> Result<Set, Undecided> {
        if let Some(known) = self.types.get(&test_type) {
            return known.clone();
        }
        let node = selection::conjunction(selection::of_type(self.plan, test_type));
        let set = self.algebra.of_node(&node);
        self.types.insert(test_type, set.clone());
        set
    }

    /// What an environment takes.
    pub fn of_environment(&mut self, environment: Id<Environment>) -> Result<Set, Undecided> {
        match &self.plan.environments[environment].takes {
            Some(takes) => self.algebra.of_node(&takes.node),
            None => Ok(self.algebra.everything()),
        }
    }

    /// The tests of a suite's types, of whichever of them.
    pub fn of_types(&mut self, suite: Id<Suite>) -> Result<Set, Undecided> {
        let suite: &Decl<Suite> = &self.plan.suites[suite];
        let mut types = match suite.types.first() {
            Some(first) => self.of_type(first.id)?,
            None => self.algebra.everything(),
        };
        for further in suite.types.iter().skip(1) {
            let set = self.of_type(further.id)?;
            types = self.algebra.union(types, set)?;
        }
        Ok(types)
    }

    /// What the value of an axis takes; everything where it divides nothing.
    pub fn of_point(&mut self, point: AxisPoint) -> Result<Set, Undecided> {
        match selection::of_axis(self.plan, point) {
            Some(node) => self.algebra.of_node(&node),
            None => Ok(self.algebra.everything()),
        }
    }

    /// What a cell selects: what its stage, types, environment, axis values and suite do. These are
    /// the factors of [`selection::factors`].
    pub fn of_cell(&mut self, cell: &Cell) -> Result<Set, Undecided> {
        let stage = self.of_stage(cell.stage)?;
        let environment = self.of_environment(cell.environment)?;
        let mut set = self.algebra.intersection(stage, environment)?;
        let types = self.of_types(cell.suite)?;
        set = self.algebra.intersection(set, types)?;
        for point in &cell.points {
            let value = self.of_point(*point)?;
            set = self.algebra.intersection(set, value)?;
        }
        let own = cell.setting(
            self.plan,
            |at| at.select.as_ref(),
            |suite| suite.select.as_ref(),
        );
        if let Some(own) = own {
            let own = self.algebra.of_node(&own.node)?;
            set = self.algebra.intersection(set, own)?;
        }
        Ok(set)
    }

    /// What a part of a cell selects.
    pub fn of_part(&mut self, cell: &Cell, part: Id<Part>) -> Result<Set, Undecided> {
        let mut set = self.of_cell(cell)?;
        if let Some(factor) = selection::own_factor(self.plan, cell, part) {
            let factor = self.algebra.of_node(&factor)?;
            set = self.algebra.intersection(set, factor)?;
        }
        Ok(set)
    }
}
