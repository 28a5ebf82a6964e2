//! The keys of dtpc in a table of TOML: of a `pyproject.toml`, or of a `pytest.toml`.

use toml_edit::{Array, DocumentMut, Item, RawString, Table, Value};

use super::{Lost, OPTIONS, Settings};
use crate::targets::partial::{self, Held};
use crate::targets::{Edited, RenderError};

/// The text of a whole `pytest.toml`, without its banner.
pub fn whole(settings: &Settings) -> String {
    let list = |items: &[String]| Value::Array(lines(items)).to_string();
    let short = |items: &[&str]| Value::Array(items.iter().copied().collect()).to_string();
    format!(
        "[pytest]\nminversion = \"9.0\"\n# An unregistered marker or an unknown setting is an error. The plugin holds tests to the plan.\naddopts ={}\npythonpath ={}\ntestpaths = {}\nmarkers = {}\n",
        short(&OPTIONS),
        short(&[&settings.plugin_folder]),
        list(&settings.test_paths),
        list(&settings.markers),
    )
    .replace("=[", "= [")
}

/// A file that people write too after the change, and what it would lose by it.
pub fn edit(present: &str, settings: &Settings) -> Result<Edited, RenderError> {
    let mut lost = Lost::default();
    let text = partial::keeping_form(present, |text| {
        let mut document: DocumentMut = text
            .parse()
            .map_err(|e| RenderError::new(format!("it is not TOML: {e}")))?;
        let (options, native) = table_of(document.as_table_mut(), settings)?;
        fill(options, native, settings, &mut lost)?;
        Ok(document.to_string())
    })?;
    Ok(Edited {
        text,
        loses: lost.in_words(),
    })
}

/// The table that pytest reads, and whether it has the types of TOML rather than texts.
fn table_of<'t>(
    document: &'t mut Table,
    settings: &Settings,
) -> Result<(&'t mut Table, bool), RenderError> {
    if settings.file() != "pyproject.toml" {
        return Ok((table(document, "pytest", false)?, true));
    }
    let pytest = table(table(document, "tool", true)?, "pytest", true)?;
    let has_texts = pytest.contains_key("ini_options");
    let has_types = pytest.iter().any(|(key, _)| key != "ini_options");
    match (has_texts, has_types) {
        (true, true) => Err(RenderError::new(
            "there are settings in `[tool.pytest]` and in `[tool.pytest.ini_options]`, and pytest \
             refuses both; keep them in one of the two",
        )),
        (false, true) => Ok((pytest, true)),
        (_, false) => Ok((table(pytest, "ini_options", false)?, false)),
    }
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
            "`{key}` is not a table of its own; write it as `[{key}]`"
        ))
    })
}

/// Sets the keys of dtpc and adds to those that are shared.
fn fill(
    options: &mut Table,
    native: bool,
    settings: &Settings,
    lost: &mut Lost,
) -> Result<(), RenderError> {
    if !options.contains_key("minversion") {
        let least = if native { "9.0" } else { super::LEAST_PYTEST };
        options.insert("minversion", Item::Value(least.into()));
    }
    extend(options, "addopts", native, Settings::missing_options)?;
    extend(options, "pythonpath", native, |words| {
        let folder = settings.plugin_folder.as_str();
        let missing = !words.iter().any(|word| word == folder);
        missing.then_some(folder).into_iter().collect()
    })?;
    let present = options.get("testpaths").map(entries);
    if !settings.keeps_test_paths(present.as_deref(), &above(options, "testpaths")) {
        let value = Value::Array(lines(&settings.test_paths));
        let held = partial::set(options, "testpaths", value, &settings.origin);
        lost.note("testpaths", held, &[], &[]);
    }
    let before = options.get("markers").cloned();
    let present = before.as_ref().map(entries).unwrap_or_default();
    let value = Value::Array(lines(&settings.markers));
    let held = partial::set(options, "markers", value, &settings.origin);
    lost.note("markers", held, &present, &settings.markers);
    let replaced = present != settings.markers;
    if replaced
        && held == Held::Foreign
        && before
            .as_ref()
            .and_then(Item::as_value)
            .is_some_and(partial::has_comment)
    {
        lost.comments("markers");
    }
    Ok(())
}

/// The comment above a key.
fn above(options: &Table, key: &str) -> String {
    options
        .key(key)
        .and_then(|key| key.leaf_decor().prefix()?.as_str().map(str::to_owned))
        .unwrap_or_default()
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

/// A list with a line for each item.
fn lines(items: &[String]) -> Array {
    let mut array: Array = items.iter().map(String::as_str).collect();
    if array.is_empty() {
        return array;
    }
    for item in array.iter_mut() {
        item.decor_mut().set_prefix("\n    ");
    }
    array.set_trailing("\n");
    array.set_trailing_comma(true);
    array
}

/// Adds the words that are missing to a key of people's, which may be a string or a list.
fn extend<'w>(
    options: &mut Table,
    key: &str,
    native: bool,
    missing: impl FnOnce(&[String]) -> Vec<&'w str>,
) -> Result<(), RenderError> {
    match options.get_mut(key) {
        None => {
            let array: Array = missing(&[]).into_iter().collect();
            options.insert(key, Item::Value(array.into()));
        }
        Some(Item::Value(Value::Array(present))) => {
            let words: Vec<String> = present
                .iter()
                .filter_map(|v| v.as_str().map(str::to_owned))
                .collect();
            for word in missing(&words) {
                push(present, word);
            }
        }
        Some(Item::Value(Value::String(present))) if !native => {
            let text = present.value();
            let words = super::words(text)
                .ok_or_else(|| RenderError::new(format!("`{key}` has a quote without its end")))?;
            let missing = missing(&words);
            if !missing.is_empty() {
                let mut text = text.trim_end().to_owned();
                for word in missing {
                    if !text.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(word);
                }
                let decor = present.decor().clone();
                *present = toml_edit::Formatted::new(text);
                *present.decor_mut() = decor;
            }
        }
        Some(_) => {
            let wanted = if native {
                "a list"
            } else {
                "a string or a list"
            };
            return Err(RenderError::new(format!(
                "`{key}` is not {wanted} of words"
            )));
        }
    }
    Ok(())
}

/// Adds a value behind the others. In an array of several lines it gets a line of its own, so that a
/// comment behind the last value stays there.
fn push(array: &mut Array, value: &str) {
    let has_comma = array.trailing_comma();
    let text = |raw: Option<&RawString>| {
        raw.and_then(|raw| raw.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let mut behind = text(Some(array.trailing()));
    let last = array.len().checked_sub(1);
    let Some(last) = last.and_then(|last| array.get_mut(last)) else {
        array.push(value);
        return;
    };
    let before = text(last.decor().prefix());
    // Without a comma, what stands behind the last value is that value's.
    if !has_comma {
        behind = format!("{}{behind}", text(last.decor().suffix()));
    }
    let Some((_, indent)) = before.rsplit_once('\n').filter(|_| behind.contains('\n')) else {
        array.push(value);
        return;
    };
    last.decor_mut().set_suffix("");
    let before = format!("{}\n{indent}", behind.trim_end());
    array.push_formatted(Value::from(value).decorated(before, ""));
    array.set_trailing("\n");
}
