//! What CI says about the suites that were found: times, features, filters, repetitions.

use std::collections::BTreeSet;

use super::draft::stages::is_of;
use super::facts::{Facts, TestRun};

/// Adds to each suite what its commands in the workflows, and the profiles of nextest, say about it.
/// Where they say different things it stays to be decided.
pub fn complete(facts: &mut Facts) {
    let Some(ci) = &facts.ci else { return };
    let runs: Vec<&TestRun> = ci.workflows.iter().flat_map(|w| &w.runs).collect();
    let mut all = Vec::new();
    for suite in &facts.tests.suites {
        let own: Vec<&TestRun> = runs
            .iter()
            .filter(|run| is_of(run, suite, facts))
            .copied()
            .collect();
        let mut said = suite.in_ci.clone();
        let mut arguments = suite.arguments.clone();
        if own.is_empty() && !ci.workflows.is_empty() {
            said.todo
                .push("TODO no workflow was seen to run it: where does it belong?".to_owned());
        }
        let commands: BTreeSet<&[String]> = own.iter().map(|run| run.words.as_slice()).collect();
        let of_cargo = ["cargo_test", "nextest"].contains(&suite.tool.as_str());
        if of_cargo && suite.arguments.iter().all(|word| word != "--manifest-path") {
            if let [words] = commands.iter().copied().collect::<Vec<_>>().as_slice() {
                if let Some((given, features)) = given(words) {
                    arguments = given;
                    said.features = features;
                }
            } else if commands.len() > 1 {
                said.todo.push(format!(
                    "TODO the workflows run it in {} ways, listed below: which are suites of their own?",
                    commands.len()
                ));
            }
        }
        if suite.tool == "nextest"
            && let Some(nextest) = &ci.nextest
        {
            let named: BTreeSet<&str> = own
                .iter()
                .map(|run| run.profile.as_deref().unwrap_or("default"))
                .collect();
            let named: Vec<&str> = named.into_iter().collect();
            let name = named.first().copied().unwrap_or("default");
            let profile = nextest.profiles.get(name).filter(|_| named.len() < 2);
            if let Some(profile) = profile {
                said.retries = profile.retries;
                said.filter.clone_from(&profile.filter);
                if !profile.others.is_empty() {
                    said.todo.push(format!(
                        "TODO nextest's profile has {} too: it stays in {}",
                        profile.others.join(", "),
                        nextest.file
                    ));
                }
            } else if named.len() > 1 {
                said.todo.push(format!(
                    "TODO it runs with the profiles {} of nextest: what differs between the stages?",
                    named.join(", ")
                ));
            }
        }
        all.push((arguments, said));
    }
    for (suite, (arguments, said)) in facts.tests.suites.iter_mut().zip(all) {
        suite.arguments = arguments;
        suite.in_ci = said;
    }
}

/// The arguments of a command of cargo, and its features; nothing where the shell has a part in it.
fn given(words: &[String]) -> Option<(Vec<String>, Vec<String>)> {
    let of_shell = |word: &String| word.contains(['$', '>', '<', '`']);
    if words.iter().any(of_shell) {
        return None;
    }
    let mut rest = words
        .iter()
        .skip_while(|word| !matches!(word.as_str(), "test" | "t" | "run" | "r"));
    rest.next()?;
    let mut arguments = Vec::new();
    let mut features = Vec::new();
    let mut behind = false;
    while let Some(word) = rest.next() {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        behind |= word == "--";
        match option {
            "--features" | "-F" if !behind => {
                let value = value.or_else(|| rest.next().cloned())?;
                let names = value.split([',', ' ']).filter(|name| !name.is_empty());
                features.extend(names.map(str::to_owned));
            }
            // The profile of the stage stands for it.
            "--profile" | "-P" if !behind && words.iter().any(|w| w == "nextest") => {
                if value.is_none() {
                    rest.next()?;
                }
            }
            _ => arguments.push(word.clone()),
        }
    }
    Some((arguments, features))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(command: &str) -> Option<(String, String)> {
        let words = shlex::split(command).unwrap();
        given(&words).map(|(arguments, features)| (arguments.join(" "), features.join(" ")))
    }

    #[test]
    fn the_words_of_cargo_are_taken_over() {
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(
            said("cargo test --locked -F a,b -- --nocapture"),
            pair("--locked -- --nocapture", "a b")
        );
        assert_eq!(
            said("cargo +nightly nextest run -P ci --features=x"),
            pair("", "x")
        );
        assert_eq!(said("cargo test --features ${{ matrix.f }}"), None);
        assert_eq!(said("cargo build"), None);
    }
}
