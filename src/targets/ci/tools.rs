//! Installing tools: the commands, and what holds what they install at its version.

use super::Dialect;
use crate::jobs::{Job, Jobs, command, pins};
use crate::targets::banner::{self, Comment};
use crate::targets::{Content, Output};

/// Where the versions are of what pip installs for dtpc's own commands.
fn path(dialect: &Dialect) -> String {
    format!("{}/tools.txt", dialect.folder)
}

/// The commands that make a machine ready for a job, as lines for a shell. Those that dtpc has itself
/// install the same packages in every run.
pub fn setup(job: &Job, dialect: &Dialect) -> Vec<String> {
    let file = path(dialect);
    job.setup
        .iter()
        .map(|words| match pins::constrained(words, &file) {
            Some(words) => command::shell(&words),
            None => command::shell(words),
        })
        .collect()
}

/// The versions, where a job of the host installs something by them.
pub fn constraints(jobs: &Jobs<'_>, dialect: &Dialect) -> Option<Output> {
    let path = path(dialect);
    let needs = |job: &Job| {
        let mut commands = job.setup.iter();
        dialect.runs(jobs, job) && commands.any(|words| pins::constrained(words, &path).is_some())
    };
    jobs.jobs.iter().any(needs).then(|| Output {
        content: Content::Whole(banner::sign(jobs, Comment::Hash, &pins::constraints())),
        path,
    })
}
