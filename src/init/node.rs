//! Packages of JavaScript and TypeScript: the script `test`, and the package manager that runs it.

use serde_json::Value;

use super::facts::{InCi, Suite, TestType, Tests, Tool};
use super::{Tree, identifier, paths};

/// How many packages of one repository get suites.
const PACKAGES: usize = 8;

/// Runners that are called by themselves where there is no script.
const RUNNERS: [(&str, &str); 4] = [
    ("vitest", "npx vitest run"),
    ("jest", "npx jest"),
    ("ava", "npx ava"),
    ("mocha", "npx mocha"),
];

/// Looks for packages with tests.
pub fn look(tree: &dyn Tree, tests: &mut Tests) {
    let mut manifests: Vec<&String> = tree
        .files()
        .iter()
        .filter(|path| paths::name(path) == "package.json" && paths::is_own(path))
        .filter(|path| !path.split('/').any(|part| part.starts_with('.')))
        .collect();
    manifests.sort_by_key(|path| (path.matches('/').count(), path.as_str()));
    let mut folders: Vec<String> = Vec::new();
    for path in manifests {
        let folder = paths::folder(path);
        // The script of a package runs those of the packages in it, where it is a workspace.
        let inside = folders.iter().any(|f| paths::is_below(folder, f));
        let Some(manifest) = manifest(tree, path).filter(|_| !inside) else {
            continue;
        };
        if let Some(tool) = tool(tree, folder, &manifest) {
            folders.push(folder.to_owned());
            if folders.len() > PACKAGES {
                continue;
            }
            let language = language(tree, folder);
            let name = match folder {
                "" => format!("{language}_tests"),
                folder => format!("{language}_{}_tests", identifier(folder)),
            };
            let tool = tests.add_tool(tool);
            tests.add_suite(Suite {
                name,
                test_type: TestType::Undivided,
                tool,
                language: Some(language),
                paths: vec![paths::join(folder, "**")],
                arguments: Vec::new(),
                in_ci: InCi::default(),
            });
        }
    }
    if folders.len() > PACKAGES {
        tests.questions.push(format!(
            "are the packages in {} tested too?",
            folders[PACKAGES..].join(", ")
        ));
    }
}

fn manifest(tree: &dyn Tree, path: &str) -> Option<Value> {
    serde_json::from_str(&tree.text(path)?).ok()
}

/// What runs the tests of a package.
fn tool(tree: &dyn Tree, folder: &str, manifest: &Value) -> Option<Tool> {
    let script = manifest["scripts"]["test"].as_str();
    // What `npm init` writes.
    let real = script.filter(|s| !s.contains("no test specified") && !s.trim().is_empty());
    let manager = Manager::of(tree, folder, manifest);
    let command = if real.is_some() {
        manager.test(folder)
    } else {
        let depends = |name: &str| {
            ["devDependencies", "dependencies"]
                .iter()
                .any(|key| manifest[key].get(name).is_some())
        };
        let (_, command) = RUNNERS.iter().find(|(name, _)| depends(name))?;
        // Another folder can only be given to npm.
        match folder {
            "" => (*command).to_owned(),
            folder => command.replacen(
                "npx ",
                &format!("npm exec --prefix {} -- ", paths::word(folder)),
                1,
            ),
        }
    };
    let name = match folder {
        "" => format!("{}_test", manager.word()),
        folder => format!("{}_test_{}", manager.word(), identifier(folder)),
    };
    let title = format!("{} test", manager.word());
    Some(Tool {
        setup: manager.install(tree, folder),
        ..Tool::command(&name, &title, command)
    })
}

/// TypeScript where there is more of it than of JavaScript.
fn language(tree: &dyn Tree, folder: &str) -> &'static str {
    let count = |extensions: &[&str]| {
        let inside = tree.files().iter().filter(|f| paths::is_below(f, folder));
        inside
            .filter(|f| paths::has_extension(f, extensions))
            .count()
    };
    if count(&["ts", "tsx", "mts", "cts"]) > count(&["js", "jsx", "mjs", "cjs"]) {
        "typescript"
    } else {
        "javascript"
    }
}

/// A package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manager {
    Npm,
    Pnpm,
    Yarn,
    Bun,
}

impl Manager {
    /// By what the manifest asks for, else by the lock file.
    fn of(tree: &dyn Tree, folder: &str, manifest: &Value) -> Self {
        let asked = manifest["packageManager"].as_str().unwrap_or_default();
        let locked = |name: &str| tree.has(&paths::join(folder, name)) || tree.has(name);
        match asked.split('@').next() {
            Some("pnpm") => Self::Pnpm,
            Some("yarn") => Self::Yarn,
            Some("bun") => Self::Bun,
            _ if locked("pnpm-lock.yaml") => Self::Pnpm,
            _ if locked("yarn.lock") => Self::Yarn,
            _ if locked("bun.lock") || locked("bun.lockb") => Self::Bun,
            _ => Self::Npm,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn => "yarn",
            Self::Bun => "bun",
        }
    }

    /// The manager, told of the folder of the package.
    fn within(self, folder: &str) -> String {
        let word = self.word();
        let place = paths::word(folder);
        match (self, folder) {
            (_, "") => word.to_owned(),
            (Self::Npm, _) => format!("{word} --prefix {place}"),
            (Self::Pnpm, _) => format!("{word} --dir {place}"),
            (Self::Yarn | Self::Bun, _) => format!("{word} --cwd {place}"),
        }
    }

    fn test(self, folder: &str) -> String {
        let run = if self == Self::Bun {
            "run test"
        } else {
            "test"
        };
        format!("{} {run}", self.within(folder))
    }

    fn install(self, tree: &dyn Tree, folder: &str) -> Vec<String> {
        let manager = self.within(folder);
        let locked = |name: &str| tree.has(&paths::join(folder, name));
        match self {
            Self::Npm if locked("package-lock.json") => vec![format!("{manager} ci")],
            Self::Npm => vec![format!("{manager} install")],
            Self::Pnpm | Self::Yarn => vec![
                "corepack enable".to_owned(),
                format!("{manager} install --frozen-lockfile"),
            ],
            Self::Bun => vec![
                "npm install --global bun".to_owned(),
                format!("{manager} install --frozen-lockfile"),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::Runs;
    use super::super::tests::Memory;
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<(String, String, Vec<String>)> {
        let mut tests = Tests::default();
        look(&Memory::new(files), &mut tests);
        let command = |tool: &Tool| match &tool.runs {
            Runs::Command(command) => command.clone(),
            Runs::Known(word) => (*word).to_owned(),
        };
        let tools = tests.tools.iter().zip(&tests.suites);
        tools
            .map(|(t, s)| (s.name.clone(), command(t), t.setup.clone()))
            .collect()
    }

    const TESTED: &str = r#"{"scripts": {"test": "vitest"}}"#;

    #[test]
    fn the_script_is_run_by_the_manager_of_the_lock_file() {
        for (lock, command, setup) in [
            ("package-lock.json", "npm test", "npm ci"),
            (
                "pnpm-lock.yaml",
                "pnpm test",
                "pnpm install --frozen-lockfile",
            ),
            ("yarn.lock", "yarn test", "yarn install --frozen-lockfile"),
            ("bun.lock", "bun run test", "bun install --frozen-lockfile"),
            ("other", "npm test", "npm install"),
        ] {
            let found = found(&[("package.json", TESTED), (lock, ""), ("src/a.ts", "")]);
            assert_eq!(found[0].0, "typescript_tests");
            assert_eq!(found[0].1, command);
            assert_eq!(found[0].2.last().map(String::as_str), Some(setup));
        }
    }

    #[test]
    fn packages_without_tests_and_those_inside_another_are_left_out() {
        let none = r#"{"scripts": {"test": "echo \"Error: no test specified\" && exit 1"}}"#;
        let jest = r#"{"devDependencies": {"jest": "30"}}"#;
        let files = [
            ("package.json", none),
            ("web/package.json", TESTED),
            ("web/packages/a/package.json", TESTED),
            ("api/package.json", jest),
            (".github/scripts/package.json", TESTED),
            ("broken/package.json", "{"),
        ];
        let found = found(&files);
        let commands: Vec<&str> = found.iter().map(|f| f.1.as_str()).collect();
        assert_eq!(
            commands,
            ["npm exec --prefix api -- jest", "npm --prefix web test"]
        );
    }
}
