//! What starts a workflow.

use std::str::FromStr;

use serde_yaml::Commented;

use super::literal::literal;
use super::workflow::{Branches, Choice, Dispatch, On, Schedule};
use crate::schema::kinds::Stage;
use crate::schema::values::{DispatchInput, Text, Trigger};
use crate::schema::{Decl, Plan};

/// The answer that asks for every value of an axis.
pub const ALL: &str = "all";

/// The `on:` of a stage. Two triggers of one event become one that takes either.
pub fn on(plan: &Plan, stage: &Decl<Stage>) -> On {
    let mut on = On::default();
    for trigger in &stage.trigger {
        match &trigger.value {
            Trigger::PullRequest { branches } => {
                add(&mut on.pull_request, branches, &[]);
            }
            Trigger::MergeGroup => add(&mut on.merge_group, &[], &[]),
            Trigger::Push { branches, tags } => add(&mut on.push, branches, tags),
            Trigger::Dispatch { inputs } => {
                let dispatch = on.workflow_dispatch.get_or_insert_with(Dispatch::default);
                for input in inputs {
                    let (name, choice) = choice(plan, input);
                    dispatch.inputs.insert(name, choice);
                }
            }
            Trigger::Schedule { cron, timezone } => on.schedule.push(Schedule {
                cron: Commented(cron.to_string(), in_words(cron)),
                timezone: timezone.as_ref().map(ToString::to_string),
            }),
            // Git's own: a check keeps it from stages on GitHub.
            Trigger::Commit => {}
        }
    }
    on
}

/// A question to whoever starts the workflow by hand.
fn choice(plan: &Plan, input: &DispatchInput) -> (String, Choice) {
    let mut options: Vec<String> = Vec::new();
    if input.or_all {
        options.push(ALL.to_owned());
    }
    let values = &plan.axis_values[input.axis.index()];
    options.extend(values.iter().map(|value| literal(value.name.as_str())));
    let choice = Choice {
        description: literal(&plan.axes[input.axis].head.title),
        kind: "choice",
        default: options.first().cloned().unwrap_or_default(),
        options,
    };
    (input.name.to_string(), choice)
}

fn add(event: &mut Option<Branches>, branches: &[Text], tags: &[Text]) {
    let event = event.get_or_insert_with(Branches::default);
    event.branches.extend(branches.iter().map(|b| literal(b)));
    event.tags.extend(tags.iter().map(|t| literal(t)));
}

/// What a cron expression says, for people.
pub fn in_words(cron: &str) -> String {
    croner::Cron::from_str(cron).map_or_else(|_| cron.to_owned(), |c| c.describe())
}
