//! What `.config/nextest.toml` says: the profiles of people, for suites that run with them.

use std::collections::BTreeMap;

use toml_edit::Item;

use super::manifest::{at, toml};
use super::{Tree, paths};

/// The configuration of nextest.
#[derive(Debug, Default)]
pub struct Nextest {
    /// Its file.
    pub file: String,
    /// Its profiles, by name.
    pub profiles: BTreeMap<String, Profile>,
}

/// A profile, with what it takes over from the default one.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Profile {
    /// How often a test that fails is run again.
    pub retries: Option<u32>,
    /// The filterset of its tests.
    pub filter: Option<String>,
    /// Keys that a plan has no word for, or that dtpc says itself.
    pub others: Vec<String>,
}

/// The configuration of a repository, where there is one.
pub fn look(tree: &dyn Tree) -> Option<Nextest> {
    let files = tree.files().iter();
    let file = files
        .filter(|path| {
            path.as_str() == ".config/nextest.toml" || path.ends_with("/.config/nextest.toml")
        })
        .find(|path| paths::is_own(path))?;
    let document = toml(tree, file)?;
    let all = at(document.as_item(), &["profile"]).and_then(Item::as_table_like);
    let read = |name: &str| {
        all.and_then(|all| all.get(name))
            .map(profile)
            .unwrap_or_default()
    };
    let usual = read("default");
    let names = all.into_iter().flat_map(|all| all.iter());
    let profiles = names.map(|(name, _)| {
        let own = read(name);
        let whole = Profile {
            retries: own.retries.or(usual.retries),
            filter: own.filter.or_else(|| usual.filter.clone()),
            others: own.others,
        };
        (name.to_owned(), whole)
    });
    Some(Nextest {
        file: file.clone(),
        profiles: profiles.collect(),
    })
}

fn profile(item: &Item) -> Profile {
    let Some(table) = item.as_table_like() else {
        return Profile::default();
    };
    let mut profile = Profile::default();
    for (key, value) in table.iter() {
        match key {
            "retries" => {
                let count = value
                    .as_integer()
                    .or_else(|| at(value, &["count"])?.as_integer());
                profile.retries = count.and_then(|count| u32::try_from(count).ok());
            }
            "default-filter" => profile.filter = value.as_str().map(str::to_owned),
            other => profile.others.push(other.to_owned()),
        }
    }
    profile
}

#[cfg(test)]
mod tests {
    use super::super::tests::Memory;
    use super::*;

    #[test]
    fn profiles_are_read_with_what_they_inherit() {
        let text = "[profile.default]\nretries = 1\ndefault-filter = \"kind(lib)\"\n[profile.ci]\nretries = { backoff = \"fixed\", count = 3, delay = \"1s\" }\nfail-fast = false\n";
        let nextest = look(&Memory::new(&[("core/.config/nextest.toml", text)])).unwrap();
        assert_eq!(nextest.file, "core/.config/nextest.toml");
        let ci = &nextest.profiles["ci"];
        assert_eq!(
            (ci.retries, ci.filter.as_deref()),
            (Some(3), Some("kind(lib)"))
        );
        assert_eq!(ci.others, ["fail-fast"]);
        assert!(look(&Memory::new(&[("a", "")])).is_none());
    }
}
