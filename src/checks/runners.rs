//! Every job has a machine to run on.

use rustc_hash::FxHashSet;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::machines;
use crate::schema::values::{Host, Local};

pub(super) struct Runners;

impl Check for Runners {
    fn codes(&self) -> &'static [Code] {
        &[codes::NO_RUNNER]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (_, runner) in context.plan.runners.iter() {
            let known = !runner.labels.is_empty() || runner.group.is_some();
            if !known && runner.head.open.is_empty() {
                let message = format!("nothing selects the runner `{}`", runner.head.name());
                context.report(
                    Diagnostic::new(codes::NO_RUNNER, runner.head.head, message)
                        .help("give it `labels` or a `group`"),
                );
            }
        }
        let mut said = FxHashSet::default();
        for worker in context.workers() {
            let stage = &context.plan.stages[worker.reach.stage];
            let Some((id, named)) = worker.place else {
                continue;
            };
            let environment = &context.plan.environments[id];
            let (missing, help) = match stage.host {
                Some(Host::GitHub | Host::GitLab)
                    if worker.reach.runner.is_none()
                        && machines::open_question(context.plan, id, None).is_none() =>
                {
                    (
                        "names no runner",
                        "give it a `runner`, or `runner: open(\"…\")`",
                    )
                }
                Some(Host::Git) if !matches!(environment.local, Some(Local::Host)) => (
                    "is not the machine of whoever commits",
                    "name an environment with `local: host`",
                ),
                _ => continue,
            };
            // One environment without a runner is one mistake, however many jobs it has.
            if !said.insert((id, missing)) {
                continue;
            }
            let message = format!(
                "`{}` runs in the stage `{}`, but `{}` {missing}",
                worker.head.name(),
                stage.head.name(),
                environment.head.name()
            );
            context.report(
                Diagnostic::new(codes::NO_RUNNER, named, message)
                    .label(environment.head.head, "the environment is declared here")
                    .help(help),
            );
        }
    }
}
