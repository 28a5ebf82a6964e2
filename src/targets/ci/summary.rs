//! The summary of a run: the script.

use super::Dialect;
use crate::jobs::Jobs;
use crate::targets::banner::{self, Comment};
use crate::targets::{Content, Output};

/// The id of the job.
pub const JOB: &str = "summary";

/// Where the script is.
pub fn path(dialect: &Dialect) -> String {
    format!("{}/summary.py", dialect.folder)
}

/// The script.
pub fn script(jobs: &Jobs<'_>, dialect: &Dialect) -> Output {
    const SOURCE: &str = include_str!("../../../templates/ci/summary.py");
    Output {
        path: path(dialect),
        content: Content::Whole(banner::sign(
            jobs,
            Comment::Hash,
            &dialect.translated(SOURCE),
        )),
    }
}
