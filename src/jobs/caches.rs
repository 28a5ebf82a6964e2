//! Who looks into caches, and who fills them.
//!
//! What one run puts into a cache another one runs. So a stage that outsiders can start never fills
//! one, whoever approves it: what was approved is one change, and a cache is for all of them.

use crate::schema::kinds::{Cache, Environment, Stage, Tool};
use crate::schema::values::{Host, Ref, Trigger};
use crate::schema::{Id, Plan};

/// What the jobs of a stage do with caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// They look into them, and keep what was not there.
    Fill,
    /// They look into them.
    Read,
    /// Neither: what is made there goes to people, and is made of nothing but the commit.
    No,
}

/// What the jobs of a stage do with caches.
pub fn in_stage(plan: &Plan, stage: Id<Stage>) -> Use {
    let stage = &plan.stages[stage];
    if stage.host != Some(Host::GitHub) {
        return Use::No;
    }
    let mut triggers = stage.trigger.iter().map(|trigger| &trigger.value);
    let is_of_tags = |t: &Trigger| matches!(t, Trigger::Push { tags, .. } if !tags.is_empty());
    if triggers.clone().any(is_of_tags) {
        return Use::No;
    }
    let is_of_members = |trigger: &Trigger| match trigger {
        Trigger::Schedule { .. } | Trigger::Dispatch { .. } => true,
        Trigger::Push { .. } => !is_of_others(plan, trigger),
        // The queue is of changes that are not merged yet.
        Trigger::PullRequest { .. } | Trigger::MergeGroup | Trigger::Commit => false,
    };
    if !stage.trigger.is_empty() && triggers.all(is_of_members) {
        Use::Fill
    } else {
        Use::Read
    }
}

/// Whether a push carries changes of people who may not push: to a branch for copies of pull requests,
/// or one that an approval names.
fn is_of_others(plan: &Plan, trigger: &Trigger) -> bool {
    let Trigger::Push { branches, .. } = trigger else {
        return false;
    };
    trigger.is_of_copies()
        || branches.iter().any(|branch| {
            plan.approvals.iter().any(|(_, approval)| {
                let approved = approval.branches.as_ref();
                approved.is_some_and(|a| a.text.as_str() == branch.as_str() || a.matches(branch))
            })
        })
}

/// The caches of some tools in an environment.
pub fn of_tools(
    plan: &Plan,
    tools: impl Iterator<Item = Id<Tool>>,
    environment: Id<Environment>,
) -> Vec<Id<Cache>> {
    let own: Vec<Ref<Cache>> = tools
        .flat_map(|tool| plan.tools[tool].caches.iter().copied())
        .collect();
    of(&own, &plan.environments[environment].caches)
}

/// What is cached for something in an environment, each cache once.
pub fn of(own: &[Ref<Cache>], of_environment: &[Ref<Cache>]) -> Vec<Id<Cache>> {
    let mut caches: Vec<Id<Cache>> = Vec::new();
    for cache in own.iter().chain(of_environment) {
        if !caches.contains(&cache.id) {
            caches.push(cache.id);
        }
    }
    caches
}
