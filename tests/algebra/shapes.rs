//! Random spaces and formulas, small enough to look at every combination.

use dtpc::algebra::{
    Argument, ArgumentValue, Arguments, Arity, Atom, Formula, Group, Space, SpaceBuilder, When,
};
use proptest::prelude::*;

/// A space, and what it was made of.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The atoms in the order of declaration.
    pub atoms: Vec<Atom>,
    pub groups: Vec<Group>,
    pub requirements: Vec<Formula>,
}

impl Shape {
    pub fn space(&self) -> Space {
        let mut builder = SpaceBuilder::default();
        for atom in &self.atoms {
            builder.atom(atom.clone());
        }
        for group in &self.groups {
            builder.group(group.clone());
        }
        for requirement in &self.requirements {
            builder.require(requirement.clone());
        }
        builder.build()
    }
}

/// How much of what there is in a shape.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub markers: usize,
    pub arguments: usize,
    pub conditions: usize,
    pub requirements: bool,
}

pub const SMALL: Size = Size {
    markers: 6,
    arguments: 2,
    conditions: 1,
    requirements: true,
};

pub use crate::real::marker;

pub fn arguments(given: &[(&str, i128)]) -> Arguments {
    Arguments::new(given.iter().map(|(name, value)| Argument {
        name: (*name).into(),
        value: ArgumentValue::Integer(*value),
    }))
}

/// One of three lists of arguments, of which the last has those of the others.
fn some_arguments(which: usize) -> Arguments {
    match which % 3 {
        0 => arguments(&[("a", 1)]),
        1 => arguments(&[("b", 2)]),
        _ => arguments(&[("a", 1), ("b", 2)]),
    }
}

fn arity() -> impl Strategy<Value = Arity> {
    prop::sample::select(vec![
        Arity::Any,
        Arity::One,
        Arity::One,
        Arity::AtMostOne,
        Arity::AtLeastOne,
    ])
}

/// A formula over atoms by their numbers, to be fitted to the atoms there are.
pub fn skeleton() -> impl Strategy<Value = Formula> {
    let leaf = prop_oneof![
        1 => any::<bool>().prop_map(Formula::Constant),
        14 => (0_u32..100).prop_map(|number| Atom::Condition(number).into()),
    ];
    leaf.prop_recursive(4, 14, 4, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(|inner| Formula::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Formula::And),
            prop::collection::vec(inner, 0..4).prop_map(Formula::Or),
        ]
    })
}

/// The formula with each number taken for one of these atoms.
pub fn fitted(skeleton: &Formula, atoms: &[Atom]) -> Formula {
    let parts = |parts: &[Formula]| parts.iter().map(|p| fitted(p, atoms)).collect();
    match skeleton {
        Formula::Constant(_) => skeleton.clone(),
        Formula::Atom(Atom::Condition(number)) if !atoms.is_empty() => {
            atoms[*number as usize % atoms.len()].clone().into()
        }
        Formula::Atom(_) => Formula::Constant(true),
        Formula::Not(inner) => Formula::Not(Box::new(fitted(inner, atoms))),
        Formula::And(inner) => Formula::And(parts(inner)),
        Formula::Or(inner) => Formula::Or(parts(inner)),
    }
}

type RawGroup = (Arity, Option<usize>, u8, Formula);

fn raw_group() -> impl Strategy<Value = RawGroup> {
    (arity(), prop::option::of(0_usize..6), 0_u8..6, skeleton())
}

/// A space with up to three groups, some with a `when` that looks at the others.
pub fn shape(size: Size) -> impl Strategy<Value = Shape> {
    (
        prop::collection::vec(0_usize..4, 1..=size.markers),
        prop::collection::vec(raw_group(), 3),
        prop::collection::vec((0_usize..6, 0_usize..3), 0..=size.arguments),
        0..=size.conditions,
        prop::option::weighted(if size.requirements { 0.2 } else { 0.0 }, skeleton()),
        any::<bool>(),
    )
        .prop_map(
            |(places, groups, arguments, conditions, requirement, backwards)| {
                let count = places.len();
                let mut atoms: Vec<Atom> = (0..count).map(marker).collect();
                for (number, which) in arguments {
                    let atom = Atom::MarkerWithArguments {
                        marker: marker(number % count).marker().unwrap(),
                        arguments: some_arguments(which),
                    };
                    if !atoms.contains(&atom) {
                        atoms.push(atom);
                    }
                }
                atoms.extend((0..u32::try_from(conditions).unwrap()).map(Atom::Condition));
                // A group looks at what comes before it, or at what comes behind, and at what is in none.
                let looks_at = |own: usize| -> Vec<Atom> {
                    let sees = |place: usize| {
                        place == 3 || if backwards { place > own } else { place < own }
                    };
                    atoms
                        .iter()
                        .filter(|atom| match atom {
                            Atom::Marker(id) | Atom::MarkerWithArguments { marker: id, .. } => {
                                sees(places[id.0 as usize])
                            }
                            Atom::Condition(_) => true,
                        })
                        .cloned()
                        .collect()
                };
                let groups = groups
                    .into_iter()
                    .enumerate()
                    .filter_map(|(own, (arity, default, when, skeleton))| {
                        let members: Vec<Atom> = (0..count)
                            .filter(|m| places[*m] == own)
                            .map(marker)
                            .collect();
                        let default = default.and_then(|d| members.get(d).cloned());
                        let when = match when {
                            0 => When::Open,
                            1 | 2 => When::Matches(fitted(&skeleton, &looks_at(own))),
                            _ => When::Always,
                        };
                        (!members.is_empty()).then_some(Group {
                            arity,
                            members,
                            default,
                            when,
                        })
                    })
                    .collect();
                let requirements = requirement.iter().map(|r| fitted(r, &atoms)).collect();
                Shape {
                    atoms,
                    groups,
                    requirements,
                }
            },
        )
}

/// A combination: one bit for each atom of a shape.
pub type World = u32;

/// Whether a formula holds in a combination.
pub fn holds(formula: &Formula, atoms: &[Atom], world: World) -> bool {
    match formula {
        Formula::Constant(value) => *value,
        Formula::Atom(atom) => {
            let place = atoms.iter().position(|known| known == atom).unwrap();
            world & (1 << place) != 0
        }
        Formula::Not(inner) => !holds(inner, atoms, world),
        Formula::And(parts) => parts.iter().all(|p| holds(p, atoms, world)),
        Formula::Or(parts) => parts.iter().any(|p| holds(p, atoms, world)),
    }
}

/// Every combination that the rules of a shape allow, found by looking at all.
pub fn worlds(shape: &Shape) -> Vec<World> {
    (0..1 << shape.atoms.len())
        .filter(|world| is_allowed(shape, *world))
        .collect()
}

fn is_allowed(shape: &Shape, world: World) -> bool {
    let has = |atom: &Atom| holds(&atom.clone().into(), &shape.atoms, world);
    let groups = shape.groups.iter().all(|group| {
        let count = group.members.iter().filter(|m| has(m)).count();
        let fits = match group.arity {
            Arity::Any => true,
            Arity::One => count == 1,
            Arity::AtMostOne => count <= 1,
            Arity::AtLeastOne => count >= 1,
        } && (group.default.is_none() || count >= 1);
        match &group.when {
            When::Always => fits,
            When::Open => fits || count == 0,
            When::Matches(when) if holds(when, &shape.atoms, world) => fits,
            When::Matches(_) => count == 0,
        }
    });
    // A test carries a marker with arguments: so it does with fewer, and without any.
    let implied = shape.atoms.iter().all(|atom| match atom {
        Atom::MarkerWithArguments { marker, arguments } if has(atom) => {
            let fewer = shape.atoms.iter().all(|other| match other {
                Atom::MarkerWithArguments {
                    marker: other_marker,
                    arguments: fewer,
                } => {
                    marker != other_marker
                        || !fewer.iter().all(|f| arguments.iter().any(|a| a == f))
                        || has(other)
                }
                _ => true,
            });
            fewer && has(&Atom::Marker(*marker))
        }
        _ => true,
    });
    let required = shape
        .requirements
        .iter()
        .all(|r| holds(r, &shape.atoms, world));
    groups && implied && required
}
