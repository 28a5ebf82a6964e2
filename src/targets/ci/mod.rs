//! What the pipelines of all CI hosts have in common: which jobs a run has, what a job runs, what a
//! gate judges, and the scripts that do so. A host adds the form of its own files, and its
//! [`Dialect`].

pub mod builds;
pub mod empty;
pub mod facts;
pub mod gate;
pub mod notify;
pub mod results;
pub mod selection;
pub mod services;
pub mod summary;
pub mod tests;
pub mod tools;

use std::str::FromStr;

use crate::jobs::{Job, Jobs, Reach};
use crate::schema::kinds::{Runner, Secret, Stage, Variable};
use crate::schema::values::Host;
use crate::schema::{Id, Plan};
use crate::source::Span;
use crate::targets::{Output, RenderError};

/// How a host is told in a shell what every host must be told.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// The host whose stages are meant.
    pub host: Host,
    /// The folder of the scripts that jobs call, below the root of the repository.
    pub folder: &'static str,
    /// The script in that folder through which the others are called, so that they find what they know
    /// from GitHub.
    pub caller: Option<&'static str>,
    /// The folder for what one step leaves to another, as it stands inside double quotes.
    pub temporary: &'static str,
    /// The file for what a job tells others, as it stands inside double quotes.
    pub outputs: &'static str,
    /// What begins an error in the log.
    pub error: &'static str,
    /// What begins a warning in the log.
    pub warning: &'static str,
    /// What begins a notice in the log.
    pub notice: &'static str,
    /// Whether the host asks a container itself whether it is well.
    pub asks_containers: bool,
    /// Whether the host ends what a job has started. If not, the job does.
    pub ends_processes: bool,
}

impl Dialect {
    /// A script of `templates/ci/`, which is written in the words of GitHub, in those of the host.
    pub fn translated(&self, script: &str) -> String {
        script
            .replace("::error::", self.error)
            .replace("::warning::", self.warning)
            .replace("::notice::", self.notice)
    }

    /// The stages of the host that have jobs, in the order of the life-cycle.
    pub fn stages<'j>(&self, jobs: &'j Jobs<'_>) -> impl Iterator<Item = Id<Stage>> + 'j {
        let host = self.host;
        jobs.stages.iter().copied().filter(move |stage| {
            jobs.plan.stages[*stage].host == Some(host) && jobs.of_stage(*stage).next().is_some()
        })
    }

    /// Whether a job runs at the host.
    pub fn runs(&self, jobs: &Jobs<'_>, job: &Job) -> bool {
        jobs.plan.stages[job.stage].host == Some(self.host)
    }

    /// The words of a call of a script for a stage.
    pub fn call(&self, plan: &Plan, stage: Id<Stage>, script: &str) -> Vec<String> {
        let mut words = vec!["python3".to_owned()];
        if let Some(caller) = self.caller {
            words.push(format!("{}/{caller}", self.folder));
            words.push("run".to_owned());
            words.push(plan.stages[stage].head.name().to_owned());
            words.push(script.to_owned());
        } else {
            words.push(format!("{}/{script}", self.folder));
        }
        words
    }

    /// The file of a stage among the scripts: `<folder>/<stage>.<what>`.
    pub fn file(&self, plan: &Plan, stage: Id<Stage>, what: &str) -> String {
        let name = plan.stages[stage].head.name().replace('_', "-");
        format!("{}/{name}.{what}", self.folder)
    }
}

/// The scripts that the jobs of a host call, and what they read.
///
/// # Errors
/// Facts or rules that cannot be written as JSON.
pub fn scripts(jobs: &Jobs<'_>, dialect: &Dialect) -> Result<Vec<Output>, RenderError> {
    let mut outputs: Vec<Output> = gate::script(jobs, dialect).into_iter().collect();
    outputs.extend(empty::script(jobs, dialect));
    outputs.extend(tools::constraints(jobs, dialect));
    outputs.extend(selection::outputs(jobs, dialect)?);
    outputs.push(summary::script(jobs, dialect));
    outputs.extend(notify::script(jobs, dialect));
    outputs.extend(facts::outputs(jobs, dialect)?);
    Ok(outputs)
}

/// The deployment environment of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deployment<'p> {
    /// The one that it waits in until it is approved.
    Approval(&'p str),
    /// The one that keeps its secrets.
    Secrets(&'p str),
}

/// The deployment environment of a job: the one it waits in until it is approved, if it reaches
/// something that outsiders may not or its token may change something; else the one that keeps its
/// secrets.
pub fn deployment<'p>(plan: &'p Plan, reach: &Reach) -> Option<Deployment<'p>> {
    let stage = &plan.stages[reach.stage];
    let approval = stage.approval.map(|a| &plan.approvals[a.id]);
    let of_approval = approval
        .filter(|_| reach.is_closed(plan))
        .and_then(|approval| approval.environment.as_ref());
    let of_secret = || {
        let mut environments = reach
            .secrets
            .iter()
            .map(|id| plan.secrets[*id].environment.as_ref());
        environments.find_map(|environment| environment)
    };
    of_approval
        .map(|name| Deployment::Approval(name))
        .or_else(|| of_secret().map(|name| Deployment::Secrets(name)))
}

/// The runner of the jobs that dtpc adds to a stage, where the plan names one and says what it is.
pub fn control_runner(plan: &Plan, stage: Id<Stage>) -> Option<Id<Runner>> {
    let of_plan = || plan.plans.iter().find_map(|(_, info)| info.control_runner);
    let runner = plan.stages[stage].control_runner.or_else(of_plan)?.id;
    plan.runners[runner].head.open.is_empty().then_some(runner)
}

/// What the host calls a variable.
pub fn variable_key(plan: &Plan, id: Id<Variable>) -> String {
    let declared = &plan.variables[id];
    declared.key.as_ref().map_or_else(
        || declared.head.name().to_uppercase(),
        |key| key.to_string(),
    )
}

/// What the host calls a secret.
pub fn secret_key(plan: &Plan, id: Id<Secret>) -> String {
    let declared = &plan.secrets[id];
    declared.key.as_ref().map_or_else(
        || declared.head.name().to_uppercase(),
        |key| key.to_string(),
    )
}

/// Where something is declared, for a comment: `plans/shop.dtp: suite unit`.
pub fn place(jobs: &Jobs<'_>, span: Span, word: &str, declared: &str) -> String {
    let file = jobs
        .sources
        .file_of(span)
        .name()
        .replace(char::is_control, " ");
    format!("{file}: {word} {declared}")
}

/// What a cron expression says, for people.
pub fn in_words(cron: &str) -> String {
    croner::Cron::from_str(cron).map_or_else(|_| cron.to_owned(), |c| c.describe())
}
