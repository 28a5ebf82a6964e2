//! Values: operators by how closely they join, and what they join.

use super::Parser;
use crate::source::Span;
use crate::syntax::ast::{Argument, Element, Field, Operator, Sign, Value, ValueKind};

/// How many operands `per`, `of`, `at` and `since` may join in a row, beyond the first.
const MOST_INFIXES: usize = 8;

impl Parser<'_> {
    /// Operands of `and` and `or`, of which `and` joins more closely.
    pub(super) fn value(&mut self) -> Option<Value> {
        let mut last = self.operation()?;
        let (mut all, mut any) = (Vec::new(), Vec::new());
        loop {
            let end = self.at;
            self.gap();
            let (length, or) = match self.word_of(b"ao") {
                b"and" => (3, false),
                b"or" => (2, true),
                _ => {
                    self.at = end;
                    break;
                }
            };
            self.at += length;
            self.gap();
            // `or: …` on the next line is a field of that name.
            let Some(next) = self.operation() else {
                self.at = end;
                break;
            };
            all.push(std::mem::replace(&mut last, next));
            if or {
                any.extend(joined(std::mem::take(&mut all), ValueKind::And));
            }
        }
        if all.is_empty() && any.is_empty() {
            return Some(last);
        }
        all.push(last);
        any.extend(joined(all, ValueKind::And));
        joined(any, ValueKind::Or)
    }

    /// `not` any number of times, and what it denies.
    fn operation(&mut self) -> Option<Value> {
        let mut negated = None;
        while self.word_of(b"n") == b"not" {
            let start = self.at;
            self.at += b"not".len();
            negated = match negated {
                Some(_) => None,
                None => Some(self.since(start)),
            };
            self.gap();
        }
        let value = self.comparison()?;
        Some(match negated {
            Some(not) => Value {
                span: not.to(value.span),
                kind: ValueKind::Not(Box::new(value)),
            },
            None => value,
        })
    }

    fn comparison(&mut self) -> Option<Value> {
        let left = self.phrase()?;
        let end = self.at;
        self.blank();
        if let Some(operator) = self.compare() {
            self.gap();
            if let Some(right) = self.phrase() {
                return Some(binary(left, operator, right));
            }
        }
        self.at = end;
        Some(left)
    }

    fn compare(&mut self) -> Option<Operator> {
        let equal = self.bytes.get(self.at + 1) == Some(&b'=');
        let (length, operator) = match (self.peek()?, equal) {
            (b'<', true) => (2, Operator::LessEqual),
            (b'>', true) => (2, Operator::GreaterEqual),
            (b'=', true) => (2, Operator::Equal),
            (b'!', true) => (2, Operator::NotEqual),
            (b'<', false) => (1, Operator::Less),
            (b'>', false) => (1, Operator::Greater),
            _ => return None,
        };
        self.at += length;
        Some(operator)
    }

    /// `1s per suite`: words join from the left.
    fn phrase(&mut self) -> Option<Value> {
        let mut left = self.primary()?;
        for _ in 0..MOST_INFIXES {
            let end = self.at;
            self.blank();
            let word = self.word_of(b"poas");
            let operator = match word {
                b"per" => Operator::Per,
                b"of" => Operator::Of,
                b"at" => Operator::At,
                b"since" => Operator::Since,
                _ => {
                    self.at = end;
                    break;
                }
            };
            self.at += word.len();
            self.blank();
            let Some(right) = self.primary() else {
                self.at = end;
                break;
            };
            left = binary(left, operator, right);
        }
        Some(left)
    }

    fn primary(&mut self) -> Option<Value> {
        let start = self.at;
        let kind = match self.peek()? {
            b'"' => {
                self.string()?;
                ValueKind::Text
            }
            b'0'..=b'9' if self.date() => ValueKind::Date,
            b'0'..=b'9' | b'-' => self.quantity()?,
            b'[' => ValueKind::List(self.list()?),
            b'{' => ValueKind::Record(self.record()?),
            b'(' => {
                self.at += 1;
                self.gap();
                let value = self.value()?;
                self.gap();
                return self.mark(b')').then_some(value);
            }
            _ => self.named_value()?,
        };
        Some(Value {
            span: self.since(start),
            kind,
        })
    }

    /// `2027-01-01`
    fn date(&mut self) -> bool {
        let digits = |range: std::ops::Range<usize>| {
            let part = self.bytes.get(self.at + range.start..self.at + range.end);
            part.is_some_and(|part| part.iter().all(u8::is_ascii_digit))
        };
        let dash = |offset: usize| self.bytes.get(self.at + offset) == Some(&b'-');
        let ends = || {
            let behind = self.bytes.get(self.at + 10);
            !behind.is_some_and(u8::is_ascii_alphanumeric)
        };
        let here = digits(0..4) && dash(4) && digits(5..7) && dash(7) && digits(8..10) && ends();
        self.at += if here { 10 } else { 0 };
        here
    }

    /// `30min`, `4 USD/h`, `-1.5`
    fn quantity(&mut self) -> Option<ValueKind> {
        let start = self.at;
        self.mark(b'-');
        self.digits().then_some(())?;
        let end = self.at;
        if !(self.mark(b'.') && self.digits()) {
            self.at = end;
        }
        let number = self.since(start);
        let end = self.at;
        let unit = self.unit().or_else(|| {
            self.mark(b' ').then_some(())?;
            let joins = matches!(
                self.word(),
                b"and" | b"or" | b"not" | b"per" | b"of" | b"at" | b"since"
            );
            (!joins).then(|| self.unit())?
        });
        if unit.is_none() {
            self.at = end;
        }
        Some(ValueKind::Number { number, unit })
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at > start
    }

    /// `%`, `min`, `USD/h`
    fn unit(&mut self) -> Option<Span> {
        let start = self.at;
        if self.mark(b'%') {
            return Some(self.since(start));
        }
        self.letters().then_some(())?;
        let end = self.at;
        if !(self.mark(b'/') && self.letters()) {
            self.at = end;
        }
        Some(self.since(start))
    }

    fn letters(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
            self.at += 1;
        }
        self.at > start
    }

    /// Elements behind `[`, each with a sign where the list edits another.
    fn list(&mut self) -> Option<Vec<Element>> {
        self.at += 1;
        let mut elements = Vec::new();
        let mut more = self.first(b']')?;
        while more {
            let number = self.bytes.get(self.at + 1).is_some_and(u8::is_ascii_digit);
            let sign = match self.peek()? {
                b'+' => Some(Sign::Add),
                b'-' if !number => Some(Sign::Remove),
                _ => None,
            };
            if sign.is_some() {
                self.at += 1;
                self.blank();
            }
            let value = self.value()?;
            elements.push(Element { sign, value });
            more = self.next(b']')?;
        }
        Some(elements)
    }

    /// Entries behind `{`.
    fn record(&mut self) -> Option<Vec<Field>> {
        self.at += 1;
        let mut entries = Vec::new();
        let mut more = self.first(b'}')?;
        while more {
            let name = match self.peek()? {
                b'"' => self.string()?,
                _ => self.identifier()?,
            };
            self.blank();
            self.mark(b':').then_some(())?;
            self.gap();
            let value = self.value()?;
            entries.push(Field { name, value });
            more = self.next(b'}')?;
        }
        Some(entries)
    }

    /// A name, or a call of one.
    fn named_value(&mut self) -> Option<ValueKind> {
        let start = self.at;
        if matches!(self.word_of(b"aon"), b"and" | b"or" | b"not") {
            return None;
        }
        self.identifier()?;
        let each = &self.bytes[start..self.at] == b"each";
        let word = self.since(start);
        while let Some(b'.' | b'/') = self.peek() {
            let end = self.at;
            self.at += 1;
            if self.identifier().is_none() {
                self.at = end;
                break;
            }
        }
        let callee = self.since(start);
        let end = self.at;
        if self.mark(b'(') {
            if let Some(arguments) = self.arguments() {
                return Some(ValueKind::Call { callee, arguments });
            }
            self.at = end;
        }
        if each && let Some(argument) = self.each(word) {
            return Some(argument);
        }
        self.at = end;
        Some(ValueKind::Name)
    }

    /// `each [a, b]` is a call without parentheses.
    fn each(&mut self, callee: Span) -> Option<ValueKind> {
        self.at = (callee.end - self.base) as usize;
        self.blank();
        let start = self.at;
        if self.peek() != Some(b'[') {
            return None;
        }
        let list = self.list()?;
        let value = Value {
            span: self.since(start),
            kind: ValueKind::List(list),
        };
        let arguments = vec![Argument { name: None, value }];
        Some(ValueKind::Call { callee, arguments })
    }
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
