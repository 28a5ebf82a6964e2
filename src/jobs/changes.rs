//! What changed files do: which declarations of paths claim them, and which jobs they put into a run.
//!
//! The rules are those of the script that selects jobs in CI, `select_jobs.py`: within one
//! declaration the last pattern that matches decides; what nobody claims selects every job; what
//! cannot be known selects more, never less.

use std::collections::{HashMap, HashSet};

use globset::{GlobBuilder, GlobMatcher};

use super::{BuildJob, Job, Jobs};
use crate::schema::kinds::Paths;
use crate::schema::values::{ConditionNode, Fact, JobPattern, Outcome, Trigger, Unclaimed, Work};
use crate::schema::{Id, Plan};

/// A file that changed, and who claims it.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The file.
    pub file: String,
    /// For each declaration with a pattern that matches it: the number of the last such pattern, and
    /// whether it claims the file.
    pub by: Vec<(Id<Paths>, usize, bool)>,
}

impl Claimed {
    /// Whether some declaration claims it.
    pub fn is_claimed(&self) -> bool {
        self.by.iter().any(|(_, _, claims)| *claims)
    }
}

/// Patterns in order, and whether each claims.
type Matchers = Vec<(GlobMatcher, bool)>;

/// The files that changed, held against the declarations of paths.
#[derive(Debug)]
pub struct Changes {
    /// The files, in the order given.
    pub files: Vec<Claimed>,
    touched: HashSet<Id<Paths>>,
    /// Whether a file that nobody claims selects every job.
    pub everything: bool,
    /// Whether one fails the run.
    pub fails: bool,
}

impl Changes {
    /// Holds files, relative to the root of the repository, against a plan.
    pub fn of(plan: &Plan, files: impl IntoIterator<Item = String>) -> Self {
        let matchers: Vec<(Id<Paths>, Matchers)> = plan
            .path_sets
            .iter()
            .map(|(id, declared)| {
                let patterns = declared.patterns.iter().filter_map(|pattern| {
                    // Looked at when it was read: it can be built.
                    let glob = GlobBuilder::new(pattern.glob.as_str())
                        .literal_separator(true)
                        .build()
                        .ok()?;
                    Some((glob.compile_matcher(), !pattern.negated))
                });
                (id, patterns.collect())
            })
            .collect();
        let files: Vec<Claimed> = files
            .into_iter()
            .map(|file| {
                let by = matchers
                    .iter()
                    .filter_map(|(id, patterns)| {
                        let last = patterns
                            .iter()
                            .rposition(|(glob, _)| glob.is_match(&file))?;
                        Some((*id, last, patterns[last].1))
                    })
                    .collect();
                Claimed { file, by }
            })
            .collect();
        let touched = files
            .iter()
            .flat_map(|file| &file.by)
            .filter(|(_, _, claims)| *claims)
            .map(|(id, _, _)| *id)
            .collect();
        let unclaimed = files.iter().any(|file| !file.is_claimed());
        let rule = plan.plans.iter().next().map(|(_, p)| p.unclaimed);
        Self {
            files,
            touched,
            everything: unclaimed,
            fails: unclaimed && rule == Some(Unclaimed::Fail),
        }
    }

    /// The declarations that claim some changed file.
    pub fn touched(&self) -> &HashSet<Id<Paths>> {
        &self.touched
    }

    /// Why each job that these files leave out of a run is left out, by the ids of its stage and itself.
    pub fn left_out<'j>(&self, jobs: &'j Jobs<'_>) -> HashMap<(usize, &'j str), String> {
        let plan: &Plan = jobs.plan;
        let by_paths = plan.path_sets.iter().any(|(_, p)| p.affects.is_some());
        let mut reasons: HashMap<(usize, &str), String> = HashMap::new();
        for job in &jobs.jobs {
            if let Some(reason) = self.reason(plan, job, by_paths) {
                reasons.insert((job.stage.index(), job.id.as_str()), reason);
            }
        }
        // From those that others need least to those they need most.
        for (number, build) in jobs.builds.iter().enumerate().rev() {
            let wanted = jobs
                .of_stage(build.stage)
                .filter(|job| job.builds.contains(&number))
                .any(|job| !reasons.contains_key(&(job.stage.index(), job.id.as_str())))
                || jobs.builds.iter().any(|other| {
                    other.needs.contains(&number)
                        && !reasons.contains_key(&(other.stage.index(), other.id.as_str()))
                });
            if !wanted && !self.affects_build(plan, build) {
                let reason = "no job of this run needs it".to_owned();
                reasons.insert((build.stage.index(), build.id.as_str()), reason);
            }
        }
        reasons
    }

    fn reason(&self, plan: &Plan, job: &Job, by_paths: bool) -> Option<String> {
        if let Some(Outcome::Manual(weakening)) = &job.outcome {
            return Some(format!(
                "it runs when somebody asks for it: {}",
                weakening.because
            ));
        }
        for condition in &job.when {
            if self.holds(&condition.node) == Some(false) {
                return Some("its condition does not hold for these files".to_owned());
            }
        }
        let by_change = plan.stages[job.stage].trigger.iter().any(|t| {
            matches!(
                t.value,
                Trigger::PullRequest { .. } | Trigger::MergeGroup | Trigger::Push { .. }
            )
        });
        if by_paths && by_change && !self.everything && self.affecting(plan, job).next().is_none() {
            return Some("no changed file affects it".to_owned());
        }
        None
    }

    /// The touched declarations that put a job into a run.
    pub fn affecting<'a>(
        &'a self,
        plan: &'a Plan,
        job: &'a Job,
    ) -> impl Iterator<Item = Id<Paths>> + 'a {
        affecting(plan, |p| p.matches(job)).filter(|id| self.touched.contains(id))
    }

    fn affects_build(&self, plan: &Plan, build: &BuildJob) -> bool {
        let own = plan.builds[build.build].paths;
        own.is_some_and(|own| self.touched.contains(&own.id))
            || affecting(plan, |p| {
                p.of == Some(Work::Build(build.build))
                    && p.points.iter().all(|point| build.points.contains(point))
            })
            .any(|id| self.touched.contains(&id))
    }

    /// Whether a condition holds, as far as files tell; nothing where it depends on something else.
    fn holds(&self, node: &ConditionNode) -> Option<bool> {
        match node {
            ConditionNode::Fact(Fact::Changed(id)) => Some(self.touched.contains(id)),
            ConditionNode::Fact(_) => None,
            ConditionNode::Not(inner) => self.holds(inner).map(|holds| !holds),
            ConditionNode::And(parts) => self.all(parts, false),
            ConditionNode::Or(parts) => self.all(parts, true),
        }
    }

    /// Whether some part is `decisive`, which then decides; the opposite if all are known.
    fn all(&self, parts: &[ConditionNode], decisive: bool) -> Option<bool> {
        let known: Vec<Option<bool>> = parts.iter().map(|part| self.holds(part)).collect();
        if known.contains(&Some(decisive)) {
            return Some(decisive);
        }
        (!known.contains(&None)).then_some(!decisive)
    }
}

/// The declarations of paths that affect jobs which `names` knows.
pub fn affecting<'a>(
    plan: &'a Plan,
    names: impl Fn(&JobPattern) -> bool + 'a,
) -> impl Iterator<Item = Id<Paths>> + 'a {
    plan.path_sets
        .iter()
        .filter(move |(_, declared)| {
            declared
                .affects
                .as_ref()
                .is_some_and(|patterns| patterns.iter().any(&names))
        })
        .map(|(id, _)| id)
}
