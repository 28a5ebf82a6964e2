//! The steps of a job, in order: make the machine ready ([`machine`], [`caches`]), fetch what others made
//! ([`artifacts`]), start what is needed ([`containers`]), run the tests ([`tests`]), keep what they left
//! ([`results`]), clean up ([`cleanup`]).

mod artifacts;
mod caches;
mod cleanup;
pub mod containers;
mod machine;
mod results;
mod tests;

use indexmap::IndexMap;

use super::DIALECT;
use super::access;
use super::literal::literal;
use super::workflow::Step;
use crate::jobs::{BuildJob, Job, Jobs, command};
use crate::name::one_line;
use crate::schema::kinds::Secret;
use crate::schema::values::Permissions;
use crate::schema::{Id, Plan};
use crate::targets::ci::services::{self, Reached};
use crate::targets::ci::{builds, secret_key, variable_key};
pub use tests::{environment, outputs};

/// The steps whose outcome others ask for.
const TESTS: &str = "tests";
const COVERAGE: &str = "coverage";

/// All steps of a job, in order.
pub fn of(jobs: &Jobs<'_>, job: &Job) -> Vec<Step> {
    let mut steps = vec![machine::checkout(jobs.plan)];
    steps.extend(machine::python(jobs.plan, job));
    steps.extend(machine::actions(jobs, job));
    steps.extend(caches::looked_into(jobs.plan, job.stage, &job.caches));
    steps.extend(machine::setup(job));
    steps.extend(artifacts::fetched(jobs, &job.fetches, |artifact| {
        jobs.ids_of_makers(artifact, &job.builds, jobs.makers_of(job))
    }));
    let pieces = services::started(jobs, job, reached(job), &DIALECT);
    steps.extend(pieces.into_iter().map(|piece| Step {
        name: literal(&piece.title),
        run: Some(piece.script),
        ..Step::default()
    }));
    steps.push(tests::run(jobs, job));
    steps.extend(results::report(job));
    steps.extend(results::kept(jobs, job));
    let condition = format!("${{{{ !cancelled() && steps.{TESTS}.outcome != 'skipped' }}}}");
    steps.extend(artifacts::kept(jobs, &job.makes, &job.id, Some(&condition)));
    steps.extend(cleanup::after(jobs.plan, &job.cleanup, &job.secrets));
    steps
}

/// Where a job reaches services in containers: by name, if it is in one itself.
pub const fn reached(job: &Job) -> Reached {
    if job.container.is_some() {
        Reached::ByName
    } else {
        Reached::Here
    }
}

/// All steps of a job that builds something, in order.
pub fn of_build(jobs: &Jobs<'_>, build: &BuildJob) -> Vec<Step> {
    let plan = jobs.plan;
    let mut steps = vec![machine::checkout(jobs.plan)];
    steps.extend(caches::looked_into(plan, build.stage, &build.caches));
    steps.extend(artifacts::fetched(jobs, &build.fetches, |artifact| {
        let suites = jobs.makers(build.stage, &build.fetches, &build.points);
        jobs.ids_of_makers(artifact, &build.needs, suites)
    }));
    // What GitHub knows reaches the command in variables: put into its text, it would be run.
    let permissions = &plan.builds[build.build].permissions;
    let mut env = with_token(secrets(plan, &build.secrets), permissions);
    for id in builds::variables(build) {
        let key = variable_key(plan, id);
        env.insert(key.clone(), format!("${{{{ vars.{key} }}}}"));
    }
    let lines = builds::lines(plan, build, "GITHUB_SHA");
    if lines.is_empty() {
        let title = &plan.builds[build.build].head.title;
        let message = format!("::notice::nothing is to be done for {}", one_line(title));
        steps.push(Step {
            name: "Say that it is there".to_owned(),
            run: Some(command::shell(&["echo", &message])),
            ..Step::default()
        });
    } else {
        let title = &plan.builds[build.build].head.title;
        steps.push(Step {
            name: literal(&format!("Build {title}")),
            env,
            run: Some(lines.join("\n")),
            ..Step::default()
        });
    }
    steps.extend(artifacts::kept(jobs, &build.makes, &build.id, None));
    steps.extend(cleanup::after(plan, &build.cleanup, &build.secrets));
    steps
}

/// Secrets in the variables of their names.
fn secrets(plan: &Plan, secrets: &[Id<Secret>]) -> IndexMap<String, String> {
    secrets
        .iter()
        .map(|id| {
            let key = secret_key(plan, *id);
            let value = format!("${{{{ secrets.{key} }}}}");
            (key, value)
        })
        .collect()
}

/// The variables of a step that is handed the token of its job, where the plan asks something for it.
fn with_token(
    mut env: IndexMap<String, String>,
    permissions: &Permissions,
) -> IndexMap<String, String> {
    if permissions.hand_the_token() {
        env.insert(access::TOKEN.to_owned(), access::TOKEN_VALUE.to_owned());
    }
    env
}

/// The one step of a job that has no machine yet: it fails at once and says what is to be answered.
pub fn waiting(question: &str) -> Vec<Step> {
    let message = format!(
        "::error::there is no machine for this job: {}",
        one_line(question)
    );
    vec![Step {
        name: "Say what is open".to_owned(),
        run: Some(format!("{}\nexit 1", command::shell(&["echo", &message]))),
        ..Step::default()
    }]
}
