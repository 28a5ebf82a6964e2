//! Conditions can hold.

use rustc_hash::FxHashSet;

use super::names_of_branches::{Matches, combinations};
use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::glob;
use crate::name::Name;
use crate::schema::kinds::{Axis, Stage};
use crate::schema::values::{
    Condition, ConditionNode, Fact, Host, Outcome, Spanned, Text, Trigger,
};
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
        let mut seen: FxHashSet<(Span, Span, Id<Stage>)> = FxHashSet::default();
        for cell in context.cells {
            let conditions = crate::jobs::conditions(plan, cell);
            let place = |number: usize| conditions.get(number).map(|c| c.span).unwrap_or_default();
            if conditions.is_empty() || !seen.insert((place(0), place(1), cell.stage)) {
                continue;
            }
            let alone: Option<&Condition> = conditions
                .iter()
                .find(|condition| !can_hold(plan, cell.stage, &condition.node));
            let (condition, behind) = match (alone, conditions.as_slice()) {
                (Some(condition), _) => (condition, None),
                // Each can hold; but both in one run?
                (None, [of_stage, own]) => {
                    let both = [of_stage.node.clone(), own.node.clone()];
                    if can_hold(plan, cell.stage, &ConditionNode::And(both.into())) {
                        continue;
                    }
                    (own, Some(of_stage))
                }
                (None, _) => continue,
            };
            // One that never holds by itself is one mistake, whatever stands beside it.
            let own = (condition.span, Span::default(), cell.stage);
            if behind.is_none() && conditions.len() > 1 && !seen.insert(own) {
                continue;
            }
            let stage = &plan.stages[cell.stage];
            let message = format!("this can never hold in the stage `{}`", stage.head.name());
            let mut diagnostic = Diagnostic::new(codes::CONDITION_NEVER, condition.span, message)
                .help("its jobs would never run: change the condition, or what starts the stage");
            if let Some(of_stage) = behind {
                diagnostic = diagnostic.label(of_stage.span, "where this holds too");
            }
            if let Some(trigger) = stage.trigger.first() {
                diagnostic = diagnostic.label(trigger.span, "what starts the stage");
            }
            context.report(diagnostic);
        }
    }
}

/// What may start a run, as far as conditions look at it.
enum Start<'p> {
    /// Nobody knows yet: anything.
    Any,
    /// One of the triggers of the stage.
    Of(&'p Trigger),
}

impl Start<'_> {
    fn is_pull_request(&self) -> bool {
        matches!(self, Self::Any | Self::Of(Trigger::PullRequest { .. }))
    }

    /// Whether it asks for a value of an axis; and if so, whether for all of them too.
    fn asks(&self, axis: Id<Axis>) -> Option<bool> {
        let Self::Of(Trigger::Dispatch { inputs }) = self else {
            return None;
        };
        let input = inputs.iter().find(|input| input.axis == axis)?;
        Some(input.or_all)
    }

    /// What the branches of its runs can match of `facts`; nothing where that is not known. Whether
    /// there is a branch at all is decided with it: a tag is none.
    fn branches(&self, facts: &[Name]) -> Option<FxHashSet<Matches>> {
        let mut patterns: Vec<String> = facts.iter().map(|f| glob::to_regex(f.as_str())).collect();
        let (branches, tags): (&[Text], &[Text]) = match self {
            Self::Of(Trigger::PullRequest { branches }) => (branches, &[]),
            Self::Of(Trigger::Push { branches, tags }) => (branches, tags),
            _ => (&[], &[]),
        };
        let positive = |text: &Text| glob::of_refs(text.strip_prefix('!').unwrap_or(text));
        patterns.extend(branches.iter().map(positive));
        let found = combinations(&patterns)?;
        let of_facts: Matches = (1 << facts.len()) - 1;
        // Of the patterns of the trigger the last that matches decides.
        let starts = |matches: &Matches| {
            let mut starts = branches.is_empty();
            for (number, pattern) in (facts.len()..).zip(branches) {
                if matches & (1 << number) != 0 {
                    starts = !pattern.starts_with('!');
                }
            }
            starts
        };
        // A push that is told of tags alone is one of a tag.
        let mut possible: FxHashSet<Matches> = FxHashSet::default();
        if !branches.is_empty() || tags.is_empty() {
            let of_branches = found.iter().filter(|m| starts(m));
            possible.extend(of_branches.map(|matches| matches & of_facts));
        }
        let on_a_tag = match self {
            Self::Any | Self::Of(Trigger::Dispatch { .. }) => true,
            Self::Of(Trigger::Push { .. }) => !tags.is_empty() || branches.is_empty(),
            Self::Of(_) => false,
        };
        if on_a_tag {
            possible.insert(0);
        }
        Some(possible)
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
fn can_hold(plan: &Plan, stage: Id<Stage>, condition: &ConditionNode) -> bool {
    let mut facts: Vec<&Fact> = Vec::new();
    collect(condition, &mut facts);
    if facts.len() > MOST_FACTS {
        return true;
    }
    let triggers = &plan.stages[stage].trigger;
    if triggers.is_empty() {
        return can_hold_in(plan, &Start::Any, &facts, condition);
    }
    triggers
        .iter()
        .any(|trigger| can_hold_in(plan, &Start::Of(&trigger.value), &facts, condition))
}

/// The same for the runs that one trigger starts.
fn can_hold_in(plan: &Plan, start: &Start<'_>, facts: &[&Fact], condition: &ConditionNode) -> bool {
    let globs: Vec<Name> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Branch(glob) => Some(*glob),
            _ => None,
        })
        .collect();
    let branches = if globs.is_empty() {
        None
    } else {
        start.branches(&globs)
    };
    (0_u32..1 << facts.len()).any(|bits| {
        let is_true = |fact: &Fact| {
            facts
                .iter()
                .position(|f| *f == fact)
                .is_some_and(|at| bits & (1 << at) != 0)
        };
        let possible = facts.iter().all(|fact| match fact {
            Fact::Label(_) | Fact::Fork => start.is_pull_request() || !is_true(fact),
            Fact::Input(axis, _) => can_be_asked(plan, start, *axis, facts, &is_true),
            Fact::Variable(id, value) => !facts.iter().any(|other| {
                matches!(other, Fact::Variable(o, v) if o == id && v != value)
                    && is_true(fact)
                    && is_true(other)
            }),
            Fact::Changed(_) | Fact::Branch(_) => true,
        });
        let on_a_branch = branches.as_ref().is_none_or(|branches| {
            let matches = globs
                .iter()
                .enumerate()
                .map(|(number, glob)| Matches::from(is_true(&Fact::Branch(*glob))) << number)
                .sum();
            branches.contains(&matches)
        });
        possible && on_a_branch && holds(condition, &is_true)
    })
}

/// Whether somebody can have asked for those values of an axis of which that is said.
fn can_be_asked(
    plan: &Plan,
    start: &Start<'_>,
    axis: Id<Axis>,
    facts: &[&Fact],
    is_true: &impl Fn(&Fact) -> bool,
) -> bool {
    let of_axis = || {
        facts
            .iter()
            .filter(|f| matches!(f, Fact::Input(a, _) if *a == axis))
    };
    let asked = of_axis().filter(|fact| is_true(fact)).count();
    let known = of_axis().count();
    if matches!(start, Start::Any) {
        return true;
    }
    // Where nobody asks for a value, there is every one of them.
    let Some(or_all) = start.asks(axis) else {
        return asked == known;
    };
    let others = plan.axis_values[axis.index()].len() > known;
    asked == 1 || asked == 0 && others || asked == known && or_all
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
