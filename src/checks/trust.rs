//! What outsiders can start reaches nothing private and no secret, unless somebody approves.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::{machines, reach};
use crate::schema::kinds::{Approval, Environment, Runner, Stage};
use crate::schema::values::{Host, OnFailure, Permissions, Spanned, Trigger};
use crate::schema::{Decl, Head, Id, Plan};
use crate::source::Span;

pub(super) struct Trust;

impl Check for Trust {
    fn codes(&self) -> &'static [Code] {
        &[
            codes::TRUST,
            codes::SECRET_TRUST,
            codes::APPROVAL,
            codes::WRITE_TRUST,
        ]
    }

    fn check(&self, context: &mut Context<'_>) {
        approvals(context);
        let plan = context.plan;
        for worker in context.workers() {
            let Some(open) = open_to_outsiders(plan, worker.reach.stage) else {
                continue;
            };
            let who = worker.head.name();
            if let Some(place) = worker.place {
                private(context, who, place, worker.reach.runner, open);
            }
            for secret in &worker.uses {
                let name = plan.secrets[secret.id].head.name();
                secret_reached(context, who, name, secret.span, open);
            }
            written(context, worker.head, worker.permissions, open);
        }
        for (id, stage) in plan.stages.iter() {
            let notice = stage.on_failure.as_ref().and_then(OnFailure::notice);
            let channel = notice.and_then(|notice| notice.channel);
            if let (Some(open), Some(secret)) = (open_to_outsiders(plan, id), channel) {
                let name = plan.secrets[secret.id].head.name();
                secret_reached(context, stage.head.name(), name, secret.span, open);
            }
            controlled(context, id);
        }
    }
}

/// A token that may change something is not handed to changes of outsiders. GitHub narrows it for pull
/// requests of forks, whose jobs would fail; for branches of the repository, copies of such pull
/// requests among them, it does not.
fn written(context: &mut Context<'_>, head: &Head, permissions: &Permissions, open: Open<'_>) {
    let Some(scope) = permissions.writes() else {
        return;
    };
    let message = format!(
        "`{}` would hand a token for {} to changes of outsiders",
        head.name(),
        scope.title()
    );
    context.report(
        open.shown_in(Diagnostic::new(
            codes::WRITE_TRUST,
            permissions.span,
            message,
        ))
        .help("ask for it in a stage that only members can start, or give the stage an `approval`"),
    );
}

/// The jobs that dtpc adds to a stage run what the change says, before anybody approves it by a
/// deployment environment: they reach no machine of one's own.
fn controlled(context: &mut Context<'_>, stage: Id<Stage>) {
    let plan = context.plan;
    let declared = &plan.stages[stage];
    let approval = declared.approval.map(|a| &plan.approvals[a.id]);
    if approval.is_some_and(|approval| approval.environment.is_none()) {
        return;
    }
    let mut triggers = declared.trigger.iter();
    let open = triggers.find(|t| t.value.is_open_to_outsiders() || is_of_approved(plan, &t.value));
    let of_plan = || plan.plans.iter().find_map(|(_, info)| info.control_runner);
    let named = declared.control_runner.or_else(of_plan);
    let (Some(open), Some(named)) = (open, named) else {
        return;
    };
    if !matches!(declared.host, Some(Host::GitHub | Host::GitLab))
        || !machines::is_self_hosted(plan, Some(named.id))
    {
        return;
    }
    let message = format!(
        "the jobs that control `{}` would let outsiders reach `{}`, which is a machine of one's own",
        declared.head.name(),
        plan.runners[named.id].head.name()
    );
    context.report(
        Diagnostic::new(codes::TRUST, named.span, message)
            .label(open.span, "anybody can start the stage")
            .help("name a runner of the host's as the `control_runner` of this stage"),
    );
}

/// How outsiders start a stage.
#[derive(Clone, Copy)]
struct Open<'p> {
    /// What they can cause.
    trigger: &'p Spanned<Trigger>,
    /// Where an approval is named that approves nothing yet.
    approval: Option<Span>,
}

impl Open<'_> {
    fn shown_in(&self, diagnostic: Diagnostic) -> Diagnostic {
        let diagnostic = diagnostic.label(self.trigger.span, "anybody can start the stage");
        match self.approval {
            Some(span) => diagnostic.label(span, "how this is given is open still"),
            None => diagnostic,
        }
    }
}

/// What lets outsiders start a stage: a trigger that anybody can cause, or a branch that carries other
/// people's changes, where nobody approves them first. An approval of which nobody knows yet how it is
/// given approves nothing.
fn open_to_outsiders(plan: &Plan, stage: Id<Stage>) -> Option<Open<'_>> {
    let stage = &plan.stages[stage];
    // An approval that does not cover what starts the stage is reported for itself.
    let is_given = |approval: &Decl<Approval>| {
        let is_said = approval.environment.is_some() || approval.branches.is_some();
        is_said || approval.head.open.is_empty()
    };
    if stage
        .approval
        .is_some_and(|named| is_given(&plan.approvals[named.id]))
    {
        return None;
    }
    let mut triggers = stage.trigger.iter();
    let trigger =
        triggers.find(|t| t.value.is_open_to_outsiders() || is_of_approved(plan, &t.value))?;
    Some(Open {
        trigger,
        approval: stage.approval.map(|named| named.span),
    })
}

/// Whether a push starts something on branches that carry other people's changes, as an approval says
/// which the stage does not name.
fn is_of_approved(plan: &Plan, trigger: &Trigger) -> bool {
    let Trigger::Push { branches, .. } = trigger else {
        return false;
    };
    branches.iter().any(|branch| {
        plan.approvals.iter().any(|(_, approval)| {
            let approved = approval.branches.as_ref();
            approved.is_some_and(|a| a.text.as_str() == branch.as_str() || a.matches(branch))
        })
    })
}

/// An approval covers what starts its stage.
fn approvals(context: &mut Context<'_>) {
    let plan = context.plan;
    for (_, stage) in plan.stages.iter() {
        let Some(named) = stage.approval else {
            continue;
        };
        let approval = &plan.approvals[named.id];
        if approval.environment.is_some() {
            continue;
        }
        let Some(branches) = &approval.branches else {
            if !approval.head.open.is_empty() {
                continue;
            }
            let message = format!("`{}` does not say how it is given", approval.head.name());
            context.report(
                Diagnostic::new(codes::APPROVAL, named.span, message)
                    .label(approval.head.head, "the approval is declared here")
                    .help("name the `branches` that carry approved changes, or the `environment` whose reviewers approve"),
            );
            continue;
        };
        for trigger in &stage.trigger {
            let message = match &trigger.value {
                Trigger::PullRequest { .. } => {
                    "a pull request starts this stage before it is approved".to_owned()
                }
                Trigger::Push {
                    branches: named, ..
                } => {
                    let foreign = named.iter().find(|branch| {
                        branch.as_str() != branches.text.as_str() && !branches.matches(branch)
                    });
                    match foreign {
                        Some(branch) => format!(
                            "the approval is about other branches than `{}`",
                            branch.as_str()
                        ),
                        None => continue,
                    }
                }
                _ => continue,
            };
            context.report(
                Diagnostic::new(codes::APPROVAL, trigger.span, message)
                    .label(branches.text.span, "the approved branches")
                    .help("start the stage by a push to those branches, or approve by an `environment`"),
            );
        }
    }
}

fn private(
    context: &mut Context<'_>,
    who: &str,
    (environment, reach): (Id<Environment>, Span),
    runner: Option<Id<Runner>>,
    open: Open<'_>,
) {
    let plan = context.plan;
    let Some(closed) = reach::closed(plan, environment, runner) else {
        return;
    };
    let message = format!(
        "`{who}` would let outsiders reach the environment `{}`, which {}",
        plan.environments[environment].head.name(),
        closed.why
    );
    context.report(
        open.shown_in(Diagnostic::new(codes::TRUST, reach, message))
            .label(closed.span, "the environment")
            .help("run it in a stage that only members can start, or in a public environment"),
    );
}

fn secret_reached(context: &mut Context<'_>, who: &str, secret: &str, span: Span, open: Open<'_>) {
    let message = format!("`{who}` would hand the secret `{secret}` to changes of outsiders");
    context.report(
        open.shown_in(Diagnostic::new(codes::SECRET_TRUST, span, message))
            .help("use it in a stage that only members can start, or give the stage an `approval`"),
    );
}
