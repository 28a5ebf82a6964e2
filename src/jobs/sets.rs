//! What declarations and cells select, as sets of marker combinations.

#![allow(
    clippy::missing_errors_doc,
    reason = "every question fails in the ways of `Undecided`, as `Algebra` says"
)]

use std::marker::PhantomData;

use rustc_hash::FxHashMap;

use super::Cell;
use super::selection::{self, Factor};
use crate::algebra::{Algebra, Set, Space, Undecided};
use crate::schema::Plan;
use crate::schema::kinds::{Environment, Part, Stage, TestType};
use crate::schema::values::{AxisPoint, MarkerNode, Ref};
use crate::schema::{Id, Table};

/// The sets of a plan: each declaration's is made once, and a cell's is the intersection of those of
/// its declarations. What decides about a cell is told by [`selection::deciding`] alone.
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
    /// The number of what the suites are of, suite by suite.
    of_suites: Vec<Option<u32>>,
    /// Lists of types, by their number.
    lists_of_types: FxHashMap<Vec<Id<TestType>>, u32>,
    /// The numbers of expressions that suites and `at` blocks write, by where they are kept.
    own: FxHashMap<*const MarkerNode, u32>,
    /// The same by what they say.
    own_by_node: FxHashMap<&'p MarkerNode, u32>,
    /// The sets of cells, by what decides about them.
    cells: FxHashMap<Deciding, Result<Set, Undecided>>,
    /// What pytest is told about cells and their parts, by what decides about them.
    told_of_cells: FxHashMap<(Deciding, Option<Id<Part>>), Option<String>>,
    /// Lists of factors, and what of them narrows.
    narrowed: FxHashMap<Vec<MarkerNode>, Vec<MarkerNode>>,
}

/// What [`selection::deciding`] tells of a cell, in numbers: two cells with the same select the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Deciding {
    stage: Id<Stage>,
    environment: Id<Environment>,
    /// Of the list of the suite's types.
    types: u32,
    /// Of the expression that the suite, or an `at` block, writes; 0 for none.
    own: u32,
    points: Vec<AxisPoint>,
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
            of_suites: vec![None; plan.suites.len()],
            lists_of_types: FxHashMap::default(),
            own: FxHashMap::default(),
            own_by_node: FxHashMap::default(),
            cells: FxHashMap::default(),
            told_of_cells: FxHashMap::default(),
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

    /// What one of some types selects, whichever.
    fn of_types(&mut self, types: &[Ref<TestType>]) -> Result<Set, Undecided> {
        let Some((first, others)) = types.split_first() else {
            return Ok(self.algebra.everything());
        };
        let mut set = self.of_type(first.id)?;
        for other in others {
            let other = self.of_type(other.id)?;
            set = self.algebra.union(set, other)?;
        }
        Ok(set)
    }

    /// What the value of an axis takes; everything where it divides nothing.
    pub fn of_point(&mut self, point: AxisPoint) -> Result<Set, Undecided> {
        match selection::of_axis(self.plan, point) {
            Some(node) => self.algebra.of_node(&node),
            None => Ok(self.algebra.everything()),
        }
    }

    /// What a factor takes: the set of what [`selection::factors`] writes.
    fn of_factor(&mut self, factor: Factor<'_>) -> Result<Set, Undecided> {
        match factor {
            Factor::Stage(stage) => self.of_stage(stage),
            Factor::Types(types) => self.of_types(types),
            Factor::Environment(environment) => self.of_environment(environment),
            Factor::Axis(point) => self.of_point(point),
            Factor::Own(own) => self.algebra.of_node(&own.node),
        }
    }

    /// What a cell selects: what all that decides about it takes.
    pub fn of_cell(&mut self, cell: &Cell) -> Result<Set, Undecided> {
        let key = self.deciding(cell);
        if let Some(known) = self.cells.get(&key) {
            return known.clone();
        }
        let set = self.intersection_of(selection::deciding(self.plan, cell));
        self.cells.insert(key, set.clone());
        set
    }

    /// What decides about a cell.
    fn deciding(&mut self, cell: &Cell) -> Deciding {
        let types = if let Some(number) = self.of_suites[cell.suite.index()] {
            number
        } else {
            let types = &self.plan.suites[cell.suite].types;
            let types = types.iter().map(|of| of.id).collect();
            let next = number(self.lists_of_types.len());
            let number = *self.lists_of_types.entry(types).or_insert(next);
            self.of_suites[cell.suite.index()] = Some(number);
            number
        };
        let own = cell.setting(self.plan, |at| at.select.as_ref(), |s| s.select.as_ref());
        let own = own.map_or(0, |own| {
            let node: &'p MarkerNode = &own.node;
            *self.own.entry(std::ptr::from_ref(node)).or_insert_with(|| {
                let next = number(self.own_by_node.len() + 1);
                *self.own_by_node.entry(node).or_insert(next)
            })
        });
        Deciding {
            stage: cell.stage,
            environment: cell.environment,
            types,
            own,
            points: cell.points.clone(),
        }
    }

    fn intersection_of<'f>(
        &mut self,
        factors: impl Iterator<Item = Factor<'f>>,
    ) -> Result<Set, Undecided> {
        let mut all = self.algebra.everything();
        for factor in factors {
            let set = self.of_factor(factor)?;
            all = self.algebra.intersection(all, set)?;
        }
        Ok(all)
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

    /// What pytest is told to select in a cell, or in a part of it; nothing where it is every test.
    pub fn told(&mut self, cell: &Cell, part: Option<Id<Part>>) -> Option<String> {
        let key = (self.deciding(cell), part);
        if let Some(known) = self.told_of_cells.get(&key) {
            return known.clone();
        }
        let told = self.pytest(selection::of_part(self.plan, cell, part));
        self.told_of_cells.insert(key, told.clone());
        told
    }

    /// What pytest is told of these factors: see [`selection::pytest`]. Of those that imply others, only
    /// what narrows.
    fn pytest(&mut self, factors: Vec<MarkerNode>) -> Option<String> {
        let narrowing = match factors.len() {
            0 | 1 => factors,
            _ => self.try_narrowing(&factors).unwrap_or(factors),
        };
        let defaults = self.algebra.space().defaults();
        selection::pytest(self.plan, defaults, narrowing)
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
        let mut all = self.algebra.everything();
        for set in &sets {
            all = self.algebra.intersection(all, *set)?;
        }
        let possible = !self.algebra.is_never(all);
        let mut kept: Vec<usize> = (0..factors.len()).collect();
        for number in 0..factors.len() {
            // What speaks about something else implies nothing of it, as long as they go together.
            let set = sets[number];
            let mut others = kept.iter().filter(|other| **other != number);
            if possible
                && !self.algebra.is_always(set)
                && others.all(|other| self.algebra.are_apart(set, sets[*other]))
            {
                continue;
            }
            let mut others = self.algebra.everything();
            for other in kept.iter().filter(|other| **other != number) {
                others = self.algebra.intersection(others, sets[*other])?;
            }
            if self.algebra.implies(others, set)? {
                kept.retain(|other| *other != number);
            }
        }
        Ok(kept.into_iter().map(|n| factors[n].clone()).collect())
    }
}

/// The number of what is the so-manieth of its kind. There are fewer than bytes in a plan.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
