//! What would otherwise be looked for among all jobs, once for each of them.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::Job;
use crate::schema::kinds::{Artifact, Stage, Suite};
use crate::schema::values::{JobPattern, Work};
use crate::schema::{Id, Table};

/// Declarations by the suite that a pattern of theirs names.
#[derive(Debug)]
pub struct BySuite<T> {
    /// Those that name one suite.
    of: FxHashMap<Id<Suite>, Vec<Id<T>>>,
    /// Those that name the jobs of any suite.
    any: Vec<Id<T>>,
}

impl<T> BySuite<T> {
    /// The declarations of a table by what `pattern` says of each.
    pub fn new(table: &Table<T>, pattern: impl Fn(&T) -> Option<&JobPattern>) -> Self {
        let mut by_suite = Self {
            of: FxHashMap::default(),
            any: Vec::new(),
        };
        for (id, declared) in table.iter() {
            match pattern(&declared.body).map(|pattern| pattern.of) {
                Some(Some(Work::Suite(suite))) => by_suite.of.entry(suite).or_default().push(id),
                Some(None) => by_suite.any.push(id),
                Some(Some(Work::Build(_))) | None => {}
            }
        }
        by_suite
    }

    /// Those whose pattern may name a job of a suite, in the order of the source.
    pub fn of(&self, suite: Id<Suite>) -> Vec<Id<T>> {
        let mut found = self.of.get(&suite).cloned().unwrap_or_default();
        if !self.any.is_empty() {
            found.extend(&self.any);
            found.sort_unstable();
        }
        found
    }
}

/// Numbers of jobs by their stage and an artifact.
type ByArtifact = FxHashMap<(Id<Stage>, Id<Artifact>), Vec<usize>>;

/// Where the jobs of a stage are, and which of them make or fetch an artifact.
#[derive(Debug)]
pub struct Index {
    /// For each stage, by its number, where its jobs are: they stand beside each other.
    stages: Vec<Range<usize>>,
    makers: ByArtifact,
    fetchers: ByArtifact,
}

impl Index {
    /// The index of jobs that stand stage by stage.
    pub fn new(stages: usize, jobs: &[Job]) -> Self {
        let mut index = Self {
            stages: vec![0..0; stages],
            makers: ByArtifact::default(),
            fetchers: ByArtifact::default(),
        };
        for (number, job) in jobs.iter().enumerate() {
            let range = &mut index.stages[job.stage.index()];
            if range.end == 0 {
                range.start = number;
            }
            range.end = number + 1;
            for made in &job.makes {
                let makers = index.makers.entry((job.stage, *made)).or_default();
                makers.push(number);
            }
            for fetched in &job.fetches {
                let fetchers = index.fetchers.entry((job.stage, *fetched)).or_default();
                fetchers.push(number);
            }
        }
        index
    }

    /// Where the jobs of a stage are.
    pub fn of_stage(&self, stage: Id<Stage>) -> Range<usize> {
        self.stages.get(stage.index()).cloned().unwrap_or_default()
    }

    /// The numbers of the jobs of a stage that make one of some artifacts, in order.
    pub fn makers(&self, stage: Id<Stage>, artifacts: &[Id<Artifact>]) -> Vec<usize> {
        together(&self.makers, stage, artifacts)
    }

    /// The numbers of the jobs of a stage that fetch one of some artifacts, in order.
    pub fn fetchers(&self, stage: Id<Stage>, artifacts: &[Id<Artifact>]) -> Vec<usize> {
        together(&self.fetchers, stage, artifacts)
    }
}

fn together(by: &ByArtifact, stage: Id<Stage>, artifacts: &[Id<Artifact>]) -> Vec<usize> {
    let all = artifacts.iter().filter_map(|id| by.get(&(stage, *id)));
    let mut found: Vec<usize> = all.flatten().copied().collect();
    if artifacts.len() > 1 {
        found.sort_unstable();
        found.dedup();
    }
    found
}
