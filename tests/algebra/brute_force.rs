//! Every question, against looking at every combination.

use dtpc::algebra::{Algebra, Atom, Count, Formula, Limits, Undecided};
use proptest::prelude::*;

use crate::shapes::{SMALL, Shape, Size, World, fitted, holds, shape, skeleton, worlds};

/// Random spaces: in each, two random expressions are looked at, ten thousand in all.
const CASES: u32 = 5_000;

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// The atoms that hold in a combination, in the order of declaration.
fn carried(shape: &Shape, world: World) -> Vec<Atom> {
    let atoms = shape.atoms.iter().enumerate();
    atoms
        .filter(|(place, _)| world & (1 << place) != 0)
        .map(|(_, atom)| atom.clone())
        .collect()
}

/// The fewest, and of as many those declared first.
fn smallest(shape: &Shape, among: &[World]) -> Option<Vec<Atom>> {
    let places = |world: &World| -> Vec<usize> {
        (0..shape.atoms.len())
            .filter(|place| world & (1 << place) != 0)
            .collect()
    };
    let best = among
        .iter()
        .min_by_key(|world| (world.count_ones(), places(world)))?;
    Some(carried(shape, *best))
}

fn exactly(count: Count) -> u128 {
    match count {
        Count::Exactly(count) => count,
        Count::Beyond => panic!("a small space has few combinations"),
    }
}

proptest! {
    #![proptest_config(cases(CASES))]

    #[test]
    fn every_answer_is_what_looking_at_all_combinations_finds(
        shape in shape(SMALL), first in skeleton(), second in skeleton(),
    ) {
        let all = worlds(&shape);
        let space = shape.space();
        prop_assert!(space.atoms().eq(&shape.atoms));
        let mut algebra = Algebra::new(&space);
        prop_assert_eq!(algebra.is_contradiction(), all.is_empty());

        let formulas = [first, second].map(|f| fitted(&f, &shape.atoms));
        let [in_a, in_b] = [0, 1].map(|i| -> Vec<World> {
            all.iter().copied().filter(|w| holds(&formulas[i], &shape.atoms, *w)).collect()
        });
        let a = algebra.set(&formulas[0]).unwrap();
        let b = algebra.set(&formulas[1]).unwrap();

        for (set, inside, formula) in [(a, &in_a, &formulas[0]), (b, &in_b, &formulas[1])] {
            prop_assert_eq!(algebra.is_never(set), inside.is_empty());
            if !all.is_empty() {
                prop_assert_eq!(algebra.is_always(set), inside.len() == all.len());
            }
            // The smallest witness; what is said without the rest of the space is a part of it.
            let whole = algebra.whole_witness(set).unwrap();
            prop_assert_eq!(&whole, &smallest(&shape, inside));
            let witness = algebra.witness(set);
            prop_assert_eq!(witness.is_none(), inside.is_empty());
            if let (Some(witness), Some(whole)) = (witness, whole) {
                prop_assert!(witness.iter().all(|atom| whole.contains(atom)));
                // Whoever carries these and no other atom that the formula names is in the set.
                let named = formula.atoms();
                for world in &all {
                    let carried = carried(&shape, *world);
                    if named.iter().all(|atom| carried.contains(atom) == witness.contains(atom)) {
                        prop_assert!(inside.contains(world));
                    }
                }
            }
            let share = algebra.share(set);
            if !all.is_empty() {
                prop_assert_eq!(
                    exactly(share.matching) * all.len() as u128,
                    exactly(share.of) * inside.len() as u128
                );
            }
            // The simplest expression says the same, in no more words.
            let simplest = algebra.simplest(formula).unwrap();
            prop_assert!(simplest.words() <= formula.words(), "{:?}", simplest);
            let described = algebra.describe(set).unwrap();
            for other in [&simplest, &described] {
                let same = all.iter().all(|w| {
                    holds(formula, &shape.atoms, *w) == holds(other, &shape.atoms, *w)
                });
                prop_assert!(same, "{:?}", other);
            }
            prop_assert_eq!(algebra.simplest(formula).unwrap(), simplest);
        }

        let is_in_b = |w: &World| in_b.contains(w);
        prop_assert_eq!(algebra.implies(a, b).unwrap(), in_a.iter().all(is_in_b));
        prop_assert_eq!(algebra.overlap(a, b).unwrap(), in_a.iter().any(is_in_b));
        prop_assert_eq!(algebra.equal(a, b).unwrap(), in_a == in_b);
        let pairs = if in_a.iter().any(is_in_b) { vec![(0, 1)] } else { vec![] };
        prop_assert_eq!(algebra.overlaps(&[a, b]).unwrap(), pairs);

        let difference: Vec<World> = in_a.iter().copied().filter(|w| !is_in_b(w)).collect();
        let set = algebra.difference(a, b).unwrap();
        prop_assert_eq!(algebra.whole_witness(set).unwrap(), smallest(&shape, &difference));
        let rest: Vec<World> = all.iter().copied().filter(|w| !in_a.contains(w) && !is_in_b(w)).collect();
        let either = algebra.union_of([a, b, a]).unwrap();
        let neither = algebra.complement(either).unwrap();
        prop_assert_eq!(algebra.whole_witness(neither).unwrap(), smallest(&shape, &rest));
        let both: Vec<World> = in_a.iter().copied().filter(is_in_b).collect();
        let set = algebra.intersection(a, b).unwrap();
        prop_assert_eq!(algebra.whole_witness(set).unwrap(), smallest(&shape, &both));
        let again = algebra.intersection(b, a).unwrap();
        prop_assert!(algebra.equal(set, again).unwrap());
        let everything = algebra.everything();
        prop_assert!(algebra.implies(either, everything).unwrap());
    }
}

proptest! {
    #![proptest_config(cases(1_000))]

    /// What a test carries and what it counts as carrying: a default may be left away.
    #[test]
    fn what_is_carried_selects_the_tests_that_count(
        shape in shape(Size { conditions: 0, ..SMALL }), formula in skeleton(),
    ) {
        let space = shape.space();
        let formula = fitted(&formula, &shape.atoms);
        let carried = space.carried(&formula);
        let simplest = Algebra::new(&space).simplest_carried(&formula).unwrap();
        prop_assert!(simplest.words() <= carried.words());
        let is_open = |group: &&dtpc::algebra::Group| group.when == dtpc::algebra::When::Open;
        prop_assume!(!shape.groups.iter().any(|group| is_open(&group) && group.default.is_some()));
        for world in worlds(&shape) {
            let counts = holds(&formula, &shape.atoms, world);
            for left_away in 0..1_u32 << shape.groups.len() {
                let Some(written) = without_defaults(&shape, world, left_away) else { continue };
                prop_assert_eq!(holds(&carried, &shape.atoms, written), counts, "{:?}", &carried);
                prop_assert_eq!(holds(&simplest, &shape.atoms, written), counts, "{:?}", &simplest);
            }
        }
    }

    /// With hardly any room the answer is the right one, or that there is none.
    #[test]
    fn little_room_never_makes_an_answer_wrong(
        shape in shape(SMALL),
        formulas in prop::collection::vec(skeleton(), 1..8),
        nodes in 0_usize..24,
        steps in 0_usize..60,
    ) {
        let all = worlds(&shape);
        prop_assume!(!all.is_empty());
        let space = shape.space();
        let limits = Limits { nodes, steps, total: 200 };
        let mut algebra = Algebra::with_limits(&space, limits);
        let formulas: Vec<Formula> = formulas.iter().map(|f| fitted(f, &shape.atoms)).collect();
        let mut made = Vec::new();
        for formula in &formulas {
            let inside = |world: &&World| holds(formula, &shape.atoms, **world);
            let set = match algebra.set(formula) {
                Ok(set) => set,
                Err(undecided) => {
                    prop_assert_eq!(undecided, Undecided::TooLarge);
                    continue;
                }
            };
            prop_assert!(algebra.nodes() <= 202);
            prop_assert_eq!(algebra.is_never(set), !all.iter().any(|w| inside(&w)));
            prop_assert_eq!(algebra.is_always(set), all.iter().all(|w| inside(&w)));
            if let Ok(simplest) = algebra.simplest(formula) {
                let same = all.iter().all(|w| inside(&w) == holds(&simplest, &shape.atoms, *w));
                prop_assert!(same, "{:?}", simplest);
            }
            for (other, earlier) in &made {
                let meet = all.iter().filter(inside).any(|w| holds(earlier, &shape.atoms, *w));
                if let Ok(overlap) = algebra.overlap(set, *other) {
                    prop_assert_eq!(overlap, meet);
                }
                if let Ok(both) = algebra.intersection(set, *other) {
                    prop_assert_eq!(algebra.is_never(both), !meet);
                }
                if let Ok(implies) = algebra.implies(set, *other) {
                    let all_in = all.iter().filter(inside).all(|w| holds(earlier, &shape.atoms, *w));
                    prop_assert_eq!(implies, all_in);
                }
            }
            made.push((set, formula.clone()));
        }
    }
}

/// The combination as a test carries it that leaves the defaults of some groups away; nothing if it
/// does not carry these defaults alone.
fn without_defaults(shape: &Shape, world: World, left_away: u32) -> Option<World> {
    let mut written = world;
    for (number, group) in shape.groups.iter().enumerate() {
        if left_away & (1 << number) == 0 {
            continue;
        }
        let default = group.default.as_ref()?;
        let has = |atom: &Atom| holds(&atom.clone().into(), &shape.atoms, world);
        let others = group
            .members
            .iter()
            .any(|member| member != default && has(member));
        let with_arguments = shape
            .atoms
            .iter()
            .any(|atom| atom != default && atom.marker() == default.marker() && has(atom));
        if others || with_arguments || !has(default) {
            return None;
        }
        let place = shape.atoms.iter().position(|atom| atom == default)?;
        written &= !(1 << place);
    }
    Some(written)
}
