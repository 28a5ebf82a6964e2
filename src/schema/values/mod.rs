//! The types that fields have.

#[macro_use]
mod words;
mod axes;
mod condition;
mod failure;
mod formula;
mod key;
mod markers;
mod outcome;
mod paths;
mod pattern;
mod quantity;
mod ready;
mod reference;
mod registry;
mod rules;
mod shell;
mod size;
mod text;
mod trigger;

pub use axes::{
    AxisChoices, AxisPoint, AxisValue, Bind, Divisions, Environments, PartSelection, Repetitions,
    Selection, Workers, value_name,
};
pub use condition::{Condition, ConditionNode, Fact};
pub use failure::{Notice, OnFailure};
pub use formula::{CommandFormula, Formula, Piece};
pub use key::Key;
pub use markers::{
    CalledMarker, MarkerExpr, MarkerId, MarkerInfo, MarkerNames, MarkerNode, MarkerRef, Markers,
};
pub use outcome::{
    Action, Allowance, AllowedResult, AnyValue, Capacity, Container, CriticalShare, Need, Outcome,
    RunnerByPlatform, TestId, Verdict, Weakening,
};
pub use paths::{BranchPattern, CachePath, PathPattern};
pub use pattern::{BuildRef, JobPattern, JobPatterns, Work};
pub use quantity::{Date, Duration, Percent, Price};
pub use ready::Ready;
pub use reference::{AnyRef, Ref};
pub use registry::{Address, Permissions};
pub use rules::{
    Baseline, Bound, Layout, Limit, Local, Measure, Requirement, ThresholdCheck, Types,
};
pub use size::Size;
pub use text::{Command, Glob, Image, Line, Text, Variables, is_hidden};
pub use trigger::{COPIES, DispatchInput, Trigger};
pub use words::{
    Access, Addressees, Arch, ArgumentType, Arity, Cause, Direction, GitStage, Host, Ignored,
    Isolation, Os, PlatformWord, Promise, Role, Runtime, Scope, Statistic, ToolKind, Unclaimed,
    Visibility, WORD_TYPES, WithoutBaseline,
};

use super::reader::{FieldType, Reader};
use crate::source::Span;
use crate::syntax::ast::{Value, ValueKind};

/// A value with its place.
#[derive(Default, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value that stands nowhere: what holds where nothing is said.
    pub fn unplaced(value: T) -> Self {
        Self {
            value,
            span: Span::default(),
        }
    }
}

impl<T: FieldType> FieldType for Spanned<T> {
    fn shape() -> String {
        T::shape()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        T::read(value, reader).map(|read| Self {
            value: read,
            span: value.span,
        })
    }
}

impl FieldType for bool {
    fn shape() -> String {
        "`true` or `false`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        match reader.word(value) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => reader.wrong(value, "`true` or `false`"),
        }
    }
}

macro_rules! whole_number {
    ($($Type:ty)*) => {$(
        impl FieldType for $Type {
            fn shape() -> String {
                "a whole number".to_owned()
            }

            fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
                let ValueKind::Number { number, unit: None } = value.kind else {
                    return reader.wrong(value, "a whole number");
                };
                match reader.text(number).parse() {
                    Ok(read) => Some(read),
                    Err(_) => {
                        reader.wrong(value, &format!("a whole number from 0 to {}", <$Type>::MAX))
                    }
                }
            }
        }
    )*};
}

whole_number!(u16 u32);
