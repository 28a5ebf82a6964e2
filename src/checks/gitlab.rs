//! What a plan says of a stage on GitLab can be said to GitLab.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::{Cell, shards};
use crate::schema::kinds::{Artifact, Runner, Stage};
use crate::schema::values::{Command, Host, Need, OnFailure, Work};
use crate::schema::{Decl, Id};
use crate::source::Span;
use crate::targets::RenderError;
use crate::targets::ci::control_runner;
use crate::targets::gitlab_ci::refusals;

pub(super) struct GitLab;

impl Check for GitLab {
    fn codes(&self) -> &'static [Code] {
        &[codes::HOST_FORM]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        let mut found: Vec<(Span, RenderError)> = Vec::new();
        let mut tell = |span: Span, result: Result<(), RenderError>| {
            if let Err(error) = result
                && !found.iter().any(|(known, _)| *known == span)
            {
                found.push((span, error));
            }
        };
        let is_here = |stage: Id<Stage>| plan.stages[stage].host == Some(Host::GitLab);
        for (_, gate) in plan.gates.iter() {
            // One without a name is reported where it is read.
            let is_named = !gate.status.is_empty();
            if is_named && gate.stage.is_some_and(|stage| is_here(stage.id)) {
                tell(gate.status.0.span, refusals::job_name(&gate.status));
            }
        }
        for worker in context.workers() {
            let reach = &worker.reach;
            if !is_here(reach.stage) {
                continue;
            }
            if let Some(runner) = reach.runner {
                let declared: &Decl<Runner> = &plan.runners[runner];
                let refused = refusals::runner(plan, runner);
                tell(declared.head.head, refused);
            }
            for need in worker.needs {
                if let Need::Artifact(artifact) = need
                    && let Some(origin) = &plan.artifacts[artifact.id].origin
                {
                    let name = plan.artifacts[artifact.id].head.name();
                    tell(origin.span, refusals::release(name));
                }
            }
            if !worker.permissions.entries.is_empty() {
                tell(worker.permissions.span, refusals::permissions());
            }
            let refused = refusals::deployment(plan, reach);
            tell(plan.stages[reach.stage].head.head, refused);
        }
        for first in cleanups(context) {
            tell(first.span, refusals::cleanup());
        }
        for (_, goal) in plan.coverages.iter() {
            for stage in goal.stages.iter().filter(|stage| is_here(stage.id)) {
                let measures = |cell: &&Cell| goal.of.iter().any(|suite| suite.id == cell.suite);
                let cells = context.cells_of(stage.id).filter(measures);
                let jobs: u32 = cells.map(|cell| shards(plan, cell).max(1)).sum();
                if jobs > 1 {
                    tell(goal.head.head, refusals::merged_coverage(goal.head.name()));
                }
            }
        }
        for (id, _) in plan.stages.iter().filter(|(id, _)| is_here(*id)) {
            if let Some(runner) = control_runner(plan, id) {
                tell(
                    plan.runners[runner].head.head,
                    refusals::runner(plan, runner),
                );
            }
        }
        for (id, stage) in plan.stages.iter() {
            let notice = stage.on_failure.as_ref().and_then(OnFailure::notice);
            let channel = notice.and_then(|notice| notice.channel);
            let keeps = channel.and_then(|secret| plan.secrets[secret.id].environment.as_ref());
            if let (true, Some(environment)) = (is_here(id), keeps) {
                tell(environment.0.span, refusals::environment(environment));
            }
        }
        for artifact in made_here(context) {
            for file in &artifact.files {
                tell(artifact.head.head, refusals::file(file.as_str()));
            }
        }
        for (span, error) in found {
            context.report(
                Diagnostic::new(codes::HOST_FORM, span, error.message)
                    .help("say it in another way, or let the stage run on another host"),
            );
        }
    }
}

/// The artifacts that jobs or builds of GitLab make.
fn made_here<'a>(context: &Context<'a>) -> Vec<&'a Decl<Artifact>> {
    let plan = context.plan;
    let is_here = |stage: Id<Stage>| plan.stages[stage].host == Some(Host::GitLab);
    let is_made = |artifact: &Decl<Artifact>| match artifact.from.as_ref().and_then(|from| from.of)
    {
        Some(Work::Suite(suite)) => context
            .cells_of_suite(suite)
            .any(|cell| is_here(cell.stage)),
        Some(Work::Build(build)) => {
            let mut builds = context.builds.iter();
            builds.any(|job| job.build == build && is_here(job.stage))
        }
        None => false,
    };
    let artifacts = plan.artifacts.iter().map(|(_, artifact)| artifact);
    artifacts.filter(|artifact| is_made(artifact)).collect()
}

/// The first command of each clean-up behind a job or a build of GitLab.
fn cleanups<'a>(context: &Context<'a>) -> Vec<&'a Command> {
    let plan = context.plan;
    let is_here = |stage: Id<Stage>| plan.stages[stage].host == Some(Host::GitLab);
    let cells = context.cells.iter().filter(|cell| is_here(cell.stage));
    let of_cells = cells.filter_map(|cell| {
        let own = plan.suites[cell.suite].cleanup.first();
        own.or(plan.environments[cell.environment].cleanup.first())
    });
    let builds = context.builds.iter().filter(|job| is_here(job.stage));
    let of_builds = builds.filter_map(|job| {
        let on = plan.builds[job.build].on?;
        plan.environments[on.id].cleanup.first()
    });
    of_cells.chain(of_builds).collect()
}
