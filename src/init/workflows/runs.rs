//! The commands in a script that run tests.

use super::super::facts::{Runs, TestRun, Tests};

/// Words that may stand before `pytest`: what starts it.
const STARTERS: &[&str] = &[
    "python", "python3", "-m", "uv", "uvx", "run", "poetry", "pdm", "pipenv", "rye", "coverage",
    "xvfb-run", "exec", "time", "env",
];

/// The commands of a script that run tests with a tool that was found in the repository.
pub fn commands(script: &str, tests: &Tests, markers: &[&str]) -> Vec<TestRun> {
    let has = |name: &str| tests.tools.iter().any(|tool| tool.name == name);
    let mut found = Vec::new();
    for line in script.replace("\\\n", " ").lines() {
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        for command in line.split("&&").flat_map(|part| part.split(';')) {
            let command = command.split(" | ").next().unwrap_or(command).trim();
            let Some(words) = shlex::split(command) else {
                continue;
            };
            let words: Vec<&str> = words
                .iter()
                .map(String::as_str)
                .skip_while(|word| is_assignment(word))
                .collect();
            let tool = match tool(&words, tests).filter(|tool| has(tool)) {
                Some(tool) => tool,
                None if runs_others(&words) => "",
                None => continue,
            };
            found.push(TestRun {
                tool: tool.to_owned(),
                command: words_of(command),
                words: words.iter().map(ToString::to_string).collect(),
                expression: value_of(&words, &["-m"])
                    .filter(|_| tool == "pytest")
                    .and_then(|text| expression(text, markers)),
                whole: tool == "pytest" && value_of(&words, &["-m", "-k"]).is_none(),
                profile: value_of(&words, &["--profile", "-P"]).map(str::to_owned),
                ..TestRun::default()
            });
        }
    }
    found
}

/// Programs that run the tests of other tools, by a configuration of their own that is not read.
const RUNNERS: &[&[&str]] = &[
    &["tox"],
    &["nox"],
    &["hatch", "test"],
    &["make", "test"],
    &["make", "check"],
    &["make", "tests"],
    &["just", "test"],
];

/// Whether a command is one of a program that runs the tests of others: which, nobody has said.
fn runs_others(words: &[&str]) -> bool {
    (0..words.len()).any(|at| {
        let here = RUNNERS.iter().any(|runner| words[at..].starts_with(runner));
        here && is_started(&words[..at])
    })
}

/// Whether the words before a program start it: nothing, or a program that runs others with its options.
/// One that installs is none.
fn is_started(before: &[&str]) -> bool {
    let first = before.first().is_none_or(|word| STARTERS.contains(word));
    let installs = |word: &&str| ["pip", "install", "add", "sync", "tool", "lock"].contains(word);
    first && !before.iter().any(installs)
}

/// A command on one line.
fn words_of(command: &str) -> String {
    command.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    })
}

/// The name of the tool that a command runs tests with.
fn tool<'t>(words: &[&str], tests: &'t Tests) -> Option<&'t str> {
    let named = |name: &str| tests.tools.iter().find(|tool| tool.name == name);
    let name = |tool: &'t super::super::facts::Tool| tool.name.as_str();
    if let Some(at) = words
        .iter()
        .position(|word| matches!(*word, "pytest" | "py.test"))
    {
        let started = is_started(&words[..at]);
        return named("pytest").filter(|_| started).map(name);
    }
    if let ["cargo", rest @ ..] = words {
        let rest = match rest {
            [toolchain, rest @ ..] if toolchain.starts_with('+') => rest,
            rest => rest,
        };
        // What is built only runs nothing.
        if rest.contains(&"--no-run") {
            return None;
        }
        return match rest {
            ["test" | "t", ..] => named("cargo_test").or_else(|| named("nextest")).map(name),
            ["nextest", "run" | "r", ..] | ["llvm-cov", "nextest", ..] => {
                named("nextest").map(name)
            }
            _ => None,
        };
    }
    let of_command = tests.tools.iter().find(|tool| {
        let Runs::Command(command) = &tool.runs else {
            return false;
        };
        let wanted: Vec<&str> = command.split_whitespace().collect();
        !wanted.is_empty() && words.starts_with(&wanted)
    });
    of_command.map(name)
}

/// What an option is given, behind the name of the program.
fn value_of<'w>(words: &[&'w str], options: &[&str]) -> Option<&'w str> {
    let program = words
        .iter()
        .position(|word| matches!(*word, "pytest" | "py.test" | "cargo"))?;
    let words = &words[program + 1..];
    words.iter().enumerate().find_map(|(at, word)| {
        if options.contains(word) {
            return words.get(at + 1).copied();
        }
        let (option, value) = word.split_once('=')?;
        options.contains(&option).then_some(value)
    })
}

/// A marker expression of pytest, if it is one of known markers alone: as it is written in a plan.
pub fn expression(text: &str, markers: &[&str]) -> Option<String> {
    let text = text.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || "_ ()".contains(c);
    if text.is_empty() || !text.chars().all(plain) {
        return None;
    }
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut depth = 0_i32;
    // Whether an operand comes next.
    let mut operand = true;
    for word in spaced.split_whitespace() {
        match word {
            "(" if operand => depth += 1,
            ")" if !operand => depth -= 1,
            "not" if operand => {}
            "and" | "or" if !operand => operand = true,
            name if operand && markers.contains(&name) => operand = false,
            _ => return None,
        }
        if depth < 0 {
            return None;
        }
    }
    (depth == 0 && !operand).then(|| words_of(text))
}

#[cfg(test)]
mod tests {
    use super::super::super::facts::Tool;
    use super::*;

    #[test]
    fn commands_that_run_tests_are_told_from_others() {
        let mut tests = Tests::default();
        for name in ["pytest", "cargo_test", "nextest"] {
            tests.add_tool(Tool::command(name, name, ""));
        }
        tests.add_tool(Tool::command("go_test", "go test", "go test"));
        let found = |script: &str| -> Vec<(String, String)> {
            let runs = commands(script, &tests, &["unit"]).into_iter();
            runs.map(|run| (run.tool, run.command)).collect()
        };
        for (script, tool) in [
            ("python3 -m pytest tests", "pytest"),
            ("A=1 uv run --frozen pytest \\\n  tests", "pytest"),
            ("cd x && cargo test --locked", "cargo_test"),
            ("cargo +nightly nextest run -P ci | tee log", "nextest"),
            ("go test ./...", "go_test"),
            ("uv run --locked --group dev tox run -e py", ""),
            ("uv run --group dev pytest", "pytest"),
        ] {
            let found = found(script);
            assert_eq!(found.len(), 1, "{script}");
            assert_eq!(found[0].0, tool, "{script}");
        }
        for script in [
            "pip install pytest",
            "uv add pytest",
            "python -m pip install tox",
            "cargo test --no-run",
            "cargo build",
            "# pytest tests",
            "echo pytest",
            "go vet ./...",
        ] {
            assert_eq!(found(script), [], "{script}");
        }
    }

    #[test]
    fn expressions_of_known_markers_are_taken_over() {
        let known = ["unit", "gpu_1", "slow"];
        for text in ["unit", "unit and not (gpu_1 or slow)", "not slow"] {
            assert_eq!(expression(text, &known).as_deref(), Some(text));
        }
        for text in [
            "",
            "unit and",
            "other",
            "unit slow",
            "(unit",
            "${{ x }}",
            "unit and ()",
        ] {
            assert_eq!(expression(text, &known), None, "{text}");
        }
    }
}
