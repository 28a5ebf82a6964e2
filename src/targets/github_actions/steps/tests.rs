//! The step that runs the tests, and what it tells.

use indexmap::IndexMap;

use super::super::literal::literal;
use super::super::workflow::Step;
use super::super::{DIALECT, steps};
use super::{TESTS, secrets, with_token};
use crate::jobs::{Job, Jobs};
use crate::targets::ci::{empty, tests};

/// The variables of a job.
pub fn environment(jobs: &Jobs<'_>, job: &Job) -> IndexMap<String, String> {
    let variables = tests::environment(jobs, job, steps::reached(job));
    let written = variables.into_iter();
    written.map(|(name, text)| (name, literal(&text))).collect()
}

/// What a job tells the gate: whether it ran a test, where that decides.
pub fn outputs(jobs: &Jobs<'_>, job: &Job) -> IndexMap<&'static str, String> {
    let told = empty::outputs(jobs, job).iter();
    told.map(|name| (*name, format!("${{{{ steps.{TESTS}.outputs.{name} }}}}")))
        .collect()
}

/// Runs the tests.
pub(super) fn run(jobs: &Jobs<'_>, job: &Job) -> Step {
    let title = &jobs.plan.suites[job.suite].head.title;
    let suite = &jobs.plan.suites[job.suite];
    Step {
        name: literal(&format!("Run {title}")),
        id: Some(TESTS),
        env: with_token(secrets(jobs.plan, &job.secrets), &suite.permissions),
        run: Some(tests::script(jobs, job, &DIALECT)),
        ..Step::default()
    }
}
