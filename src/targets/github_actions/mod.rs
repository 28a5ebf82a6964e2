//! GitHub Actions: a workflow for each stage that runs on GitHub.

mod gate;
mod literal;
mod pins;
mod steps;
mod triggers;
mod workflow;

use indexmap::IndexMap;
use serde_yaml::{Commented, FlowSeq};

use super::banner::{self, Comment};
use super::{Content, Output, RenderError, Target, yaml};
use crate::jobs::{Job, Jobs};
use crate::schema::Id;
use crate::schema::kinds::{Runner, Stage};
use crate::schema::values::Host;
use literal::literal;
pub(crate) use triggers::in_words;
use workflow::{
    Concurrency, Input, JobEntry, On, Permissions, Run, RunDefaults, RunsOn, Service, Workflow,
};

/// The machine of what needs no environment of the plan.
const HOSTED: &str = "ubuntu-24.04";

/// `--target github-actions`
pub struct GitHubActions;

impl Target for GitHubActions {
    fn name(&self) -> &'static str {
        "github-actions"
    }

    fn about(&self) -> &'static str {
        "a workflow for each stage that runs on GitHub: .github/workflows/"
    }

    fn render(&self, jobs: &Jobs<'_>) -> Result<Vec<Output>, RenderError> {
        let mut outputs = Vec::new();
        let mut gated = false;
        for stage in &jobs.stages {
            if jobs.plan.stages[*stage].host != Some(Host::GitHub) || !has_jobs(jobs, *stage) {
                continue;
            }
            gated |= jobs.gates_of(*stage).next().is_some();
            let body = yaml::text(&workflow(jobs, *stage))?;
            let content = Content::Whole(banner::sign(jobs, Comment::Hash, &body));
            outputs.push(Output {
                path: path(jobs, *stage),
                content,
            });
        }
        if gated {
            outputs.push(gate::script(jobs));
        }
        Ok(outputs)
    }

    fn hosts(&self) -> &'static [Host] {
        &[Host::GitHub]
    }

    fn owned_folders(&self) -> &'static [&'static str] {
        &[".github/workflows", ".github/dtpc"]
    }
}

fn has_jobs(jobs: &Jobs<'_>, stage: Id<Stage>) -> bool {
    jobs.of_stage(stage).next().is_some()
}

/// The file of a stage's workflow.
pub fn path(jobs: &Jobs<'_>, stage: Id<Stage>) -> String {
    format!(
        ".github/workflows/{}.yml",
        jobs.plan.stages[stage].head.name().replace('_', "-")
    )
}

fn workflow(jobs: &Jobs<'_>, stage: Id<Stage>) -> Workflow {
    let declared = &jobs.plan.stages[stage];
    let mut entries: IndexMap<String, JobEntry> = IndexMap::new();
    for job in jobs.of_stage(stage) {
        entries.insert(job.id.clone(), entry(jobs, job));
    }
    for (id, _) in jobs.gates_of(stage) {
        let (key, entry) = gate::entry(jobs, id);
        entries.insert(key, entry);
    }
    let on = triggers::on(declared);
    Workflow {
        name: literal(&declared.head.title),
        permissions: IndexMap::new(),
        concurrency: concurrency(&on),
        on,
        defaults: RunDefaults {
            run: Run {
                shell: "bash".to_owned(),
            },
        },
        jobs: entries,
    }
}

/// A new push to a pull request makes the run before it worthless; other runs each stand for a
/// commit of their own.
fn concurrency(on: &On) -> Concurrency {
    if on.pull_request.is_none() {
        return Concurrency {
            group: "${{ github.workflow }}-${{ github.run_id }}".to_owned(),
            cancel_in_progress: Input::Flag(false),
        };
    }
    Concurrency {
        group: "${{ github.workflow }}-${{ github.event.pull_request.number || github.run_id }}"
            .to_owned(),
        cancel_in_progress: Input::Text("${{ github.event_name == 'pull_request' }}".to_owned()),
    }
}

fn entry(jobs: &Jobs<'_>, job: &Job) -> JobEntry {
    let plan = jobs.plan;
    let suite = &plan.suites[job.suite];
    let environment = &plan.environments[job.environment];
    let services = job
        .services
        .iter()
        .filter_map(|id| {
            let service = &plan.services[*id];
            let image = service.image.as_ref()?.reference.to_string();
            let port = service.port?.value;
            let env = service
                .variables
                .entries
                .iter()
                .map(|(name, value)| (name.to_string(), literal(value)))
                .collect();
            let name = service.head.name().to_owned();
            Some((
                name,
                Service {
                    image,
                    env,
                    ports: vec![format!("{port}:{port}")],
                },
            ))
        })
        .collect();
    let name = commented(
        literal(&job.title),
        jobs,
        suite.head.span,
        "suite",
        suite.head.name(),
    );
    if let Some(question) = &job.waits_for {
        return waiting(name, question);
    }
    JobEntry {
        name,
        needs: None,
        condition: None,
        runs_on: runs_on(environment.runner.map(|r| &plan.runners[r.id].body)),
        timeout_minutes: job.timeout.whole_minutes().max(1),
        permissions: Permissions { contents: "read" },
        services,
        env: steps::environment(jobs, job),
        steps: steps::of(jobs, job),
    }
}

/// A job for which nobody has named a machine. It is neither left out, which would be a gap that
/// nobody sees, nor sent to a machine that was guessed: it fails at once and says why.
fn waiting(name: Commented<String>, question: &str) -> JobEntry {
    JobEntry {
        name,
        needs: None,
        condition: None,
        runs_on: RunsOn::Label(HOSTED.to_owned()),
        timeout_minutes: gate::TIMEOUT,
        permissions: Permissions { contents: "read" },
        services: IndexMap::new(),
        env: IndexMap::new(),
        steps: steps::waiting(question),
    }
}

/// A name with a comment that says where it is declared.
fn commented(
    name: String,
    jobs: &Jobs<'_>,
    span: crate::source::Span,
    word: &str,
    declared: &str,
) -> Commented<String> {
    let file = jobs
        .sources
        .file_of(span)
        .name()
        .replace(char::is_control, " ");
    Commented(name, format!("{file}: {word} {declared}"))
}

/// The labels of a job's runner.
fn runs_on(runner: Option<&Runner>) -> RunsOn {
    let Some(runner) = runner else {
        return RunsOn::Label(HOSTED.to_owned());
    };
    let mut labels: Vec<String> = runner.labels.iter().map(|label| literal(label)).collect();
    match (&runner.group, labels.len()) {
        (Some(group), 0) => RunsOn::Group {
            group: literal(group),
            labels: None,
        },
        (Some(group), _) => RunsOn::Group {
            group: literal(group),
            labels: Some(FlowSeq(labels)),
        },
        (None, 1) => RunsOn::Label(labels.remove(0)),
        (None, _) => RunsOn::Labels(FlowSeq(labels)),
    }
}
