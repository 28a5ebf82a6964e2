//! What the plan says of the jobs of a stage, for the scripts that tell people of a run.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde::Serialize;

use super::results::leaves_results;
use super::{Dialect, gate, selection};
use crate::jobs::coverage::merged;
use crate::jobs::{Job, Jobs, duration};
use crate::schema::Id;
use crate::schema::kinds::{Owner, Stage};
use crate::schema::values::OnFailure;
use crate::targets::banner::{self, Comment};
use crate::targets::{Content, Output, RenderError};

/// Where the facts of a stage are.
pub fn path(jobs: &Jobs<'_>, stage: Id<Stage>, dialect: &Dialect) -> String {
    dialect.file(jobs.plan, stage, "jobs.json")
}

/// The facts of each stage of a host.
///
/// # Errors
/// Facts that cannot be written as JSON.
pub fn outputs(jobs: &Jobs<'_>, dialect: &Dialect) -> Result<Vec<Output>, RenderError> {
    let mut outputs = Vec::new();
    for stage in dialect.stages(jobs) {
        let text = serde_json::to_string_pretty(&facts(jobs, stage))
            .map_err(|error| RenderError::new(error.to_string()))?;
        // JSON has no comments: the lines above it are taken off before it is read.
        let text = banner::sign(jobs, Comment::Hash, &format!("{text}\n"));
        outputs.push(Output {
            path: path(jobs, stage, dialect),
            content: Content::Whole(text),
        });
    }
    Ok(outputs)
}

/// A stage.
#[derive(Debug, Serialize)]
struct Facts<'p> {
    /// What people call it.
    stage: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_failure: Option<Policy<'p>>,
    jobs: IndexMap<String, Fact<'p>>,
    /// What people call the goals for coverage that several jobs measure, each by the id of the job that
    /// brings the figures together.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    coverage: IndexMap<String, &'p str>,
    /// The titles of the jobs that run nothing of the plan's.
    others: IndexMap<String, &'p str>,
}

/// What a failure does.
#[derive(Debug, Serialize)]
struct Policy<'p> {
    does: &'static str,
    whom: &'static str,
    ignore: Vec<&'p str>,
}

/// A job.
#[derive(Debug, Default, Serialize)]
struct Fact<'p> {
    title: &'p str,
    suite: &'p str,
    place: &'p str,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    /// How long it is expected to take.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_seconds: Option<u64>,
    /// Whether it leaves results.
    results: bool,
    /// Whether a failure of it decides anything.
    decides: bool,
}

fn facts<'p>(jobs: &'p Jobs<'_>, stage: Id<Stage>) -> Facts<'p> {
    let declared = &jobs.plan.stages[stage];
    let mut all: IndexMap<String, Fact<'_>> = IndexMap::new();
    for (_, build) in jobs.builds_of(stage) {
        let fact = Fact {
            title: &build.title,
            suite: &build.title,
            place: "build",
            decides: true,
            ..Fact::default()
        };
        all.insert(build.id.clone(), fact);
    }
    let deciding = deciding(jobs, stage);
    for job in jobs.of_stage(stage) {
        let decides = deciding.contains(job.id.as_str());
        all.insert(job.id.clone(), fact(jobs, job, decides));
    }
    let gates = jobs.gates_of(stage);
    let mut others: IndexMap<String, &str> = gates
        .map(|(_, gate)| (gate::key(gate.head.name()), &*gate.status))
        .collect();
    if selection::is_needed(jobs, stage) {
        others.insert(selection::JOB.to_owned(), selection::TITLE);
    }
    let mut coverage: IndexMap<String, &str> = IndexMap::new();
    for merged in merged(jobs, stage) {
        let goal = &jobs.plan.coverages[merged.coverage];
        if goal.gating {
            others.insert(merged.id.clone(), &goal.head.title);
        }
        coverage.insert(merged.id, &goal.head.title);
    }
    Facts {
        coverage,
        stage: &declared.head.title,
        budget: declared.budget.map(|budget| budget.value.to_string()),
        on_failure: declared.on_failure.as_ref().and_then(policy),
        jobs: all,
        others,
    }
}

fn policy(on_failure: &OnFailure) -> Option<Policy<'_>> {
    let notice = on_failure.notice()?;
    notice.channel?;
    Some(Policy {
        does: on_failure.word(),
        whom: notice.whom.word(),
        ignore: notice.ignore.iter().map(|name| name.as_str()).collect(),
    })
}

fn fact<'p>(jobs: &'p Jobs<'_>, job: &'p Job, decides: bool) -> Fact<'p> {
    let plan = jobs.plan;
    let suite = &plan.suites[job.suite];
    let pieces = job.shard.map_or(1, |shard| u64::from(shard.of));
    let expected = duration(plan, job).map(|whole| whole.value.divided(pieces));
    Fact {
        title: &job.title,
        suite: &suite.head.title,
        place: &job.place,
        owner: suite.owner.map(|owner| contact(jobs, owner.id)),
        expected: expected.map(|duration| duration.to_string()),
        expected_seconds: expected.map(|duration| duration.whole_seconds()),
        results: leaves_results(job),
        decides,
    }
}

/// The ids of the jobs of a stage whose failure decides anything: where it has gates, one of them says
/// so.
pub fn deciding<'j>(jobs: &'j Jobs<'_>, stage: Id<Stage>) -> HashSet<&'j str> {
    let mut gates = jobs.gates_of(stage).peekable();
    if gates.peek().is_none() {
        let blocking = jobs.of_stage(stage).filter(|job| job.is_blocking());
        return blocking.map(|job| job.id.as_str()).collect();
    }
    gates
        .flat_map(|(gate, _)| jobs.judged_by(gate))
        .filter(|(_, decides)| *decides)
        .map(|(job, _)| job.id.as_str())
        .collect()
}

/// Who somebody is, and how they are reached.
fn contact(jobs: &Jobs<'_>, owner: Id<Owner>) -> String {
    let owner = &jobs.plan.owners[owner];
    let title = &owner.head.title;
    owner
        .contact
        .as_ref()
        .map_or_else(|| title.clone(), |contact| format!("{title} ({contact})"))
}
