//! The table `[tool.pytest.ini_options]` of a `pyproject.toml` that people write: only the keys of
//! dtpc change; comments, order and everything else stay.

use toml_edit::{Array, DocumentMut, Item, Table, Value};

use super::Settings;
use crate::targets::RenderError;

/// The options that dtpc asks for; others that stand there stay.
const OPTIONS: [&str; 2] = ["--strict-markers", "--strict-config"];

/// The text of the file after the change.
pub fn edit(
    present: Option<&str>,
    settings: &Settings,
    origin: &str,
) -> Result<String, RenderError> {
    let mut document: DocumentMut = present
        .unwrap_or_default()
        .parse()
        .map_err(|e| RenderError::new(format!("pyproject.toml is not TOML: {e}")))?;
    let tool = table(document.as_table_mut(), "tool", true)?;
    let pytest = table(tool, "pytest", true)?;
    let options = table(pytest, "ini_options", false)?;
    let note = format!("\n# Written by dtpc from {origin}; change the plan instead.\n");
    set(options, "markers", array(&settings.markers), &note);
    set(options, "testpaths", array(&settings.test_paths), &note);
    add_options(options)?;
    Ok(document.to_string())
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

/// Sets a key, with a note above it when it is new.
fn set(options: &mut Table, key: &str, array: Array, note: &str) {
    if let Some(Item::Value(Value::Array(present))) = options.get_mut(key) {
        let same = present
            .iter()
            .filter_map(Value::as_str)
            .eq(array.iter().filter_map(Value::as_str));
        if !same {
            let decoration = present.decor().clone();
            *present = array;
            *present.decor_mut() = decoration;
        }
        return;
    }
    options.insert(key, Item::Value(Value::Array(array)));
    if let Some(mut key) = options.key_mut(key) {
        key.leaf_decor_mut().set_prefix(note);
    }
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
        assert_eq!(edit(Some(&once), &settings(), "plans/p.dtp").unwrap(), once);
    }

    #[test]
    fn a_file_that_is_not_there_is_begun() {
        let text = edit(None, &settings(), "plans/p.dtp").unwrap();
        assert!(text.starts_with("[tool.pytest.ini_options]"), "{text}");
    }
}
