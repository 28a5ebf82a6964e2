//! Reads the tests of Rust without building them.
//!
//! `packages` reads manifests: which targets there are, and which features. The files of a target
//! are found by their `mod` lines; those that speak of tests are read, on as many threads as the
//! machine has.

mod packages;
mod tests;

use std::rc::Rc;

use rustc_hash::FxHashSet;

pub use packages::Package;

use super::command_line::{Cargo as Call, Chosen};
use super::facts::{Cargo, Case, CaseId, Facts, Runner, Target, Test, Unknown};
use crate::init::Tree;
use crate::source::{SourceMap, Span};
use tests::Finder;
pub use tests::{File, Read, read};

/// The files of a repository that may hold tests of Rust.
#[derive(Debug)]
pub struct Files {
    packages: Vec<Rc<Package>>,
    /// The files, target by target.
    pub files: Vec<File>,
}

/// Looks for them in every package.
pub fn files(tree: &dyn Tree) -> Files {
    let packages = packages::look(tree);
    let mut files = Vec::new();
    for (number, package) in packages.iter().enumerate() {
        for target in &package.targets {
            let mut finder = Finder {
                tree,
                package: number,
                target: target.kind.clone(),
                files: &mut files,
                seen: FxHashSet::default(),
            };
            finder.file(&target.path, &[], &target.features, 0);
        }
    }
    Files {
        packages: packages.into_iter().map(Rc::new).collect(),
        files,
    }
}

/// Adds what was read, in the order of the files.
pub fn add(files: Files, read: Vec<Read>, sources: &mut SourceMap, facts: &mut Facts) {
    for (file, read) in files.files.into_iter().zip(read) {
        let Ok(id) = sources.add(file.path.clone(), file.text) else {
            continue;
        };
        let base = sources.file(id).base();
        let shifted = |span: Span| Span::new(base + span.start, base + span.end);
        facts.files += 1;
        for (span, words) in read.unknown {
            facts.unknown.push(Unknown {
                span: shifted(span),
                words,
            });
        }
        for found in read.tests {
            facts.tests.push(Test {
                runner: Runner::Cargo,
                id: format!("{}::{}", file.path, found.name),
                file: file.path.clone(),
                span: shifted(found.span),
                is_whole: found.case == CaseId::None,
                cases: vec![Case {
                    id: found.case,
                    markers: Vec::new(),
                }],
                unknown: None,
                asks: Vec::new(),
                cargo: Some(Cargo {
                    package: Rc::clone(&files.packages[file.package]),
                    target: file.target.clone(),
                    name: found.name,
                    ignored: found.ignored,
                    features: found.features,
                }),
            });
        }
    }
}

/// Whether a call of cargo runs a test.
pub fn takes(call: &Call, test: &Cargo) -> bool {
    is_in_scope(call, &test.package)
        && is_chosen(call, &test.target)
        && has_features(call, test)
        && (call.include_ignored || call.ignored == test.ignored)
        && is_named(call, &test.name)
}

fn is_in_scope(call: &Call, package: &Package) -> bool {
    let here = call.manifest.as_deref().map_or("", super::python::folder);
    let of_workspace = package.workspace == here || package.folder == here;
    if call.workspace {
        return of_workspace && !call.excluded.contains(&package.name);
    }
    if !call.packages.is_empty() {
        let named = |name: &String| name.split('@').next() == Some(package.name.as_str());
        return of_workspace && call.packages.iter().any(named);
    }
    if package.folder == here {
        return true;
    }
    // A workspace without a package of its own: all its members, or those it names.
    of_workspace && package.is_default_member
}

fn is_chosen(call: &Call, target: &Target) -> bool {
    if call.targets.is_empty() {
        return matches!(target, Target::Lib | Target::Bin(_) | Target::Test(_));
    }
    let is = |name: &Option<String>, own: &str| name.as_deref().is_none_or(|name| name == own);
    call.targets.iter().any(|chosen| match (chosen, target) {
        (Chosen::All, _)
        | (Chosen::Lib, Target::Lib)
        | (Chosen::Test(None), Target::Lib | Target::Bin(_)) => true,
        (Chosen::Bin(name), Target::Bin(own))
        | (Chosen::Test(name), Target::Test(own))
        | (Chosen::Example(name), Target::Example(own))
        | (Chosen::Bench(name), Target::Bench(own)) => is(name, own),
        _ => false,
    })
}

fn has_features(call: &Call, test: &Cargo) -> bool {
    if call.all_features || test.features.is_empty() {
        return true;
    }
    let mut open: Vec<String> = call
        .features
        .iter()
        .map(|feature| {
            let own = feature.strip_prefix(&format!("{}/", test.package.name));
            own.unwrap_or(feature).to_owned()
        })
        .collect();
    if !call.no_default_features {
        open.push("default".to_owned());
    }
    let mut enabled: FxHashSet<String> = FxHashSet::default();
    while let Some(feature) = open.pop() {
        let implied = test
            .package
            .features
            .iter()
            .find(|(name, _)| *name == feature);
        if enabled.insert(feature.clone())
            && let Some((_, more)) = implied
        {
            open.extend(more.iter().cloned());
        }
    }
    test.features
        .iter()
        .all(|feature| enabled.contains(feature))
}

fn is_named(call: &Call, name: &str) -> bool {
    let matches = |part: &String| {
        if call.exact {
            name == part
        } else {
            name.contains(part.as_str())
        }
    };
    (call.filters.is_empty() || call.filters.iter().any(matches))
        && !call.skipped.iter().any(matches)
}
