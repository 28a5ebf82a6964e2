//! GitLab CI: a file for each stage that runs on GitLab, and the one that brings them together.

mod jobs;
mod matrix;
mod others;
mod pipeline;
#[cfg(test)]
mod read_back;
mod root;
mod rules;
mod text;

use indexmap::IndexMap;

use super::banner::{self, Comment};
use super::ci::{self, Dialect, facts, notify, selection, summary};
use super::{Content, Output, RenderError, Target, yaml};
use crate::jobs::Jobs;
use crate::schema::kinds::Stage;
use crate::schema::values::Host;
use crate::schema::{Id, Plan};
use jobs::Surroundings;
use matrix::{Group, Wait};
use pipeline::{JobEntry, Need};
pub(crate) use rules::STAGE;

/// How GitLab is told things in a shell.
const DIALECT: Dialect = Dialect {
    host: Host::GitLab,
    folder: ".gitlab/dtpc",
    caller: Some("job.py"),
    temporary: "$CI_PROJECT_DIR/.dtpc-run",
    outputs: "$CI_PROJECT_DIR/.dtpc-run/outputs",
    error: "ERROR: ",
    warning: "WARNING: ",
    notice: "NOTE: ",
    asks_containers: false,
    ends_processes: false,
};

/// The script between GitLab and the scripts that all hosts share.
const SCRIPT: &str = ".gitlab/dtpc/job.py";

/// Its text.
const SOURCE: &str = include_str!("../../../templates/gitlab_ci/job.py");

/// `--target gitlab-ci`
pub struct GitLabCi;

impl Target for GitLabCi {
    fn name(&self) -> &'static str {
        "gitlab-ci"
    }

    fn about(&self) -> &'static str {
        "a pipeline for the stages that run on GitLab: .gitlab-ci.yml, .gitlab/"
    }

    fn render(&self, jobs: &Jobs<'_>) -> Result<Vec<Output>, RenderError> {
        let mut outputs = Vec::new();
        let mut taken: Vec<String> = Vec::new();
        for stage in DIALECT.stages(jobs) {
            let entries = entries(jobs, stage)?;
            for name in entries.keys() {
                if taken.contains(name) {
                    return Err(RenderError::new(format!(
                        "GitLab CI would have two jobs of the name `{name}`"
                    )));
                }
                taken.push(name.clone());
            }
            let body = yaml::text(&entries)?;
            outputs.push(Output {
                path: path(jobs, stage),
                content: Content::Whole(banner::sign(jobs, Comment::Hash, &body)),
            });
        }
        if outputs.is_empty() {
            return Ok(outputs);
        }
        outputs.insert(0, root::output(jobs)?);
        outputs.push(Output {
            path: SCRIPT.to_owned(),
            content: Content::Whole(banner::sign(jobs, Comment::Hash, SOURCE)),
        });
        outputs.extend(ci::scripts(jobs, &DIALECT)?);
        Ok(outputs)
    }

    fn owned_folders(&self) -> &'static [&'static str] {
        &[".gitlab/ci", DIALECT.folder]
    }

    fn owned_files(&self) -> &'static [&'static str] {
        &[root::PATH]
    }
}

/// What cannot be said to GitLab, for the check that says so where it is declared.
pub mod refusals {
    use super::{jobs, text};
    use crate::jobs::Reach;
    use crate::schema::kinds::Runner;
    use crate::schema::{Id, Plan};
    use crate::targets::RenderError;

    /// The name of a gate's job.
    ///
    /// # Errors
    /// One that GitLab takes for something else.
    pub fn job_name(name: &str) -> Result<(), RenderError> {
        text::job_name(name).map(drop)
    }

    /// A clean-up.
    ///
    /// # Errors
    /// Always: what GitLab runs behind a script, whatever became of it, cannot fail the job.
    pub fn cleanup() -> Result<(), RenderError> {
        Err(RenderError::new(
            "GitLab CI runs what cleans up without looking at how it ends: a failure of it would pass",
        ))
    }

    /// What the token of a job may do.
    ///
    /// # Errors
    /// Always: it is the same for every job of a project.
    pub fn permissions() -> Result<(), RenderError> {
        Err(RenderError::new(
            "on GitLab CI the settings of the project say what the token of a job may do, for all jobs alike",
        ))
    }

    /// A coverage that several jobs measure.
    ///
    /// # Errors
    /// Always: no job of a pipeline brings their figures together.
    pub fn merged_coverage(name: &str) -> Result<(), RenderError> {
        Err(RenderError::new(format!(
            "several jobs measure the coverage `{name}`, and on GitLab CI nothing brings them together"
        )))
    }

    /// Files of a release.
    ///
    /// # Errors
    /// Always: GitLab gives out a file of a release by its whole address alone, and not by a pattern.
    pub fn release(name: &str) -> Result<(), RenderError> {
        Err(RenderError::new(format!(
            "`{name}` is of a release, and GitLab CI has no way to fetch its files by their names"
        )))
    }

    /// How a runner is chosen.
    ///
    /// # Errors
    /// One that GitLab cannot be asked for.
    pub fn runner(plan: &Plan, runner: Id<Runner>) -> Result<(), RenderError> {
        jobs::tags(plan, Some(runner)).map(drop)
    }

    /// The deployment environment of a job.
    ///
    /// # Errors
    /// A name that GitLab does not take.
    pub fn deployment(plan: &Plan, reach: &Reach) -> Result<(), RenderError> {
        jobs::deployment(plan, reach).map(drop)
    }

    /// The deployment environment that keeps a secret.
    ///
    /// # Errors
    /// A name that GitLab does not take.
    pub fn environment(name: &str) -> Result<(), RenderError> {
        jobs::environment(name, None).map(drop)
    }

    /// A file of an artifact.
    ///
    /// # Errors
    /// One in which GitLab would expand variables.
    pub fn file(glob: &str) -> Result<(), RenderError> {
        text::unexpanded(glob, "the files of an artifact").map(drop)
    }
}

/// The file of a stage.
pub fn path(jobs: &Jobs<'_>, stage: Id<Stage>) -> String {
    format!(
        ".gitlab/ci/{}.yml",
        jobs.plan.stages[stage].head.name().replace('_', "-")
    )
}

/// The key that the jobs of a stage take what they share from.
fn hidden(plan: &Plan, stage: Id<Stage>) -> String {
    format!(".{}", plan.stages[stage].head.name())
}

/// A call of [`SCRIPT`].
fn python(words: &[&str]) -> String {
    others::call(SCRIPT, words)
}

/// What the jobs of a stage are called in its file: a job of another stage may have the same id.
struct Names<'j> {
    stage: &'j str,
    groups: Vec<(String, Vec<String>)>,
}

impl<'j> Names<'j> {
    fn new(plan: &'j Plan, stage: Id<Stage>, groups: &[Group]) -> Self {
        let ids = |group: &Group| {
            let own = |cell: &matrix::Cell| group.own(&cell.id).to_owned();
            (group.id.clone(), group.cells.iter().map(own).collect())
        };
        Self {
            stage: plan.stages[stage].head.name(),
            groups: groups.iter().map(ids).collect(),
        }
    }

    fn key(&self, id: &str) -> String {
        format!("{}:{id}", self.stage)
    }

    /// What a job needs that waits for these.
    fn waits(&self, waits: &[Wait]) -> Vec<Need> {
        let of = |hands_over: bool| {
            let waits = waits
                .iter()
                .filter(move |wait| wait.hands_over == hands_over);
            self.needs(waits.map(|wait| wait.id.as_str()), hands_over)
        };
        of(false).into_iter().chain(of(true)).collect()
    }

    /// What a job needs that waits for these: each job once, of a matrix the cells that are meant.
    fn needs<'a>(&self, ids: impl Iterator<Item = &'a str>, artifacts: bool) -> Vec<Need> {
        let mut needs: IndexMap<String, Vec<String>> = IndexMap::new();
        for id in ids {
            let group = self.groups.iter().find_map(|(group, own)| {
                let cell = id.strip_prefix(&**group)?.strip_prefix('-')?;
                let is_of_it = own.len() > 1 && own.iter().any(|own| own == cell);
                is_of_it.then(|| (group.clone(), cell.to_owned()))
            });
            match group {
                Some((group, cell)) => needs.entry(group).or_default().push(cell),
                None => {
                    needs.entry(id.to_owned()).or_default();
                }
            }
        }
        let all = |id: &str, cells: usize| {
            let own = self.groups.iter().find(|(group, _)| group == id);
            cells == 0 || own.is_none_or(|(_, own)| own.len() == cells)
        };
        needs
            .into_iter()
            .map(|(id, cells)| Need {
                job: self.key(&id),
                artifacts,
                parallel: (!all(&id, cells.len())).then(|| pipeline::Parallel {
                    matrix: vec![IndexMap::from([(matrix::CELL, cells)])],
                }),
            })
            .collect()
    }
}

/// Everything in the file of a stage: what its jobs share first.
fn entries(all: &Jobs<'_>, stage: Id<Stage>) -> Result<IndexMap<String, JobEntry>, RenderError> {
    let plan = all.plan;
    let around = Surroundings {
        stage,
        selected: selection::is_needed(all, stage),
        deciding: facts::deciding(all, stage),
    };
    let cells: Result<Vec<matrix::Cell>, RenderError> = all
        .of_stage(stage)
        .map(|job| jobs::cell(all, job, &around))
        .collect();
    let groups = matrix::grouped(cells?);
    let names = Names::new(plan, stage, &groups);
    let shared = JobEntry {
        stage: Some(plan.stages[stage].head.name().to_owned()),
        rules: rules::of_stage(plan, stage),
        // For the jobs that have no runner of their own: those that dtpc adds.
        tags: jobs::tags(plan, ci::control_runner(plan, stage))?,
        ..JobEntry::default()
    };
    let mut entries = IndexMap::from([(hidden(plan, stage), shared)]);
    let mut add = |name: String, entry: JobEntry| entries.insert(name, entry);
    if around.selected {
        add(names.key(selection::JOB), others::select(all, stage));
    }
    for (_, build) in all.builds_of(stage) {
        let mut needs = selecting(&names, &around);
        let makers = all.makers(stage, &build.fetches, &build.points);
        needs.extend(names.waits(&jobs::waits(
            all,
            &build.id,
            &build.needs,
            &build.fetches,
            makers,
        )?));
        add(
            text::job_name(&names.key(&build.id))?,
            jobs::build(all, build, &around, needs)?,
        );
    }
    for group in &groups {
        let mut needs = selecting(&names, &around);
        needs.extend(names.waits(&group.cells[0].waits));
        add(
            text::job_name(&names.key(&group.id))?,
            jobs::entry(plan, group, &around, needs),
        );
    }
    for (id, _) in all.gates_of(stage) {
        let (name, entry) = others::gate(all, id, stage, &names)?;
        add(name, entry);
    }
    let key = names.key(summary::JOB);
    add(key, others::summary(all, stage, &groups, &names));
    if let Some(entry) = others::notify(all, stage, &groups, &names)? {
        add(names.key(notify::JOB), entry);
    }
    Ok(entries)
}

/// What every job waits for where one decides which are in the run.
fn selecting(names: &Names<'_>, around: &Surroundings<'_>) -> Vec<Need> {
    if around.selected {
        names.needs(std::iter::once(selection::JOB), true)
    } else {
        Vec::new()
    }
}
