//! Tests that one command runs: what languages have that dtpc has no tool for.

mod known;

use super::facts::{InCi, Suite, TestType, Tests, Tool};
use super::{Tree, identifier, paths};

/// How many folders with a manifest of one kind get suites.
const FOLDERS: usize = 8;

/// Looks for manifests.
pub fn look(tree: &dyn Tree, tests: &mut Tests) {
    for known in known::KNOWN {
        // One language, one way: what comes first in the table is preferred.
        if tests
            .suites
            .iter()
            .any(|s| s.language == Some(known.language))
        {
            continue;
        }
        let mut folders: Vec<String> = tree
            .files()
            .iter()
            .filter(|path| known.is(path) && paths::is_own(path))
            .filter(|path| {
                known.contains.is_empty()
                    || tree.text(path).is_some_and(|t| t.contains(known.contains))
            })
            .map(|path| paths::folder(path).to_owned())
            .collect();
        // A module of Go does not take in the modules below it; the others do.
        if known.language != "go" {
            paths::outermost(&mut folders);
        }
        add(known, &folders, tests);
    }
}

fn add(known: &known::Known, folders: &[String], tests: &mut Tests) {
    let mut left = Vec::new();
    let mut suites = Vec::new();
    for (number, folder) in folders.iter().enumerate() {
        let arguments = match folder.as_str() {
            "" => Some(known.arguments),
            _ => known.elsewhere,
        };
        let Some(arguments) = arguments.filter(|_| number < FOLDERS) else {
            left.push(folder.as_str());
            continue;
        };
        let language = known.language;
        suites.push(Suite {
            name: match folder.as_str() {
                "" => format!("{language}_tests"),
                _ if folders.len() == 1 => format!("{language}_tests"),
                folder => format!("{language}_{}_tests", identifier(folder)),
            },
            test_type: TestType::Undivided,
            tool: known.tool.to_owned(),
            language: Some(language),
            paths: vec![paths::join(folder, known.files)],
            arguments: arguments.iter().map(|a| a.replace("{}", folder)).collect(),
            in_ci: InCi::default(),
        });
    }
    if !suites.is_empty() {
        let tool = tests.add_tool(Tool {
            setup: known.setup.iter().map(ToString::to_string).collect(),
            ..Tool::command(known.tool, known.title, known.command)
        });
        for suite in suites {
            let tool = tool.clone();
            tests.add_suite(Suite { tool, ..suite });
        }
    }
    if !left.is_empty() {
        tests.questions.push(format!(
            "how are the tests in {} run? there is a `{}`",
            left.join(", "),
            known.manifest
        ));
    }
}

/// `make test`, where nothing else was found: in other repositories it calls what was.
pub fn make(tree: &dyn Tree, tests: &mut Tests) {
    let names = ["GNUmakefile", "makefile", "Makefile"];
    let Some(text) = names.iter().find_map(|name| tree.text(name)) else {
        return;
    };
    let target = ["test", "tests", "check"].into_iter().find(|target| {
        let rule = |line: &str| {
            let rest = line.strip_prefix(target).map(str::trim_start);
            rest.is_some_and(|r| r.starts_with(':') && !r.starts_with(":="))
        };
        text.lines().any(rule)
    });
    let Some(target) = target.filter(|_| tests.suites.is_empty()) else {
        return;
    };
    let command = format!("make {target}");
    let tool = tests.add_tool(Tool::command("make_test", &command, command.as_str()));
    tests.add_suite(Suite {
        name: "tests".to_owned(),
        test_type: TestType::Undivided,
        tool,
        language: None,
        paths: Vec::new(),
        arguments: Vec::new(),
        in_ci: InCi::default(),
    });
}

#[cfg(test)]
mod tests {
    use super::super::facts::Runs;
    use super::super::tests::Memory;
    use super::*;

    fn commands(files: &[(&str, &str)]) -> Vec<String> {
        let mut tests = Tests::default();
        let tree = Memory::new(files);
        look(&tree, &mut tests);
        make(&tree, &mut tests);
        let suites = tests.suites.iter();
        suites
            .map(|suite| {
                let tool = tests.tools.iter().find(|t| t.name == suite.tool).unwrap();
                let Runs::Command(command) = &tool.runs else {
                    panic!("{tool:?}");
                };
                format!("{command} {}", suite.arguments.join(" "))
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn manifests_say_what_runs_the_tests() {
        assert_eq!(
            commands(&[("go.mod", ""), ("tools/go.mod", "")]),
            ["go test ./...", "go test -C tools ./..."]
        );
        assert_eq!(
            commands(&[("mvnw", ""), ("pom.xml", ""), ("a/pom.xml", "")]),
            ["./mvnw --batch-mode test"]
        );
        assert_eq!(
            commands(&[("Gemfile", "gem 'rspec'\n")]),
            ["bundle exec rspec"]
        );
        assert_eq!(
            commands(&[("Gemfile", "gem 'rails'\n")]),
            Vec::<String>::new()
        );
        assert_eq!(commands(&[("sub/build.sbt", "")]), Vec::<String>::new());
    }

    #[test]
    fn make_is_asked_last() {
        let makefile = ("Makefile", "test := 1\nall: x\ntest: all\n\techo\n");
        assert_eq!(commands(&[makefile]), ["make test"]);
        assert_eq!(commands(&[makefile, ("go.mod", "")]), ["go test ./..."]);
        assert_eq!(
            commands(&[("Makefile", "test := 1\n")]),
            Vec::<String>::new()
        );
    }
}
