//! The tests that one function with parameters makes, and their ids.

use std::fmt::Write as _;
use std::rc::Rc;

use super::super::facts::CaseId;
use super::operators::elements;
use super::value::{Mark, Value, Why};

/// Of one function, more tests than this are not listed one by one.
const MOST: usize = 5_000;

/// One set of values.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// What stands for it in the id.
    pub id: Option<String>,
    /// The markers it brings.
    pub marks: Vec<Rc<Mark>>,
}

/// The sets of values that a list gives.
#[derive(Debug, Clone)]
pub enum Rows {
    /// These.
    All(Vec<Row>),
    /// Only a run tells how many; none carries a marker.
    Uncounted,
    /// Nobody knows.
    Unknown(Rc<Why>),
}

/// The names that `parametrize` gives values to.
pub fn names(mark: &Mark) -> Option<Vec<String>> {
    match given(mark, "argnames", 0)? {
        Value::Text(text) => Some(
            text.split(',')
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .collect(),
        ),
        Value::List(items) => items
            .iter()
            .map(|item| match item {
                Value::Text(text) => Some(text.to_string()),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

fn given<'m>(mark: &'m Mark, name: &str, place: usize) -> Option<&'m Value> {
    let named = mark.named.iter().find(|(n, _)| n == name);
    named
        .map(|(_, value)| value)
        .or_else(|| mark.positional.get(place))
}

/// The sets of values of a `parametrize`.
pub fn of_mark(mark: &Mark) -> Rows {
    let Some(names) = names(mark) else {
        return Rows::Uncounted;
    };
    match given(mark, "argvalues", 1) {
        Some(values) => rows(&names, values, given(mark, "ids", 3)),
        None => Rows::Uncounted,
    }
}

/// The sets of values in a list.
pub fn rows(names: &[String], values: &Value, ids: Option<&Value>) -> Rows {
    let values = match (values, elements(values)) {
        (_, Some(values)) => values,
        (Value::Unknown(why), None) => return Rows::Unknown(Rc::clone(why)),
        (_, None) => return Rows::Uncounted,
    };
    if values.is_empty() {
        let nothing = Row {
            id: Some("NOTSET".to_owned()),
            marks: Vec::new(),
        };
        return Rows::All(vec![nothing]);
    }
    let mut rows = Vec::with_capacity(values.len());
    for (number, value) in values.iter().enumerate() {
        match row(names, value, ids, number) {
            Ok(row) => rows.push(row),
            Err(why) => return Rows::Unknown(why),
        }
    }
    distinguish(&mut rows);
    Rows::All(rows)
}

fn row(
    names: &[String],
    value: &Value,
    ids: Option<&Value>,
    number: usize,
) -> Result<Row, Rc<Why>> {
    let (values, own_id, marks) = match value {
        Value::Param(param) => (
            param.values.clone(),
            param.id.as_ref(),
            marks(&param.marks)?,
        ),
        Value::Unknown(why) => return Err(Rc::clone(why)),
        other if names.len() == 1 => (vec![other.clone()], None, Vec::new()),
        other => (elements(other).unwrap_or_default(), None, Vec::new()),
    };
    let listed = match ids {
        None | Some(Value::None) => None,
        Some(Value::List(ids)) => ids.get(number),
        Some(other) => Some(other),
    };
    let automatic = || {
        let parts: Option<Vec<String>> = names
            .iter()
            .enumerate()
            .map(|(place, name)| match values.get(place) {
                Some(value) => value_id(value, name, number),
                None => None,
            })
            .collect();
        parts.map(|parts| parts.join("-"))
    };
    let id = match (own_id, listed) {
        (Some(Value::Text(id)), _) | (None | Some(Value::None), Some(Value::Text(id))) => {
            Some(escaped(id))
        }
        (None | Some(Value::None), None | Some(Value::None)) => automatic(),
        (
            None | Some(Value::None),
            Some(value @ (Value::Integer(_) | Value::Bool(_) | Value::Float(_))),
        ) => value_id(value, "", number),
        _ => None,
    };
    Ok(Row { id, marks })
}

/// The markers of a `marks=`.
pub fn marks(value: &Value) -> Result<Vec<Rc<Mark>>, Rc<Why>> {
    match value {
        Value::Mark(mark) => Ok(vec![Rc::clone(mark)]),
        Value::List(items) => {
            let mut all = Vec::new();
            for item in items.iter() {
                all.extend(marks(item)?);
            }
            Ok(all)
        }
        Value::Unknown(why) => Err(Rc::clone(why)),
        Value::Something => Err(Rc::new(Why {
            span: crate::source::Span::default(),
            words: "which markers these are only a run tells".to_owned(),
            marker: None,
        })),
        _ => Ok(Vec::new()),
    }
}

/// What pytest writes for a value in an id.
fn value_id(value: &Value, name: &str, number: usize) -> Option<String> {
    Some(match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => float(*value)?,
        Value::Text(text) => escaped(text),
        Value::Class(_, class) => class.name.clone(),
        Value::Function(_, function) => function.name.clone(),
        Value::Object(object) => match &object.member {
            Some(member) => format!("{}.{member}", object.class.1.name),
            None => format!("{name}{number}"),
        },
        Value::List(_) | Value::Dict(_) | Value::Mark(_) | Value::Path(_) => {
            format!("{name}{number}")
        }
        _ => return None,
    })
}

/// A number as Python writes it, in the form without an exponent.
fn float(value: f64) -> Option<String> {
    let size = value.abs();
    let plain = value == 0.0 || (1e-4..1e16).contains(&size);
    plain.then(|| format!("{value:?}"))
}

/// A text as pytest writes it in an id: what is not ASCII, or cannot be seen, escaped.
fn escaped(text: &str) -> String {
    let mut id = String::new();
    for c in text.chars() {
        let code = u32::from(c);
        match c {
            '\n' => id.push_str("\\n"),
            '\t' => id.push_str("\\t"),
            '\r' => id.push_str("\\r"),
            '\\' => id.push_str("\\\\"),
            ' '..='~' => id.push(c),
            _ if code < 0x100 => drop(write!(id, "\\x{code:02x}")),
            _ if code < 0x1_0000 => drop(write!(id, "\\u{code:04x}")),
            _ => drop(write!(id, "\\U{code:08x}")),
        }
    }
    id
}

/// Numbers the ids that several rows have, as pytest does.
fn distinguish(rows: &mut [Row]) {
    let ids: Option<Vec<String>> = rows.iter().map(|row| row.id.clone()).collect();
    let Some(ids) = ids else {
        // With an unknown one among them, which others are numbered is not known.
        let known: Vec<Option<String>> = rows.iter().map(|row| row.id.clone()).collect();
        for row in rows.iter_mut() {
            let times = known.iter().filter(|id| **id == row.id).count();
            if times > 1 {
                row.id = None;
            }
        }
        return;
    };
    let mut taken: std::collections::HashSet<String> = ids.iter().cloned().collect();
    let mut next: rustc_hash::FxHashMap<&str, usize> = rustc_hash::FxHashMap::default();
    for (number, id) in ids.iter().enumerate() {
        if ids.iter().filter(|other| *other == id).count() < 2 {
            continue;
        }
        let joint = if id.ends_with(|c: char| c.is_ascii_digit()) {
            "_"
        } else {
            ""
        };
        let count = next.entry(id).or_default();
        let mut unique = format!("{id}{joint}{count}");
        while taken.contains(&unique) {
            *count += 1;
            unique = format!("{id}{joint}{count}");
        }
        *count += 1;
        taken.insert(unique.clone());
        rows[number].id = Some(unique);
    }
}

/// Every combination of the rows of several lists: the first list changes slowest.
pub fn product(lists: &[Vec<Row>]) -> Option<Vec<(CaseId, Vec<Rc<Mark>>)>> {
    let size = lists
        .iter()
        .try_fold(1_usize, |size, list| size.checked_mul(list.len()))?;
    if size > MOST {
        return None;
    }
    let mut cases = vec![(CaseId::None, Vec::new())];
    for list in lists {
        cases = cases
            .into_iter()
            .flat_map(|(id, marks)| {
                list.iter().map(move |row| {
                    let id = match (&id, &row.id) {
                        (CaseId::None, Some(own)) => CaseId::Known(own.clone()),
                        (CaseId::Known(before), Some(own)) => {
                            CaseId::Known(format!("{before}-{own}"))
                        }
                        _ => CaseId::Unknown,
                    };
                    (id, [marks.as_slice(), &row.marks].concat())
                })
            })
            .collect();
    }
    Some(cases)
}
