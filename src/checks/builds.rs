//! Builds are needed, and every job has exactly one image to run inside.

use rustc_hash::FxHashSet;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs;
use crate::schema::Id;
use crate::schema::kinds::Build;
use crate::schema::values::{BuildRef, Container, Need, Promise, Work};
use crate::source::Span;

pub(super) struct Builds;

impl Check for Builds {
    fn codes(&self) -> &'static [Code] {
        &[
            codes::UNNEEDED_BUILD,
            codes::CONTAINER,
            codes::BUILD_WITHOUT_AXIS,
            codes::UNMADE_ARTIFACT,
        ]
    }

    fn check(&self, context: &mut Context<'_>) {
        unneeded(context);
        named(context);
        containers(context);
        platforms(context);
        artifacts(context);
    }
}

fn unneeded(context: &mut Context<'_>) {
    for (id, build) in context.plan.builds.iter() {
        if context.builds.iter().any(|job| job.build == id) {
            continue;
        }
        let message = format!("no job needs the build `{}`", build.head.name());
        let index = u32::try_from(id.index()).unwrap_or(u32::MAX);
        context.report_unless(
            Promise::Unused,
            |accept| {
                accept
                    .of
                    .is_some_and(|of| of.kind == crate::schema::KindId::Build && of.index == index)
            },
            Diagnostic::new(codes::UNNEEDED_BUILD, build.head.head, message)
                .help("let a suite run inside it or need it, or take it out"),
        );
    }
}

/// A value that is named is one of an axis that the build has.
fn named(context: &mut Context<'_>) {
    let plan = context.plan;
    let of_needs = |needs: &'_ [Need]| -> Vec<BuildRef> {
        needs
            .iter()
            .filter_map(|need| match need {
                Need::Build(build) => Some(build.clone()),
                _ => None,
            })
            .collect()
    };
    let of_container = |container: &Container| match container {
        Container::Build(build) => Some(build.clone()),
        Container::Image(_) => None,
    };
    let mut all: Vec<BuildRef> = Vec::new();
    for (_, suite) in plan.suites.iter() {
        all.extend(of_needs(&suite.needs));
        all.extend(
            suite
                .container
                .iter()
                .filter_map(|c| of_container(&c.value)),
        );
    }
    for (_, at) in plan.ats.iter() {
        all.extend(at.container.iter().filter_map(|c| of_container(&c.value)));
    }
    for (_, build) in plan.builds.iter() {
        all.extend(of_needs(&build.needs));
    }
    for build in all {
        let declared = &plan.builds[build.id];
        let foreign = build
            .points
            .iter()
            .find(|point| !declared.across.iter().any(|axis| axis.id == point.axis));
        if let Some(point) = foreign {
            let axis = plan.axes[point.axis].head.name();
            let message = format!("the build `{}` has no `{axis}`", declared.head.name());
            context.report(
                Diagnostic::new(codes::BUILD_WITHOUT_AXIS, build.span, message)
                    .label(declared.head.head, "the build is declared here")
                    .help(format!(
                        "take the value out, or add `{axis}` to `across` of the build"
                    )),
            );
        }
    }
}

fn containers(context: &mut Context<'_>) {
    let plan = context.plan;
    for (id, suite) in plan.suites.iter() {
        let of_ats = plan.ats_of[id.index()]
            .iter()
            .filter_map(|at| plan.ats[*at].container.as_ref());
        for container in suite.container.iter().chain(of_ats) {
            let Container::Build(build) = &container.value else {
                continue;
            };
            let declared = &plan.builds[build.id];
            if declared.image.is_none() && declared.head.open("image").is_none() {
                let message = format!("the build `{}` makes no image", declared.head.name());
                context.report(
                    Diagnostic::new(codes::CONTAINER, container.span, message)
                        .label(declared.head.head, "the build is declared here")
                        .help("give it an `image`"),
                );
            }
            let missing = declared
                .across
                .iter()
                .filter(|axis| !build.points.iter().any(|named| named.axis == axis.id))
                .find(|axis| !suite.across.iter().any(|own| own.id == axis.id));
            if let Some(axis) = missing {
                let axis_name = plan.axes[axis.id].head.name();
                let message = format!(
                    "`{}` makes an image for each `{axis_name}`, and the jobs of `{}` have none",
                    declared.head.name(),
                    suite.head.name()
                );
                context.report(
                    Diagnostic::new(codes::CONTAINER, container.span, message)
                        .label(axis.span, "the build has the axis here")
                        .help(format!("add `{axis_name}` to `across` of the suite, or name the value: `{}({axis_name}: …)`", declared.head.name())),
                );
            }
        }
    }
}

/// A job has the image of one platform: its own, or the only one that there is.
fn platforms(context: &mut Context<'_>) {
    let plan = context.plan;
    let mut seen: FxHashSet<Span> = FxHashSet::default();
    for cell in context.cells {
        let container = cell.setting(plan, |at| at.container.as_ref(), |s| s.container.as_ref());
        let Some(container) = container else {
            continue;
        };
        let Container::Build(build) = &container.value else {
            continue;
        };
        let made_on = jobs::builds::platforms(plan, build.id, (cell.os, cell.arch));
        if made_on.len() < 2 || !seen.insert(container.span) {
            continue;
        }
        let declared = &plan.builds[build.id];
        let environment = &plan.environments[cell.environment].head;
        let message = format!(
            "`{}` makes an image on each of {} platforms, and none is that of `{}`: {} on {}",
            declared.head.name(),
            made_on.len(),
            environment.name(),
            cell.os.title(),
            cell.arch.title()
        );
        context.report(
            Diagnostic::new(codes::CONTAINER, container.span, message)
                .label(environment.head, "it would run here")
                .help("make the image on this platform too, or on a single one"),
        );
    }
}

/// An artifact that is fetched is made in the same stage.
fn artifacts(context: &mut Context<'_>) {
    let plan = context.plan;
    for (id, suite) in plan.suites.iter() {
        for need in &suite.needs {
            let Need::Artifact(artifact) = need else {
                continue;
            };
            let Some(from) = &plan.artifacts[artifact.id].from else {
                continue;
            };
            for stage in &suite.stages {
                let is_made = match from.of {
                    Some(Work::Build(build)) => is_built(context, stage.id, build),
                    _ => context
                        .cells_named(from)
                        .any(|c| c.stage == stage.id && c.suite != id),
                };
                if is_made {
                    continue;
                }
                let message = format!(
                    "no job of the stage `{}` makes `{}`",
                    plan.stages[stage.id].head.name(),
                    plan.artifacts[artifact.id].head.name()
                );
                context.report(
                    Diagnostic::new(codes::UNMADE_ARTIFACT, artifact.span, message)
                        .label(stage.span, "the stage is named here")
                        .label(from.span, "it is made by these jobs")
                        .help("enrol the suite that makes it in the stage, or take the need out"),
                );
            }
        }
    }
}

fn is_built(
    context: &Context<'_>,
    stage: Id<crate::schema::kinds::Stage>,
    build: Id<Build>,
) -> bool {
    context
        .builds
        .iter()
        .any(|job| job.stage == stage && job.build == build)
}
