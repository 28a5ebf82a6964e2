//! GitHub Actions: a workflow for each stage that runs on GitHub.

mod access;
mod coverage;
mod gate;
mod literal;
mod notify;
pub(crate) mod pins;
mod select;
mod steps;
mod summary;
mod triggers;
mod workflow;

use indexmap::IndexMap;
use serde_yaml::{Commented, FlowSeq};

use super::banner::{self, Comment};
use super::ci::gate::TIMEOUT;
use super::ci::{self, Deployment, Dialect, selection, variable_key};
use super::{Content, Output, RenderError, Target, yaml};
use crate::jobs::{BuildJob, Filled, Job, Jobs, Late, Reach};
use crate::schema::kinds::{Runner, Stage};
use crate::schema::values::{COPIES, Host, Trigger};
use crate::schema::{Decl, Id, Plan};
use literal::literal;
use workflow::{Concurrency, Input, JobEntry, Run, RunDefaults, RunsOn, Workflow};

/// The machine of what needs no environment of the plan.
const HOSTED: &str = "ubuntu-24.04";

/// How GitHub is told things in a shell.
const DIALECT: Dialect = Dialect {
    host: Host::GitHub,
    folder: ".github/dtpc",
    caller: None,
    temporary: "$RUNNER_TEMP",
    outputs: "$GITHUB_OUTPUT",
    error: "::error::",
    warning: "::warning::",
    notice: "::notice::",
    asks_containers: true,
    ends_processes: true,
};

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
        for stage in DIALECT.stages(jobs) {
            let body = yaml::text(&workflow(jobs, stage))?;
            let content = Content::Whole(banner::sign(jobs, Comment::Hash, &body));
            outputs.push(Output {
                path: path(jobs, stage),
                content,
            });
        }
        if !outputs.is_empty() {
            outputs.extend(coverage::script(jobs));
            outputs.extend(ci::scripts(jobs, &DIALECT)?);
        }
        Ok(outputs)
    }

    fn owned_folders(&self) -> &'static [&'static str] {
        &[".github/workflows", DIALECT.folder]
    }
}

/// GitHub starts no run of a workflow whose file is longer than this, in bytes, and says nothing.
pub use crate::checks::LONGEST_WORKFLOW;

/// The workflows among some outputs that are too long, each with its length in bytes.
pub fn too_long(outputs: &[Output]) -> impl Iterator<Item = (&str, usize)> {
    let workflows = outputs.iter().filter_map(|output| match &output.content {
        Content::Whole(text) if output.path.starts_with(".github/workflows/") => {
            Some((output.path.as_str(), text.len()))
        }
        _ => None,
    });
    workflows.filter(|(_, length)| *length > LONGEST_WORKFLOW)
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
    let selected = selection::is_needed(jobs, stage);
    let machine = runs_on(ci::control_runner(jobs.plan, stage).map(|r| &jobs.plan.runners[r].body));
    let controls = |entry: JobEntry| JobEntry {
        runs_on: machine.clone(),
        ..entry
    };
    if selected {
        let entry = select::entry(jobs, stage);
        entries.insert(selection::JOB.to_owned(), controls(entry));
    }
    for (_, build) in jobs.builds_of(stage) {
        let entry = build_entry(jobs, build, selected);
        let waits = build.waits_for.is_some();
        entries.insert(
            build.id.clone(),
            if waits { controls(entry) } else { entry },
        );
    }
    for job in jobs.of_stage(stage) {
        let entry = entry(jobs, job, selected);
        let waits = job.waits_for.is_some();
        entries.insert(job.id.clone(), if waits { controls(entry) } else { entry });
    }
    for merged in crate::jobs::coverage::merged(jobs, stage) {
        entries.insert(merged.id.clone(), controls(coverage::entry(jobs, &merged)));
    }
    for (id, _) in jobs.gates_of(stage) {
        let (key, entry) = gate::entry(jobs, id);
        entries.insert(key, controls(entry));
    }
    let summary = summary::entry(jobs, stage);
    entries.insert(ci::summary::JOB.to_owned(), controls(summary));
    if let Some(entry) = notify::entry(jobs, stage) {
        entries.insert(ci::notify::JOB.to_owned(), controls(entry));
    }
    let on = triggers::on(jobs, stage);
    Workflow {
        name: literal(&declared.head.title),
        permissions: IndexMap::new(),
        concurrency: concurrency(declared),
        on,
        defaults: RunDefaults {
            run: Run {
                shell: "bash".to_owned(),
            },
        },
        jobs: entries,
    }
}

/// A new push to a pull request makes the run before it worthless, and so does one to the branch that
/// a bot copies it to; other runs each stand for a commit of their own. Stages do not stop each other,
/// whatever their titles.
fn concurrency(stage: &Decl<Stage>) -> Concurrency {
    let name = stage.head.name().replace('_', "-");
    let any = |is: fn(&Trigger) -> bool| stage.trigger.iter().any(|t| is(&t.value));
    let mut groups = Vec::new();
    let mut superseded = Vec::new();
    if any(|t| matches!(t, Trigger::PullRequest { .. })) {
        groups.push("github.event.pull_request.number".to_owned());
        superseded.push("github.event_name == 'pull_request'".to_owned());
    }
    if any(Trigger::is_of_copies) {
        let copy = format!("startsWith(github.ref_name, '{COPIES}')");
        groups.push(format!("{copy} && github.ref_name"));
        superseded.push(copy);
    }
    groups.push("github.run_id".to_owned());
    Concurrency {
        group: format!("{name}-${{{{ {} }}}}", groups.join(" || ")),
        cancel_in_progress: if superseded.is_empty() {
            Input::Flag(false)
        } else {
            Input::Text(format!("${{{{ {} }}}}", superseded.join(" || ")))
        },
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
        needs.push(selection::JOB.to_owned());
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
        ..JobEntry::new(name, TIMEOUT, Vec::new())
    };
    if let Some(question) = &job.waits_for {
        return waiting(common, question);
    }
    JobEntry {
        runs_on: runs_on(job.runner.map(|r| &plan.runners[r].body)),
        environment: deployment(plan, &Reach::of_job(plan, job)),
        permissions: access::permissions(
            plan,
            &suite.permissions,
            &format!("suite {}", suite.head.name()),
            &job.registries,
        ),
        timeout_minutes: job.timeout.whole_minutes().max(1),
        outputs: steps::outputs(jobs, job),
        container: job.container.as_ref().map(|image| workflow::Container {
            image: filled(plan, image),
            credentials: access::credentials(plan, &image.for_people(plan)),
        }),
        services: steps::containers::of(plan, job),
        env: steps::environment(jobs, job),
        steps: steps::of(jobs, job),
        ..common
    }
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
        needs.push(selection::JOB.to_owned());
    }
    needs.extend(build.needs.iter().map(|need| jobs.builds[*need].id.clone()));
    let makers = jobs.makers(build.stage, &build.fetches, &build.points);
    needs.extend(makers.map(|maker| maker.id.clone()));
    let common = JobEntry {
        needs: (!needs.is_empty()).then_some(needs),
        condition: selected.then(|| select::condition(&build.id)),
        ..JobEntry::new(name, TIMEOUT, Vec::new())
    };
    if let Some(question) = &build.waits_for {
        return waiting(common, question);
    }
    JobEntry {
        runs_on: runs_on(build.runner.map(|r| &plan.runners[r].body)),
        environment: deployment(plan, &Reach::of_build(plan, build)),
        permissions: access::permissions(
            plan,
            &declared.permissions,
            &format!("build {}", declared.head.name()),
            &[],
        ),
        timeout_minutes: build.timeout.whole_minutes().max(1),
        steps: steps::of_build(jobs, build),
        ..common
    }
}

/// The deployment environment of a job.
fn deployment(plan: &Plan, reach: &Reach) -> Option<String> {
    let (Deployment::Approval(name) | Deployment::Secrets(name)) = ci::deployment(plan, reach)?;
    Some(literal(name))
}

/// A filled-in text as GitHub completes it.
fn filled(plan: &Plan, text: &Filled) -> String {
    text.written(literal, |late| match late {
        Late::Variable(id) => format!("${{{{ vars.{} }}}}", variable_key(plan, *id)),
        _ => "${{ github.sha }}".to_owned(),
    })
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
    Commented(name, ci::place(jobs, span, word, declared))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::{self, Entry, LoadError, Loader};

    struct Text(String);

    impl Loader for Text {
        fn load(&mut self, _path: &str) -> Result<String, LoadError> {
            Ok(self.0.clone())
        }
    }

    const PLAN: &str = include_str!("../../../tests/hostile/plan.dtp");
    const TEXTS: &[&str] = include!("../../../tests/hostile/texts.rs");

    /// A struct as JSON has its comments too, each before what it stands behind.
    fn without_comments(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(map) => {
                for (key, value) in map {
                    let commented = ["name", "uses", "cron", "actions", "packages", "id-token"]
                        .contains(&key.as_str());
                    if let (true, Some([_, own])) = (commented, value.as_array().map(Vec::as_slice))
                    {
                        *value = own.clone();
                    }
                    without_comments(value);
                }
            }
            serde_json::Value::Array(list) => list.iter_mut().for_each(without_comments),
            _ => {}
        }
    }

    /// Whatever stands in a plan: who reads the file reads what was meant, not what its text looks
    /// like.
    #[test]
    fn what_is_read_back_is_what_was_written() {
        let mut compared = 0;
        for text in TEXTS {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"");
            let text = text.replace('\n', "\\n").replace('\t', "\\t");
            for places in [
                &[
                    "X_suite_title_X",
                    "X_argument_X",
                    "X_variable_X",
                    "X_service_variable_X",
                ][..],
                &["X_stage_title_X", "X_build_command_X"],
                &[
                    "X_status_X",
                    "X_label_X",
                    "X_group_X",
                    "X_with_key_X",
                    "X_with_X",
                ],
                &[
                    "X_branch_X",
                    "X_axis_title_X",
                    "X_axis_text_X",
                    "X_python_X",
                ],
            ] {
                let mut plan = PLAN.to_owned();
                for place in places {
                    plan = plan.replace(place, &text);
                }
                let entry = Entry {
                    file: "plan.dtp".to_owned(),
                    folders: Vec::new(),
                };
                let compilation = compile::compile(&entry, None, &mut Text(plan));
                let Some(checked) = &compilation.plan else {
                    continue;
                };
                let jobs = Jobs::derive(checked, &compilation.sources);
                let meant = workflow(&jobs, jobs.stages[0]);
                let written = yaml::text(&meant).unwrap_or_default();
                let read: Option<serde_json::Value> = serde_yaml::from_str(&written).ok();
                let mut meant = serde_json::to_value(&meant).unwrap_or_default();
                without_comments(&mut meant);
                assert_eq!(read, Some(meant), "{text:?}\n{written}");
                compared += 1;
            }
        }
        assert!(compared > 100, "{compared}");
    }
}
