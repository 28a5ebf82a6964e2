//! A wrong name is one error. Each name that the plans of `tests/holds/` use is misspelt, one at a time;
//! nothing may be found but the misspelling. And it hides nothing: a mistake elsewhere in the plan is
//! found beside it.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::thread;

use ::dtpc::compile::{self, Compilation, Entry, LoadError, Loader};
use ::dtpc::source::{SourceMap, Span};
use ::dtpc::syntax;
use ::dtpc::syntax::ast::{Declaration, Field};
use dtpc::root;

/// The plan as it was changed; what it imports is read.
struct Changed(String);

impl Loader for Changed {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        if path == "changed.dtp" {
            return Ok(self.0.clone());
        }
        fs::read_to_string(folder().join(path)).map_err(|_| LoadError::Missing)
    }
}

fn folder() -> PathBuf {
    root().join("tests/holds")
}

fn compiled(text: String) -> Compilation {
    let entry = Entry {
        file: "changed.dtp".to_owned(),
        folders: Vec::new(),
    };
    compile::compile(&entry, None, &mut Changed(text))
}

/// The plans that hold, with their names.
fn plans() -> Vec<(String, String)> {
    let mut plans: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "dtp"))
        .collect();
    plans.sort();
    assert!(plans.len() > 50, "the plans are gone");
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    plans
        .iter()
        .map(|path| (name(path), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The words outside of strings and comments.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'/' if text[at..].starts_with("//") => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
            }
            b'"' => {
                at += 1;
                while bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b if b.is_ascii_alphabetic() => {
                let end = text[at..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let end = end.map_or(text.len(), |length| at + length);
                words.push(at..end);
                at = end;
            }
            _ => at += 1,
        }
    }
    words
}

/// A text in a plan to be put in the place of another one.
#[derive(Debug)]
struct Slip {
    place: Range<usize>,
    by: &'static str,
    /// The field that it is in.
    field: String,
    /// The kind of the outermost declaration around it.
    kind: String,
    /// Where that stands.
    outer: Range<usize>,
}

/// A name as nobody would misspell another one.
const WRONG_NAME: &str = "qqqqqqqqqqqq";

/// A value that no field takes.
const WRONG_VALUE: &str = "qqqqqqqqqqqq(5)";

/// What no value is.
const WRONG_SYNTAX: &str = "5 % % 5";

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// Names that are declared in this text, or in what it imports, each wrong where it is used; and each
/// value wrong.
fn slips(text: &str) -> Vec<Slip> {
    let mut sources = SourceMap::new();
    let file = |sources: &mut SourceMap, text: &str| {
        let id = sources.add("p.dtp".to_owned(), text.to_owned()).unwrap();
        syntax::parse(sources.file(id), &mut Vec::new())
    };
    let own = file(&mut sources, text);
    let base = fs::read_to_string(root().join("tests/diagnostics/base.dtp")).unwrap();
    let base = file(&mut sources, &base);
    let mut declared: BTreeSet<&str> = BTreeSet::new();
    let mut values: Vec<(&Field, &Declaration)> = Vec::new();
    for outer in own.declarations.iter().chain(&base.declarations) {
        let mut waiting = vec![outer];
        while let Some(declaration) = waiting.pop() {
            declared.extend(declaration.name.map(|name| sources.text(name)));
            values.extend(declaration.fields.iter().map(|field| (field, outer)));
            waiting.extend(&declaration.nested);
        }
    }
    // Where markers or the values of an axis are listed, names are not used, but declared. Only the text
    // itself is changed, not what it imports; nor what stands in parentheses, which are no part of the
    // value.
    values.retain(|(field, _)| {
        let Range { start, end } = range(field.value.span);
        !["markers", "repeats", "selects"].contains(&sources.text(field.name))
            && end <= text.len()
            && !text[..start].trim_end().ends_with('(')
            && !text[end..].trim_start().starts_with(')')
    });
    let slip = |place: Range<usize>, by, (field, outer): &(&Field, &Declaration)| Slip {
        place,
        by,
        field: sources.text(field.name).to_owned(),
        kind: sources.text(outer.kind).to_owned(),
        outer: range(outer.span),
    };
    let mut slips: Vec<Slip> = Vec::new();
    for value in &values {
        let place = range(value.0.value.span);
        slips.push(slip(place.clone(), WRONG_SYNTAX, value));
        slips.push(slip(place.clone(), WRONG_VALUE, value));
        let of_value = words(&text[place.clone()]).into_iter();
        let of_value = of_value.map(|word| place.start + word.start..place.start + word.end);
        let names = of_value.filter(|word| declared.contains(&text[word.clone()]));
        slips.extend(names.map(|word| slip(word, WRONG_NAME, value)));
    }
    slips
}

/// What is wrong whatever else is wrong.
const ELSEWHERE: &str = "
secret qqqq_password { environment: \"qqqq\" }
registry qqqq { host: \"qqqq.example.com\", password: qqqq_password }
";

/// What is found of a plan with a slip besides the slip itself: codes with messages; and whether what
/// is wrong elsewhere is among it.
fn besides(text: &str, slip: &Slip) -> (Vec<String>, bool) {
    let mut changed = text.to_owned();
    changed.replace_range(slip.place.clone(), slip.by);
    let outer = slip.outer.start..slip.outer.end + slip.by.len() - slip.place.len();
    let behind = changed.len();
    let compilation = compiled(changed + ELSEWHERE);
    let mut others = Vec::new();
    let mut is_hidden = true;
    for diagnostic in &compilation.diagnostics {
        let Range { start, end } = range(diagnostic.span.unwrap());
        if (behind..=behind + ELSEWHERE.len()).contains(&start) {
            is_hidden = false;
        } else if start < outer.start || outer.end < end {
            others.push(format!("{} {}", diagnostic.code.code, diagnostic.message));
        }
    }
    (others, is_hidden)
}

/// Of each sort of slip there are many; a few are tried.
const OF_EACH: usize = 4;

#[test]
fn a_slip_is_found_and_nothing_else_and_hides_nothing() {
    let plans = plans();
    let mut of_each: BTreeMap<(String, String, &str), usize> = BTreeMap::new();
    let mut tried: Vec<(&str, &str, Slip)> = Vec::new();
    for (name, text) in &plans {
        for slip in slips(text) {
            let sort = (slip.kind.clone(), slip.field.clone(), slip.by);
            let number = of_each.entry(sort).or_default();
            *number += 1;
            if *number <= OF_EACH {
                tried.push((name, text, slip));
            }
        }
    }
    assert!(tried.len() > 500, "{}", tried.len());
    let wrong = |(name, text, slip): &(&str, &str, Slip)| {
        let (others, is_hidden) = besides(text, slip);
        // What hangs on these is not known.
        let may_hide = ["constant", "plan"].contains(&slip.kind.as_str());
        let is_wrong = !others.is_empty() || is_hidden && !may_hide;
        is_wrong.then(|| format!("{name}: {slip:?}: {others:?}, {is_hidden}\n"))
    };
    let found: String = thread::scope(|scope| {
        let (left, right) = tried.split_at(tried.len() / 2);
        let other = scope.spawn(|| right.iter().filter_map(wrong).collect::<String>());
        left.iter().filter_map(wrong).collect::<String>() + &other.join().unwrap()
    });
    assert!(found.is_empty(), "of {}:\n{found}", tried.len());
}
