//! The form that values have in the compiled plan as JSON: what is written, and its JSON Schema, both
//! from one definition.
//!
//! Every type of the table has a [`Form`], so a field cannot be added that the document or its schema
//! leaves out. The forms are structs that serde writes and schemars describes; their names and
//! doc comments are those that a reader of the schema meets.

mod expressions;
mod jobs;
mod quantities;
mod rules;
mod service;
mod texts;

pub use expressions::{ConditionForm, MarkerExpression};
pub use quantities::DurationForm;
pub use rules::OutcomeForm;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use crate::schema::kinds::Kind;
use crate::schema::values::{Bounded, Port, Spanned};
use crate::schema::{Id, Plan};
use crate::source::{LineIndex, SourceMap, Span};

/// A type of the table as JSON.
pub trait Form {
    /// What is written.
    type Json: Serialize + JsonSchema;

    /// Whether there is something to write: a field of which nothing is said is left out.
    fn is_said(&self) -> bool {
        true
    }

    /// The value in its form.
    fn json(&self, names: &Names<'_>) -> Self::Json;
}

/// What a form needs beside the value: the names that stand for numbers, and the places.
#[derive(Debug)]
pub struct Names<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// Its texts.
    pub sources: &'p SourceMap,
    lines: Vec<LineIndex>,
}

impl<'p> Names<'p> {
    /// Of a plan and its texts.
    pub fn new(plan: &'p Plan, sources: &'p SourceMap) -> Self {
        let lines = sources.files().map(|(_, file)| LineIndex::new(file.text()));
        Self {
            plan,
            sources,
            lines: lines.collect(),
        }
    }

    /// The name of a declaration.
    pub fn of<T: Kind>(&self, id: Id<T>) -> &'static str {
        T::table(self.plan)[id].head.name()
    }

    /// Where a span begins, as `file:line`. Nothing for what stands in no file.
    pub fn place(&self, span: Span) -> Option<Origin> {
        let number = self.sources.id_of(span).filter(|_| !span.is_empty())?;
        let file = self.sources.file(number);
        let index = self.lines.get(number.0 as usize)?;
        let (line, _) = index.line_column(file.text(), span.start.saturating_sub(file.base()));
        Some(Origin(format!("{}:{line}", file.name())))
    }
}

/// Where something is written: the file, below the root of the repository, and the line, from 1.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(example = Origin("plans/shop.dtp:12".to_owned()))]
pub struct Origin(#[schemars(regex(pattern = r"^[\s\S]+:[1-9][0-9]*$"))] String);

/// The form of what may be absent: the form of what is there. What is absent is not written at all, so
/// its schema knows no `null`.
#[derive(Debug)]
pub struct Said<T>(Option<T>);

impl<T: Serialize> Serialize for Said<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for Said<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: Form> Form for Option<T> {
    type Json = Said<T::Json>;

    fn is_said(&self) -> bool {
        self.is_some()
    }

    fn json(&self, names: &Names<'_>) -> Self::Json {
        Said(self.as_ref().map(|value| value.json(names)))
    }
}

impl<T: Form> Form for Vec<T> {
    type Json = Vec<T::Json>;

    fn is_said(&self) -> bool {
        !self.is_empty()
    }

    fn json(&self, names: &Names<'_>) -> Self::Json {
        self.iter().map(|item| item.json(names)).collect()
    }
}

impl<T: Form> Form for Spanned<T> {
    type Json = T::Json;

    fn is_said(&self) -> bool {
        self.value.is_said()
    }

    fn json(&self, names: &Names<'_>) -> Self::Json {
        self.value.json(names)
    }
}

macro_rules! as_it_is {
    ($($Type:ty)*) => {$(
        impl Form for $Type {
            type Json = $Type;

            fn json(&self, _: &Names<'_>) -> Self::Json {
                *self
            }
        }
    )*};
}

as_it_is!(bool u32);

impl<const LEAST: u32, const MOST: u32> Form for Bounded<LEAST, MOST> {
    type Json = u32;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        self.0
    }
}

impl Form for Port {
    type Json = u16;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        self.0
    }
}

/// What holds in the absence of a field, as JSON: a value that names nothing of a plan.
pub(super) fn absent<T: Form>(value: &T) -> serde_json::Value {
    let (plan, sources) = (Plan::default(), SourceMap::new());
    serde_json::to_value(value.json(&Names::new(&plan, &sources))).unwrap_or_default()
}

/// A few words as a schema: each with what it means.
pub fn words(doc: &str, words: &[(&str, &str)]) -> Schema {
    let of_word = |(word, doc): &(&str, &str)| serde_json::json!({ "const": word, "description": doc.trim() });
    let words: Vec<serde_json::Value> = words.iter().map(of_word).collect();
    schemars::json_schema!({ "description": doc.trim(), "oneOf": words })
}
