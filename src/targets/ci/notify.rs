//! Telling people of a failure: the script, and where it is needed.

use super::Dialect;
use crate::jobs::Jobs;
use crate::schema::Id;
use crate::schema::kinds::{Secret, Stage};
use crate::schema::values::{Notice, Ref};
use crate::targets::banner::{self, Comment};
use crate::targets::{Content, Output};

/// The id of the job.
pub const JOB: &str = "notify";

/// Where the script is.
pub fn path(dialect: &Dialect) -> String {
    format!("{}/notify.py", dialect.folder)
}

/// The webhook that a stage posts its failures to, and who is told.
pub fn channel<'j>(jobs: &'j Jobs<'_>, stage: Id<Stage>) -> Option<(&'j Notice, Ref<Secret>)> {
    let notice = jobs.plan.stages[stage].on_failure.as_ref()?.notice()?;
    Some((notice, notice.channel?))
}

/// The script, where a stage of the host needs it.
pub fn script(jobs: &Jobs<'_>, dialect: &Dialect) -> Option<Output> {
    const SOURCE: &str = include_str!("../../../templates/ci/notify.py");
    let mut stages = dialect.stages(jobs);
    stages
        .any(|stage| channel(jobs, stage).is_some())
        .then(|| Output {
            path: path(dialect),
            content: Content::Whole(banner::sign(
                jobs,
                Comment::Hash,
                &dialect.translated(SOURCE),
            )),
        })
}
