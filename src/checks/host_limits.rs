//! Jobs stay within the limits of their host.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::{self, machines};
use crate::schema::values::{Duration, Host};

/// A job on a machine of GitHub's is stopped after six hours.
const HOSTED: Duration = Duration::minutes(6 * 60);
/// A job on a machine of one's own is stopped after five days.
const OWN: Duration = Duration::minutes(5 * 24 * 60);

/// GitHub starts no run of a workflow whose file is longer than this, in bytes, and says nothing.
pub const LONGEST_WORKFLOW: usize = 512_000;
/// The least that a job adds to it, in bytes: the shortest that this program writes is somewhat longer.
const LEAST_OF_A_JOB: usize = 1_000;

pub(super) struct HostLimits;

impl Check for HostLimits {
    fn codes(&self) -> &'static [Code] {
        &[codes::HOST_LIMIT, codes::WORKFLOW_SIZE]
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
        workflows(context);
    }
}

/// Workflows that will be too long whatever stands in their jobs. The length of the others is known only
/// when they are written, and `generate` says it.
fn workflows(context: &mut Context<'_>) {
    let plan = context.plan;
    for (id, stage) in plan.stages.iter() {
        if stage.host != Some(Host::GitHub) {
            continue;
        }
        let cells = context.cells_of(id);
        let jobs: usize = cells
            .map(|cell| jobs::shards(plan, cell).max(1) as usize)
            .sum();
        if jobs * LEAST_OF_A_JOB <= LONGEST_WORKFLOW {
            continue;
        }
        let message = format!(
            "with {jobs} jobs the workflow of `{}` is longer than 500 KB: GitHub would start no run of it, and say nothing",
            stage.head.name()
        );
        context.report(
            Diagnostic::new(codes::WORKFLOW_SIZE, stage.head.head, message)
                .help("divide the stage, or give its suites fewer jobs"),
        );
    }
}
