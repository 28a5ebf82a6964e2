//! `constant.NAME` stands for the value of that constant.

use rustc_hash::FxHashMap;
use std::borrow::Cow;

use super::Scope;
use super::declarations::Resolvable;
use crate::diagnostics::{Diagnostic, Fix, codes, suggest};
use crate::name::Name;
use crate::schema::KindId;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Argument, Element, Field, Value, ValueKind};

/// What a name stands for begins with this.
const PREFIX: &str = "constant.";

/// How many values all constants together may put in: far more than any plan, and far less than a
/// few constants that double each other could make.
const MOST_VALUES: usize = 1_000_000;

struct Constants<'a> {
    sources: &'a SourceMap,
    scope: &'a Scope,
    values: FxHashMap<Name, Value>,
    /// The constants that are being filled in: one that comes again is a circle.
    inside: Vec<(Name, Span)>,
    /// Whether the constants themselves are looked at, rather than what uses them.
    own: bool,
    /// Whether the value at hand could not be had.
    failed: bool,
    /// Those that stand for something outside of constants.
    used: Vec<Name>,
    /// How many values may still be put in.
    left: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// Puts values in the place of names of constants; returns the names.
pub fn apply(
    sources: &SourceMap,
    scope: &Scope,
    declarations: &mut [Resolvable<'_>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Name> {
    let values: FxHashMap<Name, Value> = declarations
        .iter()
        .filter(|d| d.kind == KindId::Constant)
        .filter_map(|d| {
            let field = d.fields.iter().find(|f| sources.text(f.name) == "value")?;
            Some((d.name, field.value.clone()))
        })
        .collect();
    let mut constants = Constants {
        sources,
        scope,
        values,
        inside: Vec::new(),
        own: false,
        failed: false,
        used: Vec::new(),
        left: MOST_VALUES,
        diagnostics,
    };
    for declaration in declarations {
        if declaration.kind == KindId::Constant {
            // Filled in where it is used; here only looked at for circles.
            let name = declaration.name;
            if let Some(mut value) = constants.values.get(&name).cloned() {
                constants.own = true;
                constants.inside.push((name, declaration.syntax.head()));
                constants.fill(&mut value);
                constants.inside.pop();
                constants.own = false;
            }
            continue;
        }
        if declaration.fields.iter().any(|f| constants.is_in(&f.value)) {
            let mut fields = declaration.fields.to_vec();
            fields.retain_mut(|field| {
                constants.failed = false;
                constants.fill(&mut field.value);
                // Why the value could not be had was said; what is wrong without it is not.
                declaration.incomplete |= constants.failed;
                !constants.failed
            });
            declaration.fields = Cow::Owned(fields);
        }
    }
    constants.used
}

impl Constants<'_> {
    fn is_in(&self, value: &Value) -> bool {
        let argument = |a: &Argument| self.is_in(&a.value);
        match &value.kind {
            ValueKind::Name => self.sources.text(value.span).starts_with(PREFIX),
            ValueKind::List(elements) => elements.iter().any(|e| self.is_in(&e.value)),
            ValueKind::Record(fields) => fields.iter().any(|f| self.is_in(&f.value)),
            ValueKind::Call { arguments, .. } => arguments.iter().any(argument),
            ValueKind::And(parts) | ValueKind::Or(parts) => parts.iter().any(|p| self.is_in(p)),
            ValueKind::Not(inner) => self.is_in(inner),
            ValueKind::Binary { operands, .. } => {
                self.is_in(&operands.0) || self.is_in(&operands.1)
            }
            _ => false,
        }
    }

    fn fill(&mut self, value: &mut Value) {
        match &mut value.kind {
            ValueKind::Name => {
                if let Some(name) = self.sources.text(value.span).strip_prefix(PREFIX) {
                    match self.value(Name::new(name), value.span) {
                        Some(found) => *value = found,
                        None => self.failed = true,
                    }
                }
            }
            ValueKind::List(elements) => {
                let mut items: Vec<Element> = Vec::with_capacity(elements.len());
                for mut element in elements.drain(..) {
                    let named =
                        matches!(element.value.kind, ValueKind::Name) && self.is_in(&element.value);
                    self.fill(&mut element.value);
                    // A constant that is a list puts its items into the list around its name.
                    match element.value.kind {
                        ValueKind::List(inner) if named => {
                            items.extend(inner.into_iter().map(|item| Element {
                                sign: element.sign,
                                value: item.value,
                            }));
                        }
                        _ => items.push(element),
                    }
                }
                *elements = items;
            }
            ValueKind::Record(fields) => fields
                .iter_mut()
                .for_each(|Field { value, .. }| self.fill(value)),
            ValueKind::Call { arguments, .. } => arguments
                .iter_mut()
                .for_each(|Argument { value, .. }| self.fill(value)),
            ValueKind::And(parts) | ValueKind::Or(parts) => {
                for part in parts {
                    self.fill(part);
                }
            }
            ValueKind::Not(inner) => self.fill(inner),
            ValueKind::Binary { operands, .. } => {
                self.fill(&mut operands.0);
                self.fill(&mut operands.1);
            }
            ValueKind::Text | ValueKind::Date | ValueKind::Number { .. } => {}
        }
    }

    fn value(&mut self, name: Name, span: Span) -> Option<Value> {
        if let Some(first) = self.inside.iter().position(|(known, _)| *known == name) {
            self.circle(first, name, span);
            return None;
        }
        let Some(mut value) = self.values.get(&name).cloned() else {
            // One without a value is a mistake where it is declared.
            if self.scope.find(KindId::Constant, name).is_some() {
                return None;
            }
            let known = self.scope.names(KindId::Constant);
            let help = suggest::help(name.as_str(), "constant", known.clone());
            let meant = suggest::certain(name.as_str(), known);
            let fix = meant.map(|meant| Fix::replace(span, format!("{PREFIX}{meant}")));
            let message = format!("there is no constant `{name}`");
            let diagnostic = Diagnostic::new(codes::UNKNOWN_NAME, span, message)
                .maybe_help(help)
                .maybe_fix(fix);
            self.diagnostics.push(diagnostic);
            return None;
        };
        self.left = self.left.saturating_sub(values_in(&value));
        if self.left == 0 {
            let message = "constants put more than a million values into this plan".to_owned();
            if !self.diagnostics.iter().any(|d| d.message == message) {
                self.diagnostics.push(
                    Diagnostic::new(codes::TOO_DEEP, span, message)
                        .help("constants that name each other many times grow without end"),
                );
            }
            return None;
        }
        if !self.own {
            self.used.push(name);
        }
        self.inside.push((name, span));
        self.fill(&mut value);
        self.inside.pop();
        Some(value)
    }

    /// Reports a circle, once: from the constant in it that is declared first.
    fn circle(&mut self, first: usize, name: Name, span: Span) {
        let mut names: Vec<Name> = self.inside[first..].iter().map(|(n, _)| *n).collect();
        let declared = |name: &Name| {
            self.scope
                .find(KindId::Constant, *name)
                .map_or(u32::MAX, |found| found.index)
        };
        let is_first = names.iter().map(declared).min() == Some(declared(&name));
        if !is_first || first != 0 || !self.own {
            return;
        }
        names.push(name);
        let words: Vec<&str> = names.iter().map(|n| n.as_str()).collect();
        let message = format!("this constant stands for itself: {}", words.join(" → "));
        let mut steps = self.inside[first + 1..].iter().map(|(_, step)| *step);
        let mut diagnostic = Diagnostic::new(codes::CYCLE, steps.next().unwrap_or(span), message);
        for step in steps.chain([span]) {
            diagnostic = diagnostic.label(step, "through this step");
        }
        self.diagnostics
            .push(diagnostic.help("take one of these steps out"));
    }
}

/// How many values a value is made of.
fn values_in(value: &Value) -> usize {
    1 + match &value.kind {
        ValueKind::List(elements) => elements.iter().map(|e| values_in(&e.value)).sum(),
        ValueKind::Record(fields) => fields.iter().map(|f| values_in(&f.value)).sum(),
        ValueKind::Call { arguments, .. } => arguments.iter().map(|a| values_in(&a.value)).sum(),
        ValueKind::And(parts) | ValueKind::Or(parts) => parts.iter().map(values_in).sum(),
        ValueKind::Not(inner) => values_in(inner),
        ValueKind::Binary { operands, .. } => values_in(&operands.0) + values_in(&operands.1),
        _ => 0,
    }
}
