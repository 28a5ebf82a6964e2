//! The file that GitLab reads first: it brings those of the stages together, and says what the
//! project's settings must say.

use indexmap::IndexMap;

use super::pipeline::{AutoCancel, Include, Question, Root, Workflow};
use super::rules::{self, STAGE};
use super::{DIALECT, path};
use crate::jobs::{Jobs, registries};
use crate::name::one_line;
use crate::schema::kinds::{Registry, Stage};
use crate::schema::values::{DispatchInput, Trigger};
use crate::schema::{Id, Plan};
use crate::targets::banner::{self, Comment};
use crate::targets::ci::selection::ALL;
use crate::targets::ci::{in_words, secret_key};
use crate::targets::{Content, Output, RenderError, yaml};

/// Where it is.
pub const PATH: &str = ".gitlab-ci.yml";

/// What is answered where no stage is meant: no stage has a name with spaces.
const NO_STAGE: &str = "no stage of the plan";

/// The file.
///
/// # Errors
/// What cannot be written as YAML.
pub fn output(jobs: &Jobs<'_>) -> Result<Output, RenderError> {
    let mut body: String = settings(jobs)
        .iter()
        .map(|line| format!("# {line}\n").replace("# \n", "#\n"))
        .collect();
    body.push_str(&yaml::text(&root(jobs))?);
    Ok(Output {
        path: PATH.to_owned(),
        content: Content::Whole(banner::sign(jobs, Comment::Hash, &body)),
    })
}

/// The name of the variable that holds the answer to a question of a plan.
pub fn variable(input: &DispatchInput) -> String {
    format!("DTPC_INPUT_{}", input.name.as_str())
}

/// What it holds.
pub fn root(jobs: &Jobs<'_>) -> Root {
    let plan = jobs.plan;
    let stages: Vec<Id<Stage>> = DIALECT.stages(jobs).collect();
    let name = |stage: &Id<Stage>| plan.stages[*stage].head.name().to_owned();
    let superseded = stages.iter().any(|stage| {
        let mut rules = rules::of_stage(plan, *stage).into_iter();
        rules.any(|rule| rule.interruptible == Some(true))
    });
    Root {
        stages: stages.iter().map(name).collect(),
        workflow: superseded.then_some(Workflow {
            auto_cancel: AutoCancel {
                on_new_commit: "interruptible",
            },
        }),
        variables: questions(plan, &stages),
        include: stages
            .iter()
            .map(|stage| Include {
                local: format!("/{}", path(jobs, *stage)),
            })
            .collect(),
    }
}

/// What whoever starts a pipeline is asked for: the stage, and what narrows it.
fn questions(plan: &Plan, stages: &[Id<Stage>]) -> IndexMap<String, Question> {
    let mut questions = IndexMap::new();
    let is_asked =
        |trigger: &Trigger| matches!(trigger, Trigger::Dispatch { .. } | Trigger::Schedule { .. });
    let asked: Vec<String> = stages
        .iter()
        .map(|stage| &plan.stages[*stage])
        .filter(|stage| stage.trigger.iter().any(|t| is_asked(&t.value)))
        .map(|stage| stage.head.name().to_owned())
        .collect();
    if asked.is_empty() {
        return questions;
    }
    let mut options = vec![NO_STAGE.to_owned()];
    options.extend(asked);
    questions.insert(
        STAGE.to_owned(),
        Question {
            description: "The stage that this pipeline runs, for a schedule or a start by hand"
                .to_owned(),
            value: NO_STAGE.to_owned(),
            options,
            expand: false,
        },
    );
    let triggers = stages.iter().flat_map(|stage| &plan.stages[*stage].trigger);
    for trigger in triggers {
        let Trigger::Dispatch { inputs } = &trigger.value else {
            continue;
        };
        for input in inputs {
            let mut options: Vec<String> = Vec::new();
            options.extend(input.or_all.then(|| ALL.to_owned()));
            let values = &plan.axis_values[input.axis.index()];
            options.extend(values.iter().map(|value| value.name.as_str().to_owned()));
            let title = one_line(&plan.axes[input.axis].head.title);
            let question = questions
                .entry(variable(input))
                .or_insert_with(|| Question {
                    description: title,
                    value: options.first().cloned().unwrap_or_default(),
                    options: Vec::new(),
                    expand: false,
                });
            for option in options {
                if !question.options.contains(&option) {
                    question.options.push(option);
                }
            }
        }
    }
    questions
}

/// What the settings of the project must say, since no file can.
fn settings(jobs: &Jobs<'_>) -> Vec<String> {
    let plan = jobs.plan;
    let mut lines = vec![
        "Each job needs git, bash and python3 on its machine; those without tags run on any runner."
            .to_owned(),
    ];
    lines.extend(logins(jobs));
    let mut schedules = Vec::new();
    for stage in DIALECT.stages(jobs) {
        let declared = &plan.stages[stage];
        for trigger in &declared.trigger {
            if let Trigger::Schedule { cron, timezone } = &trigger.value {
                let zone = timezone.as_ref().map_or("UTC", |zone| zone.as_str());
                let when = plain(&in_words(cron));
                schedules.push(format!(
                    "  {}  in the time zone {}, with {STAGE} = {}  ({when})",
                    plain(cron),
                    plain(zone),
                    declared.head.name()
                ));
            }
        }
        if declared.trigger.is_empty() {
            let question = declared.head.open("trigger");
            let question = question.map_or("", |question| &question.text);
            lines.push(format!(
                "Nothing starts {}: {}",
                declared.head.name(),
                plain(question)
            ));
        }
    }
    if !schedules.is_empty() {
        lines.push(String::new());
        lines.push(
            "GitLab keeps schedules in the settings of the project (Build > Pipeline schedules). The \
             plan asks for:"
                .to_owned(),
        );
        lines.extend(schedules);
    }
    lines
}

/// How the runners log in to the registries that the images of jobs come from.
fn logins(jobs: &Jobs<'_>) -> Vec<String> {
    let plan = jobs.plan;
    let mut known: Vec<Id<Registry>> = Vec::new();
    for job in jobs.jobs.iter().filter(|job| DIALECT.runs(jobs, job)) {
        let new = |id: &&Id<Registry>| !known.contains(id);
        let new: Vec<Id<Registry>> = job.registries.iter().filter(new).copied().collect();
        known.extend(new);
    }
    let of_registry = |id: &Id<Registry>| {
        let registry = &plan.registries[*id];
        let host = plain(&registries::address(&registry.host).for_people(plan));
        let login = match registry.password {
            Some(password) => {
                let user = registry.user.as_ref().map(registries::address);
                let user = user.map_or_else(|| "USER".to_owned(), |user| user.for_people(plan));
                format!("{}:${}", plain(&user), secret_key(plan, password.id))
            }
            None => "USER:PASSWORD".to_owned(),
        };
        format!("  {{\"auths\": {{\"{host}\": {{\"auth\": \"the base64 of {login}\"}}}}}}")
    };
    let mut lines: Vec<String> = known.iter().map(of_registry).collect();
    if !lines.is_empty() {
        let why = "GitLab logs in to its own registry by itself. Into others its runners log in with the \
                   variable DOCKER_AUTH_CONFIG of the project, in which the plan asks for:";
        lines.insert(0, why.to_owned());
    }
    lines
}

/// A text of the plan on a line of a comment.
fn plain(text: &str) -> String {
    one_line(&text.replace(char::is_control, " "))
}
