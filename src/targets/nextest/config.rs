//! A `nextest.toml` that people write too: the profiles of the plan's stages are dtpc's in it, key by
//! key; other keys, other profiles, comments and order stay.

use std::fmt::Write as _;

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

use crate::targets::partial::{self, Held};
use crate::targets::{Edited, RenderError};

/// The keys of a profile that are dtpc's, beside the path of its report and its own overrides.
const KEYS: [&str; 5] = [
    "default-filter",
    "fail-fast",
    "retries",
    "slow-timeout",
    "test-threads",
];

/// What stands above an override of dtpc's: by it a later run knows it.
const OVERRIDE: &str = "# Written by dtpc for the suite ";

/// What a file is to hold.
#[derive(Debug)]
pub struct Wanted {
    /// The plan it comes from.
    pub origin: String,
    /// The path of the file, for messages.
    pub file: String,
    /// Its test groups.
    pub groups: Vec<Group>,
    /// Its profiles.
    pub profiles: Vec<Section>,
}

/// A test group.
#[derive(Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How many of its tests run at once.
    pub max_threads: u32,
}

/// A profile.
#[derive(Debug)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// Those of [`KEYS`] that it has, in that order, with their values.
    pub keys: Vec<(&'static str, Value)>,
    /// The path of its report.
    pub report: &'static str,
    /// Its overrides, each with the suite that it is for.
    pub overrides: Vec<(String, Table)>,
}

/// The file after the change, and what it would lose by it.
pub fn edit(present: Option<&str>, wanted: &Wanted) -> Result<Edited, RenderError> {
    let mut lost: Vec<String> = Vec::new();
    let mut change = |text: &str| -> Result<String, RenderError> {
        let mut document: DocumentMut = text
            .parse()
            .map_err(|e| RenderError::new(format!("{} is not TOML: {e}", wanted.file)))?;
        groups(&mut document, wanted, &mut lost)?;
        profiles(&mut document, wanted, &mut lost)?;
        Ok(document.to_string())
    };
    let text = match present {
        Some(present) if !present.trim().is_empty() => partial::keeping_form(present, change)?,
        _ => change("")?.trim_start().to_owned(),
    };
    let loses = (!lost.is_empty()).then(|| format!("would lose {}", lost.join(", ")));
    Ok(Edited { text, loses })
}

/// A table inside another one, made if there is none.
fn table<'t>(
    outer: &'t mut Table,
    key: &str,
    implicit: bool,
    place: &str,
) -> Result<&'t mut Table, RenderError> {
    let item = outer.entry(key).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(implicit);
        Item::Table(table)
    });
    match item {
        Item::Table(table) if !table.is_dotted() => Ok(table),
        _ => Err(RenderError::new(format!(
            "`{place}` is not a table of its own; write it as `[{place}]`"
        ))),
    }
}

/// The comment above the head of a table.
fn above(table: &Table) -> String {
    let prefix = table.decor().prefix().and_then(|p| p.as_str());
    prefix.unwrap_or_default().to_owned()
}

/// Whether a comment says that what is below it was written from this plan.
fn is_of(above: &str, origin: &str) -> bool {
    above.lines().any(|line| partial::is_note_of(line, origin))
}

fn groups(
    document: &mut DocumentMut,
    wanted: &Wanted,
    lost: &mut Vec<String>,
) -> Result<(), RenderError> {
    const PLACE: &str = "test-groups";
    if wanted.groups.is_empty() && !document.contains_key(PLACE) {
        return Ok(());
    }
    let all = table(document.as_table_mut(), PLACE, false, PLACE)?;
    let stale: Vec<String> = all
        .iter()
        .map(|(key, _)| key.to_owned())
        .filter(|name| !wanted.groups.iter().any(|group| group.name == *name))
        .filter(|name| {
            let above = all.key(name).and_then(|key| key.leaf_decor().prefix());
            above
                .and_then(|p| p.as_str())
                .is_some_and(|p| is_of(p, &wanted.origin))
        })
        .collect();
    for name in stale {
        all.remove(&name);
    }
    for group in &wanted.groups {
        let mut value = InlineTable::new();
        value.insert("max-threads", i64::from(group.max_threads).into());
        let same = all
            .get(&group.name)
            .and_then(partial::plain)
            .is_none_or(|present| present == partial::plain_value(&Value::from(value.clone())));
        let held = partial::set(all, &group.name, value.into(), &wanted.origin);
        if !same && held != Held::Own {
            lost.push(format!("`{}` in {PLACE}", group.name));
        }
    }
    if all.is_empty() {
        document.remove(PLACE);
    }
    Ok(())
}

fn profiles(
    document: &mut DocumentMut,
    wanted: &Wanted,
    lost: &mut Vec<String>,
) -> Result<(), RenderError> {
    let all = table(document.as_table_mut(), "profile", true, "profile")?;
    for section in &wanted.profiles {
        let place = format!("profile.{}", section.name);
        let profile = table(all, &section.name, false, &place)?;
        set(profile, section, &place, &wanted.origin, lost)?;
    }
    let stale: Vec<String> = all
        .iter()
        .filter(|(name, item)| {
            let above = item.as_table().map(above).unwrap_or_default();
            is_of(&above, &wanted.origin) && !wanted.profiles.iter().any(|p| p.name == *name)
        })
        .map(|(name, _)| name.to_owned())
        .collect();
    for name in stale {
        let place = format!("profile.{name}");
        let profile = table(all, &name, false, &place)?;
        if partial::held(&above(profile), Some(&own(profile))) == Held::Changed {
            lost.push(format!("what was changed by hand in [{place}]"));
        }
        clear(profile);
        if profile.is_empty() {
            all.remove(&name);
        }
    }
    Ok(())
}

/// Takes everything of dtpc's out of a profile.
fn clear(profile: &mut Table) {
    for key in KEYS {
        profile.remove(key);
    }
    if let Some(report) = profile.get_mut("junit").and_then(Item::as_table_like_mut) {
        report.remove("path");
        if report.is_empty() {
            profile.remove("junit");
        }
    }
    without_own(profile);
    let kept: Vec<String> = above(profile)
        .split('\n')
        .filter(|line| !partial::is_note(line))
        .map(str::to_owned)
        .collect();
    profile.decor_mut().set_prefix(kept.join("\n"));
}

/// Takes the overrides of dtpc's out of a profile.
fn without_own(profile: &mut Table) {
    let Some(overrides) = profile
        .get_mut("overrides")
        .and_then(Item::as_array_of_tables_mut)
    else {
        return;
    };
    overrides.retain(|table| !is_own(table));
    if overrides.is_empty() {
        profile.remove("overrides");
    }
}

fn is_own(table: &Table) -> bool {
    above(table).contains(OVERRIDE)
}

/// What is dtpc's in a profile, as a text to compare.
fn own(profile: &Table) -> String {
    let mut text = String::new();
    let mut add = |key: &str, item: Option<&Item>| {
        if let Some(value) = item.and_then(partial::plain) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{key} = {value}");
        }
    };
    for key in KEYS {
        add(key, profile.get(key));
    }
    let report = profile.get("junit").and_then(|junit| junit.get("path"));
    add("junit.path", report);
    let overrides = profile.get("overrides").and_then(Item::as_array_of_tables);
    for table in overrides.into_iter().flatten().filter(|t| is_own(t)) {
        for (key, item) in table {
            add(&format!("overrides.{key}"), Some(item));
        }
    }
    text
}

/// The keys of dtpc's in which two profiles differ, of those that the first one has.
fn differing(present: &Table, wanted: &Table) -> Vec<String> {
    let plain = |table: &Table, key: &str| table.get(key).and_then(partial::plain);
    let mut keys: Vec<String> = KEYS
        .into_iter()
        .filter(|key| present.contains_key(key) && plain(present, key) != plain(wanted, key))
        .map(str::to_owned)
        .collect();
    let report = |table: &Table| {
        let path = table.get("junit").and_then(|junit| junit.get("path"));
        path.and_then(partial::plain)
    };
    if report(present).is_some() && report(present) != report(wanted) {
        keys.push("junit.path".to_owned());
    }
    keys
}

/// A profile with nothing but what is dtpc's.
fn alone(section: &Section) -> Table {
    let mut profile = Table::new();
    for (key, value) in &section.keys {
        profile.insert(key, Item::Value(value.clone()));
    }
    let mut report = Table::new();
    report.insert("path", toml_edit::value(section.report));
    profile.insert("junit", Item::Table(report));
    let mut overrides = ArrayOfTables::new();
    for (suite, table) in &section.overrides {
        let mut table = table.clone();
        table
            .decor_mut()
            .set_prefix(format!("\n{OVERRIDE}{suite}.\n"));
        overrides.push(table);
    }
    if !overrides.is_empty() {
        profile.insert("overrides", Item::ArrayOfTables(overrides));
    }
    profile
}

/// Sets what is dtpc's in a profile.
fn set(
    profile: &mut Table,
    section: &Section,
    place: &str,
    origin: &str,
    lost: &mut Vec<String>,
) -> Result<(), RenderError> {
    let wanted = alone(section);
    let (present, text) = (own(profile), own(&wanted));
    let held = partial::held(&above(profile), (!present.is_empty()).then_some(&*present));
    match held {
        Held::Nothing | Held::Own => {}
        Held::Changed if present == text => {}
        Held::Changed => lost.push(format!("what was changed by hand in [{place}]")),
        Held::Foreign => {
            let keys = differing(profile, &wanted).into_iter();
            lost.extend(keys.map(|key| format!("`{key}` in [{place}]")));
        }
    }
    if present != text {
        write(profile, section, &wanted, place)?;
    }
    let note = partial::noted(&above(profile), &partial::note(origin, &text));
    profile.decor_mut().set_prefix(note);
    profile.set_implicit(false);
    Ok(())
}

fn write(
    profile: &mut Table,
    section: &Section,
    wanted: &Table,
    place: &str,
) -> Result<(), RenderError> {
    let plain = |table: &Table, key: &str| table.get(key).and_then(partial::plain);
    for key in KEYS {
        match wanted.get(key) {
            None => {
                profile.remove(key);
            }
            // A value that is the wanted one stays as people laid it out.
            Some(item) if plain(profile, key) != plain(wanted, key) => {
                profile.insert(key, item.clone());
            }
            Some(_) => {}
        }
    }
    let junit = profile
        .entry("junit")
        .or_insert_with(|| Item::Table(Table::new()));
    let Some(junit) = junit.as_table_like_mut() else {
        let message = format!("`junit` in [{place}] is no table");
        return Err(RenderError::new(message));
    };
    junit.insert("path", toml_edit::value(section.report));
    let not_tables = profile
        .get("overrides")
        .is_some_and(|overrides| !overrides.is_array_of_tables());
    if not_tables {
        let message = format!("write each override as a `[[{place}.overrides]]` of its own");
        return Err(RenderError::new(message));
    }
    without_own(profile);
    let Some(Item::ArrayOfTables(own)) = wanted.get("overrides") else {
        return Ok(());
    };
    let overrides = profile
        .entry("overrides")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    if let Some(overrides) = overrides.as_array_of_tables_mut() {
        // Behind those of people: nextest takes the first that matches a test.
        overrides.extend(own.iter().cloned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(retries: i64, group: bool) -> Wanted {
        let mut own = Table::new();
        own.insert("filter", toml_edit::value("kind(test)"));
        own.insert("test-group", toml_edit::value("service_store"));
        Wanted {
            origin: "plans/p.dtp".to_owned(),
            file: ".config/nextest.toml".to_owned(),
            groups: group
                .then(|| Group {
                    name: "service_store".to_owned(),
                    max_threads: 1,
                })
                .into_iter()
                .collect(),
            profiles: vec![Section {
                name: "pre_merge".to_owned(),
                keys: vec![
                    ("default-filter", "all()".into()),
                    ("fail-fast", false.into()),
                    ("retries", retries.into()),
                ],
                report: "junit.xml",
                overrides: group
                    .then(|| ("store".to_owned(), own))
                    .into_iter()
                    .collect(),
            }],
        }
    }

    fn text(present: Option<&str>, wanted: &Wanted) -> String {
        let edited = edit(present, wanted).unwrap();
        assert_eq!(edited.loses, None, "{}", edited.text);
        let again = edit(Some(&edited.text), wanted).unwrap();
        assert_eq!((&again.text, again.loses), (&edited.text, None));
        edited.text
    }

    #[test]
    fn a_new_file_has_the_profiles_and_nothing_else() {
        let text = text(None, &wanted(2, true));
        assert!(text.starts_with("[test-groups]\n"), "{text}");
        for line in [
            "service_store = { max-threads = 1 }",
            "[profile.pre_merge]",
            "default-filter = \"all()\"",
            "retries = 2",
            "[profile.pre_merge.junit]\npath = \"junit.xml\"",
            "# Written by dtpc for the suite store.\n[[profile.pre_merge.overrides]]\nfilter = \"kind(test)\"",
        ] {
            assert!(text.contains(line), "{line} is missing:\n{text}");
        }
    }

    #[test]
    fn what_people_wrote_stays() {
        let present = "# ours\nnextest-version = \"0.9.50\"\n\n[profile.default]\nslow-timeout = \"10s\" # keep\n\n# the merge\n[profile.pre_merge]\nfailure-output = \"final\"\n\n[[profile.pre_merge.overrides]]\nfilter = \"test(x)\"\nretries = 9\n\n[test-groups]\nmine = { max-threads = 3 }\n\n[profile.ci]\nretries = 1\n";
        let once = text(Some(present), &wanted(2, true));
        for line in present.lines() {
            assert!(once.contains(line), "{line} is lost:\n{once}");
        }
        let (ours, theirs) = (once.find("kind(test)"), once.find("test(x)"));
        assert!(theirs < ours, "{once}");
        // What dtpc wrote itself it may change and take away.
        let twice = text(Some(&once), &wanted(3, false));
        assert!(
            twice.contains("retries = 3") && !twice.contains("kind(test)"),
            "{twice}"
        );
        assert!(
            !twice.contains("service_store") && twice.contains("mine ="),
            "{twice}"
        );
        let none = Wanted {
            profiles: Vec::new(),
            ..wanted(3, false)
        };
        let gone = text(Some(&twice), &none);
        assert!(
            gone.contains("failure-output") && !gone.contains("junit"),
            "{gone}"
        );
        assert!(!gone.contains("dtpc"), "{gone}");
    }

    #[test]
    fn other_lines_are_no_drift_and_a_change_of_ours_is() {
        let once = text(None, &wanted(2, true));
        let more = format!("{once}\n[profile.ci]\nretries = 7\n");
        let same = edit(Some(&more), &wanted(2, true)).unwrap();
        assert_eq!((same.text, same.loses), (more, None));
        let changed = once.replace("retries = 2", "retries = 5");
        let back = edit(Some(&changed), &wanted(2, true)).unwrap();
        assert_eq!(back.text, once);
        assert_eq!(
            back.loses.as_deref(),
            Some("would lose what was changed by hand in [profile.pre_merge]")
        );
    }

    #[test]
    fn keys_that_people_wrote_otherwise_are_named() {
        let present =
            "[profile.pre_merge]\nretries = 9\nfail-fast = false\njunit = { path = \"x.xml\" }\n";
        let edited = edit(Some(present), &wanted(2, false)).unwrap();
        assert_eq!(
            edited.loses.as_deref(),
            Some(
                "would lose `retries` in [profile.pre_merge], `junit.path` in [profile.pre_merge]"
            )
        );
        assert!(
            edited.text.contains("junit = { path = \"junit.xml\" }"),
            "{}",
            edited.text
        );
    }

    #[test]
    fn windows_lines_stay_as_they_end() {
        let present = "[profile.ci]\r\nretries = 1\r\n";
        let once = text(Some(present), &wanted(2, true));
        assert!(!once.replace("\r\n", "").contains('\n'), "{once:?}");
    }

    #[test]
    fn what_is_no_table_is_told() {
        for present in [
            "profile = 1\n",
            "[profile]\npre_merge.retries = 2\n",
            "x = [\n",
        ] {
            assert!(edit(Some(present), &wanted(2, true)).is_err(), "{present}");
        }
    }
}
