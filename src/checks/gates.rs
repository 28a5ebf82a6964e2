//! Gates judge jobs that exist, under names that are their own, and no blocking job escapes them.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::Decl;
use crate::schema::kinds::Gate;
use crate::schema::values::{JobPattern, Trigger, Work};

pub(super) struct Gates;

impl Check for Gates {
    fn codes(&self) -> &'static [Code] {
        &[
            codes::GATE_UNKNOWN_JOB,
            codes::GATE_STATUS,
            codes::UNGATED,
            codes::GATE_NEVER_STARTED,
        ]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        for (index, (_, gate)) in plan.gates.iter().enumerate() {
            let twin = plan
                .gates
                .iter()
                .take(index)
                .find(|(_, g)| *g.status == *gate.status);
            if let Some((_, twin)) = twin {
                let message = format!("two gates are called `{}`", gate.status);
                context.report(
                    Diagnostic::new(codes::GATE_STATUS, gate.status.0.span, message)
                        .label(twin.status.0.span, "the first one is here")
                        .help("branch protection knows a gate by this name alone"),
                );
            }
            never_started(context, gate);
            for pattern in gate.requires.iter().chain(&gate.advises) {
                pattern_names_a_job(context, gate, pattern);
            }
        }
        ungated(context);
    }
}

/// A check that is required and never begins is waited for for ever.
fn never_started(context: &mut Context<'_>, gate: &Decl<Gate>) {
    let Some(named) = gate.stage else { return };
    let stage = &context.plan.stages[named.id];
    let reports = |trigger: &Trigger| {
        matches!(
            trigger,
            Trigger::PullRequest { .. } | Trigger::MergeGroup | Trigger::Push { .. }
        )
    };
    if stage.trigger.is_empty() || stage.trigger.iter().any(|t| reports(&t.value)) {
        return;
    }
    let name = stage.head.name();
    let message =
        format!("no change starts the stage `{name}`, so this gate is waited for for ever");
    context.report(
        Diagnostic::new(codes::GATE_NEVER_STARTED, named.span, message)
            .label(stage.trigger[0].span, "what starts the stage")
            .help("give the stage `trigger: pull_request`, or take the gate out"),
    );
}

fn pattern_names_a_job(context: &mut Context<'_>, gate: &Decl<Gate>, pattern: &JobPattern) {
    let Some(stage) = gate.stage else { return };
    let cells = context.cells;
    let of_stage = || cells.iter().filter(|c| c.stage == stage.id);
    let is_made = context.builds.iter().any(|job| {
        job.stage == stage.id
            && pattern.of == Some(Work::Build(job.build))
            && pattern.points.iter().all(|p| job.points.contains(p))
    });
    if is_made || of_stage().any(|c| pattern.matches(c)) {
        return;
    }
    let stage_name = context.plan.stages[stage.id].head.name();
    let declared = match pattern.of {
        Some(Work::Suite(suite)) => context.plan.suites[suite].head.head,
        // What a gate requires, it requires with all that is built for it.
        Some(Work::Build(build)) => context.plan.builds[build].head.head,
        None => return,
    };
    let message = format!("the stage `{stage_name}` has no such job");
    context.report(
        Diagnostic::new(codes::GATE_UNKNOWN_JOB, pattern.span, message)
            .label(declared, "it is declared here")
            .help(format!("the gate would wait for ever: enrol the suite in `{stage_name}`, or take it out of the gate")),
    );
}

/// In a stage that has gates, a job that none of them looks at can fail without being noticed.
fn ungated(context: &mut Context<'_>) {
    for (id, stage) in context.plan.stages.iter() {
        let gates: Vec<&Decl<Gate>> = context
            .plan
            .gates
            .iter()
            .map(|(_, g)| g)
            .filter(|g| g.stage.is_some_and(|s| s.id == id))
            .collect();
        if gates.is_empty() || gates.iter().any(|g| g.requires.is_empty()) {
            continue;
        }
        for cell in context.cells.iter().filter(|c| c.stage == id) {
            let seen = gates
                .iter()
                .flat_map(|g| g.requires.iter().chain(&g.advises))
                .any(|p| p.matches(cell));
            if !seen {
                let suite = &context.plan.suites[cell.suite];
                let message = format!(
                    "no gate of `{}` looks at `{}` in `{}`",
                    stage.head.name(),
                    suite.head.name(),
                    context.plan.environments[cell.environment].head.name()
                );
                context.report(
                    Diagnostic::new(codes::UNGATED, suite.head.head, message)
                        .label(gates[0].head.head, "the gate is declared here")
                        .help("add it to `requires`, or to `advises` if it shall not decide"),
                );
            }
        }
    }
}
