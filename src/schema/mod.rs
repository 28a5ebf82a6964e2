//! The one table of the language: every kind of declaration and every field, with its type,
//! default, documentation and an example.
//!
//! The table is [`kinds`]; it is also the definition of the plan's types, so that what the compiler
//! works with and what the language documents cannot differ. [`reader`] turns values into types,
//! [`values`] holds the types.

#[macro_use]
mod table;
pub mod form;
pub mod kinds;
pub mod reader;
pub mod reference;
pub mod values;

pub use kinds::{KindId, Plan};
pub use reader::{FieldType, Reader};

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::{Deref, Index};

use schemars::{Schema, SchemaGenerator};

use crate::name::Name;
use crate::source::Span;
use values::JobPattern;

/// One kind of declaration.
#[derive(Debug)]
pub struct KindSchema {
    /// Which kind.
    pub id: KindId,
    /// The word it is declared with.
    pub name: &'static str,
    /// What it is, in one paragraph.
    pub doc: &'static str,
    /// The kind inside whose declarations it stands; most stand at the outermost level.
    pub inside: Option<KindId>,
    /// Its fields, in the order in which they are documented.
    pub fields: &'static [FieldSchema],
}

/// One field of a kind.
#[derive(Debug)]
pub struct FieldSchema {
    /// Its name.
    pub name: &'static str,
    /// What it means, with its unit.
    pub doc: &'static str,
    /// A line that uses it.
    pub example: &'static str,
    /// Whether a declaration must have it.
    pub required: bool,
    /// What holds when it is absent, as it would be written.
    pub default: Option<&'static str>,
    /// The values it takes, in words.
    pub shape: fn() -> String,
    /// The values it has in the compiled plan as JSON: their schema.
    pub json: fn(&mut SchemaGenerator) -> Schema,
    /// What holds when it is absent, as JSON.
    pub json_default: Option<fn() -> serde_json::Value>,
}

/// What a declaration is called.
pub static TITLE: FieldSchema = FieldSchema {
    name: "title",
    doc: "What people call it. Without a title it is the name in words.",
    example: "title: \"Pre-Merge\"",
    required: false,
    default: None,
    shape: || "a string on one line".to_owned(),
    json: |generator| generator.subschema_for::<String>(),
    json_default: None,
};

/// The field by which a declaration begins with the fields of another one.
pub static EXTENDS: FieldSchema = FieldSchema {
    name: "extends",
    doc: "Another declaration of the kind, whose fields hold where this one gives none; its title and \
          description do not. A list whose items are signed edits the inherited one: \
          `[+ nightly, - weekly]`.",
    example: "extends: python_unit",
    required: false,
    default: None,
    shape: || "the name of a declaration of the kind".to_owned(),
    json: |generator| generator.subschema_for::<String>(),
    json_default: None,
};

/// The fields of this name, of all kinds.
pub fn fields_named(name: &str) -> impl Iterator<Item = &'static FieldSchema> {
    kinds::KINDS
        .iter()
        .flat_map(KindSchema::all_fields)
        .filter(move |field| field.name == name)
}

impl FieldSchema {
    /// Whether it takes several values.
    pub fn takes_list(&self) -> bool {
        (self.shape)().contains("list")
    }
}

impl KindSchema {
    /// Whether its declarations may begin with the fields of another one: there is one plan, and a
    /// marker belongs to one group.
    pub fn may_extend(&self) -> bool {
        !matches!(
            self.id,
            KindId::PlanInfo | KindId::MarkerGroup | KindId::At | KindId::Accept
        )
    }

    /// Whether its declarations have names of their own: `at (…)` says for which jobs instead.
    pub fn is_named(&self) -> bool {
        self.id != KindId::At
    }

    /// Its own fields, then those that it shares with the other kinds.
    pub fn all_fields(&self) -> impl Iterator<Item = &'static FieldSchema> + Clone {
        let extends = self.may_extend().then_some(&EXTENDS);
        self.fields.iter().chain([&TITLE]).chain(extends)
    }
}

/// What every declaration has.
#[derive(Debug, Default)]
pub struct Head {
    /// Its name; nested ones with a slash (`serve/disagg`).
    pub name: Option<Name>,
    /// Its title, or its name in words.
    pub title: String,
    /// Its `///` lines.
    pub doc: String,
    /// From its kind to its closing brace.
    pub span: Span,
    /// What an error about it points at.
    pub head: Span,
    /// The index of the declaration it is nested in, among those of that one's kind.
    pub parent: Option<u32>,
    /// The jobs in parentheses, for the kind that has them.
    pub jobs: Option<JobPattern>,
    /// The declaration of its kind that it begins with, by `extends`.
    pub extends: Option<Name>,
    /// The fields left `open`, and the questions.
    pub open: Vec<Question>,
    /// The fields that are given, here or by what it extends, and where.
    pub places: Vec<(&'static str, Span)>,
}

impl Head {
    /// Where the name of a field stands, where it is given, and else the declaration.
    pub fn place(&self, field: &str) -> Span {
        let mut places = self.places.iter();
        let given = places.find(|(name, _)| *name == field);
        given.map_or(self.head, |(_, span)| *span)
    }

    /// Its name; empty where its kind has none.
    pub fn name(&self) -> &'static str {
        self.name.map_or("", Name::as_str)
    }

    /// The question that a field was left open with.
    pub fn open(&self, field: &str) -> Option<&Question> {
        self.open.iter().find(|q| q.field == field)
    }
}

/// `open("…")`: something nobody knows yet.
#[derive(Debug, Clone)]
pub struct Question {
    /// The field that waits for the answer.
    pub field: &'static str,
    /// The question.
    pub text: String,
    /// Where it was asked.
    pub span: Span,
}

/// A declaration: its head, and what its kind says.
#[derive(Debug)]
pub struct Decl<T> {
    /// Name, title, documentation and place.
    pub head: Head,
    /// The fields.
    pub body: T,
}

impl<T> Deref for Decl<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.body
    }
}

/// The number of a declaration among those of its kind, in the order of the source.
pub struct Id<T> {
    index: u32,
    kind: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// The declaration with this index.
    pub const fn new(index: u32) -> Self {
        Self {
            index,
            kind: PhantomData,
        }
    }

    /// Its index.
    pub const fn index(self) -> usize {
        self.index as usize
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.index.cmp(&other.index)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.index.hash(state);
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.index)
    }
}

/// All declarations of one kind.
#[derive(Debug)]
pub struct Table<T> {
    items: Vec<Decl<T>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { items: Vec::new() }
    }
}

impl<T> Table<T> {
    /// Adds a declaration behind the others.
    pub fn push(&mut self, declaration: Decl<T>) {
        self.items.push(declaration);
    }

    /// The declarations with their numbers, in the order of the source.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Id<T>, &Decl<T>)> + ExactSizeIterator {
        self.items
            .iter()
            .enumerate()
            .map(|(index, d)| (Id::new(u32::try_from(index).unwrap_or(u32::MAX)), d))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<T> Index<Id<T>> for Table<T> {
    type Output = Decl<T>;
    fn index(&self, id: Id<T>) -> &Decl<T> {
        &self.items[id.index()]
    }
}
