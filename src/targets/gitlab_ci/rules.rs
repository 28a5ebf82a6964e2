//! What starts the jobs of a stage, as rules.

use super::pipeline::Rule;
use crate::glob::of_refs as regex;
use crate::schema::kinds::Stage;
use crate::schema::values::{Text, Trigger};
use crate::schema::{Id, Plan};

/// The variable that says which stage a schedule, or whoever starts a pipeline by hand, means.
pub const STAGE: &str = "DTPC_STAGE";

/// The rules of the jobs of a stage. One that nothing starts is in no pipeline.
pub fn of_stage(plan: &Plan, stage: Id<Stage>) -> Vec<Rule> {
    let rules = plan.stages[stage].trigger.iter();
    unless_none(merged(
        rules.filter_map(|trigger| rule(plan, stage, &trigger.value)),
    ))
}

/// The rules of a job that somebody asks for: whoever starts the stage by hand has asked, in other
/// pipelines it waits for a click, and nothing waits for it.
pub fn of_manual(plan: &Plan, stage: Id<Stage>) -> Vec<Rule> {
    let rules = plan.stages[stage].trigger.iter();
    unless_none(merged(rules.filter_map(|trigger| {
        let rule = rule(plan, stage, &trigger.value)?;
        let asked = matches!(trigger.value, Trigger::Dispatch { .. });
        Some(Rule {
            when: (!asked).then_some("manual"),
            allow_failure: Some(true),
            ..rule
        })
    })))
}

/// Each rule once: two schedules of a stage are told apart by nothing.
fn merged(rules: impl Iterator<Item = Rule>) -> Vec<Rule> {
    let mut merged: Vec<Rule> = Vec::new();
    for rule in rules {
        if !merged.contains(&rule) {
            merged.push(rule);
        }
    }
    merged
}

fn unless_none(rules: Vec<Rule>) -> Vec<Rule> {
    if rules.is_empty() {
        return vec![Rule {
            when: Some("never"),
            ..Rule::default()
        }];
    }
    rules
}

fn rule(plan: &Plan, stage: Id<Stage>, trigger: &Trigger) -> Option<Rule> {
    let name = plan.stages[stage].head.name();
    let condition = match trigger {
        Trigger::PullRequest { branches } => {
            let source = "$CI_PIPELINE_SOURCE == \"merge_request_event\" && \
                          $CI_MERGE_REQUEST_EVENT_TYPE != \"merge_train\"";
            match matching("$CI_MERGE_REQUEST_TARGET_BRANCH_NAME", branches) {
                Some(branch) => format!("{source} && {branch}"),
                None => source.to_owned(),
            }
        }
        Trigger::MergeGroup => "$CI_MERGE_REQUEST_EVENT_TYPE == \"merge_train\"".to_owned(),
        Trigger::Push { branches, tags } => {
            let branch = matching("$CI_COMMIT_BRANCH", branches);
            let tag = matching("$CI_COMMIT_TAG", tags);
            let source = "$CI_PIPELINE_SOURCE == \"push\"";
            match (branch, tag) {
                (Some(branch), Some(tag)) => format!("{source} && ({branch} || {tag})"),
                (Some(one), None) | (None, Some(one)) => format!("{source} && {one}"),
                (None, None) => source.to_owned(),
            }
        }
        Trigger::Schedule { .. } => {
            format!("$CI_PIPELINE_SOURCE == \"schedule\" && ${STAGE} == \"{name}\"")
        }
        Trigger::Dispatch { .. } => {
            format!("$CI_PIPELINE_SOURCE =~ /^(web|api|trigger)$/ && ${STAGE} == \"{name}\"")
        }
        // Git's own: a check keeps it from stages on GitLab.
        Trigger::Commit => return None,
    };
    // A newer commit makes a run for the one before it worthless; other runs stand for themselves.
    let superseded = matches!(trigger, Trigger::PullRequest { .. }) || trigger.is_of_copies();
    Some(Rule {
        condition: Some(condition),
        interruptible: superseded.then_some(true),
        ..Rule::default()
    })
}

/// That a variable matches patterns of branches or tags, of which the last that matches decides. All
/// names, without any.
fn matching(variable: &str, patterns: &[Text]) -> Option<String> {
    let mut expression: Option<String> = None;
    let mut taken: Vec<String> = Vec::new();
    let join = |expression: Option<String>, taken: &mut Vec<String>| {
        if taken.is_empty() {
            return expression;
        }
        let all = std::mem::take(taken).join("|");
        let one = format!("{variable} =~ /^({all})$/");
        Some(expression.map_or_else(|| one.clone(), |before| format!("({before} || {one})")))
    };
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            None => taken.push(regex(pattern)),
            Some(excluded) => {
                expression = join(expression, &mut taken);
                let excluded = regex(excluded);
                expression = expression
                    .map(|before| format!("({before} && {variable} !~ /^({excluded})$/)"));
            }
        }
    }
    join(expression, &mut taken)
}
