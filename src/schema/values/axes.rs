//! Axes and their values: what divides the tests of a suite, or runs them again.

use crate::diagnostics::{Diagnostic, codes, suggest};
use crate::name::Name;
use crate::schema::Id;
use crate::schema::kinds::{Axis, Environment, Kind, ValueRecord};
use crate::schema::reader::{FieldType, Reader};
use crate::schema::values::{CalledMarker, MarkerExpr, MarkerNode, Ref, Text};
use crate::source::Span;
use crate::syntax::ast::{Element, Value, ValueKind};

/// A value of an axis, wherever it was written.
#[derive(Debug, Clone)]
pub struct AxisValue {
    /// What it is called in patterns, ids and commands.
    pub name: Name,
    /// What stands for it in a formula, a command or a variable; empty for `none`.
    pub text: String,
    /// The tests it takes, for an axis that divides them.
    pub selects: Option<Selection>,
    /// The record that says more about it.
    pub record: Option<Id<ValueRecord>>,
    /// Where it is written.
    pub span: Span,
}

/// One point on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AxisPoint {
    /// The axis.
    pub axis: Id<Axis>,
    /// The number of the value on it.
    pub value: u32,
}

/// The name and the text of a value as it stands in a list: a name, a number or a string; `none` is
/// the empty one. Nothing for what has no name.
pub fn value_name(value: &Value, text: impl Fn(Span) -> String) -> Option<(Name, String)> {
    let written = text(value.span);
    match value.kind {
        ValueKind::Name if written == "none" => Some((Name::new("none"), String::new())),
        ValueKind::Name | ValueKind::Number { .. } => Some((Name::new(&written), written)),
        ValueKind::Text => {
            let inner = written.trim_matches('"');
            (!inner.is_empty()).then(|| (Name::new(inner), inner.to_owned()))
        }
        _ => None,
    }
}

/// What a part or an axis value takes: an expression, or what the others leave.
#[derive(Debug, Clone)]
pub enum Selection {
    /// `rest`: what no other value, and no earlier part, takes.
    Rest,
    /// These.
    These(MarkerNode),
}

/// A [`Selection`] with its place.
#[derive(Debug, Clone)]
pub struct PartSelection {
    /// What is taken.
    pub selection: Selection,
    /// The markers in it that stand with parentheses.
    pub called: Vec<CalledMarker>,
    /// Where it is written.
    pub span: Span,
}

impl FieldType for PartSelection {
    const MAY_BE_OPEN: bool = true;

    fn shape() -> String {
        "a marker expression, or `rest`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let (selection, called) = if reader.word(value) == Some("rest") {
            (Selection::Rest, Vec::new())
        } else {
            let MarkerExpr { node, called, .. } = MarkerExpr::read(value, reader)?;
            (Selection::These(node), called)
        };
        Some(Self {
            selection,
            called,
            span: value.span,
        })
    }
}

/// The values of an axis that divides the tests: each with what it takes.
#[derive(Debug, Clone, Default)]
pub struct Divisions {
    /// The values, in order.
    pub values: Vec<(Name, PartSelection)>,
}

impl FieldType for Divisions {
    fn shape() -> String {
        "a list of markers, each a value of its own name, or a record of marker expressions: \
         `{ none: gpu_0, some: gpu_1 or gpu_2, other: rest }`"
            .to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let mut values = Vec::new();
        let mut whole = true;
        match &value.kind {
            ValueKind::Record(fields) => {
                for field in fields {
                    let name = Name::new(reader.text(field.name).trim_matches('"'));
                    match PartSelection::read(&field.value, reader) {
                        Some(selection) => values.push((name, selection)),
                        None => whole = false,
                    }
                }
            }
            ValueKind::List(elements) => {
                for Element { value, .. } in elements {
                    if !matches!(value.kind, ValueKind::Name) {
                        whole = false;
                        reader.diagnostics.push(
                            Diagnostic::new(
                                codes::WRONG_TYPE,
                                value.span,
                                "this value of the axis has no name",
                            )
                            .help("name it in a record: `selects: { large: gpu_4 or gpu_8 }`"),
                        );
                        continue;
                    }
                    let name = Name::new(reader.text(value.span));
                    match PartSelection::read(value, reader) {
                        Some(selection) => values.push((name, selection)),
                        None => whole = false,
                    }
                }
            }
            _ => return reader.wrong(value, &Self::shape()),
        }
        whole.then_some(Self { values })
    }
}

/// The values of an axis that runs the tests again.
#[derive(Debug, Clone, Default)]
pub struct Repetitions {
    /// Name, text and place of each, in order.
    pub values: Vec<(Name, String, Span)>,
}

impl FieldType for Repetitions {
    fn shape() -> String {
        "a list of names, numbers or strings; `none` is the empty value".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let ValueKind::List(elements) = &value.kind else {
            return reader.wrong(value, &Self::shape());
        };
        let mut values: Vec<(Name, String, Span)> = Vec::new();
        for Element { value, .. } in elements {
            let named = value_name(value, |span| reader.text(span).to_owned());
            let Some((name, text)) = named else {
                return reader.wrong(value, "a name, a number or a string that is not empty");
            };
            values.push((name, text, value.span));
        }
        Some(Self { values })
    }
}

/// How the value of an axis reaches the tests.
#[derive(Debug, Clone)]
pub enum Bind {
    /// `env(NAME)`: in a variable of the environment.
    Env(Name),
    /// `argument("--cuda={}")`: as one more word of the command, `{}` standing for the value.
    Argument(Text),
}

impl FieldType for Bind {
    fn shape() -> String {
        "`env(NAME)` or `argument(\"--name={}\")`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if let ValueKind::Call { callee, arguments } = &value.kind
            && let [argument] = arguments.as_slice()
            && argument.name.is_none()
        {
            match reader.text(*callee) {
                "env" if matches!(argument.value.kind, ValueKind::Name) => {
                    return Some(Self::Env(Name::new(reader.text(argument.value.span))));
                }
                "argument" => {
                    let text = Text::read(&argument.value, reader)?;
                    if text.contains("{}") {
                        return Some(Self::Argument(text));
                    }
                    return reader.report(
                        Diagnostic::new(
                            codes::WRONG_TYPE,
                            text.span,
                            "this argument does not say where the value goes",
                        )
                        .help("write `{}` where it goes: `argument(\"--cuda={}\")`"),
                    );
                }
                _ => {}
            }
        }
        reader.wrong(value, &Self::shape())
    }
}

/// The environments of a suite: they divide its tests, each taking its own, or with `each` repeat
/// them, all of them running in each.
#[derive(Debug, Clone, Default)]
pub struct Environments {
    /// Which.
    pub list: Vec<Ref<Environment>>,
    /// Whether every test runs in each.
    pub repeat: bool,
}

impl std::ops::Deref for Environments {
    type Target = [Ref<Environment>];
    fn deref(&self) -> &[Ref<Environment>] {
        &self.list
    }
}

impl FieldType for Environments {
    const MAY_BE_OPEN: bool = true;

    fn shape() -> String {
        "a list, each the name of an `environment`; with `each` before it, all tests run in each"
            .to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if let ValueKind::Call { callee, arguments } = &value.kind
            && reader.text(*callee) == "each"
        {
            let [argument] = arguments.as_slice() else {
                return reader.wrong(value, &Self::shape());
            };
            return Some(Self {
                list: Vec::read(&argument.value, reader)?,
                repeat: true,
            });
        }
        Some(Self {
            list: Vec::read(value, reader)?,
            repeat: false,
        })
    }
}

/// The values that an axis has in some jobs only: `{ cuda: ["13.1"] }`.
#[derive(Debug, Clone, Default)]
pub struct AxisChoices {
    /// For each axis, the numbers of its values, and where they are written.
    pub choices: Vec<(Id<Axis>, Vec<u32>, Span)>,
}

impl FieldType for AxisChoices {
    fn shape() -> String {
        "a record: for an axis, the list of its values".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let ValueKind::Record(fields) = &value.kind else {
            return reader.wrong(value, "a record such as { cuda: [\"13.1\"] }");
        };
        let mut choices = Vec::new();
        let mut whole = true;
        for field in fields {
            let Some(axis) = reader.lookup(Axis::ID, field.name) else {
                whole = false;
                continue;
            };
            let listed: Vec<&Value> = if let ValueKind::List(elements) = &field.value.kind {
                elements.iter().map(|e| &e.value).collect()
            } else {
                vec![&field.value]
            };
            let mut values = Vec::new();
            for value in listed {
                match axis_value(axis, value, reader) {
                    Some(number) => values.push(number),
                    None => whole = false,
                }
            }
            choices.push((Id::new(axis), values, field.value.span));
        }
        whole.then_some(Self { choices })
    }
}

/// The number of the value of an axis that is named; an unknown one is reported.
pub fn axis_value(axis: u32, value: &Value, reader: &mut Reader<'_>) -> Option<u32> {
    let named = value_name(value, |span| reader.text(span).to_owned());
    let Some((name, _)) = named else {
        return reader.wrong(value, "a value of the axis");
    };
    let known = reader.scope.axis_values(axis);
    if let Some(number) = known.iter().position(|(known, _)| *known == name) {
        return u32::try_from(number).ok();
    }
    let axis_name = reader
        .scope
        .names(Axis::ID)
        .nth(axis as usize)
        .unwrap_or_default();
    let help = suggest::help(
        name.as_str(),
        "value",
        known.iter().map(|(known, _)| known.as_str()),
    );
    let message = format!("the axis `{axis_name}` has no value `{name}`");
    let diagnostic = Diagnostic::new(codes::UNKNOWN_NAME, value.span, message).maybe_help(help);
    reader.report(diagnostic)
}

/// How many processes run tests beside each other.
#[derive(Debug, Clone, Copy)]
pub struct Workers {
    /// How many processes; without a number, as many as the machine has processors.
    pub count: Option<u32>,
}

impl Workers {
    /// As pytest-xdist takes it.
    pub fn word(self) -> String {
        self.count
            .map_or_else(|| "auto".to_owned(), |n| n.to_string())
    }
}

impl FieldType for Workers {
    fn shape() -> String {
        "a whole number, or `auto`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if reader.word(value) == Some("auto") {
            return Some(Self { count: None });
        }
        match u32::read(value, reader)? {
            0 => reader.wrong(value, "at least one process, or `auto`"),
            count => Some(Self { count: Some(count) }),
        }
    }
}
