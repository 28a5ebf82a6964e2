//! What comes from elsewhere is named by content, not by a name that can move.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::values::{Container, Piece, Runtime};

pub(super) struct Pins;

impl Check for Pins {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNPINNED_IMAGE, codes::UNPINNED_HOOK]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (_, service) in context.plan.services.iter() {
            if let Some(image) = &service.image
                && image.pinned(&context.plan.lock).is_none()
            {
                let message = format!("the image `{}` has no digest", image.reference);
                context.report(
                    Diagnostic::new(codes::UNPINNED_IMAGE, image.reference.span, message)
                        .help("a tag can be moved to another image: add `@sha256:` and its digest, or have it in `dtpc.lock`: see `dtpc pins`"),
                );
            }
        }
        containers(context);
        for (_, hook) in context.plan.hooks.iter() {
            let (span, message, help) = match (&hook.repo, &hook.rev, &hook.entry) {
                (Some(repo), _, _) if !is_address(repo) => (
                    repo.0.span,
                    "git cannot fetch a repository from here",
                    "write its address, `https://github.com/owner/name`",
                ),
                (Some(repo), None, _) if hook.head.open("rev").is_none() => (
                    repo.0.span,
                    "this hook has no fixed revision",
                    "add `rev: \"…\"`: a tag or a commit of that repository",
                ),
                (Some(_), Some(rev), None) if is_branch(rev) => {
                    (rev.0.span, "this revision moves", "name a tag or a commit")
                }
                (Some(_), _, Some(entry)) => (
                    entry.span,
                    "a hook from another repository brings its own command",
                    "take the `entry` out, or the `repo`",
                ),
                (None, Some(rev), _) => (
                    rev.0.span,
                    "a local hook has no revision",
                    "add the `repo` it comes from, or take the `rev` out",
                ),
                (Some(repo), _, _) if hook.runtime != Runtime::System => (
                    repo.0.span,
                    "a hook from another repository brings its own environment",
                    "take the `runtime` out, or the `repo`",
                ),
                (None, _, Some(entry))
                    if hook.runtime == Runtime::System && !hook.dependencies.is_empty() =>
                {
                    (
                        entry.span,
                        "a hook that runs on the machine as it is can be given no packages",
                        "say what environment they go into: `runtime: python`",
                    )
                }
                (None, None, None) if hook.head.open("entry").is_none() => (
                    hook.head.head,
                    "this hook has nothing to run",
                    "a local hook has an `entry`, another one a `repo` and a `rev`",
                ),
                _ => continue,
            };
            context.report(Diagnostic::new(codes::UNPINNED_HOOK, span, message).help(help));
        }
    }
}

/// An image that jobs run inside is named by its content, unless it is known only in the run: then the
/// run has built it.
fn containers(context: &mut Context<'_>) {
    let plan = context.plan;
    let of_suites = plan.suites.iter().filter_map(|(_, s)| s.container.as_ref());
    let of_ats = plan.ats.iter().filter_map(|(_, at)| at.container.as_ref());
    for container in of_suites.chain(of_ats) {
        let Container::Image(image) = &container.value else {
            continue;
        };
        let in_the_run = |piece: &Piece| matches!(piece, Piece::Commit | Piece::Variable(_));
        let has_digest = image
            .pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Text(text) if text.contains("@sha256:")));
        if has_digest || image.pieces.iter().any(in_the_run) {
            continue;
        }
        context.report(
            Diagnostic::new(
                codes::UNPINNED_IMAGE,
                container.span,
                "the image of this container has no digest",
            )
            .help("a tag can be moved to another image: add `@sha256:` and its digest"),
        );
    }
}

/// Whether git can be told to fetch from it: a URL, `user@host:path`, or a path.
pub(crate) fn is_address(repo: &str) -> bool {
    let is_url = repo.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphabetic() || b == b'+')
            && !rest.is_empty()
    });
    let is_ssh = repo
        .split_once(':')
        .is_some_and(|(host, path)| host.contains('@') && !host.contains('/') && !path.is_empty());
    let is_path = repo.starts_with(['/', '.']);
    !repo.contains(char::is_whitespace) && (is_url || is_ssh || is_path)
}

/// Names that repositories give to branches, never to releases.
pub(crate) fn is_branch(rev: &str) -> bool {
    matches!(
        rev,
        "main" | "master" | "HEAD" | "develop" | "trunk" | "stable" | "latest"
    )
}
