//! The job that tells people of a failure.

use indexmap::IndexMap;
use serde_yaml::Commented;

use super::literal::literal;
use super::workflow::{Input, JobEntry, Permissions, Step};
use super::{commented, facts, gate, pins, secret_key, select};
use crate::jobs::Jobs;
use crate::jobs::coverage::merged;
use crate::schema::Id;
use crate::schema::kinds::Stage;
use crate::schema::values::{Host, Notice, Ref};
use crate::targets::banner::{self, Comment};
use crate::targets::{Content, Output};

/// The id of the job.
pub const JOB: &str = "notify";

/// Where the script is.
const SCRIPT: &str = ".github/dtpc/notify.py";

/// The webhook that a stage posts its failures to, and who is told.
fn channel<'j>(
    jobs: &'j Jobs<'_>,
    stage: Id<Stage>,
) -> Option<(&'j Notice, Ref<crate::schema::kinds::Secret>)> {
    let notice = jobs.plan.stages[stage].on_failure.as_ref()?.notice()?;
    Some((notice, notice.channel?))
}

/// The script, where a stage needs it.
pub fn script(jobs: &Jobs<'_>) -> Option<Output> {
    const SOURCE: &str = include_str!("../../../templates/github_actions/notify.py");
    let is_needed = jobs.stages.iter().any(|stage| {
        jobs.plan.stages[*stage].host == Some(Host::GitHub)
            && super::has_jobs(jobs, *stage)
            && channel(jobs, *stage).is_some()
    });
    is_needed.then(|| Output {
        path: SCRIPT.to_owned(),
        content: Content::Whole(banner::sign(jobs, Comment::Hash, SOURCE)),
    })
}

/// The job itself, in a stage whose failures are told.
pub fn entry(jobs: &Jobs<'_>, stage: Id<Stage>) -> Option<JobEntry> {
    let plan = jobs.plan;
    let declared = &plan.stages[stage];
    let (_, channel) = channel(jobs, stage)?;
    let deciding = facts::deciding(jobs, stage);
    let mut needs: Vec<String> = Vec::new();
    if select::is_needed(jobs, stage) {
        needs.push(select::JOB.to_owned());
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
        ("JOBS".to_owned(), facts::path(jobs, stage)),
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
                ("sparse-checkout", Input::Text(".github/dtpc".to_owned())),
            ]),
            ..Step::default()
        },
        Step {
            name: "Post the message".to_owned(),
            env,
            run: Some(format!("python3 {SCRIPT}")),
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
            contents: "read",
            actions: Some(Commented(
                "read",
                "to find the last run that was well".to_owned(),
            )),
        },
        ..JobEntry::new(name, gate::TIMEOUT, steps)
    })
}
