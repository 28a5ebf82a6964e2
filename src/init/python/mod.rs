//! pytest: where its tests are, how it is set up, what it is told.

mod install;
mod settings;

pub use settings::{Pytest, measures_coverage};

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{InCi, Runs, Suite, TestType, Tests, Tool};
use super::{Tree, identifier, paths};
use install::{install, python_version, unclear_extras};
use settings::settings;

/// How many projects of one repository get suites of their own.
const PROJECTS: usize = 8;

/// How many paths a suite names one by one.
const PATHS: usize = 12;

/// Looks for tests that pytest collects.
pub fn look(tree: &dyn Tree, tests: &mut Tests) -> Pytest {
    let mut pytest = settings(tree);
    pytest.files = tree
        .files()
        .iter()
        .filter(|path| paths::is_own(path) && is_test(path))
        .cloned()
        .collect();
    let told = |file: &String| pytest.test_paths.iter().any(|p| paths::is_below(file, p));
    if pytest.files.iter().any(told) {
        let told: Vec<String> = pytest.files.iter().filter(|f| told(f)).cloned().collect();
        pytest.files = told;
    }
    let mut projects: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for file in &pytest.files {
        projects
            .entry(project(tree, file))
            .or_default()
            .push(file.as_str());
    }
    merge_nested(&mut projects);
    if projects.len() > PROJECTS {
        let all = std::mem::take(&mut projects).into_values().flatten();
        projects.insert(String::new(), all.collect());
    }
    if projects.is_empty() {
        return pytest;
    }
    let mut setup: Vec<String> = Vec::new();
    for command in projects.keys().flat_map(|p| install(tree, p)) {
        if !setup.contains(&command) {
            setup.push(command);
        }
    }
    for project in projects.keys() {
        let extras = unclear_extras(tree, project);
        if !extras.is_empty() {
            tests.questions.push(format!(
                "which extras do the Python tests need? there is {}",
                extras.join(", ")
            ));
        }
    }
    let python = projects.keys().find_map(|p| python_version(tree, p));
    let keeps = |file: &str| file == "pyproject.toml";
    let tool = tests.add_tool(Tool {
        name: "pytest".to_owned(),
        title: "pytest".to_owned(),
        runs: Runs::Known("pytest"),
        setup,
        python: Some(python.unwrap_or_else(|| "3.x".to_owned())),
        config: pytest.config.clone().filter(|file| keeps(file)),
    });
    let several = projects.len() > 1;
    for (project, files) in &projects {
        let prefix = match project.as_str() {
            "" => "python".to_owned(),
            _ if !several => "python".to_owned(),
            folder => format!("python_{}", identifier(folder)),
        };
        suites(project, files, &prefix, &tool, tests);
    }
    pytest
}

/// Gives the files of a project that lies in the tests of another one to that: the same tests would be
/// in two suites.
fn merge_nested(projects: &mut BTreeMap<String, Vec<&str>>) {
    let nested: Vec<(String, String)> = projects
        .keys()
        .filter_map(|inner| {
            let around = projects.iter().find(|(outer, files)| {
                let mut roots = files.iter().map(|file| root(outer, file));
                *outer != inner
                    && paths::is_below(inner, outer)
                    && roots.any(|root| *inner == root || paths::is_below(inner, &root))
            });
            around.map(|(outer, _)| (inner.clone(), outer.clone()))
        })
        .collect();
    for (inner, outer) in nested {
        let files = projects.remove(&inner).unwrap_or_default();
        projects.entry(outer).or_default().extend(files);
    }
}

/// Folders whose tests show something to readers, rather than test the product.
const SHOWN: [&str; 2] = ["examples", "docs"];

/// Whether pytest collects a file by its name, and it is meant to.
fn is_test(path: &str) -> bool {
    let stem = paths::name(path).strip_suffix(".py");
    let beside = |part: &str| part.starts_with('.') || SHOWN.contains(&part);
    stem.is_some_and(|stem| stem.starts_with("test_") || stem.ends_with("_test"))
        && !paths::folder(path).split('/').any(beside)
}

/// The folder of the project that a file belongs to: the nearest one with a manifest.
fn project(tree: &dyn Tree, file: &str) -> String {
    let manifests = ["pyproject.toml", "setup.py", "setup.cfg"];
    let mut folder = paths::folder(file);
    while !folder.is_empty() {
        if manifests.iter().any(|m| tree.has(&paths::join(folder, m))) {
            return folder.to_owned();
        }
        folder = paths::folder(folder);
    }
    String::new()
}

/// The suites of one project: one for each type of test that its folders tell apart.
fn suites(project: &str, files: &[&str], prefix: &str, tool: &str, tests: &mut Tests) {
    let mut by_type: BTreeMap<TestType, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let (test_type, place) = place(project, file);
        by_type.entry(test_type).or_default().insert(place);
    }
    let typed: Vec<String> = by_type
        .iter()
        .filter(|(test_type, _)| **test_type != TestType::Undivided)
        .flat_map(|(_, places)| places.iter().cloned())
        .collect();
    if let Some(rest) = by_type.get_mut(&TestType::Undivided) {
        // Beside folders of a type, the rest is named one by one.
        *rest = rest
            .iter()
            .flat_map(|place| beside(place, files, &typed))
            .collect();
    }
    if by_type.values().any(|places| places.len() > PATHS) {
        let mut all: Vec<String> = files.iter().map(|f| root(project, f)).collect();
        paths::outermost(&mut all);
        by_type = BTreeMap::from([(TestType::Undivided, all.into_iter().collect())]);
        if !typed.is_empty() {
            tests.questions.push(format!(
                "which of the tests of {} are of which type?",
                if project.is_empty() {
                    "Python"
                } else {
                    project
                }
            ));
        }
    }
    for (test_type, places) in by_type {
        let suffix = match test_type {
            TestType::Undivided => "tests",
            known => known.name(),
        };
        let glob = |place: String| match place {
            file if paths::has_extension(&file, &["py"]) => file,
            folder if folder.is_empty() => "**".to_owned(),
            folder => format!("{folder}/**"),
        };
        tests.add_suite(Suite {
            name: format!("{prefix}_{suffix}"),
            test_type,
            tool: tool.to_owned(),
            language: Some("python"),
            paths: places.into_iter().map(glob).collect(),
            arguments: Vec::new(),
            in_ci: InCi::default(),
        });
    }
}

/// The type of a file's tests and the folder that says so, else the folder of tests it lies in.
fn place(project: &str, file: &str) -> (TestType, String) {
    let start = if project.is_empty() {
        0
    } else {
        project.len() + 1
    };
    let mut end = start;
    for part in paths::folder(file).get(start..).unwrap_or("").split('/') {
        end += part.len();
        if let Some(test_type) = TestType::from_folder(part) {
            return (test_type, file[..end].to_owned());
        }
        end += 1;
    }
    (TestType::Undivided, root(project, file))
}

/// The outermost folder of tests that a file lies in; beside code, the outermost folder of the
/// project; else the file itself.
fn root(project: &str, file: &str) -> String {
    let start = if project.is_empty() {
        0
    } else {
        project.len() + 1
    };
    let folders = paths::folder(file).get(start..).unwrap_or("");
    if folders.is_empty() {
        return file.to_owned();
    }
    let mut end = start;
    for part in folders.split('/') {
        end += part.len();
        if matches!(part, "tests" | "test" | "testing") {
            return file[..end].to_owned();
        }
        end += 1;
    }
    let first = folders.split('/').next().unwrap_or("").len();
    file[..start + first].to_owned()
}

/// A folder as it is; where a folder of a type lies in it, what lies beside that.
fn beside(folder: &str, files: &[&str], typed: &[String]) -> Vec<String> {
    if !typed.iter().any(|t| paths::is_below(t, folder)) {
        return vec![folder.to_owned()];
    }
    let inside = files.iter().filter(|file| {
        paths::is_below(file, folder) && !typed.iter().any(|t| paths::is_below(file, t))
    });
    inside
        .flat_map(|file| {
            let rest = &file[folder.len() + 1..];
            let child = rest.split('/').next().unwrap_or(rest);
            beside(&format!("{folder}/{child}"), files, typed)
        })
        .collect::<BTreeSet<String>>()
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::Memory;
    use super::*;

    fn found(files: &[(&str, &str)]) -> (Pytest, Tests) {
        let mut tests = Tests::default();
        let pytest = look(&Memory::new(files), &mut tests);
        (pytest, tests)
    }

    fn suites_of(files: &[&str]) -> Vec<(String, Vec<String>)> {
        let files: Vec<(&str, &str)> = files.iter().map(|f| (*f, "")).collect();
        let suites = found(&files).1.suites.into_iter();
        suites.map(|s| (s.name, s.paths)).collect()
    }

    #[test]
    fn folders_tell_types_apart_and_the_rest_is_named() {
        let one = |name: &str, paths: &[&str]| {
            let paths = paths.iter().map(ToString::to_string).collect();
            (name.to_owned(), paths)
        };
        assert_eq!(
            suites_of(&[
                "tests/test_a.py",
                "tests/x/test_b.py",
                "tests/data/test_no.py"
            ]),
            [one("python_tests", &["tests/**"])]
        );
        assert_eq!(
            suites_of(&[
                "tests/unit/test_a.py",
                "tests/test_b.py",
                "tests/x/test_c.py",
                "tests/x/e2e/test_d.py",
                "pkg/a/b_test.py",
                "test_top.py",
            ]),
            [
                one(
                    "python_tests",
                    &[
                        "pkg/**",
                        "test_top.py",
                        "tests/test_b.py",
                        "tests/x/test_c.py"
                    ]
                ),
                one("python_unit", &["tests/unit/**"]),
                one("python_e2e", &["tests/x/e2e/**"]),
            ]
        );
        assert_eq!(suites_of(&["vendor/x/tests/test_a.py", "a.py"]), []);
    }

    #[test]
    fn a_project_inside_the_tests_of_another_is_no_suite_of_its_own() {
        let files = [
            ("pyproject.toml", "[project]\nname = \"a\"\n"),
            ("tests/test_a.py", ""),
            ("tests/plugin/pyproject.toml", "[project]\nname = \"b\"\n"),
            ("tests/plugin/test_b.py", ""),
        ];
        let suites = found(&files).1.suites;
        let paths: Vec<&[String]> = suites.iter().map(|s| s.paths.as_slice()).collect();
        assert_eq!(paths, [["tests/**".to_owned()]]);
    }

    #[test]
    fn projects_have_suites_of_their_own() {
        let files = [
            ("api/pyproject.toml", "[project]\nname = \"a\"\n"),
            ("api/tests/test_a.py", ""),
            ("web/setup.py", ""),
            ("web/tests/unit/test_a.py", ""),
        ];
        let tests = found(&files).1;
        let names: Vec<&str> = tests.suites.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["python_api_tests", "python_web_unit"]);
        assert_eq!(
            tests.tools[0].setup,
            [
                "python3 -m pip install -e api",
                "python3 -m pip install pytest",
                "python3 -m pip install -e web",
            ]
        );
    }
}
