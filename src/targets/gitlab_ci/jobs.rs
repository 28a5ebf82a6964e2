//! The jobs of suites and of builds.

use indexmap::IndexMap;
use serde_yaml::{Commented, FlowSeq};

use super::matrix::{Cell, Group, Wait};
use super::pipeline::{Artifacts, CoverageReport, Environment, JobEntry, Need, Reports, Service};
use super::{DIALECT, hidden, python, rules, text};
use crate::jobs::{BuildJob, Filled, Job, Jobs, NEWEST_PYTHON, Reach, command};
use crate::name::one_line;
use crate::schema::kinds::{Artifact, Runner, Secret, Stage};
use crate::schema::values::{Outcome, Ready};
use crate::schema::{Id, Plan};
use crate::targets::RenderError;
use crate::targets::ci::results::{self, RESULTS, leaves_results};
use crate::targets::ci::services::{self, Reached};
use crate::targets::ci::{self, Deployment, builds, place, secret_key, tests, tools};

/// What makes a job of a stage ready to be taken apart: which of its neighbours decide anything.
pub struct Surroundings<'j> {
    pub stage: Id<Stage>,
    /// Whether a job decides which others are in a run.
    pub selected: bool,
    /// The ids of the jobs whose failure decides.
    pub deciding: std::collections::HashSet<&'j str>,
}

/// Whether a job runs only when somebody asks for it.
pub const fn is_manual(job: &Job) -> bool {
    matches!(job.outcome, Some(Outcome::Manual(_)))
}

/// What a job or a build waits for: builds, and the jobs that make what it fetches.
///
/// # Errors
/// A job that waits for one which somebody must ask for: GitLab would let it wait for ever.
pub fn waits<'j>(
    jobs: &'j Jobs<'_>,
    id: &str,
    builds: &[usize],
    fetches: &[Id<Artifact>],
    makers: impl Iterator<Item = &'j Job>,
) -> Result<Vec<Wait>, RenderError> {
    let builds = builds.iter().map(|build| &jobs.builds[*build]);
    let mut waits: Vec<Wait> = builds
        .map(|build| Wait {
            id: build.id.clone(),
            hands_over: build.makes.iter().any(|made| fetches.contains(made)),
        })
        .collect();
    for maker in makers {
        if is_manual(maker) {
            return Err(RenderError::new(format!(
                "`{id}` fetches what `{}` makes, which runs when somebody asks for it: GitLab CI would \
                 let it wait for ever",
                maker.id
            )));
        }
        waits.push(Wait {
            id: maker.id.clone(),
            hands_over: true,
        });
    }
    Ok(waits)
}

/// A job of a suite, but for what is kept of it and for what selects, which its neighbours share.
///
/// # Errors
/// When GitLab cannot be told something of it.
pub fn cell(jobs: &Jobs<'_>, job: &Job, around: &Surroundings<'_>) -> Result<Cell, RenderError> {
    let plan = jobs.plan;
    let suite = &plan.suites[job.suite];
    let origin = place(jobs, suite.head.span, "suite", suite.head.name());
    let manual = is_manual(job);
    let common = JobEntry {
        extends: Some(Commented(hidden(plan, job.stage), origin)),
        rules: if manual {
            rules::of_manual(plan, job.stage)
        } else {
            Vec::new()
        },
        allow_failure: !manual && !around.deciding.contains(job.id.as_str()),
        ..JobEntry::default()
    };
    let makers = jobs.makers_of(job);
    let waits = waits(jobs, &job.id, &job.builds, &job.fetches, makers)?;
    if let Some(question) = &job.waits_for {
        return Ok(Cell {
            id: job.id.clone(),
            suite: job.suite.index(),
            entry: common,
            waits,
            before: Vec::new(),
            variables: IndexMap::new(),
            tests: waiting(question),
            after: Vec::new(),
        });
    }
    let environment = deployment(plan, &Reach::of_job(plan, job))?;
    let image = job.container.as_ref();
    let containers = job.services.iter().map(|id| &plan.services[*id]);
    let services: Vec<Service> = containers
        .filter_map(|service| {
            let image = service.image.as_ref()?.pinned(&plan.lock)?;
            let variables = service.variables.entries.iter();
            Some(Service {
                name: image,
                alias: service.head.name().to_owned(),
                variables: variables
                    .map(|(name, value)| (name.to_string(), text::escaped(value)))
                    .collect(),
            })
        })
        .collect();
    Ok(Cell {
        id: job.id.clone(),
        suite: job.suite.index(),
        entry: JobEntry {
            tags: tags(plan, job.runner)?,
            image: image.map(|image| filled(plan, image)).transpose()?,
            services,
            environment,
            timeout: Some(minutes(job.timeout.whole_minutes())),
            artifacts: Some(kept(jobs, job)?),
            ..common
        },
        waits,
        before: before(jobs, job),
        variables: tests::environment(jobs, job, Reached::ByName),
        tests: script(
            &format!("Run {}", suite.head.title),
            &subshell(&tests::script(jobs, job, &DIALECT)),
        ),
        after: after(plan, job),
    })
}

/// Where the packages of a job go on a machine whose own Python takes none.
const VENV: &str = ".dtpc-run/venv";

/// What comes before the tests: the tools, and the services.
fn before(jobs: &Jobs<'_>, job: &Job) -> Vec<String> {
    let plan = jobs.plan;
    let mut all = Vec::new();
    all.extend(secrets(plan, &job.secrets));
    // Any will do where the plan asks for none: the scripts need one anyway.
    if let Some(version) = job.python.as_ref().filter(|v| *v != NEWEST_PYTHON) {
        let call = python(&["python", version]);
        all.push(script(
            "The machine brings Python itself: is it the one?",
            &call,
        ));
    }
    let tool = plan.suites[job.suite].tool.map(|tool| &plan.tools[tool.id]);
    for action in tool.iter().flat_map(|tool| &tool.actions) {
        let (name, _) = action.name_and_version();
        all.push(text::comment(&format!(
            "What the action {name} installs at GitHub, the machine must bring here."
        )));
    }
    let setup = tools::setup(job, &DIALECT);
    if !setup.is_empty() {
        if job.python.is_some() {
            all.push(script(
                "Packages go where the system does not manage them",
                &format!(
                    "if {}; then\n  python3 -m venv --clear {VENV}\n  . {VENV}/bin/activate\nfi",
                    python(&["managed"])
                ),
            ));
        }
        all.push(script("Set up the tools", &setup.join("\n")));
    }
    for id in &job.services {
        let service = &plan.services[*id];
        if let (Some(_), Ready::Command(_)) = (&service.image, &service.ready) {
            all.push(text::comment(&format!(
                "GitLab runs no command inside a service: {} is taken to be ready when its port is.",
                service.head.name()
            )));
        }
    }
    let started = services::started(jobs, job, Reached::ByName, &DIALECT);
    if job
        .services
        .iter()
        .any(|id| plan.services[*id].command.is_some())
    {
        all.push("started=()".to_owned());
    }
    if !started.is_empty() {
        // All is one shell here: what came before does not count for how long they may take.
        all.push("SECONDS=0".to_owned());
    }
    all.extend(
        started
            .iter()
            .map(|piece| script(&piece.title, &piece.script)),
    );
    all
}

/// What comes behind the tests: the report of their coverage, and whether their artifacts are there.
fn after(plan: &Plan, job: &Job) -> Vec<String> {
    let mut all = Vec::new();
    let report: Vec<String> = job
        .report
        .iter()
        .map(|words| command::shell(words))
        .collect();
    if !report.is_empty() {
        all.push(script("Report coverage", &report.join("\n")));
    }
    all.extend(made(plan, &job.makes));
    all
}

/// Whether the files of artifacts are there: GitLab only warns.
fn made(plan: &Plan, makes: &[Id<Artifact>]) -> Vec<String> {
    makes
        .iter()
        .map(|id| {
            let artifact = &plan.artifacts[*id];
            let files: Vec<String> = artifact
                .files
                .iter()
                .flat_map(|f| f.without_braces())
                .collect();
            let mut words = vec!["made"];
            words.extend(files.iter().map(String::as_str));
            script(
                &format!("Is there {}?", artifact.head.title),
                &python(&words),
            )
        })
        .collect()
}

/// What a job runs, under the name of what it does.
fn script(title: &str, commands: &str) -> String {
    format!("{}\n{commands}", text::comment(title))
}

/// Commands that may end by `exit`, which must not end what comes behind them.
fn subshell(commands: &str) -> String {
    format!("(\n{commands}\n)")
}

/// The job of some cells: what they share, and for each what is its own.
pub fn entry(plan: &Plan, group: &Group, around: &Surroundings<'_>, needs: Vec<Need>) -> JobEntry {
    let stage = around.stage;
    let running = group.running();
    let mut entry = group.cells[0].entry.clone();
    let first = &group.cells[0];
    let shared: IndexMap<&str, &str> = first
        .variables
        .iter()
        .filter(|(name, text)| {
            let mut cells = group.cells.iter();
            cells.all(|cell| cell.variables.get(*name) == Some(text))
        })
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    entry.variables = shared
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text::value((*text).to_owned())))
        .collect();
    entry.parallel = group.parallel();
    entry.needs = Some(needs);
    entry.script = begun(plan, stage, &running, around.selected);
    entry.script.extend(first.before.iter().cloned());
    if group.is_matrix() {
        entry.script.push(cases(group, &shared));
    } else {
        entry.script.push(first.tests.clone());
    }
    entry.script.extend(first.after.iter().cloned());
    entry.after_script = vec![ended(plan, stage, &running)];
    let record = record(plan, stage, &group.completed());
    match &mut entry.artifacts {
        Some(artifacts) => artifacts.paths.insert(0, record),
        None => entry.artifacts = Some(records(record)),
    }
    entry
}

/// What the cells of a matrix run, each its own.
fn cases(group: &Group, shared: &IndexMap<&str, &str>) -> String {
    let mut lines = vec![format!("case ${} in", super::matrix::CELL)];
    for cell in &group.cells {
        lines.push(format!("{})", group.own(&cell.id)));
        for (name, text) in &cell.variables {
            if !shared.contains_key(name.as_str()) {
                lines.push(format!("export {name}={}", command::shell(&[text])));
            }
        }
        lines.push(cell.tests.clone());
        lines.push(";;".to_owned());
    }
    lines.push("esac".to_owned());
    lines.join("\n")
}

/// A job that builds something.
///
/// # Errors
/// When GitLab cannot be told something of it.
pub fn build(
    jobs: &Jobs<'_>,
    build: &BuildJob,
    around: &Surroundings<'_>,
    needs: Vec<Need>,
) -> Result<JobEntry, RenderError> {
    let plan = jobs.plan;
    let stage = build.stage;
    let declared = &plan.builds[build.build];
    let origin = place(jobs, declared.head.span, "build", declared.head.name());
    let common = JobEntry {
        extends: Some(Commented(hidden(plan, stage), origin)),
        needs: Some(needs),
        after_script: vec![ended(plan, stage, &build.id)],
        ..JobEntry::default()
    };
    let mut commands = begun(plan, stage, &build.id, around.selected);
    if let Some(question) = &build.waits_for {
        commands.push(waiting(question));
        return Ok(JobEntry {
            script: commands,
            artifacts: Some(records(record(plan, stage, &build.id))),
            ..common
        });
    }
    commands.extend(secrets(plan, &build.secrets));
    let lines = builds::lines(plan, build, "CI_COMMIT_SHA");
    let title = &declared.head.title;
    if lines.is_empty() {
        let message = format!("nothing is to be done for {}", one_line(title));
        commands.push(command::shell(&["echo", &message]));
    } else {
        commands.push(script(&format!("Build {title}"), &lines.join("\n")));
    }
    commands.extend(made(plan, &build.makes));
    let mut artifacts = records(record(plan, stage, &build.id));
    artifacts.paths.extend(files(plan, &build.makes)?);
    artifacts.expire_in = days(longest(plan, &build.makes));
    Ok(JobEntry {
        tags: tags(plan, build.runner)?,
        environment: deployment(plan, &Reach::of_build(plan, build))?,
        timeout: Some(minutes(build.timeout.whole_minutes())),
        script: commands,
        artifacts: Some(artifacts),
        ..common
    })
}

/// The first lines of a job: it says that it has begun, and ends at once where it is left out.
pub fn begun(plan: &Plan, stage: Id<Stage>, running: &str, selected: bool) -> Vec<String> {
    let name = plan.stages[stage].head.name();
    let mut lines = vec![format!("{} {running}", python(&["begin", name]))];
    if selected {
        lines.push("if [ -e .dtpc-run/left-out ]; then exit 0; fi".to_owned());
    }
    lines
}

/// The last line of a job, whatever became of it: it leaves a record for the gate.
pub fn ended(plan: &Plan, stage: Id<Stage>, running: &str) -> String {
    format!(
        "{} {running}",
        python(&["end", plan.stages[stage].head.name()])
    )
}

/// The file with what became of a job.
pub fn record(plan: &Plan, stage: Id<Stage>, id: &str) -> String {
    format!(".dtpc-run/{}/{id}.json", plan.stages[stage].head.name())
}

/// How long the record of a job is kept, in days: longer than any run takes.
const RECORD_DAYS: u32 = 7;

/// Artifacts of which a record is all.
pub fn records(record: String) -> Artifacts {
    Artifacts {
        expose_as: None,
        when: "always",
        expire_in: days(RECORD_DAYS),
        paths: vec![record],
        reports: None,
    }
}

/// What is kept of a job, but for its record.
fn kept(jobs: &Jobs<'_>, job: &Job) -> Result<Artifacts, RenderError> {
    let plan = jobs.plan;
    let mut artifacts = records(String::new());
    artifacts.paths.clear();
    let mut reports = Reports::default();
    let mut longest = longest(plan, &job.makes);
    longest = longest.max(results::days(plan.stages[job.stage].keep_results.value));
    if leaves_results(job) {
        artifacts.paths.push(format!("{RESULTS}/*"));
        reports.junit.push(format!("{RESULTS}/*.xml"));
    }
    if let Some(report) = jobs.profiles.report(plan, job) {
        artifacts.paths.push(report.clone());
        reports.junit.push(report);
    }
    if let (Some(file), Some(coverage)) = (results::coverage(job), job.coverage) {
        artifacts.paths.push(file.to_owned());
        reports.coverage_report = Some(CoverageReport {
            coverage_format: "cobertura",
            path: file.to_owned(),
        });
        longest = longest.max(results::days(plan.coverages[coverage].keep.value));
    }
    artifacts.paths.extend(files(plan, &job.makes)?);
    artifacts.expire_in = days(longest);
    artifacts.reports = (reports != Reports::default()).then_some(reports);
    Ok(artifacts)
}

/// The files of artifacts.
fn files(plan: &Plan, makes: &[Id<Artifact>]) -> Result<Vec<String>, RenderError> {
    let artifacts = makes.iter().map(|id| &plan.artifacts[*id]);
    artifacts
        .flat_map(|artifact| artifact.files.iter().flat_map(|f| f.without_braces()))
        .map(|file| text::unexpanded(&file, "the files of an artifact"))
        .collect()
}

/// How many days everything of a job is kept, which GitLab keeps together.
fn longest(plan: &Plan, makes: &[Id<Artifact>]) -> u32 {
    makes
        .iter()
        .map(|id| results::days(plan.artifacts[*id].keep.value))
        .fold(RECORD_DAYS, u32::max)
}

fn days(days: u32) -> String {
    format!("{days} days")
}

/// A number of minutes, as GitLab reads durations.
pub fn minutes(minutes: u64) -> String {
    format!("{} minutes", minutes.max(1))
}

/// The tags of a job: those of a runner must have all of them.
pub fn tags(
    plan: &Plan,
    runner: Option<Id<Runner>>,
) -> Result<Option<FlowSeq<Vec<String>>>, RenderError> {
    let Some(runner) = runner.map(|id| &plan.runners[id]) else {
        return Ok(None);
    };
    if runner.group.is_some() {
        return Err(RenderError::new(format!(
            "GitLab CI chooses runners by tags alone, and `{}` names a runner group: give it `labels` \
             and no `group`",
            runner.head.name()
        )));
    }
    let labels: Result<Vec<String>, RenderError> = runner
        .labels
        .iter()
        .map(|label| text::unexpanded(&label.0, "a runner's label"))
        .collect();
    let labels = labels?;
    Ok((!labels.is_empty()).then_some(FlowSeq(labels)))
}

/// The deployment environment of a job.
///
/// # Errors
/// A name that GitLab does not take.
pub fn deployment(plan: &Plan, reach: &Reach) -> Result<Option<Environment>, RenderError> {
    let Some(deployment) = ci::deployment(plan, reach) else {
        return Ok(None);
    };
    let (name, action) = match deployment {
        Deployment::Approval(name) => (name, None),
        // A job that only reads the secrets of an environment deploys nothing into it.
        Deployment::Secrets(name) => (name, Some("access")),
    };
    environment(name, action).map(Some)
}

/// A deployment environment.
///
/// # Errors
/// A name that GitLab does not take.
pub fn environment(name: &str, action: Option<&'static str>) -> Result<Environment, RenderError> {
    let is_known = |c: char| c.is_ascii_alphanumeric() || " -_/.".contains(c);
    if name.is_empty() || !name.chars().all(is_known) {
        return Err(RenderError::new(format!(
            "GitLab CI has no environment `{}`: such a name holds letters, digits, spaces, `-`, `_`, `/` \
             and `.`",
            one_line(name)
        )));
    }
    Ok(Environment {
        name: name.to_owned(),
        action,
    })
}

/// The secrets that a job uses, by name: GitLab hands them over by itself.
fn secrets(plan: &Plan, secrets: &[Id<Secret>]) -> Option<String> {
    let keys: Vec<String> = secrets.iter().map(|id| secret_key(plan, *id)).collect();
    (!keys.is_empty()).then(|| {
        text::comment(&format!(
            "Uses {}: variables of the project, masked and protected.",
            keys.join(", ")
        ))
    })
}

fn filled(plan: &Plan, image: &Filled) -> Result<String, RenderError> {
    text::filled(plan, image, "an image")
}

/// The script of a job that has no machine yet: it fails at once and says what is to be answered.
fn waiting(question: &str) -> String {
    let message = format!(
        "{}there is no machine for this job: {}",
        DIALECT.error,
        one_line(question)
    );
    format!("{}\nexit 1", command::shell(&["echo", &message]))
}
