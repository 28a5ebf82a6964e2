//! cargo: its workspaces, and how their tests are run.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use toml_edit::DocumentMut;

use super::facts::{InCi, Runs, Suite, TestType, Tests, Tool};
use super::manifest::{at, strings, toml};
use super::{Tree, identifier, paths};

/// How many workspaces of one repository get suites.
const WORKSPACES: usize = 8;

/// How many files are searched for tests.
const FILES: usize = 5_000;

/// Folders whose manifests are no part of what is tested by itself.
const BESIDE: [&str; 6] = ["examples", "example", "fuzz", "tests", "benches", "test"];

/// A manifest that no workspace above it takes in.
struct Root {
    folder: String,
    manifest: DocumentMut,
}

/// Looks for workspaces and packages.
pub fn look(tree: &dyn Tree, tests: &mut Tests) {
    // What has no test is no suite: a job in which none ran fails.
    let (roots, untested): (Vec<Root>, Vec<Root>) = roots(tree)
        .into_iter()
        .partition(|root| has_tests(tree, &root.folder));
    for root in untested {
        let place = match root.folder.as_str() {
            "" => "the workspace".to_owned(),
            folder => folder.to_owned(),
        };
        let question = format!("where are the tests of the Rust code in {place}?");
        tests.questions.push(question);
    }
    if roots.is_empty() {
        return;
    }
    let nextest = tree
        .files()
        .iter()
        .any(|f| f == ".config/nextest.toml" || f.ends_with("/.config/nextest.toml"));
    let tool = tests.add_tool(if nextest {
        Tool {
            runs: Runs::Known("nextest"),
            ..Tool::command("nextest", "nextest", "")
        }
    } else {
        Tool {
            runs: Runs::Known("cargo_test"),
            ..Tool::command("cargo_test", "cargo test", "")
        }
    });
    for root in roots.iter().take(WORKSPACES) {
        let name = match root.folder.as_str() {
            "" => "rust_tests".to_owned(),
            _ if roots.len() == 1 => "rust_tests".to_owned(),
            folder => format!("rust_{}_tests", identifier(folder)),
        };
        tests.add_suite(Suite {
            name,
            test_type: TestType::Undivided,
            tool: tool.clone(),
            language: Some("rust"),
            paths: vec![match root.folder.as_str() {
                "" => "**/*.rs".to_owned(),
                folder => format!("{folder}/**/*.rs"),
            }],
            arguments: arguments(tree, root),
            in_ci: InCi::default(),
        });
    }
    if roots.len() > WORKSPACES {
        let others: Vec<&str> = roots
            .iter()
            .skip(WORKSPACES)
            .map(|r| r.folder.as_str())
            .collect();
        tests.questions.push(format!(
            "are the Rust workspaces in {} tested too?",
            others.join(", ")
        ));
    }
}

/// Whether a file below a folder has a test in it.
fn has_tests(tree: &dyn Tree, folder: &str) -> bool {
    let marks = ["#[test", "::test]", "::test(", "#[rstest", "proptest!"];
    let files = tree
        .files()
        .iter()
        .filter(|path| paths::has_extension(path, &["rs"]) && paths::is_below(path, folder));
    files
        .take(FILES)
        .filter_map(|path| tree.text(path))
        .any(|text| marks.iter().any(|mark| text.contains(mark)))
}

fn arguments(tree: &dyn Tree, root: &Root) -> Vec<String> {
    let mut arguments = Vec::new();
    if !root.folder.is_empty() {
        arguments.push("--manifest-path".to_owned());
        arguments.push(paths::join(&root.folder, "Cargo.toml"));
    }
    if root.manifest.contains_key("workspace") {
        arguments.push("--workspace".to_owned());
    }
    if tree.has(&paths::join(&root.folder, "Cargo.lock")) {
        arguments.push("--locked".to_owned());
    }
    arguments
}

/// The manifests that stand by themselves, the outermost first.
fn roots(tree: &dyn Tree) -> Vec<Root> {
    let mut folders: Vec<&str> = tree
        .files()
        .iter()
        .filter(|path| paths::name(path) == "Cargo.toml" && paths::is_own(path))
        .map(|path| paths::folder(path))
        .collect();
    folders.sort_by_key(|folder| (folder.split('/').count(), !folder.is_empty(), *folder));
    let mut roots: Vec<Root> = Vec::new();
    for folder in folders {
        let beside = folder.split('/').any(|part| BESIDE.contains(&part));
        let Some(manifest) = toml(tree, &paths::join(folder, "Cargo.toml")).filter(|_| !beside)
        else {
            continue;
        };
        let fuzzing = at(manifest.as_item(), &["package", "metadata", "cargo-fuzz"]).is_some();
        let own = manifest.contains_key("workspace");
        let taken = roots.iter().any(|root| takes_in(root, folder));
        if !fuzzing && (own || !taken) {
            roots.push(Root {
                folder: folder.to_owned(),
                manifest,
            });
        }
    }
    roots
}

/// Whether a workspace takes in the package of a folder. Packages that its members lead to by a path
/// belong to it as well; what lies in it without being excluded is taken for one of those.
fn takes_in(root: &Root, folder: &str) -> bool {
    if !paths::is_below(folder, &root.folder) || !root.manifest.contains_key("workspace") {
        return false;
    }
    let list = |key| {
        let item = at(root.manifest.as_item(), &["workspace", key]);
        item.map(strings).unwrap_or_default()
    };
    let inside = folder.strip_prefix(&root.folder).unwrap_or(folder);
    let inside = inside.trim_start_matches('/');
    let excluded = list("exclude")
        .iter()
        .any(|e| e == inside || paths::is_below(inside, e));
    globs(&list("members")).is_some_and(|members| members.is_match(inside)) || !excluded
}

fn globs(patterns: &[String]) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let pattern = pattern.trim_end_matches('/');
        set.add(
            GlobBuilder::new(pattern)
                .literal_separator(true)
                .build()
                .ok()?,
        );
    }
    set.build().ok()
}

#[cfg(test)]
mod tests {
    use super::super::tests::Memory;
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<(String, Vec<String>)> {
        let mut tests = Tests::default();
        let with_test = |(path, _): &(&str, &str)| path.replace("Cargo.toml", "src/lib.rs");
        let sources: Vec<String> = files.iter().map(with_test).collect();
        let sources = sources.iter().filter(|path| path.ends_with("lib.rs"));
        let sources = sources.map(|path| (path.as_str(), "#[test] fn a() {}"));
        let all: Vec<(&str, &str)> = files.iter().copied().chain(sources).collect();
        look(&Memory::new(&all), &mut tests);
        let suites = tests.suites.into_iter();
        suites.map(|s| (s.name, s.arguments)).collect()
    }

    fn suite(name: &str, arguments: &[&str]) -> (String, Vec<String>) {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        (name.to_owned(), arguments)
    }

    #[test]
    fn a_workspace_is_one_suite_and_what_it_excludes_another() {
        let package = "[package]\nname = \"x\"\n";
        let files = [
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"bindings\"]\n",
            ),
            ("Cargo.lock", ""),
            ("crates/a/Cargo.toml", package),
            ("by_path/Cargo.toml", package),
            ("bindings/python/Cargo.toml", package),
            ("own/Cargo.toml", "[workspace]\n[package]\nname = \"own\"\n"),
            ("fuzz/Cargo.toml", package),
            ("examples/x/Cargo.toml", package),
            (
                "crates/a/fuzzing/Cargo.toml",
                "[workspace]\n[package.metadata]\ncargo-fuzz = true\n",
            ),
        ];
        assert_eq!(
            found(&files),
            [
                suite("rust_tests", &["--workspace", "--locked"]),
                suite(
                    "rust_own_tests",
                    &["--manifest-path", "own/Cargo.toml", "--workspace"]
                ),
                suite(
                    "rust_bindings_python_tests",
                    &["--manifest-path", "bindings/python/Cargo.toml"]
                ),
            ]
        );
    }

    #[test]
    fn a_package_stands_by_itself() {
        assert_eq!(
            found(&[("Cargo.toml", "[package]\n")]),
            [suite("rust_tests", &[])]
        );
        assert_eq!(
            found(&[("core/Cargo.toml", "[package]\n")]),
            [suite("rust_tests", &["--manifest-path", "core/Cargo.toml"])]
        );
    }

    #[test]
    fn nextest_is_used_where_it_is_set_up() {
        let mut tests = Tests::default();
        let files = [
            ("Cargo.toml", "[package]\n"),
            ("tests/all.rs", "#[tokio::test]\n"),
            (".config/nextest.toml", ""),
        ];
        look(&Memory::new(&files), &mut tests);
        assert_eq!(tests.tools[0].runs, Runs::Known("nextest"));
    }

    #[test]
    fn what_has_no_test_is_a_question() {
        let mut tests = Tests::default();
        let files = [
            ("Cargo.toml", "[package]\n"),
            ("src/main.rs", "fn main() {}\n"),
        ];
        look(&Memory::new(&files), &mut tests);
        assert!(tests.suites.is_empty() && tests.tools.is_empty());
        assert_eq!(tests.questions.len(), 1);
    }
}
