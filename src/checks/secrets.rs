//! Secrets are kept where only the jobs that use them can read them: in a deployment environment.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::Id;
use crate::schema::kinds::{Secret, Stage};
use crate::schema::values::{Host, OnFailure, Ref};
use crate::targets::ci;

pub(super) struct Secrets;

impl Check for Secrets {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNSCOPED_SECRET]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        // Each secret once, at its first use: what mends it is said where it is declared.
        let mut seen: Vec<Id<Secret>> = Vec::new();
        let has_environments = |stage: Id<Stage>| {
            let host = plan.stages[stage].host;
            matches!(host, Some(Host::GitHub | Host::GitLab))
        };
        for worker in context.workers() {
            let is_kept = || ci::deployment(plan, &worker.reach).is_some();
            if worker.uses.is_empty() || !has_environments(worker.reach.stage) || is_kept() {
                continue;
            }
            for secret in &worker.uses {
                unscoped(context, &mut seen, worker.head.name(), *secret);
            }
        }
        for (id, stage) in plan.stages.iter() {
            let notice = stage.on_failure.as_ref().and_then(OnFailure::notice);
            // What tells of a failure waits for no approval: only the secret's own environment counts.
            if let Some(secret) = notice.and_then(|notice| notice.channel)
                && plan.secrets[secret.id].environment.is_none()
                && has_environments(id)
            {
                unscoped(context, &mut seen, stage.head.name(), secret);
            }
        }
    }
}

fn unscoped(context: &mut Context<'_>, seen: &mut Vec<Id<Secret>>, who: &str, secret: Ref<Secret>) {
    if seen.contains(&secret.id) {
        return;
    }
    seen.push(secret.id);
    let head = &context.plan.secrets[secret.id].head;
    let name = head.name();
    let message =
        format!("`{who}` is handed the secret `{name}` in no deployment environment of its host");
    let help = format!(
        "every job of the repository can read it: let an environment keep it, and say which, as in \
         `secret {name} {{ environment: \"{}\" }}`",
        name.replace('_', "-")
    );
    context.report(
        Diagnostic::new(codes::UNSCOPED_SECRET, secret.span, message)
            .label(head.head, "no `environment` keeps it")
            .help(help),
    );
}
