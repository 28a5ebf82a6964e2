//! Files that people write too: of these dtpc owns some keys, and everything else stays as it is.
//!
//! Above each key of its own stands a [`note`] with a digest of the value: by it a later run knows
//! the key, and notices that somebody changed it by hand. What people wrote elsewhere in the file
//! is no drift.

use similar::{ChangeTag, TextDiff};
use toml_edit::{Item, Table, Value};

use super::banner;

/// What stands above the keys that dtpc has written.
const MARK: &str = "# Written by dtpc from ";

/// What was held by a key before dtpc set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It was not there.
    Nothing,
    /// What dtpc wrote.
    Own,
    /// What dtpc wrote, and somebody changed by hand.
    Changed,
    /// What people wrote.
    Foreign,
}

/// The line above a key that says where its value comes from, without an end of line.
pub fn note(origin: &str, value: &str) -> String {
    let origin = origin.replace(char::is_control, " ");
    let digest = banner::digest(value);
    format!(
        "{MARK}{origin}; change the plan instead. {}{digest}",
        banner::DIGEST
    )
}

/// Whether a line is a [`note`].
pub fn is_note(line: &str) -> bool {
    line.contains(MARK)
}

/// Whether a line is a [`note`] of this plan.
pub fn is_note_of(line: &str, origin: &str) -> bool {
    let origin = origin.replace(char::is_control, " ");
    line.contains(&format!("{MARK}{origin};"))
}

/// What a key holds, by the comment above it.
pub fn held(above: &str, value: Option<&str>) -> Held {
    let Some(value) = value else {
        return Held::Nothing;
    };
    let Some(note) = above.lines().rev().find(|line| line.contains(MARK)) else {
        return Held::Foreign;
    };
    match note.split_once(banner::DIGEST) {
        Some((_, written)) if written.trim() != banner::digest(value) => Held::Changed,
        // Notes had no digest once.
        _ => Held::Own,
    }
}

/// The comment above a key with another note in it: in place of the old one, else as its last line.
/// It begins with a blank line where there was nothing.
pub fn noted(above: &str, note: &str) -> String {
    if above.trim().is_empty() {
        return format!("\n{note}\n");
    }
    let mut lines: Vec<&str> = above.split('\n').collect();
    match lines.iter_mut().find(|line| line.contains(MARK)) {
        Some(line) => *line = note,
        None => lines.insert(lines.len() - 1, note),
    }
    lines.join("\n")
}

/// Sets a key of a table, with a note above it, and says what it held before. A value that is the
/// wanted one stays as people laid it out.
pub fn set(table: &mut Table, key: &str, wanted: Value, origin: &str) -> Held {
    let above = table
        .key(key)
        .and_then(|key| key.leaf_decor().prefix()?.as_str().map(str::to_owned))
        .unwrap_or_default();
    let present = table.get(key).map(|item| plain(item).unwrap_or_default());
    let value = plain_value(&wanted);
    let held = held(&above, present.as_deref());
    if present.as_ref() != Some(&value) {
        table.insert(key, Item::Value(wanted));
    }
    let above = noted(&above, &note(origin, &value));
    if let Some(mut key) = table.key_mut(key) {
        key.leaf_decor_mut().set_prefix(above);
    }
    held
}

/// A value without its layout and comments, as a text to compare; nothing for a table.
pub fn plain(item: &Item) -> Option<String> {
    item.as_value().map(plain_value)
}

/// As [`plain`].
pub fn plain_value(value: &Value) -> String {
    match value {
        Value::Array(array) => {
            let items: Vec<String> = array.iter().map(plain_value).collect();
            format!("[{}]", items.join(", "))
        }
        Value::InlineTable(table) => {
            let entries = table
                .iter()
                .map(|(k, v)| format!("{k:?} = {}", plain_value(v)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => format!("{:?}", text.value()),
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Boolean(truth) => truth.value().to_string(),
        Value::Datetime(time) => time.value().to_string(),
    }
}

/// Whether a comment stands inside a value, which is lost when the value is replaced.
pub fn has_comment(value: &Value) -> bool {
    let Value::Array(array) = value else {
        return false;
    };
    let told = |raw: Option<&toml_edit::RawString>| {
        raw.and_then(|raw| raw.as_str())
            .is_some_and(|text| text.contains('#'))
    };
    told(Some(array.trailing()))
        || array
            .iter()
            .any(|item| told(item.decor().prefix()) || told(item.decor().suffix()))
}

/// Changes a text, and keeps its form: the byte-order mark, the end of each line that stays, and
/// whether there is one behind the last. `change` sees and returns `\n` alone.
///
/// # Errors
/// Those of `change`.
pub fn keeping_form<E>(
    present: &str,
    change: impl FnOnce(&str) -> Result<String, E>,
) -> Result<String, E> {
    let (mark, text) = match present.strip_prefix('\u{feff}') {
        Some(text) => ("\u{feff}", text),
        None => ("", present),
    };
    let ends: Vec<&str> = text
        .split_inclusive('\n')
        .map(|line| match line {
            line if line.ends_with("\r\n") => "\r\n",
            line if line.ends_with('\n') => "\n",
            _ => "",
        })
        .collect();
    let usual = ends.first().copied().filter(|end| !end.is_empty());
    let usual = usual.unwrap_or("\n");
    let open = ends.last().is_some_and(|end| end.is_empty());
    let mut before = text.replace("\r\n", "\n");
    if open {
        before.push('\n');
    }
    let after = change(&before)?;
    if after == before {
        return Ok(present.to_owned());
    }
    let mut written = mark.to_owned();
    for line in TextDiff::from_lines(before.as_str(), after.as_str()).iter_all_changes() {
        if line.tag() == ChangeTag::Delete {
            continue;
        }
        let end = match line.old_index().and_then(|index| ends.get(index)) {
            Some(end) if !end.is_empty() => end,
            _ => usual,
        };
        written.push_str(line.value().trim_end_matches('\n'));
        written.push_str(end);
    }
    if open {
        let length = written.trim_end_matches(['\r', '\n']).len();
        written.truncate(length);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(present: &str, from: &str, to: &str) -> String {
        keeping_form(present, |text| Ok::<_, ()>(text.replace(from, to))).unwrap()
    }

    #[test]
    fn lines_that_stay_keep_their_ends() {
        assert_eq!(form("a\r\nb\nc", "b", "x\ny"), "a\r\nx\r\ny\r\nc");
        assert_eq!(form("a\nb\r\n", "a", "x"), "x\nb\r\n");
        assert_eq!(form("\u{feff}a\r\nb", "b", "c"), "\u{feff}a\r\nc");
        assert_eq!(form("a\r\nb", "z", ""), "a\r\nb");
        assert_eq!(form("", "", "a\n"), "a\n");
    }

    #[test]
    fn a_key_is_known_by_its_note_and_a_change_by_hand_by_the_digest() {
        let note = format!("# ours\n{}\n", note("plans/p.dtp", "[1]"));
        assert_eq!(held(&note, Some("[1]")), Held::Own);
        assert_eq!(held(&note, Some("[2]")), Held::Changed);
        assert_eq!(held("# ours\n", Some("[1]")), Held::Foreign);
        assert_eq!(held(&note, None), Held::Nothing);
        assert_eq!(held("# Written by dtpc from p; …\n", Some("1")), Held::Own);
    }

    #[test]
    fn a_value_that_is_there_stays_as_it_is_laid_out() {
        let mut document: toml_edit::DocumentMut = "[t]\na = [ 1,2 ] # why\n".parse().unwrap();
        let table = document["t"].as_table_mut().unwrap();
        let wanted: toml_edit::Array = [1, 2].into_iter().collect();
        assert_eq!(set(table, "a", wanted.clone().into(), "p"), Held::Foreign);
        assert_eq!(set(table, "a", wanted.into(), "p"), Held::Own);
        let text = document.to_string();
        assert!(text.contains("\na = [ 1,2 ] # why\n"), "{text}");
        assert_eq!(text.matches(MARK).count(), 1, "{text}");
    }
}
