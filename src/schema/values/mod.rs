//! The types that fields have.

#[macro_use]
mod words;
mod axes;
mod condition;
mod failure;
mod formula;
mod key;
mod markers;
mod origin;
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
pub use origin::Origin;
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
pub use text::{Command, Filled, Glob, Image, Line, Text, Variables, is_hidden};
pub use trigger::{COPIES, DispatchInput, Trigger};
pub use words::{
    Access, Addressees, Arch, ArgumentType, Arity, Cause, Direction, GitStage, Host, Ignored,
    Isolation, Os, PlatformWord, Promise, Role, Runtime, Scope, Statistic, ToolKind, Unclaimed,
    Visibility, WORD_TYPES, WithoutBaseline,
};

use super::reader::{FieldType, Reader};
use crate::diagnostics::{Diagnostic, Fix, codes};
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
            Some(word) => {
                let meant = match word.to_ascii_lowercase().as_str() {
                    "true" | "yes" | "on" => "true",
                    "false" | "no" | "off" => "false",
                    _ => return reader.wrong(value, &Self::shape()),
                };
                let message = format!("expected {}, found `{word}`", Self::shape());
                reader.report(
                    Diagnostic::new(codes::WRONG_TYPE, value.span, message)
                        .help(format!("write `{meant}`"))
                        .fix(Fix::replace(value.span, meant)),
                )
            }
            None => reader.wrong(value, &Self::shape()),
        }
    }
}

/// A whole number between two bounds, which it may be too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bounded<const LEAST: u32, const MOST: u32>(pub u32);

/// How many there are of something of which there is one at least.
pub type Count = Bounded<1, 100_000>;

/// How many GPUs a machine has.
pub type Gpus = Bounded<0, 1024>;

impl<const LEAST: u32, const MOST: u32> std::fmt::Display for Bounded<LEAST, MOST> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<const LEAST: u32, const MOST: u32> FieldType for Bounded<LEAST, MOST> {
    fn shape() -> String {
        format!("a whole number from {LEAST} to {MOST}")
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if let ValueKind::Number { number, unit: None } = value.kind
            && let Ok(read) = reader.text(number).parse()
            && (LEAST..=MOST).contains(&read)
        {
            return Some(Self(read));
        }
        reader.wrong(value, &Self::shape())
    }
}

/// A TCP port; 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port(pub u16);

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl FieldType for Port {
    fn shape() -> String {
        Bounded::<1, 65_535>::shape()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let number = Bounded::<1, 65_535>::read(value, reader)?;
        u16::try_from(number.0).ok().map(Self)
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

whole_number!(u32);
