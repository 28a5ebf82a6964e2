//! What the tests leave behind, and how long it is kept.

use crate::jobs::Job;
use crate::schema::values::{Duration, ToolKind};

/// Where the results of a job are kept until they are uploaded, below the checkout.
pub const RESULTS: &str = "test-results";

/// How long the host keeps something, in its unit. A check says that it is one to ninety days.
pub fn days(keep: Duration) -> u32 {
    u32::try_from(keep.whole_days().max(1)).unwrap_or(90)
}

/// Whether a job leaves results of its tests: JUnit files that begin with its id.
pub fn leaves_results(job: &Job) -> bool {
    job.tool == ToolKind::Pytest && job.waits_for.is_none()
}

/// The file with the coverage that a job measures.
pub fn coverage(job: &Job) -> Option<&'static str> {
    job.coverage?;
    Some(if job.report.is_empty() {
        "cobertura.xml"
    } else {
        "coverage.xml"
    })
}
