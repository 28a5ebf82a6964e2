//! From the parser's pairs to the syntax tree, as far as there are any.

use pest::Parser;
use pest::error::InputLocation;
use pest::iterators::Pair;

use super::ast::{Argument, Declaration, Element, Field, Import, Operator, Sign, Value, ValueKind};
use super::grammar::{Grammar, Rule};
use super::mistakes::explain;
use super::outline::Outline;
use super::split::Piece;
use crate::diagnostics::Diagnostic;
use crate::source::{SourceFile, Span};

/// How many mistakes are looked for in one declaration.
const MOST_MISTAKES: usize = 16;

/// How many bytes are parsed once more to find them: a declaration of many megabytes is not parsed
/// sixteen times.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What a run of pieces became.
#[derive(Debug, Default)]
pub struct Built {
    /// Imports in order.
    pub imports: Vec<Import>,
    /// Declarations in order.
    pub declarations: Vec<Declaration>,
    /// The texts that were not read.
    pub unread: Vec<Span>,
    /// What did not parse.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses pieces of a file, one after the other.
pub fn pieces(file: &SourceFile, pieces: &[Piece]) -> Built {
    let mut built = Built::default();
    for Piece { span, spoilt } in pieces {
        let start = (span.start - file.base()) as usize;
        let text = &file.text()[start..start + span.len() as usize];
        let mut builder = Builder {
            base: span.start,
            damage: Vec::new(),
        };
        if spoilt.is_empty() && builder.parse(text, &mut built).is_ok() {
            continue;
        }
        builder.salvage(text, spoilt, &mut built);
        let damage = builder.damage.iter();
        built
            .unread
            .extend(damage.map(|&(start, end)| builder.at(start, end)));
    }
    built
}

struct Builder {
    base: u32,
    /// The parts of the text that are not read, since there is a mistake in them.
    damage: Vec<(usize, usize)>,
}

impl Builder {
    /// Parses a text and keeps what it says; fails with the place where nothing fits any more.
    fn parse(&self, text: &str, built: &mut Built) -> Result<(), usize> {
        let pairs = Grammar::parse(Rule::piece, text).map_err(|error| {
            let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
            at.min(text.len())
        })?;
        for pair in pairs.flat_map(Pair::into_inner) {
            match pair.as_rule() {
                Rule::import => built.imports.push(self.import(pair)),
                Rule::declaration => built.declarations.push(self.declaration(pair)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads what can be read of a text with mistakes: the items in which they are, are left out. Those
    /// at `spoilt` were reported; each that comes to light is.
    fn salvage(&mut self, text: &str, spoilt: &[Span], built: &mut Built) {
        let mut left = text.to_owned();
        for span in spoilt {
            // Words without quotes may begin before the declaration that they run into.
            let mut at = span.start.saturating_sub(self.base);
            let end = span.end.saturating_sub(self.base);
            // A mistake may reach over what looks like several items.
            loop {
                if !self.leave_out(&mut left, at as usize) {
                    self.damage = vec![(0, text.len())];
                    return;
                }
                let behind = self.damage.last().map_or(end, |(_, to)| to_u32(*to));
                if behind >= end || behind <= at {
                    break;
                }
                at = behind;
            }
        }
        let tries = (MOST_BYTES / text.len().max(1)).clamp(1, MOST_MISTAKES);
        for _ in 0..tries {
            let Err(at) = self.parse(&left, built) else {
                return;
            };
            // What is left out cannot be wrong; if it is, something else is.
            let new = !self
                .damage
                .iter()
                .any(|&(from, to)| (from..to).contains(&at));
            if new || self.damage.is_empty() {
                built.diagnostics.push(explain(&left, at, self.base));
            }
            if !new || !self.leave_out(&mut left, at) {
                break;
            }
        }
        self.damage = vec![(0, text.len())];
    }

    /// Puts spaces in the place of the item around `at`; false where it is in none.
    fn leave_out(&mut self, text: &mut String, at: usize) -> bool {
        if self
            .damage
            .iter()
            .any(|&(from, to)| (from..to).contains(&at))
        {
            return true;
        }
        let Some((mut start, end)) = Outline::of(text).item_around(at) else {
            return false;
        };
        // What is written about the item goes with it.
        while let Some(above) = text[..start]
            .trim_end_matches([' ', '\t'])
            .strip_suffix('\n')
            && let line = above.rfind('\n').map_or(0, |i| i + 1)
            && above[line..].trim_start().starts_with("///")
        {
            start = line;
        }
        let blank: String = text[start..end]
            .bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
            .collect();
        text.replace_range(start..end, &blank);
        self.damage.push((start, end));
        true
    }

    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        self.at(span.start(), span.end())
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a source map holds less than 4 GiB"
    )]
    fn at(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start as u32, self.base + end as u32)
    }

    fn import(&self, pair: Pair<'_, Rule>) -> Import {
        let whole = self.span(&pair);
        let path = pair.into_inner().next().map_or(whole, |p| self.span(&p));
        Import { path, target: None }
    }

    fn declaration(&self, pair: Pair<'_, Rule>) -> Declaration {
        let mut span = self.span(&pair);
        let mut declaration = Declaration {
            span,
            kind: span,
            name: None,
            pattern: Vec::new(),
            docs: Vec::new(),
            fields: Vec::new(),
            nested: Vec::new(),
            damaged: self.damage.iter().any(|&(start, end)| {
                span.start <= self.at(start, end).start && self.at(start, end).end <= span.end
            }),
        };
        for inner in pair.into_inner() {
            let at = self.span(&inner);
            match inner.as_rule() {
                Rule::doc => declaration.docs.push(Span::new(at.start + 3, at.end)),
                Rule::kind => {
                    declaration.kind = at;
                    span.start = at.start;
                    declaration.span = span;
                }
                Rule::name => declaration.name = Some(at),
                Rule::pattern => {
                    declaration.pattern = inner.into_inner().map(|a| self.argument(a)).collect();
                }
                Rule::field => declaration.fields.extend(self.field(inner)),
                Rule::declaration => declaration.nested.push(self.declaration(inner)),
                _ => {}
            }
        }
        declaration
    }

    /// A field or a record's entry: a key and a value.
    fn field(&self, pair: Pair<'_, Rule>) -> Option<Field> {
        let mut inner = pair.into_inner();
        let name = self.span(&inner.next()?);
        Some(Field {
            name,
            value: self.value(inner.next()?),
        })
    }

    fn argument(&self, pair: Pair<'_, Rule>) -> Argument {
        let whole = self.span(&pair);
        let mut name = None;
        let mut value = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::key => name = Some(self.span(&inner)),
                _ => value = Some(self.value(inner)),
            }
        }
        // The grammar always gives a value; the name alone stands in should it ever not.
        let value = value.unwrap_or(Value {
            span: whole,
            kind: ValueKind::Name,
        });
        Argument { name, value }
    }

    fn element(&self, pair: Pair<'_, Rule>) -> Option<Element> {
        let mut sign = None;
        let mut value = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::sign if inner.as_str() == "+" => sign = Some(Sign::Add),
                Rule::sign => sign = Some(Sign::Remove),
                _ => value = Some(self.value(inner)),
            }
        }
        value.map(|value| Element { sign, value })
    }

    /// Gives the flat row of operands and operators its precedence: `not`, then the infix words,
    /// then comparisons, then `and`, then `or`.
    fn value(&self, pair: Pair<'_, Rule>) -> Value {
        let whole = self.span(&pair);
        let mut any = Vec::new();
        let mut all = Vec::new();
        let mut compared: Option<(Value, Operator)> = None;
        let mut infix: Option<(Value, Operator)> = None;
        let mut negated: Option<Span> = None;
        let mut current: Option<Value> = None;
        for inner in pair.into_inner() {
            let at = self.span(&inner);
            match inner.as_rule() {
                Rule::not => negated = if negated.is_some() { None } else { Some(at) },
                Rule::infix => {
                    infix = current.take().map(|left| (left, operator(inner.as_str())));
                }
                Rule::compare => {
                    compared = current.take().map(|left| (left, operator(inner.as_str())));
                }
                Rule::and => all.extend(finish(&mut current, &mut compared, &mut negated)),
                Rule::or => {
                    all.extend(finish(&mut current, &mut compared, &mut negated));
                    any.extend(joined(std::mem::take(&mut all), ValueKind::And));
                }
                _ => {
                    let right = self.primary(inner);
                    current = Some(match infix.take() {
                        Some((left, operator)) => binary(left, operator, right),
                        None => right,
                    });
                }
            }
        }
        all.extend(finish(&mut current, &mut compared, &mut negated));
        any.extend(joined(all, ValueKind::And));
        joined(any, ValueKind::Or).unwrap_or(Value {
            span: whole,
            kind: ValueKind::Name,
        })
    }

    fn primary(&self, pair: Pair<'_, Rule>) -> Value {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::string => ValueKind::Text,
            Rule::date => ValueKind::Date,
            Rule::quantity => {
                let mut inner = pair.into_inner();
                let number = inner.next().map_or(span, |p| self.span(&p));
                ValueKind::Number {
                    number,
                    unit: inner.next().map(|p| self.span(&p)),
                }
            }
            Rule::list => {
                ValueKind::List(pair.into_inner().filter_map(|e| self.element(e)).collect())
            }
            Rule::record => {
                ValueKind::Record(pair.into_inner().filter_map(|e| self.field(e)).collect())
            }
            Rule::group => {
                return pair.into_inner().next().map_or(
                    Value {
                        span,
                        kind: ValueKind::Name,
                    },
                    |inner| self.value(inner),
                );
            }
            Rule::call => {
                let mut inner = pair.into_inner();
                let callee = inner.next().map_or(span, |p| self.span(&p));
                ValueKind::Call {
                    callee,
                    arguments: inner.map(|a| self.argument(a)).collect(),
                }
            }
            // `each [a, b]` is a call without parentheses.
            Rule::each => {
                let mut inner = pair.into_inner();
                let callee = inner.next().map_or(span, |p| self.span(&p));
                let argument = |p| Argument {
                    name: None,
                    value: self.primary(p),
                };
                ValueKind::Call {
                    callee,
                    arguments: inner.map(argument).collect(),
                }
            }
            _ => ValueKind::Name,
        };
        Value { span, kind }
    }
}

/// Ends one operand of `and`: puts its comparison and its `not` around it.
fn finish(
    current: &mut Option<Value>,
    compared: &mut Option<(Value, Operator)>,
    negated: &mut Option<Span>,
) -> Option<Value> {
    let mut value = current.take()?;
    if let Some((left, operator)) = compared.take() {
        value = binary(left, operator, value);
    }
    if let Some(not) = negated.take() {
        value = Value {
            span: not.to(value.span),
            kind: ValueKind::Not(Box::new(value)),
        };
    }
    Some(value)
}

/// One value as it is; several as one.
fn joined(mut values: Vec<Value>, kind: fn(Vec<Value>) -> ValueKind) -> Option<Value> {
    if values.len() < 2 {
        return values.pop();
    }
    let span = values[0].span.to(values[values.len() - 1].span);
    Some(Value {
        span,
        kind: kind(values),
    })
}

fn binary(left: Value, operator: Operator, right: Value) -> Value {
    let span = left.span.to(right.span);
    Value {
        span,
        kind: ValueKind::Binary {
            operator,
            operands: Box::new((left, right)),
        },
    }
}

fn operator(text: &str) -> Operator {
    match text {
        "per" => Operator::Per,
        "of" => Operator::Of,
        "at" => Operator::At,
        "since" => Operator::Since,
        "<" => Operator::Less,
        "<=" => Operator::LessEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterEqual,
        "==" => Operator::Equal,
        _ => Operator::NotEqual,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a source map holds less than 4 GiB"
)]
fn to_u32(offset: usize) -> u32 {
    offset as u32
}
