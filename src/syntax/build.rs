//! From the parser's pairs to the syntax tree, and from its errors to words.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pair;

use super::ast::{Argument, Declaration, Element, Field, Import, Operator, Sign, Value, ValueKind};
use super::grammar::{Grammar, Rule};
use crate::diagnostics::{Diagnostic, Fix, codes};
use crate::source::{SourceFile, Span};

/// What a run of pieces became.
#[derive(Debug, Default)]
pub struct Built {
    /// Imports in order.
    pub imports: Vec<Import>,
    /// Declarations in order.
    pub declarations: Vec<Declaration>,
    /// What did not parse.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses pieces of a file, one after the other.
pub fn pieces(file: &SourceFile, pieces: &[Span]) -> Built {
    let mut built = Built::default();
    for piece in pieces {
        let start = (piece.start - file.base()) as usize;
        let text = &file.text()[start..start + piece.len() as usize];
        let builder = Builder { base: piece.start };
        match Grammar::parse(Rule::piece, text) {
            Ok(pairs) => {
                for pair in pairs.flat_map(Pair::into_inner) {
                    match pair.as_rule() {
                        Rule::import => built.imports.push(builder.import(pair)),
                        Rule::declaration => built.declarations.push(builder.declaration(pair)),
                        _ => {}
                    }
                }
            }
            Err(error) => built.diagnostics.push(builder.error(text, &error)),
        }
    }
    built
}

struct Builder {
    base: u32,
}

impl Builder {
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

    /// Says what the grammar expected, in the language's words.
    fn error(&self, text: &str, error: &pest::error::Error<Rule>) -> Diagnostic {
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(text.len()),
        };
        let rest = &text[at..];
        let length = match rest.chars().next() {
            None => 0,
            Some(c) if c.is_alphanumeric() || c == '_' => rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len()),
            Some(c) => c.len_utf8(),
        };
        let found = match &rest[..length] {
            "" => "the end".to_owned(),
            "\n" | "\r" => "the end of the line".to_owned(),
            token => format!("`{token}`"),
        };
        let mut expected: Vec<&str> = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } => {
                positives.iter().filter_map(|rule| wording(*rule)).collect()
            }
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        expected.sort_unstable();
        expected.dedup();
        let message = if expected.is_empty() {
            format!("did not expect {found} here")
        } else {
            format!("expected {}, found {found}", expected.join(" or "))
        };
        if let Some(better) = self.usual_mistake(text, at, length) {
            return better;
        }
        let diagnostic = Diagnostic::new(codes::SYNTAX, self.at(at, at + length), message);
        diagnostic
            .maybe_help(usual_help(rest, expected.is_empty()).map(str::to_owned))
            .maybe_fix(self.usual_fix(text, at))
    }

    /// What is plainly meant by what other languages write.
    fn usual_fix(&self, text: &str, at: usize) -> Option<Fix> {
        let (before, rest) = text.split_at(at);
        let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        match rest.chars().next()? {
            _ if rest.starts_with("///") => Some(Fix::replace(self.at(at, at + 3), "//")),
            quote @ ('\'' | '`') => {
                let line = &rest[1..rest.find('\n').unwrap_or(rest.len())];
                let inner = &line[..line.find(quote)?];
                let end = at + inner.len() + 2;
                let plain = !inner.contains(['"', '\\']);
                plain.then(|| Fix::replace(self.at(at, end), format!("\"{inner}\"")))
            }
            '=' if !rest.starts_with("==") => {
                let key = before.trim_end_matches([' ', '\t']);
                key.ends_with(in_word)
                    .then(|| Fix::replace(self.at(key.len(), at + 1), ":"))
            }
            ';' => Some(Fix::replace(self.at(at, at + 1), ",")),
            '-' if before.ends_with(in_word) && rest[1..].starts_with(in_word) => {
                Some(Fix::replace(self.at(at, at + 1), "_"))
            }
            _ => None,
        }
    }

    /// Mistakes that the grammar notices only behind the place where they are.
    fn usual_mistake(&self, text: &str, at: usize, length: usize) -> Option<Diagnostic> {
        let (before, rest) = text.split_at(at);
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let word = before[line_start..].trim_end();
        let named = word.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if rest.starts_with(':') {
            // `/// …` above a field: read as the documentation of a declaration that follows.
            let above = before[..line_start].trim_end();
            let start = above.rfind('\n').map_or(0, |i| i + 1);
            let doc = above[start..].trim_start();
            if doc.starts_with("///") {
                let message = "`///` documents a declaration, and a field follows";
                let span = self.at(above.len() - doc.len(), above.len());
                let slashes = Span::new(span.start, span.start + 3);
                return Some(
                    Diagnostic::new(codes::SYNTAX, span, message)
                        .help("write `//` for a comment")
                        .fix(Fix::replace(slashes, "//")),
                );
            }
        }
        let value_follows = rest.starts_with(|c: char| c.is_ascii_digit() || "\"[".contains(c));
        if named && value_follows {
            let name = word
                .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
                .next()?;
            if !text[..at].contains('{') || name.is_empty() {
                return None;
            }
            let message = format!("expected `:` between `{name}` and its value");
            let end = line_start + word.len();
            // In a list a comma may have been meant.
            let colon = Fix::replace(self.at(end, end), ":")
                .titled(format!("write `{name}:`"))
                .to_be_judged();
            return Some(
                Diagnostic::new(codes::SYNTAX, self.at(at, at + length), message).fix(colon),
            );
        }
        None
    }
}

/// What helps against what is found where something else was expected.
fn usual_help(rest: &str, nothing_expected: bool) -> Option<&'static str> {
    match rest.chars().next()? {
        _ if rest.starts_with("///") => {
            Some("`///` documents a declaration; write `//` for a comment")
        }
        '\'' | '`' => Some("strings stand in double quotes"),
        '=' => Some("a field is `name: value`"),
        ';' => Some("fields are separated by a new line or a comma"),
        '.' if nothing_expected => Some("a date is `2027-01-31`; a number has one point"),
        '-' => Some("in names, words are joined by `_`"),
        c if nothing_expected && (c.is_alphanumeric() || c == '_') => Some(
            "what stands beside each other is separated by a comma or a new line; text stands in double quotes",
        ),
        _ => None,
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

/// What a rule is called in an error; nothing for what need not be named.
fn wording(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::declaration | Rule::kind => "a declaration",
        Rule::import => "an import",
        Rule::name | Rule::pattern => "a name",
        Rule::field | Rule::key => "a field",
        Rule::value
        | Rule::string
        | Rule::date
        | Rule::quantity
        | Rule::list
        | Rule::record
        | Rule::group
        | Rule::call
        | Rule::path
        | Rule::number
        | Rule::element => "a value",
        Rule::entry => "an entry",
        Rule::argument => "an argument",
        _ => return None,
    })
}
