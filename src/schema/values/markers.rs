//! Markers, and expressions over them.

use indexmap::IndexMap;

use super::Text;
use crate::algebra::{
    Argument as MarkerArgument, ArgumentValue, Arguments, can_be_written, is_argument_name,
};
use crate::diagnostics::{Diagnostic, Fix, codes, suggest};
use crate::name::Name;
use crate::schema::kinds::{Marker, MarkerGroup, Service};
use crate::schema::reader::{FieldType, Reader};
use crate::schema::{Id, Plan};
use crate::source::Span;
use crate::syntax::ast::{Argument, Value, ValueKind};

/// The number of a marker in [`Markers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MarkerId(pub u32);

/// Where a marker comes from.
#[derive(Debug, Clone, Copy)]
pub struct MarkerInfo {
    /// The group it is listed in.
    pub group: Option<Id<MarkerGroup>>,
    /// The declaration that describes it.
    pub declared: Option<Id<Marker>>,
    /// The service whose dependants carry it.
    pub service: Option<Id<Service>>,
    /// Where it is first named.
    pub span: Span,
}

/// Every marker of a plan, in the order of the source.
#[derive(Debug, Default)]
pub struct Markers {
    entries: IndexMap<Name, MarkerInfo>,
}

impl Markers {
    /// The marker with this name, made if there is none.
    pub fn add(&mut self, name: Name, span: Span) -> &mut MarkerInfo {
        self.entries.entry(name).or_insert(MarkerInfo {
            group: None,
            declared: None,
            service: None,
            span,
        })
    }

    /// The marker with this name.
    pub fn find(&self, name: Name) -> Option<MarkerId> {
        let index = self.entries.get_index_of(&name)?;
        Some(MarkerId(u32::try_from(index).unwrap_or(u32::MAX)))
    }

    /// The name of a marker.
    pub fn name(&self, id: MarkerId) -> Name {
        self.entries
            .get_index(id.0 as usize)
            .map_or_else(|| Name::new(""), |(name, _)| *name)
    }

    /// Where a marker comes from.
    pub fn info(&self, id: MarkerId) -> Option<&MarkerInfo> {
        self.entries.get_index(id.0 as usize).map(|(_, info)| info)
    }

    /// All markers.
    pub fn iter(&self) -> impl Iterator<Item = (MarkerId, Name, &MarkerInfo)> {
        (0u32..)
            .map(MarkerId)
            .zip(&self.entries)
            .map(|(id, (name, info))| (id, *name, info))
    }
}

/// A question asked of a test's markers.
#[derive(Debug, Clone)]
pub struct MarkerExpr {
    /// The expression.
    pub node: MarkerNode,
    /// The markers in it that stand with parentheses.
    pub called: Vec<CalledMarker>,
    /// Where it stands.
    pub span: Span,
}

/// A marker that stands with parentheses: it must be declared with an `argument`.
#[derive(Debug, Clone)]
pub struct CalledMarker {
    /// Which one, and where.
    pub marker: MarkerRef,
    /// The values in its parentheses, each with its place.
    pub values: Vec<(ArgumentValue, Span)>,
}

/// The forms of a [`MarkerExpr`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MarkerNode {
    /// `all`: every test.
    All,
    /// The test carries this marker.
    Marker(MarkerId),
    /// The test carries this marker with these arguments; without any in the list, with whatever
    /// arguments: `profiled_vram_gib(any)`.
    WithArguments(MarkerId, Arguments),
    /// The test does not …
    Not(Box<MarkerNode>),
    /// All of these.
    And(Vec<MarkerNode>),
    /// Any of these.
    Or(Vec<MarkerNode>),
}

impl FieldType for MarkerExpr {
    const MAY_BE_OPEN: bool = true;

    fn shape() -> String {
        "a marker expression".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let mut called = Vec::new();
        Some(Self {
            node: node(value, reader, &mut called)?,
            called,
            span: value.span,
        })
    }
}

fn node(
    value: &Value,
    reader: &mut Reader<'_>,
    called: &mut Vec<CalledMarker>,
) -> Option<MarkerNode> {
    match &value.kind {
        ValueKind::Name if reader.word(value) == Some("all") => Some(MarkerNode::All),
        ValueKind::Name => {
            let marker = MarkerRef::read(value, reader)?.id;
            reader.used.markers.insert(marker);
            Some(MarkerNode::Marker(marker))
        }
        ValueKind::Call { callee, arguments } => {
            let marker = MarkerRef::named(*callee, reader);
            let mut values = Vec::new();
            let arguments = marker_arguments(value, arguments, reader, &mut values);
            let marker = marker?;
            reader.used.markers.insert(marker.id);
            called.push(CalledMarker { marker, values });
            Some(MarkerNode::WithArguments(marker.id, arguments?))
        }
        ValueKind::Not(inner) => Some(MarkerNode::Not(Box::new(node(inner, reader, called)?))),
        ValueKind::And(parts) => nodes(parts, reader, called).map(MarkerNode::And),
        ValueKind::Or(parts) => nodes(parts, reader, called).map(MarkerNode::Or),
        _ => reader.wrong(value, "a marker expression: markers, `and`, `or`, `not`"),
    }
}

/// All of the parts, after each was looked at.
fn nodes(
    parts: &[Value],
    reader: &mut Reader<'_>,
    called: &mut Vec<CalledMarker>,
) -> Option<Vec<MarkerNode>> {
    let read: Vec<Option<MarkerNode>> = parts.iter().map(|p| node(p, reader, called)).collect();
    read.into_iter().collect()
}

/// What stands in the parentheses behind a marker: `any`, or what pytest compares. The values are
/// noted with their places.
fn marker_arguments(
    value: &Value,
    arguments: &[Argument],
    reader: &mut Reader<'_>,
    values: &mut Vec<(ArgumentValue, Span)>,
) -> Option<Arguments> {
    if let [Argument { name: None, value }] = arguments
        && reader.word(value) == Some("any")
    {
        return Some(Arguments::default());
    }
    let form = "a marker takes `any`, or arguments by name: `device(serial: 1)`";
    if arguments.is_empty() {
        let message = "nothing stands in the parentheses";
        return reader.report(Diagnostic::new(codes::WRONG_TYPE, value.span, message).help(form));
    }
    let mut read: Vec<MarkerArgument> = Vec::with_capacity(arguments.len());
    let mut whole = true;
    for argument in arguments {
        let Some(name) = argument.name else {
            let message = "pytest compares the arguments of a marker by their names only";
            whole = reader
                .report(Diagnostic::new(codes::WRONG_TYPE, argument.value.span, message).help(form))
                .unwrap_or(false);
            continue;
        };
        let text = reader.text(name).to_owned();
        if !is_argument_name(&text) {
            let message = format!("`{text}` is no name of an argument in Python");
            whole = reader
                .report(Diagnostic::new(codes::WRONG_TYPE, name, message))
                .unwrap_or(false);
        }
        if read.iter().any(|known| *known.name == *text) {
            let message = format!("`{text}` is given twice");
            whole = reader
                .report(Diagnostic::new(codes::DUPLICATE, name, message))
                .unwrap_or(false);
        }
        match argument_value(&argument.value, reader) {
            Some(value) => {
                values.push((value.clone(), argument.value.span));
                read.push(MarkerArgument {
                    name: text.into(),
                    value,
                });
            }
            None => whole = false,
        }
    }
    whole.then(|| Arguments::new(read))
}

/// A value that pytest can compare with.
fn argument_value(value: &Value, reader: &mut Reader<'_>) -> Option<ArgumentValue> {
    let expected = "a whole number, a string, `true`, `false` or `none`";
    match &value.kind {
        ValueKind::Number { number, unit: None } => match reader.text(*number).parse() {
            Ok(number) => Some(ArgumentValue::Integer(number)),
            Err(_) => reader.wrong(value, expected),
        },
        ValueKind::Text => {
            let text = Text::read(value, reader)?;
            if can_be_written(&text) {
                return Some(ArgumentValue::Text((&*text).into()));
            }
            let message = "pytest cannot be asked for this text";
            reader.report(
                Diagnostic::new(codes::WRONG_TYPE, value.span, message)
                    .help("its `-m` knows no escapes: the text may have no backslash, and one kind of quote"),
            )
        }
        ValueKind::Name => match reader.word(value) {
            Some("true") => Some(ArgumentValue::True),
            Some("false") => Some(ArgumentValue::False),
            Some("none") => Some(ArgumentValue::None),
            _ => reader.wrong(value, expected),
        },
        _ => reader.wrong(value, expected),
    }
}

impl Plan {
    /// Every marker expression of the plan.
    pub fn marker_expressions(&self) -> impl Iterator<Item = &MarkerExpr> {
        let groups = self.marker_groups.iter().map(|(_, group)| &group.when);
        let stages = self.stages.iter().map(|(_, stage)| &stage.selects);
        let types = self.types.iter().map(|(_, declared)| &declared.selects);
        let environments = self.environments.iter().map(|(_, place)| &place.takes);
        let suites = self.suites.iter().map(|(_, suite)| &suite.select);
        let ats = self.ats.iter().map(|(_, at)| &at.select);
        groups
            .chain(stages)
            .chain(types)
            .chain(environments)
            .chain(suites)
            .chain(ats)
            .flatten()
    }

    /// Every marker that stands with parentheses, in expressions and in what parts and the values of
    /// axes take.
    pub fn called_markers(&self) -> impl Iterator<Item = &CalledMarker> {
        let accepts = self.accepts.iter().filter_map(|(_, a)| a.tests.as_ref());
        let expressions = self.marker_expressions().chain(accepts);
        let parts = self.parts.iter().map(|(_, part)| &part.select);
        let records = self.value_records.iter().map(|(_, value)| &value.selects);
        let axes = self
            .axes
            .iter()
            .filter_map(|(_, axis)| axis.selects.as_ref());
        let values = axes.flat_map(|divisions| divisions.values.iter().map(|(_, takes)| takes));
        let selections = parts.chain(records).flatten().chain(values);
        expressions
            .flat_map(|expression| &expression.called)
            .chain(selections.flat_map(|selection| &selection.called))
    }
}

/// A marker that is named.
#[derive(Debug, Clone, Copy)]
pub struct MarkerRef {
    /// Which one.
    pub id: MarkerId,
    /// Where it is named.
    pub span: Span,
}

impl FieldType for MarkerRef {
    fn shape() -> String {
        "the name of a marker".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if reader.word(value).is_none() {
            return reader.wrong(value, &Self::shape());
        }
        Self::named(value.span, reader)
    }
}

impl MarkerRef {
    /// The marker of the name that stands here.
    fn named(span: Span, reader: &mut Reader<'_>) -> Option<Self> {
        let written = reader.text(span);
        let name = written.strip_prefix("marker.").unwrap_or(written);
        if let Some(id) = reader.scope.markers().find(Name::new(name)) {
            return Some(Self { id, span });
        }
        let known: Vec<&str> = reader
            .scope
            .markers()
            .iter()
            .map(|(_, n, _)| n.as_str())
            .collect();
        let help = suggest::nearest(name, known.iter().copied()).map_or_else(
            || format!("list it in a `marker_group`, or declare it: `marker {name} {{}}`"),
            |near| format!("did you mean `{near}`?"),
        );
        let message = format!("there is no marker `{name}`");
        let prefix = written.strip_suffix(name).unwrap_or_default();
        let fix = suggest::certain(name, known.iter().copied())
            .map(|meant| Fix::replace(span, format!("{prefix}{meant}")));
        reader.report(
            Diagnostic::new(codes::UNKNOWN_NAME, span, message)
                .help(help)
                .maybe_fix(fix),
        )
    }
}

/// The markers that a group lists, and so declares.
#[derive(Debug, Clone, Default)]
pub struct MarkerNames {
    /// The markers, in order.
    pub markers: Vec<MarkerRef>,
}

impl FieldType for MarkerNames {
    fn shape() -> String {
        "a list of new names".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let markers = Vec::<MarkerRef>::read(value, reader)?;
        if markers.is_empty() && matches!(&value.kind, ValueKind::List(items) if items.is_empty()) {
            let message = "a group has at least one marker";
            return reader.report(
                Diagnostic::new(codes::WRONG_TYPE, value.span, message)
                    .help("list its markers, or take the group out"),
            );
        }
        Some(Self { markers })
    }
}
