//! What operators make of values.

use std::rc::Rc;

use ruff_python_ast::{CmpOp, Expr, Operator};

use super::evaluate::Scope;
use super::value::Value;
use crate::source::Span;

/// The items of a value that can be gone through.
pub fn elements(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::List(items) => Some((**items).clone()),
        Value::Dict(items) => Some(items.iter().map(|(key, _)| key.clone()).collect()),
        Value::Text(text) => Some(text.chars().map(|c| Value::text(c.to_string())).collect()),
        _ => None,
    }
}

/// Binds the names of a target to the parts of a value.
pub fn bind(target: &Expr, value: Value, scope: &mut Scope<'_>) {
    match target {
        Expr::Name(name) => scope.locals.push((name.id.to_string(), value)),
        Expr::Tuple(tuple) => bind_all(&tuple.elts, &value, scope),
        Expr::List(list) => bind_all(&list.elts, &value, scope),
        _ => {}
    }
}

fn bind_all(targets: &[Expr], value: &Value, scope: &mut Scope<'_>) {
    let parts = elements(value).filter(|parts| parts.len() == targets.len());
    for (number, target) in targets.iter().enumerate() {
        let part = match (&parts, value) {
            (Some(parts), _) => parts[number].clone(),
            (None, Value::Unknown(_)) => value.clone(),
            (None, _) => Value::Something,
        };
        bind(target, part, scope);
    }
}

/// What a library makes of values: it knows nothing of markers, but may hand on those it is given.
pub fn library_result(given: &[Value], span: Span) -> Value {
    for value in given {
        match value.hides_marks() {
            super::value::Hides::Nothing => {}
            super::value::Hides::Unknown(why) => return Value::Unknown(why),
            super::value::Hides::Some => {
                return Value::unknown(span, "which markers come out of this only a run tells");
            }
        }
    }
    Value::Something
}

/// Puts a value at a key.
pub fn put(entries: &mut Vec<(Value, Value)>, key: Value, value: Value) {
    match entries
        .iter_mut()
        .find(|(k, _)| k.equals(&key) == Some(true))
    {
        Some((_, known)) => *known = value,
        None => entries.push((key, value)),
    }
}

pub fn element(of: &Value, key: &Value, span: Span) -> Value {
    match (of, key) {
        (Value::List(items), Value::Integer(number)) => {
            let length = i128::try_from(items.len()).unwrap_or(i128::MAX);
            let at = if *number < 0 {
                length + number
            } else {
                *number
            };
            let item = usize::try_from(at).ok().and_then(|at| items.get(at));
            item.cloned()
                .unwrap_or_else(|| Value::unknown(span, "there is no such item"))
        }
        (Value::Dict(items), key) => {
            let found = items.iter().find(|(k, _)| k.equals(key) == Some(true));
            let known = found.map(|(_, value)| value.clone());
            known.unwrap_or_else(|| library_result(std::slice::from_ref(of), span))
        }
        (Value::Library(name), _) if &**name == "os.environ" => {
            Value::unknown(span, "it depends on the environment of the run")
        }
        _ => library_result(std::slice::from_ref(of), span),
    }
}

/// `a + b` and the like.
pub fn combined(op: Operator, left: Value, right: Value, span: Span) -> Value {
    match (op, &left, &right) {
        (Operator::Add, Value::List(a), Value::List(b)) => {
            Value::list(a.iter().chain(b.iter()).cloned().collect())
        }
        (Operator::Add, Value::Text(a), Value::Text(b)) => Value::text(format!("{a}{b}")),
        (Operator::Add, Value::Integer(a), Value::Integer(b)) => {
            a.checked_add(*b).map_or(Value::Something, Value::Integer)
        }
        (Operator::Sub, Value::Integer(a), Value::Integer(b)) => {
            a.checked_sub(*b).map_or(Value::Something, Value::Integer)
        }
        (Operator::Mult, Value::Integer(a), Value::Integer(b)) => {
            a.checked_mul(*b).map_or(Value::Something, Value::Integer)
        }
        (Operator::BitOr, Value::Dict(a), Value::Dict(b)) => {
            let mut all = (**a).clone();
            for (key, value) in b.iter() {
                put(&mut all, key.clone(), value.clone());
            }
            Value::Dict(Rc::new(all))
        }
        (Operator::Div, Value::Path(path), Value::Text(name)) => {
            Value::Path(super::modules::join(path, name).into())
        }
        _ => library_result(&[left, right], span),
    }
}

pub fn compared(op: CmpOp, left: &Value, right: &Value) -> Option<bool> {
    match op {
        CmpOp::Eq => left.equals(right),
        CmpOp::NotEq => left.equals(right).map(|e| !e),
        CmpOp::Is | CmpOp::IsNot => {
            let same = match (left, right) {
                (Value::None, Value::None) => true,
                (Value::None, other) | (other, Value::None) => match other {
                    Value::Something | Value::Library(_) | Value::Unknown(_) => return None,
                    _ => false,
                },
                (Value::Bool(a), Value::Bool(b)) => a == b,
                _ => return None,
            };
            Some(same == (op == CmpOp::Is))
        }
        CmpOp::In | CmpOp::NotIn => {
            let inside = match (left, right) {
                (Value::Text(part), Value::Text(whole)) => whole.contains(&**part),
                (item, whole) => {
                    let mut open = false;
                    let mut found = false;
                    for other in elements(whole)? {
                        match item.equals(&other) {
                            Some(true) => found = true,
                            Some(false) => {}
                            None => open = true,
                        }
                    }
                    if open && !found {
                        return None;
                    }
                    found
                }
            };
            Some(inside == (op == CmpOp::In))
        }
        CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => match (left, right) {
            (Value::Integer(a), Value::Integer(b)) => Some(match op {
                CmpOp::Lt => a < b,
                CmpOp::LtE => a <= b,
                CmpOp::Gt => a > b,
                _ => a >= b,
            }),
            _ => None,
        },
    }
}
