//! What the tests leave behind: results and coverage, kept for a while.

use indexmap::IndexMap;

use super::super::pins;
use super::super::workflow::{Input, Step};
use super::{COVERAGE, TESTS};
use crate::jobs::{Job, Jobs, command};
use crate::schema::Plan;
use crate::targets::ci::results::{self, RESULTS, leaves_results};

/// Reports the coverage that the tests measured.
pub(super) fn report(job: &Job) -> Option<Step> {
    let lines: Vec<String> = job
        .report
        .iter()
        .map(|words| command::shell(words))
        .collect();
    (!lines.is_empty()).then(|| Step {
        name: "Report coverage".to_owned(),
        id: Some(COVERAGE),
        run: Some(lines.join("\n")),
        ..Step::default()
    })
}

/// Keeps the results, and the coverage.
pub(super) fn kept(jobs: &Jobs<'_>, job: &Job) -> Vec<Step> {
    let plan = jobs.plan;
    let mut steps = Vec::new();
    let days = results::days(plan.stages[job.stage].keep_results.value);
    if leaves_results(job) {
        // Results matter most when a test failed. Where no test was begun there are none, and a
        // second error would hide the first.
        let condition = format!("${{{{ !cancelled() && steps.{TESTS}.outcome != 'skipped' }}}}");
        steps.push(upload(plan, "results", condition, &job.id, RESULTS, days));
    }
    if let Some(report) = jobs.profiles.report(plan, job) {
        // nextest writes it when it has run a test: not if nothing compiles.
        let condition = format!("${{{{ !cancelled() && steps.{TESTS}.outcome != 'skipped' }}}}");
        let mut step = upload(plan, "results", condition, &job.id, &report, days);
        let missing = Input::Text("warn".to_owned());
        step.with.insert("if-no-files-found", missing);
        steps.push(step);
    }
    if let (Some(coverage), Some(file)) = (job.coverage, results::coverage(job)) {
        let condition = if job.report.is_empty() {
            format!("steps.{TESTS}.outcome == 'success'")
        } else {
            // A report that fails because too little is covered is the one that is looked at.
            format!("steps.{COVERAGE}.outcome != 'skipped'")
        };
        let condition = format!("${{{{ !cancelled() && {condition} }}}}");
        steps.push(upload(
            plan,
            "coverage",
            condition,
            &job.id,
            file,
            results::days(plan.coverages[coverage].keep.value),
        ));
    }
    steps
}

/// The two dashes keep its name apart from those of the plan's artifacts, which have one.
fn upload(plan: &Plan, what: &str, condition: String, job: &str, path: &str, days: u32) -> Step {
    Step {
        name: format!("Keep the {what}"),
        condition: Some(condition),
        uses: Some(pins::UPLOAD_ARTIFACT.uses(plan)),
        with: IndexMap::from([
            ("name", Input::Text(format!("{what}--{job}"))),
            ("path", Input::Text(path.to_owned())),
            ("retention-days", Input::Number(days)),
            ("if-no-files-found", Input::Text("error".to_owned())),
        ]),
        ..Step::default()
    }
}
