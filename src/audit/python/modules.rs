//! The modules of a repository: each is read once, when it is first asked for.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::module::{Import, Module, Parsed};
use super::value::Value;
use crate::init::Tree;
use crate::source::SourceMap;

/// The modules of a repository.
pub struct Modules<'t> {
    /// The repository.
    pub tree: &'t dyn Tree,
    /// The texts that were read, for those who show places in them.
    pub sources: &'t mut SourceMap,
    read: FxHashMap<String, Option<Rc<Module>>>,
    /// What was read ahead and not asked for yet, by path: the text, and what the parser made of it.
    ahead: FxHashMap<String, (String, Parsed)>,
    /// For the name of each file of Python, the paths of those called so.
    by_name: FxHashMap<String, Vec<String>>,
    /// Where imports led, by the folder they stand in.
    found: FxHashMap<(String, String), Option<String>>,
    /// What names of modules stand for.
    pub(super) values: FxHashMap<(u32, String), Option<Value>>,
}

impl<'t> Modules<'t> {
    /// Those of a repository; some may have been read ahead.
    pub fn new(
        tree: &'t dyn Tree,
        sources: &'t mut SourceMap,
        ahead: FxHashMap<String, (String, Parsed)>,
    ) -> Self {
        let mut by_name: FxHashMap<String, Vec<String>> = FxHashMap::default();
        for path in tree.files().iter().filter(|path| is_python(path)) {
            let parts: Vec<&str> = path.rsplitn(3, '/').collect();
            let name = match parts.as_slice() {
                ["__init__.py", package, ..] => *package,
                [name, ..] => name.trim_end_matches(".py"),
                [] => continue,
            };
            let paths = by_name.entry(name.to_owned()).or_default();
            paths.push(path.clone());
        }
        Self {
            tree,
            sources,
            read: FxHashMap::default(),
            ahead,
            by_name,
            found: FxHashMap::default(),
            values: FxHashMap::default(),
        }
    }

    /// The module in a file; nothing where there is none that can be read.
    pub fn at(&mut self, path: &str) -> Option<Rc<Module>> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let module = self.read_file(path);
        self.read.insert(path.to_owned(), module.clone());
        module
    }

    fn read_file(&mut self, path: &str) -> Option<Rc<Module>> {
        if !self.tree.has(path) {
            return None;
        }
        let (text, parsed) = if let Some(read) = self.ahead.remove(path) {
            read
        } else {
            let text = self.tree.text(path)?;
            let parsed = Parsed::of(&text);
            (text, parsed)
        };
        let id = self.sources.add(path.to_owned(), text).ok()?;
        let base = self.sources.file(id).base();
        Some(Rc::new(Module::of(path, base, parsed)))
    }

    /// The module that an import in another one names; nothing where it is not of the repository.
    pub fn imported(&mut self, from: &Module, import: &Import) -> Option<Rc<Module>> {
        let folder = folder(&from.path).to_owned();
        let key = (
            folder,
            format!("{}{}", ".".repeat(import.level as usize), import.module),
        );
        let path = if let Some(known) = self.found.get(&key) {
            known.clone()
        } else {
            let path = self.find(&key.0, import);
            self.found.insert(key, path.clone());
            path
        };
        self.at(&path?)
    }

    /// The module `name` in the package that a module is.
    pub fn inside(&mut self, package: &Module, name: &str) -> Option<Rc<Module>> {
        let folder = package.path.strip_suffix("__init__.py")?;
        let path = self.file_of(&format!("{folder}{name}"))?;
        self.at(&path)
    }

    fn find(&self, folder: &str, import: &Import) -> Option<String> {
        let below = import.module.replace('.', "/");
        if import.level > 0 {
            let mut package = folder;
            for _ in 1..import.level {
                package = self::folder(package);
            }
            return self.file_of(&join(package, &below));
        }
        // The folders around a file are on the import path in one way or another: the root by the
        // conftest there, others by pytest's own rule.
        let mut around = Some(folder);
        while let Some(place) = around {
            if let Some(path) = self.file_of(&join(place, &below)) {
                return Some(path);
            }
            around = (!place.is_empty()).then(|| self::folder(place));
        }
        // A package below `src` and the like: taken where only one file can be meant.
        let name = below.rsplit('/').next()?;
        let (module, package) = (format!("/{below}.py"), format!("/{below}/__init__.py"));
        let mut candidates = self.by_name.get(name)?.iter().filter(|path| {
            below.contains('/') && (path.ends_with(&module) || path.ends_with(&package))
        });
        match (candidates.next(), candidates.next()) {
            (Some(only), None) => Some(only.clone()),
            _ => None,
        }
    }

    /// The file of a module, by its path without ending.
    fn file_of(&self, path: &str) -> Option<String> {
        let path = path.trim_end_matches('/');
        let module = format!("{path}.py");
        let package = join(path, "__init__.py");
        [package, module]
            .into_iter()
            .find(|path| self.tree.has(path))
    }
}

/// Whether a file is one of Python.
pub fn is_python(path: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, ending)| ending == "py")
}

/// The folder of a file; empty at the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `folder/name`, or the name alone at the root.
pub fn join(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", _) => name.to_owned(),
        (_, "") => folder.to_owned(),
        _ => format!("{folder}/{name}"),
    }
}

/// Whether a path lies below a folder.
pub fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}
