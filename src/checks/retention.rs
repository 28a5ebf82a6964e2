//! Files are kept for as long as their host keeps any.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::values::{Duration, Spanned};

/// GitHub counts in days, of which a repository allows ninety unless its owner says otherwise there.
const MOST_DAYS: u64 = 90;

const DAY: u64 = Duration::days(1).millis;

pub(super) struct Retention;

impl Check for Retention {
    fn codes(&self) -> &'static [Code] {
        &[codes::RETENTION]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        let of_stages = plan.stages.iter().map(|(_, stage)| stage.keep_results);
        let of_artifacts = plan.artifacts.iter().map(|(_, artifact)| artifact.keep);
        let of_coverage = plan.coverages.iter().map(|(_, coverage)| coverage.keep);
        for keep in of_stages.chain(of_artifacts).chain(of_coverage) {
            if let Some(diagnostic) = wrong(keep) {
                context.report(diagnostic);
            }
        }
    }
}

fn wrong(keep: Spanned<Duration>) -> Option<Diagnostic> {
    let days = keep.value.millis / DAY;
    let is_whole = keep.value.millis.is_multiple_of(DAY);
    let message = match (is_whole, days) {
        (true, 0..=MOST_DAYS) => return None,
        (true, _) => format!("GitHub keeps files for {MOST_DAYS} days at most"),
        (false, _) => "GitHub counts in whole days".to_owned(),
    };
    Some(
        Diagnostic::new(codes::RETENTION, keep.span, message)
            .help("write whole days, from `1d` to `90d`"),
    )
}
