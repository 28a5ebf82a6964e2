//! Which plan is meant when none is named.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Failure, files};
use crate::source::SourceMap;
use crate::syntax;

/// The folder that is looked into.
const FOLDER: &str = "plans";

/// The plan that was named, or the only file in `plans/` that declares one.
pub fn plan(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(named) = named {
        return Ok(named.to_path_buf());
    }
    let help = "name the file of the plan; `dtpc init` writes a first one";
    let entries = fs::read_dir(FOLDER).map_err(|_| {
        Failure::new(format!(
            "no plan is named, and there is no folder `{FOLDER}` here"
        ))
        .help(help)
    })?;
    match plans_among(entries).as_slice() {
        [plan] => Ok(plan.clone()),
        [] => Err(Failure::new(format!("no file in `{FOLDER}` declares a plan")).help(help)),
        several => {
            let list: Vec<String> = several
                .iter()
                .map(|p| format!("  {}", p.display()))
                .collect();
            let message = format!(
                "several files in `{FOLDER}` declare a plan:\n{}",
                list.join("\n")
            );
            Err(Failure::new(message).help("name the one you mean"))
        }
    }
}

/// The files of a folder that declare a plan; none where there is no such folder.
pub fn plans_in(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).map_or_else(|_| Vec::new(), plans_among)
}

fn plans_among(entries: fs::ReadDir) -> Vec<PathBuf> {
    let mut plans: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "dtp") && declares_plan(path))
        .collect();
    plans.sort();
    plans
}

/// Whether a file declares a `plan`, as far as it can be parsed.
fn declares_plan(path: &Path) -> bool {
    let Ok(text) = files::read(path) else {
        return false;
    };
    let mut sources = SourceMap::new();
    let Ok(id) = sources.add(path.display().to_string(), text) else {
        return false;
    };
    let parsed = syntax::parse(sources.file(id), &mut Vec::new());
    let declared = parsed
        .declarations
        .iter()
        .any(|d| sources.text(d.kind) == "plan");
    // One that does not parse is meant all the same: what is wrong with it must be said.
    declared
        || sources
            .file(id)
            .text()
            .lines()
            .any(|line| line.starts_with("plan "))
}
