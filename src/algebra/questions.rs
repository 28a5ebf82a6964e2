//! The questions that are asked of a space.

#![allow(
    clippy::missing_errors_doc,
    reason = "every question fails in the ways of `Undecided`, as `Algebra` says"
)]

use std::fmt;

use rustc_hash::FxHashMap;

use super::diagram::{Diagrams, Exhausted, Limits, Node, Operation};
use super::formula::{Atom, Formula};
use super::space::{Component, Rule, Space, When};
use crate::schema::values::{Arity, MarkerNode};

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undecided {
    /// The answer would take more than the [`Limits`].
    TooLarge,
    /// The space does not know this atom.
    Unknown(Atom),
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("too large to decide"),
            Self::Unknown(_) => f.write_str("it names what the space does not have"),
        }
    }
}

impl std::error::Error for Undecided {}

impl From<Exhausted> for Undecided {
    fn from(_: Exhausted) -> Self {
        Self::TooLarge
    }
}

/// A set of combinations: those of a space that match an expression. Made by one [`Algebra`], and
/// of no use to another.
///
/// `==` is cheap and says that two are the same as far as they look: the sets of `gpu_0 or gpu_1`,
/// where a test carries one of the two, and of everything are equal, and only
/// [`Algebra::equal`] knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Set {
    /// What is in it, within the rules of the components that it names.
    pub(super) node: Node,
    /// These rules.
    pub(super) within: Node,
    /// These components.
    pub(super) touched: Touched,
}

/// The number of a list of components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Touched(u32);

impl Touched {
    const NONE: Self = Self(0);
}

/// A number of combinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// This many.
    Exactly(u128),
    /// 2^128 or more.
    Beyond,
}

impl Count {
    fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Exactly(a), Self::Exactly(b)) => {
                a.checked_add(b).map_or(Self::Beyond, Self::Exactly)
            }
            _ => Self::Beyond,
        }
    }

    /// So many times two to this power.
    fn doubled(self, times: usize) -> Self {
        let factor = u32::try_from(times)
            .ok()
            .and_then(|times| 1_u128.checked_shl(times));
        match (self, factor) {
            (Self::Exactly(0), _) => self,
            (Self::Exactly(count), Some(factor)) => count
                .checked_mul(factor)
                .map_or(Self::Beyond, Self::Exactly),
            _ => Self::Beyond,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(count) => write!(f, "{count}"),
            Self::Beyond => f.write_str("2^128 or more"),
        }
    }
}

/// How many combinations a set has, of how many. Both count the atoms that the set speaks about,
/// with the groups they belong to; whatever else there is multiplies both alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Those in the set.
    pub matching: Count,
    /// All of them.
    pub of: Count,
}

/// Decides questions about one [`Space`].
///
/// # What it costs
///
/// [`Algebra::set`] and [`Algebra::of_node`] read an expression: some microseconds, in the number of
/// its words and of the markers in the groups it names. What a set was made of is remembered:
/// [`Algebra::of_node`] finds an equal expression by one look-up, and an [`Algebra::intersection`]
/// of the same sets likewise. So for 100,000 jobs: keep one set for each *declaration* (stage,
/// environment, axis value, each different `select`), and intersect them; jobs that share their
/// factors share the nodes, the answers, and the resulting [`Set`], which is `Eq` and `Hash` and can
/// be the key of a map.
///
/// - **Gaps**: [`Algebra::difference`] of the promise and [`Algebra::union_of`] the *different* sets
///   of the stage's jobs; [`Algebra::witness`] shows the smallest, [`Algebra::describe`] says it.
/// - **Overlaps**: [`Algebra::overlaps`] takes the different sets and compares them in pairs, most
///   of them by a few machine words. Look among jobs of one stage that agree in their repeating axes
///   and whose paths can meet, and compare sets, not jobs: 10,000 suites have some hundred.
/// - **An empty `rest`**: [`Algebra::difference`] of what the suite selects and the union of its
///   earlier parts; empty if [`Algebra::is_never`].
/// - **A condition that can never hold**: give each condition an [`Atom::Condition`], what excludes
///   each other a [`Group`](super::Group) or a requirement, and ask [`Algebra::is_never`].
///
/// # Errors
///
/// Every question that returns a `Result` fails with [`Undecided::TooLarge`] where it would take more
/// than the [`Limits`]; those that read an expression, with [`Undecided::Unknown`] where it names an
/// atom that the space does not have. The next question is answered as if the one had not been asked.
#[derive(Debug)]
pub struct Algebra<'s> {
    pub(super) space: &'s Space,
    pub(super) diagrams: Diagrams,
    /// Lists of components, each in order.
    lists: Vec<Box<[u32]>>,
    numbers: FxHashMap<Box<[u32]>, Touched>,
    joined: FxHashMap<(Touched, Touched), Touched>,
    rules_of: FxHashMap<Touched, Node>,
    rules: FxHashMap<u32, Node>,
    known: FxHashMap<MarkerNode, Set>,
    is_empty: bool,
}

impl<'s> Algebra<'s> {
    /// An algebra with the usual [`Limits`].
    pub fn new(space: &'s Space) -> Self {
        Self::with_limits(space, Limits::default())
    }

    /// An algebra with limits of its own.
    pub fn with_limits(space: &'s Space, limits: Limits) -> Self {
        let mut algebra = Self {
            space,
            diagrams: Diagrams::new(limits),
            lists: vec![Box::default()],
            numbers: FxHashMap::from_iter([(Box::default(), Touched::NONE)]),
            joined: FxHashMap::default(),
            rules_of: FxHashMap::from_iter([(Touched::NONE, Node::TRUE)]),
            rules: FxHashMap::default(),
            known: FxHashMap::default(),
            is_empty: false,
        };
        // Rules can contradict each other only where there are several, or a `when`.
        algebra.is_empty = space.is_forbidden()
            || space.components().any(|(number, component)| {
                component
                    .rules
                    .iter()
                    .any(|rule| is_conditional(space, rule))
                    && algebra.ask(|a| a.component(number)) == Ok(Node::FALSE)
            });
        algebra
    }

    /// The space.
    pub fn space(&self) -> &'s Space {
        self.space
    }

    /// How many nodes were made for all questions so far.
    pub fn nodes(&self) -> usize {
        self.diagrams.len()
    }

    /// Whether no combination at all fulfils the rules: every set is empty then.
    pub fn is_contradiction(&self) -> bool {
        self.is_empty
    }

    /// The combinations that match a formula.
    pub fn set(&mut self, formula: &Formula) -> Result<Set, Undecided> {
        self.ask(|algebra| algebra.make(formula))
    }

    /// The combinations that match a plan's expression. One that was asked for before is found again.
    pub fn of_node(&mut self, node: &MarkerNode) -> Result<Set, Undecided> {
        if let Some(set) = self.known.get(node) {
            return Ok(*set);
        }
        let set = self.set(&Formula::from(node))?;
        self.known.insert(node.clone(), set);
        Ok(set)
    }

    /// Every combination.
    pub fn everything(&self) -> Set {
        self.bound(Node::TRUE, Node::TRUE, Touched::NONE)
    }

    /// No combination.
    pub fn nothing(&self) -> Set {
        self.bound(Node::FALSE, Node::TRUE, Touched::NONE)
    }

    /// What is in both.
    pub fn intersection(&mut self, a: Set, b: Set) -> Result<Set, Undecided> {
        self.ask(|algebra| {
            let (touched, within) = algebra.together(a, b)?;
            let node = algebra.diagrams.apply(Operation::And, a.node, b.node)?;
            Ok(algebra.bound(node, within, touched))
        })
    }

    /// What is in one of them at least.
    pub fn union(&mut self, a: Set, b: Set) -> Result<Set, Undecided> {
        self.combined(Operation::Or, a, b)
    }

    /// What is in the first and not in the second.
    pub fn difference(&mut self, a: Set, b: Set) -> Result<Set, Undecided> {
        self.combined(Operation::Minus, a, b)
    }

    /// What is in none of them: the rest.
    pub fn complement(&mut self, a: Set) -> Result<Set, Undecided> {
        let everything = self.everything();
        self.difference(everything, a)
    }

    /// What is in one of these at least. Equal sets are looked at once.
    pub fn union_of(&mut self, sets: impl IntoIterator<Item = Set>) -> Result<Set, Undecided> {
        let mut sets: Vec<Set> = sets.into_iter().collect();
        let mut seen = rustc_hash::FxHashSet::default();
        sets.retain(|set| seen.insert(*set));
        // In pairs, so that what is joined stays small for long.
        while sets.len() > 1 {
            let mut next = Vec::with_capacity(sets.len().div_ceil(2));
            for pair in sets.chunks(2) {
                next.push(match pair {
                    [a, b] => self.union(*a, *b)?,
                    _ => pair[0],
                });
            }
            sets = next;
        }
        Ok(sets.pop().unwrap_or_else(|| self.nothing()))
    }

    /// Whether nothing is in it: the expression never matches.
    pub fn is_never(&self, set: Set) -> bool {
        set.node == Node::FALSE
    }

    /// Whether everything is in it: the expression always matches.
    pub fn is_always(&self, set: Set) -> bool {
        set.node == set.within
    }

    /// Whether all that is in the first is in the second.
    pub fn implies(&mut self, a: Set, b: Set) -> Result<bool, Undecided> {
        self.ask(|algebra| {
            let (touched, within) = algebra.together(a, b)?;
            let a = algebra.narrowed(a, touched, within)?;
            let more = algebra.diagrams.is_possible(Operation::Minus, a, b.node)?;
            Ok(!more)
        })
    }

    /// Whether two sets speak about different things: no rule joins what one names to what the other
    /// does. Neither then says anything about the other, unless it is empty.
    pub fn are_apart(&self, a: Set, b: Set) -> bool {
        let (a, b) = (self.components_of(a), self.components_of(b));
        // Lists are short, and in order.
        a.iter()
            .all(|component| b.binary_search(component).is_err())
    }

    fn components_of(&self, set: Set) -> &[u32] {
        &self.lists[set.touched.0 as usize]
    }

    /// Whether something is in both.
    pub fn overlap(&mut self, a: Set, b: Set) -> Result<bool, Undecided> {
        self.ask(|algebra| {
            Ok(algebra
                .diagrams
                .is_possible(Operation::And, a.node, b.node)?)
        })
    }

    /// Whether the same is in both.
    pub fn equal(&mut self, a: Set, b: Set) -> Result<bool, Undecided> {
        if a.touched == b.touched {
            return Ok(a.node == b.node);
        }
        self.ask(|algebra| {
            let (touched, within) = algebra.together(a, b)?;
            let a = algebra.narrowed(a, touched, within)?;
            let b = algebra.narrowed(b, touched, within)?;
            Ok(a == b)
        })
    }

    /// Whether one combination is in a set: that in which exactly the atoms hold that `holds` says.
    /// The combination must be one of the space.
    pub fn contains(&self, set: Set, mut holds: impl FnMut(&Atom) -> bool) -> bool {
        let mut node = set.node;
        while node != Node::TRUE && node != Node::FALSE {
            let branch = self.diagrams.branch(node);
            node = if holds(self.space.atom_at(branch.level)) {
                branch.high
            } else {
                branch.low
            };
        }
        node == Node::TRUE
    }

    /// The smallest combination in a set, as the atoms that hold, in the order of their declaration:
    /// the fewest, and of as many, those declared first. What the set says nothing about is left
    /// out. Nothing if the set is empty.
    pub fn witness(&self, set: Set) -> Option<Vec<Atom>> {
        let ranks = self.smallest(set.node)?;
        let atoms = ranks.into_iter().map(|rank| self.space.atom_ranked(rank));
        Some(atoms.cloned().collect())
    }

    /// The smallest combination in a set, with all that the rules demand of groups that the set says
    /// nothing about.
    pub fn whole_witness(&mut self, set: Set) -> Result<Option<Vec<Atom>>, Undecided> {
        let all: Vec<u32> = self.space.components().map(|(number, _)| number).collect();
        let whole = self.ask(|algebra| {
            let touched = algebra.touched(all);
            let within = algebra.rules(touched)?;
            let node = algebra.diagrams.apply(Operation::And, set.node, within)?;
            Ok(algebra.bound(node, within, touched))
        })?;
        Ok(self.witness(whole))
    }

    /// How many combinations are in it, of how many.
    pub fn share(&self, set: Set) -> Share {
        let list = &self.lists[set.touched.0 as usize];
        let components = list.iter().map(|c| self.space.component(*c));
        let levels: Vec<u32> = components.flat_map(|c| c.levels.clone()).collect();
        Share {
            matching: self.count(set.node, &levels),
            of: self.count(set.within, &levels),
        }
    }

    /// Asks one question with a fresh budget. If it is given up, what was made for it is forgotten.
    pub(super) fn ask<T>(
        &mut self,
        question: impl FnOnce(&mut Self) -> Result<T, Undecided>,
    ) -> Result<T, Undecided> {
        let mark = self.diagrams.begin();
        let answer = question(self);
        if matches!(answer, Err(Undecided::TooLarge)) {
            self.forget(mark);
        }
        answer
    }

    /// Forgets every node since the mark, and whatever was remembered of them.
    pub(super) fn forget(&mut self, mark: usize) {
        self.diagrams.roll_back(mark);
        let stays = |node: Node| Diagrams::is_older(node, mark);
        self.rules_of.retain(|_, node| stays(*node));
        self.rules.retain(|_, node| stays(*node));
        self.known
            .retain(|_, set| stays(set.node) && stays(set.within));
    }

    pub(super) fn make(&mut self, formula: &Formula) -> Result<Set, Undecided> {
        let node = self.compile(formula, MAX_DEPTH)?;
        let mut components = Vec::new();
        for atom in formula.atoms() {
            components.push(self.space.component_of(self.level(atom)?));
        }
        components.sort_unstable();
        components.dedup();
        let touched = self.touched(components);
        let within = self.rules(touched)?;
        let node = self.diagrams.apply(Operation::And, node, within)?;
        Ok(self.bound(node, within, touched))
    }

    /// A formula as a diagram, whatever the rules say.
    pub(super) fn compile(&mut self, formula: &Formula, depth: usize) -> Result<Node, Undecided> {
        let depth = depth.checked_sub(1).ok_or(Undecided::TooLarge)?;
        let (operation, parts) = match formula {
            Formula::Constant(value) => return Ok(Node::constant(*value)),
            Formula::Atom(atom) => {
                let level = self.level(atom)?;
                return Ok(self.diagrams.literal(level, true)?);
            }
            Formula::Not(inner) => {
                let inner = self.compile(inner, depth)?;
                return Ok(self.diagrams.not(inner)?);
            }
            Formula::And(parts) => (Operation::And, parts),
            Formula::Or(parts) => (Operation::Or, parts),
        };
        let mut nodes = Vec::with_capacity(parts.len());
        for part in parts {
            nodes.push(self.compile(part, depth)?);
        }
        Ok(self.diagrams.fold(operation, nodes)?)
    }

    fn level(&self, atom: &Atom) -> Result<u32, Undecided> {
        let level = self.space.level(atom);
        level.ok_or_else(|| Undecided::Unknown(atom.clone()))
    }

    fn bound(&self, node: Node, within: Node, touched: Touched) -> Set {
        let empty = self.is_empty;
        Set {
            node: if empty { Node::FALSE } else { node },
            within,
            touched,
        }
    }

    fn combined(&mut self, operation: Operation, a: Set, b: Set) -> Result<Set, Undecided> {
        self.ask(|algebra| {
            let (touched, within) = algebra.together(a, b)?;
            let first = algebra.narrowed(a, touched, within)?;
            // What is taken away may be more than there is.
            let second = match operation {
                Operation::Minus => b.node,
                Operation::And | Operation::Or => algebra.narrowed(b, touched, within)?,
            };
            let node = algebra.diagrams.apply(operation, first, second)?;
            Ok(algebra.bound(node, within, touched))
        })
    }

    /// What of a set is within the rules of all that is touched. Of what it touches itself, it keeps the
    /// rules already.
    fn narrowed(&mut self, set: Set, touched: Touched, within: Node) -> Result<Node, Undecided> {
        if set.touched == touched {
            return Ok(set.node);
        }
        Ok(self.diagrams.apply(Operation::And, set.node, within)?)
    }

    /// The number of a list of components.
    fn touched(&mut self, components: Vec<u32>) -> Touched {
        if let Some(touched) = self.numbers.get(components.as_slice()) {
            return *touched;
        }
        let touched = Touched(u32::try_from(self.lists.len()).unwrap_or(u32::MAX));
        let components: Box<[u32]> = components.into();
        self.lists.push(components.clone());
        self.numbers.insert(components, touched);
        touched
    }

    /// What two sets touch together, and the rules of that.
    fn together(&mut self, a: Set, b: Set) -> Result<(Touched, Node), Undecided> {
        if a.touched == b.touched || b.touched == Touched::NONE {
            return Ok((a.touched, a.within));
        }
        if a.touched == Touched::NONE {
            return Ok((b.touched, b.within));
        }
        let known = self.joined.get(&(a.touched, b.touched)).copied();
        let touched = known.unwrap_or_else(|| {
            let mut components = self.lists[a.touched.0 as usize].to_vec();
            components.extend_from_slice(&self.lists[b.touched.0 as usize]);
            components.sort_unstable();
            components.dedup();
            let touched = self.touched(components);
            self.joined.insert((a.touched, b.touched), touched);
            touched
        });
        Ok((touched, self.rules(touched)?))
    }

    /// The rules of several components.
    fn rules(&mut self, touched: Touched) -> Result<Node, Undecided> {
        if let Some(node) = self.rules_of.get(&touched) {
            return Ok(*node);
        }
        let components = self.lists[touched.0 as usize].clone();
        let mut nodes = Vec::with_capacity(components.len());
        for component in &components {
            nodes.push(self.component(*component)?);
        }
        let node = self.diagrams.fold(Operation::And, nodes)?;
        self.rules_of.insert(touched, node);
        Ok(node)
    }

    /// The rules of one component.
    fn component(&mut self, number: u32) -> Result<Node, Undecided> {
        if let Some(node) = self.rules.get(&number) {
            return Ok(*node);
        }
        let space = self.space;
        let Component { rules, .. } = space.component(number);
        let mut nodes = Vec::with_capacity(rules.len());
        for rule in rules {
            nodes.push(self.rule(rule)?);
        }
        let node = self.diagrams.fold(Operation::And, nodes)?;
        self.rules.insert(number, node);
        Ok(node)
    }

    fn rule(&mut self, rule: &Rule) -> Result<Node, Undecided> {
        let space = self.space;
        match rule {
            Rule::Implies(from, to) => {
                let without = self.diagrams.literal(*from, false)?;
                let with = self.diagrams.literal(*to, true)?;
                Ok(self.diagrams.apply(Operation::Or, without, with)?)
            }
            Rule::Require(number) => self.compile(space.requirement(*number), MAX_DEPTH),
            Rule::Group(number) => {
                let group = space.group(*number);
                let mut levels: Vec<u32> = group
                    .members
                    .iter()
                    .filter_map(|m| space.level(m))
                    .collect();
                levels.sort_unstable_by(|a, b| b.cmp(a));
                let (holds, none) = self.arity(group.arity, group.default.is_some(), &levels)?;
                match &group.when {
                    When::Always => Ok(holds),
                    When::Open => Ok(self.diagrams.apply(Operation::Or, holds, none)?),
                    When::Matches(when) => {
                        let when = self.compile(when, MAX_DEPTH)?;
                        let holds = self.diagrams.apply(Operation::And, when, holds)?;
                        let none = self.diagrams.apply(Operation::Minus, none, when)?;
                        Ok(self.diagrams.apply(Operation::Or, holds, none)?)
                    }
                }
            }
        }
    }

    /// That as many hold at these levels, from the lowest up, as an arity says; and that none does.
    fn arity(
        &mut self,
        arity: Arity,
        has_default: bool,
        levels: &[u32],
    ) -> Result<(Node, Node), Undecided> {
        // With a default, a test counts as carrying one at least.
        let at_least_one = has_default || matches!(arity, Arity::One | Arity::AtLeastOne);
        let at_most_one = matches!(arity, Arity::One | Arity::AtMostOne);
        let mut none = Node::TRUE;
        let mut holds = Node::constant(!at_least_one);
        for level in levels {
            let then = if at_most_one { none } else { Node::TRUE };
            holds = self.diagrams.node(*level, holds, then)?;
            none = self.diagrams.node(*level, none, Node::FALSE)?;
        }
        Ok((holds, none))
    }

    /// The smallest list of ranks that leads to true.
    fn smallest(&self, root: Node) -> Option<Vec<u32>> {
        // What a node leads to is looked at before it. Lists of one length are compared from their
        // first rank, and that does not change when the same rank is added to both.
        let mut best: FxHashMap<Node, Vec<u32>> = FxHashMap::default();
        best.insert(Node::TRUE, Vec::new());
        for node in self.diagrams.reachable(root) {
            let branch = self.diagrams.branch(node);
            let rank = self.space.rank(branch.level);
            let with = best.get(&branch.high).map(|ranks| {
                let mut ranks = ranks.clone();
                let place = ranks.partition_point(|known| *known < rank);
                ranks.insert(place, rank);
                ranks
            });
            let without = best.get(&branch.low).cloned();
            let shorter = without
                .into_iter()
                .chain(with)
                .min_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
            best.extend(shorter.map(|ranks| (node, ranks)));
        }
        best.remove(&root)
    }

    /// How many assignments to these levels, in order, lead to true.
    fn count(&self, root: Node, levels: &[u32]) -> Count {
        let place = |node: Node| {
            let level = self.diagrams.branch(node).level;
            levels.partition_point(|known| *known < level)
        };
        let mut counts: FxHashMap<Node, Count> = FxHashMap::default();
        counts.insert(Node::FALSE, Count::Exactly(0));
        counts.insert(Node::TRUE, Count::Exactly(1));
        let known = |counts: &FxHashMap<Node, Count>, node, above: usize| {
            let count = counts.get(&node).copied().unwrap_or(Count::Beyond);
            count.doubled(place(node) - above)
        };
        for node in self.diagrams.reachable(root) {
            let branch = self.diagrams.branch(node);
            let below = place(node) + 1;
            let low = known(&counts, branch.low, below);
            let high = known(&counts, branch.high, below);
            counts.insert(node, low.plus(high));
        }
        known(&counts, root, 0)
    }
}

/// How deep a formula may nest: far more than any that was read.
pub(super) const MAX_DEPTH: usize = 1000;

/// Whether a rule can contradict others.
fn is_conditional(space: &Space, rule: &Rule) -> bool {
    match rule {
        Rule::Implies(..) => false,
        Rule::Require(_) => true,
        Rule::Group(number) => matches!(space.group(*number).when, When::Matches(_)),
    }
}
