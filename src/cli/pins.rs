//! `dtpc pins`

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::check::refused;
use super::files::{self, Files};
use super::{Failure, Outcome, arguments, discover, terminal};
use crate::compile::{self, Compilation, LoadError, Loader};
use crate::lock::{self, Lock};
use crate::targets::github_actions::pins::{self, Origin, Used};
use crate::timings::Timings;

/// Shows what names that can move mean in a plan, checks it, or takes it from tables.
pub fn run(arguments: &arguments::Pins, timings: &Timings) -> Result<Outcome, Failure> {
    let plan = discover::plan(arguments.plan.as_deref())?;
    if arguments.update.is_empty() {
        let (entry, mut loader) = files::entry(&plan)?;
        let compilation = compile::compile_measured(&entry, None, &mut loader, timings);
        terminal::diagnostics(&compilation.sources, &compilation.diagnostics);
        let Some(checked) = &compilation.plan else {
            return Ok(refused(&compilation));
        };
        let used = pins::used(checked);
        if arguments.check {
            return Ok(check(&used, &checked.lock));
        }
        terminal::print(&shown(&used));
        return Ok(Outcome::Success);
    }
    update(&plan, arguments, timings)
}

/// A line for each thing that is pinned.
fn shown(used: &[Used]) -> String {
    let name = used.iter().map(|u| u.name.len()).max().unwrap_or_default();
    let version = used.iter().map(|u| u.version.len()).max();
    let version = version.unwrap_or_default();
    let mut text = String::new();
    for one in used {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:6}  {:name$}  {:version$}  {}  {}",
            one.sort.word(),
            one.name,
            one.version,
            one.content,
            one.origin.words()
        );
    }
    text
}

/// Says which lines of the lock nothing uses. What is used and not pinned does not compile.
fn check(used: &[Used], lock: &Lock) -> Outcome {
    let unused: Vec<&lock::Entry> = lock
        .entries()
        .iter()
        .filter(|entry| !used.iter().any(|one| one.is(entry)))
        .collect();
    for entry in &unused {
        terminal::error(&format!(
            "{}: nothing uses {} {}",
            lock::FILE,
            entry.name,
            entry.version
        ));
    }
    if unused.is_empty() {
        terminal::print(&format!("{} pinned\n", used.len()));
        return Outcome::Success;
    }
    terminal::error("  help: `dtpc pins --update TABLE` takes out what nothing uses");
    Outcome::Findings
}

/// The files of a plan, with another lock than the one that is there.
struct Relocked {
    files: Files,
    lock: String,
}

impl Loader for Relocked {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        self.files.load(path)
    }

    fn lock(&mut self) -> Result<Option<String>, LoadError> {
        Ok(Some(self.lock.clone()))
    }
}

fn compiled(plan: &Path, lock: &Lock, timings: &Timings) -> Result<Compilation, Failure> {
    let (entry, files) = files::entry(plan)?;
    let lock = lock.text();
    let mut loader = Relocked { files, lock };
    let compilation = compile::compile_measured(&entry, None, &mut loader, timings);
    Ok(compilation)
}

/// Takes from the tables what the plan uses, and keeps of the old lock what they do not have.
fn update(plan: &Path, arguments: &arguments::Pins, timings: &Timings) -> Result<Outcome, Failure> {
    let (_, mut files) = files::entry(plan)?;
    let path = files.path(lock::FILE);
    let unreadable = |file: &Path, why: &str| Failure::new(format!("{}: {why}", file.display()));
    let old = match files.lock() {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => return Err(unreadable(&path, &error.reason())),
    };
    let known = Lock::parse(&old).map_err(|error| unreadable(&path, &error.to_string()))?;
    let mut entries = Vec::new();
    let mut notes = Vec::new();
    for file in &arguments.update {
        let text = files::read(file).map_err(|error| unreadable(file, &error.reason()))?;
        let table = lock::table(&text).map_err(|why| unreadable(file, &why))?;
        entries.extend(table.entries);
        notes.extend(table.notes);
    }
    entries.extend(known.entries().iter().cloned());
    let all = Lock::of(entries);
    let compilation = compiled(plan, &all, timings)?;
    let Some(checked) = &compilation.plan else {
        terminal::diagnostics(&compilation.sources, &compilation.diagnostics);
        for note in notes {
            terminal::error(&format!("note: not taken: {note}"));
        }
        return Ok(refused(&compilation));
    };
    let used = pins::used(checked);
    let kept = all.entries().iter().filter(|entry| {
        let of_lock = |one: &&Used| one.origin == Origin::Lock && one.is(entry);
        used.iter().any(|one| of_lock(&one))
    });
    let new = Lock::of(kept.cloned());
    let before: BTreeSet<_> = known.entries().iter().collect();
    let after: BTreeSet<_> = new.entries().iter().collect();
    for (word, set, other) in [("-", &before, &after), ("+", &after, &before)] {
        for entry in set.difference(other) {
            terminal::print(&format!(
                "{word} {} {} {} {}\n",
                entry.sort.word(),
                entry.name,
                entry.version,
                entry.content
            ));
        }
    }
    let text = new.text();
    if text == old {
        terminal::print(&format!("{}: nothing to change\n", lock::FILE));
        return Ok(Outcome::Success);
    }
    if arguments.check {
        return Ok(Outcome::Findings);
    }
    // Beside its place first, so that it is never there by half.
    let beside = path.with_extension("lock.new");
    fs::write(&beside, text)
        .and_then(|()| fs::rename(&beside, &path))
        .map_err(|error| unreadable(&path, &error.to_string()))?;
    terminal::print("now `dtpc generate` writes what follows from it\n");
    Ok(Outcome::Success)
}
