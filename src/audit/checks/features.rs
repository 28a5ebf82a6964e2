//! Every feature that a suite covers has a test.

use super::{Check, Context};
use crate::audit::selection::Call;
use crate::checks::covering;
use crate::diagnostics::{Code, Diagnostic, codes};

pub(super) struct Features;

impl Check for Features {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNTESTED_FEATURE]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        let covering = covering(plan);
        for (id, feature) in plan.features.iter() {
            let suites = &covering[id.index()];
            let is_of = |lane: u32| {
                let suite = &plan.suites[context.job_of(lane).suite];
                suites.iter().any(|s| s.head.span == suite.head.span)
            };
            // What other tools run is not looked into.
            let all_known = suites.iter().all(|suite| {
                (0_u32..)
                    .zip(&context.selection.lanes)
                    .any(|(number, lane)| {
                        let own = &plan.suites[context.job_of(number).suite];
                        own.head.span == suite.head.span
                            && lane.unclear.is_none()
                            && matches!(lane.call, Call::Pytest(_) | Call::Cargo(_))
                    })
            });
            if suites.is_empty() || !all_known {
                continue;
            }
            let has_test = context.tests().any(|(number, test)| {
                let mut lanes = context.selection.any_of(number);
                lanes.any(is_of)
                    || test.unknown.is_some()
                        && context.selection.near[number]
                            .iter()
                            .any(|lane| is_of(*lane))
            });
            if has_test {
                continue;
            }
            let message = format!(
                "no test of the repository covers the feature `{}`",
                feature.head.name()
            );
            let mut diagnostic =
                Diagnostic::new(codes::UNTESTED_FEATURE, feature.head.head, message).help(
                    "write a test that the suite takes, or let another suite cover the feature",
                );
            for suite in suites.iter().take(3) {
                diagnostic =
                    diagnostic.label(suite.head.head, "this suite covers it, and runs no test");
            }
            context.report(diagnostic);
        }
    }
}
