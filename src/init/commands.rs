//! Tests that one command runs: what languages have that dtpc has no tool for.

use super::facts::{Suite, TestType, Tests, Tool};
use super::{Tree, identifier, paths};

/// How many folders with a manifest of one kind get suites.
const FOLDERS: usize = 8;

/// What a manifest says about how tests are run.
struct Known {
    /// The name of the file; or of its end, behind `*`.
    manifest: &'static str,
    /// What must stand in it, if anything.
    contains: &'static str,
    language: &'static str,
    tool: &'static str,
    title: &'static str,
    command: &'static str,
    /// What follows the command at the root.
    arguments: &'static [&'static str],
    /// What follows it for another folder, which stands for `{}`; none if it runs at the root alone.
    elsewhere: Option<&'static [&'static str]>,
    setup: &'static [&'static str],
    /// The files of the tests.
    files: &'static str,
}

static KNOWN: &[Known] = &[
    Known {
        manifest: "go.mod",
        contains: "",
        language: "go",
        tool: "go_test",
        title: "go test",
        command: "go test",
        arguments: &["./..."],
        elsewhere: Some(&["-C", "{}", "./..."]),
        setup: &[],
        files: "**/*_test.go",
    },
    Known {
        manifest: "mvnw",
        contains: "",
        language: "java",
        tool: "maven",
        title: "Maven",
        command: "./mvnw --batch-mode test",
        arguments: &[],
        elsewhere: None,
        setup: &[],
        files: "**/src/test/**",
    },
    Known {
        manifest: "pom.xml",
        contains: "",
        language: "java",
        tool: "maven",
        title: "Maven",
        command: "mvn --batch-mode test",
        arguments: &[],
        elsewhere: Some(&["--file", "{}"]),
        setup: &[],
        files: "**/src/test/**",
    },
    Known {
        manifest: "gradlew",
        contains: "",
        language: "java",
        tool: "gradle",
        title: "Gradle",
        command: "./gradlew test",
        arguments: &[],
        elsewhere: None,
        setup: &[],
        files: "**/src/test/**",
    },
    Known {
        manifest: "build.sbt",
        contains: "",
        language: "scala",
        tool: "sbt",
        title: "sbt",
        command: "sbt test",
        arguments: &[],
        elsewhere: None,
        setup: &[],
        files: "**/src/test/**",
    },
    Known {
        manifest: "Gemfile",
        contains: "rspec",
        language: "ruby",
        tool: "rspec",
        title: "RSpec",
        command: "bundle exec rspec",
        arguments: &[],
        elsewhere: None,
        setup: &["bundle install"],
        files: "spec/**",
    },
    Known {
        manifest: "Rakefile",
        contains: "TestTask",
        language: "ruby",
        tool: "rake_test",
        title: "rake test",
        command: "bundle exec rake test",
        arguments: &[],
        elsewhere: None,
        setup: &["bundle install"],
        files: "test/**",
    },
    Known {
        manifest: "composer.json",
        contains: "phpunit",
        language: "php",
        tool: "phpunit",
        title: "PHPUnit",
        command: "vendor/bin/phpunit",
        arguments: &[],
        elsewhere: None,
        setup: &["composer install"],
        files: "tests/**",
    },
    Known {
        manifest: "Package.swift",
        contains: "testTarget",
        language: "swift",
        tool: "swift_test",
        title: "swift test",
        command: "swift test",
        arguments: &[],
        elsewhere: Some(&["--package-path", "{}"]),
        setup: &[],
        files: "Tests/**",
    },
    Known {
        manifest: "mix.exs",
        contains: "",
        language: "elixir",
        tool: "mix_test",
        title: "mix test",
        command: "mix test",
        arguments: &[],
        elsewhere: None,
        setup: &["mix deps.get"],
        files: "test/**",
    },
    Known {
        manifest: "rebar.config",
        contains: "",
        language: "erlang",
        tool: "rebar3",
        title: "rebar3",
        command: "rebar3 eunit",
        arguments: &[],
        elsewhere: None,
        setup: &[],
        files: "test/**",
    },
    Known {
        manifest: "pubspec.yaml",
        contains: "test:",
        language: "dart",
        tool: "dart_test",
        title: "dart test",
        command: "dart test",
        arguments: &[],
        elsewhere: None,
        setup: &["dart pub get"],
        files: "test/**",
    },
    Known {
        manifest: "build.zig",
        contains: "\"test\"",
        language: "zig",
        tool: "zig_test",
        title: "zig build test",
        command: "zig build test",
        arguments: &[],
        elsewhere: None,
        setup: &[],
        files: "**/*.zig",
    },
    Known {
        manifest: "dune-project",
        contains: "",
        language: "ocaml",
        tool: "dune_test",
        title: "dune test",
        command: "dune test",
        arguments: &[],
        elsewhere: Some(&["--root", "{}"]),
        setup: &[],
        files: "test/**",
    },
    Known {
        manifest: "stack.yaml",
        contains: "",
        language: "haskell",
        tool: "stack_test",
        title: "stack test",
        command: "stack test",
        arguments: &[],
        elsewhere: None,
        setup: &[],
        files: "test/**",
    },
    Known {
        manifest: "*.cabal",
        contains: "test-suite",
        language: "haskell",
        tool: "cabal_test",
        title: "cabal test",
        command: "cabal test",
        arguments: &[],
        elsewhere: None,
        setup: &["cabal update"],
        files: "test/**",
    },
    Known {
        manifest: "project.clj",
        contains: "",
        language: "clojure",
        tool: "lein_test",
        title: "lein test",
        command: "lein test",
        arguments: &[],
        elsewhere: None,
        setup: &[],
        files: "test/**",
    },
    Known {
        manifest: "*.sln",
        contains: "",
        language: "csharp",
        tool: "dotnet_test",
        title: "dotnet test",
        command: "dotnet test",
        arguments: &[],
        elsewhere: Some(&["{}"]),
        setup: &[],
        files: "**",
    },
    Known {
        manifest: "CMakeLists.txt",
        contains: "enable_testing",
        language: "cpp",
        tool: "ctest",
        title: "CTest",
        command: "ctest --test-dir build --output-on-failure",
        arguments: &[],
        elsewhere: None,
        setup: &["cmake -S . -B build", "cmake --build build"],
        files: "**",
    },
    Known {
        manifest: "meson.build",
        contains: "test(",
        language: "c",
        tool: "meson_test",
        title: "Meson",
        command: "meson test -C build",
        arguments: &[],
        elsewhere: None,
        setup: &["meson setup build"],
        files: "**",
    },
];

impl Known {
    fn is(&self, path: &str) -> bool {
        let name = paths::name(path);
        match self.manifest.strip_prefix('*') {
            Some(end) => name.ends_with(end),
            None => name == self.manifest,
        }
    }
}

/// Looks for manifests.
pub fn look(tree: &dyn Tree, tests: &mut Tests) {
    for known in KNOWN {
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

fn add(known: &Known, folders: &[String], tests: &mut Tests) {
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
