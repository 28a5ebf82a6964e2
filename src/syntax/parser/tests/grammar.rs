//! What the grammar makes of a text: its pairs, turned into the tree as simply as can be.

use pest::Parser as _;
use pest::iterators::Pair;

use super::super::Parsed;
use crate::source::Span;
use crate::syntax::ast::{
    Argument, Declaration, Element, Field, Import, Operator, Sign, Value, ValueKind,
};
use crate::syntax::grammar::{Grammar, Rule};

/// Parses a piece with the grammar.
pub fn parse(text: &str, base: u32) -> Option<Parsed> {
    let builder = Builder { base };
    let mut pairs = Grammar::parse(Rule::piece, text)
        .ok()?
        .flat_map(Pair::into_inner);
    pairs.find_map(|pair| match pair.as_rule() {
        Rule::import => Some(Parsed::Import(builder.import(pair))),
        Rule::declaration => Some(Parsed::Declaration(builder.declaration(pair))),
        _ => None,
    })
}

struct Builder {
    base: u32,
}

impl Builder {
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let at = |offset: usize| self.base + u32::try_from(offset).unwrap();
        Span::new(at(pair.as_span().start()), at(pair.as_span().end()))
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
            damaged: false,
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
