//! `dtpc jobs`

use rustc_hash::FxHashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;

use super::check::refused;
use super::{Failure, Kept, Outcome, arguments, discover, files, terminal};
use crate::compile::{self, Compilation};
use crate::jobs::changes::Changes;
use crate::jobs::named::Wanted;
use crate::jobs::{Job, Jobs, cargo, cells, command, machines};
use crate::schema::Plan;
use crate::timings::Timings;

/// Lists the jobs of a plan.
pub fn run(arguments: &arguments::Jobs, timings: &Timings) -> Result<Outcome, Failure> {
    let (file, wanted) = match arguments.named.split_first() {
        Some((plan, jobs)) if is_plan(plan) => (Some(Path::new(plan)), jobs),
        _ => (None, arguments.named.as_slice()),
    };
    let Some((plan, compilation)) = compiled(file, timings)? else {
        return Ok(Outcome::Findings);
    };
    let Some(checked) = &compilation.plan else {
        return Ok(refused(&compilation));
    };
    let jobs = timings.of(&["jobs"], || Jobs::derive(checked, &compilation.sources));
    let jobs = Kept::new(jobs);
    let mut facts: Vec<String> = Vec::new();
    facts.extend(
        arguments
            .stage
            .iter()
            .map(|stage| format!("(stage: {stage})")),
    );
    facts.extend(
        arguments
            .env
            .iter()
            .map(|env| format!("(environment: {env})")),
    );
    let mut filters = Vec::new();
    for text in &facts {
        filters.push(Wanted::parse(text, &jobs).map_err(Failure::new)?);
    }
    let mut any_of = Vec::new();
    for text in wanted {
        any_of.push(Wanted::parse(text, &jobs).map_err(Failure::new)?);
    }
    let chosen: Vec<&Job> = jobs
        .jobs
        .iter()
        .filter(|job| filters.iter().all(|wanted| wanted.is(&jobs, job)))
        .filter(|job| any_of.is_empty() || any_of.iter().any(|wanted| wanted.is(&jobs, job)))
        .collect();
    let changes = changed(&arguments.changes, checked, &plan)?;
    let changes = changes.map(|files| Changes::of(checked, files));
    let left_out = changes
        .as_ref()
        .map(|changes| changes.left_out(&jobs))
        .unwrap_or_default();
    timings.of(&["print"], || -> Result<(), Failure> {
        terminal::print(&match arguments.format {
            arguments::ListFormat::Table => {
                table(&jobs, &chosen, &left_out, arguments.without_nextest)
            }
            arguments::ListFormat::Json => json(&jobs, &chosen, &left_out)?,
        });
        Ok(())
    })?;
    if let Some(changes) = changes.filter(|changes| changes.everything) {
        let files = changes.files.iter().filter(|file| !file.is_claimed());
        let names: Vec<&str> = files.map(|file| file.file.as_str()).take(10).collect();
        let what = if changes.fails {
            "fails the run"
        } else {
            "selects every job"
        };
        terminal::error(&format!(
            "note: no paths declaration claims {}; this {what}",
            names.join(", ")
        ));
    }
    Ok(Outcome::Success)
}

/// Whether a word of the command line is the file of a plan.
fn is_plan(word: &str) -> bool {
    Path::new(word)
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("dtp"))
}

/// A plan that was compiled without looking at the day; nothing if it has errors, which are printed.
pub fn compiled(
    named: Option<&Path>,
    timings: &Timings,
) -> Result<Option<(PathBuf, Kept<Compilation>)>, Failure> {
    let plan = discover::plan(named)?;
    let (entry, mut loader) = files::entry(&plan)?;
    let compilation = compile::compile_measured(&entry, None, &mut loader, timings);
    if compilation.plan.is_none() {
        terminal::diagnostics(&compilation.sources, &compilation.diagnostics);
        return Ok(None);
    }
    Ok(Some((plan, Kept::new(compilation))))
}

/// The changed files that were named, or that git knows; nothing where neither was asked for.
pub fn changed(
    asked: &arguments::Changes,
    plan: &Plan,
    file: &Path,
) -> Result<Option<Vec<String>>, Failure> {
    if let Some(rev) = &asked.since {
        let root = root(plan, file);
        return since(&root, rev).map(Some);
    }
    Ok((!asked.changed.is_empty()).then(|| asked.changed.clone()))
}

/// The root of the repository: where the plan says it is, seen from its file.
pub fn root(plan: &Plan, file: &Path) -> PathBuf {
    let folder = file.parent().filter(|f| !f.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    plan.plans
        .iter()
        .next()
        .and_then(|(_, p)| p.root.as_ref().map(|root| folder.join(root.as_str())))
        .unwrap_or_else(|| folder.to_path_buf())
}

/// The files that differ from a revision, below a root: committed or not, under their old and their
/// new names.
fn since(root: &Path, rev: &str) -> Result<Vec<String>, Failure> {
    let git = |arguments: &[&str]| -> Result<Vec<String>, Failure> {
        let done = Command::new("git")
            .current_dir(root)
            .args(arguments)
            .output()
            .map_err(|e| Failure::new(format!("git cannot be started: {e}")))?;
        if !done.status.success() {
            let why = String::from_utf8_lossy(&done.stderr);
            let message = format!("git cannot compare with `{rev}`: {}", why.trim());
            return Err(Failure::new(message).help("name a revision that is there: `git fetch`"));
        }
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        Ok(text
            .split('\0')
            .filter(|f| !f.is_empty())
            .map(str::to_owned)
            .collect())
    };
    // A revision that begins with a dash would be an option.
    let base = format!("{rev}^{{commit}}");
    let base = git(&["rev-parse", "--verify", "--end-of-options", &base])?;
    let base = base
        .first()
        .map(|b| b.trim().to_owned())
        .unwrap_or_default();
    let diff = ["diff", "--name-only", "--no-renames", "--relative", "-z"];
    let mut files = git(&[&diff[..], &["--merge-base", &base]].concat())?;
    files.extend(git(&["ls-files", "--others", "--exclude-standard", "-z"])?);
    files.sort();
    files.dedup();
    Ok(files)
}

type LeftOut<'j> = FxHashMap<(usize, &'j str), String>;

#[expect(
    clippy::single_match_else,
    reason = "a job is left out or it is not: neither is the exception"
)]
fn table(
    jobs: &Jobs<'_>,
    chosen: &[&Job],
    left_out: &LeftOut<'_>,
    without_nextest: bool,
) -> String {
    let name = |job: &Job| format!("{}/{}", jobs.plan.stages[job.stage].head.name(), job.id);
    let width = chosen
        .iter()
        .map(|job| name(job).len())
        .max()
        .unwrap_or_default();
    let mut out = String::new();
    for job in chosen {
        // Writing to a String cannot fail.
        match left_out.get(&(job.stage.index(), job.id.as_str())) {
            Some(reason) => {
                let _ = writeln!(out, "{:width$}  left out: {reason}", name(job));
            }
            None => {
                let lines = without_nextest
                    .then(|| with_cargo_test(jobs, job))
                    .flatten();
                let lines = lines.unwrap_or_else(|| job.lines());
                for (number, line) in lines.iter().enumerate() {
                    let name = if number == 0 {
                        name(job)
                    } else {
                        String::new()
                    };
                    let _ = writeln!(out, "{name:width$}  {line}");
                }
            }
        }
    }
    out
}

/// What runs a job of nextest with cargo test; nothing for other tools.
fn with_cargo_test(jobs: &Jobs<'_>, job: &Job) -> Option<Vec<String>> {
    let words = cargo::without_nextest(jobs.plan, job)?;
    Some(match (words, job.shard) {
        (Err(why), _) => vec![format!("not without nextest: {why}")],
        (Ok(_), Some(shard)) if shard.number > 1 => {
            vec!["with its first shard: cargo test does not divide a suite".to_owned()]
        }
        (Ok(words), _) => vec![command::shell(&words)],
    })
}

/// A job as JSON.
#[derive(Debug, Serialize)]
struct Row<'a> {
    stage: &'a str,
    job: &'a str,
    title: &'a str,
    suite: &'a str,
    environment: &'a str,
    os: &'a str,
    arch: &'a str,
    axes: indexmap::IndexMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<[u32; 2]>,
    selected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    setup: Vec<String>,
    commands: Vec<String>,
    /// What runs the whole cell with cargo test, where its tool is nextest.
    #[serde(skip_serializing_if = "Option::is_none")]
    without_nextest: Option<String>,
    variables: indexmap::IndexMap<&'a str, &'a str>,
    services: Vec<&'a str>,
    builds: Vec<&'a str>,
    timeout_seconds: u64,
    outcome: &'a str,
    /// Why it cannot run on a developer's machine; nothing if it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_local: Option<String>,
}

fn json(jobs: &Jobs<'_>, chosen: &[&Job], left_out: &LeftOut<'_>) -> Result<String, Failure> {
    let plan: &Plan = jobs.plan;
    let rows: Vec<Row<'_>> = chosen
        .iter()
        .map(|job| {
            let reason = left_out.get(&(job.stage.index(), job.id.as_str()));
            let axes = job.points.iter().map(|point| {
                let value = cells::value(plan, *point).map_or("", |v| v.name.as_str());
                (plan.axes[point.axis].head.name(), value)
            });
            Row {
                stage: plan.stages[job.stage].head.name(),
                job: &job.id,
                title: &job.title,
                suite: plan.suites[job.suite].head.name(),
                environment: plan.environments[job.environment].head.name(),
                os: job.os.word(),
                arch: job.arch.word(),
                axes: axes.collect(),
                shard: job.shard.map(|shard| [shard.number, shard.of]),
                selected: reason.is_none(),
                reason: reason.map(String::as_str),
                setup: job
                    .setup
                    .iter()
                    .map(|words| command::shell(words))
                    .collect(),
                commands: job.lines(),
                without_nextest: cargo::without_nextest(plan, job)
                    .and_then(Result::ok)
                    .map(|words| command::shell(&words)),
                variables: job
                    .variables
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect(),
                services: job
                    .services
                    .iter()
                    .map(|s| plan.services[*s].head.name())
                    .collect(),
                builds: job
                    .builds
                    .iter()
                    .map(|b| jobs.builds[*b].id.as_str())
                    .collect(),
                timeout_seconds: job.timeout.whole_seconds(),
                outcome: job.outcome.as_ref().map_or("blocking", |o| o.word()),
                not_local: machines::not_local(plan, job.environment),
            }
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&rows).map_err(|e| Failure::new(e.to_string()))?;
    text.push('\n');
    Ok(text)
}
