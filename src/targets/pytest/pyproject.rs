//! The table `[tool.pytest.ini_options]` of a `pyproject.toml` that people write: only the keys of
//! dtpc change; comments, order and everything else stay.

use toml_edit::{Array, DocumentMut, Item, Table, Value};

use super::Settings;
use crate::targets::{Edited, RenderError};

/// The options that dtpc asks for; others that stand there stay.
const OPTIONS: [&str; 2] = ["--strict-markers", "--strict-config"];

/// What stands above the keys that dtpc has written: by it a later run knows them.
const MARK: &str = "# Written by dtpc from ";

/// The file after the change, and what it would lose by it.
pub fn edit(
    present: Option<&str>,
    settings: &Settings,
    origin: &str,
) -> Result<Edited, RenderError> {
    let mut document: DocumentMut = present
        .unwrap_or_default()
        .parse()
        .map_err(|e| RenderError::new(format!("pyproject.toml is not TOML: {e}")))?;
    let tool = table(document.as_table_mut(), "tool", true)?;
    let pytest = table(tool, "pytest", true)?;
    let options = table(pytest, "ini_options", false)?;
    let note = format!("{MARK}{origin}; change the plan instead.\n");
    let mut lost = set(options, "markers", &settings.markers, &note);
    lost.extend(set(options, "testpaths", &settings.test_paths, &note));
    add_options(options)?;
    let loses = (!lost.is_empty()).then(|| format!("would lose {}", lost.join(", ")));
    Ok(Edited {
        text: document.to_string(),
        loses,
    })
}

/// A table inside another one, made if there is none.
fn table<'t>(
    outer: &'t mut Table,
    key: &str,
    implicit: bool,
) -> Result<&'t mut Table, RenderError> {
    let item = outer.entry(key).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(implicit);
        Item::Table(table)
    });
    item.as_table_mut().ok_or_else(|| {
        RenderError::new(format!(
            "`{key}` in pyproject.toml is not a table of its own; write it as `[{key}]`"
        ))
    })
}

/// Sets a key, with a note above it. Returns what people had written there and is gone.
fn set(options: &mut Table, key: &str, items: &[String], note: &str) -> Vec<String> {
    let above = options
        .key(key)
        .and_then(|key| key.leaf_decor().prefix()?.as_str().map(str::to_owned))
        .unwrap_or_default();
    let present = options.get(key).map(entries).unwrap_or_default();
    let own = above.contains(MARK);
    if own && present == items {
        return Vec::new();
    }
    options.insert(key, Item::Value(Value::Array(array(items))));
    if own {
        return Vec::new();
    }
    let above = if above.trim().is_empty() {
        format!("\n{note}")
    } else {
        format!("{above}{note}")
    };
    if let Some(mut key) = options.key_mut(key) {
        key.leaf_decor_mut().set_prefix(above);
    }
    let kept: Vec<&str> = items.iter().map(|item| name(item)).collect();
    let lost = present
        .iter()
        .map(|entry| name(entry))
        .filter(|entry| !kept.contains(entry));
    lost.map(|entry| format!("`{entry}` in {key}")).collect()
}

/// The entries of a list, or the lines of a string, as pytest reads either.
fn entries(item: &Item) -> Vec<String> {
    match item {
        Item::Value(Value::Array(array)) => array
            .iter()
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect(),
        Item::Value(Value::String(text)) => text
            .value()
            .lines()
            .map(|l| l.trim().to_owned())
            .filter(|l| !l.is_empty())
            .collect(),
        _ => Vec::new(),
    }
}

/// What an entry is called: a marker without its argument and description.
fn name(entry: &str) -> &str {
    entry.split([':', '(']).next().unwrap_or(entry).trim()
}

fn array(items: &[String]) -> Array {
    let mut array: Array = items.iter().map(String::as_str).collect();
    for item in array.iter_mut() {
        item.decor_mut().set_prefix("\n    ");
    }
    array.set_trailing("\n");
    array.set_trailing_comma(true);
    array
}

/// Adds the options that are missing from `addopts`, which may be a string or a list.
fn add_options(options: &mut Table) -> Result<(), RenderError> {
    match options.get_mut("addopts") {
        None => {
            options.insert(
                "addopts",
                Item::Value(OPTIONS.into_iter().collect::<Array>().into()),
            );
        }
        Some(Item::Value(Value::Array(present))) => {
            for option in OPTIONS {
                if !present.iter().any(|v| v.as_str() == Some(option)) {
                    push(present, option);
                }
            }
        }
        Some(Item::Value(Value::String(present))) => {
            let mut text = present.value().clone();
            for option in OPTIONS {
                if !text.split_whitespace().any(|word| word == option) {
                    if !text.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(option);
                }
            }
            if text != *present.value() {
                options.insert("addopts", Item::Value(text.into()));
            }
        }
        Some(_) => {
            return Err(RenderError::new(
                "`addopts` in pyproject.toml is neither a string nor a list",
            ));
        }
    }
    Ok(())
}

/// Adds a value behind the others. In an array of several lines it gets a line of its own, so that a
/// comment behind the last value stays there.
fn push(array: &mut Array, value: &str) {
    let behind = array.trailing().as_str().unwrap_or_default();
    if !array.trailing_comma() || !behind.contains('\n') {
        array.push(value);
        return;
    }
    let before = format!("{}\n    ", behind.trim_end());
    array.push_formatted(Value::from(value).decorated(before, ""));
    array.set_trailing("\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            markers: vec!["unit: unit tests".to_owned()],
            test_paths: vec!["tests".to_owned()],
        }
    }

    #[test]
    fn what_people_wrote_stays_and_a_second_run_changes_nothing() {
        let present = "# ours\n[project]\nname = \"x\" # keep\n\n[tool.pytest.ini_options]\nminversion = \"8.0\"\naddopts = [\n    \"-ra\", # short summary\n]\n\n[tool.ruff]\nline-length = 99\n";
        let once = edit(Some(present), &settings(), "plans/p.dtp").unwrap();
        assert_eq!(once.loses, None);
        let once = once.text;
        for kept in [
            "# ours",
            "name = \"x\" # keep",
            "minversion = \"8.0\"",
            "    \"-ra\", # short summary\n",
            "line-length = 99",
        ] {
            assert!(once.contains(kept), "{kept} is lost:\n{once}");
        }
        assert!(
            once.contains("--strict-markers") && once.contains("unit: unit tests"),
            "{once}"
        );
        let again = edit(Some(&once), &settings(), "plans/p.dtp").unwrap();
        assert_eq!((again.text, again.loses), (once, None));
    }

    #[test]
    fn a_file_that_is_not_there_is_begun() {
        let text = edit(None, &settings(), "plans/p.dtp").unwrap().text;
        assert!(text.starts_with("[tool.pytest.ini_options]"), "{text}");
    }

    #[test]
    fn entries_that_people_wrote_and_the_plan_does_not_have_are_named() {
        let present = "[tool.pytest.ini_options]\n# ours\nmarkers = [\"mine(N): keep\", \"unit: old words\"]\ntestpaths = \"tests\"\n";
        let once = edit(Some(present), &settings(), "plans/p.dtp").unwrap();
        assert_eq!(once.loses.as_deref(), Some("would lose `mine` in markers"));
        assert!(
            once.text.contains("# ours\n# Written by dtpc"),
            "{}",
            once.text
        );
        // What dtpc wrote itself it may take away again.
        let less = Settings {
            markers: Vec::new(),
            ..settings()
        };
        assert_eq!(
            edit(Some(&once.text), &less, "plans/p.dtp").unwrap().loses,
            None
        );
    }
}
