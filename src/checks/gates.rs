//! Gates judge jobs that exist, under names that are their own, and no blocking job escapes them.

use rustc_hash::FxHashSet;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::Cell;
use crate::schema::kinds::{Gate, Stage, Suite};
use crate::schema::values::{Host, JobPattern, JobPatterns, Trigger, Work};
use crate::schema::{Decl, Id};

pub(super) struct Gates;

impl Check for Gates {
    fn codes(&self) -> &'static [Code] {
        &[
            codes::GATE_UNKNOWN_JOB,
            codes::GATE_STATUS,
            codes::UNGATED,
            codes::GATE_NEVER_STARTED,
            codes::GATE_DROPS_SUITE,
            codes::TOO_MANY_NEEDS,
            codes::GATE_CONTRADICTION,
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
            let mut known = true;
            for pattern in gate.requires.iter().chain(&gate.advises) {
                known &= pattern_names_a_job(context, gate, pattern);
            }
            if known {
                decides(context, gate);
            }
        }
        let dropped = dropped(context);
        ungated(context, &dropped);
        needs(context);
    }
}

/// GitLab lets a job need no more jobs than this, unless its administrators raise it.
const MOST_NEEDS: usize = 50;

/// A gate needs no more jobs than its host allows. GitHub states no limit.
fn needs(context: &mut Context<'_>) {
    let plan = context.plan;
    for (_, gate) in plan.gates.iter() {
        let Some(stage) = gate.stage else { continue };
        if plan.stages[stage.id].host != Some(Host::GitLab) {
            continue;
        }
        let all = gate.requires.is_empty();
        let named = JobPatterns::new(gate.requires.iter().chain(&gate.advises));
        let judged = context
            .cells_of(stage.id)
            .filter(|cell| all || named.match_any(cell))
            .map(|cell| crate::jobs::shards(plan, cell) as usize)
            .sum::<usize>();
        if judged > MOST_NEEDS {
            let message = format!(
                "this gate would need {judged} jobs, and GitLab allows {MOST_NEEDS} for one job"
            );
            context.report(
                Diagnostic::new(codes::TOO_MANY_NEEDS, gate.head.head, message)
                    .help("gate fewer jobs, or divide the gate"),
            );
        }
    }
}

/// Reports, and returns, what a later gate does not require: a suite that an earlier gate requires, and that runs in the stage of a later one too, is required
/// there as well.
fn dropped(context: &mut Context<'_>) -> FxHashSet<(Id<Stage>, Id<Suite>)> {
    let plan = context.plan;
    let order = crate::jobs::cells::life_cycle(plan);
    let place = |gate: &Gate| {
        let stage = gate.stage?.id;
        order.iter().position(|s| *s == stage)
    };
    // For each gate the suites that it requires.
    let required: Vec<FxHashSet<Id<Suite>>> = plan
        .gates
        .iter()
        .map(|(_, gate)| required(context, gate))
        .collect();
    let mut found = Vec::new();
    let mut dropped = FxHashSet::default();
    for (_, later) in plan.gates.iter() {
        for (earlier_id, earlier) in plan.gates.iter() {
            if place(earlier) >= place(later) || place(earlier).is_none() {
                continue;
            }
            for (id, suite) in plan.suites.iter() {
                if !required[earlier_id.index()].contains(&id) {
                    continue;
                }
                let enrolled = suite
                    .stages
                    .iter()
                    .find(|s| later.stage.is_some_and(|own| own.id == s.id));
                let Some(enrolled) = enrolled else { continue };
                // Another gate of the later stage may require it.
                let kept = plan.gates.iter().any(|(gate_id, gate)| {
                    gate.stage.map(|s| s.id) == later.stage.map(|s| s.id)
                        && required[gate_id.index()].contains(&id)
                });
                let advised = later.advises.iter().any(|p| p.suite() == Some(id));
                if !kept && !advised {
                    found.push((later, earlier, suite, enrolled.span));
                    dropped.insert((enrolled.id, id));
                }
            }
        }
    }
    for (later, earlier, suite, enrolled) in found {
        let message = format!(
            "`{}` requires `{}`, and `{}` behind it does not",
            earlier.head.name(),
            suite.head.name(),
            later.head.name()
        );
        context.report(
            Diagnostic::new(codes::GATE_DROPS_SUITE, later.head.head, message)
                .label(earlier.head.head, "required here")
                .label(enrolled, "it runs in the stage of the later gate too")
                .help("add it to `requires`, or to `advises` if it shall not decide there"),
        );
    }
    dropped
}

/// The suites of which a gate requires a job.
fn required(context: &Context<'_>, gate: &Gate) -> FxHashSet<Id<Suite>> {
    let requires = JobPatterns::new(&gate.requires);
    let advises = JobPatterns::new(&gate.advises);
    context
        .cells
        .iter()
        .filter(|cell| gate.stage.is_some_and(|s| s.id == cell.stage))
        .filter(|cell| {
            if gate.requires.is_empty() {
                !advises.match_any(cell)
            } else {
                requires.match_any(cell)
            }
        })
        .map(|cell| cell.suite)
        .collect()
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

/// Whether a pattern names a job of the gate's stage; that there is none is reported.
fn pattern_names_a_job(context: &mut Context<'_>, gate: &Decl<Gate>, pattern: &JobPattern) -> bool {
    let Some(stage) = gate.stage else { return true };
    let is_made = context.builds.iter().any(|job| {
        job.stage == stage.id
            && pattern.of == Some(Work::Build(job.build))
            && pattern.points.iter().all(|p| job.points.contains(p))
    });
    let of_stage = |cell: &Cell| cell.stage == stage.id;
    if is_made || context.cells_named(pattern).any(of_stage) {
        return true;
    }
    let stage_name = context.plan.stages[stage.id].head.name();
    let declared = match pattern.of {
        Some(Work::Suite(suite)) => context.plan.suites[suite].head.head,
        // What a gate requires, it requires with all that is built for it.
        Some(Work::Build(build)) => context.plan.builds[build].head.head,
        None => return true,
    };
    let message = format!("the stage `{stage_name}` has no such job");
    context.report(
        Diagnostic::new(codes::GATE_UNKNOWN_JOB, pattern.span, message)
            .label(declared, "it is declared here")
            .help(format!("the gate would wait for ever: enrol the suite in `{stage_name}`, or take it out of the gate")),
    );
    false
}

/// A gate that no job decides is red for ever, and a job cannot both decide and not.
fn decides(context: &mut Context<'_>, gate: &Decl<Gate>) {
    let plan = context.plan;
    let Some(stage) = gate.stage else { return };
    let requires = JobPatterns::new(&gate.requires);
    let advises = JobPatterns::new(&gate.advises);
    if context.cells_of(stage.id).next().is_none() {
        return;
    }
    for advised in &gate.advises {
        let cells = || {
            context
                .cells_of(stage.id)
                .filter(|cell| advised.matches(cell))
        };
        // To require some of them, and be advised by the others, is sound.
        if cells().next().is_none() || !cells().all(|cell| requires.match_any(cell)) {
            continue;
        }
        let names_one = |pattern: &&JobPattern| cells().any(|cell| pattern.matches(cell));
        let message = "these jobs are required: they cannot only advise";
        let mut diagnostic = Diagnostic::new(codes::GATE_CONTRADICTION, advised.span, message)
            .help("leave them in one of the two lists");
        if let Some(first) = gate.requires.iter().find(names_one) {
            diagnostic = diagnostic.label(first.span, "required here");
        }
        context.report(diagnostic);
        return;
    }
    let blocks =
        |cell: &Cell| crate::jobs::outcome(plan, cell).is_none_or(|o| o.weakening().is_none());
    let names_a_build = |pattern: &JobPattern| matches!(pattern.of, Some(Work::Build(_)));
    let one_decides = gate.requires.iter().any(names_a_build)
        || context.cells_of(stage.id).any(|cell| {
            let named = if gate.requires.is_empty() {
                !advises.match_any(cell)
            } else {
                requires.match_any(cell)
            };
            named && blocks(cell)
        });
    if one_decides {
        return;
    }
    let message = "no job decides this gate: it would stop every change, for ever";
    let weak = context.cells_of(stage.id).find_map(|cell| {
        let named = gate.requires.is_empty() || requires.match_any(cell);
        let weakening = crate::jobs::outcome(plan, cell)?.weakening()?;
        (named && !advises.match_any(cell)).then_some(weakening.span)
    });
    let mut diagnostic = Diagnostic::new(codes::GATE_CONTRADICTION, gate.head.head, message)
        .help("let one of its jobs block, and do not only advise; or take the gate out");
    if let Some(advised) = gate.advises.first() {
        diagnostic = diagnostic.label(advised.span, "this only advises");
    }
    if let Some(weak) = weak {
        diagnostic = diagnostic.label(weak, "such a result decides nothing");
    }
    context.report(diagnostic);
}

/// In a stage that has gates, a job that none of them looks at can fail without being noticed.
fn ungated(context: &mut Context<'_>, dropped: &FxHashSet<(Id<Stage>, Id<Suite>)>) {
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
        let patterns = gates
            .iter()
            .flat_map(|g| g.requires.iter().chain(&g.advises));
        let patterns = JobPatterns::new(patterns);
        for cell in context.cells_of(id) {
            let seen = patterns.match_any(cell);
            // What is advisory decides nothing, whoever looks at it.
            let weak =
                crate::jobs::outcome(context.plan, cell).is_some_and(|o| o.weakening().is_some());
            if !seen && !weak && !dropped.contains(&(cell.stage, cell.suite)) {
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
