//! What starts a workflow.

use serde_yaml::{Commented, FlowSeq};

use super::literal::literal;
use super::workflow::{Choice, Dispatch, On, Refs, Schedule};
use crate::jobs::Jobs;
use crate::schema::kinds::Stage;
use crate::schema::values::{ConditionNode, DispatchInput, Fact, Text, Trigger};
use crate::schema::{Id, Plan};
use crate::targets::ci::in_words;
use crate::targets::ci::selection::ALL;

/// The `on:` of a stage. Two triggers of one event become one that takes either.
pub fn on(jobs: &Jobs<'_>, stage: Id<Stage>) -> On {
    let plan = jobs.plan;
    let mut on = On::default();
    for trigger in &plan.stages[stage].trigger {
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
    if let Some(pull_request) = &mut on.pull_request {
        pull_request.types = types(jobs, stage);
    }
    on
}

/// What must happen to a pull request for a run to begin, where labels decide about its jobs: that one
/// is put on, too, and that one is taken off if its absence decides. GitHub starts runs for neither
/// by itself.
fn types(jobs: &Jobs<'_>, stage: Id<Stage>) -> Option<FlowSeq<Vec<&'static str>>> {
    let (mut on, mut off) = (false, false);
    for condition in jobs.of_stage(stage).flat_map(|job| &job.when) {
        on |= asks_for_label(&condition.node, true);
        off |= asks_for_label(&condition.node, false);
    }
    let mut types = vec!["opened", "synchronize", "reopened"];
    types.extend(on.then_some("labeled"));
    types.extend(off.then_some("unlabeled"));
    (on || off).then_some(FlowSeq(types))
}

/// Whether a label, or with `present` false its absence, helps a condition to hold.
fn asks_for_label(node: &ConditionNode, present: bool) -> bool {
    match node {
        ConditionNode::Fact(fact) => present && matches!(fact, Fact::Label(_)),
        ConditionNode::Not(inner) => asks_for_label(inner, !present),
        ConditionNode::And(parts) | ConditionNode::Or(parts) => {
            parts.iter().any(|part| asks_for_label(part, present))
        }
    }
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

fn add(event: &mut Option<Refs>, branches: &[Text], tags: &[Text]) {
    let event = event.get_or_insert_with(Refs::default);
    event.branches.extend(branches.iter().map(|b| literal(b)));
    event.tags.extend(tags.iter().map(|t| literal(t)));
}
