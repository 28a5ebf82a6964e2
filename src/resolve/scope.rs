//! The names of a plan.

use rustc_hash::FxHashMap;

use super::declarations::{Resolvable, reserved_marker};
use crate::diagnostics::{Diagnostic, codes};
use crate::name::Name;
use crate::schema::values::{Markers, ToolKind, value_name};
use crate::schema::{Id, KindId};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::ValueKind;

/// What a name stands for.
#[derive(Debug, Clone, Copy)]
pub struct Declared {
    /// Its number among the declarations of its kind.
    pub index: u32,
    /// Where it is declared; nowhere for a tool that is known without it.
    pub span: Option<Span>,
}

/// Every name that is declared, by kind.
#[derive(Debug, Default)]
pub struct Scope {
    names: FxHashMap<Name, Vec<(KindId, Declared)>>,
    by_kind: FxHashMap<KindId, Vec<Name>>,
    markers: Markers,
    known_tools: Vec<(ToolKind, Name)>,
    axes: Vec<Vec<(Name, Span)>>,
    /// The constants that something stands for.
    pub(super) used_constants: Vec<Name>,
}

impl Scope {
    /// The declaration of a kind with a name.
    pub fn find(&self, kind: KindId, name: Name) -> Option<&Declared> {
        self.names
            .get(&name)?
            .iter()
            .find(|(k, _)| *k == kind)
            .map(|(_, declared)| declared)
    }

    /// A declaration of another kind with that name.
    pub fn other_kind(&self, kind: KindId, name: Name) -> Option<(KindId, &Declared)> {
        self.names
            .get(&name)?
            .iter()
            .find(|(k, _)| *k != kind)
            .map(|(k, declared)| (*k, declared))
    }

    /// Everything with that name.
    pub fn every_kind(&self, name: Name) -> Vec<(KindId, Declared)> {
        self.names.get(&name).cloned().unwrap_or_default()
    }

    /// The names of one kind, in the order of the source.
    pub fn names(&self, kind: KindId) -> impl Iterator<Item = &'static str> + Clone + '_ {
        self.by_kind
            .get(&kind)
            .into_iter()
            .flatten()
            .map(|n| n.as_str())
    }

    /// All names.
    pub fn all_names(&self) -> impl Iterator<Item = &'static str> + Clone + '_ {
        self.by_kind.values().flatten().map(|n| n.as_str())
    }

    /// The markers.
    pub fn markers(&self) -> &Markers {
        &self.markers
    }

    /// The tools that are known without a declaration and have none, in the order in which they
    /// stand behind the declared ones.
    pub fn known_tools(&self) -> &[(ToolKind, Name)] {
        &self.known_tools
    }

    /// The names of the values of an axis, in order, each with its place.
    pub fn axis_values(&self, axis: u32) -> &[(Name, Span)] {
        self.axes.get(axis as usize).map_or(&[], Vec::as_slice)
    }

    /// Gives the markers away.
    pub fn into_markers(self) -> Markers {
        self.markers
    }

    fn add(&mut self, kind: KindId, name: Name, declared: Declared) {
        self.names.entry(name).or_default().push((kind, declared));
        self.by_kind.entry(kind).or_default().push(name);
    }
}

/// Numbers the declarations kind by kind and collects their names. One that repeats a name is
/// reported and taken out.
pub fn collect(
    sources: &SourceMap,
    declarations: &mut Vec<Resolvable<'_>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Scope {
    let mut scope = Scope::default();
    let mut count: FxHashMap<KindId, u32> = FxHashMap::default();
    declarations.retain_mut(|declaration| {
        let (kind, name) = (declaration.kind, declaration.name);
        if let Some(Declared {
            span: Some(first), ..
        }) = scope.find(kind, name)
        {
            let message = format!("there are two {} `{name}`", plural(kind.schema().name));
            diagnostics.push(
                Diagnostic::new(codes::DUPLICATE, declaration.syntax.head(), message)
                    .label(*first, "the first one is here"),
            );
            return false;
        }
        declaration.parent_index = declaration
            .parent
            .and_then(|(kind, name)| scope.find(kind, name))
            .map(|p| p.index);
        let next = count.entry(kind).or_default();
        let declared = Declared {
            index: *next,
            span: Some(declaration.syntax.head()),
        };
        scope.add(kind, name, declared);
        add_markers(sources, declaration, *next, &mut scope.markers, diagnostics);
        *next += 1;
        true
    });
    let mut next = count.get(&KindId::Tool).copied().unwrap_or_default();
    for word in ToolKind::WORDS {
        let name = Name::new(word);
        // `command` is no tool of its own: each one is declared under the name of what it runs.
        if let Some(kind) = ToolKind::from_word(word)
            && kind != ToolKind::Command
            && scope.find(KindId::Tool, name).is_none()
        {
            scope.add(
                KindId::Tool,
                name,
                Declared {
                    index: next,
                    span: None,
                },
            );
            scope.known_tools.push((kind, name));
            next += 1;
        }
    }
    scope
}

/// Collects the values of the axes: those that an axis lists, then those that are declared inside it.
pub fn collect_axes(sources: &SourceMap, declarations: &[Resolvable<'_>], scope: &mut Scope) {
    for declaration in declarations {
        if declaration.kind == KindId::Axis {
            let listed = declaration
                .fields
                .iter()
                .filter(|f| matches!(sources.text(f.name), "selects" | "repeats"));
            let mut values: Vec<(Name, Span)> = Vec::new();
            for field in listed {
                match &field.value.kind {
                    ValueKind::List(elements) => values.extend(elements.iter().filter_map(|e| {
                        let named = value_name(&e.value, |span| sources.text(span).to_owned());
                        named.map(|(name, _)| (name, e.value.span))
                    })),
                    ValueKind::Record(fields) => values.extend(fields.iter().map(|f| {
                        let name = sources.text(f.name).trim_matches('"');
                        (Name::new(name), f.name)
                    })),
                    _ => {}
                }
            }
            scope.axes.push(values);
        }
        if let (KindId::ValueRecord, Some(axis)) = (declaration.kind, declaration.parent_index)
            && let Some(values) = scope.axes.get_mut(axis as usize)
        {
            let name = own_name(declaration.name);
            if !values.iter().any(|(known, _)| *known == name) {
                values.push((name, declaration.syntax.head()));
            }
        }
    }
}

/// The last step of the name of something nested.
pub fn own_name(full: Name) -> Name {
    full.as_str()
        .rsplit_once('/')
        .map_or(full, |(_, own)| Name::new(own))
}

/// The plural of the name of a kind.
pub fn plural(word: &str) -> String {
    match word.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{word}s"),
    }
}

/// The markers that a declaration brings: those a group lists, a described one, a service's.
fn add_markers(
    sources: &SourceMap,
    declaration: &Resolvable<'_>,
    index: u32,
    markers: &mut Markers,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let head = declaration.syntax.head();
    match declaration.kind {
        KindId::Marker => markers.add(declaration.name, head).declared = Some(Id::new(index)),
        KindId::Service => {
            let name = Name::new(&format!("needs_{}", declaration.name));
            markers.add(name, head).service = Some(Id::new(index));
        }
        KindId::MarkerGroup => {
            let field = declaration
                .syntax
                .fields
                .iter()
                .find(|f| sources.text(f.name) == "markers");
            let Some(ValueKind::List(elements)) = field.map(|f| &f.value.kind) else {
                return;
            };
            for element in elements {
                if !matches!(element.value.kind, ValueKind::Name) {
                    continue;
                }
                let span = element.value.span;
                reserved_marker(sources.text(span), span, diagnostics);
                let marker = markers.add(Name::new(sources.text(span)), span);
                if marker.group.is_some() {
                    diagnostics.push(
                        Diagnostic::new(
                            codes::MARKER_REUSED,
                            span,
                            format!(
                                "the marker `{}` already belongs to a group",
                                sources.text(span)
                            ),
                        )
                        .label(marker.span, "it is listed here"),
                    );
                    continue;
                }
                // A marker described before its group was met is shown where the group lists it.
                marker.span = span;
                marker.group = Some(Id::new(index));
            }
        }
        _ => {}
    }
}
