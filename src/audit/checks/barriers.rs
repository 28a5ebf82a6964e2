//! What keeps a test out of a job: every declared expression that has a say in what it selects.

use super::Context;
use crate::algebra::Set;
use crate::audit::selection::Call;
use crate::jobs::{cells, selection};
use crate::schema::values::MarkerNode;
use crate::source::Span;

/// A declared expression that a test must carry to be run in a lane.
#[derive(Debug, Clone)]
pub(super) struct Barrier {
    /// Where it stands.
    pub(super) span: Span,
    /// What it is.
    pub(super) words: String,
    /// What of the job it is part of.
    pub(super) factor: Factor,
    /// What it asks for; nothing where that is too large to decide.
    pub(super) asks: Option<Set>,
}

/// What of a job keeps a test out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Factor {
    /// Its stage.
    Stage,
    /// Its suite, or the type of it.
    Suite,
    /// Its environment.
    Place,
    /// A value of an axis.
    Axis,
    /// A part of the suite.
    Part,
}

/// Those of a lane: of one that calls cargo none, for its tests have no markers.
pub(super) fn of(context: &Context<'_>, lane: u32) -> Vec<Barrier> {
    let job = context.job_of(lane);
    let lane = context.lane(lane);
    let plan = context.plan;
    let mut out = Vec::new();
    if !matches!(lane.call, Call::Pytest(_)) {
        return out;
    }
    let mut ask = |node: &MarkerNode, span: Span, words: String, factor: Factor| {
        out.push(Barrier {
            span,
            words,
            factor,
            asks: context.matcher.borrow_mut().asked(node),
        });
    };
    let stage = &plan.stages[job.stage];
    let stage_span = stage.selects.as_ref().map_or(stage.head.head, |s| s.span);
    ask(
        &selection::of_stage(plan, job.stage),
        stage_span,
        format!("what the stage `{}` selects", stage.head.name()),
        Factor::Stage,
    );
    let suite = &plan.suites[job.suite];
    let types: Vec<_> = suite.types.iter().collect();
    if let [only] = types.as_slice()
        && let Some(selects) = &plan.types[only.id].selects
    {
        let words = format!(
            "what the type `{}` selects",
            plan.types[only.id].head.name()
        );
        ask(&selects.node, selects.span, words, Factor::Suite);
    }
    if let Some(takes) = &plan.environments[job.environment].takes {
        let name = plan.environments[job.environment].head.name();
        let words = format!("what the environment `{name}` takes");
        ask(&takes.node, takes.span, words, Factor::Place);
    }
    for point in &job.points {
        if let (Some(node), Some(value)) =
            (selection::of_axis(plan, *point), cells::value(plan, *point))
        {
            let axis = plan.axes[point.axis].head.name();
            let words = format!("what `{}` on the axis `{axis}` takes", value.name);
            ask(&node, value.span, words, Factor::Axis);
        }
    }
    let own = job.setting(plan, |at| at.select.as_ref(), |suite| suite.select.as_ref());
    if let Some(own) = own {
        let words = format!("what the suite `{}` selects", suite.head.name());
        ask(&own.node, own.span, words, Factor::Suite);
    }
    if let Some(part) = job.runs[lane.run].part
        && let Some(node) = selection::own_factor(plan, job, part)
    {
        let words = format!("what the part `{}` selects", plan.parts[part].head.name());
        ask(&node, plan.parts[part].head.head, words, Factor::Part);
    }
    out
}
