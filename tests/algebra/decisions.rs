//! Questions whose answers people can check in their heads.

use dtpc::algebra::{Algebra, Arity, Atom, Count, Expression, Formula, Group, SpaceBuilder};
use dtpc::schema::values::MarkerId;

use crate::shapes::{arguments, marker};

fn is(number: usize) -> Formula {
    marker(number).into()
}

fn text(formula: &Formula) -> String {
    let name = |id: MarkerId| format!("m{}", id.0);
    formula.expression(&name).map_or_else(
        || format!("{formula:?}"),
        |expression| {
            let printed = expression.to_string();
            assert_eq!(Expression::parse(&printed).as_ref(), Ok(&expression));
            printed
        },
    )
}

#[test]
fn a_group_for_some_tests_is_none_for_the_others() {
    // Component: one of 2 and 3, for tests that carry 0 or 1.
    let mut space = SpaceBuilder::default();
    space.group(Group::new(Arity::AtMostOne, [marker(0), marker(1)]));
    let when = Formula::or([is(0), is(1)]);
    space.group(Group::new(Arity::One, [marker(2), marker(3)]).when(when));
    let space = space.build();
    let mut algebra = Algebra::new(&space);
    let component = algebra.set(&Formula::or([is(2), is(3)])).unwrap();
    let framework = algebra.set(&Formula::or([is(0), is(1)])).unwrap();
    assert!(algebra.equal(component, framework).unwrap());
    let first = algebra
        .set(&Formula::and([is(0), is(2).negated()]))
        .unwrap();
    let second = algebra.set(&Formula::and([is(0), is(3)])).unwrap();
    assert!(algebra.equal(first, second).unwrap());
    let share = algebra.share(component);
    assert_eq!(
        (share.matching, share.of),
        (Count::Exactly(4), Count::Exactly(5))
    );
    let long = Formula::and([is(0), is(2).negated(), Formula::or([is(2), is(3)])]);
    assert_eq!(text(&algebra.simplest(&long).unwrap()), "m0 and m3");
}

#[test]
fn a_marker_with_arguments_implies_the_marker_and_fewer_arguments() {
    let device = |given: &[(&str, i128)]| Atom::MarkerWithArguments {
        marker: MarkerId(0),
        arguments: arguments(given),
    };
    let (one, two) = (device(&[("serial", 1)]), device(&[("serial", 2)]));
    let both = device(&[("serial", 1), ("x", 0)]);
    let mut space = SpaceBuilder::default();
    for atom in [&one, &two, &both] {
        space.atom(atom.clone());
    }
    let space = space.build();
    let mut algebra = Algebra::new(&space);
    let [whole, one, two, both] =
        [marker(0), one, two, both].map(|atom| algebra.set(&Formula::from(atom)).unwrap());
    assert!(algebra.implies(one, whole).unwrap() && !algebra.implies(whole, one).unwrap());
    assert!(algebra.implies(both, one).unwrap() && !algebra.implies(both, two).unwrap());
    // A test may carry the marker twice, with one serial number each.
    assert!(algebra.overlap(one, two).unwrap());
}

#[test]
fn a_default_is_the_rest_of_its_group() {
    let mut space = SpaceBuilder::default();
    let group = Group::new(Arity::One, [marker(0), marker(1), marker(2)]);
    space.group(group.or_else(marker(0)));
    space.atom(marker(3));
    let space = space.build();
    let mut algebra = Algebra::new(&space);
    let formula = Formula::and([is(3), is(0)]);
    let carried = algebra.simplest_carried(&formula).unwrap();
    assert_eq!(text(&carried), "m3 and not (m1 or m2)");
    let others = Formula::and([is(3), is(0).negated()]);
    assert_eq!(
        text(
            &algebra
                .simplest(&Formula::and([is(3), Formula::or([is(1), is(2)])]))
                .unwrap()
        ),
        "m3 and not m0"
    );
    assert_eq!(
        text(&algebra.simplest_carried(&others).unwrap()),
        "m3 and (m1 or m2)"
    );
    let everything = Formula::or([is(0), is(1), is(2)]);
    assert_eq!(
        algebra.simplest(&everything).unwrap(),
        Formula::Constant(true)
    );
    assert_eq!(
        algebra.simplest_carried(&everything).unwrap(),
        Formula::Constant(true)
    );
}

#[test]
fn simplest_expressions_are_simple() {
    let mut space = SpaceBuilder::default();
    (0..6).for_each(|number| space.atom(marker(number)));
    let space = space.build();
    let mut algebra = Algebra::new(&space);
    let and = |parts: &[Formula]| Formula::and(parts.to_vec());
    let or = |parts: &[Formula]| Formula::or(parts.to_vec());
    for (formula, simplest) in [
        (
            or(&[and(&[is(0), is(1)]), and(&[is(0), is(2)])]),
            "m0 and (m1 or m2)",
        ),
        (or(&[is(0), and(&[is(0).negated(), is(1)])]), "m0 or m1"),
        (and(&[is(0), or(&[is(0), is(3)])]), "m0"),
        (
            and(&[is(0).negated(), is(1).negated(), is(2).negated()]),
            "not (m0 or m1 or m2)",
        ),
        (
            or(&[
                and(&[is(0), is(1)]),
                and(&[is(0).negated(), is(2)]),
                and(&[is(1), is(2)]),
            ]),
            "m0 and m1 or not m0 and m2",
        ),
        (
            or(&[
                and(&[is(0), is(2)]),
                and(&[is(0), is(3)]),
                and(&[is(1), is(2)]),
                and(&[is(1), is(3)]),
            ]),
            "(m0 or m1) and (m2 or m3)",
        ),
    ] {
        assert_eq!(
            text(&algebra.simplest(&formula).unwrap()),
            simplest,
            "{}",
            text(&formula)
        );
    }
}

#[test]
fn conditions_that_exclude_each_other_are_a_group() {
    let branch = |number| Atom::Condition(number);
    let mut space = SpaceBuilder::default();
    space.group(Group::new(Arity::AtMostOne, [branch(0), branch(1)]));
    // A fork has no secrets.
    let (fork, secrets) = (Formula::from(branch(2)), Formula::from(branch(3)));
    space.require(Formula::or([
        fork.clone().negated(),
        secrets.clone().negated(),
    ]));
    space.atom(marker(0));
    let space = space.build();
    let mut algebra = Algebra::new(&space);
    let both = Formula::and([branch(0).into(), branch(1).into(), is(0)]);
    let both = algebra.set(&both).unwrap();
    assert!(algebra.is_never(both));
    let reached = algebra.set(&Formula::and([fork, secrets])).unwrap();
    assert!(algebra.is_never(reached));
}
