//! `pytest.ini`: whole, or the keys of dtpc in one that people wrote.
//!
//! What is read here is what pytest's own reader of such files reads: a key begins in the first
//! column, what is indented below it continues its value, and a comment has a line to itself.

use std::ops::Range;

use minijinja::context;

use super::{LEAST_PYTEST, Lost, OPTIONS, Settings};
use crate::targets::partial::{self, Held};
use crate::targets::{Edited, RenderError, templates};

/// The text of a whole `pytest.ini`, without its banner.
pub fn whole(settings: &Settings) -> Result<String, RenderError> {
    const SOURCE: &str = include_str!("../../../templates/pytest/pytest.ini");
    let values = context! {
        least => LEAST_PYTEST,
        options => OPTIONS.join(" "),
        plugin_folder => &settings.plugin_folder,
        markers => &settings.markers,
        test_paths => &settings.test_paths,
    };
    templates::render(&templates::environment(), "pytest.ini", SOURCE, values)
}

/// A file that people write too after the change, and what it would lose by it.
pub fn edit(present: &str, settings: &Settings) -> Result<Edited, RenderError> {
    let mut lost = Lost::default();
    let text = partial::keeping_form(present, |text| {
        let mut file = File::read(text);
        fill(&mut file, settings, &mut lost)?;
        Ok(file.text())
    })?;
    Ok(Edited {
        text,
        loses: lost.in_words(),
    })
}

/// Sets the keys of dtpc and adds to those that are shared.
fn fill(file: &mut File, settings: &Settings, lost: &mut Lost) -> Result<(), RenderError> {
    if file.find("minversion").is_none() {
        file.add(&[format!("minversion = {LEAST_PYTEST}")]);
    }
    extend(file, "addopts", Settings::missing_options)?;
    extend(file, "pythonpath", |words| {
        let folder = settings.plugin_folder.as_str();
        let missing = !words.iter().any(|word| word == folder);
        missing.then_some(folder).into_iter().collect()
    })?;
    let present = file.find("testpaths").map(|key| file.entries(&key));
    let above = file.above("testpaths");
    if !settings.keeps_test_paths(present.as_deref(), &above) {
        let held = set(file, "testpaths", &settings.test_paths, &settings.origin);
        lost.note("testpaths", held, &[], &[]);
    }
    let key = file.find("markers");
    let present = key
        .as_ref()
        .map(|key| file.entries(key))
        .unwrap_or_default();
    let comments = key.is_some_and(|key| file.has_comment(&key));
    let held = set(file, "markers", &settings.markers, &settings.origin);
    lost.note("markers", held, &present, &settings.markers);
    if comments && held == Held::Foreign && present != settings.markers {
        lost.comments("markers");
    }
    Ok(())
}

/// Sets a key with a line for each item, and a note above it. Says what it held before.
fn set(file: &mut File, name: &str, items: &[String], origin: &str) -> Held {
    let above = file.above(name);
    let key = file.find(name);
    let present = key.as_ref().map(|key| file.entries(key));
    let value = items.join("\n");
    let held = partial::held(&above, present.as_ref().map(|p| p.join("\n")).as_deref());
    let note = partial::note(origin, &value);
    let mut wanted = vec![format!("{name} =")];
    wanted.extend(items.iter().map(|item| format!("    {item}")));
    let Some(key) = key else {
        wanted.insert(0, note);
        file.add(&wanted);
        return held;
    };
    if present.as_deref() != Some(items) {
        file.lines.splice(key.lines.clone(), wanted);
    }
    let first = key.lines.start;
    let own = (key.above.start..first)
        .find(|line| partial::held(&file.lines[*line], Some("")) != Held::Foreign);
    match own {
        Some(line) => file.lines[line] = note,
        None => file.lines.insert(first, note),
    }
    held
}

/// Adds the words that are missing to a key of people's.
fn extend<'w>(
    file: &mut File,
    name: &str,
    missing: impl FnOnce(&[String]) -> Vec<&'w str>,
) -> Result<(), RenderError> {
    let Some(key) = file.find(name) else {
        file.add(&[format!("{name} = {}", missing(&[]).join(" "))]);
        return Ok(());
    };
    let words = super::words(&file.value(&key))
        .ok_or_else(|| RenderError::new(format!("`{name}` has a quote without its end")))?;
    let missing = missing(&words).join(" ");
    if missing.is_empty() {
        return Ok(());
    }
    let last = key.lines.end - 1;
    if last == key.lines.start {
        let line = &mut file.lines[last];
        *line = format!("{} {missing}", line.trim_end());
    } else {
        let line = &file.lines[last];
        let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
        file.lines.insert(last + 1, format!("{indent}{missing}"));
    }
    Ok(())
}

/// The lines of a file, with the section of pytest.
struct File {
    lines: Vec<String>,
}

/// A key of the section.
struct Key {
    /// The comments directly above it.
    above: Range<usize>,
    /// Its own lines: the first has its name, the last a part of its value.
    lines: Range<usize>,
}

impl File {
    fn read(text: &str) -> Self {
        let mut file = Self {
            lines: text.lines().map(str::to_owned).collect(),
        };
        if file.section().is_none() {
            if file
                .lines
                .last()
                .is_some_and(|line| !line.trim().is_empty())
            {
                file.lines.push(String::new());
            }
            file.lines.push("[pytest]".to_owned());
        }
        file
    }

    fn text(&self) -> String {
        let mut text = self.lines.join("\n");
        text.push('\n');
        text
    }

    /// The lines of the section, behind its head.
    fn section(&self) -> Option<Range<usize>> {
        let head = self
            .lines
            .iter()
            .position(|line| section_name(line) == Some("pytest"))?;
        let behind = self.lines[head + 1..]
            .iter()
            .position(|line| section_name(line).is_some());
        let end = behind.map_or(self.lines.len(), |length| head + 1 + length);
        Some(head + 1..end)
    }

    fn find(&self, name: &str) -> Option<Key> {
        let section = self.section()?;
        let first = section
            .clone()
            .find(|line| key_name(&self.lines[*line]) == Some(name))?;
        let mut end = first + 1;
        for line in first + 1..section.end {
            let text = &self.lines[line];
            if text.trim().is_empty() || is_comment(text) {
                continue;
            }
            if !text.starts_with(char::is_whitespace) {
                break;
            }
            end = line + 1;
        }
        let comments = self.lines[section.start..first]
            .iter()
            .rev()
            .take_while(|line| is_comment(line))
            .count();
        Some(Key {
            above: first - comments..first,
            lines: first..end,
        })
    }

    /// The comments above a key, a line each.
    fn above(&self, name: &str) -> String {
        let key = self.find(name);
        key.map_or_else(String::new, |key| self.lines[key.above].join("\n"))
    }

    /// The value of a key as pytest reads it.
    fn value(&self, key: &Key) -> String {
        self.entries(key).join("\n")
    }

    /// The lines of a value, without those that are empty.
    fn entries(&self, key: &Key) -> Vec<String> {
        let mut lines = self.lines[key.lines.clone()].iter();
        let first = lines.next().and_then(|line| {
            let (_, value) = line.split_once(['=', ':'])?;
            Some(value.trim())
        });
        first
            .into_iter()
            .chain(
                lines
                    .filter(|line| !is_comment(line))
                    .map(|line| line.trim()),
            )
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn has_comment(&self, key: &Key) -> bool {
        self.lines[key.lines.clone()].iter().any(|l| is_comment(l))
    }

    /// Adds lines at the end of the section.
    fn add(&mut self, lines: &[String]) {
        let Some(section) = self.section() else {
            return;
        };
        let is_last = section.end == self.lines.len();
        // What is said of the next section stands directly above it.
        let behind = self.lines[section.clone()]
            .iter()
            .rev()
            .take_while(|line| line.trim().is_empty() || !is_last && is_comment(line))
            .count();
        let at = section.end - behind;
        self.lines.splice(at..at, lines.iter().cloned());
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['#', ';'])
}

/// The name of the section that a line begins.
fn section_name(line: &str) -> Option<&str> {
    let text = line.strip_prefix('[')?;
    let text = text.split(['#', ';']).next()?.trim_end();
    text.strip_suffix(']')
}

/// The key that a line begins.
fn key_name(line: &str) -> Option<&str> {
    if line.starts_with(|c: char| c.is_whitespace() || c == '[') || is_comment(line) {
        return None;
    }
    line.split_once(['=', ':']).map(|(name, _)| name.trim())
}
