//! The jobs that run nothing of the plan's: what selects, what judges, and what tells people.

use indexmap::IndexMap;
use serde_yaml::Commented;

use super::jobs::{
    begun, ended, environment as environment_of, is_manual, minutes, record, records,
};
use super::matrix::Group;
use super::pipeline::{Artifacts, JobEntry, Value};
use super::{DIALECT, Names, hidden, python, text};
use crate::jobs::{Jobs, command};
use crate::schema::Id;
use crate::schema::kinds::{Gate, Stage};
use crate::schema::values::AllowedResult;
use crate::targets::RenderError;
use crate::targets::ci::gate::{self, TIMEOUT};
use crate::targets::ci::notify::channel;
use crate::targets::ci::{facts, place, secret_key, selection, variable_key};

/// The variable that says how much of the history is fetched: `0` is all.
const DEPTH: &str = "GIT_DEPTH";

/// A job of a stage, by its declaration.
fn of_stage(jobs: &Jobs<'_>, stage: Id<Stage>) -> JobEntry {
    let head = &jobs.plan.stages[stage].head;
    let origin = place(jobs, head.span, "stage", head.name());
    JobEntry {
        extends: Some(Commented(hidden(jobs.plan, stage), origin)),
        timeout: Some(minutes(TIMEOUT)),
        ..JobEntry::default()
    }
}

fn plain(name: &str, value: impl Into<String>) -> (String, Value) {
    (name.to_owned(), Value::Plain(value.into()))
}

/// The call of a script of the stage.
fn run(jobs: &Jobs<'_>, stage: Id<Stage>, script: &str) -> String {
    python(&["run", jobs.plan.stages[stage].head.name(), script])
}

/// The job that decides which of the others are in a run.
pub fn select(jobs: &Jobs<'_>, stage: Id<Stage>) -> JobEntry {
    let plan = jobs.plan;
    let mut script = begun(plan, stage, selection::JOB, false);
    for id in selection::asked_variables(jobs, stage) {
        let name = plan.variables[id].head.name();
        let key = variable_key(plan, id);
        script.push(format!("export VARIABLE_{name}=\"${{{key}:-}}\""));
    }
    script.push(run(jobs, stage, "select_jobs.py"));
    JobEntry {
        // The files that changed are those between two commits.
        variables: IndexMap::from([
            plain(DEPTH, "0"),
            plain("RULES", selection::rules_path(plan, stage, &DIALECT)),
        ]),
        needs: Some(Vec::new()),
        script,
        after_script: vec![ended(plan, stage, selection::JOB)],
        artifacts: Some(records(record(plan, stage, selection::JOB))),
        ..of_stage(jobs, stage)
    }
}

/// The job of a gate, and its name.
///
/// # Errors
/// A name that GitLab takes for something else.
pub fn gate(
    jobs: &Jobs<'_>,
    id: Id<Gate>,
    stage: Id<Stage>,
    names: &Names<'_>,
) -> Result<(String, JobEntry), RenderError> {
    let declared = &jobs.plan.gates[id];
    let name = text::job_name(&declared.status)?;
    // Nobody may ever click on one that waits for a click.
    let judged = gate::judged(jobs, id, |job| !is_manual(job));
    let origin = place(jobs, declared.head.span, "gate", declared.head.name());
    let variables = judged.variables.into_iter();
    let mut allowed = declared.allows.iter();
    let allows_cancelled = allowed.any(|a| matches!(a.result, AllowedResult::Cancelled));
    let mut script: Vec<String> = Vec::new();
    if allows_cancelled {
        script.push(text::comment(
            "A job that is cancelled makes a pipeline of GitLab cancelled, whatever a gate lets pass.",
        ));
    }
    script.push(run(jobs, stage, "gate.py"));
    let key = gate::key(declared.head.name());
    let entry = JobEntry {
        extends: Some(Commented(hidden(jobs.plan, stage), origin)),
        variables: variables
            .map(|(name, value)| (name, Value::Plain(value)))
            .collect(),
        needs: Some(names.needs(judged.needs.iter().map(String::as_str), true)),
        // Without this a gate behind a failed job would be skipped.
        when: Some("always"),
        script,
        after_script: vec![ended(jobs.plan, stage, &key)],
        artifacts: Some(records(record(jobs.plan, stage, &key))),
        ..of_stage(jobs, stage)
    };
    Ok((name, entry))
}

/// The job that writes the summary, behind all others.
pub fn summary(jobs: &Jobs<'_>, stage: Id<Stage>, groups: &[Group], names: &Names<'_>) -> JobEntry {
    let plan = jobs.plan;
    let file = ".dtpc-run/summary.md".to_owned();
    JobEntry {
        stage: Some(".post".to_owned()),
        variables: IndexMap::from([
            plain("JOBS", facts::path(jobs, stage, &DIALECT)),
            plain("RESULTS", crate::targets::ci::results::RESULTS),
        ]),
        dependencies: Some(dependencies(jobs, stage, groups, names)),
        allow_failure: true,
        when: Some("always"),
        script: vec![run(jobs, stage, "summary.py")],
        artifacts: Some(Artifacts {
            expose_as: Some(format!("Summary of {}", plan.stages[stage].head.name())),
            ..records(file)
        }),
        ..of_stage(jobs, stage)
    }
}

/// The job that tells people of a failure, in a stage whose failures are told.
///
/// # Errors
/// A deployment environment that GitLab cannot have.
pub fn notify(
    jobs: &Jobs<'_>,
    stage: Id<Stage>,
    groups: &[Group],
    names: &Names<'_>,
) -> Result<Option<JobEntry>, RenderError> {
    let plan = jobs.plan;
    let Some((_, channel)) = channel(jobs, stage) else {
        return Ok(None);
    };
    let deciding = facts::deciding(jobs, stage);
    let mut told: Vec<&str> = jobs.builds_of(stage).map(|(_, b)| b.id.as_str()).collect();
    let of_suites = jobs.of_stage(stage).map(|job| job.id.as_str());
    told.extend(of_suites.filter(|id| deciding.contains(id)));
    let key = secret_key(plan, channel.id);
    // The stage may have an approval, which is for what it runs and not for telling of it.
    let environment = plan.secrets[channel.id].environment.as_ref();
    let environment = environment.map(|name| environment_of(name, Some("access")));
    let environment = environment.transpose()?;
    Ok(Some(JobEntry {
        stage: Some(".post".to_owned()),
        environment,
        variables: IndexMap::from([
            plain(DEPTH, "0"),
            plain("JOBS", facts::path(jobs, stage, &DIALECT)),
            plain("TOLD", told.join(" ")),
        ]),
        dependencies: Some(dependencies(jobs, stage, groups, names)),
        when: Some("on_failure"),
        script: vec![
            format!("export WEBHOOK=\"${{{key}:-}}\""),
            run(jobs, stage, "notify.py"),
        ],
        ..of_stage(jobs, stage)
    }))
}

/// Every job of a stage that leaves a record, and is not waited for in vain.
fn dependencies(
    jobs: &Jobs<'_>,
    stage: Id<Stage>,
    groups: &[Group],
    names: &Names<'_>,
) -> Vec<String> {
    let mut all = Vec::new();
    if selection::is_needed(jobs, stage) {
        all.push(names.key(selection::JOB));
    }
    all.extend(jobs.builds_of(stage).map(|(_, build)| names.key(&build.id)));
    all.extend(groups.iter().map(|group| names.key(&group.id)));
    all.extend(
        jobs.gates_of(stage)
            .map(|(_, gate)| gate.status.to_string()),
    );
    all
}

/// The words of a call of the script that speaks to GitLab.
pub fn call(script: &str, words: &[&str]) -> String {
    let mut all = vec!["python3", script];
    all.extend(words);
    command::shell(&all)
}
