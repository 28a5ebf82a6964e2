//! What pytest is told in a folder: which files, classes and functions are tests, and what it passes
//! over.

use globset::{GlobBuilder, GlobMatcher};

use super::super::facts::Registered;
use super::modules::{Modules, folder, join};
use crate::init::Tree;
use crate::init::manifest::{at, ini, toml};
use crate::source::Span;
use crate::targets::pytest::READING_ORDER;

/// The folders that pytest does not look into unless it is told other ones.
const NOT_RECURSED: &[&str] = &[
    "*.egg",
    ".*",
    "_darcs",
    "build",
    "CVS",
    "dist",
    "node_modules",
    "venv",
    "{arch}",
];

/// What pytest is told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The file that tells it.
    pub file: Option<String>,
    /// The folder of that file, to which its paths are relative.
    pub folder: String,
    files: Vec<GlobMatcher>,
    classes: Vec<String>,
    functions: Vec<String>,
    /// The folders and files it looks into when it is given none.
    pub test_paths: Vec<String>,
    not_recursed: Vec<GlobMatcher>,
    /// Words that stand before those of every command.
    pub options: Vec<String>,
    /// The lines that register markers.
    pub markers: Vec<String>,
}

/// Where a value stands, and its items.
type Values = Option<Vec<String>>;

impl Settings {
    /// What pytest is told when it runs in a folder: by the nearest file with settings, upwards.
    pub fn nearest(tree: &dyn Tree, place: &str) -> Self {
        let mut around = place.to_owned();
        loop {
            if let Some(settings) = Self::of(tree, &around) {
                return settings;
            }
            if around.is_empty() {
                return Self::from(None, "", &|_| None);
            }
            around = folder(&around).to_owned();
        }
    }

    /// What the files of one folder tell, if they tell anything.
    pub(super) fn of(tree: &dyn Tree, place: &str) -> Option<Self> {
        for name in READING_ORDER {
            let path = join(place, name);
            if !tree.has(&path) {
                continue;
            }
            let found = match name {
                "tox.ini" | "pytest.ini" | ".pytest.ini" => {
                    Self::from_ini(tree, &path, place, "pytest")
                }
                "setup.cfg" => Self::from_ini(tree, &path, place, "tool:pytest"),
                _ => Self::from_toml(tree, &path, place),
            };
            // A file of pytest's own counts even where it says nothing.
            let is_own = name.contains("pytest");
            if found.is_some() || is_own {
                return found.or_else(|| Some(Self::from(Some(path), place, &|_| None)));
            }
        }
        None
    }

    fn from_ini(tree: &dyn Tree, path: &str, place: &str, section: &str) -> Option<Self> {
        let ini = ini(tree, path)?;
        let map = ini.get_map_ref().get(section)?;
        let of = |key: &str| -> Values {
            let value = map.get(key)?.clone().unwrap_or_default();
            Some(match key {
                "markers" => lines(&value),
                "addopts" => shlex::split(&value.replace('\n', " ")).unwrap_or_default(),
                _ => value.split_whitespace().map(str::to_owned).collect(),
            })
        };
        Some(Self::from(Some(path.to_owned()), place, &of))
    }

    fn from_toml(tree: &dyn Tree, path: &str, place: &str) -> Option<Self> {
        let document = toml(tree, path)?;
        let table = if path.ends_with("pyproject.toml") {
            at(document.as_item(), &["tool", "pytest", "ini_options"])
                .or_else(|| at(document.as_item(), &["tool", "pytest"]))?
        } else {
            at(document.as_item(), &["pytest"])?
        };
        let of = |key: &str| -> Values {
            let item = table.get(key)?;
            if let Some(text) = item.as_str() {
                return Some(match key {
                    "markers" => lines(text),
                    "addopts" => shlex::split(text).unwrap_or_default(),
                    _ => text.split_whitespace().map(str::to_owned).collect(),
                });
            }
            Some(crate::init::manifest::strings(item))
        };
        Some(Self::from(Some(path.to_owned()), place, &of))
    }

    fn from(file: Option<String>, place: &str, of: &dyn Fn(&str) -> Values) -> Self {
        let or = |key: &str, usual: &[&str]| {
            let usual = || usual.iter().map(|u| (*u).to_owned()).collect();
            of(key).filter(|v| !v.is_empty()).unwrap_or_else(usual)
        };
        Self {
            file,
            folder: place.to_owned(),
            files: globs(&or("python_files", &["test_*.py", "*_test.py"])),
            classes: or("python_classes", &["Test"]),
            functions: or("python_functions", &["test"]),
            test_paths: of("testpaths").unwrap_or_default(),
            not_recursed: globs(&or("norecursedirs", NOT_RECURSED)),
            options: of("addopts").unwrap_or_default(),
            markers: of("markers").unwrap_or_default(),
        }
    }

    /// Whether a file that was not named itself is one with tests.
    pub fn is_test_file(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.files.iter().any(|glob| {
            let whole = glob.glob().glob().contains('/');
            glob.is_match(if whole { path } else { name })
        })
    }

    /// Whether a class of this name holds tests.
    pub fn is_test_class(&self, name: &str) -> bool {
        matches(&self.classes, name)
    }

    /// Whether a function of this name is a test.
    pub fn is_test_function(&self, name: &str) -> bool {
        matches(&self.functions, name)
    }

    /// Whether pytest, looking into `from`, comes to a file below it.
    pub fn reaches(&self, from: &str, path: &str) -> bool {
        let below = match (from, path.strip_prefix(from)) {
            ("" | ".", _) => path,
            (_, Some("")) => return true,
            (_, Some(rest)) if rest.starts_with('/') => &rest[1..],
            _ => return false,
        };
        let folders = folder(below);
        folders.is_empty()
            || !folders
                .split('/')
                .any(|part| self.not_recursed.iter().any(|glob| glob.is_match(part)))
    }

    /// The markers it registers, each with where it does.
    pub fn registered(&self, modules: &mut Modules<'_>) -> (Option<Span>, Vec<Registered>) {
        let Some(path) = &self.file else {
            return (None, Vec::new());
        };
        let Some(text) = modules.tree.text(path) else {
            return (None, Vec::new());
        };
        let Ok(id) = modules.sources.add(path.clone(), text) else {
            return (None, Vec::new());
        };
        let file = modules.sources.file(id);
        let mut from = file.text().find("markers").unwrap_or_default();
        let mut found = Vec::new();
        let position = |at: usize| file.base() + u32::try_from(at).unwrap_or_default();
        for line in &self.markers {
            let name = line.split([':', '(']).next().unwrap_or_default().trim();
            // Lines are registered in order, so that each is looked for behind the one before.
            let at = file.text()[from..].find(name).map_or(from, |at| from + at);
            from = at + name.len().min(file.text().len() - at);
            found.push(Registered {
                name: name.to_owned(),
                span: Span::new(position(at), position(at + name.len())),
            });
        }
        let head = file.text().lines().next().map_or(0, str::len);
        (Some(Span::new(position(0), position(head))), found)
    }
}

fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    lines.map(str::to_owned).collect()
}

fn matches(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| {
        let is_glob = pattern.contains(['*', '?', '[']);
        name.starts_with(pattern.as_str())
            || is_glob
                && globs(std::slice::from_ref(pattern))
                    .iter()
                    .any(|g| g.is_match(name))
    })
}

/// Patterns as Python's `fnmatch` reads them: `*` crosses folders.
pub fn globs(patterns: &[String]) -> Vec<GlobMatcher> {
    let globs = patterns.iter().filter_map(|pattern| {
        let glob = GlobBuilder::new(pattern).literal_separator(false).build();
        glob.ok().map(|g| g.compile_matcher())
    });
    globs.collect()
}
