//! `extends: other`: a declaration begins with the fields of another one of its kind.

use rustc_hash::FxHashMap;
use std::borrow::Cow;

use super::Scope;
use super::declarations::Resolvable;
use crate::diagnostics::{Diagnostic, Fix, codes, suggest};
use crate::name::Name;
use crate::schema::{EXTENDS, KindId, TITLE};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Element, Field, Sign, Value, ValueKind};

/// Gives every declaration that extends another one its fields.
pub fn apply(
    sources: &SourceMap,
    scope: &Scope,
    declarations: &mut [Resolvable<'_>],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let numbers: FxHashMap<(KindId, Name), usize> = declarations
        .iter()
        .enumerate()
        .map(|(i, d)| ((d.kind, d.name), i))
        .collect();
    let mut bases: Vec<Option<(usize, Span)>> = vec![None; declarations.len()];
    for (number, declaration) in declarations.iter_mut().enumerate() {
        let Some(field) = own(sources, declaration, EXTENDS.name) else {
            continue;
        };
        if !declaration.kind.schema().may_extend() {
            // Reported as a field that the kind does not have.
            continue;
        }
        let name = Name::new(sources.text(field.value.span));
        let base = numbers.get(&(declaration.kind, name));
        if let Some(base) = base {
            bases[number] = Some((*base, field.value.span));
        } else {
            diagnostics.push(wrong_base(scope, declaration.kind, name, field.value.span));
            declaration.incomplete = true;
        }
    }
    let circular = report_circles(declarations, &bases, diagnostics);
    for (declaration, circular) in declarations.iter_mut().zip(&circular) {
        declaration.incomplete |= circular;
        if declaration.incomplete {
            without_signs(declaration);
        }
    }
    let mut done: Vec<bool> = bases.iter().map(Option::is_none).collect();
    for number in 0..declarations.len() {
        // From the declaration up to one whose fields are known, then down again.
        let mut path = Vec::new();
        let mut at = number;
        while let Some((base, _)) = bases[at].filter(|_| !done[at] && !circular[at]) {
            path.push(at);
            at = base;
        }
        while let Some(at) = path.pop() {
            if let Some((base, _)) = bases[at] {
                declarations[at].incomplete |= declarations[base].incomplete;
                if declarations[at].incomplete {
                    without_signs(&mut declarations[at]);
                    done[at] = true;
                    continue;
                }
                let inherited = declarations[base].fields.to_vec();
                declarations[at].incomplete |= declarations[base].incomplete;
                let fields = merged(sources, inherited, &declarations[at].fields, diagnostics);
                declarations[at].fields = Cow::Owned(fields);
            }
            done[at] = true;
        }
    }
}

/// Takes the signs out of the lists of a declaration that edit what could not be had: that there is
/// nothing to edit is no mistake of its own.
fn without_signs(declaration: &mut Resolvable<'_>) {
    let is_signed = |field: &Field| matches!(&field.value.kind, ValueKind::List(items) if items.iter().any(|e| e.sign.is_some()));
    if !declaration.fields.iter().any(is_signed) {
        return;
    }
    for field in declaration.fields.to_mut() {
        if let ValueKind::List(items) = &mut field.value.kind {
            items.retain(|item| item.sign != Some(Sign::Remove));
            for item in items {
                item.sign = None;
            }
        }
    }
}

fn own<'d>(sources: &SourceMap, declaration: &'d Resolvable<'_>, name: &str) -> Option<&'d Field> {
    declaration
        .fields
        .iter()
        .find(|f| sources.text(f.name) == name)
}

fn wrong_base(scope: &Scope, kind: KindId, name: Name, span: Span) -> Diagnostic {
    let word = kind.schema().name;
    let message = format!("there is no {word} `{name}` to extend");
    let bare = name.as_str().trim_matches('"');
    let diagnostic = Diagnostic::new(codes::UNKNOWN_NAME, span, message);
    if bare != name.as_str() && scope.find(kind, Name::new(bare)).is_some() {
        return diagnostic
            .help("take the quotes off")
            .fix(Fix::replace(span, bare));
    }
    let meant = suggest::certain(name.as_str(), scope.names(kind));
    diagnostic
        .maybe_help(suggest::help(name.as_str(), word, scope.names(kind)))
        .maybe_fix(meant.map(|meant| Fix::replace(span, meant)))
}

/// Reports circles of `extends`, each once and with all its steps; says who is in one or leads into
/// one.
fn report_circles(
    declarations: &[Resolvable<'_>],
    bases: &[Option<(usize, Span)>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<bool> {
    // 0: not looked at, otherwise the number of the walk that came by first.
    let mut seen = vec![0_usize; bases.len()];
    let mut circular = vec![false; bases.len()];
    for start in 0..bases.len() {
        let mut walk = Vec::new();
        let mut at = start;
        while let (0, Some((base, _))) = (seen[at], bases[at]) {
            seen[at] = start + 1;
            walk.push(at);
            at = base;
        }
        if bases[at].is_none() {
            continue;
        }
        let closes = seen[at] == start + 1;
        if closes {
            let entry = walk.iter().position(|w| *w == at).unwrap_or_default();
            diagnostics.push(circle(declarations, bases, &walk[entry..]));
        }
        if closes || circular[at] {
            for step in walk {
                circular[step] = true;
            }
        }
    }
    circular
}

fn circle(
    declarations: &[Resolvable<'_>],
    bases: &[Option<(usize, Span)>],
    steps: &[usize],
) -> Diagnostic {
    let mut names: Vec<&str> = steps
        .iter()
        .map(|s| declarations[*s].name.as_str())
        .collect();
    names.extend(names.first().copied());
    let mut spans: Vec<Span> = steps.iter().filter_map(|s| Some(bases[*s]?.1)).collect();
    spans.sort_unstable();
    let word = declarations[steps[0]].kind.schema().name;
    let message = format!("this {word} extends itself: {}", names.join(" → "));
    let first = spans.first().copied().unwrap_or_default();
    let diagnostic = Diagnostic::new(codes::CYCLE, first, message);
    spans
        .iter()
        .skip(1)
        .fold(diagnostic, |diagnostic, span| {
            diagnostic.label(*span, "through this step")
        })
        .help("take one of these steps out")
}

/// The inherited fields with the own ones put over them. What names the other declaration, its
/// title, and `extends` itself stay where they are.
fn merged(
    sources: &SourceMap,
    inherited: Vec<Field>,
    own: &[Field],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Field> {
    let personal = [TITLE.name, EXTENDS.name];
    let mut fields: Vec<Field> = inherited
        .into_iter()
        .filter(|f| !personal.contains(&sources.text(f.name)))
        .collect();
    for field in own {
        let name = sources.text(field.name);
        let base = fields.iter().position(|f| sources.text(f.name) == name);
        let mut field = field.clone();
        if let Some(base) = base {
            let base = fields.remove(base);
            if let ValueKind::List(elements) = &field.value.kind
                && elements.iter().any(|e| e.sign.is_some())
            {
                field.value = edited(sources, base.value, &field.value, elements, diagnostics);
            }
        }
        fields.push(field);
    }
    fields
}

/// An inherited list after the signed items of another one.
fn edited(
    sources: &SourceMap,
    base: Value,
    own: &Value,
    edits: &[Element],
    diagnostics: &mut Vec<Diagnostic>,
) -> Value {
    let mut items = match base.kind {
        ValueKind::List(items) => items,
        _ => vec![Element {
            sign: None,
            value: base,
        }],
    };
    for edit in edits {
        let text = sources.text(edit.value.span);
        match edit.sign {
            Some(Sign::Add) => items.push(Element { sign: None, value: edit.value.clone() }),
            Some(Sign::Remove) => {
                let before = items.len();
                items.retain(|item| sources.text(item.value.span) != text);
                if items.len() == before {
                    let message = format!("`{text}` is not in the inherited list");
                    diagnostics.push(
                        Diagnostic::new(codes::UNKNOWN_NAME, edit.value.span, message)
                            .help("an item is taken away as it is written there"),
                    );
                }
            }
            None => diagnostics.push(
                Diagnostic::new(
                    codes::WRONG_TYPE,
                    edit.value.span,
                    "this item has no sign, and others of the list have one",
                )
                .help("`+` adds an item, `-` takes one away; a list without signs replaces the inherited one")
                .fix(Fix::replace(edit.value.span, format!("+ {text}")).to_be_judged()),
            ),
        }
    }
    Value {
        span: own.span,
        kind: ValueKind::List(items),
    }
}
