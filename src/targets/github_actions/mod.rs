//! GitHub Actions: a workflow for each stage that runs on GitHub.

mod gate;
mod literal;
mod pins;
mod select;
mod steps;
mod triggers;
mod workflow;

use indexmap::IndexMap;
use serde_yaml::{Commented, FlowSeq};

use super::banner::{self, Comment};
use super::{Content, Output, RenderError, Target, yaml};
use crate::jobs::{BuildJob, Filled, Job, Jobs, Late, machines};
use crate::schema::kinds::{Runner, Secret, Stage, Variable};
use crate::schema::values::Host;
use crate::schema::{Id, Plan};
use literal::literal;
pub(crate) use select::is_needed as is_selected;
pub(crate) use triggers::in_words;
use workflow::{Concurrency, Input, JobEntry, On, Run, RunDefaults, RunsOn, Service, Workflow};

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
        outputs.extend(select::outputs(jobs)?);
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
    let selected = select::is_needed(jobs, stage);
    if selected {
        entries.insert(select::JOB.to_owned(), select::entry(jobs, stage));
    }
    for (_, build) in jobs.builds_of(stage) {
        entries.insert(build.id.clone(), build_entry(jobs, build, selected));
    }
    for job in jobs.of_stage(stage) {
        entries.insert(job.id.clone(), entry(jobs, job, selected));
    }
    for (id, _) in jobs.gates_of(stage) {
        let (key, entry) = gate::entry(jobs, id);
        entries.insert(key, entry);
    }
    let on = triggers::on(jobs.plan, declared);
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

fn entry(jobs: &Jobs<'_>, job: &Job, selected: bool) -> JobEntry {
    let plan = jobs.plan;
    let suite = &plan.suites[job.suite];
    let name = commented(
        literal(&job.title),
        jobs,
        suite.head.span,
        "suite",
        suite.head.name(),
    );
    let mut needs: Vec<String> = Vec::new();
    if selected {
        needs.push(select::JOB.to_owned());
    }
    needs.extend(
        job.builds
            .iter()
            .map(|build| jobs.builds[*build].id.clone()),
    );
    needs.extend(jobs.makers_of(job).map(|maker| maker.id.clone()));
    let common = JobEntry {
        needs: (!needs.is_empty()).then_some(needs),
        condition: selected.then(|| select::condition(&job.id)),
        ..JobEntry::new(name, gate::TIMEOUT, Vec::new())
    };
    if let Some(question) = &job.waits_for {
        return waiting(common, question);
    }
    JobEntry {
        runs_on: runs_on(job.runner.map(|r| &plan.runners[r].body)),
        environment: approved_in(plan, job.stage, !job.secrets.is_empty(), job.runner),
        timeout_minutes: job.timeout.whole_minutes().max(1),
        outputs: steps::outputs(job),
        container: job.container.as_ref().map(|image| workflow::Container {
            image: filled(plan, image),
        }),
        services: services(plan, job),
        env: steps::environment(jobs, job),
        steps: steps::of(jobs, job),
        ..common
    }
}

/// The services of a job that run beside it in containers.
fn services(plan: &Plan, job: &Job) -> IndexMap<String, Service> {
    job.services
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
            let ports = vec![format!("{port}:{port}")];
            Some((name, Service { image, env, ports }))
        })
        .collect()
}

fn build_entry(jobs: &Jobs<'_>, build: &BuildJob, selected: bool) -> JobEntry {
    let plan = jobs.plan;
    let declared = &plan.builds[build.build];
    let name = commented(
        literal(&build.title),
        jobs,
        declared.head.span,
        "build",
        declared.head.name(),
    );
    let mut needs: Vec<String> = Vec::new();
    if selected {
        needs.push(select::JOB.to_owned());
    }
    needs.extend(build.needs.iter().map(|need| jobs.builds[*need].id.clone()));
    let makers = jobs.makers(build.stage, &build.fetches, &build.points);
    needs.extend(makers.map(|maker| maker.id.clone()));
    let common = JobEntry {
        needs: (!needs.is_empty()).then_some(needs),
        condition: selected.then(|| select::condition(&build.id)),
        ..JobEntry::new(name, gate::TIMEOUT, Vec::new())
    };
    if let Some(question) = &build.waits_for {
        return waiting(common, question);
    }
    JobEntry {
        runs_on: runs_on(build.runner.map(|r| &plan.runners[r].body)),
        environment: approved_in(plan, build.stage, !build.secrets.is_empty(), build.runner),
        timeout_minutes: build.timeout.whole_minutes().max(1),
        steps: steps::of_build(jobs, build),
        ..common
    }
}

/// The deployment environment that a job waits in until it is approved, if it reaches something that
/// outsiders may not.
fn approved_in(
    plan: &Plan,
    stage: Id<Stage>,
    has_secrets: bool,
    runner: Option<Id<Runner>>,
) -> Option<String> {
    let approval = plan.stages[stage].approval?;
    let environment = plan.approvals[approval.id].environment.as_ref()?;
    (has_secrets || machines::is_self_hosted(plan, runner)).then(|| literal(environment))
}

/// A filled-in text as GitHub completes it.
fn filled(plan: &Plan, text: &Filled) -> String {
    text.written(literal, |late| match late {
        Late::Variable(id) => format!("${{{{ vars.{} }}}}", variable_key(plan, *id)),
        _ => "${{ github.sha }}".to_owned(),
    })
}

/// What the host calls a variable.
pub(crate) fn variable_key(plan: &Plan, id: Id<Variable>) -> String {
    let declared = &plan.variables[id];
    declared.key.as_ref().map_or_else(
        || declared.head.name().to_uppercase(),
        |key| key.to_string(),
    )
}

/// What the host calls a secret.
pub(crate) fn secret_key(plan: &Plan, id: Id<Secret>) -> String {
    let declared = &plan.secrets[id];
    declared.key.as_ref().map_or_else(
        || declared.head.name().to_uppercase(),
        |key| key.to_string(),
    )
}

/// A job for which nobody has named a machine. It is neither left out, which would be a gap that
/// nobody sees, nor sent to a machine that was guessed: it fails at once and says why.
fn waiting(common: JobEntry, question: &str) -> JobEntry {
    JobEntry {
        steps: steps::waiting(question),
        ..common
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
