//! Coverage that several jobs of a stage measure: its goal is about all of them together.

use rustc_hash::FxHashMap;

use super::{Job, Jobs};
use crate::schema::kinds::{Coverage, Stage};
use crate::schema::{Decl, Id};

/// A goal that is judged by what several jobs measured.
#[derive(Debug)]
pub struct Merged<'j> {
    /// The goal.
    pub coverage: Id<Coverage>,
    /// The id of the job that brings the figures together: `coverage--`, which begins no id of a suite,
    /// and the name of the goal.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The jobs in which it is measured.
    pub of: Vec<&'j Job>,
}

impl Merged<'_> {
    /// Whether too low a figure closes a gate that requires these jobs.
    pub fn is_required(&self, goal: &Decl<Coverage>, required: impl Fn(&Job) -> bool) -> bool {
        goal.gating && self.of.iter().any(|job| required(job))
    }
}

/// The goals of a stage that are measured in several of its jobs, in the order of the source. One with
/// a job alone is judged there.
pub fn merged<'j>(jobs: &'j Jobs<'_>, stage: Id<Stage>) -> Vec<Merged<'j>> {
    let mut of: FxHashMap<Id<Coverage>, Vec<&'j Job>> = FxHashMap::default();
    for job in jobs.of_stage(stage) {
        if let Some(coverage) = job.coverage {
            of.entry(coverage).or_default().push(job);
        }
    }
    let goals = jobs.plan.coverages.iter();
    goals
        .filter_map(|(id, goal)| {
            let of = of.remove(&id).filter(|of| of.len() > 1)?;
            Some(Merged {
                coverage: id,
                id: format!("coverage--{}", goal.head.name()),
                title: format!("Coverage: {}", goal.head.title),
                of,
            })
        })
        .collect()
}
