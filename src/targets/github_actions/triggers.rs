//! What starts a workflow.

use std::str::FromStr;

use serde_yaml::Commented;

use super::literal::literal;
use super::workflow::{Branches, On, Schedule};
use crate::schema::Decl;
use crate::schema::kinds::Stage;
use crate::schema::values::{Text, Trigger};

/// The `on:` of a stage. Two triggers of one event become one that takes either.
pub fn on(stage: &Decl<Stage>) -> On {
    let mut on = On::default();
    for trigger in &stage.trigger {
        match &trigger.value {
            Trigger::PullRequest { branches } => {
                add(&mut on.pull_request, branches, &[]);
            }
            Trigger::MergeGroup => add(&mut on.merge_group, &[], &[]),
            Trigger::Push { branches, tags } => add(&mut on.push, branches, tags),
            Trigger::Dispatch => add(&mut on.workflow_dispatch, &[], &[]),
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

fn add(event: &mut Option<Branches>, branches: &[Text], tags: &[Text]) {
    let event = event.get_or_insert_with(Branches::default);
    event.branches.extend(branches.iter().map(|b| literal(b)));
    event.tags.extend(tags.iter().map(|t| literal(t)));
}

/// What a cron expression says, for people.
pub fn in_words(cron: &str) -> String {
    croner::Cron::from_str(cron).map_or_else(|_| cron.to_owned(), |c| c.describe())
}
