//! What an expression of Python stands for, as far as that is known without running it.

use std::rc::Rc;

use super::module::{Class, Function, Module};
use crate::source::Span;

/// What an expression stands for.
#[derive(Debug, Clone)]
pub enum Value {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// A number with a point.
    Float(f64),
    /// A text.
    Text(Rc<str>),
    /// A list, a tuple or a set.
    List(Rc<Vec<Value>>),
    /// A dictionary.
    Dict(Rc<Vec<(Value, Value)>>),
    /// A marker.
    Mark(Rc<Mark>),
    /// `pytest.param(…)`
    Param(Rc<Param>),
    /// A function of the repository.
    Function(Rc<Module>, Rc<Function>),
    /// A class of the repository.
    Class(Rc<Module>, Rc<Class>),
    /// A module of the repository.
    Module(Rc<Module>),
    /// An instance of a class of the repository.
    Object(Rc<Object>),
    /// A path below the root of the repository; empty for the root.
    Path(Rc<str>),
    /// The test that a hook looks at.
    Item,
    /// What a method is called on, and its name.
    Method(Rc<(Value, String)>),
    /// Something of a library, by its name with dots.
    Library(Rc<str>),
    /// Something that a library made: whatever it is, it carries no marker.
    Something,
    /// Nobody knows.
    Unknown(Rc<Why>),
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// What stands in the way.
    pub span: Span,
    /// The reason, as a half sentence.
    pub words: String,
    /// The marker that is in question, where it is one alone.
    pub marker: Option<String>,
}

/// A marker on a test: `pytest.mark.device(serial=1)`.
#[derive(Debug, Clone)]
pub struct Mark {
    /// Its name.
    pub name: String,
    /// What stands in its parentheses without a name.
    pub positional: Vec<Value>,
    /// What stands there by name.
    pub named: Vec<(String, Value)>,
    /// Where it stands.
    pub span: Span,
}

/// One set of values of `parametrize`.
#[derive(Debug, Clone)]
pub struct Param {
    /// The values.
    pub values: Vec<Value>,
    /// Its `marks`.
    pub marks: Value,
    /// Its `id`.
    pub id: Option<Value>,
}

/// An instance of a class.
#[derive(Debug)]
pub struct Object {
    /// The class, with the module it is in.
    pub class: (Rc<Module>, Rc<Class>),
    /// What is known of its attributes.
    pub fields: Vec<(String, Value)>,
    /// The name it has in an enumeration.
    pub member: Option<String>,
}

impl Value {
    /// A text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().into())
    }

    /// A list.
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(items))
    }

    /// Nobody knows, for this reason.
    pub fn unknown(span: Span, words: impl Into<String>) -> Self {
        Self::Unknown(Rc::new(Why {
            span,
            words: words.into(),
            marker: None,
        }))
    }

    /// Why it is not known, if it is not.
    pub fn why(&self) -> Option<&Rc<Why>> {
        match self {
            Self::Unknown(why) => Some(why),
            _ => None,
        }
    }

    /// Whether Python takes it for true, as far as that is known.
    pub fn truth(&self) -> Option<bool> {
        Some(match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Integer(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Dict(items) => !items.is_empty(),
            Self::Mark(_)
            | Self::Param(_)
            | Self::Function(..)
            | Self::Class(..)
            | Self::Module(_)
            | Self::Path(_)
            | Self::Method(_)
            | Self::Item => true,
            Self::Object(_) | Self::Library(_) | Self::Something | Self::Unknown(_) => return None,
        })
    }

    /// Whether two are equal, as far as that is known.
    pub fn equals(&self, other: &Self) -> Option<bool> {
        Some(match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Text(a), Self::Text(b)) | (Self::Path(a), Self::Path(b)) => a == b,
            (Self::List(a), Self::List(b)) if a.len() == b.len() => {
                for (a, b) in a.iter().zip(&**b) {
                    if !a.equals(b)? {
                        return Some(false);
                    }
                }
                true
            }
            (Self::List(_), Self::List(_)) => false,
            (a, b) if a.is_plain() && b.is_plain() && !a.is_number() => false,
            _ => return None,
        })
    }

    fn is_number(&self) -> bool {
        matches!(self, Self::Bool(_) | Self::Integer(_) | Self::Float(_))
    }

    fn is_plain(&self) -> bool {
        matches!(
            self,
            Self::None | Self::Bool(_) | Self::Integer(_) | Self::Text(_) | Self::List(_)
        )
    }

    /// Whether a marker may hide in it; the reason where nobody knows.
    pub fn hides_marks(&self) -> Hides {
        match self {
            Self::Mark(_) | Self::Param(_) => Hides::Some,
            Self::Unknown(why) => Hides::Unknown(Rc::clone(why)),
            Self::List(items) => items.iter().fold(Hides::Nothing, |h, i| h.or(i)),
            Self::Dict(items) => items
                .iter()
                .fold(Hides::Nothing, |h, (key, value)| h.or(key).or(value)),
            Self::Object(object) => object
                .fields
                .iter()
                .fold(Hides::Nothing, |h, (_, value)| h.or(value)),
            _ => Hides::Nothing,
        }
    }
}

/// Whether markers hide in a value.
#[derive(Debug, Clone)]
pub enum Hides {
    /// None do.
    Nothing,
    /// Some do.
    Some,
    /// Nobody knows.
    Unknown(Rc<Why>),
}

impl Hides {
    fn or(self, value: &Value) -> Self {
        match self {
            Self::Nothing => value.hides_marks(),
            found => found,
        }
    }
}
