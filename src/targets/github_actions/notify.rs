//! The job that tells people of a failure.

use indexmap::IndexMap;
use serde_yaml::Commented;

use super::literal::literal;
use super::workflow::{Input, JobEntry, Permissions, Step};
use super::{DIALECT, commented, pins};
use crate::jobs::Jobs;
use crate::jobs::coverage::merged;
use crate::schema::Id;
use crate::schema::kinds::Stage;
use crate::targets::ci::notify::{channel, path};
use crate::targets::ci::{facts, gate, secret_key, selection};

/// The job itself, in a stage whose failures are told.
pub fn entry(jobs: &Jobs<'_>, stage: Id<Stage>) -> Option<JobEntry> {
    let plan = jobs.plan;
    let declared = &plan.stages[stage];
    let (_, channel) = channel(jobs, stage)?;
    let deciding = facts::deciding(jobs, stage);
    let mut needs: Vec<String> = Vec::new();
    if selection::is_needed(jobs, stage) {
        needs.push(selection::JOB.to_owned());
    }
    needs.extend(jobs.builds_of(stage).map(|(_, build)| build.id.clone()));
    let of_suites = jobs.of_stage(stage).map(|job| job.id.as_str());
    needs.extend(
        of_suites
            .filter(|id| deciding.contains(id))
            .map(str::to_owned),
    );
    let goals = merged(jobs, stage).into_iter();
    needs.extend(
        goals
            .filter(|goal| plan.coverages[goal.coverage].gating)
            .map(|goal| goal.id),
    );
    needs.extend(
        jobs.gates_of(stage)
            .map(|(_, gate)| gate::key(gate.head.name())),
    );
    let name = commented(
        "Tell of the failure".to_owned(),
        jobs,
        declared.head.span,
        "stage",
        declared.head.name(),
    );
    let env = IndexMap::from([
        ("JOBS".to_owned(), facts::path(jobs, stage, &DIALECT)),
        ("NEEDS".to_owned(), "${{ toJSON(needs) }}".to_owned()),
        ("GITHUB_TOKEN".to_owned(), "${{ github.token }}".to_owned()),
        (
            "WEBHOOK".to_owned(),
            format!("${{{{ secrets.{} }}}}", secret_key(plan, channel.id)),
        ),
    ]);
    let steps = vec![
        Step {
            name: "Check out the history".to_owned(),
            uses: Some(pins::CHECKOUT.uses(plan)),
            with: IndexMap::from([
                ("persist-credentials", Input::Flag(false)),
                // Who wrote what changed stands in the commits; of the files one folder is enough.
                ("fetch-depth", Input::Number(0)),
                ("sparse-checkout", Input::Text(DIALECT.folder.to_owned())),
            ]),
            ..Step::default()
        },
        Step {
            name: "Post the message".to_owned(),
            env,
            run: Some(format!("python3 {}", path(&DIALECT))),
            ..Step::default()
        },
    ];
    let environment = plan.secrets[channel.id].environment.as_ref();
    Some(JobEntry {
        needs: Some(needs),
        // A job that ran out of time counts as cancelled. Of a run that somebody stopped nobody need
        // be told.
        condition: Some(
            "${{ !cancelled() && (contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled')) }}"
                .to_owned(),
        ),
        environment: environment.map(|name| literal(name)),
        permissions: Permissions {
            more: IndexMap::from([(
                "actions",
                Commented("read", "to find the last run that was well".to_owned()),
            )]),
            ..Permissions::default()
        },
        ..JobEntry::new(name, gate::TIMEOUT, steps)
    })
}
