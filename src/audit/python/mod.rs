//! Reads the tests of pytest without running Python.
//!
//! `modules` reads files, `evaluate`, `calls` and `execute` answer what expressions stand for,
//! as far as that is known without a run; `collect` lists tests as pytest collects them. What only
//! a run tells is a [`value::Value::Unknown`] with its reason, and stays one.

mod calls;
mod collect;
mod evaluate;
mod execute;
mod fixtures;
mod hooks;
mod module;
mod modules;
mod operators;
mod params;
mod settings;
pub mod value;

pub use modules::{folder, is_below, is_python, join};
pub use settings::{Settings, globs};

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::facts::{Facts, Unknown};
use crate::init::Tree;
use crate::parallel;
use crate::source::{SourceMap, Span};
use collect::Collector;
use evaluate::Interpreter;
use module::Parsed;
use modules::Modules;
use value::Value;

/// The files that hold tests by their names, and what they and the conftests say.
pub struct Texts {
    /// What pytest is told at the root.
    settings: Settings,
    /// What it is told in the folders that hold tests.
    near: FxHashMap<String, Rc<Settings>>,
    /// The files with tests, in order.
    files: Vec<String>,
    /// What was read ahead, by path.
    parsed: FxHashMap<String, (String, Parsed)>,
}

/// Reads files ahead, on all threads: those where pytest comes to from the root, and below `roots`, the
/// folders and files that the plan names itself.
pub fn texts(tree: &dyn Tree, roots: &[String]) -> Texts {
    let settings = Settings::nearest(tree, "");
    let mut near: FxHashMap<String, Rc<Settings>> = FxHashMap::default();
    let mut files = Vec::new();
    let mut ahead = Vec::new();
    for path in tree.files().iter().filter(|path| is_python(path)) {
        if path.rsplit('/').next() == Some("conftest.py") {
            ahead.push(path.clone());
        }
        if !roots.iter().any(|root| settings.reaches(root, path)) && !settings.reaches("", path) {
            continue;
        }
        let own = near_to(tree, folder(path), &mut near);
        let named = roots.iter().any(|root| root == path);
        if named || own.is_test_file(path) || settings.is_test_file(path) {
            files.push(path.clone());
            ahead.push(path.clone());
        }
    }
    let texts: Vec<(String, String)> = ahead
        .into_iter()
        .filter_map(|path| tree.text(&path).map(|text| (path, text)))
        .collect();
    let parsed = parallel::map(true, &texts, |(_, text)| Parsed::of(text));
    Texts {
        settings,
        near,
        files,
        parsed: texts
            .into_iter()
            .zip(parsed)
            .map(|((path, text), parsed)| (path, (text, parsed)))
            .collect(),
    }
}

/// What pytest is told in a folder. Most are told by one file far above, which is read once.
fn near_to(
    tree: &dyn Tree,
    place: &str,
    known: &mut FxHashMap<String, Rc<Settings>>,
) -> Rc<Settings> {
    if let Some(settings) = known.get(place) {
        return Rc::clone(settings);
    }
    let settings = match Settings::of(tree, place) {
        Some(own) => Rc::new(own),
        None if place.is_empty() => Rc::new(Settings::nearest(tree, "")),
        None => near_to(tree, folder(place), known),
    };
    known.insert(place.to_owned(), Rc::clone(&settings));
    settings
}

/// Looks for tests.
pub fn look(tree: &dyn Tree, sources: &mut SourceMap, texts: Texts, facts: &mut Facts) {
    let mut modules = Modules::new(tree, sources, texts.parsed);
    let (place, registered) = texts.settings.registered(&mut modules);
    facts.settings = place;
    facts.registered = registered;
    let mut collector = Collector {
        interpreter: Interpreter::new(&mut modules),
        facts,
        fixtures: fixtures::Fixtures::default(),
        hooks: hooks::Hooks::default(),
    };
    for path in &texts.files {
        if is_ignored(&mut collector, path) {
            continue;
        }
        match collector.interpreter.modules.at(path) {
            Some(module) => {
                collector.facts.files += 1;
                let own = texts.near.get(folder(path));
                collector.module(&module, own.map_or(&texts.settings, |own| own));
            }
            None => collector.facts.unknown.push(Unknown {
                span: Span::default(),
                words: format!("{path} is no text that can be read"),
            }),
        }
    }
}

/// Whether a conftest around a file says that it is passed over.
fn is_ignored(collector: &mut Collector<'_, '_, '_>, path: &str) -> bool {
    let mut around = Some(folder(path).to_owned());
    while let Some(place) = around {
        if let Some(conftest) = collector
            .interpreter
            .modules
            .at(&join(&place, "conftest.py"))
        {
            let below = path.strip_prefix(&format!("{place}/")).unwrap_or(path);
            let listed = |name: &str, collector: &mut Collector<'_, '_, '_>| match collector
                .interpreter
                .of_module(&conftest, name)
            {
                Some(Value::List(items)) => items
                    .iter()
                    .filter_map(|item| match item {
                        Value::Text(text) => Some(text.to_string()),
                        _ => None,
                    })
                    .collect(),
                _ => Vec::new(),
            };
            let files = listed("collect_ignore", collector);
            let patterns = globs(&listed("collect_ignore_glob", collector));
            if files
                .iter()
                .any(|file| file == below || below.starts_with(&format!("{file}/")))
                || patterns.iter().any(|glob| glob.is_match(below))
            {
                return true;
            }
        }
        around = (!place.is_empty()).then(|| folder(&place).to_owned());
    }
    false
}
