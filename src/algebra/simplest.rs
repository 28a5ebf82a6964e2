//! The shortest way to say a set.
//!
//! The shortest of all expressions is out of reach in general; these steps find a short one, always
//! the same one for the same question, and never one that is longer than what was given:
//!
//! 1. What was given is taken, and three more ways to say it: the set as the union of the fewest
//!    conjunctions that cover it and nothing else of the space (Minato's irredundant cover), common
//!    factors pulled out; the opposite of that of its complement; and, in both, several negated
//!    parts as one negation.
//! 2. In each, every part from the largest to the smallest is put to the test: where the rest of the
//!    expression leaves it a choice within the space, it is left away, or one marker or the opposite
//!    of one is put in its place. That goes on until nothing more can be taken.
//! 3. The one of the fewest words is taken; of as many, the one that comes first above.
//!
//! Each step keeps the set exactly, so giving up early, when the budget is used up, costs beauty and
//! no truth.

#![allow(
    clippy::missing_errors_doc,
    reason = "every question fails in the ways of `Undecided`, as `Algebra` says"
)]

use super::diagram::{Node, Operation};
use super::formula::{Atom, Formula};
use super::questions::{Algebra, MAX_DEPTH, Set, Undecided};

/// The most markers that are tried in place of a part.
const MOST_LITERALS: usize = 64;

/// The most conjunctions of a cover, and the most atoms in it: no one reads more.
const MOST_CUBES: usize = 200;
const MOST_LEVELS: usize = 500;

/// How defaults are written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Words {
    /// By their names.
    Counted,
    /// As "none of the others".
    Carried,
}

/// A conjunction: levels, each with whether its atom holds.
type Cube = Vec<(u32, bool)>;

impl Algebra<'_> {
    /// The shortest formula that was found to match the same combinations as this one.
    ///
    /// ```
    /// use dtpc::algebra::{Algebra, Arity, Atom, Formula, Group, SpaceBuilder};
    /// use dtpc::schema::values::MarkerId;
    ///
    /// // A test carries exactly one of three.
    /// let [a, b, c] = [0, 1, 2].map(|number| Atom::Marker(MarkerId(number)));
    /// let mut space = SpaceBuilder::default();
    /// space.group(Group::new(Arity::One, [a.clone(), b.clone(), c.clone()]));
    /// let space = space.build();
    /// let two = Formula::or([a.into(), b.into()]);
    /// let simplest = Algebra::new(&space).simplest(&two)?;
    /// assert_eq!(simplest, Formula::from(c).negated());
    /// # Ok::<(), dtpc::algebra::Undecided>(())
    /// ```
    pub fn simplest(&mut self, formula: &Formula) -> Result<Formula, Undecided> {
        let set = self.set(formula)?;
        Ok(self.shortest(set, Some(&flat(formula)), Words::Counted))
    }

    /// The same for a tool that knows no defaults: it has none in it, but "none of the others". See
    /// [`Space::carried`](super::Space::carried).
    pub fn simplest_carried(&mut self, formula: &Formula) -> Result<Formula, Undecided> {
        let carried = self.space.carried(formula);
        let set = self.set(&carried)?;
        if self.names_default(&carried) {
            return Ok(carried);
        }
        Ok(self.shortest(set, Some(&carried), Words::Carried))
    }

    /// A short formula for a set; nothing if none was found in time.
    pub fn describe(&mut self, set: Set) -> Option<Formula> {
        match self.shortest(set, None, Words::Counted) {
            Formula::Or(parts) if parts.is_empty() => None,
            formula => Some(formula),
        }
    }

    /// The shortest found; an empty `or` where nothing was given and nothing found.
    fn shortest(&mut self, set: Set, given: Option<&Formula>, words: Words) -> Formula {
        if self.is_never(set) {
            return Formula::Constant(false);
        }
        if self.is_always(set) {
            return Formula::Constant(true);
        }
        let mark = self.diagrams.begin();
        let mut search = Search {
            set,
            words,
            literals: self.literals(set, words),
            best: given.cloned(),
        };
        // What was not found in time is done without.
        let _given_up = self.search(&mut search);
        self.forget(mark);
        search.best.unwrap_or(Formula::Or(Vec::new()))
    }

    fn search(&mut self, search: &mut Search) -> Result<(), Undecided> {
        if let Some(given) = search.best.clone() {
            self.improve(search, given)?;
        }
        let everything = search.set.within;
        let rest = self
            .diagrams
            .apply(Operation::Minus, everything, search.set.node)?;
        // Some need one word.
        if let Some(word) = self.one_word(search, search.set.node, rest)? {
            search.offer(&word);
            return Ok(());
        }
        for (node, other) in [(search.set.node, rest), (rest, search.set.node)] {
            let Ok(cover) = self.cover(node, other) else {
                continue;
            };
            let formula = gathered(&self.factored(cover));
            let formula = if node == rest {
                formula.negated()
            } else {
                formula
            };
            let formula = match search.words {
                Words::Counted => formula,
                Words::Carried => self.space.carried(&formula),
            };
            if search.words == Words::Counted || !self.names_default(&formula) {
                self.improve(search, formula)?;
            }
        }
        Ok(())
    }

    /// Whether a formula that says what is carried names a default: in a group of which a test
    /// carries several, where to carry it and to count as carrying it differ. The rules are about
    /// the latter, so nothing is taken from such a formula.
    fn names_default(&self, carried: &Formula) -> bool {
        carried
            .atoms()
            .iter()
            .any(|atom| self.space.is_default(atom))
    }

    /// The atoms that may stand in for a part, with the literals of their levels, in the order of
    /// declaration.
    fn literals(&self, set: Set, words: Words) -> Vec<(Atom, u32)> {
        let mut levels: Vec<u32> = self.levels_of([set.node, set.within]);
        levels.sort_by_key(|level| self.space.rank(*level));
        levels
            .into_iter()
            .map(|level| (self.space.atom_at(level).clone(), level))
            .filter(|(atom, _)| words == Words::Counted || !self.space.is_default(atom))
            .take(MOST_LITERALS)
            .collect()
    }

    fn levels_of(&self, nodes: [Node; 2]) -> Vec<u32> {
        let mut levels: Vec<u32> = nodes
            .into_iter()
            .flat_map(|node| self.diagrams.reachable(node))
            .map(|node| self.diagrams.branch(node).level)
            .collect();
        levels.sort_unstable();
        levels.dedup();
        levels
    }

    /// Makes a formula shorter part by part, and keeps it if it is the shortest so far.
    fn improve(&mut self, search: &mut Search, mut formula: Formula) -> Result<(), Undecided> {
        search.offer(&formula);
        'again: loop {
            for path in paths(&formula) {
                if let Some(shorter) = self.shorter_at(search, &formula, &path)? {
                    formula = shorter;
                    search.offer(&formula);
                    continue 'again;
                }
            }
            let whole = gathered(&formula);
            if whole.words() >= formula.words() {
                return Ok(());
            }
            formula = whole;
            search.offer(&formula);
        }
    }

    /// The formula with something shorter at one place, if the set stays the same.
    fn shorter_at(
        &mut self,
        search: &Search,
        formula: &Formula,
        path: &[usize],
    ) -> Result<Option<Formula>, Undecided> {
        let Some(part) = part_at(formula, path) else {
            return Ok(None);
        };
        let now = self.compile(part, MAX_DEPTH)?;
        let without = self.compile(&with(formula, path, &Formula::Constant(false)), MAX_DEPTH)?;
        let with_it = self.compile(&with(formula, path, &Formula::Constant(true)), MAX_DEPTH)?;
        // Where it matters what the part says, and within that where it holds and where not.
        let matters = self.diagrams.differ(without, with_it)?;
        let matters = self
            .diagrams
            .apply(Operation::And, matters, search.set.within)?;
        let holds = self.diagrams.apply(Operation::And, matters, now)?;
        let lacks = self.diagrams.apply(Operation::Minus, matters, now)?;
        let words = formula.words();
        let shorter = |instead: Formula| {
            let whole = with(formula, path, &instead);
            (whole.words() < words).then_some(whole)
        };
        if holds == Node::FALSE {
            return Ok(shorter(Formula::Constant(false)));
        }
        if lacks == Node::FALSE {
            return Ok(shorter(Formula::Constant(true)));
        }
        if part.words() == 1 {
            return Ok(None);
        }
        Ok(self.one_word(search, holds, lacks)?.and_then(shorter))
    }

    /// A marker that holds in all of the one and in none of the other, or the opposite of one.
    fn one_word(
        &mut self,
        search: &Search,
        holds: Node,
        lacks: Node,
    ) -> Result<Option<Formula>, Undecided> {
        for opposite in [false, true] {
            let (inside, outside) = if opposite {
                (lacks, holds)
            } else {
                (holds, lacks)
            };
            for (atom, level) in &search.literals {
                let literal = self.diagrams.literal(*level, true)?;
                if self.separates(literal, inside, outside)? {
                    let atom = Formula::from(atom.clone());
                    return Ok(Some(if opposite { atom.negated() } else { atom }));
                }
            }
        }
        Ok(None)
    }

    /// Whether this holds in all of the one and in none of the other.
    fn separates(&mut self, node: Node, inside: Node, outside: Node) -> Result<bool, Undecided> {
        Ok(!self.diagrams.is_possible(Operation::And, outside, node)?
            && !self.diagrams.is_possible(Operation::Minus, inside, node)?)
    }

    /// Conjunctions that together hold wherever `inside` does and nowhere in `outside`, none of which
    /// can be spared.
    fn cover(&mut self, inside: Node, outside: Node) -> Result<Vec<Cube>, Undecided> {
        let upper = self.diagrams.not(outside)?;
        // It goes as deep as there are levels.
        if self.levels_of([inside, upper]).len() > MOST_LEVELS {
            return Err(Undecided::TooLarge);
        }
        let mut cubes = Vec::new();
        self.cover_between(inside, upper, &mut Vec::new(), &mut cubes)?;
        Ok(cubes)
    }

    /// Adds the conjunctions that cover `lower` and stay within `upper`, each with what led here;
    /// returns what they cover.
    fn cover_between(
        &mut self,
        lower: Node,
        upper: Node,
        way: &mut Cube,
        cubes: &mut Vec<Cube>,
    ) -> Result<Node, Undecided> {
        if lower == Node::FALSE {
            return Ok(Node::FALSE);
        }
        if upper == Node::TRUE {
            if cubes.len() == MOST_CUBES {
                return Err(Undecided::TooLarge);
            }
            cubes.push(way.clone());
            return Ok(Node::TRUE);
        }
        self.diagrams.step()?;
        let level = (self.diagrams.branch(lower).level).min(self.diagrams.branch(upper).level);
        let half = |algebra: &Self, node: Node, high: bool| {
            let branch = algebra.diagrams.branch(node);
            match (branch.level == level, high) {
                (false, _) => node,
                (true, true) => branch.high,
                (true, false) => branch.low,
            }
        };
        let lowers = [half(self, lower, false), half(self, lower, true)];
        let uppers = [half(self, upper, false), half(self, upper, true)];
        let mut covered = [Node::FALSE; 2];
        // Positive words first: they are what people write.
        for side in [1, 0] {
            let only = self
                .diagrams
                .apply(Operation::Minus, lowers[side], uppers[1 - side])?;
            way.push((level, side == 1));
            covered[side] = self.cover_between(only, uppers[side], way, cubes)?;
            way.pop();
        }
        let mut left = [Node::FALSE; 2];
        for side in [0, 1] {
            left[side] = self
                .diagrams
                .apply(Operation::Minus, lowers[side], covered[side])?;
        }
        let lower = self.diagrams.apply(Operation::Or, left[0], left[1])?;
        let upper = self.diagrams.apply(Operation::And, uppers[0], uppers[1])?;
        let both = self.cover_between(lower, upper, way, cubes)?;
        let low = self.diagrams.apply(Operation::Or, covered[0], both)?;
        let high = self.diagrams.apply(Operation::Or, covered[1], both)?;
        Ok(self.diagrams.node(level, low, high)?)
    }

    /// Conjunctions as a formula, with what most of them share pulled out.
    fn factored(&self, mut cubes: Vec<Cube>) -> Formula {
        let literal = |(level, holds): (u32, bool)| {
            let atom = Formula::from(self.space.atom_at(level).clone());
            if holds { atom } else { atom.negated() }
        };
        for cube in &mut cubes {
            cube.sort_by_key(|(level, holds)| (!holds, self.space.rank(*level)));
        }
        let order = |(level, holds): &(u32, bool)| (self.space.rank(*level), !holds);
        cubes.sort_by_key(|cube| cube.iter().map(order).collect::<Vec<_>>());
        // What is pulled out, and of what: of the same, together.
        let mut parts: Vec<(Vec<Formula>, Formula)> = Vec::new();
        while let Some(shared) = self.most_frequent(&cubes) {
            let (with, without): (Vec<Cube>, Vec<Cube>) =
                cubes.into_iter().partition(|cube| cube.contains(&shared));
            let inner = with
                .into_iter()
                .map(|cube| cube.into_iter().filter(|l| *l != shared).collect())
                .collect();
            let inner = self.factored(inner);
            match parts.iter_mut().find(|(_, known)| *known == inner) {
                Some((factors, _)) => factors.push(literal(shared)),
                None => parts.push((vec![literal(shared)], inner)),
            }
            cubes = without;
        }
        let joined = parts
            .into_iter()
            .map(|(factors, inner)| Formula::and([Formula::or(factors), inner]));
        let alone = cubes
            .into_iter()
            .map(|cube| Formula::and(cube.into_iter().map(literal)));
        Formula::or(joined.chain(alone))
    }

    /// The literal that most conjunctions have, two at least; of those, the one declared first.
    fn most_frequent(&self, cubes: &[Cube]) -> Option<(u32, bool)> {
        let mut literals: Vec<(u32, bool)> = cubes.iter().flatten().copied().collect();
        literals.sort_by_key(|(level, holds)| (self.space.rank(*level), !holds));
        literals
            .chunk_by(|a, b| a == b)
            .filter(|same| same.len() > 1)
            .max_by(|a, b| a.len().cmp(&b.len()).then(std::cmp::Ordering::Greater))
            .map(|same| same[0])
    }
}

struct Search {
    set: Set,
    words: Words,
    literals: Vec<(Atom, u32)>,
    best: Option<Formula>,
}

impl Search {
    fn offer(&mut self, formula: &Formula) {
        let is_shorter = |best: &Formula| formula.words() < best.words();
        if self.best.as_ref().is_none_or(is_shorter) {
            self.best = Some(formula.clone());
        }
    }
}

/// The same, without constants, joins of one part and double negations.
fn flat(formula: &Formula) -> Formula {
    match formula {
        Formula::Constant(_) | Formula::Atom(_) => formula.clone(),
        Formula::Not(inner) => flat(inner).negated(),
        Formula::And(parts) => Formula::and(parts.iter().map(flat)),
        Formula::Or(parts) => Formula::or(parts.iter().map(flat)),
    }
}

/// Several negated parts of one join as one negation, where that is shorter.
fn gathered(formula: &Formula) -> Formula {
    let (parts, all) = match formula {
        Formula::Constant(_) | Formula::Atom(_) => return formula.clone(),
        Formula::Not(inner) => return gathered(inner).negated(),
        Formula::And(parts) => (parts, true),
        Formula::Or(parts) => (parts, false),
    };
    let join = |parts: Vec<Formula>, all| {
        if all {
            Formula::and(parts)
        } else {
            Formula::or(parts)
        }
    };
    let parts: Vec<Formula> = parts.iter().map(gathered).collect();
    let apart = join(parts.clone(), all);
    let mut negated = Vec::new();
    let mut kept = Vec::new();
    let mut place = None;
    for part in parts {
        if let Formula::Not(inner) = part {
            place.get_or_insert(kept.len());
            negated.push(*inner);
        } else {
            kept.push(part);
        }
    }
    if let Some(place) = place {
        kept.insert(place, join(negated, !all).negated());
    }
    let together = join(kept, all);
    if together.words() < apart.words() {
        together
    } else {
        apart
    }
}

/// The ways to all parts, from the whole to the smallest.
fn paths(formula: &Formula) -> Vec<Vec<usize>> {
    let mut paths = Vec::new();
    let mut open = std::collections::VecDeque::from([(formula, Vec::new())]);
    while let Some((formula, path)) = open.pop_front() {
        let parts: &[Formula] = match formula {
            Formula::Constant(_) | Formula::Atom(_) => &[],
            Formula::Not(inner) => std::slice::from_ref(inner),
            Formula::And(parts) | Formula::Or(parts) => parts,
        };
        for (place, part) in parts.iter().enumerate() {
            let mut path = path.clone();
            path.push(place);
            open.push_back((part, path));
        }
        paths.push(path);
    }
    paths
}

fn part_at<'f>(formula: &'f Formula, path: &[usize]) -> Option<&'f Formula> {
    let Some((place, path)) = path.split_first() else {
        return Some(formula);
    };
    match formula {
        Formula::Constant(_) | Formula::Atom(_) => None,
        Formula::Not(inner) => part_at(inner, path),
        Formula::And(parts) | Formula::Or(parts) => part_at(parts.get(*place)?, path),
    }
}

/// The formula with another part at one place.
fn with(formula: &Formula, path: &[usize], part: &Formula) -> Formula {
    let Some((place, path)) = path.split_first() else {
        return part.clone();
    };
    let replaced = |parts: &[Formula]| -> Vec<Formula> {
        let parts = parts.iter().enumerate();
        parts
            .map(|(at, old)| {
                if at == *place {
                    with(old, path, part)
                } else {
                    old.clone()
                }
            })
            .collect()
    };
    match formula {
        Formula::Constant(_) | Formula::Atom(_) => formula.clone(),
        Formula::Not(inner) => with(inner, path, part).negated(),
        Formula::And(parts) => Formula::and(replaced(parts)),
        Formula::Or(parts) => Formula::or(replaced(parts)),
    }
}
