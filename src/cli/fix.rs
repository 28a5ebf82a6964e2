//! `dtpc check --fix`: the fixes that need no person, made until none is left.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::files::{self, Files};
use super::write::{self, Rewrite};
use super::{Failure, terminal};
use crate::compile::{self, Compilation, Entry, LoadError, Loader};
use crate::diagnostics;
use crate::diagnostics::place::Places;
use crate::schema::values::Date;
use crate::timings::Timings;

/// How often the plan is compiled again. A piece of text tells one syntax error at a time, so a plan
/// full of them needs several rounds; fixes that undo each other must end all the same.
const ROUNDS: usize = 100;

/// Compiles a plan, mends it, writes what was mended and says so. What is left is in the compilation.
pub fn run(
    entry: &Entry,
    today: Option<Date>,
    disk: &Files,
    timings: &Timings,
) -> Result<Compilation, Failure> {
    let mut texts = Mended {
        disk,
        read: BTreeMap::new(),
        changed: BTreeMap::new(),
    };
    let mut said = Vec::new();
    // Each mistake that was mended, by its place: what has to be mended again was not.
    let mut mended = FxHashSet::default();
    let mut compilation = compile::compile_measured(entry, today, &mut texts, timings);
    for _ in 0..ROUNDS {
        let sources = &compilation.sources;
        let own = |file| disk.is_own(sources.file(file).path());
        let fixed = diagnostics::apply(sources, &compilation.diagnostics, own);
        if fixed.texts.is_empty() {
            break;
        }
        let mut places = Places::new(sources);
        let before = mended.len();
        mended.extend(fixed.mended.iter().filter_map(|(diagnostic, fix)| {
            let place = places.of(diagnostic.span?);
            let file = place.file.to_owned();
            Some((
                file,
                place.line,
                place.column,
                diagnostic.code.code,
                fix.title.clone(),
            ))
        }));
        if mended.len() == before {
            break;
        }
        for (diagnostic, fix) in &fixed.mended {
            let place = places.of(fix.span);
            let (file, line, code) = (place.file, place.line, diagnostic.code.code);
            let shown = |text: &str| !text.trim().is_empty() && !text.contains('\n');
            let what = match sources.text(fix.span) {
                old if !shown(old) || !shown(&fix.replacement) => fix.title.clone(),
                old => format!("`{old}` is now `{}`", fix.replacement),
            };
            said.push(format!("fixed     {file}:{line}: {code}: {what}"));
        }
        for (id, text) in fixed.texts {
            let path = sources.file(id).path().to_owned();
            texts.changed.insert(path, text);
        }
        compilation = compile::compile_measured(entry, today, &mut texts, timings);
    }
    timings.of(&["write"], || write::rewrite(&texts.rewrites()))?;
    if !said.is_empty() {
        terminal::error(&said.join("\n"));
    }
    Ok(compilation)
}

/// The files of a plan as they are on disk, with those that were mended over them.
struct Mended<'d> {
    disk: &'d Files,
    /// What was read from disk, by its path relative to the folder of the plan.
    read: BTreeMap<String, String>,
    /// What it is to become.
    changed: BTreeMap<String, String>,
}

impl Loader for Mended<'_> {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        if let Some(text) = self.changed.get(path).or_else(|| self.read.get(path)) {
            return Ok(text.clone());
        }
        let text = files::read(&self.disk.path(path))?;
        self.read.insert(path.to_owned(), text.clone());
        Ok(text)
    }

    fn beside(&mut self, path: &str) -> Vec<String> {
        self.disk.names_beside(path)
    }

    fn tree(&mut self, root: Option<&str>) -> Option<Vec<String>> {
        self.disk.repository_files(root)
    }

    fn has_root(&mut self, root: &str) -> bool {
        self.disk.is_root(root)
    }
}

impl Mended<'_> {
    fn rewrites(&self) -> Vec<Rewrite<'_>> {
        let changed = self.changed.iter();
        changed
            .filter_map(|(path, wanted)| {
                let present = self.read.get(path)?;
                (present != wanted).then(|| Rewrite {
                    place: self.disk.path(path),
                    present,
                    wanted,
                })
            })
            .collect()
    }
}
