//! The markers of pytest: registered ones with their words, and those in use.

use std::collections::BTreeSet;

use super::facts::{Argument, Marker, Markers};
use super::python::Pytest;
use super::{Tree, paths};
use crate::schema::values::ArgumentType;

/// How many files are searched for markers.
const FILES: usize = 5_000;

/// Markers of pytest itself, and of plugins that register their own.
pub(crate) const NOT_OURS: &[&str] = &[
    "parametrize",
    "skip",
    "skipif",
    "xfail",
    "usefixtures",
    "filterwarnings",
    "tryfirst",
    "trylast",
    "anyio",
    "asyncio",
    "benchmark",
    "block_network",
    "celery",
    "default_cassette",
    "dependency",
    "django_db",
    "enable_socket",
    "disable_socket",
    "allow_hosts",
    "flaky",
    "forked",
    "freeze_time",
    "httpx_mock",
    "no_cover",
    "order",
    "ignore_template_errors",
    "repeat",
    "respx",
    "run",
    "timeout",
    "trio",
    "twisted",
    "urls",
    "vcr",
    "xdist_group",
];

/// Words of the language that cannot be names of markers.
const RESERVED: &[&str] = &[
    "and", "or", "not", "true", "false", "all", "any", "rest", "open",
];

/// The markers of a repository.
pub fn look(tree: &dyn Tree, pytest: &Pytest) -> Markers {
    let mut list: Vec<Marker> = Vec::new();
    for line in &pytest.markers {
        let (head, description) = line.split_once(':').unwrap_or((line, ""));
        let (name, argument) = match head.split_once('(') {
            Some((name, argument)) => (name, registered_argument(argument)),
            None => (head, Argument::None),
        };
        let name = name.trim();
        if is_name(name) && !list.iter().any(|m| m.name == name) {
            list.push(Marker {
                name: name.to_owned(),
                description: description.trim().to_owned(),
                argument,
            });
        }
    }
    let registered = list.len();
    let mut used: BTreeSet<(String, Argument)> = BTreeSet::new();
    let helpers = tree
        .files()
        .iter()
        .filter(|path| paths::name(path) == "conftest.py" && paths::is_own(path));
    for path in pytest.files.iter().chain(helpers).take(FILES) {
        used.extend(uses(&tree.text(path).unwrap_or_default()));
    }
    for (name, argument) in used {
        if !NOT_OURS.contains(&name.as_str())
            && is_name(&name)
            && !list.iter().any(|m| m.name == name)
        {
            list.push(Marker {
                name,
                description: String::new(),
                argument,
            });
        }
    }
    Markers { list, registered }
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !RESERVED.contains(&name)
}

/// What a registered marker takes, by the word that stands for it.
fn registered_argument(word: &str) -> Argument {
    match word.trim_end().trim_end_matches(')').trim() {
        "N" | "n" | "num" | "number" | "count" | "int" => Argument::Known(ArgumentType::Number),
        "TEXT" | "text" | "name" | "str" | "string" => Argument::Known(ArgumentType::Text),
        _ => Argument::Unknown,
    }
}

/// What a marker takes, by what it is called with.
fn given_argument(called: &str) -> Argument {
    match called.trim_start().chars().next() {
        Some(')') => Argument::None,
        Some(c) if c.is_ascii_digit() => Argument::Known(ArgumentType::Number),
        Some('"' | '\'') => Argument::Known(ArgumentType::Text),
        _ => Argument::Unknown,
    }
}

/// The names behind `pytest.mark.` in a text, each with what it takes.
fn uses(text: &str) -> impl Iterator<Item = (String, Argument)> + '_ {
    text.split("pytest.mark.").skip(1).map(|rest| {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let called = rest[end..].strip_prefix('(');
        let argument = called.map_or(Argument::None, given_argument);
        (rest[..end].to_owned(), argument)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::Memory;
    use super::*;

    #[test]
    fn registered_markers_come_first_and_those_of_others_not_at_all() {
        let text = "import pytest\npytestmark = [pytest.mark.unit, pytest.mark.slow]\n\
                    @pytest.mark.parametrize('a', [1])\n@pytest.mark.vram(8)\n@pytest.mark.fast()\n";
        let tree = Memory::new(&[("tests/test_a.py", text)]);
        let pytest = Pytest {
            markers: vec![
                "slow: takes long: a minute".into(),
                "gpu(n): how many".into(),
                "not-a-name".into(),
            ],
            files: vec!["tests/test_a.py".into()],
            ..Pytest::default()
        };
        let markers = look(&tree, &pytest);
        let number = Argument::Known(ArgumentType::Number);
        let seen: Vec<(&str, &str, Argument)> = markers
            .list
            .iter()
            .map(|m| (m.name.as_str(), m.description.as_str(), m.argument))
            .collect();
        assert_eq!(
            seen,
            [
                ("slow", "takes long: a minute", Argument::None),
                ("gpu", "how many", number),
                ("fast", "", Argument::None),
                ("unit", "", Argument::None),
                ("vram", "", number),
            ]
        );
        assert_eq!(markers.registered, 2);
    }
}
