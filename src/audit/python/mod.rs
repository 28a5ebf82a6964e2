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

use std::collections::BTreeSet;

use super::facts::{Facts, Unknown};
use crate::init::Tree;
use crate::source::{SourceMap, Span};
use collect::Collector;
use evaluate::Interpreter;
use modules::Modules;
use value::Value;

/// Looks for tests: where pytest comes to from the root, and below `roots`, the folders and files that
/// the plan names itself.
pub fn look(tree: &dyn Tree, sources: &mut SourceMap, roots: &[String], facts: &mut Facts) {
    let mut modules = Modules::new(tree, sources);
    let settings = Settings::nearest(tree, "");
    let (place, registered) = settings.registered(&mut modules);
    facts.settings = place;
    facts.registered = registered;
    let mut collector = Collector {
        interpreter: Interpreter::new(&mut modules),
        facts,
        fixtures: fixtures::Fixtures::default(),
        hooks: hooks::Hooks::default(),
    };
    let mut near: rustc_hash::FxHashMap<String, Settings> = rustc_hash::FxHashMap::default();
    let mut left_out: BTreeSet<String> = BTreeSet::new();
    for path in tree.files().iter().filter(|path| is_python(path)) {
        if !roots.iter().any(|root| settings.reaches(root, path)) && !settings.reaches("", path) {
            continue;
        }
        let own = near
            .entry(folder(path).to_owned())
            .or_insert_with(|| Settings::nearest(tree, folder(path)));
        let named = roots.iter().any(|root| root == path);
        if !named && !own.is_test_file(path) && !settings.is_test_file(path) {
            continue;
        }
        if is_ignored(&mut collector, path) {
            left_out.insert(path.clone());
            continue;
        }
        match collector.interpreter.modules.at(path) {
            Some(module) => {
                collector.facts.files += 1;
                collector.module(&module, own);
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
