//! The script that runs the tests of a job, and the variables it reads.

use indexmap::IndexMap;

use super::results::RESULTS;
use super::services::Reached;
use super::{Dialect, empty};
use crate::jobs::{Job, Jobs, bars, command};
use crate::schema::values::ToolKind;

/// With what pytest ends if it collected no test.
const PYTEST_NO_TEST: u8 = 5;
/// With what nextest ends if it had no test to run.
const NEXTEST_NO_TEST: u8 = 4;

/// The variable of pytest's own options.
const PYTEST_OPTIONS: &str = "PYTEST_ADDOPTS";

/// The variables of a job: texts of the plan are in them as they are.
pub fn environment(jobs: &Jobs<'_>, job: &Job, containers: Reached) -> IndexMap<String, String> {
    let mut variables = IndexMap::new();
    for (name, text) in &job.variables {
        variables.insert(name.to_string(), text.clone());
    }
    if containers == Reached::ByName {
        // Beside a container, a service is reached by its name.
        for id in &job.services {
            let service = &jobs.plan.services[*id];
            if service.image.is_some() {
                let name = service.head.name();
                variables.insert(format!("{}_HOST", name.to_uppercase()), name.to_owned());
            }
        }
    }
    if job.tool == ToolKind::Pytest && job.runs.len() == 1 {
        // Beside the command, so that the command stays the one that people run themselves.
        let options = pytest_options(job, None);
        variables.insert(PYTEST_OPTIONS.to_owned(), options);
    }
    if !job.thresholds.is_empty() {
        variables.insert(bars::VARIABLE.to_owned(), bars::json(jobs.plan, job));
    }
    variables
}

/// pytest's own options in a job: those of the plan, and where the results go.
fn pytest_options(job: &Job, part: Option<&str>) -> String {
    let own = job
        .variables
        .iter()
        .find(|(name, _)| name.as_str() == PYTEST_OPTIONS)
        .map_or_else(String::new, |(_, options)| format!("{options} "));
    let part = part.map_or_else(String::new, |part| format!(".{part}"));
    format!("{own}--junitxml={RESULTS}/{}{part}.xml", job.id)
}

/// The script. A run without a test fails: pytest and nextest say so themselves, cargo does not.
pub fn script(jobs: &Jobs<'_>, job: &Job, dialect: &Dialect) -> String {
    let mut lines: Vec<String> = Vec::new();
    let allowed = empty::is_allowed(jobs, job);
    match job.tool {
        ToolKind::CargoTest if job.coverage.is_none() => {
            let none = if allowed {
                "ran=false".to_owned()
            } else {
                format!("echo '{}no test ran'\n  exit 1", dialect.error)
            };
            let log = format!("\"{}/cargo-test.log\"", dialect.temporary);
            lines.extend(allowed.then(|| "ran=true".to_owned()));
            lines.extend(job.runs.iter().map(|run| {
                format!(
                    "{} 2>&1 | tee {log}\nif ! grep -Eq '^test result: ok\\. [1-9]' {log}; then\n  {none}\nfi",
                    command::shell(&run.words)
                )
            }));
            lines.extend(allowed.then(|| empty::told(jobs, job, RESULTS, dialect)));
        }
        // A part or a shard may be without a test, as long as another one has some.
        ToolKind::Pytest | ToolKind::Nextest
            if job.runs.len() > 1 || job.shard.is_some() || allowed =>
        {
            let no_test = if job.tool == ToolKind::Pytest {
                PYTEST_NO_TEST
            } else {
                NEXTEST_NO_TEST
            };
            lines.push(format!(
                "ran=false\nfailed=0\nrun() {{\n  local code=0\n  \"$@\" || code=$?\n  case $code in\n    0) ran=true ;;\n    {no_test}) ;;\n    *) ran=true; failed=$code ;;\n  esac\n}}"
            ));
            for run in &job.runs {
                let part = run.part.map(|part| {
                    let full = jobs.plan.parts[part].head.name();
                    full.rsplit('/').next().unwrap_or(full)
                });
                let report = part.map_or_else(String::new, |part| {
                    let options = format!("{PYTEST_OPTIONS}={}", pytest_options(job, Some(part)));
                    format!("{} ", command::shell(&["env", &options]))
                });
                lines.push(format!("run {report}{}", command::shell(&run.words)));
            }
            lines.push(empty::told(jobs, job, RESULTS, dialect));
            lines.extend(job.verdict.iter().map(|words| command::shell(words)));
            lines.push("exit \"$failed\"".to_owned());
            return lines.join("\n");
        }
        _ => lines.extend(job.runs.iter().map(|run| command::shell(&run.words))),
    }
    lines.extend(job.verdict.iter().map(|words| command::shell(words)));
    lines.join("\n")
}
