//! A job is in one deployment environment: that of its approval, and those that keep its secrets.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::kinds::{Secret, Stage};
use crate::schema::values::{Line, Ref};
use crate::schema::{Head, Id};

pub(super) struct Deployments;

impl Check for Deployments {
    fn codes(&self) -> &'static [Code] {
        &[codes::DEPLOYMENTS]
    }

    fn check(&self, context: &mut Context<'_>) {
        let mut seen: Vec<(Id<Stage>, &str)> = Vec::new();
        for worker in context.workers() {
            let (stage, head) = (worker.reach.stage, worker.head);
            if worker.uses.is_empty() || seen.contains(&(stage, head.name())) {
                continue;
            }
            seen.push((stage, head.name()));
            one(context, stage, head, &worker.uses);
        }
    }
}

/// Looks at what one suite or build uses in a stage.
fn one(context: &mut Context<'_>, stage: Id<Stage>, head: &Head, secrets: &[Ref<Secret>]) {
    let plan = context.plan;
    let approval = plan.stages[stage].approval.map(|a| &plan.approvals[a.id]);
    let mut known: Option<&Line> = approval.and_then(|approval| approval.environment.as_ref());
    for secret in secrets {
        let Some(environment) = plan.secrets[secret.id].environment.as_ref() else {
            continue;
        };
        match known {
            Some(other) if **other != **environment => {
                let message = format!(
                    "`{}` would be in two deployment environments, `{}` and `{}`",
                    head.name(),
                    &**other,
                    &**environment
                );
                context.report(
                    Diagnostic::new(codes::DEPLOYMENTS, secret.span, message)
                        .label(other.0.span, "the one")
                        .label(environment.0.span, "the other one")
                        .help("a job of the host is in one: keep both in the same, or divide the suite"),
                );
                return;
            }
            _ => known = Some(environment),
        }
    }
}
