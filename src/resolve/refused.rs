//! Fields that people know from CI hosts and that the language leaves out on purpose, each with what
//! takes its place.

use crate::schema::KindId;

/// Why a kind has no such field.
pub fn why(kind: KindId, field: &str) -> Option<&'static str> {
    if !matches!(kind, KindId::Suite | KindId::At | KindId::Stage) {
        return None;
    }
    match field {
        "fail_fast" => Some(
            "jobs do not stop each other: a failure of one must not hide that of another; `arguments: [\"--exitfirst\"]` ends the tests of one job of pytest at the first failure",
        ),
        "max_parallel" => Some(
            "how many jobs run at once is the affair of their machines: say it of the `runner`, and `dtpc graph` holds what a stage asks for against it",
        ),
        "matrix" | "strategy" => Some(
            "a suite runs on several values `across: [an_axis]`, and in several `environments`",
        ),
        "continue_on_error" => Some(
            "a job that may fail says so in its `outcome: advisory(because: \"…\", owner: …, expires: …)`",
        ),
        _ => None,
    }
}
