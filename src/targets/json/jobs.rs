//! The jobs of a plan as they stand in the document.

use std::collections::HashMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use crate::jobs::{self, BuildJob, Filled, Job, Jobs, command, machines, selection};
use crate::schema::form::{
    ConditionForm, DurationForm, Form, MarkerExpression, Names, Origin, OutcomeForm,
};
use crate::schema::kinds::Kind;
use crate::schema::values::{Arch, AxisPoint, Host, Os, Outcome, ToolKind};
use crate::schema::{Id, Plan};

/// A job that runs tests: one cell of the plan, or one shard of a cell.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Job", deny_unknown_fields)]
pub struct JobEntry<'a> {
    /// Its id, unique within its stage; the same in CI.
    id: &'a str,
    /// What people call it.
    title: &'a str,
    /// The name of its `suite`.
    suite: &'static str,
    /// The name of its `stage`.
    stage: &'static str,
    /// The name of its `environment`.
    environment: &'static str,
    /// The operating system there.
    os: Os,
    /// The architecture there.
    arch: Arch,
    /// Its values on the axes of the suite.
    axes: IndexMap<&'static str, &'static str>,
    /// Which piece of the cell it is, where that was divided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ShardEntry")]
    shard: Option<ShardEntry>,
    /// Where its suite is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Origin")]
    origin: Option<Origin>,
    /// What its tool is.
    tool: ToolKind,
    /// Which tests it takes, of a tool that selects by markers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SelectionEntry")]
    selection: Option<SelectionEntry>,
    /// What it runs, in order: the same words on a developer's machine and in CI.
    commands: Vec<CommandEntry<'a>>,
    /// What is run before, on a machine that has only the checkout.
    setup: Vec<WordsEntry<'a>>,
    /// What is run behind, to report coverage.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    report: Vec<WordsEntry<'a>>,
    /// What is run last, whatever became of those before: each of them, and each must succeed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cleanup: Vec<WordsEntry<'a>>,
    /// Variables of its environment.
    variables: IndexMap<&'static str, &'a str>,
    /// How it is run on a developer's machine.
    local: LocalEntry,
    /// How it is run in CI.
    ci: CiEntry<'a>,
    /// The ids of the builds and jobs of its stage that must be done before.
    needs: Vec<&'a str>,
    /// The names of the services that are started beside it.
    services: Vec<&'static str>,
    /// The names of the artifacts that it fetches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fetches: Vec<&'static str>,
    /// The names of the artifacts that it makes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    makes: Vec<&'static str>,
    /// The names of the caches that it may look into. Whether it does, and fills them, the triggers of
    /// its stage say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    caches: Vec<&'static str>,
    /// The names of the secrets that it uses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<&'static str>,
    /// The names of the registries that its images come from, with a login.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    registries: Vec<&'static str>,
    /// How long its cell is expected to take, all shards together.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DurationForm")]
    duration: Option<DurationForm>,
    /// After how long it is stopped.
    timeout: DurationForm,
    /// What its result counts for.
    outcome: OutcomeForm,
    /// What must hold of a run for it to be in it: all of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    when: Vec<ConditionForm>,
    /// The gates that look at it.
    gates: Vec<GateEntry>,
    /// The name of the `coverage` that it measures.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    coverage: Option<&'static str>,
    /// The names of the thresholds that it must meet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    thresholds: Vec<&'static str>,
}

/// A piece of a cell.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Shard", deny_unknown_fields)]
struct ShardEntry {
    /// Its number.
    #[schemars(range(min = 1))]
    number: u32,
    /// How many there are.
    #[schemars(range(min = 2))]
    of: u32,
}

/// Which tests a job takes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Selection", deny_unknown_fields)]
struct SelectionEntry {
    /// What is said about it, each by the declaration that says it. A test is taken if all of these
    /// match it; of several types of the suite, one.
    factors: Vec<FactorEntry>,
}

/// One declaration's word on which tests a job takes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Factor", deny_unknown_fields)]
struct FactorEntry {
    /// The declaration; of an axis, its name and that of the value, with a slash between.
    by: FactorOf,
    /// The tests.
    takes: MarkerExpression,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Origin")]
    origin: Option<Origin>,
}

/// Who says something about the tests of a job.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct FactorOf {
    /// The word that it is declared with.
    kind: &'static str,
    /// Its name.
    name: String,
}

/// A command: a program and its arguments, none of them for a shell to expand.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "JobCommand", deny_unknown_fields)]
struct CommandEntry<'a> {
    /// The name of the `part` of the suite that it runs, where the suite has parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    part: Option<&'static str>,
    /// Whether it runs no tests, and says whether those before left the files as they should be.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    verdict: bool,
    #[serde(flatten)]
    command: WordsEntry<'a>,
}

/// A command: a program and its arguments, none of them for a shell to expand.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Words")]
struct WordsEntry<'a> {
    /// The program and its arguments.
    words: &'a [String],
    /// The same as a line for a POSIX shell.
    line: String,
}

impl<'a> WordsEntry<'a> {
    fn of(words: &'a [String]) -> Self {
        Self {
            words,
            line: command::shell(words),
        }
    }

    fn all(commands: &'a [Vec<String>]) -> Vec<Self> {
        commands.iter().map(|words| Self::of(words)).collect()
    }
}

/// How a job is run on a developer's machine.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LocalRun", deny_unknown_fields)]
struct LocalEntry {
    /// Whether it can be.
    available: bool,
    /// Why it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    because: Option<String>,
}

/// How a job is run in CI.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CiRun", deny_unknown_fields)]
struct CiEntry<'a> {
    /// The host of its stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Host")]
    host: Option<Host>,
    /// The name of the `runner` that gives it a machine; without one, a machine of the host's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    runner: Option<&'static str>,
    /// The question that must be answered before there is a machine for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    waits_for: Option<&'a str>,
    /// The image it runs inside. `{commit}` and `{variable.NAME}` are known only in a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    container: Option<String>,
    /// The version of Python that is set up for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    python: Option<&'a str>,
}

/// A gate that looks at a job.
#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "GateOfJob", deny_unknown_fields)]
struct GateEntry {
    /// The name of the `gate`.
    gate: &'static str,
    /// Whether it requires the job; otherwise it shows the result only.
    required: bool,
}

/// A job that makes something for others.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BuildJob", deny_unknown_fields)]
pub struct BuildEntry<'a> {
    /// Its id, unique within its stage; the same in CI.
    id: &'a str,
    /// What people call it.
    title: &'a str,
    /// The name of its `build`.
    build: &'static str,
    /// The name of its `stage`.
    stage: &'static str,
    /// Its values on the axes of the build.
    axes: IndexMap<&'static str, &'static str>,
    /// Where its build is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Origin")]
    origin: Option<Origin>,
    /// Its commands, in order, each as its words. `{commit}` and `{variable.NAME}` are known only in a
    /// run.
    commands: Vec<Vec<String>>,
    /// What is run last, whatever became of those before: each of them, and each must succeed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cleanup: Vec<WordsEntry<'a>>,
    /// The ids of the builds and jobs of its stage that must be done before.
    needs: Vec<&'a str>,
    /// The names of the artifacts that it fetches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fetches: Vec<&'static str>,
    /// The names of the artifacts that it makes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    makes: Vec<&'static str>,
    /// The names of the caches that it may look into.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    caches: Vec<&'static str>,
    /// The names of the secrets that it uses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<&'static str>,
    /// How it is run in CI.
    ci: CiEntry<'a>,
    /// After how long it is stopped.
    timeout: DurationForm,
}

/// The builds of a plan.
pub fn builds<'a>(jobs: &'a Jobs<'_>, names: &Names<'_>) -> Vec<BuildEntry<'a>> {
    jobs.builds
        .iter()
        .map(|build| of_build(jobs, build, names))
        .collect()
}

fn of_build<'a>(jobs: &'a Jobs<'_>, build: &'a BuildJob, names: &Names<'_>) -> BuildEntry<'a> {
    let plan: &Plan = jobs.plan;
    let makers = jobs.makers(build.stage, &build.fetches, &build.points);
    let written = |words: &Vec<Filled>| words.iter().map(|w| w.for_people(plan)).collect();
    BuildEntry {
        id: &build.id,
        title: &build.title,
        build: names.of(build.build),
        stage: names.of(build.stage),
        axes: axes(&build.points, names),
        origin: names.place(plan.builds[build.build].head.span),
        commands: build.commands.iter().map(written).collect(),
        cleanup: WordsEntry::all(&build.cleanup),
        needs: needs(jobs, &build.needs, makers),
        fetches: all(&build.fetches, names),
        makes: all(&build.makes, names),
        caches: all(&build.caches, names),
        secrets: all(&build.secrets, names),
        ci: CiEntry {
            host: plan.stages[build.stage].host,
            runner: build.runner.map(|runner| names.of(runner)),
            waits_for: build.waits_for.as_deref(),
            container: None,
            python: None,
        },
        timeout: DurationForm::of(build.timeout),
    }
}

/// The jobs of a plan.
pub fn jobs<'a>(jobs: &'a Jobs<'_>, names: &Names<'_>) -> Vec<JobEntry<'a>> {
    let mut gates: HashMap<(usize, &str), Vec<GateEntry>> = HashMap::new();
    for (id, _) in jobs.plan.gates.iter() {
        for (job, required) in jobs.judged_by(id) {
            let gate = names.of(id);
            let of_job = gates.entry((job.stage.index(), &job.id)).or_default();
            of_job.push(GateEntry { gate, required });
        }
    }
    let entry = |job: &'a Job| {
        let gates = gates.remove(&(job.stage.index(), job.id.as_str()));
        of_job(jobs, job, gates.unwrap_or_default(), names)
    };
    jobs.jobs.iter().map(entry).collect()
}

fn of_job<'a>(
    jobs: &'a Jobs<'_>,
    job: &'a Job,
    gates: Vec<GateEntry>,
    names: &Names<'_>,
) -> JobEntry<'a> {
    let plan: &Plan = jobs.plan;
    let because = machines::not_local(plan, job.environment);
    let verdict = job.verdict.iter().map(|words| CommandEntry {
        part: None,
        verdict: true,
        command: WordsEntry::of(words),
    });
    let runs = job.runs.iter().map(|run| CommandEntry {
        part: run.part.map(|part| names.of(part)),
        verdict: false,
        command: WordsEntry::of(&run.words),
    });
    let variables = job.variables.iter();
    let outcome = job.outcome.as_ref().unwrap_or(&Outcome::Blocking);
    JobEntry {
        id: &job.id,
        title: &job.title,
        suite: names.of(job.suite),
        stage: names.of(job.stage),
        environment: names.of(job.environment),
        os: job.os,
        arch: job.arch,
        axes: axes(&job.points, names),
        shard: job.shard.map(|shard| ShardEntry {
            number: shard.number,
            of: shard.of,
        }),
        origin: names.place(plan.suites[job.suite].head.span),
        tool: job.tool,
        selection: selection(plan, job, names),
        commands: runs.chain(verdict).collect(),
        setup: WordsEntry::all(&job.setup),
        report: WordsEntry::all(&job.report),
        cleanup: WordsEntry::all(&job.cleanup),
        variables: variables
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect(),
        local: LocalEntry {
            available: because.is_none(),
            because,
        },
        ci: CiEntry {
            host: plan.stages[job.stage].host,
            runner: job.runner.map(|runner| names.of(runner)),
            waits_for: job.waits_for.as_deref(),
            container: job.container.as_ref().map(|image| image.for_people(plan)),
            python: job.python.as_deref(),
        },
        needs: needs(jobs, &job.builds, jobs.makers_of(job)),
        services: all(&job.services, names),
        fetches: all(&job.fetches, names),
        makes: all(&job.makes, names),
        caches: all(&job.caches, names),
        secrets: all(&job.secrets, names),
        registries: all(&job.registries, names),
        duration: jobs::duration(plan, job).map(|duration| DurationForm::of(duration.value)),
        timeout: DurationForm::of(job.timeout),
        outcome: outcome.json(names),
        when: job.when.json(names),
        gates,
        coverage: job.coverage.map(|coverage| names.of(coverage)),
        thresholds: all(&job.thresholds, names),
    }
}

fn selection(plan: &Plan, job: &Job, names: &Names<'_>) -> Option<SelectionEntry> {
    let entry = |factor: selection::Said| FactorEntry {
        by: FactorOf {
            kind: factor.by.0.schema().name,
            name: factor.by.1,
        },
        takes: MarkerExpression::of(&factor.node, names),
        origin: names.place(factor.span),
    };
    let factors = || selection::said(plan, job).into_iter().map(entry).collect();
    selection::uses_markers(job.tool).then(|| SelectionEntry { factors: factors() })
}

fn axes(points: &[AxisPoint], names: &Names<'_>) -> IndexMap<&'static str, &'static str> {
    let value = |point: &AxisPoint| {
        jobs::cells::value(names.plan, *point).map_or("", |value| value.name.as_str())
    };
    points
        .iter()
        .map(|point| (names.of(point.axis), value(point)))
        .collect()
}

fn needs<'a>(
    jobs: &'a Jobs<'_>,
    builds: &[usize],
    makers: impl Iterator<Item = &'a Job>,
) -> Vec<&'a str> {
    let builds = builds.iter().map(|number| jobs.builds[*number].id.as_str());
    builds
        .chain(makers.map(|maker| maker.id.as_str()))
        .collect()
}

fn all<T: Kind>(ids: &[Id<T>], names: &Names<'_>) -> Vec<&'static str> {
    ids.iter().map(|id| names.of(*id)).collect()
}
