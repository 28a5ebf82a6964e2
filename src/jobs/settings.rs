//! What holds for a cell, where several declarations may say it: how long it takes, when it is stopped,
//! what its result counts for.

use super::Cell;
use super::cells;
use crate::schema::Plan;
use crate::schema::values::{Condition, Duration, Outcome, Spanned};

/// How long a job may take when neither a timeout nor an expected duration is given.
const DEFAULT_TIMEOUT: Duration = Duration::minutes(60);

/// The least timeout that is made from an expected duration: enough to start a machine.
const LEAST_TIMEOUT: Duration = Duration::minutes(10);

/// Into how many jobs a cell is divided.
pub fn shards(plan: &Plan, cell: &Cell) -> u32 {
    cell.setting(plan, |at| at.shards, |suite| suite.shards)
        .map_or(1, |shards| shards.value)
}

/// What the result of a cell counts for, where it is said: by an `at` block, else by the value of an
/// axis, else by the suite.
pub fn outcome<'p>(plan: &'p Plan, cell: &Cell) -> Option<&'p Outcome> {
    let of_at = cells::ats(plan, cell)
        .rev()
        .find_map(|at| at.body.outcome.as_ref());
    let of_value = || {
        cell.points.iter().rev().find_map(|point| {
            let record = cells::value(plan, *point)?.record?;
            plan.value_records[record].outcome.as_ref()
        })
    };
    of_at
        .or_else(of_value)
        .or(plan.suites[cell.suite].body.outcome.as_ref())
}

/// What must hold of a run for a cell to be in it.
pub fn conditions(plan: &Plan, cell: &Cell) -> Vec<Condition> {
    let of_stage = plan.stages[cell.stage].when.clone();
    let own = cell.setting(plan, |at| at.when.clone(), |suite| suite.when.clone());
    of_stage.into_iter().chain(own).collect()
}

/// How long a cell is expected to take, all its shards together.
pub fn duration(plan: &Plan, cell: &Cell) -> Option<Spanned<Duration>> {
    cell.setting(plan, |at| at.duration, |suite| suite.duration)
}

/// The timeout that a cell is given: by an `at` block, by its suite, or by its stage.
pub fn given_timeout(plan: &Plan, cell: &Cell) -> Option<Spanned<Duration>> {
    cell.setting(plan, |at| at.timeout, |suite| suite.timeout)
        .or(plan.stages[cell.stage].timeout)
}

/// The timeout of a cell: the one it is given; else twice what it is expected to take.
pub fn timeout(plan: &Plan, cell: &Cell) -> Duration {
    timeout_or(given_timeout(plan, cell), duration(plan, cell))
}

/// A timeout, else twice the duration, else the usual one.
pub fn timeout_or(
    timeout: Option<Spanned<Duration>>,
    duration: Option<Spanned<Duration>>,
) -> Duration {
    match (timeout, duration) {
        (Some(timeout), _) => timeout.value,
        (None, Some(duration)) => duration.value.plus(duration.value).max(LEAST_TIMEOUT),
        (None, None) => DEFAULT_TIMEOUT,
    }
}
