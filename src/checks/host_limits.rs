//! Jobs stay within the limits of their host.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::{self, machines};
use crate::schema::values::{Duration, Host};

/// A job on a machine of GitHub's is stopped after six hours.
const HOSTED: Duration = Duration::minutes(6 * 60);
/// A job on a machine of one's own is stopped after five days.
const OWN: Duration = Duration::minutes(5 * 24 * 60);

pub(super) struct HostLimits;

impl Check for HostLimits {
    fn codes(&self) -> &'static [Code] {
        &[codes::HOST_LIMIT]
    }

    fn check(&self, context: &mut Context<'_>) {
        for cell in context.cells {
            if context.plan.stages[cell.stage].host != Some(Host::GitHub) {
                continue;
            }
            let suite = &context.plan.suites[cell.suite];
            let own = machines::is_self_hosted(context.plan, machines::runner(context.plan, cell));
            let limit = if own { OWN } else { HOSTED };
            let timeout = jobs::timeout(context.plan, cell);
            if timeout <= limit {
                continue;
            }
            let span = jobs::given_timeout(context.plan, cell)
                .or(suite.duration)
                .map_or(suite.head.head, |t| t.span);
            let message = format!(
                "a job of `{}` may take {timeout} here, and GitHub stops it after {limit}",
                suite.head.name()
            );
            context.report(
                Diagnostic::new(codes::HOST_LIMIT, span, message)
                    .help("divide the suite, or run it in another environment"),
            );
        }
    }
}
