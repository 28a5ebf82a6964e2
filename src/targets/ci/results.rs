//! What the tests leave behind, and how long it is kept.

use crate::jobs::Job;
use crate::schema::values::ToolKind;

/// Where the results of a job are kept until they are uploaded, below the checkout.
pub const RESULTS: &str = "test-results";

/// How long results are kept, in days.
pub const RESULT_DAYS: u32 = 7;
/// How long coverage is kept, in days.
pub const COVERAGE_DAYS: u32 = 30;

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
