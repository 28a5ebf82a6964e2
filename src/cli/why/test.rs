//! Which jobs run a test, and why the others do not.

use std::fmt::Write as _;

use super::place;
use crate::algebra::Defaults;
use crate::audit::facts::{Case, Facts, Test};
use crate::audit::selection::Selection;
use crate::diagnostics::suggest;
use crate::init::Tree;
use crate::jobs::{Job, Jobs, command, selection};
use crate::schema::Plan;
use crate::schema::values::TestId;

/// What is known of a test, and whether it was found.
pub struct Told {
    /// In words.
    pub text: String,
    /// Whether the repository has it, as far as that is known.
    pub is_there: bool,
}

/// The repository that a test is looked for in.
pub struct Repository<'r> {
    /// Its files.
    pub tree: &'r dyn Tree,
    /// Its tests.
    pub facts: &'r Facts,
}

/// What of the plan a test meets. Without a repository only conditions are told.
pub fn told(jobs: &Jobs<'_>, test: &str, repository: Option<&Repository<'_>>) -> Told {
    let mut out = format!("{test}\n");
    let quarantined = quarantines(jobs, test, &mut out);
    let Some(repository) = repository else {
        conditions(jobs, test, quarantined, &mut out);
        return Told {
            text: out,
            is_there: true,
        };
    };
    let is_it = |found: &Test, case: &Case| found.id == test || found.id_of(case) == test;
    let found = repository.facts.tests.iter().enumerate();
    let mut found = found.filter(|(_, found)| found.cases.iter().any(|case| is_it(found, case)));
    if let Some((number, known)) = found.next() {
        let selection = Selection::new(jobs, repository.facts, repository.tree);
        for (at, case) in known.cases.iter().enumerate() {
            if is_it(known, case) {
                of_case(
                    jobs,
                    &selection,
                    (number, at),
                    (known, case),
                    quarantined,
                    &mut out,
                );
            }
        }
        return Told {
            text: out,
            is_there: true,
        };
    }
    missing(repository, test, &mut out);
    conditions(jobs, test, quarantined, &mut out);
    Told {
        text: out,
        is_there: false,
    }
}

/// Says that a test is not there, and what may have been meant.
fn missing(repository: &Repository<'_>, test: &str, out: &mut String) {
    let (file, name) = test.split_once("::").unwrap_or((test, ""));
    let known = repository.tree.files().iter().any(|known| known == file);
    // Writing to a String cannot fail, here and below.
    if !known {
        let _ = writeln!(
            out,
            "  was not found: there is no file `{file}` in the repository"
        );
        return;
    }
    let _ = writeln!(out, "  was not found in `{file}`");
    let here = repository
        .facts
        .tests
        .iter()
        .filter(|test| test.file == file);
    let names = here.filter_map(|test| Some(test.id.split_once("::")?.1));
    if let Some(near) = suggest::nearest(name, names) {
        let _ = writeln!(out, "  did you mean `{file}::{near}`?");
    }
}

/// Says where a test is in quarantine, and whether it is anywhere.
fn quarantines(jobs: &Jobs<'_>, test: &str, out: &mut String) -> bool {
    let mut any = false;
    for (_, quarantine) in jobs.plan.quarantines.iter() {
        let id = quarantine.test.as_ref().map(|t| t.text.as_str());
        if id.is_some_and(|id| test == id || test.starts_with(&format!("{id}["))) {
            any = true;
            let _ = writeln!(
                out,
                "  in quarantine: {}  ({})",
                quarantine.because.as_deref().unwrap_or_default(),
                place(jobs.sources, quarantine.head.head)
            );
        }
    }
    any
}

/// What a test that was found carries, which jobs run it, and which of those that look where it is
/// leave it out.
fn of_case(
    jobs: &Jobs<'_>,
    selection: &Selection,
    (number, at): (usize, usize),
    (test, case): (&Test, &Case),
    quarantined: bool,
    out: &mut String,
) {
    let plan: &Plan = jobs.plan;
    let mut carried: Vec<String> = case
        .markers
        .iter()
        .map(|m| format!("`{}`", m.name))
        .collect();
    carried.sort_unstable();
    carried.dedup();
    let carried = match carried.as_slice() {
        [] => "no marker".to_owned(),
        names => names.join(", "),
    };
    let id = test.id_of(case);
    let _ = writeln!(
        out,
        "  `{id}` carries {carried}  ({})",
        place(jobs.sources, test.span)
    );
    if let Some(why) = &test.unknown {
        let _ = writeln!(out, "  not all of its markers are known: {}", why.words);
    }
    let runs = &selection.lanes_of[number][at];
    let verb = if quarantined {
        "would run it"
    } else {
        "runs it"
    };
    let mut told = 0;
    for (lane, is_run) in selection.near[number]
        .iter()
        .map(|lane| (*lane, runs.contains(lane)))
    {
        let lane = &selection.lanes[lane as usize];
        let job = &jobs.jobs[lane.job];
        let stage = plan.stages[job.stage].head.name();
        let shards = job.shard.map_or_else(String::new, |shard| {
            format!(", in one of its {} shards", shard.of)
        });
        let name = job.id.trim_end_matches("-shard1");
        let name = if job.shard.is_some() {
            name
        } else {
            job.id.as_str()
        };
        let part = job.runs[lane.run].part.map_or_else(String::new, |part| {
            let name = plan.parts[part].head.name();
            format!(" (part `{}`)", name.rsplit('/').next().unwrap_or(name))
        });
        told += 1;
        let _ = match (is_run, &lane.unclear) {
            (_, Some(why)) => writeln!(out, "  {stage}/{name}{part}: not known: {why}"),
            (true, None) => writeln!(out, "  {stage}/{name}{part} {verb}{shards}"),
            (false, None) => writeln!(
                out,
                "  {stage}/{name}{part} {}: it takes {}",
                if quarantined {
                    "leaves it out while it is in quarantine"
                } else {
                    "leaves it out"
                },
                taken(jobs, job, lane.run)
            ),
        };
    }
    if told == 0 {
        out.push_str("  no job looks where it is\n");
    }
}

/// Which tests a command of a job takes, by their markers.
fn taken(jobs: &Jobs<'_>, job: &Job, run: usize) -> String {
    let plan: &Plan = jobs.plan;
    if !selection::uses_markers(job.tool) {
        return "what its tool is told to".to_owned();
    }
    let factors = selection::of_part(plan, job, job.runs[run].part);
    selection::pytest(plan, &Defaults::of_plan(plan), factors).map_or_else(
        || "every test that is not in quarantine".to_owned(),
        |markers| format!("`{markers}`"),
    )
}

/// Which jobs run a test of which nothing is known but its id.
fn conditions(jobs: &Jobs<'_>, test: &str, quarantined: bool, out: &mut String) {
    let plan: &Plan = jobs.plan;
    let verb = if quarantined { "would run" } else { "runs" };
    let id = TestId::of(test);
    let mut found = false;
    let defaults = Defaults::of_plan(plan);
    for job in &jobs.jobs {
        let suite = &plan.suites[job.suite];
        if !command::holds_test(plan, suite, &id) {
            continue;
        }
        found = true;
        let stage = plan.stages[job.stage].head.name();
        let factors = selection::of_part(plan, job, None);
        let condition = if selection::uses_markers(job.tool) {
            selection::pytest(plan, &defaults, factors).map_or_else(
                || "whatever its markers".to_owned(),
                |markers| format!("if its markers fulfil `{markers}`"),
            )
        } else {
            "if its tool finds it".to_owned()
        };
        let _ = writeln!(out, "  {stage}/{} {verb} it {condition}", job.id);
    }
    if !found {
        out.push_str("  no suite looks where it is\n");
    }
}
