//! The job that writes the summary of a run.

use indexmap::IndexMap;

use super::workflow::{Input, JobEntry, Step};
use super::{DIALECT, commented, pins};
use crate::jobs::Jobs;
use crate::jobs::coverage::merged;
use crate::schema::Id;
use crate::schema::kinds::Stage;
use crate::targets::ci::results::leaves_results;
use crate::targets::ci::{facts, gate, selection, summary};

/// Where it finds the results.
const RESULTS: &str = "all-results";

/// The job itself.
pub fn entry(jobs: &Jobs<'_>, stage: Id<Stage>) -> JobEntry {
    let declared = &jobs.plan.stages[stage];
    let mut needs: Vec<String> = Vec::new();
    if selection::is_needed(jobs, stage) {
        needs.push(selection::JOB.to_owned());
    }
    needs.extend(jobs.builds_of(stage).map(|(_, build)| build.id.clone()));
    needs.extend(jobs.of_stage(stage).map(|job| job.id.clone()));
    needs.extend(merged(jobs, stage).into_iter().map(|goal| goal.id));
    let name = commented(
        "Summarise the results".to_owned(),
        jobs,
        declared.head.span,
        "stage",
        declared.head.name(),
    );
    let mut all = vec![Step {
        name: "Check out the summary".to_owned(),
        uses: Some(pins::CHECKOUT.uses(jobs.plan)),
        with: IndexMap::from([
            ("persist-credentials", Input::Flag(false)),
            ("sparse-checkout", Input::Text(DIALECT.folder.to_owned())),
        ]),
        ..Step::default()
    }];
    if jobs.of_stage(stage).any(leaves_results) {
        all.push(Step {
            name: "Fetch the results".to_owned(),
            uses: Some(pins::DOWNLOAD_ARTIFACT.uses(jobs.plan)),
            with: IndexMap::from([
                ("pattern", Input::Text("results--*".to_owned())),
                ("path", Input::Text(RESULTS.to_owned())),
                // Their files begin with the ids of their jobs: none hides another one.
                ("merge-multiple", Input::Flag(true)),
            ]),
            ..Step::default()
        });
    }
    all.push(Step {
        name: "Write the summary".to_owned(),
        env: IndexMap::from([
            ("JOBS".to_owned(), facts::path(jobs, stage, &DIALECT)),
            ("NEEDS".to_owned(), "${{ toJSON(needs) }}".to_owned()),
            ("RESULTS".to_owned(), RESULTS.to_owned()),
        ]),
        run: Some(format!("python3 {}", summary::path(&DIALECT))),
        ..Step::default()
    });
    JobEntry {
        needs: Some(needs),
        condition: Some("${{ !cancelled() }}".to_owned()),
        ..JobEntry::new(name, gate::TIMEOUT, all)
    }
}
