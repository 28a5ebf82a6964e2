//! What changed files do: which declarations of paths claim them, and which jobs they put into a run.
//!
//! The rules are those of the script that selects jobs in CI, `select_jobs.py`: within one
//! declaration the last pattern that matches decides; what nobody claims selects every job; what
//! cannot be known selects more, never less.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{BuildJob, Job, Jobs};
use crate::glob::Matcher;
use crate::schema::kinds::{Paths, Stage};
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
type Matchers = Vec<(Matcher, bool)>;

/// The files that changed, held against the declarations of paths.
#[derive(Debug)]
pub struct Changes {
    /// The files, in the order given.
    pub files: Vec<Claimed>,
    touched: FxHashSet<Id<Paths>>,
    /// Whether a file that nobody claims selects every job.
    pub everything: bool,
    /// Whether one fails the run.
    pub fails: bool,
    /// Whether nobody knows which files changed.
    unknown: bool,
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
                    Some((Matcher::new(pattern.glob.as_str())?, !pattern.negated))
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
            unknown: false,
        }
    }

    /// Nobody knows which files changed: that selects more, never less.
    pub fn unknown() -> Self {
        Self {
            files: Vec::new(),
            touched: FxHashSet::default(),
            everything: true,
            fails: false,
            unknown: true,
        }
    }

    /// The declarations that claim some changed file.
    pub fn touched(&self) -> &FxHashSet<Id<Paths>> {
        &self.touched
    }

    /// Why each job that these files leave out of a run is left out, by the ids of its stage and itself.
    pub fn left_out<'j>(&self, jobs: &'j Jobs<'_>) -> FxHashMap<(usize, &'j str), String> {
        let mut reasons = FxHashMap::default();
        for stage in &jobs.stages {
            let nodes = self.nodes(jobs, *stage);
            for (number, reason) in select(&nodes) {
                reasons.insert((stage.index(), nodes[number].id), reason);
            }
        }
        reasons
    }

    /// The builds and jobs of a stage, each with what these files say of it.
    fn nodes<'j>(&self, jobs: &'j Jobs<'_>, stage: Id<Stage>) -> Vec<Entry<'j>> {
        let plan: &Plan = jobs.plan;
        let by_paths = is_by_paths(plan, stage);
        let known = by_paths && !self.everything;
        let builds: Vec<(usize, &BuildJob)> = jobs.builds_of(stage).collect();
        let suites: Vec<&Job> = jobs.of_stage(stage).collect();
        let mut nodes: Vec<Entry<'_>> = Vec::with_capacity(builds.len() + suites.len());
        for (number, build) in &builds {
            let other_builds = builds.iter().enumerate();
            let by_builds = other_builds.filter(|(_, (_, b))| b.needs.contains(number));
            let by_jobs = suites.iter().enumerate();
            let by_jobs = by_jobs.filter(|(_, job)| job.builds.contains(number));
            nodes.push(Entry {
                id: &build.id,
                is_build: true,
                barred: None,
                is_affected: self.affects_build(plan, build),
                users: by_builds
                    .map(|(place, _)| place)
                    .chain(by_jobs.map(|(place, _)| builds.len() + place))
                    .collect(),
            });
        }
        for job in &suites {
            let named = affecting(plan, |p| p.matches(job)).next().is_some();
            let touched = self.affecting(plan, job).next().is_some();
            let users = jobs.users_of(job);
            let users = users.map(|(place, _)| builds.len() + place).collect();
            nodes.push(Entry {
                id: &job.id,
                is_build: false,
                barred: self.bar(job, by_paths),
                // Of a job that no declaration names the files say nothing.
                is_affected: touched || !(known && named),
                users,
            });
        }
        nodes
    }

    /// Why a job must not be in a run with these changes.
    fn bar(&self, job: &Job, by_paths: bool) -> Option<String> {
        if let Some(Outcome::Manual(weakening)) = &job.outcome {
            let why = &weakening.because;
            return Some(format!("it runs when somebody asks for it: {why}"));
        }
        let fails = |condition: &&crate::schema::values::Condition| {
            self.holds(&condition.node, by_paths) == Some(false)
        };
        job.when
            .iter()
            .find(fails)
            .map(|_| "its condition does not hold for these files".to_owned())
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
    fn holds(&self, node: &ConditionNode, by_paths: bool) -> Option<bool> {
        match node {
            // A file that nobody claims may be one of these.
            ConditionNode::Fact(Fact::Changed(id)) if !self.touched.contains(id) => {
                let may_be = self.unknown || (by_paths && self.everything);
                (!may_be).then_some(false)
            }
            ConditionNode::Fact(Fact::Changed(_)) => Some(true),
            ConditionNode::Fact(_) => None,
            ConditionNode::Not(inner) => self.holds(inner, by_paths).map(|holds| !holds),
            ConditionNode::And(parts) => self.all(parts, false, by_paths),
            ConditionNode::Or(parts) => self.all(parts, true, by_paths),
        }
    }

    /// Whether some part is `decisive`, which then decides; the opposite if all are known.
    fn all(&self, parts: &[ConditionNode], decisive: bool, by_paths: bool) -> Option<bool> {
        let known: Vec<Option<bool>> = parts.iter().map(|p| self.holds(p, by_paths)).collect();
        if known.contains(&Some(decisive)) {
            return Some(decisive);
        }
        (!known.contains(&None)).then_some(!decisive)
    }
}

/// A job or a build while jobs are selected.
struct Entry<'j> {
    id: &'j str,
    is_build: bool,
    /// Why it must not be in the run.
    barred: Option<String>,
    /// Whether the change itself puts it into the run.
    is_affected: bool,
    /// Those that need it, by number.
    users: Vec<usize>,
}

/// The numbers of those that are left out, each with the reason.
fn select(entries: &[Entry<'_>]) -> Vec<(usize, String)> {
    let mut barred: FxHashMap<usize, String> = entries
        .iter()
        .enumerate()
        .filter_map(|(number, entry)| Some((number, entry.barred.clone()?)))
        .collect();
    // The host skips a job whose need is skipped.
    let mut waiting: Vec<usize> = barred.keys().copied().collect();
    waiting.sort_unstable();
    while let Some(number) = waiting.pop() {
        for user in &entries[number].users {
            if !barred.contains_key(user) {
                let id = entries[number].id;
                barred.insert(*user, format!("it needs {id}, which is not in this run"));
                waiting.push(*user);
            }
        }
    }
    let mut chosen: FxHashSet<usize> = (0..entries.len())
        .filter(|number| entries[*number].is_affected && !barred.contains_key(number))
        .collect();
    loop {
        let needed: Vec<usize> = (0..entries.len())
            .filter(|number| !chosen.contains(number) && !barred.contains_key(number))
            .filter(|number| entries[*number].users.iter().any(|u| chosen.contains(u)))
            .collect();
        if needed.is_empty() {
            break;
        }
        chosen.extend(needed);
    }
    entries
        .iter()
        .enumerate()
        .filter(|(number, _)| !chosen.contains(number))
        .map(|(number, entry)| {
            let unneeded = if entry.is_build {
                "no job of this run needs it"
            } else {
                "no changed file affects it"
            };
            let reason = barred.remove(&number);
            (number, reason.unwrap_or_else(|| unneeded.to_owned()))
        })
        .collect()
}

/// Whether changed files decide which jobs of a stage are in a run: where a change starts it, and
/// some declaration says what it affects.
pub fn is_by_paths(plan: &Plan, stage: Id<Stage>) -> bool {
    let is_change = |t: &Trigger| {
        matches!(
            t,
            Trigger::PullRequest { .. } | Trigger::MergeGroup | Trigger::Push { .. }
        )
    };
    plan.stages[stage]
        .trigger
        .iter()
        .any(|t| is_change(&t.value))
        && plan.path_sets.iter().any(|(_, p)| p.affects.is_some())
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
