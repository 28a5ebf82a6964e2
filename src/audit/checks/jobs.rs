//! Every job that runs tests has some to run.

use std::collections::HashSet;

use super::{Check, Context};
use crate::audit::selection::Call;
use crate::diagnostics::{Code, Diagnostic, codes};

pub(super) struct EmptyJobs;

impl Check for EmptyJobs {
    fn codes(&self) -> &'static [Code] {
        &[codes::EMPTY_JOB]
    }

    fn check(&self, context: &mut Context<'_>) {
        let mut full: HashSet<u32> = HashSet::new();
        for (number, test) in context.tests() {
            if test.unknown.is_some() {
                // It may be one of theirs.
                full.extend(&context.selection.near[number]);
            }
            full.extend(context.selection.any_of(number));
        }
        let mut said = HashSet::new();
        for (number, lane) in (0_u32..).zip(&context.selection.lanes) {
            if full.contains(&number) || lane.unclear.is_some() {
                continue;
            }
            let job = context.job_of(number);
            let plan = context.plan;
            let suite = &plan.suites[job.suite];
            let of_suite = |other: &u32| context.job_of(*other).suite == job.suite;
            let is_whole = !full.iter().any(of_suite);
            if is_whole && !said.insert(job.suite) {
                continue;
            }
            let stage = plan.stages[job.stage].head.name();
            let message = if is_whole {
                format!(
                    "no test of the repository is one of `{}`",
                    suite.head.name()
                )
            } else {
                match job.runs[lane.run].part {
                    Some(part) => format!(
                        "no test of the repository is left for the part `{}` of `{stage}/{}`",
                        plan.parts[part].head.name(),
                        job.id
                    ),
                    None => format!(
                        "no test of the repository is one of the job `{stage}/{}`",
                        job.id
                    ),
                }
            };
            let asked = match (&lane.call, job.lines().get(lane.run)) {
                (Call::Pytest(_) | Call::Cargo(_), Some(line)) => format!("its command: {line}"),
                _ => String::new(),
            };
            let mut diagnostic = Diagnostic::new(codes::EMPTY_JOB, suite.head.head, message)
                .help("mend the paths or the expression, take the stage or the environment out of the suite, or mark tests for it");
            if !asked.is_empty() {
                diagnostic = diagnostic.note(asked);
            }
            let near = context
                .tests()
                .find(|(test, _)| context.selection.near[*test].contains(&number));
            if let Some((_, test)) = near {
                diagnostic =
                    diagnostic.label(test.span, "a test that is near, and not one of them");
            }
            context.report(diagnostic);
        }
    }
}
