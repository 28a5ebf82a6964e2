//! Conditions can hold.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::kinds::Stage;
use crate::schema::values::{Condition, ConditionNode, Fact, Host, Outcome, Spanned, Trigger};
use crate::schema::{Id, Plan};
use crate::source::Span;

pub(super) struct Conditions;

/// With more facts than this in one condition nothing is said about it: each doubles the cases.
const MOST_FACTS: usize = 16;

impl Check for Conditions {
    fn codes(&self) -> &'static [Code] {
        &[codes::CONDITION_NEVER]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        unasked(context);
        let mut seen: Vec<(Span, Id<Stage>)> = Vec::new();
        for cell in context.cells {
            for condition in crate::jobs::conditions(plan, cell) {
                if seen.contains(&(condition.span, cell.stage)) {
                    continue;
                }
                seen.push((condition.span, cell.stage));
                if can_hold(plan, cell.stage, &condition) {
                    continue;
                }
                let stage = &plan.stages[cell.stage];
                let message = format!("this can never hold in the stage `{}`", stage.head.name());
                let mut diagnostic =
                    Diagnostic::new(codes::CONDITION_NEVER, condition.span, message).help(
                        "its jobs would never run: change the condition, or what starts the stage",
                    );
                if let Some(trigger) = stage.trigger.first() {
                    diagnostic = diagnostic.label(trigger.span, "what starts the stage");
                }
                context.report(diagnostic);
            }
        }
    }
}

/// A job that is manual is in runs that somebody starts by hand: GitHub knows no other way to ask for
/// it, while GitLab shows it in every pipeline.
fn unasked(context: &mut Context<'_>) {
    let plan = context.plan;
    let mut seen: Vec<(Span, Id<Stage>)> = Vec::new();
    for cell in context.cells {
        let stage = &plan.stages[cell.stage];
        let Some(Outcome::Manual(weakening)) = crate::jobs::outcome(plan, cell) else {
            continue;
        };
        let is_asked =
            |trigger: &Spanned<Trigger>| matches!(trigger.value, Trigger::Dispatch { .. });
        if stage.host != Some(Host::GitHub)
            || stage.trigger.iter().any(is_asked)
            || seen.contains(&(weakening.span, cell.stage))
        {
            continue;
        }
        // What starts a stage may be open still; one that nothing starts is reported for itself.
        let Some(first) = stage.trigger.first() else {
            continue;
        };
        seen.push((weakening.span, cell.stage));
        let message = format!(
            "this runs when somebody asks for it, and nobody can start the stage `{}` by hand",
            stage.head.name()
        );
        context.report(
            Diagnostic::new(codes::CONDITION_NEVER, weakening.span, message)
                .label(first.span, "what starts the stage")
                .help("its jobs would never run: add `dispatch` to the `trigger` of the stage, or run them in a stage that has it"),
        );
    }
}

/// Whether some run of a stage fulfils a condition: every combination of its facts is tried that a run
/// can have.
fn can_hold(plan: &Plan, stage: Id<Stage>, condition: &Condition) -> bool {
    let mut facts: Vec<&Fact> = Vec::new();
    collect(&condition.node, &mut facts);
    if facts.len() > MOST_FACTS {
        return true;
    }
    let triggers = &plan.stages[stage].trigger;
    // A stage of which nobody knows yet what starts it may have any run.
    let any = triggers.is_empty();
    let pull_request = any
        || triggers
            .iter()
            .any(|t| matches!(t.value, Trigger::PullRequest { .. }));
    let asks = |axis| {
        any || triggers.iter().any(|t| match &t.value {
            Trigger::Dispatch { inputs } => inputs.iter().any(|input| input.axis == axis),
            _ => false,
        })
    };
    (0_u32..1 << facts.len()).any(|bits| {
        let is_true = |fact: &Fact| {
            facts
                .iter()
                .position(|f| *f == fact)
                .is_some_and(|at| bits & (1 << at) != 0)
        };
        let possible = facts.iter().all(|fact| match fact {
            Fact::Label(_) | Fact::Fork => pull_request || !is_true(fact),
            // Where nobody asks for a value, there is every one of them.
            Fact::Input(axis, _) => asks(*axis) || is_true(fact),
            Fact::Variable(id, value) => !facts.iter().any(|other| {
                matches!(other, Fact::Variable(o, v) if o == id && v != value)
                    && is_true(fact)
                    && is_true(other)
            }),
            Fact::Changed(_) | Fact::Branch(_) => true,
        });
        possible && holds(&condition.node, &is_true)
    })
}

fn collect<'c>(node: &'c ConditionNode, into: &mut Vec<&'c Fact>) {
    match node {
        ConditionNode::Fact(fact) => {
            if !into.contains(&fact) {
                into.push(fact);
            }
        }
        ConditionNode::Not(inner) => collect(inner, into),
        ConditionNode::And(parts) | ConditionNode::Or(parts) => {
            for part in parts {
                collect(part, into);
            }
        }
    }
}

fn holds(node: &ConditionNode, is_true: &impl Fn(&Fact) -> bool) -> bool {
    match node {
        ConditionNode::Fact(fact) => is_true(fact),
        ConditionNode::Not(inner) => !holds(inner, is_true),
        ConditionNode::And(parts) => parts.iter().all(|part| holds(part, is_true)),
        ConditionNode::Or(parts) => parts.iter().any(|part| holds(part, is_true)),
    }
}
