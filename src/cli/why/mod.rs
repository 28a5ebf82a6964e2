//! `dtpc why`

mod file;
mod job;
mod test;

use std::path::Path;

use super::check::refused;
use super::disk::Disk;
use super::jobs::{changed, compiled};
use super::{Failure, Outcome, arguments, terminal};
use crate::audit::look;
use crate::audit::selection::roots;
use crate::diagnostics::suggest;
use crate::init::Tree;
use crate::jobs::changes::Changes;
use crate::jobs::named::Wanted;
use crate::jobs::{Job, Jobs};
use crate::source::{SourceMap, Span};
use crate::timings::Timings;

/// Says why a job, a test or a file is in a run or out of it.
pub fn run(arguments: &arguments::Why, timings: &Timings) -> Result<Outcome, Failure> {
    let (plan, what) = match arguments.named.as_slice() {
        [plan, what] => (Some(Path::new(plan)), what.as_str()),
        [what] => (None, what.as_str()),
        _ => {
            let help = "before `--changed`, which takes every word behind it";
            return Err(Failure::new("name a job, a test or a file").help(help));
        }
    };
    let Some((file, mut compilation)) = compiled(plan, timings)? else {
        return Ok(Outcome::Findings);
    };
    let mut sources = std::mem::take(&mut compilation.sources);
    let Some(checked) = &compilation.plan else {
        return Ok(refused(&compilation));
    };
    let has_root = checked.plans.iter().any(|(_, plan)| plan.root.is_some());
    let disk = has_root.then(|| Disk::read(&super::jobs::root(checked, &file)));
    let of_a_test = what.contains("::");
    let facts = disk.as_ref().filter(|_| of_a_test).map(|disk| {
        timings.of(&["read tests"], || {
            look(disk, &mut sources, &roots(checked))
        })
    });
    let jobs = timings.of(&["jobs"], || Jobs::derive(checked, &sources));
    let changes = changed(&arguments.changes, checked, &file)?.map(|f| Changes::of(checked, f));
    let is_there = |file: &str| {
        let is_it = |disk: &Disk| disk.files().iter().any(|known| known == file);
        disk.as_ref().is_none_or(is_it)
    };
    let named = if of_a_test || is_there(what) && disk.is_some() {
        Vec::new()
    } else {
        jobs_named(&jobs, what)?
    };
    if !named.is_empty() {
        let told = named
            .iter()
            .map(|job| job::told(&jobs, job, changes.as_ref()));
        terminal::print(&told.collect::<Vec<_>>().join("\n"));
    } else if of_a_test {
        let repository = disk.as_ref().zip(facts.as_ref());
        let repository = repository.map(|(tree, facts)| test::Repository { tree, facts });
        let told = test::told(&jobs, what, repository.as_ref());
        terminal::print(&told.text);
        if !told.is_there {
            return Ok(Outcome::Findings);
        }
    } else {
        terminal::print(&file::told(&jobs, what, is_there(what)));
    }
    Ok(Outcome::Success)
}

/// The jobs that a text names: by their id, with or without their stage; by their suite; by a pattern,
/// `serve(stage: nightly)`. None where it reads like a file.
fn jobs_named<'j>(jobs: &'j Jobs<'_>, what: &str) -> Result<Vec<&'j Job>, Failure> {
    let plan = jobs.plan;
    let stage_of = |job: &Job| plan.stages[job.stage].head.name();
    let full = |job: &Job| format!("{}/{}", stage_of(job), job.id);
    let by_id = jobs
        .jobs
        .iter()
        .filter(|job| job.id == what || full(job) == what);
    let by_id: Vec<&Job> = by_id.collect();
    if !by_id.is_empty() {
        return Ok(by_id);
    }
    let is_suite = plan
        .suites
        .iter()
        .any(|(_, suite)| suite.head.name() == what);
    if is_suite || what.contains('(') && !what.contains('/') {
        let wanted = Wanted::parse(what, jobs).map_err(Failure::new)?;
        let found: Vec<&Job> = jobs
            .jobs
            .iter()
            .filter(|job| wanted.is(jobs, job))
            .collect();
        if found.is_empty() {
            let message = format!("`{what}` names no job of the plan");
            return Err(Failure::new(message).help("`dtpc jobs` lists them"));
        }
        return Ok(found);
    }
    // What has a stage before it, or neither a folder nor an ending, was meant as a job.
    let of_stage = what.split_once('/').is_some_and(|(stage, rest)| {
        !rest.contains(['/', '.'])
            && jobs
                .stages
                .iter()
                .any(|s| plan.stages[*s].head.name() == stage)
    });
    if !of_stage && what.contains(['/', '.']) {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = if of_stage {
        jobs.jobs.iter().map(full).collect()
    } else {
        let suites = plan
            .suites
            .iter()
            .map(|(_, suite)| suite.head.name().to_owned());
        jobs.jobs
            .iter()
            .map(|job| job.id.clone())
            .chain(suites)
            .collect()
    };
    let failure = Failure::new(format!("there is no job, no suite and no file `{what}`"));
    Err(
        match suggest::nearest(what, ids.iter().map(String::as_str)) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure
                .help("`dtpc jobs` lists the jobs; a test is named as `tests/test_a.py::test_b`"),
        },
    )
}

/// `plans/p.dtp:12`
fn place(sources: &SourceMap, span: Span) -> String {
    format!("{}:{}", sources.file_of(span).name(), sources.line_of(span))
}
