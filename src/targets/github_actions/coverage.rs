//! The job that brings together what several jobs measured of one coverage, and judges it.

use indexmap::IndexMap;

use super::literal::literal;
use super::workflow::{Input, JobEntry, Step};
use super::{DIALECT, TIMEOUT, commented, pins};
use crate::jobs::Jobs;
use crate::jobs::coverage::{Merged, merged};
use crate::targets::banner::{self, Comment};
use crate::targets::{Content, Output};

/// The name of the script.
const SCRIPT: &str = "merge_coverage.py";

/// Where it finds the reports.
const REPORTS: &str = "all-coverage";

/// The id of the step that judges.
const STEP: &str = "merge";

/// The script, where a stage needs it.
pub fn script(jobs: &Jobs<'_>) -> Option<Output> {
    const SOURCE: &str = include_str!("../../../templates/ci/merge_coverage.py");
    let mut stages = DIALECT.stages(jobs);
    stages
        .any(|stage| !merged(jobs, stage).is_empty())
        .then(|| Output {
            path: format!("{}/{SCRIPT}", DIALECT.folder),
            content: Content::Whole(banner::sign(jobs, Comment::Hash, SOURCE)),
        })
}

/// The job itself. It needs all the jobs that measure: where one of them failed or is not in the run,
/// there is no figure, and the host leaves it out.
pub fn entry(jobs: &Jobs<'_>, merged: &Merged<'_>) -> JobEntry {
    let goal = &jobs.plan.coverages[merged.coverage];
    let name = commented(
        literal(&merged.title),
        jobs,
        goal.head.span,
        "coverage",
        goal.head.name(),
    );
    let mut steps = vec![Step {
        name: "Check out the script".to_owned(),
        uses: Some(pins::CHECKOUT.uses(jobs.plan)),
        with: IndexMap::from([
            ("persist-credentials", Input::Flag(false)),
            ("sparse-checkout", Input::Text(DIALECT.folder.to_owned())),
        ]),
        ..Step::default()
    }];
    steps.extend(merged.of.iter().map(|job| Step {
        name: format!("Fetch the coverage of {}", job.id),
        uses: Some(pins::DOWNLOAD_ARTIFACT.uses(jobs.plan)),
        with: IndexMap::from([
            ("name", Input::Text(format!("coverage--{}", job.id))),
            ("path", Input::Text(format!("{REPORTS}/{}", job.id))),
        ]),
        ..Step::default()
    }));
    let mut env = IndexMap::from([
        ("TITLE".to_owned(), literal(&goal.head.title)),
        ("JOBS".to_owned(), merged.of.len().to_string()),
        ("GATING".to_owned(), goal.gating.to_string()),
    ]);
    if let Some(minimum) = goal.minimum {
        env.insert("MINIMUM".to_owned(), minimum.0.to_string());
    }
    steps.push(Step {
        name: "Bring the figures together".to_owned(),
        id: Some(STEP),
        env,
        run: Some(format!("python3 {}/{SCRIPT} {REPORTS}", DIALECT.folder)),
        ..Step::default()
    });
    JobEntry {
        needs: Some(merged.of.iter().map(|job| job.id.clone()).collect()),
        outputs: IndexMap::from([("figure", format!("${{{{ steps.{STEP}.outputs.figure }}}}"))]),
        ..JobEntry::new(name, TIMEOUT, steps)
    }
}
