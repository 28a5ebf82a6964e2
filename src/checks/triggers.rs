//! Every stage is started by something its host knows.

use super::{Check, Context};
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
                let patterns: Vec<&Text> = match &trigger.value {
                    Trigger::PullRequest { branches } => branches.iter().collect(),
                    Trigger::Push { branches, tags } => branches.iter().chain(tags).collect(),
                    _ => Vec::new(),
                };
                for pattern in patterns.into_iter().filter(|p| !names_a_ref(p)) {
                    let message = "no branch or tag can have such a name";
                    context.report(
                        Diagnostic::new(codes::TRIGGER_HOST, pattern.span, message)
                            .help("names have no spaces and none of `~ ^ : \\ { }`; `*` stays between slashes, `**` crosses them"),
                    );
                }
            }
        }
    }
}

/// Whether a pattern can match the name of a branch or a tag.
fn names_a_ref(pattern: &str) -> bool {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "~^:\\{}".contains(c);
    !pattern.is_empty() && !pattern.contains(forbidden) && !pattern.starts_with('/')
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
