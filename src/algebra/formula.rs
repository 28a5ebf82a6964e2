//! What the algebra is asked about: markers and conditions, joined by and, or, not.

use super::arguments::Arguments;
use super::expression::Expression;
use crate::schema::values::{MarkerId, MarkerNode};

/// Something that holds for a test or does not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Atom {
    /// The test carries this marker.
    Marker(MarkerId),
    /// The test carries this marker with these arguments, all on one marker. It carries the marker
    /// then; and it may carry it several times, with other arguments.
    MarkerWithArguments {
        /// The marker.
        marker: MarkerId,
        /// The arguments, at least one.
        arguments: Arguments,
    },
    /// Something apart from markers, such as a changed path, a label or a branch. What each number
    /// means is for the caller to know.
    Condition(u32),
}

impl Atom {
    /// The marker that the test carries where this holds.
    pub fn marker(&self) -> Option<MarkerId> {
        match self {
            Self::Marker(marker) | Self::MarkerWithArguments { marker, .. } => Some(*marker),
            Self::Condition(_) => None,
        }
    }
}

/// An expression over [`Atom`]s.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Formula {
    /// Everything, or nothing.
    Constant(bool),
    /// An atom holds.
    Atom(Atom),
    /// It does not hold that …
    Not(Box<Formula>),
    /// All of these.
    And(Vec<Formula>),
    /// Any of these.
    Or(Vec<Formula>),
}

impl Formula {
    /// All of these: everything, where there are none.
    pub fn and(parts: impl IntoIterator<Item = Self>) -> Self {
        joined(parts, true)
    }

    /// Any of these: nothing, where there are none.
    pub fn or(parts: impl IntoIterator<Item = Self>) -> Self {
        joined(parts, false)
    }

    /// The opposite. What is negated twice is itself.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(!value),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// The atoms in it, in the order in which they stand, each as often as it does.
    pub fn atoms(&self) -> Vec<&Atom> {
        let mut atoms = Vec::new();
        let mut open = vec![self];
        while let Some(formula) = open.pop() {
            match formula {
                Self::Constant(_) => {}
                Self::Atom(atom) => atoms.push(atom),
                Self::Not(inner) => open.push(inner),
                Self::And(parts) | Self::Or(parts) => open.extend(parts.iter().rev()),
            }
        }
        atoms
    }

    /// Whether it holds where no atom does.
    pub(super) fn is_true_without_atoms(&self) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Atom(_) => false,
            Self::Not(inner) => !inner.is_true_without_atoms(),
            Self::And(parts) => parts.iter().all(Self::is_true_without_atoms),
            Self::Or(parts) => parts.iter().any(Self::is_true_without_atoms),
        }
    }

    /// How many words it is long: names, `and`, `or`, `not`, and pairs of parentheses.
    pub fn words(&self) -> usize {
        self.words_in(Place::Top)
    }

    fn words_in(&self, place: Place) -> usize {
        match self {
            Self::Constant(_) | Self::Atom(_) => 1,
            Self::Not(inner) => 1 + inner.words_in(Place::Not),
            Self::And(parts) | Self::Or(parts) if parts.len() < 2 => {
                // None at all is a constant, and that is a word.
                parts.first().map_or(1, |part| part.words_in(place))
            }
            Self::And(parts) | Self::Or(parts) => {
                let is_or = matches!(self, Self::Or(_));
                let (inside, bare) = if is_or {
                    (Place::Or, place <= Place::Or)
                } else {
                    (Place::And, place <= Place::And)
                };
                let parts_long: usize = parts.iter().map(|part| part.words_in(inside)).sum();
                parts_long + parts.len() - 1 + usize::from(!bare)
            }
        }
    }

    /// As pytest writes it, each marker by its name; nothing where pytest has no words for it: a
    /// condition, or what selects every test or none.
    pub fn expression(&self, name: &dyn Fn(MarkerId) -> String) -> Option<Expression> {
        Some(match self {
            Self::Constant(_) | Self::Atom(Atom::Condition(_)) => return None,
            Self::Atom(Atom::Marker(marker)) => Expression::marker(name(*marker), Vec::new()),
            Self::Atom(Atom::MarkerWithArguments { marker, arguments }) => {
                Expression::marker(name(*marker), arguments.iter().cloned().collect())
            }
            Self::Not(inner) => inner.expression(name)?.negated(),
            Self::And(parts) | Self::Or(parts) if parts.is_empty() => return None,
            Self::And(parts) => Expression::and(expressions(parts, name)?),
            Self::Or(parts) => Expression::or(expressions(parts, name)?),
        })
    }

    /// As a plan writes it; nothing where a condition is in it.
    pub fn node(&self) -> Option<MarkerNode> {
        Some(match self {
            Self::Constant(true) => MarkerNode::All,
            Self::Constant(false) => MarkerNode::Or(Vec::new()),
            Self::Atom(Atom::Marker(marker)) => MarkerNode::Marker(*marker),
            Self::Atom(Atom::MarkerWithArguments { marker, arguments }) => {
                MarkerNode::WithArguments(*marker, arguments.clone())
            }
            Self::Atom(Atom::Condition(_)) => return None,
            Self::Not(inner) => MarkerNode::Not(Box::new(inner.node()?)),
            Self::And(parts) if parts.is_empty() => MarkerNode::All,
            Self::And(parts) => MarkerNode::And(nodes(parts)?),
            Self::Or(parts) => MarkerNode::Or(nodes(parts)?),
        })
    }
}

/// What stands around a part, from what needs no parentheses to what always does.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum Place {
    Top,
    Or,
    And,
    Not,
}

fn expressions(parts: &[Formula], name: &dyn Fn(MarkerId) -> String) -> Option<Vec<Expression>> {
    parts.iter().map(|part| part.expression(name)).collect()
}

fn nodes(parts: &[Formula]) -> Option<Vec<MarkerNode>> {
    parts.iter().map(Formula::node).collect()
}

/// Joins parts, takes constants away, and takes apart what is joined in the same way.
fn joined(parts: impl IntoIterator<Item = Formula>, all: bool) -> Formula {
    let mut flat = Vec::new();
    for part in parts {
        match part {
            Formula::Constant(value) if value == all => {}
            Formula::Constant(_) => return Formula::Constant(!all),
            Formula::And(inner) if all => flat.extend(inner),
            Formula::Or(inner) if !all => flat.extend(inner),
            other => flat.push(other),
        }
    }
    match flat.len() {
        0 => Formula::Constant(all),
        1 => flat.swap_remove(0),
        _ if all => Formula::And(flat),
        _ => Formula::Or(flat),
    }
}

impl From<Atom> for Formula {
    fn from(atom: Atom) -> Self {
        Self::Atom(atom)
    }
}

impl From<&MarkerNode> for Formula {
    fn from(node: &MarkerNode) -> Self {
        match node {
            MarkerNode::All => Self::Constant(true),
            MarkerNode::Marker(marker) => Self::Atom(Atom::Marker(*marker)),
            MarkerNode::WithArguments(marker, arguments) if arguments.is_empty() => {
                Self::Atom(Atom::Marker(*marker))
            }
            MarkerNode::WithArguments(marker, arguments) => Self::Atom(Atom::MarkerWithArguments {
                marker: *marker,
                arguments: arguments.clone(),
            }),
            MarkerNode::Not(inner) => Self::from(&**inner).negated(),
            MarkerNode::And(parts) => Self::and(parts.iter().map(Self::from)),
            MarkerNode::Or(parts) => Self::or(parts.iter().map(Self::from)),
        }
    }
}
