//! What a test counts as carrying, said in what it carries.

use rustc_hash::FxHashMap;

use super::formula::{Atom, Formula};
use super::space::{Group, When};
use crate::schema::Plan;
use crate::schema::values::Arity;

/// Groups of atoms, and which atom is the default of which.
#[derive(Debug, Default)]
pub struct Defaults {
    groups: Vec<Group>,
    /// For each default, its group.
    of: FxHashMap<Atom, usize>,
}

impl Defaults {
    /// The defaults of some groups.
    pub fn new(groups: Vec<Group>) -> Self {
        let numbered = groups.iter().enumerate();
        let of = numbered.filter_map(|(number, group)| Some((group.default.clone()?, number)));
        Self {
            of: of.collect(),
            groups,
        }
    }

    /// The defaults of a plan's marker groups.
    pub fn of_plan(plan: &Plan) -> Self {
        Self::new(groups_of_plan(plan).collect())
    }

    /// The groups, in the order of declaration.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Whether an atom is the default of its group.
    pub fn is_default(&self, atom: &Atom) -> bool {
        self.of.contains_key(atom)
    }

    /// The same in what a test carries rather than in what it counts as carrying: each default is
    /// written as "none of the others". This is what a tool must be told that knows no defaults.
    #[must_use]
    pub fn carried(&self, formula: &Formula) -> Formula {
        self.carried_within(formula, self.groups.len())
    }

    /// `depth` bounds how often a `when` may lead to another default: no more often than there are
    /// groups, unless they go round in a circle.
    fn carried_within(&self, formula: &Formula, depth: usize) -> Formula {
        let parts = |parts: &[Formula]| -> Vec<Formula> {
            parts
                .iter()
                .map(|p| self.carried_within(p, depth))
                .collect()
        };
        match formula {
            Formula::Constant(_) => formula.clone(),
            Formula::Not(inner) => self.carried_within(inner, depth).negated(),
            Formula::And(inner) => Formula::and(parts(inner)),
            Formula::Or(inner) => Formula::or(parts(inner)),
            Formula::Atom(atom) => match self.of.get(atom) {
                Some(group) if depth > 0 => {
                    self.default_as_carried(atom, &self.groups[*group], depth)
                }
                _ => formula.clone(),
            },
        }
    }

    fn default_as_carried(&self, default: &Atom, group: &Group, depth: usize) -> Formula {
        let others = group.members.iter().filter(|member| *member != default);
        let none = Formula::or(others.cloned().map(Formula::from)).negated();
        let uncarried = match &group.when {
            When::Matches(when) => Formula::and([self.carried_within(when, depth - 1), none]),
            When::Always | When::Open => none,
        };
        match group.arity {
            Arity::One | Arity::AtMostOne => uncarried,
            // Beside others it holds only where it is carried itself.
            Arity::Any | Arity::AtLeastOne => Formula::or([default.clone().into(), uncarried]),
        }
    }
}

/// The marker groups of a plan, in the order of the source. While nobody knows which markers there
/// are in a group, a test may have none of them: it is left out.
pub(super) fn groups_of_plan(plan: &Plan) -> impl Iterator<Item = Group> {
    let groups = plan.marker_groups.iter().map(|(_, declared)| declared);
    let known = groups.filter(|declared| declared.head.open("markers").is_none());
    known.map(|declared| {
        let markers = &declared.markers.markers;
        let mut group = Group::new(declared.arity, markers.iter().map(|m| Atom::Marker(m.id)));
        group.default = declared.default.map(|default| Atom::Marker(default.id));
        group.when = match &declared.when {
            Some(when) => When::Matches(Formula::from(&when.node)),
            None if declared.head.open("when").is_some() => When::Open,
            None => When::Always,
        };
        group
    })
}
