//! Manifests: files of TOML and INI.

use configparser::ini::Ini;
use toml_edit::{DocumentMut, Item};

use super::Tree;

/// A file of TOML.
pub fn toml(tree: &dyn Tree, path: &str) -> Option<DocumentMut> {
    tree.text(path)?.parse().ok()
}

/// A value in nested tables.
pub fn at<'t>(table: &'t Item, keys: &[&str]) -> Option<&'t Item> {
    keys.iter().try_fold(table, |item, key| item.get(key))
}

/// A file of INI as Python reads it: values may go on in lines that are indented.
pub fn ini(tree: &dyn Tree, path: &str) -> Option<Ini> {
    let mut ini = Ini::new_cs();
    ini.set_multiline(true);
    ini.set_inline_comment_symbols(Some(&[]));
    ini.read(tree.text(path)?).ok()?;
    Some(ini)
}

/// The strings of an array.
pub fn strings(item: &Item) -> Vec<String> {
    let values = item.as_array().into_iter().flatten();
    values
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}
