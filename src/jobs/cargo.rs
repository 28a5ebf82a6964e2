//! The tests of a suite of nextest by `cargo test`, for machines without nextest.
//!
//! cargo test knows less: it runs nothing again, divides nothing, and chooses by targets, packages and
//! parts of names. What it cannot say is told, and not left out in silence.

use super::Cell;
use super::command;
use crate::schema::Plan;
use crate::schema::values::ToolKind;

/// Options of `cargo nextest run` that cargo test does not have, or not with that meaning.
const OF_NEXTEST: &[&str] = &[
    "-E",
    "-P",
    "-j",
    "--archive-file",
    "--config-file",
    "--filter-expr",
    "--filterset",
    "--partition",
    "--profile",
    "--retries",
    "--run-ignored",
    "--test-threads",
    "--tool-config-file",
];

/// Options that choose targets: without one, cargo test would run the examples in comments too, which
/// nextest does not.
const TARGETS: &[&str] = &[
    "--all-targets",
    "--bench",
    "--benches",
    "--bin",
    "--bins",
    "--example",
    "--examples",
    "--lib",
    "--test",
    "--tests",
];

/// What a filterset is as words of cargo test.
#[derive(Debug, Default, PartialEq, Eq)]
struct Choice {
    /// Options of cargo.
    cargo: Vec<String>,
    /// The name that tests must have, or have in theirs.
    name: Option<String>,
    /// Names that they must not have.
    skipped: Vec<String>,
    /// Whether names are whole ones.
    exact: bool,
}

/// The words that run with cargo test what a cell runs with nextest; nothing for other tools. All
/// shards are in it together, and tests that fail are not run again.
///
/// # Errors
/// What cargo test cannot say.
pub fn without_nextest(plan: &Plan, cell: &Cell) -> Option<Result<Vec<String>, String>> {
    if command::tool_kind(plan, cell.suite) != ToolKind::Nextest {
        return None;
    }
    Some(words(plan, cell))
}

fn words(plan: &Plan, cell: &Cell) -> Result<Vec<String>, String> {
    let suite = &plan.suites[cell.suite];
    let choice = match command::filterset(plan, suite) {
        Some(filter) => choice(&filter)?,
        None => Choice::default(),
    };
    let given = command::arguments(plan, cell);
    let (given, behind) = match given.iter().position(|word| word == "--") {
        Some(at) => (&given[..at], &given[at + 1..]),
        None => (given.as_slice(), &[][..]),
    };
    let mut words: Vec<String> = vec!["cargo".to_owned(), "test".to_owned()];
    words.extend(command::features(suite));
    for word in given {
        let option = word.split('=').next().unwrap_or(word);
        if OF_NEXTEST.contains(&option) {
            return Err(format!("`{option}` is an option of nextest"));
        }
        words.push(match word.strip_prefix("--cargo-profile") {
            Some(rest) => format!("--profile{rest}"),
            None => word.clone(),
        });
    }
    words.extend(choice.cargo);
    let chosen = words
        .iter()
        .any(|word| TARGETS.contains(&word.split('=').next().unwrap_or(word)));
    if !chosen {
        words.push("--tests".to_owned());
    }
    words.extend(choice.name);
    let mut binary: Vec<String> = behind.to_vec();
    binary.extend(command::ignored_for_cargo(suite).map(str::to_owned));
    if choice.exact {
        binary.push("--exact".to_owned());
    }
    for name in choice.skipped {
        binary.extend(["--skip".to_owned(), name]);
    }
    if let Some(threads) = threads(plan, cell) {
        binary.push(format!("--test-threads={threads}"));
    }
    if !binary.is_empty() {
        words.push("--".to_owned());
        words.extend(binary);
    }
    Ok(words)
}

/// How many tests run beside each other: no more than a service takes.
fn threads(plan: &Plan, cell: &Cell) -> Option<u32> {
    let services = super::services(&plan.suites[cell.suite]).into_iter();
    services
        .filter_map(|id| plan.services[id].max_parallel.map(|most| most.value))
        .chain(super::profiles::threads(plan, cell.suite))
        .min()
}

/// A filterset that is a row of predicates, all of which hold, as words of cargo test.
fn choice(filter: &str) -> Result<Choice, String> {
    let mut choice = Choice::default();
    let mut chosen: Option<(bool, &str)> = None;
    let mut skipped: Vec<(bool, &str)> = Vec::new();
    for (negated, predicate, argument) in predicates(filter)? {
        let cannot = || {
            let not = if negated { "not " } else { "" };
            format!("cargo test cannot choose by `{not}{predicate}({argument})`")
        };
        match (predicate, negated) {
            ("all", false) => {}
            ("kind", false) => {
                let target: &[&str] = match argument.trim_start_matches('=') {
                    "lib" | "proc-macro" => &["--lib"],
                    "bin" => &["--bins"],
                    "test" => &["--test", "*"],
                    "bench" => &["--benches"],
                    "example" => &["--examples"],
                    _ => return Err(cannot()),
                };
                if choice
                    .cargo
                    .iter()
                    .any(|word| TARGETS.contains(&word.as_str()))
                {
                    return Err(cannot());
                }
                choice.cargo.extend(target.iter().map(ToString::to_string));
            }
            ("package", false) => {
                let name = argument.trim_start_matches('=');
                let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
                let twice = choice.cargo.iter().any(|word| word == "--package");
                if twice || name.is_empty() || !name.chars().all(plain) {
                    return Err(cannot());
                }
                choice
                    .cargo
                    .extend(["--package".to_owned(), name.to_owned()]);
            }
            ("test", _) => {
                let (exact, name) = match argument.strip_prefix('=') {
                    Some(name) => (true, name),
                    None => (false, argument.strip_prefix('~').unwrap_or(argument)),
                };
                let plain = |c: char| c.is_ascii_alphanumeric() || "_:".contains(c);
                if name.is_empty() || !name.chars().all(plain) {
                    return Err(cannot());
                }
                if negated {
                    skipped.push((exact, name));
                } else if chosen.replace((exact, name)).is_some() {
                    return Err(cannot());
                }
            }
            _ => return Err(cannot()),
        }
    }
    // What is not among the chosen need not be skipped.
    skipped.retain(|(exact, name)| match chosen {
        None => true,
        Some((true, only)) => (*exact && *name == only) || (!exact && only.contains(name)),
        Some((false, part)) => !exact || name.contains(part),
    });
    let mut all = skipped.iter().chain(&chosen).map(|(exact, _)| *exact);
    let exact = all.next();
    if let Some((_, name)) = skipped
        .first()
        .filter(|_| all.any(|other| Some(other) != exact))
    {
        return Err(format!(
            "cargo test takes whole names or parts of names, and `{name}` is the other of both"
        ));
    }
    choice.exact = exact.unwrap_or_default();
    choice.name = chosen.map(|(_, name)| name.to_owned());
    choice.skipped = skipped
        .into_iter()
        .map(|(_, name)| name.to_owned())
        .collect();
    Ok(choice)
}

/// The predicates of a filterset that has only `and` and `not`: whether each is negated, its name and
/// what it is given. Parentheses around a part of the row say nothing.
fn predicates(filter: &str) -> Result<Vec<(bool, &str, &str)>, String> {
    let no = || format!("cargo test has no `or`, and no such filter as `{filter}`");
    let mut rest = filter.trim();
    let mut found = Vec::new();
    let mut open = 0_usize;
    loop {
        while let Some(inner) = rest.strip_prefix('(') {
            open += 1;
            rest = inner.trim_start();
        }
        let mut negated = false;
        loop {
            let behind = rest.strip_prefix("not ").or_else(|| rest.strip_prefix('!'));
            let Some(behind) = behind else { break };
            negated = !negated;
            rest = behind.trim_start();
        }
        let (predicate, behind) = rest.split_once('(').ok_or_else(no)?;
        // What is negated as a whole is no row; an escape or a regular expression is no plain name.
        let (argument, behind) = behind.split_once(')').ok_or_else(no)?;
        if predicate.is_empty() || argument.contains(['\\', '/', '(']) {
            return Err(no());
        }
        found.push((negated, predicate.trim(), argument.trim()));
        rest = behind.trim_start();
        while let Some(behind) = rest.strip_prefix(')').filter(|_| open > 0) {
            open -= 1;
            rest = behind.trim_start();
        }
        if rest.is_empty() {
            return if open == 0 { Ok(found) } else { Err(no()) };
        }
        let behind = rest.strip_prefix("and ").or_else(|| rest.strip_prefix('&'));
        rest = behind.ok_or_else(no)?.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(filter: &str) -> Result<String, String> {
        choice(filter).map(|choice| {
            let skipped = choice.skipped.iter().map(|name| format!("!{name}"));
            let words: Vec<String> = choice
                .cargo
                .into_iter()
                .chain(choice.name)
                .chain(skipped)
                .collect();
            let exact = if choice.exact { " exact" } else { "" };
            format!("{}{exact}", words.join(" "))
        })
    }

    #[test]
    fn rows_of_predicates_are_said_in_words_of_cargo() {
        for (filter, words) in [
            ("all()", ""),
            ("kind(lib)", "--lib"),
            (
                "package(core) and kind(test) and test(slow)",
                "--package core --test * slow",
            ),
            ("test(=a::b)", "a::b exact"),
            (
                "(kind(bin)) and not test(=a) & !test(=b)",
                "--bins !a !b exact",
            ),
            ("not not test(x)", "x"),
            ("test(alone) and not test(=tests::races)", "alone"),
            ("test(=a) and not test(=b)", "a exact"),
            ("test(a) and not test(ab)", "a !ab"),
        ] {
            assert_eq!(chosen(filter).as_deref(), Ok(words), "{filter}");
        }
    }

    #[test]
    fn what_cargo_cannot_say_is_told() {
        for filter in [
            "kind(lib) or kind(test)",
            "kind(lib) and kind(test)",
            "not (test(a) and test(b))",
            "not kind(lib)",
            "test(a) and test(b)",
            "test(a) and not test(=ab)",
            "not test(a) and not test(=b)",
            "test(/a.*/)",
            "package(core*)",
            "deps(core)",
        ] {
            assert!(chosen(filter).is_err(), "{filter}");
        }
    }
}
