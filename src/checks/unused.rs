//! What is declared is used.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::registries;
use crate::schema::values::{
    Arity, AxisPoint, ConditionNode, Fact, MarkerId, MarkerNode, Promise, Selection,
};
use crate::schema::{Head, KindId, Plan};

pub(super) struct Unused;

impl Check for Unused {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNUSED]
    }

    fn check(&self, context: &mut Context<'_>) {
        declarations(context);
        axis_values(context);
        quarantines(context);
        exceptions(context);
    }
}

/// Hooks of an exception that are not of its roles: they look at its files all the same.
fn exceptions(context: &mut Context<'_>) {
    let plan = context.plan;
    for (_, exception) in plan.exceptions.iter() {
        for named in &exception.hooks {
            let hook = &plan.hooks[named.id];
            let Some(role) = hook.role.filter(|role| !exception.from.contains(role)) else {
                continue;
            };
            let message = format!(
                "`{}` is for {}, which the exception is not from: it takes nothing from this hook",
                hook.head.name(),
                role.title()
            );
            context.report(
                Diagnostic::new(codes::UNUSED, named.span, message).help(format!(
                    "add `{}` to its `from`, or take the hook out",
                    role.word()
                )),
            );
        }
    }
}

/// Markers of groups that no expression asks for: looked at where every expression can match, so that
/// one that cannot is not blamed twice.
pub(super) struct UnaskedMarkers;

impl Check for UnaskedMarkers {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNUSED]
    }

    fn check(&self, context: &mut Context<'_>) {
        markers(context);
    }
}

/// Whether something that nothing names does nothing. The others work by being there: a suite runs, a
/// hook is installed, a marker is registered, an artifact is there to be fetched by people.
fn must_be_used(kind: KindId) -> bool {
    matches!(
        kind,
        KindId::Tool
            | KindId::Owner
            | KindId::TestType
            | KindId::Environment
            | KindId::Runner
            | KindId::Service
            | KindId::Metric
            | KindId::Area
            | KindId::Axis
            | KindId::Secret
            | KindId::Variable
            | KindId::Label
            | KindId::Approval
            | KindId::Cache
            | KindId::Registry
            | KindId::Constant
    )
}

fn declarations(context: &mut Context<'_>) {
    let plan = context.plan;
    // To accept that something is unused is no use of it.
    let mut accepted: FxHashMap<(KindId, u32), u32> = FxHashMap::default();
    for (_, accept) in plan.accepts.iter() {
        if let Some(of) = accept.of {
            *accepted.entry((of.kind, of.index)).or_default() += 1;
        }
    }
    let pulled: FxHashSet<usize> = context
        .cells
        .iter()
        .flat_map(|cell| registries::of_cell(plan, cell))
        .map(|id| id.index())
        .collect();
    for (kind, index, head) in indexed_heads(plan) {
        // Nobody names a registry: images are of it by their names.
        if kind == KindId::Registry && pulled.contains(&(index as usize)) {
            continue;
        }
        // A tool that is known without a declaration has no place, and need not be used.
        if !must_be_used(kind) || head.span.is_empty() {
            continue;
        }
        let named = plan.used.get(&(kind, index)).copied().unwrap_or_default();
        let by_accepts = accepted.get(&(kind, index)).copied().unwrap_or_default();
        if named > by_accepts {
            continue;
        }
        let message = format!("nothing uses the {} `{}`", kind.schema().name, head.name());
        context.report_unless(
            Promise::Unused,
            |accept| {
                accept
                    .of
                    .is_some_and(|of| of.kind == kind && of.index == index)
            },
            Diagnostic::new(codes::UNUSED, head.head, message).help("use it, or take it out"),
        );
    }
}

/// Every declaration with its kind and its number in it.
fn indexed_heads(plan: &Plan) -> impl Iterator<Item = (KindId, u32, &Head)> {
    let mut last = None;
    let mut next = 0;
    plan.heads().map(move |(kind, head)| {
        next = if last == Some(kind) { next + 1 } else { 0 };
        last = Some(kind);
        (kind, next, head)
    })
}

/// The values that a condition asks for.
fn asked(node: &ConditionNode, seen: &mut FxHashSet<AxisPoint>) {
    match node {
        ConditionNode::Fact(Fact::Input(axis, value)) => {
            seen.insert(AxisPoint {
                axis: *axis,
                value: *value,
            });
        }
        ConditionNode::Fact(_) => {}
        ConditionNode::Not(inner) => asked(inner, seen),
        ConditionNode::And(parts) | ConditionNode::Or(parts) => {
            for part in parts {
                asked(part, seen);
            }
        }
    }
}

/// Each value of an axis that somebody uses is the value of some job, or asked for by a condition.
fn axis_values(context: &mut Context<'_>) {
    let plan = context.plan;
    let mut seen: FxHashSet<AxisPoint> = FxHashSet::default();
    for cell in context.cells {
        seen.extend(cell.points.iter().copied());
    }
    for job in context.builds {
        seen.extend(job.points.iter().copied());
    }
    // A value that a condition asks for decides about jobs that need not have it.
    let conditions = plan
        .suites
        .iter()
        .filter_map(|(_, suite)| suite.when.as_ref())
        .chain(plan.ats.iter().filter_map(|(_, at)| at.when.as_ref()))
        .chain(plan.stages.iter().filter_map(|(_, s)| s.when.as_ref()));
    for condition in conditions {
        asked(&condition.node, &mut seen);
    }
    for (id, axis) in plan.axes.iter() {
        let index = u32::try_from(id.index()).unwrap_or(u32::MAX);
        if !plan.used.contains_key(&(KindId::Axis, index)) {
            continue;
        }
        for (number, value) in (0_u32..).zip(&plan.axis_values[id.index()]) {
            let point = AxisPoint {
                axis: id,
                value: number,
            };
            if seen.contains(&point) {
                continue;
            }
            let message = format!(
                "no job has the value `{}` of the axis `{}`",
                value.name,
                axis.head.name()
            );
            context.report_unless(
                Promise::Unused,
                |accept| {
                    accept
                        .of
                        .is_some_and(|of| of.kind == KindId::Axis && of.index == index)
                },
                Diagnostic::new(codes::UNUSED, value.span, message)
                    .help("leave it to some job, or take it out"),
            );
        }
    }
}

/// A marker of a group tells tests apart: somebody must ask for it, or it says to which stage a test
/// belongs. One outside groups may be there for a plugin.
fn markers(context: &mut Context<'_>) {
    let plan = context.plan;
    let excluded = excluded(plan);
    for (_, group) in plan.marker_groups.iter() {
        let carries_one =
            group.arity == Arity::One || group.arity == Arity::AtMostOne && group.default.is_some();
        for marker in &group.markers.markers {
            // Of a group of which each test carries one, to ask for tests without one is to ask for
            // those with another.
            let mut others = group.markers.markers.iter();
            if carries_one && others.any(|m| m.id != marker.id && excluded.contains(&m.id)) {
                continue;
            }
            let name = plan.markers.name(marker.id);
            let of_stage = plan
                .stages
                .iter()
                .any(|(_, stage)| stage.head.name == Some(name));
            let is_default = group.default.is_some_and(|default| default.id == marker.id);
            let info = plan.markers.info(marker.id);
            let of_service = info.is_some_and(|info| info.service.is_some());
            if of_stage || is_default || of_service || plan.used_markers.contains(&marker.id) {
                continue;
            }
            let declared = info.and_then(|info| info.declared);
            let message = format!("nothing asks for the marker `{name}`");
            context.report_unless(
                Promise::Unused,
                |accept| {
                    accept.of.is_some_and(|of| {
                        of.kind == KindId::Marker
                            && declared.is_some_and(|d| d.index() == of.index as usize)
                    })
                },
                Diagnostic::new(codes::UNUSED, marker.span, message)
                    .help("select the tests that carry it somewhere, or take it out"),
            );
        }
    }
}

/// The markers without which tests are asked for somewhere: those below a `not`, and those whose tests
/// others take where what is left has a `rest`.
fn excluded(plan: &Plan) -> FxHashSet<MarkerId> {
    let mut excluded = FxHashSet::default();
    for expression in plan.marker_expressions() {
        below_not(&expression.node, false, &mut excluded);
    }
    let mut add = |selections: &[&Selection]| {
        let has_rest = selections.iter().any(|s| matches!(s, Selection::Rest));
        for selection in selections {
            if let Selection::These(node) = selection {
                below_not(node, false, &mut excluded);
                if has_rest {
                    below_not(node, true, &mut excluded);
                }
            }
        }
    };
    for values in &plan.axis_values {
        let selections: Vec<&Selection> =
            values.iter().filter_map(|v| v.selects.as_ref()).collect();
        add(&selections);
    }
    for parts in &plan.parts_of {
        let selects = parts
            .iter()
            .filter_map(|id| plan.parts[*id].select.as_ref());
        let selections: Vec<&Selection> = selects.map(|select| &select.selection).collect();
        add(&selections);
    }
    excluded
}

fn below_not(node: &MarkerNode, negated: bool, into: &mut FxHashSet<MarkerId>) {
    match node {
        MarkerNode::All => {}
        MarkerNode::Marker(marker) | MarkerNode::WithArguments(marker, _) => {
            if negated {
                into.insert(*marker);
            }
        }
        MarkerNode::Not(inner) => below_not(inner, !negated, into),
        MarkerNode::And(parts) | MarkerNode::Or(parts) => {
            for part in parts {
                below_not(part, negated, into);
            }
        }
    }
}

/// A test in quarantine would run, were it not there.
fn quarantines(context: &mut Context<'_>) {
    let plan = context.plan;
    for (_, quarantine) in plan.quarantines.iter() {
        let Some(test) = &quarantine.test else {
            continue;
        };
        let held = plan
            .suites
            .iter()
            .any(|(_, suite)| crate::jobs::command::holds_test(plan, suite, test));
        if held {
            continue;
        }
        let message = "no suite runs this test";
        context.report(
            Diagnostic::new(codes::UNUSED, test.text.span, message)
                .help("mend the id, or take the quarantine out"),
        );
    }
}
