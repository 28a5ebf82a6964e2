//! Which of many sets share a combination.

#![allow(
    clippy::missing_errors_doc,
    reason = "every question fails in the ways of `Undecided`, as `Algebra` says"
)]

use super::diagram::Node;
use super::questions::{Algebra, Set, Undecided};

/// What every combination of a set has in common: one bit for each level.
struct Forced {
    /// The levels at which the atom holds.
    held: Vec<u64>,
    /// The levels at which it does not.
    barred: Vec<u64>,
}

impl Forced {
    /// Whether two sets can have nothing in common: what all of one carry, none of the other does.
    fn excludes(&self, other: &Self) -> bool {
        meet(&self.held, &other.barred) || meet(&self.barred, &other.held)
    }
}

/// Whether two rows of bits have one in common. A row ends with its last bit that is set.
fn meet(a: &[u64], b: &[u64]) -> bool {
    a.iter().zip(b).any(|(a, b)| a & b != 0)
}

fn set_bit(bits: &mut Vec<u64>, level: u32) {
    let word = level as usize / 64;
    if bits.len() <= word {
        bits.resize(word + 1, 0);
    }
    bits[word] |= 1 << (level % 64);
}

impl Algebra<'_> {
    /// The pairs of these sets that share a combination, by their places, in order.
    ///
    /// Every two are compared: give each set once, and not one for each job. For each set it is
    /// found once which atoms all of it holds or bars, so two sets that say different markers of one
    /// group are told apart by a few machine words; only the others are looked into.
    pub fn overlaps(&mut self, sets: &[Set]) -> Result<Vec<(usize, usize)>, Undecided> {
        let forced: Vec<Forced> = sets.iter().map(|set| self.forced(set.node)).collect();
        let mut pairs = Vec::new();
        for (first, a) in sets.iter().enumerate() {
            for (second, b) in sets.iter().enumerate().skip(first + 1) {
                if !forced[first].excludes(&forced[second]) && self.overlap(*a, *b)? {
                    pairs.push((first, second));
                }
            }
        }
        Ok(pairs)
    }

    /// The atoms that hold in all combinations of a set that is not empty, and those that hold in
    /// none.
    fn forced(&self, root: Node) -> Forced {
        let nodes = self.diagrams.reachable(root);
        let mut levels: Vec<u32> = nodes
            .iter()
            .map(|n| self.diagrams.branch(*n).level)
            .collect();
        levels.sort_unstable();
        levels.dedup();
        let place = |level: u32| levels.partition_point(|known| *known < level);
        // A level is free where some way to true passes it by: marked where such a way begins to
        // pass and where it ends.
        let mut passing = vec![0_i64; levels.len() + 1];
        let mut pass = |from: usize, to: Node| {
            if to != Node::FALSE {
                passing[from] += 1;
                passing[place(self.diagrams.branch(to).level)] -= 1;
            }
        };
        pass(0, root);
        let mut may_hold = vec![false; levels.len()];
        let mut may_lack = vec![false; levels.len()];
        for node in nodes {
            let branch = self.diagrams.branch(node);
            let at = place(branch.level);
            pass(at + 1, branch.low);
            pass(at + 1, branch.high);
            may_hold[at] |= branch.high != Node::FALSE;
            may_lack[at] |= branch.low != Node::FALSE;
        }
        let mut forced = Forced {
            held: Vec::new(),
            barred: Vec::new(),
        };
        let mut passed = 0;
        for (at, level) in levels.iter().enumerate() {
            passed += passing[at];
            if passed > 0 {
                continue;
            }
            if !may_lack[at] {
                set_bit(&mut forced.held, *level);
            } else if !may_hold[at] {
                set_bit(&mut forced.barred, *level);
            }
        }
        forced
    }
}
