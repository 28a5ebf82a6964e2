//! pytest: where its tests are, how it is set up, what it is told.

use std::collections::{BTreeMap, BTreeSet};

use configparser::ini::Ini;
use toml_edit::{DocumentMut, Item};

use super::facts::{CoveragePy, Runs, Suite, TestType, Tests, Tool};
use super::{Tree, identifier, paths};

/// How many projects of one repository get suites of their own.
const PROJECTS: usize = 8;

/// How many paths a suite names one by one.
const PATHS: usize = 12;

/// What pytest is told, and where.
#[derive(Debug, Default)]
pub struct Pytest {
    /// The file with its settings.
    pub config: Option<String>,
    /// The lines in which markers are registered.
    pub markers: Vec<String>,
    /// The folders that tests are looked for in.
    pub test_paths: Vec<String>,
    /// The files with tests.
    pub files: Vec<String>,
}

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

/// Folders whose tests show something to readers, rather than test the product.
const SHOWN: [&str; 5] = ["example", "examples", "sample", "samples", "docs"];

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

/// A file of TOML.
pub fn toml(tree: &dyn Tree, path: &str) -> Option<DocumentMut> {
    tree.text(path)?.parse().ok()
}

/// A value in nested tables.
pub fn at<'t>(table: &'t Item, keys: &[&str]) -> Option<&'t Item> {
    keys.iter().try_fold(table, |item, key| item.get(key))
}

/// A file of INI as Python reads it: values may go on in lines that are indented.
fn ini(tree: &dyn Tree, path: &str) -> Option<Ini> {
    let mut ini = Ini::new_cs();
    ini.set_multiline(true);
    ini.set_inline_comment_symbols(Some(&[]));
    ini.read(tree.text(path)?).ok()?;
    Some(ini)
}

/// The settings of pytest, from the file that it would read.
fn settings(tree: &dyn Tree) -> Pytest {
    let from_ini = |path: &str, section: &str| {
        let ini = ini(tree, path)?;
        let map = ini.get_map_ref().get(section)?;
        let lines = |key: &str| -> Vec<String> {
            let value = map.get(key).cloned().flatten().unwrap_or_default();
            let lines = value.lines().map(str::trim).filter(|l| !l.is_empty());
            lines.map(str::to_owned).collect()
        };
        let test_paths = lines("testpaths");
        Some(Pytest {
            config: Some(path.to_owned()),
            markers: lines("markers"),
            test_paths: test_paths
                .iter()
                .flat_map(|l| l.split_whitespace())
                .map(str::to_owned)
                .collect(),
            files: Vec::new(),
        })
    };
    let from_toml = || {
        let document = toml(tree, "pyproject.toml")?;
        let table = at(document.as_item(), &["tool", "pytest", "ini_options"])
            .or_else(|| at(document.as_item(), &["tool", "pytest"]))?;
        let list = |key: &str| -> Vec<String> {
            match table.get(key) {
                Some(item) if item.is_array() => strings(item),
                Some(item) => item
                    .as_str()
                    .unwrap_or_default()
                    .lines()
                    .map(|l| l.trim().to_owned())
                    .filter(|l| !l.is_empty())
                    .collect(),
                None => Vec::new(),
            }
        };
        Some(Pytest {
            config: Some("pyproject.toml".to_owned()),
            markers: list("markers"),
            test_paths: list("testpaths"),
            files: Vec::new(),
        })
    };
    from_ini("pytest.ini", "pytest")
        .or_else(|| from_ini(".pytest.ini", "pytest"))
        .or_else(from_toml)
        .or_else(|| from_ini("tox.ini", "pytest"))
        .or_else(|| from_ini("setup.cfg", "tool:pytest"))
        .unwrap_or_default()
}

/// The strings of an array.
pub fn strings(item: &Item) -> Vec<String> {
    let values = item.as_array().into_iter().flatten();
    values
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

/// The names that people give to what tests need.
const FOR_TESTS: [&str; 5] = ["tests", "test", "testing", "dev", "develop"];

/// The commands that install a project and what its tests need.
fn install(tree: &dyn Tree, project: &str) -> Vec<String> {
    let here = |name: &str| paths::join(project, name);
    let place = if project.is_empty() { "." } else { project };
    let manifest = toml(tree, &here("pyproject.toml"));
    let table = manifest.as_ref().map(|document| document.as_item());
    let has = |keys: &[&str]| table.and_then(|t| at(t, keys)).is_some();
    if has(&["tool", "poetry"]) && !has(&["project", "dependencies"]) {
        let folder = if project.is_empty() {
            String::new()
        } else {
            format!(" --directory {project}")
        };
        return vec![
            "python3 -m pip install poetry".to_owned(),
            "poetry config virtualenvs.create false".to_owned(),
            format!("poetry install{folder}"),
        ];
    }
    let mut commands = Vec::new();
    if has(&["project"]) || has(&["build-system"]) || tree.has(&here("setup.py")) {
        let extra = FOR_TESTS.iter().find(|extra| {
            has(&["project", "optional-dependencies", extra])
                || extra_of_setup(tree, project, extra)
        });
        let extra = extra.map_or_else(String::new, |extra| format!("[{extra}]"));
        commands.push(format!("python3 -m pip install -e {place}{extra}"));
    }
    if let Some(group) = FOR_TESTS.iter().find(|g| has(&["dependency-groups", g])) {
        let path = if project.is_empty() {
            String::new()
        } else {
            format!("{project}/pyproject.toml:")
        };
        commands.push(format!("python3 -m pip install --group {path}{group}"));
    }
    commands.extend(requirements(tree, project));
    commands.push("python3 -m pip install pytest".to_owned());
    commands
}

fn extra_of_setup(tree: &dyn Tree, project: &str, extra: &str) -> bool {
    ini(tree, &paths::join(project, "setup.cfg"))
        .is_some_and(|ini| ini.get("options.extras_require", extra).is_some())
}

/// The commands for files of requirements: those of tests, else the general one.
fn requirements(tree: &dyn Tree, project: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for word in FOR_TESTS {
        for form in [
            format!("requirements-{word}.txt"),
            format!("requirements_{word}.txt"),
            format!("requirements.{word}.txt"),
            format!("{word}-requirements.txt"),
            format!("{word}_requirements.txt"),
            format!("requirements/{word}.txt"),
            format!("{word}/requirements.txt"),
        ] {
            names.push(form);
        }
    }
    let there = |name: &String| tree.has(&paths::join(project, name));
    let general = ["requirements.txt", "requirements/base.txt"].map(str::to_owned);
    general
        .into_iter()
        .find(|name| there(name))
        .into_iter()
        .chain(names.into_iter().find(|name| there(name)))
        .map(|name| format!("python3 -m pip install -r {}", paths::join(project, &name)))
        .collect()
}

/// The version of Python that a project is for, where it does not take the newest one.
fn python_version(tree: &dyn Tree, project: &str) -> Option<String> {
    let pinned = |text: &str| {
        let line = text.lines().next()?.trim();
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let parts = line.split('.').count();
        (line.split('.').all(digits) && (2..=3).contains(&parts)).then(|| line.to_owned())
    };
    if let Some(text) = tree.text(&paths::join(project, ".python-version")) {
        return pinned(&text);
    }
    let manifest = toml(tree, &paths::join(project, "pyproject.toml"))?;
    let range = at(manifest.as_item(), &["project", "requires-python"])?
        .as_str()?
        .to_owned();
    // `>=3.9,<3.13` is met by 3.12.
    let bound = range
        .split(',')
        .find_map(|part| part.trim().strip_prefix('<'))?;
    if let Some(included) = bound.strip_prefix('=') {
        return pinned(included.trim());
    }
    let minor: u32 = bound
        .trim()
        .strip_prefix("3.")?
        .split('.')
        .next()?
        .parse()
        .ok()?;
    Some(format!("3.{}", minor.checked_sub(1)?))
}

/// Whether coverage.py is set up, and the share of lines it demands.
pub fn measures_coverage(tree: &dyn Tree) -> Option<CoveragePy> {
    if let Some(document) = toml(tree, "pyproject.toml")
        && let Some(table) = at(document.as_item(), &["tool", "coverage"])
    {
        let demanded = at(table, &["report", "fail_under"]);
        let figure = demanded.and_then(|item| {
            let whole = item.as_integer().and_then(|n| i32::try_from(n).ok());
            item.as_float().or(whole.map(f64::from))
        });
        return Some(CoveragePy { demanded: figure });
    }
    for (file, section) in [
        (".coveragerc", "report"),
        ("setup.cfg", "coverage:report"),
        ("tox.ini", "coverage:report"),
    ] {
        let Some(ini) = ini(tree, file) else { continue };
        let run = section.replace("report", "run");
        let sections = ini.get_map_ref();
        if sections.contains_key(section) || sections.contains_key(&run) {
            let demanded = ini.get(section, "fail_under");
            return Some(CoveragePy {
                demanded: demanded.and_then(|text| text.trim().parse().ok()),
            });
        }
    }
    None
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

    #[test]
    fn settings_are_read_from_wherever_pytest_reads_them() {
        let marks = ["slow: takes long: a minute", "gpu(n)"];
        for (file, text) in [
            (
                "pytest.ini",
                "[pytest]\naddopts = -q\nmarkers =\n    slow: takes long: a minute\n    gpu(n)\ntestpaths = a b\n",
            ),
            (
                "setup.cfg",
                "[metadata]\nname = x\n[tool:pytest]\nmarkers =\n  slow: takes long: a minute\n  gpu(n)\ntestpaths =\n  a\n  b\n",
            ),
            (
                "tox.ini",
                "[tox]\n[pytest]\nmarkers =\n\tslow: takes long: a minute\n\tgpu(n)\ntestpaths = a b\n",
            ),
            (
                "pyproject.toml",
                "[tool.pytest.ini_options]\nmarkers = [\"slow: takes long: a minute\", \"gpu(n)\"]\ntestpaths = [\"a\", \"b\"]\n",
            ),
        ] {
            let pytest = found(&[(file, text)]).0;
            assert_eq!(pytest.config.as_deref(), Some(file));
            assert_eq!(pytest.markers, marks, "{file}");
            assert_eq!(pytest.test_paths, ["a", "b"], "{file}");
        }
    }

    #[test]
    fn what_tests_need_is_installed() {
        let setup = |files: &[(&str, &str)]| {
            let all: Vec<(&str, &str)> = [&[("tests/test_a.py", "")], files].concat();
            let tool = found(&all).1.tools.remove(0);
            (tool.setup, tool.python)
        };
        let (commands, python) = setup(&[(
            "pyproject.toml",
            "[project]\nrequires-python = \">=3.9,<3.13\"\n[project.optional-dependencies]\ntest = []\n[dependency-groups]\ndev = []\n",
        )]);
        assert_eq!(commands[0], "python3 -m pip install -e .[test]");
        assert_eq!(commands[1], "python3 -m pip install --group dev");
        assert_eq!(python.as_deref(), Some("3.12"));
        let (commands, python) = setup(&[
            ("requirements.txt", ""),
            ("test-requirements.txt", ""),
            (".python-version", "3.11\n"),
        ]);
        assert_eq!(commands[0], "python3 -m pip install -r requirements.txt");
        assert_eq!(
            commands[1],
            "python3 -m pip install -r test-requirements.txt"
        );
        assert_eq!(python.as_deref(), Some("3.11"));
        let (commands, python) = setup(&[("pyproject.toml", "[tool.poetry]\nname = \"x\"\n")]);
        assert_eq!(commands[2], "poetry install");
        assert_eq!(python.as_deref(), Some("3.x"));
    }

    #[test]
    fn the_demanded_coverage_is_found() {
        let figure = |file, text| {
            let told = measures_coverage(&Memory::new(&[(file, text)]));
            told.map(|c| c.demanded)
        };
        assert_eq!(
            figure(
                "pyproject.toml",
                "[tool.coverage.report]\nfail_under = 85\n"
            ),
            Some(Some(85.0))
        );
        assert_eq!(figure(".coveragerc", "[run]\nbranch = true\n"), Some(None));
        assert_eq!(
            figure("setup.cfg", "[coverage:report]\nfail_under = 87.5\n"),
            Some(Some(87.5))
        );
        assert_eq!(figure("tox.ini", "[tox]\n"), None);
    }
}
