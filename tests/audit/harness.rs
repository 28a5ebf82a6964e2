//! Repositories in memory, made of `tests/audit/base` and what a case changes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ::dtpc::audit::junit::Results;
use ::dtpc::audit::selection::{Selection, roots};
use ::dtpc::audit::{compare, facts::Facts, junit, look};
use ::dtpc::compile::{self, Entry, LoadError, Loader};
use ::dtpc::diagnostics::Diagnostic;
use ::dtpc::init::Tree;
use ::dtpc::jobs::Jobs;
use ::dtpc::schema::values::Date;
use ::dtpc::source::SourceMap;

/// The day on which the cases are judged.
pub const TODAY: &str = "2026-06-01";

/// The plan of the base.
pub const PLAN: &str = "plans/shop.dtp";

/// A repository in memory.
#[derive(Debug, Clone, Default)]
pub struct Repository {
    /// Its files.
    pub texts: BTreeMap<String, String>,
    names: Vec<String>,
}

impl Repository {
    /// The one that every case changes.
    pub fn base() -> Self {
        let mut base = Self::default();
        base.add(&crate::dtpc::root().join("tests/audit/base"), "");
        base
    }

    fn add(&mut self, folder: &Path, below: &str) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{below}{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() {
                self.add(&entry.path(), &format!("{name}/"));
            } else {
                self.write(&name, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }

    /// Writes a file.
    pub fn write(&mut self, path: &str, text: impl Into<String>) {
        self.texts.insert(path.to_owned(), text.into());
        self.names = self.texts.keys().cloned().collect();
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str) {
        assert!(self.texts.remove(path).is_some(), "there is no {path}");
        self.names = self.texts.keys().cloned().collect();
    }

    /// Replaces a text, which must stand there once.
    pub fn replace(&mut self, path: &str, from: &str, to: &str) {
        let text = &self.texts[path];
        assert_eq!(text.matches(from).count(), 1, "{path}: {from:?}\n{text}");
        let text = text.replace(from, to);
        self.write(path, text);
    }

    /// Makes the changes of a case: `=== path` and the text of a file, `=== path: old => new`, or
    /// `=== path gone`.
    pub fn change(&mut self, case: &str) {
        for part in case.split("\n=== ").skip(1) {
            let (head, text) = part.split_once('\n').unwrap_or((part, ""));
            let head = &head.replace('⏎', "\n");
            if let Some((path, change)) = head.split_once(": ") {
                let (from, to) = change.split_once(" => ").expect("old => new");
                self.replace(path, from, to);
            } else if let Some(path) = head.strip_suffix(" gone") {
                self.remove(path);
            } else {
                self.write(head, format!("{}\n", text.trim_end()));
            }
        }
    }

    /// Writes all of it below a folder.
    pub fn lay(&self, folder: &Path) {
        for (path, text) in &self.texts {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    /// What the audit finds.
    pub fn audit(&self) -> Vec<Diagnostic> {
        self.audit_with(|_, _| {})
    }

    /// What the audit finds; what it found them in is shown meanwhile.
    pub fn audit_with(&self, show: impl FnOnce(&Facts, &SourceMap)) -> Vec<Diagnostic> {
        let entry = Entry {
            file: "shop.dtp".to_owned(),
            folders: vec!["plans".to_owned()],
        };
        let today = Some(Date(TODAY.parse().unwrap()));
        let mut compilation = compile::compile(&entry, today, &mut Plans(self));
        let shown =
            ::dtpc::diagnostics::formats::short(&compilation.sources, &compilation.diagnostics);
        let plan = compilation.plan.take().unwrap_or_else(|| panic!("{shown}"));
        let mut sources = compilation.sources;
        let facts = look(self, &mut sources, &roots(&plan));
        let mut results = Results::default();
        for (path, text) in &self.texts {
            if std::path::Path::new(path)
                .extension()
                .is_some_and(|e| e == "xml")
            {
                junit::read(path, text.clone(), &mut sources, &mut results);
            }
        }
        show(&facts, &sources);
        let jobs = Jobs::derive(&plan, &sources);
        let selection = Selection::new(&jobs, &facts, self);
        compare(&jobs, &facts, &selection, self, Some(&results))
    }
}

/// The files of the plan.
struct Plans<'r>(&'r Repository);

impl Loader for Plans<'_> {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        let text = self.0.texts.get(&format!("plans/{path}"));
        text.cloned().ok_or(LoadError::Missing)
    }
}

impl Tree for Repository {
    fn files(&self) -> &[String] {
        &self.names
    }

    fn text(&self, path: &str) -> Option<String> {
        self.texts.get(path).cloned()
    }

    fn git(&self, _name: &str) -> Option<String> {
        None
    }
}

/// The codes of findings, in order.
pub fn codes(found: &[Diagnostic]) -> Vec<&'static str> {
    found.iter().map(|d| d.code.code).collect()
}
