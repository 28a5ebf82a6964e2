//! A fresh machine made ready: the checkout, and the tools.

use indexmap::IndexMap;

use super::super::literal::literal;
use super::super::workflow::{Input, Step};
use super::super::{DIALECT, pins};
use crate::jobs::{Job, Jobs};
use crate::schema::Plan;
use crate::targets::ci::tools;

/// Puts the commit of the run into the working folder. No step may push, so none finds a token there.
pub(super) fn checkout(plan: &Plan) -> Step {
    Step {
        name: "Check out the repository".to_owned(),
        uses: Some(pins::CHECKOUT.uses(plan)),
        with: IndexMap::from([("persist-credentials", Input::Flag(false))]),
        ..Step::default()
    }
}

/// The version of Python that the tools of a job ask for.
pub(super) fn python(plan: &Plan, job: &Job) -> Option<Step> {
    let version = job.python.as_ref()?;
    Some(Step {
        name: literal(&format!("Set up Python {version}")),
        uses: Some(pins::SETUP_PYTHON.uses(plan)),
        with: IndexMap::from([("python-version", Input::Text(literal(version)))]),
        ..Step::default()
    })
}

/// The actions that make the machine ready for the tool.
pub(super) fn actions(jobs: &Jobs<'_>, job: &Job) -> Vec<Step> {
    let tool = jobs.plan.suites[job.suite].tool;
    let declared = tool.map(|tool| &jobs.plan.tools[tool.id]);
    declared
        .iter()
        .flat_map(|tool| tool.actions.iter())
        .map(|action| {
            let (name, _) = action.name_and_version();
            Step {
                name: literal(&format!("Use {name}")),
                uses: Some(pins::of_plan(jobs.plan, action)),
                with: action
                    .with
                    .iter()
                    .map(|(name, text)| (name.as_str(), Input::Text(literal(text))))
                    .collect(),
                ..Step::default()
            }
        })
        .collect()
}

/// The commands that install the tools.
pub(super) fn setup(job: &Job) -> Option<Step> {
    let lines = tools::setup(job, &DIALECT);
    (!lines.is_empty()).then(|| Step {
        name: "Set up the tools".to_owned(),
        run: Some(lines.join("\n")),
        ..Step::default()
    })
}
