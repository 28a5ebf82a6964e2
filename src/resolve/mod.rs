//! The third stage: from declarations to names.
//!
//! Every declaration gets its place in the [`Scope`]; fields that its kind does not have, names
//! declared twice and fields that are missing are reported here, so that reading values can rely on
//! both.

mod axes;
mod constants;
mod declarations;
mod extends;
mod refused;
mod scope;
mod unread;

pub use scope::{Declared, Scope};
pub use unread::Unread;

use crate::diagnostics::Diagnostic;
use crate::schema::reader::{Fields, Reader, Used};
use crate::schema::{Head, Id, KindId, Plan, Table};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast;

/// A program whose names are known.
#[derive(Debug)]
pub struct Resolved<'f> {
    declarations: Vec<declarations::Resolvable<'f>>,
    scope: Scope,
    dropped: Vec<Span>,
}

impl Resolved<'_> {
    /// The declarations that were left out: of an unknown kind, without a name, or in the wrong place.
    pub fn dropped(&self) -> &[Span] {
        &self.dropped
    }
}

/// Collects the declarations of all files into one scope.
pub fn resolve<'f>(
    sources: &SourceMap,
    files: &'f [(FileId, ast::File)],
    diagnostics: &mut Vec<Diagnostic>,
) -> Resolved<'f> {
    let mut flat = declarations::Flat::default();
    for (_, file) in files {
        for declaration in &file.declarations {
            flat.add(sources, declaration, None, diagnostics);
        }
    }
    let declarations::Flat {
        mut declarations,
        dropped,
    } = flat;
    let mut scope = scope::collect(sources, &mut declarations, diagnostics);
    extends::apply(sources, &scope, &mut declarations, diagnostics);
    scope.used_constants = constants::apply(sources, &scope, &mut declarations, diagnostics);
    scope::collect_axes(sources, &declarations, &mut scope);
    for declaration in &declarations {
        declarations::check_fields(sources, declaration, diagnostics);
    }
    Resolved {
        declarations,
        scope,
        dropped,
    }
}

/// The declarations of a table by the number of the one that they stand in.
fn inside<T>(table: &Table<T>, outer: usize) -> Vec<Vec<Id<T>>> {
    let mut by_outer: Vec<Vec<Id<T>>> = vec![Vec::new(); outer];
    for (id, declared) in table.iter() {
        if let Some(list) = declared
            .head
            .parent
            .and_then(|parent| by_outer.get_mut(parent as usize))
        {
            list.push(id);
        }
    }
    by_outer
}

/// Reads every field of a resolved program into the types of the table.
pub fn read(
    sources: &SourceMap,
    files: &[(FileId, ast::File)],
    resolved: Resolved<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Plan {
    let mut plan = Plan::default();
    let mut reader = Reader {
        sources,
        scope: &resolved.scope,
        diagnostics,
        used: Used::default(),
    };
    for declaration in &resolved.declarations {
        let head = declaration.head(&mut reader);
        let mut fields = Fields::new(&mut reader, &declaration.fields);
        plan.read(declaration.kind, head, &mut fields);
    }
    for (kind, name) in resolved.scope.known_tools() {
        let head = Head {
            name: Some(*name),
            title: kind.title().to_owned(),
            ..Head::default()
        };
        let body = crate::schema::kinds::Tool {
            runs: Some(*kind),
            ..Default::default()
        };
        plan.tools.push(crate::schema::Decl { head, body });
    }
    let mut constants: Vec<u32> = Vec::new();
    for name in &resolved.scope.used_constants {
        constants.extend(
            resolved
                .scope
                .find(KindId::Constant, *name)
                .map(|d| d.index),
        );
    }
    for index in constants {
        reader.mark(KindId::Constant, index);
    }
    let Used {
        declarations,
        markers,
    } = reader.used;
    plan.used = declarations;
    plan.used_markers = markers;
    plan.parts_of = inside(&plan.parts, plan.suites.len());
    plan.ats_of = inside(&plan.ats, plan.suites.len());
    plan.axis_values = axes::values(&plan, &resolved.scope);
    plan.intro = declarations::intro(sources, files, &plan);
    plan.markers = resolved.scope.into_markers();
    plan
}
