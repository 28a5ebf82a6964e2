//! What stands in the parentheses behind a marker: `device(serial=1, name="x")`.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A value of an argument.
///
/// Two are equal where Python finds them equal: `True` is `1`, and `False` is `0`.
#[derive(Debug, Clone)]
pub enum ArgumentValue {
    /// `1`
    Integer(i128),
    /// `"x"`
    Text(Arc<str>),
    /// `True`
    True,
    /// `False`
    False,
    /// `None`
    None,
}

impl ArgumentValue {
    /// What Python compares: none first, then numbers, then texts.
    fn meaning(&self) -> (u8, i128, &str) {
        match self {
            Self::None => (0, 0, ""),
            Self::False => (1, 0, ""),
            Self::True => (1, 1, ""),
            Self::Integer(number) => (1, *number, ""),
            Self::Text(text) => (2, 0, text),
        }
    }
}

impl PartialEq for ArgumentValue {
    fn eq(&self, other: &Self) -> bool {
        self.meaning() == other.meaning()
    }
}

impl Eq for ArgumentValue {}

impl PartialOrd for ArgumentValue {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ArgumentValue {
    fn cmp(&self, other: &Self) -> Ordering {
        self.meaning().cmp(&other.meaning())
    }
}

impl std::hash::Hash for ArgumentValue {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.meaning().hash(state);
    }
}

impl fmt::Display for ArgumentValue {
    /// As pytest reads it. pytest knows no escapes, so what holds both quotes cannot be written: see
    /// [`can_be_written`](super::can_be_written).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(f, "{number}"),
            Self::Text(text) if text.contains('"') => write!(f, "'{text}'"),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::True => f.write_str("True"),
            Self::False => f.write_str("False"),
            Self::None => f.write_str("None"),
        }
    }
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Argument {
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub value: ArgumentValue,
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// Arguments of which a test carries all, on one marker: in the order of their names, each name
/// once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Arguments(Arc<[Argument]>);

impl Arguments {
    /// These arguments. Of two with one name the first is taken.
    pub fn new(arguments: impl IntoIterator<Item = Argument>) -> Self {
        let mut arguments: Vec<Argument> = arguments.into_iter().collect();
        arguments.sort_by(|a, b| a.name.cmp(&b.name));
        arguments.dedup_by(|a, b| a.name == b.name);
        Self(arguments.into())
    }

    /// The arguments, in the order of their names.
    pub fn iter(&self) -> std::slice::Iter<'_, Argument> {
        self.0.iter()
    }

    /// Whether there are none, so that any will do.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a marker with the other arguments has these too.
    pub fn are_among(&self, other: &Self) -> bool {
        self.0.iter().all(|argument| other.0.contains(argument))
    }
}

impl<'a> IntoIterator for &'a Arguments {
    type Item = &'a Argument;
    type IntoIter = std::slice::Iter<'a, Argument>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
