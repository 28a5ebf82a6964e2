//! Markers, and expressions over them.

use indexmap::IndexMap;

use crate::diagnostics::{Diagnostic, Fix, codes, suggest};
use crate::name::Name;
use crate::schema::Id;
use crate::schema::kinds::{Marker, MarkerGroup, Service};
use crate::schema::reader::{FieldType, Reader};
use crate::source::Span;
use crate::syntax::ast::{Value, ValueKind};

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
    /// Where it stands.
    pub span: Span,
}

/// The forms of a [`MarkerExpr`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkerNode {
    /// `all`: every test.
    All,
    /// The test carries this marker.
    Marker(MarkerId),
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
        Some(Self {
            node: node(value, reader)?,
            span: value.span,
        })
    }
}

fn node(value: &Value, reader: &mut Reader<'_>) -> Option<MarkerNode> {
    match &value.kind {
        ValueKind::Name if reader.word(value) == Some("all") => Some(MarkerNode::All),
        ValueKind::Name => {
            let marker = MarkerRef::read(value, reader)?.id;
            reader.used.markers.insert(marker);
            Some(MarkerNode::Marker(marker))
        }
        ValueKind::Not(inner) => Some(MarkerNode::Not(Box::new(node(inner, reader)?))),
        ValueKind::And(parts) => nodes(parts, reader).map(MarkerNode::And),
        ValueKind::Or(parts) => nodes(parts, reader).map(MarkerNode::Or),
        _ => reader.wrong(value, "a marker expression: markers, `and`, `or`, `not`"),
    }
}

/// All of the parts, after each was looked at.
fn nodes(parts: &[Value], reader: &mut Reader<'_>) -> Option<Vec<MarkerNode>> {
    let read: Vec<Option<MarkerNode>> = parts.iter().map(|p| node(p, reader)).collect();
    read.into_iter().collect()
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
        let Some(written) = reader.word(value) else {
            return reader.wrong(value, &Self::shape());
        };
        let name = written.strip_prefix("marker.").unwrap_or(written);
        if let Some(id) = reader.scope.markers().find(Name::new(name)) {
            return Some(Self {
                id,
                span: value.span,
            });
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
            .map(|meant| Fix::replace(value.span, format!("{prefix}{meant}")));
        reader.report(
            Diagnostic::new(codes::UNKNOWN_NAME, value.span, message)
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
        Vec::<MarkerRef>::read(value, reader).map(|markers| Self { markers })
    }
}
