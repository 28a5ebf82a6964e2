//! `dtpc audit`

use std::path::Path;

use super::arguments::Format;
use super::check::{machine_format, refused, today};
use super::disk::Disk;
use super::{Failure, Outcome, arguments, discover, files, terminal};
use crate::audit::junit::{self, Results};
use crate::audit::selection::{Selection, roots};
use crate::audit::{compare, list, look};
use crate::compile;
use crate::diagnostics::levels::Levels;
use crate::diagnostics::suggest::counted;
use crate::diagnostics::{has_errors, sort};
use crate::init::paths::has_extension;
use crate::jobs::Jobs;
use crate::source::SourceMap;
use crate::timings::Timings;

/// Says where a repository and its plan disagree.
pub fn run(arguments: &arguments::Audit, timings: &Timings) -> Result<Outcome, Failure> {
    if let Some(folder) = arguments.repo.as_deref().filter(|folder| !folder.is_dir()) {
        return Err(Failure::new(format!("{} is no folder", folder.display())));
    }
    let plan = match (discover::plan(arguments.plan.as_deref()), &arguments.repo) {
        (Ok(plan), _) => plan,
        // What tests there are needs no plan.
        (Err(_), Some(repo)) if arguments.list && arguments.plan.is_none() => {
            return Ok(list_alone(arguments, repo));
        }
        (Err(failure), _) => return Err(failure),
    };
    let (entry, mut loader) = files::entry(&plan)?;
    let today = Some(arguments.today.unwrap_or_else(today));
    let mut compilation = compile::compile_measured(&entry, today, &mut loader, timings);
    let Some(checked) = compilation.plan.take() else {
        print(arguments, &compilation.sources, &compilation.diagnostics);
        return Ok(refused(&compilation));
    };
    let root = checked
        .plans
        .iter()
        .next()
        .and_then(|(_, p)| p.root.as_ref());
    let repo = match (&arguments.repo, root) {
        (Some(repo), _) => repo.clone(),
        (None, Some(root)) => loader.path(root),
        (None, None) => {
            let message = "it is not known where the repository is";
            return Err(Failure::new(message).help("give the plan a `root`, or `--repo DIR`"));
        }
    };
    let disk = timings.of(&["list the repository"], || Disk::read(&repo));
    let mut sources = std::mem::take(&mut compilation.sources);
    let facts = timings.of(&["read tests"], || {
        look(&disk, &mut sources, &roots(&checked))
    });
    let results = read_results(arguments, &mut sources)?;
    let jobs = timings.of(&["jobs"], || Jobs::derive(&checked, &sources));
    let selection = timings.of(&["what jobs select"], || {
        Selection::new(&jobs, &facts, &disk)
    });
    if arguments.list {
        let planned = Some((&jobs, &selection));
        terminal::print(&match arguments.format {
            Format::Json => list::json(&sources, &facts, planned),
            _ => list::text(&sources, &facts, planned),
        });
        return Ok(Outcome::Success);
    }
    let mut found = timings.of(&["compare"], || {
        compare(&jobs, &facts, &selection, &disk, results.as_ref())
    });
    // The warnings of the plan are said by `check`.
    sort(&mut found);
    let levels = Levels {
        deny: arguments.deny.clone(),
        warn: arguments.warn.clone(),
    };
    levels.apply(&mut found);
    print(arguments, &sources, &found);
    let outcome = if has_errors(&found) {
        Outcome::Findings
    } else {
        Outcome::Success
    };
    if arguments.format == Format::Human {
        let unknown = facts
            .tests
            .iter()
            .filter(|test| test.unknown.is_some())
            .count();
        let verdict = match outcome {
            Outcome::Success => "agree",
            _ => "disagree",
        };
        terminal::print(&format!(
            "the plan and the repository {verdict}: {} in {}, {}, {unknown} of them not all known\n",
            counted(facts.tests.len(), "test function"),
            counted(facts.files, "file"),
            counted(jobs.jobs.len(), "job"),
        ));
    }
    Ok(outcome)
}

/// Lists the tests of a repository that has no plan.
fn list_alone(arguments: &arguments::Audit, repo: &Path) -> Outcome {
    let disk = Disk::read(repo);
    let mut sources = SourceMap::new();
    let facts = look(&disk, &mut sources, &[]);
    terminal::print(&match arguments.format {
        Format::Json => list::json(&sources, &facts, None),
        _ => list::text(&sources, &facts, None),
    });
    Outcome::Success
}

/// The JUnit files that are named, and those in the folders that are.
fn read_results(
    arguments: &arguments::Audit,
    sources: &mut SourceMap,
) -> Result<Option<Results>, Failure> {
    if arguments.results.is_empty() {
        return Ok(None);
    }
    let mut results = Results::default();
    for path in &arguments.results {
        let paths = if path.is_dir() {
            let below = Disk::read(path);
            let files = crate::init::Tree::files(&below).iter();
            files
                .filter(|file| has_extension(file, &["xml"]))
                .map(|file| path.join(file))
                .collect()
        } else {
            vec![path.clone()]
        };
        for path in paths {
            let text = files::read(&path)
                .map_err(|why| Failure::new(format!("{} {}", path.display(), why.reason())))?;
            junit::read(&path.display().to_string(), text, sources, &mut results);
        }
    }
    Ok(Some(results))
}

/// Prints findings in the form that was asked for.
fn print(
    arguments: &arguments::Audit,
    sources: &SourceMap,
    found: &[crate::diagnostics::Diagnostic],
) {
    match machine_format(arguments.format) {
        Some(write) => terminal::print(&write(sources, found)),
        None if found.is_empty() => {}
        None => terminal::diagnostics(sources, found),
    }
}
