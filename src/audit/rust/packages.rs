//! The packages of a repository, and what their manifests say of targets and features.

use globset::{GlobBuilder, GlobMatcher};
use toml_edit::Item;

use super::super::facts::Target;
use super::super::python::folder;
use crate::init::Tree;
use crate::init::manifest::{at, strings, toml};

/// A package.
#[derive(Debug, Clone, Default)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// The folder of its manifest.
    pub folder: String,
    /// The folder of the manifest of its workspace: its own, where it is in none.
    pub workspace: String,
    /// Whether cargo takes it when it is started in the folder of the workspace and told nothing.
    pub is_default_member: bool,
    /// Its features, each with those that it brings.
    pub features: Vec<(String, Vec<String>)>,
    /// Its targets that may hold tests.
    pub targets: Vec<Root>,
}

/// The file that a target begins with.
#[derive(Debug, Clone)]
pub struct Root {
    /// Which target.
    pub kind: Target,
    /// The file.
    pub path: String,
    /// The features that it asks for.
    pub features: Vec<String>,
}

/// A workspace.
struct Workspace {
    folder: String,
    members: Vec<GlobMatcher>,
    excluded: Vec<GlobMatcher>,
    default_members: Vec<GlobMatcher>,
    has_package: bool,
}

/// The packages of a repository.
pub fn look(tree: &dyn Tree) -> Vec<Package> {
    let manifests: Vec<&String> = tree
        .files()
        .iter()
        .filter(|path| *path == "Cargo.toml" || path.ends_with("/Cargo.toml"))
        .collect();
    let mut workspaces = Vec::new();
    let mut packages = Vec::new();
    for path in manifests {
        let Some(document) = toml(tree, path) else {
            continue;
        };
        let place = folder(path);
        if let Some(table) = at(document.as_item(), &["workspace"]) {
            let has_package = at(document.as_item(), &["package"]).is_some();
            workspaces.push(workspace(place, table, has_package));
        }
        if let Some(package) = package(tree, place, document.as_item()) {
            packages.push(package);
        }
    }
    for package in &mut packages {
        package.workspace = package.folder.clone();
        package.is_default_member = true;
        for workspace in &workspaces {
            if let Some(default) = workspace.takes(&package.folder) {
                package.workspace.clone_from(&workspace.folder);
                package.is_default_member = default;
            }
        }
    }
    packages
}

impl Workspace {
    /// Whether a package belongs to it, and then whether it is taken by default.
    fn takes(&self, place: &str) -> Option<bool> {
        let below = below(&self.folder, place)?;
        if below.is_empty() {
            return Some(true);
        }
        let is = |globs: &[GlobMatcher]| globs.iter().any(|glob| glob.is_match(below));
        if !is(&self.members) || is(&self.excluded) {
            return None;
        }
        Some(if self.default_members.is_empty() {
            !self.has_package
        } else {
            is(&self.default_members)
        })
    }
}

fn below<'p>(around: &str, place: &'p str) -> Option<&'p str> {
    if around.is_empty() || around == place {
        return Some(place.strip_prefix(around).unwrap_or(place));
    }
    place.strip_prefix(around)?.strip_prefix('/')
}

fn workspace(place: &str, table: &Item, has_package: bool) -> Workspace {
    let globs = |key: &str| {
        let texts = table.get(key).map(strings).unwrap_or_default();
        let globs = texts.iter().filter_map(|text| {
            let text = text.trim_start_matches("./").trim_end_matches('/');
            GlobBuilder::new(text).literal_separator(true).build().ok()
        });
        globs.map(|glob| glob.compile_matcher()).collect()
    };
    Workspace {
        folder: place.to_owned(),
        members: globs("members"),
        excluded: globs("exclude"),
        default_members: globs("default-members"),
        has_package,
    }
}

fn package(tree: &dyn Tree, place: &str, document: &Item) -> Option<Package> {
    let name = at(document, &["package", "name"])?.as_str()?.to_owned();
    let features = at(document, &["features"]).and_then(Item::as_table_like);
    let features = features.map(|table| {
        let each = table
            .iter()
            .map(|(name, item)| (name.to_owned(), strings(item)));
        each.collect()
    });
    Some(Package {
        targets: targets(tree, place, document),
        name,
        folder: place.to_owned(),
        features: features.unwrap_or_default(),
        ..Package::default()
    })
}

/// Makes a target of its name.
type Make = fn(String) -> Target;

fn targets(tree: &dyn Tree, place: &str, document: &Item) -> Vec<Root> {
    let mut roots = Vec::new();
    let path_of = |path: &str| super::super::python::join(place, path);
    let lib = at(document, &["lib"]);
    let lib_path = lib.and_then(|l| l.get("path")).and_then(Item::as_str);
    let is_tested = |item: Option<&Item>| {
        let flag = |key: &str| item.and_then(|i| i.get(key)).and_then(Item::as_bool);
        flag("test") != Some(false) && flag("harness") != Some(false)
    };
    let library = path_of(lib_path.unwrap_or("src/lib.rs"));
    if tree.has(&library) && is_tested(lib) {
        roots.push(Root {
            kind: Target::Lib,
            path: library,
            features: Vec::new(),
        });
    }
    let kinds: [(&str, &str, Make); 4] = [
        ("bin", "src/bin", Target::Bin),
        ("test", "tests", Target::Test),
        ("example", "examples", Target::Example),
        ("bench", "benches", Target::Bench),
    ];
    for (key, usual, make) in kinds {
        let mut declared: Vec<String> = Vec::new();
        let listed = at(document, &[key]).and_then(Item::as_array_of_tables);
        for table in listed.into_iter().flatten() {
            let text = |key: &str| table.get(key).and_then(Item::as_str);
            let name = text("name").unwrap_or_default();
            let path = text("path").map_or_else(|| format!("{usual}/{name}.rs"), str::to_owned);
            let path = path_of(path.trim_start_matches("./"));
            declared.push(path.clone());
            let flag = |key: &str| table.get(key).and_then(Item::as_bool);
            if flag("test") == Some(false) || flag("harness") == Some(false) || !tree.has(&path) {
                continue;
            }
            roots.push(Root {
                kind: make(name.to_owned()),
                path,
                features: table
                    .get("required-features")
                    .map(strings)
                    .unwrap_or_default(),
            });
        }
        if at(document, &["package", &format!("auto{key}s")]).and_then(Item::as_bool) == Some(false)
        {
            continue;
        }
        for (name, path) in found(tree, &path_of(usual)) {
            if !declared.contains(&path) {
                roots.push(Root {
                    kind: make(name),
                    path,
                    features: Vec::new(),
                });
            }
        }
        let main = path_of("src/main.rs");
        if key == "bin" && tree.has(&main) && !declared.contains(&main) {
            let name = at(document, &["package", "name"]).and_then(Item::as_str);
            roots.push(Root {
                kind: make(name.unwrap_or_default().to_owned()),
                path: main,
                features: Vec::new(),
            });
        }
    }
    roots
}

/// The targets that lie in a folder: its files, and the `main.rs` of the folders in it.
fn found(tree: &dyn Tree, place: &str) -> Vec<(String, String)> {
    let start = format!("{place}/");
    let from = tree
        .files()
        .partition_point(|path| path.as_str() < start.as_str());
    let files = tree.files()[from..]
        .iter()
        .take_while(|path| path.starts_with(&start));
    files
        .filter_map(|path| {
            let below = path.strip_prefix(&start)?;
            let name = below
                .strip_suffix("/main.rs")
                .or_else(|| below.strip_suffix(".rs"))?;
            (!name.contains('/')).then(|| (name.to_owned(), path.clone()))
        })
        .collect()
}
