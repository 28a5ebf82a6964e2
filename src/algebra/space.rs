//! Which combinations of markers and conditions there are.

use std::ops::Range;

use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use super::arguments::Arguments;
use super::defaults::{Defaults, groups_of_plan};
use super::formula::{Atom, Formula};
use crate::schema::Plan;
use crate::schema::values::{Arity, MarkerId, MarkerNode};

/// Atoms of which a test has one, at most one, at least one, or any number.
#[derive(Debug, Clone)]
pub struct Group {
    /// How many of the members hold.
    pub arity: Arity,
    /// The members, in the order of their declaration.
    pub members: Vec<Atom>,
    /// The member that holds where none was carried.
    pub default: Option<Atom>,
    /// Where the arity holds; elsewhere none of the members does.
    pub when: When,
}

/// Where the arity of a group holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// Everywhere.
    Always,
    /// Where this does.
    Matches(Formula),
    /// Nobody knows yet: so for each test the arity may hold, or none of the members does.
    Open,
}

impl Group {
    /// A group that is for every test and has no default.
    pub fn new(arity: Arity, members: impl IntoIterator<Item = Atom>) -> Self {
        Self {
            arity,
            members: members.into_iter().collect(),
            default: None,
            when: When::Always,
        }
    }

    /// With a default: a test that carries none of the members counts as carrying this one.
    #[must_use]
    pub fn or_else(mut self, default: Atom) -> Self {
        self.default = Some(default);
        self
    }

    /// For tests that match an expression; the others carry none of the members.
    #[must_use]
    pub fn when(mut self, matches: Formula) -> Self {
        self.when = When::Matches(matches);
        self
    }

    /// The atoms that say where the arity holds.
    fn conditions(&self) -> Vec<&Atom> {
        match &self.when {
            When::Matches(formula) => formula.atoms(),
            When::Always | When::Open => Vec::new(),
        }
    }
}

/// What a part of the space obeys.
#[derive(Debug)]
pub(super) enum Rule {
    /// The group with this number.
    Group(usize),
    /// Where the atom at the first level holds, so does that at the second.
    Implies(u32, u32),
    /// The requirement with this number.
    Require(usize),
}

/// Atoms that rules connect. What holds in one component says nothing about another.
#[derive(Debug)]
pub(super) struct Component {
    /// The levels of its atoms.
    pub levels: Range<u32>,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// The combinations of markers and conditions that there are.
///
/// - An atom in no group holds or does not.
/// - Of a group's members as many hold as its arity says, where its `when` holds; elsewhere none.
/// - In a group with a default, the default holds where a test carries none of the members. So a
///   combination says what a test *counts as* carrying; [`Space::carried`] says the same of what it
///   carries.
/// - A marker with arguments implies the marker, and the marker with fewer of them.
#[derive(Debug)]
pub struct Space {
    /// The atoms, level by level.
    atoms: Vec<Atom>,
    levels: FxHashMap<Atom, u32>,
    /// For each level, the place of its atom in the order of declaration.
    ranks: Vec<u32>,
    /// The level of the atom at each place in that order.
    by_rank: Vec<u32>,
    component_of: Vec<u32>,
    components: Vec<Component>,
    /// The groups.
    defaults: Defaults,
    requirements: Vec<Formula>,
}

impl Space {
    /// The space of a plan's marker groups: their markers, those of services and those in no group,
    /// each in the order of the source; and the markers with arguments that are named in the plan's
    /// expressions, or in `more` of them.
    pub fn of_plan<'a>(plan: &'a Plan, more: impl IntoIterator<Item = &'a MarkerNode>) -> Self {
        let mut builder = SpaceBuilder::default();
        for (marker, _, _) in plan.markers.iter() {
            builder.atom(Atom::Marker(marker));
        }
        for group in groups_of_plan(plan) {
            builder.group(group);
        }
        let expressions = plan.marker_expressions().map(|expression| &expression.node);
        for node in expressions.chain(more) {
            builder.mention_arguments(node);
        }
        builder.build()
    }

    /// The atoms, in the order of declaration.
    pub fn atoms(&self) -> impl Iterator<Item = &Atom> {
        self.by_rank.iter().map(|level| self.atom_at(*level))
    }

    /// The groups, in the order of declaration.
    pub fn groups(&self) -> &[Group] {
        self.defaults.groups()
    }

    /// The same in what a test carries rather than in what it counts as carrying: see
    /// [`Defaults::carried`].
    #[must_use]
    pub fn carried(&self, formula: &Formula) -> Formula {
        self.defaults.carried(formula)
    }

    /// The groups, and their defaults.
    pub fn defaults(&self) -> &Defaults {
        &self.defaults
    }

    pub(super) fn level(&self, atom: &Atom) -> Option<u32> {
        self.levels.get(atom).copied()
    }

    pub(super) fn atom_at(&self, level: u32) -> &Atom {
        &self.atoms[level as usize]
    }

    pub(super) fn rank(&self, level: u32) -> u32 {
        self.ranks[level as usize]
    }

    /// The atom at a place in the order of declaration.
    pub(super) fn atom_ranked(&self, rank: u32) -> &Atom {
        self.atom_at(self.by_rank[rank as usize])
    }

    pub(super) fn component_of(&self, level: u32) -> u32 {
        self.component_of[level as usize]
    }

    pub(super) fn component(&self, component: u32) -> &Component {
        &self.components[component as usize]
    }

    pub(super) fn components(&self) -> impl Iterator<Item = (u32, &Component)> {
        (0..).zip(&self.components)
    }

    pub(super) fn group(&self, group: usize) -> &Group {
        &self.groups()[group]
    }

    pub(super) fn requirement(&self, requirement: usize) -> &Formula {
        &self.requirements[requirement]
    }

    /// Whether a requirement that names no atom fails everywhere.
    pub(super) fn is_forbidden(&self) -> bool {
        let constant = |formula: &&Formula| formula.atoms().is_empty();
        let mut constants = self.requirements.iter().filter(constant);
        constants.any(|formula| !formula.is_true_without_atoms())
    }

    pub(super) fn is_default(&self, atom: &Atom) -> bool {
        self.defaults.is_default(atom)
    }
}

/// Makes a [`Space`].
#[derive(Debug, Default)]
pub struct SpaceBuilder {
    /// The atoms in the order of declaration; each group's number where it has one.
    atoms: IndexMap<Atom, Option<usize>>,
    /// For each marker the arguments it is named with.
    arguments: FxHashMap<MarkerId, Vec<Arguments>>,
    groups: Vec<Group>,
    requirements: Vec<Formula>,
}

impl SpaceBuilder {
    /// Adds an atom, if it is not there yet. The order in which atoms are added is that of their
    /// declaration.
    pub fn atom(&mut self, atom: Atom) {
        if let Atom::MarkerWithArguments { marker, arguments } = &atom {
            let marker = *marker;
            if !self.atoms.contains_key(&atom) {
                let known = self.arguments.entry(marker).or_default();
                known.push(arguments.clone());
            }
            self.atom(Atom::Marker(marker));
        }
        self.atoms.entry(atom).or_insert(None);
    }

    /// Adds a group, and its atoms. An atom can be a member of one group: of a second one, it is
    /// left out.
    pub fn group(&mut self, mut group: Group) {
        let number = self.groups.len();
        group.members.retain(|member| {
            self.atom(member.clone());
            let place = self.atoms.get_mut(member);
            place.is_some_and(|place| *place.get_or_insert(number) == number)
        });
        group.default = group.default.filter(|d| group.members.contains(d));
        if let When::Matches(formula) = &group.when {
            self.mention(formula);
        }
        self.groups.push(group);
    }

    /// Adds something that holds for every combination: of two branches, say, that a change is on
    /// one at most.
    pub fn require(&mut self, formula: Formula) {
        self.mention(&formula);
        self.requirements.push(formula);
    }

    /// Adds the atoms of a formula.
    pub fn mention(&mut self, formula: &Formula) {
        for atom in formula.atoms() {
            self.atom(atom.clone());
        }
    }

    /// Adds the markers with arguments of a plan's expression.
    fn mention_arguments(&mut self, node: &MarkerNode) {
        match node {
            MarkerNode::All | MarkerNode::Marker(_) => {}
            MarkerNode::WithArguments(..) => self.mention(&Formula::from(node)),
            MarkerNode::Not(inner) => self.mention_arguments(inner),
            MarkerNode::And(parts) | MarkerNode::Or(parts) => {
                for part in parts {
                    self.mention_arguments(part);
                }
            }
        }
    }

    /// The space.
    pub fn build(self) -> Space {
        let mut union = Union::new(self.atoms.len());
        let place = |atom: &Atom| self.atoms.get_index_of(atom).unwrap_or_default();
        for group in &self.groups {
            union.join(group.members.iter().chain(group.conditions()).map(place));
        }
        for formula in &self.requirements {
            union.join(formula.atoms().into_iter().map(place));
        }
        for atom in self.atoms.keys() {
            let marker = atom.marker().map(Atom::Marker);
            union.join([atom].into_iter().chain(&marker).map(place));
        }
        // Where a component begins in the order of declaration decides about its place.
        let mut by_component: IndexMap<usize, Vec<usize>> = IndexMap::new();
        for atom in 0..self.atoms.len() {
            by_component.entry(union.find(atom)).or_default().push(atom);
        }
        let mut space = Space {
            atoms: Vec::with_capacity(self.atoms.len()),
            levels: FxHashMap::default(),
            ranks: Vec::with_capacity(self.atoms.len()),
            by_rank: vec![0; self.atoms.len()],
            component_of: Vec::with_capacity(self.atoms.len()),
            components: Vec::with_capacity(by_component.len()),
            defaults: Defaults::default(),
            requirements: Vec::new(),
        };
        let mut placed = vec![false; self.atoms.len()];
        let mut seen = vec![false; self.groups.len()];
        for atoms in by_component.values() {
            let first = level(space.atoms.len());
            let number = level(space.components.len());
            for atom in self.in_order(atoms, &mut placed, &mut seen) {
                let Some((known, _)) = self.atoms.get_index(atom) else {
                    continue;
                };
                space.levels.insert(known.clone(), level(space.atoms.len()));
                space.atoms.push(known.clone());
                space.by_rank[atom] = level(space.ranks.len());
                space.ranks.push(level(atom));
                space.component_of.push(number);
            }
            space.components.push(Component {
                levels: first..level(space.atoms.len()),
                rules: Vec::new(),
            });
        }
        self.add_rules(&mut space);
        space.defaults = Defaults::new(self.groups);
        space.requirements = self.requirements;
        space
    }

    /// The atoms of a component in the order of levels: those of a `when` before the group that it is
    /// of, the members of a group together, and each marker before its arguments.
    fn in_order(&self, atoms: &[usize], placed: &mut [bool], seen: &mut [bool]) -> Vec<usize> {
        let mut order = Vec::with_capacity(atoms.len());
        // What is to be placed, and whether what must stand before it was seen to.
        let mut open: Vec<(usize, bool)> = atoms.iter().rev().map(|a| (*a, false)).collect();
        while let Some((atom, ready)) = open.pop() {
            let Some((known, group)) = self.atoms.get_index(atom) else {
                continue;
            };
            if placed[atom] {
                continue;
            }
            let place = |atom: &Atom| self.atoms.get_index_of(atom).unwrap_or_default();
            if let Atom::MarkerWithArguments { marker, .. } = known
                && !ready
            {
                // Placed with its marker.
                open.extend([(atom, true), (place(&Atom::Marker(*marker)), false)]);
                continue;
            }
            let group = group.filter(|group| !seen[*group]);
            if let Some(group) = group {
                seen[group] = true;
                let group = &self.groups[group];
                open.extend(group.members.iter().rev().map(|m| (place(m), false)));
                open.extend(
                    group
                        .conditions()
                        .into_iter()
                        .rev()
                        .map(|a| (place(a), false)),
                );
                continue;
            }
            placed[atom] = true;
            order.push(atom);
            if let Atom::Marker(marker) = known {
                for arguments in self.arguments.get(marker).into_iter().flatten().rev() {
                    let atom = Atom::MarkerWithArguments {
                        marker: *marker,
                        arguments: arguments.clone(),
                    };
                    open.push((place(&atom), true));
                }
            }
        }
        order
    }

    fn add_rules(&self, space: &mut Space) {
        let add = |space: &mut Space, at: Option<&Atom>, rule| {
            if let Some(level) = at.and_then(|atom| space.level(atom)) {
                let component = space.component_of(level) as usize;
                space.components[component].rules.push(rule);
            }
        };
        for (number, group) in self.groups.iter().enumerate() {
            add(space, group.members.first(), Rule::Group(number));
        }
        for (number, formula) in self.requirements.iter().enumerate() {
            add(
                space,
                formula.atoms().first().copied(),
                Rule::Require(number),
            );
        }
        for (marker, known) in &self.arguments {
            let level = |space: &Space, arguments: &Arguments| {
                space.level(&Atom::MarkerWithArguments {
                    marker: *marker,
                    arguments: arguments.clone(),
                })
            };
            let marker = Atom::Marker(*marker);
            for arguments in known {
                let Some(given) = level(space, arguments) else {
                    continue;
                };
                if let Some(whole) = space.level(&marker) {
                    add(space, Some(&marker), Rule::Implies(given, whole));
                }
                for fewer in known {
                    if fewer != arguments
                        && fewer.are_among(arguments)
                        && let Some(fewer) = level(space, fewer)
                    {
                        add(space, Some(&marker), Rule::Implies(given, fewer));
                    }
                }
            }
        }
    }
}

/// A place as a level. No plan has as many atoms as there are levels: a text has fewer bytes.
fn level(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Which atoms belong together.
struct Union {
    parents: Vec<usize>,
}

impl Union {
    fn new(count: usize) -> Self {
        Self {
            parents: (0..count).collect(),
        }
    }

    fn find(&mut self, mut item: usize) -> usize {
        while self.parents[item] != item {
            self.parents[item] = self.parents[self.parents[item]];
            item = self.parents[item];
        }
        item
    }

    fn join(&mut self, items: impl IntoIterator<Item = usize>) {
        let mut items = items.into_iter();
        let Some(first) = items.next() else { return };
        for item in items {
            let (a, b) = (self.find(first), self.find(item));
            // The one declared first stands for all.
            self.parents[a.max(b)] = a.min(b);
        }
    }
}
