//! The gate: one job with a fixed name that judges the others.

use indexmap::IndexMap;

use super::literal::literal;
use super::workflow::{Input, JobEntry, Step};
use super::{commented, empty, pins, select};
use crate::jobs::{Jobs, gates};
use crate::schema::Id;
use crate::schema::kinds::Gate;
use crate::targets::banner::{self, Comment};
use crate::targets::{Content, Output};

/// Where the script is.
const SCRIPT: &str = ".github/dtpc/gate.py";

/// The folder of the scripts that jobs call.
pub const FOLDER: &str = ".github/dtpc";

/// How long judging may take, in minutes.
pub const TIMEOUT: u64 = 5;

/// The script that judges: generated, so that what the gate does can be read and tested.
pub fn script(jobs: &Jobs<'_>) -> Output {
    const SOURCE: &str = include_str!("../../../templates/github_actions/gate.py");
    let text = banner::sign(jobs, Comment::Hash, SOURCE);
    Output {
        path: SCRIPT.to_owned(),
        content: Content::Whole(text),
    }
}

/// The job of a gate, and its id.
pub fn entry(jobs: &Jobs<'_>, id: Id<Gate>) -> (String, JobEntry) {
    let gate = &jobs.plan.gates[id];
    let judged = jobs.judged_by(id);
    let names = |deciding: bool| -> Vec<&str> {
        judged
            .iter()
            .filter(|(_, d)| *d == deciding)
            .map(|(job, _)| job.id.as_str())
            .collect()
    };
    let mut needs: Vec<String> = judged.iter().map(|(job, _)| job.id.clone()).collect();
    let mut required: Vec<&str> = names(true);
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
        if select::is_needed(jobs, stage.id) {
            needs.push(select::JOB.to_owned());
            required.push(select::JOB);
        }
    }
    let mut variables: IndexMap<String, String> = IndexMap::new();
    variables.insert("NEEDS".to_owned(), "${{ toJSON(needs) }}".to_owned());
    variables.insert("REQUIRED".to_owned(), required.join(" "));
    if !shards.is_empty() {
        // Names and lists alone: nothing here that JSON cannot hold.
        let shards = serde_json::to_string(&shards).unwrap_or_default();
        variables.insert("SHARDS".to_owned(), shards);
    }
    if !goals.is_empty() {
        let measured: IndexMap<&str, Vec<&str>> = goals
            .iter()
            .map(|goal| {
                let of = goal.of.iter().map(|job| job.id.as_str());
                (goal.id.as_str(), of.collect())
            })
            .collect();
        let measured = serde_json::to_string(&measured).unwrap_or_default();
        variables.insert("MEASURED".to_owned(), measured);
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
    let name = commented(
        literal(&gate.status),
        jobs,
        gate.head.span,
        "gate",
        gate.head.name(),
    );
    let entry = JobEntry {
        needs: Some(needs),
        // Without this a gate behind a failed job would be skipped, and a skipped check passes.
        condition: Some("${{ always() }}".to_owned()),
        ..JobEntry::new(
            name,
            TIMEOUT,
            vec![
                Step {
                    name: "Check out the gate".to_owned(),
                    uses: Some(pins::CHECKOUT.uses(jobs.plan)),
                    with: IndexMap::from([
                        ("persist-credentials", Input::Flag(false)),
                        ("sparse-checkout", Input::Text(".github/dtpc".to_owned())),
                    ]),
                    ..Step::default()
                },
                Step {
                    name: "Judge the results".to_owned(),
                    env: variables,
                    run: Some(format!("python3 {SCRIPT}")),
                    ..Step::default()
                },
            ],
        )
    };
    (key(gate.head.name()), entry)
}

/// The id of a gate's job. No suite has one like it: names hold no `-`, so none of their ids has two in
/// a row.
pub fn key(name: &str) -> String {
    format!("gate--{name}")
}
