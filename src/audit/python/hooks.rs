//! The hooks in conftests that put markers on tests, or make several tests of one.
//!
//! Understood are `pytest_itemcollected` and `pytest_collection_modifyitems`: their statements are
//! followed for each test, with what is known of it (its file, its id, its markers). Variables of the
//! environment are taken as unset. What depends on anything else is not known, and said to be so.

use std::rc::Rc;

use ruff_text_size::Ranged as _;
use rustc_hash::FxHashMap;

use super::calls::Given;
use super::evaluate::{Interpreter, Item};
use super::module::{Function, Module, What};
use super::modules::{folder, join};
use super::value::{Mark, Value, Why};

/// Markers that only say how a test is run: whether it carries one selects nothing.
const WITHOUT_SELECTION: &[&str] = &[
    "skip",
    "skipif",
    "xfail",
    "usefixtures",
    "filterwarnings",
    "flaky",
    "timeout",
];

/// The hooks of a repository.
#[derive(Debug, Default)]
pub struct Hooks {
    /// The conftests around a folder that have hooks, the innermost first.
    around: FxHashMap<String, Rc<Vec<Rc<Module>>>>,
    /// What hooks do to tests that are alike.
    known: FxHashMap<Key, Marked>,
}

/// What a hook can tell tests apart by.
type Key = (String, Vec<String>);

/// What hooks put on a test, and what they may put there.
type Marked = (Vec<Mark>, Option<Why>);

impl Hooks {
    /// What the hooks around a test put on it; and why more may be put there.
    pub fn mark(&mut self, interpreter: &mut Interpreter<'_, '_>, item: &Item) -> Marked {
        let modules = self.around(interpreter, folder(&item.path));
        if modules.is_empty() {
            return (Vec::new(), None);
        }
        let key = (item.id.clone(), item.markers.clone());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let mut markers = item.markers.clone();
        let mut all: Vec<Mark> = Vec::new();
        let mut unknown = None;
        for name in ["pytest_itemcollected", "pytest_collection_modifyitems"] {
            for module in modules.iter() {
                let Some(function) = function(module, name) else {
                    continue;
                };
                interpreter.item = Some(Item {
                    markers: markers.clone(),
                    ..item.clone()
                });
                interpreter.added.clear();
                interpreter.maybe_added.clear();
                let given = Given {
                    positional: Vec::new(),
                    named: function
                        .parameters
                        .iter()
                        .map(|p| {
                            let value = match p.name().as_str() {
                                "item" => Value::Item,
                                "items" => Value::list(vec![Value::Item]),
                                _ => Value::Something,
                            };
                            (p.name().to_string(), value)
                        })
                        .collect(),
                };
                let span = module.span(function.range);
                let _ = interpreter.run(module, &function, None, given, span);
                let matters = |mark: &Mark, markers: &[String]| {
                    !WITHOUT_SELECTION.contains(&mark.name.as_str())
                        && !markers.contains(&mark.name)
                };
                for mark in std::mem::take(&mut interpreter.added) {
                    markers.push(mark.name.clone());
                    all.push(mark);
                }
                for (mark, condition) in std::mem::take(&mut interpreter.maybe_added) {
                    if matters(&mark, &markers) {
                        let what = if mark.name.is_empty() {
                            "a marker"
                        } else {
                            &mark.name
                        };
                        unknown = Some(Why {
                            span: condition,
                            words: format!("whether a hook puts `{what}` on it depends on this"),
                            marker: Some(mark.name.clone()).filter(|name| !name.is_empty()),
                        });
                    }
                }
                interpreter.item = None;
            }
        }
        let marked = (all, unknown);
        self.known.insert(key, marked.clone());
        marked
    }

    /// The conftests around a folder that put markers on tests.
    fn around(
        &mut self,
        interpreter: &mut Interpreter<'_, '_>,
        place: &str,
    ) -> Rc<Vec<Rc<Module>>> {
        if let Some(known) = self.around.get(place) {
            return Rc::clone(known);
        }
        let mut found = Vec::new();
        for module in conftests(interpreter, place) {
            let has = |name: &str| function(&module, name).is_some();
            if has("pytest_itemcollected") || has("pytest_collection_modifyitems") {
                found.push(module);
            }
        }
        let found = Rc::new(found);
        self.around.insert(place.to_owned(), Rc::clone(&found));
        found
    }
}

/// Whether a `pytest_generate_tests` around a test may make several of it, and whether with
/// markers: it does where it speaks of something that the test asks for.
pub fn makes_tests(
    interpreter: &mut Interpreter<'_, '_>,
    module: &Rc<Module>,
    asks: &[String],
) -> Option<(Why, bool)> {
    let mut modules = conftests(interpreter, folder(&module.path));
    modules.push(Rc::clone(module));
    for module in modules {
        let Some(hook) = function(&module, "pytest_generate_tests") else {
            continue;
        };
        let end = hook
            .body
            .last()
            .map_or(hook.range.end(), |s| s.range().end());
        let range = ruff_text_size::TextRange::new(hook.range.start(), end);
        let text = interpreter.modules.sources.text(module.span(range));
        let spoken = asks.iter().any(|name| {
            text.contains(&format!("\"{name}\"")) || text.contains(&format!("'{name}'"))
        });
        let is_general = !text.contains('"') && !text.contains('\'');
        if spoken || is_general {
            let why = Why {
                span: module.span(hook.range),
                words: "`pytest_generate_tests` makes its tests".to_owned(),
                marker: None,
            };
            return Some((why, text.contains("mark")));
        }
    }
    None
}

/// The conftests around a folder, the innermost first.
fn conftests(interpreter: &mut Interpreter<'_, '_>, place: &str) -> Vec<Rc<Module>> {
    let mut found = Vec::new();
    let mut around = Some(place.to_owned());
    while let Some(place) = around {
        found.extend(interpreter.modules.at(&join(&place, "conftest.py")));
        around = (!place.is_empty()).then(|| folder(&place).to_owned());
    }
    found
}

fn function(module: &Module, name: &str) -> Option<Rc<Function>> {
    match &module.names.map.get(name)?.what {
        What::Function(function) => Some(Rc::clone(function)),
        _ => None,
    }
}
