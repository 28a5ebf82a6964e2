//! The job that decides which of the others are in a run.

use indexmap::IndexMap;

use super::workflow::{Input, JobEntry, Step};
use super::{DIALECT, pins};
use crate::jobs::Jobs;
use crate::schema::Id;
use crate::schema::kinds::Stage;
use crate::targets::ci::selection::{self, JOB, TITLE};
use crate::targets::ci::{gate, variable_key};

/// The condition of a job on what was decided.
pub fn condition(job: &str) -> String {
    format!("${{{{ !fromJSON(needs.{JOB}.outputs.skipped)['{job}'] }}}}")
}

/// The job itself.
pub fn entry(jobs: &Jobs<'_>, stage: Id<Stage>) -> JobEntry {
    let plan = jobs.plan;
    let name = super::commented(
        TITLE.to_owned(),
        jobs,
        plan.stages[stage].head.span,
        "stage",
        plan.stages[stage].head.name(),
    );
    let rules = selection::rules_path(plan, stage, &DIALECT);
    let mut env = IndexMap::from([("RULES".to_owned(), rules)]);
    for id in selection::asked_variables(jobs, stage) {
        let name = plan.variables[id].head.name();
        let key = variable_key(plan, id);
        env.insert(format!("VARIABLE_{name}"), format!("${{{{ vars.{key} }}}}"));
    }
    let steps = vec![
        Step {
            name: "Check out the changes".to_owned(),
            uses: Some(pins::CHECKOUT.uses(plan)),
            with: IndexMap::from([
                ("persist-credentials", Input::Flag(false)),
                // The files that changed are those between two commits.
                ("fetch-depth", Input::Number(0)),
            ]),
            ..Step::default()
        },
        Step {
            name: "Select the jobs".to_owned(),
            id: Some(JOB),
            env,
            run: Some(format!("python3 {}", selection::path(&DIALECT))),
            ..Step::default()
        },
    ];
    JobEntry {
        outputs: IndexMap::from([("skipped", format!("${{{{ steps.{JOB}.outputs.skipped }}}}"))]),
        ..JobEntry::new(name, gate::TIMEOUT, steps)
    }
}
