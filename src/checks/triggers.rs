//! Every stage is started by something its host knows.

use super::{Check, Context, refs};
use crate::diagnostics::{Code, Diagnostic, codes, suggest};
use crate::schema::values::{Host, Text, Trigger};

pub(super) struct Triggers;

impl Check for Triggers {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNTRIGGERED, codes::TRIGGER_HOST]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (_, stage) in context.plan.stages.iter() {
            if stage.trigger.is_empty() && stage.head.open("trigger").is_none() {
                let message = format!("nothing starts the stage `{}`", stage.head.name());
                context.report(
                    Diagnostic::new(codes::UNTRIGGERED, stage.head.head, message).help(match stage
                        .host
                    {
                        Some(host) => format!(
                            "its host has {}; or write `trigger: open(\"…\")`",
                            suggest::listed(words(host))
                        ),
                        None => "for example `trigger: pull_request`, or `trigger: open(\"…\")`"
                            .to_owned(),
                    }),
                );
            }
            let Some(host) = stage.host else {
                if stage.head.open("host").is_none() {
                    let message = format!("`{}` does not say where it runs", stage.head.name());
                    context.report(
                        Diagnostic::new(codes::TRIGGER_HOST, stage.head.head, message)
                            .help("for example `host: github`, or `host: open(\"…\")`"),
                    );
                }
                continue;
            };
            let known = words(host);
            for trigger in &stage.trigger {
                let word = trigger.value.word();
                if !known.contains(&word) {
                    let message = format!("the host `{}` has no trigger `{word}`", host.word());
                    context.report(
                        Diagnostic::new(codes::TRIGGER_HOST, trigger.span, message)
                            .help(format!("it has {}", suggest::listed(known))),
                    );
                }
                let lists: [&[Text]; 2] = match &trigger.value {
                    Trigger::PullRequest { branches } => [branches, &[]],
                    Trigger::Push { branches, tags } => [branches, tags],
                    _ => [&[], &[]],
                };
                for (span, problem, help) in lists.into_iter().flat_map(|l| refs::problems(l, host))
                {
                    context.report(Diagnostic::new(codes::TRIGGER_HOST, span, problem).help(help));
                }
            }
        }
    }
}

/// The triggers that a host knows.
const fn words(host: Host) -> &'static [&'static str] {
    match host {
        // GitLab has them as merge requests and merge trains.
        Host::GitHub | Host::GitLab => &[
            "pull_request",
            "merge_group",
            "push",
            "schedule",
            "dispatch",
        ],
        Host::Git => &["commit"],
    }
}
