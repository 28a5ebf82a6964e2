//! What a gate judges, as its script is told.

use indexmap::IndexMap;

use super::{Dialect, empty, selection};
use crate::jobs::{Job, Jobs, gates};
use crate::schema::Id;
use crate::schema::kinds::Gate;
use crate::targets::banner::{self, Comment};
use crate::targets::{Content, Output};

/// How long judging may take, in minutes.
pub const TIMEOUT: u64 = 5;

/// Where the script that judges is.
pub fn path(dialect: &Dialect) -> String {
    format!("{}/gate.py", dialect.folder)
}

/// The script that judges, where a stage of the host has a gate: generated, so that what the gate
/// does can be read and tested.
pub fn script(jobs: &Jobs<'_>, dialect: &Dialect) -> Option<Output> {
    const SOURCE: &str = include_str!("../../../templates/ci/gate.py");
    let mut stages = dialect.stages(jobs);
    stages
        .any(|stage| jobs.gates_of(stage).next().is_some())
        .then(|| Output {
            path: path(dialect),
            content: Content::Whole(banner::sign(
                jobs,
                Comment::Hash,
                &dialect.translated(SOURCE),
            )),
        })
}

/// What a gate judges.
pub struct Judged {
    /// The ids of the jobs that it waits for, those that only advise too.
    pub needs: Vec<String>,
    /// The variables that its script reads, beside the results: the jobs that decide, what was
    /// divided, what passes until when.
    pub variables: IndexMap<String, String>,
}

/// What a gate judges. `waits_for` says of a job whether the gate can wait for it.
pub fn judged(jobs: &Jobs<'_>, id: Id<Gate>, waits_for: impl Fn(&Job) -> bool) -> Judged {
    let gate = &jobs.plan.gates[id];
    let mut judged = jobs.judged_by(id);
    judged.retain(|(job, _)| waits_for(job));
    let mut needs: Vec<String> = judged.iter().map(|(job, _)| job.id.clone()).collect();
    let deciding = judged.iter().filter(|(_, decides)| *decides);
    let mut required: Vec<&str> = deciding.map(|(job, _)| job.id.as_str()).collect();
    let mut shards: IndexMap<String, Vec<&str>> = IndexMap::new();
    for (job, decides) in &judged {
        if let (Some(shard), true) = (job.shard, decides) {
            let cell = job.id.trim_end_matches(&format!("-shard{}", shard.number));
            shards.entry(cell.to_owned()).or_default().push(&job.id);
        } else if *decides && empty::is_allowed(jobs, job) {
            // It succeeds without a test, and here that is judged.
            shards.entry(job.id.clone()).or_default().push(&job.id);
        }
    }
    let goals = gates::goals_required(jobs, id);
    for goal in &goals {
        needs.push(goal.id.clone());
        required.push(&goal.id);
    }
    if let Some(stage) = gate.stage {
        // What a required job needs is required with it; so is what decides which jobs there are.
        for number in gates::builds_required(jobs, id) {
            needs.push(jobs.builds[number].id.clone());
            required.push(&jobs.builds[number].id);
        }
        if selection::is_needed(jobs, stage.id) {
            needs.push(selection::JOB.to_owned());
            required.push(selection::JOB);
        }
    }
    let mut variables: IndexMap<String, String> = IndexMap::new();
    // A job to a line, here and below: what is added is one line of a change.
    variables.insert("REQUIRED".to_owned(), required.join("\n"));
    if !shards.is_empty() {
        variables.insert("SHARDS".to_owned(), lines(&shards));
    }
    if !goals.is_empty() {
        let measured: IndexMap<String, Vec<&str>> = goals
            .iter()
            .map(|goal| {
                let of = goal.of.iter().map(|job| job.id.as_str());
                (goal.id.clone(), of.collect())
            })
            .collect();
        variables.insert("MEASURED".to_owned(), lines(&measured));
    }
    if !gate.allows.is_empty() {
        let allowed: Vec<String> = gate
            .allows
            .iter()
            .map(|allowance| {
                let until = allowance.weakening.expires.map(|d| d.value.to_string());
                format!("{}:{}", allowance.result.word(), until.unwrap_or_default())
            })
            .collect();
        variables.insert("ALLOWED".to_owned(), allowed.join(" "));
    }
    Judged { needs, variables }
}

/// A JSON object with an entry to a line.
fn lines(lists: &IndexMap<String, Vec<&str>>) -> String {
    let entry = |(name, list): (&String, &Vec<&str>)| {
        // Names and lists alone: nothing here that JSON cannot hold.
        let list = serde_json::to_string(list).unwrap_or_default();
        format!("{}: {list}", serde_json::Value::from(name.as_str()))
    };
    let entries: Vec<String> = lists.iter().map(entry).collect();
    format!("{{\n{}\n}}", entries.join(",\n"))
}

/// The id of a gate's job. No suite has one like it: names hold no `-`, so none of their ids has two in
/// a row.
pub fn key(name: &str) -> String {
    format!("gate--{name}")
}
