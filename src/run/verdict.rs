//! What the gates say of a run: the rules of `templates/ci/gate.py`, for results of this
//! machine. A test holds the two together.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::order::Ended;
use super::{Fate, Run, Task};
use crate::jobs::{Jobs, gates};
use crate::schema::Id;
use crate::schema::kinds::Gate;
use crate::schema::values::{AllowedResult, Date};
use crate::targets::ci::selection::is_needed as is_selected;

/// How an entry of a run went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Went {
    /// How it ended. A job without a test has failed, but for a shard, whose neighbours may have some.
    pub ended: Ended,
    /// Whether its tool said that it had no test to run.
    pub no_test: bool,
}

/// What a gate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is open.
    Open,
    /// It is closed, for these reasons.
    Closed(Vec<String>),
    /// That depends on jobs which did not run here: their ids.
    Undecided(Vec<String>),
}

/// Judges a run. `went` says how each entry went, by number.
pub fn judge(run: &Run<'_>, gate: Id<Gate>, went: &[Option<Went>], today: Date) -> Verdict {
    let jobs = run.jobs;
    let allows = |result: AllowedResult| {
        let allowances = jobs.plan.gates[gate].allows.iter();
        allowances
            .filter(|allowance| allowance.result == result)
            .any(|allowance| {
                let until = allowance.weakening.expires.as_ref();
                until.is_some_and(|until| until.value >= today)
            })
    };
    let places: HashMap<&str, usize> = run
        .entries
        .iter()
        .enumerate()
        .map(|(number, entry)| (entry.id(), number))
        .collect();
    let required = required(jobs, gate);
    let mut closed = Vec::new();
    let mut unknown = Vec::new();
    // The shards of a job, by its cell: whether all that ran had no test.
    let mut cells: IndexMap<&str, bool> = IndexMap::new();
    for id in &required {
        let place = places
            .get(id.as_str())
            .map(|number| (number, &run.entries[*number]));
        let Some((number, entry)) = place else {
            unknown.push(id.clone());
            continue;
        };
        let went = match &entry.fate {
            Fate::LeftOut(_) => continue,
            Fate::NotHeld(_) => {
                unknown.push(id.clone());
                None
            }
            Fate::Runs => Some(went[*number].unwrap_or(Went {
                ended: Ended::Cancelled,
                no_test: false,
            })),
        };
        if let Some(went) = went {
            let passes = match went.ended {
                Ended::Success => true,
                Ended::Cancelled => allows(AllowedResult::Cancelled),
                Ended::Failure => went.no_test && allows(AllowedResult::NoTestRan),
                Ended::Skipped => false,
            };
            if !passes {
                closed.push(format!("{id}: {}", went.ended.word()));
            }
        }
        if let Task::Job(job) = entry.task
            && let Some(shard) = job.shard
        {
            let cell = id.trim_end_matches(&format!("-shard{}", shard.number));
            // A shard that did not run here may have some; of one that failed its result says enough.
            match went {
                None => {
                    cells.insert(cell, false);
                }
                Some(went) if went.ended == Ended::Success => {
                    let has_none = cells.entry(cell).or_insert(true);
                    *has_none &= went.no_test;
                }
                Some(_) => {}
            }
        }
    }
    for (cell, has_none) in cells {
        if has_none && !allows(AllowedResult::NoTestRan) {
            closed.push(format!("{cell}: no test ran"));
        }
    }
    // The job that selects the others is required where there is one.
    if required.is_empty() && !is_selected(jobs, run.stage) {
        closed.push("it requires no job".to_owned());
    }
    match (closed.is_empty(), unknown.is_empty()) {
        (false, _) => Verdict::Closed(closed),
        (true, false) => Verdict::Undecided(unknown),
        (true, true) => Verdict::Open,
    }
}

/// The ids of what a gate requires.
fn required(jobs: &Jobs<'_>, gate: Id<Gate>) -> Vec<String> {
    let judged = jobs.judged_by(gate);
    let mut ids: Vec<String> = judged
        .iter()
        .filter(|(_, decides)| *decides)
        .map(|(job, _)| job.id.clone())
        .collect();
    let builds = gates::builds_required(jobs, gate);
    ids.extend(builds.iter().map(|number| jobs.builds[*number].id.clone()));
    let goals = gates::goals_required(jobs, gate);
    ids.extend(goals.into_iter().map(|goal| goal.id));
    ids
}
