//! What a job reaches that outsiders may not: secrets, and places that are not open to everybody.

use super::{BuildJob, Job, machines, registries};
use crate::schema::kinds::{Environment, Runner, Secret, Stage};
use crate::schema::values::Visibility;
use crate::schema::{Id, Plan};
use crate::source::Span;

/// What a job of a suite, or a build, reaches.
#[derive(Debug, Clone)]
pub struct Reach {
    /// The stage that starts it.
    pub stage: Id<Stage>,
    /// The place where it runs; a build may name none, and runs on a machine of the host's.
    pub environment: Option<Id<Environment>>,
    /// The runner that gives it a machine.
    pub runner: Option<Id<Runner>>,
    /// The secrets it is handed.
    pub secrets: Vec<Id<Secret>>,
    /// Whether its token may change something.
    pub writes: bool,
}

impl Reach {
    /// What a job of a suite reaches.
    pub fn of_job(plan: &Plan, job: &Job) -> Self {
        let passwords = registries::passwords(plan, &job.registries).map(|password| password.id);
        Self {
            stage: job.stage,
            environment: Some(job.environment),
            runner: job.runner,
            secrets: job.secrets.iter().copied().chain(passwords).collect(),
            writes: plan.suites[job.suite].permissions.writes().is_some(),
        }
    }

    /// What a build reaches.
    pub fn of_build(plan: &Plan, build: &BuildJob) -> Self {
        Self {
            stage: build.stage,
            environment: plan.builds[build.build].on.map(|on| on.id),
            runner: build.runner,
            secrets: build.secrets.clone(),
            writes: plan.builds[build.build].permissions.writes().is_some(),
        }
    }

    /// Whether it is anything that outsiders may not reach.
    pub fn is_closed(&self, plan: &Plan) -> bool {
        self.writes
            || !self.secrets.is_empty()
            || self
                .environment
                .is_some_and(|environment| closed(plan, environment, self.runner).is_some())
            || machines::is_self_hosted(plan, self.runner)
    }
}

/// Why outsiders may not reach a place, and where that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// The reason, as the end of a sentence about the place: `is private`.
    pub why: &'static str,
    /// What says so.
    pub span: Span,
}

/// Why outsiders may not reach an environment with this runner; nothing where they may.
pub fn closed(
    plan: &Plan,
    environment: Id<Environment>,
    runner: Option<Id<Runner>>,
) -> Option<Closed> {
    let declared = &plan.environments[environment];
    let (why, span) = match declared.visibility {
        Some(v) if v.value == Visibility::Private => ("is private", v.span),
        None => match declared.head.open("visibility") {
            Some(question) => ("is not known to be public", question.span),
            None => ("is not said to be public", declared.head.head),
        },
        Some(v) if machines::is_self_hosted(plan, runner) => {
            ("runs on a machine of one's own", v.span)
        }
        Some(_) => {
            let question = machines::open_question(plan, environment, runner)?;
            ("has no runner that is known to be public", question.span)
        }
    };
    Some(Closed { why, span })
}
