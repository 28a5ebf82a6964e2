//! The gate: one job with a fixed name that judges the others.

use indexmap::IndexMap;

use super::literal::literal;
use super::workflow::{Input, JobEntry, Permissions, RunsOn, Step};
use super::{commented, pins};
use crate::jobs::Jobs;
use crate::schema::Id;
use crate::schema::kinds::Gate;
use crate::targets::banner::{self, Comment};
use crate::targets::{Content, Output};

/// Where the script is.
const SCRIPT: &str = ".github/dtpc/gate.py";

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
    let mut variables = IndexMap::from([("NEEDS", "${{ toJSON(needs) }}".to_owned())]);
    variables.insert("REQUIRED", names(true).join(" "));
    let entry = JobEntry {
        name: commented(
            literal(&gate.status),
            jobs,
            gate.head.span,
            "gate",
            gate.head.name(),
        ),
        needs: Some(judged.iter().map(|(job, _)| job.id.clone()).collect()),
        // Without this a gate behind a failed job would be skipped, and a skipped check passes.
        condition: Some("${{ always() }}".to_owned()),
        runs_on: RunsOn::Label(super::HOSTED.to_owned()),
        timeout_minutes: TIMEOUT,
        permissions: Permissions { contents: "read" },
        services: IndexMap::new(),
        env: IndexMap::new(),
        steps: vec![
            Step {
                name: "Check out the gate".to_owned(),
                uses: Some(pins::CHECKOUT.uses()),
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
    };
    (format!("gate-{}", gate.head.name()), entry)
}
