//! `dtpc check`

use super::arguments::Format;
use super::{Failure, Outcome, arguments, discover, files, terminal};
use crate::compile::{self, Compilation};
use crate::diagnostics::{Diagnostic, codes, formats};
use crate::jobs::Jobs;
use crate::schema::values::Date;
use crate::source::SourceMap;

/// Checks a plan and says what it found.
pub fn run(arguments: &arguments::Check) -> Result<Outcome, Failure> {
    let plan = discover::plan(arguments.plan.as_deref())?;
    let (entry, mut loader) = files::entry(&plan)?;
    let today = arguments.today.unwrap_or_else(today);
    let compilation = compile::compile(&entry, Some(today), &mut loader);
    if let Some(write) = machine_format(arguments.format) {
        terminal::print(&write(&compilation.sources, &compilation.diagnostics));
        return Ok(match compilation.plan {
            Some(_) => Outcome::Success,
            None => refused(&compilation),
        });
    }
    if !compilation.diagnostics.is_empty() {
        terminal::diagnostics(&compilation.sources, &compilation.diagnostics);
    }
    let Some(checked) = &compilation.plan else {
        return Ok(refused(&compilation));
    };
    let jobs = Jobs::derive(checked, &compilation.sources);
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
    terminal::print(&format!(
        "{name} holds: {}, {}, {}, {}\n",
        counted(checked.stages.len(), "stage"),
        counted(checked.suites.len(), "suite"),
        counted(jobs.jobs.len(), "job"),
        counted(open, "open question"),
    ));
    Ok(Outcome::Success)
}

/// How findings are written for programs; nothing for people.
fn machine_format(format: Format) -> Option<fn(&SourceMap, &[Diagnostic]) -> String> {
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

/// `2 stages`
pub fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// The day it is, in UTC.
fn today() -> Date {
    Date(
        jiff::Timestamp::now()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date(),
    )
}
