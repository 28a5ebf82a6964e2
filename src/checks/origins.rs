//! An artifact is made by jobs, or is of a release.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::Decl;
use crate::schema::kinds::Artifact;

pub(super) struct Origins;

impl Check for Origins {
    fn codes(&self) -> &'static [Code] {
        &[codes::MISSING_FIELD, codes::IDLE, codes::GLOB]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        for (_, artifact) in plan.artifacts.iter() {
            if artifact.origin.is_some() {
                of_a_release(context, artifact);
            } else if artifact.from.is_none() {
                of_nothing(context, artifact);
            }
        }
    }
}

fn of_nothing(context: &mut Context<'_>, artifact: &Decl<Artifact>) {
    let head = &artifact.head;
    if head.open("from").is_some() || head.open("origin").is_some() {
        return;
    }
    let message = format!("nobody knows where `{}` comes from", head.name());
    context.report(
        Diagnostic::new(codes::MISSING_FIELD, head.head, message).help(
            "say who makes it, `from: build.wheels`, or that it is of a release, \
         `origin: release(previous)`",
        ),
    );
}

fn of_a_release(context: &mut Context<'_>, artifact: &Decl<Artifact>) {
    let head = &artifact.head;
    let name = head.name();
    let origin = head.place("origin");
    if let Some(from) = &artifact.from {
        let message = format!("`{name}` is made in the run, and is of a release");
        context.report(
            Diagnostic::new(codes::IDLE, origin, message)
                .label(from.span, "these jobs make it")
                .help("keep one of the two"),
        );
    }
    if head.places.iter().any(|(field, _)| *field == "keep") {
        let message =
            format!("`{name}` is of a release, which the host keeps as long as it is there");
        context.report(
            Diagnostic::new(codes::IDLE, head.place("keep"), message)
                .label(origin, "the release is named here")
                .help("take `keep` out"),
        );
    }
    for glob in &artifact.files {
        let is_unknown = |file: &String| {
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            folder.contains(['*', '?', '['])
        };
        if glob.without_braces().iter().any(is_unknown) {
            let message = "the files of a release stand in no folders, so none can be chosen";
            context.report(
                Diagnostic::new(codes::GLOB, glob.span, message)
                    .label(origin, "the release is named here")
                    .help("name the folder that they are put into, and the files: `old/*.whl`"),
            );
        }
    }
}
