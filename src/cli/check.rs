//! `dtpc check`

use super::arguments::Format;
use super::files::Repository;
use super::{Failure, Kept, Outcome, arguments, discover, files, fix, terminal};
use crate::compile::{self, Compilation};
use crate::diagnostics::levels::Levels;
use crate::diagnostics::suggest::counted;
use crate::diagnostics::{Diagnostic, codes, formats, has_errors};
use crate::jobs::Jobs;
use crate::schema::values::Date;
use crate::source::SourceMap;
use crate::timings::Timings;

/// Checks a plan and says what it found.
pub fn run(arguments: &arguments::Check, timings: &Timings) -> Result<Outcome, Failure> {
    let plan = discover::plan(arguments.plan.as_deref())?;
    let (entry, mut loader) = files::entry(&plan)?;
    loader.repository = match &arguments.repo {
        Some(folder) if !folder.is_dir() => {
            let message = format!("{} is no folder", folder.display());
            return Err(Failure::new(message));
        }
        Some(folder) => Repository::At(folder.clone()),
        None => Repository::OfPlan,
    };
    let today = Some(arguments.today.unwrap_or_else(today));
    let mut compilation = if arguments.fix {
        fix::run(&entry, today, &loader, timings)?
    } else {
        compile::compile_measured(&entry, today, &mut loader, timings)
    };
    let levels = Levels {
        deny: arguments.deny.clone(),
        warn: arguments.warn.clone(),
    };
    levels.apply(&mut compilation.diagnostics);
    let compilation = Kept::new(compilation);
    let outcome = outcome(&compilation);
    if let Some(write) = machine_format(arguments.format) {
        terminal::print(&write(&compilation.sources, &compilation.diagnostics));
        return Ok(outcome);
    }
    if !compilation.diagnostics.is_empty() {
        timings.of(&["print"], || {
            terminal::diagnostics(&compilation.sources, &compilation.diagnostics);
        });
    }
    if outcome == Outcome::Success {
        terminal::print(&summary(&compilation));
        if !compilation.saw_tree {
            terminal::print(
                "not checked: whether globs match files (DTP0705); give the plan a `root`, or `--repo DIR`\n",
            );
        }
    }
    Ok(outcome)
}

/// How a check ends: a warning that is denied is an error like any other.
fn outcome(compilation: &Compilation) -> Outcome {
    if compilation.plan.is_none() || has_errors(&compilation.diagnostics) {
        refused(compilation)
    } else {
        Outcome::Success
    }
}

/// `plans/dynamo.dtp holds: 5 stages, …`
fn summary(compilation: &Compilation) -> String {
    let Some(checked) = &compilation.plan else {
        return String::new();
    };
    let asked: usize = checked
        .plans
        .iter()
        .map(|(_, plan)| plan.questions.len())
        .sum();
    let open = asked
        + checked
            .heads()
            .map(|(_, head)| head.open.len())
            .sum::<usize>();
    let name = compilation
        .sources
        .files()
        .next()
        .map_or("", |(_, f)| f.name());
    format!(
        "{name} holds: {}, {}, {}, {}\n",
        counted(checked.stages.len(), "stage"),
        counted(checked.suites.len(), "suite"),
        counted(Jobs::count(checked), "job"),
        counted(open, "open question"),
    )
}

/// How findings are written for programs; nothing for people.
pub fn machine_format(format: Format) -> Option<fn(&SourceMap, &[Diagnostic]) -> String> {
    match format {
        Format::Human => None,
        Format::Short => Some(formats::short),
        Format::Json => Some(formats::json),
        Format::Sarif => Some(formats::sarif),
        Format::Github => Some(formats::github),
    }
}

/// How a command ends that had no plan to work on.
pub fn refused(compilation: &Compilation) -> Outcome {
    let unreadable = compilation
        .diagnostics
        .iter()
        .any(|d| d.code == codes::UNREADABLE);
    if unreadable {
        Outcome::Files
    } else {
        Outcome::Findings
    }
}

/// The day it is, in UTC.
pub fn today() -> Date {
    Date(
        jiff::Timestamp::now()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date(),
    )
}
