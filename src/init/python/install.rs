//! How a project in Python is installed with what its tests need.

use super::super::manifest::{at, ini, toml};
use super::super::{Tree, paths};

/// The names that people give to what tests need.
const FOR_TESTS: [&str; 5] = ["tests", "test", "testing", "dev", "develop"];

/// The commands that install a project and what its tests need.
pub fn install(tree: &dyn Tree, project: &str) -> Vec<String> {
    let here = |name: &str| paths::join(project, name);
    let place = if project.is_empty() { "." } else { project };
    let manifest = toml(tree, &here("pyproject.toml"));
    let table = manifest.as_ref().map(|document| document.as_item());
    let has = |keys: &[&str]| table.and_then(|t| at(t, keys)).is_some();
    if has(&["tool", "poetry"]) && !has(&["project", "dependencies"]) {
        let folder = if project.is_empty() {
            String::new()
        } else {
            format!(" --directory {}", paths::word(project))
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
        let place = paths::word(place);
        commands.push(format!("python3 -m pip install -e {place}{extra}"));
    }
    if let Some(group) = FOR_TESTS.iter().find(|g| has(&["dependency-groups", g])) {
        let path = if project.is_empty() {
            String::new()
        } else {
            format!("{project}/pyproject.toml:")
        };
        let group = paths::word(&format!("{path}{group}"));
        commands.push(format!("python3 -m pip install --group {group}"));
    }
    commands.extend(requirements(tree, project));
    commands.push("python3 -m pip install pytest".to_owned());
    commands
}

/// The extras of a project, where none of them is called after tests: some may be needed by them.
pub fn unclear_extras(tree: &dyn Tree, project: &str) -> Vec<String> {
    let Some(manifest) = toml(tree, &paths::join(project, "pyproject.toml")) else {
        return Vec::new();
    };
    let extras = at(manifest.as_item(), &["project", "optional-dependencies"]);
    let table = extras.and_then(|extras| extras.as_table_like());
    let names = table.into_iter().flat_map(|table| table.iter());
    let names: Vec<String> = names.map(|(name, _)| name.to_owned()).collect();
    let clear = names.iter().any(|name| FOR_TESTS.contains(&name.as_str()));
    if clear { Vec::new() } else { names }
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
        .map(|name| paths::word(&paths::join(project, &name)))
        .map(|file| format!("python3 -m pip install -r {file}"))
        .collect()
}

/// The version of Python that a project is for, where it does not take the newest one.
pub fn python_version(tree: &dyn Tree, project: &str) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::super::super::tests::Memory;
    use super::*;

    #[test]
    fn what_tests_need_is_installed() {
        let setup = |files: &[(&str, &str)]| {
            let tree = Memory::new(files);
            (install(&tree, ""), python_version(&tree, ""))
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
        assert_eq!(python, None);
    }

    #[test]
    fn extras_that_may_be_needed_are_known() {
        let extras = |text: &str| unclear_extras(&Memory::new(&[("pyproject.toml", text)]), "");
        let table = "[project.optional-dependencies]\nd = []\nuvloop = []\n";
        assert_eq!(extras(table), ["d", "uvloop"]);
        assert_eq!(extras(&format!("{table}test = []\n")), Vec::<String>::new());
    }
}
