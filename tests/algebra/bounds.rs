//! What is too large is said to be, and what is only long is decided.

use dtpc::algebra::{Algebra, Arity, Count, Formula, Group, Limits, SpaceBuilder, Undecided};

use crate::shapes::marker;

fn literal(number: usize) -> Formula {
    marker(number).into()
}

/// `(0 and n) or (1 and n+1) or …` with all the second ones behind the first ones: the classic
/// expression that no diagram in this order holds.
fn crossed(pairs: usize) -> Formula {
    Formula::or((0..pairs).map(|n| Formula::and([literal(n), literal(pairs + n)])))
}

#[test]
fn a_blow_up_is_given_up_and_forgotten() {
    let mut space = SpaceBuilder::default();
    (0..60).for_each(|number| space.atom(marker(number)));
    let space = space.build();
    let mut algebra = Algebra::new(&space);
    let small = algebra.set(&crossed(5)).unwrap();
    let before = algebra.nodes();
    for _ in 0..3 {
        assert_eq!(algebra.set(&crossed(30)), Err(Undecided::TooLarge));
        assert_eq!(algebra.nodes(), before);
    }
    // What was known before is known still, and what comes after is answered.
    let again = algebra.set(&crossed(5)).unwrap();
    assert_eq!(again, small);
    let more = algebra.set(&crossed(6)).unwrap();
    assert!(algebra.overlap(small, more).unwrap());
    assert!(!algebra.implies(small, more).unwrap());
}

#[test]
fn what_only_looks_at_much_is_given_up_too() {
    let mut space = SpaceBuilder::default();
    (0..32).for_each(|number| space.atom(marker(number)));
    let space = space.build();
    let mut algebra = Algebra::with_limits(
        &space,
        Limits {
            steps: 300,
            ..Limits::default()
        },
    );
    let a = algebra.set(&crossed(6));
    assert!(a.is_ok(), "{a:?}");
    assert_eq!(algebra.set(&crossed(16)), Err(Undecided::TooLarge));
}

#[test]
fn long_expressions_and_large_groups_are_decided() {
    const MANY: usize = 20_000;
    let mut space = SpaceBuilder::default();
    space.group(Group::new(Arity::One, (0..MANY).map(marker)));
    (MANY..2 * MANY).for_each(|number| space.atom(marker(number)));
    let space = space.build();
    let mut algebra = Algebra::new(&space);
    let any = algebra.set(&Formula::or((0..MANY).map(literal))).unwrap();
    assert!(algebra.is_always(any));
    let all_but_one = Formula::or((1..MANY).map(literal));
    let all_but_one = algebra.set(&all_but_one).unwrap();
    let rest = algebra.complement(all_but_one).unwrap();
    assert_eq!(algebra.witness(rest), Some(vec![marker(0)]));
    assert_eq!(algebra.describe(rest), Some(literal(0)));
    let free = Formula::and((MANY..2 * MANY).map(literal));
    let free = algebra.set(&free).unwrap();
    let both = algebra.intersection(free, rest).unwrap();
    assert_eq!(algebra.witness(both).map(|w| w.len()), Some(MANY + 1));
    assert_eq!(algebra.share(both).matching, Count::Exactly(1));
    assert_eq!(algebra.share(both).of, Count::Beyond);
}

#[test]
fn nesting_beyond_measure_is_given_up() {
    let mut space = SpaceBuilder::default();
    space.atom(marker(0));
    let space = space.build();
    let mut algebra = Algebra::new(&space);
    let nested = |depth| (0..depth).fold(literal(0), |inner, _| Formula::Not(Box::new(inner)));
    let odd = algebra.set(&nested(501)).unwrap();
    let opposite = algebra.set(&literal(0).negated()).unwrap();
    assert_eq!(odd, opposite);
    assert_eq!(algebra.set(&nested(5_000)), Err(Undecided::TooLarge));
}

#[test]
fn an_atom_that_the_space_does_not_have_is_named() {
    let space = SpaceBuilder::default().build();
    let mut algebra = Algebra::new(&space);
    assert_eq!(algebra.set(&literal(7)), Err(Undecided::Unknown(marker(7))));
    let everything = algebra.everything();
    assert!(algebra.is_always(everything) && !algebra.is_never(everything));
    let nothing = algebra.nothing();
    assert!(algebra.is_never(nothing) && !algebra.is_always(nothing));
}
