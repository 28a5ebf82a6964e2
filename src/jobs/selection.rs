//! What a job selects, as one marker expression.

use super::Cell;
use crate::algebra::{Defaults, Formula};
use crate::name::Name;
use crate::schema::kinds::{Environment, Part, Stage, TestType};
use crate::schema::values::{AxisPoint, MarkerExpr, MarkerNode, Ref, Selection, ToolKind};
use crate::schema::{Id, KindId, Plan};
use crate::source::Span;

/// What a stage promises: what it `selects`, else the marker of its own name, else all.
pub fn of_stage(plan: &Plan, stage: Id<Stage>) -> MarkerNode {
    let stage = &plan.stages[stage];
    match (&stage.selects, stage.head.name) {
        (Some(selects), _) => selects.node.clone(),
        (None, Some(name)) => plan
            .markers
            .find(name)
            .map_or(MarkerNode::All, MarkerNode::Marker),
        (None, None) => MarkerNode::All,
    }
}

/// What a type selects, with the wider types that it is part of.
pub(super) fn of_type(plan: &Plan, test_type: Id<TestType>) -> Vec<MarkerNode> {
    let selects = |id| plan.types[id].selects.as_ref().map(|s| s.node.clone());
    wider(plan, test_type)
        .into_iter()
        .filter_map(selects)
        .collect()
}

/// A type behind the wider types that it is part of, the widest first.
fn wider(plan: &Plan, test_type: Id<TestType>) -> Vec<Id<TestType>> {
    let mut types = Vec::new();
    let mut next = Some(test_type);
    // No longer than there are types: a circle is reported by a check.
    for _ in 0..plan.types.len() {
        let Some(id) = next else { break };
        types.push(id);
        next = plan.types[id].part_of.map(|wider| wider.id);
    }
    types.reverse();
    types
}

/// Something that decides about what a cell selects: a test is selected if it fulfils all of them.
#[derive(Debug, Clone, Copy)]
pub enum Factor<'p> {
    /// What the stage promises.
    Stage(Id<Stage>),
    /// What one of the types of the suite selects.
    Types(&'p [Ref<TestType>]),
    /// What the environment takes.
    Environment(Id<Environment>),
    /// What the value of an axis takes.
    Axis(AxisPoint),
    /// What the suite selects, or an `at` block in its place.
    Own(&'p MarkerExpr),
}

impl Factor<'_> {
    /// As an expression; nothing where it takes every test.
    fn node(self, plan: &Plan) -> Option<MarkerNode> {
        match self {
            Self::Stage(stage) => Some(of_stage(plan, stage)),
            Self::Types(types) => of_types(plan, types),
            Self::Environment(environment) => {
                let takes = plan.environments[environment].takes.as_ref();
                takes.map(|takes| takes.node.clone())
            }
            Self::Axis(point) => of_axis(plan, point),
            Self::Own(own) => Some(own.node.clone()),
        }
    }
}

/// What decides about what a cell selects, in the order in which it is told.
pub fn deciding<'p>(plan: &'p Plan, cell: &'p Cell) -> impl Iterator<Item = Factor<'p>> {
    let own = cell.setting(plan, |at| at.select.as_ref(), |suite| suite.select.as_ref());
    [
        Factor::Stage(cell.stage),
        Factor::Types(&plan.suites[cell.suite].types),
        Factor::Environment(cell.environment),
    ]
    .into_iter()
    .chain(cell.points.iter().copied().map(Factor::Axis))
    .chain(own.map(Factor::Own))
}

/// What one of some types selects; nothing where one of them takes all: then so do they together.
fn of_types(plan: &Plan, types: &[Ref<TestType>]) -> Option<MarkerNode> {
    let mut selected = Vec::with_capacity(types.len());
    for test_type in types {
        let terms = of_type(plan, test_type.id);
        if terms.is_empty() {
            return None;
        }
        selected.push(conjunction(terms));
    }
    match selected.len() {
        0 | 1 => selected.pop(),
        _ => Some(MarkerNode::Or(selected)),
    }
}

/// The factors of a cell's selection as expressions: those that repeat an earlier one, or select
/// everything, are left out.
pub fn factors(plan: &Plan, cell: &Cell) -> Vec<MarkerNode> {
    conjuncts(deciding(plan, cell).filter_map(|factor| factor.node(plan)))
}

/// One declaration's word on which tests a cell takes.
#[derive(Debug, Clone)]
pub struct Said {
    /// The kind of declaration that says it, and its name; of an axis, with the name of the value.
    pub by: (KindId, String),
    /// Which tests.
    pub node: MarkerNode,
    /// Where it is said.
    pub span: Span,
}

/// What stage, types, environment, axes and suite each say about which tests a cell takes, as they say
/// it. [`factors`] are made of these.
pub fn said(plan: &Plan, cell: &Cell) -> Vec<Said> {
    let mut said = Vec::new();
    let mut add = |kind, name: &str, node, span| {
        let by = (kind, name.to_owned());
        said.push(Said { by, node, span });
    };
    let stage = &plan.stages[cell.stage];
    let place = stage.selects.as_ref().map_or(stage.head.head, |s| s.span);
    let promised = of_stage(plan, cell.stage);
    add(KindId::Stage, stage.head.name(), promised, place);
    let suite = &plan.suites[cell.suite];
    for test_type in &suite.types {
        for id in wider(plan, test_type.id) {
            let declared = &plan.types[id];
            if let Some(selects) = &declared.selects {
                let (name, node) = (declared.head.name(), selects.node.clone());
                add(KindId::TestType, name, node, selects.span);
            }
        }
    }
    let environment = &plan.environments[cell.environment];
    if let Some(takes) = &environment.takes {
        let (name, node) = (environment.head.name(), takes.node.clone());
        add(KindId::Environment, name, node, takes.span);
    }
    for point in &cell.points {
        if let (Some(node), Some(value)) =
            (of_axis(plan, *point), super::cells::value(plan, *point))
        {
            let name = format!("{}/{}", plan.axes[point.axis].head.name(), value.name);
            add(KindId::Axis, &name, node, value.span);
        }
    }
    let own = cell.setting(plan, |at| at.select.as_ref(), |suite| suite.select.as_ref());
    if let Some(own) = own {
        add(KindId::Suite, suite.head.name(), own.node.clone(), own.span);
    }
    said
}

/// The factors of a part's selection; without one, those of the cell.
pub fn of_part(plan: &Plan, cell: &Cell, part: Option<Id<Part>>) -> Vec<MarkerNode> {
    let own = part.and_then(|part| own_factor(plan, cell, part));
    conjuncts(factors(plan, cell).into_iter().chain(own))
}

/// What a part takes of the tests of its cell.
pub fn own_factor(plan: &Plan, cell: &Cell, part: Id<Part>) -> Option<MarkerNode> {
    match &plan.parts[part].select.as_ref()?.selection {
        Selection::These(node) => Some(node.clone()),
        Selection::Rest => {
            let earlier = plan.parts_of[cell.suite.index()]
                .iter()
                .take_while(|id| **id != part);
            Some(rest(earlier.filter_map(
                |id| match &plan.parts[*id].select.as_ref()?.selection {
                    Selection::These(node) => Some(node.clone()),
                    Selection::Rest => Some(MarkerNode::All),
                },
            )))
        }
    }
}

/// What the value of an axis takes, on an axis that divides the tests.
pub fn of_axis(plan: &Plan, point: AxisPoint) -> Option<MarkerNode> {
    let values = &plan.axis_values[point.axis.index()];
    match values.get(point.value as usize)?.selects.as_ref()? {
        Selection::These(node) => Some(node.clone()),
        Selection::Rest => Some(rest(values.iter().enumerate().filter_map(|(number, v)| {
            let Some(Selection::These(node)) = &v.selects else {
                return None;
            };
            (number != point.value as usize).then(|| node.clone())
        }))),
    }
}

/// What none of these takes.
pub fn rest(taken: impl Iterator<Item = MarkerNode>) -> MarkerNode {
    let taken: Vec<MarkerNode> = taken.collect();
    match taken.len() {
        0 => MarkerNode::All,
        _ => MarkerNode::Not(Box::new(MarkerNode::Or(taken))),
    }
}

/// Expressions of which each must hold, taken apart, each once, without those that always do.
pub fn conjuncts(all: impl Iterator<Item = MarkerNode>) -> Vec<MarkerNode> {
    let mut factors: Vec<MarkerNode> = Vec::new();
    for factor in all.map(simplify) {
        // A conjunction inside is taken apart, so that a term that is there already is not repeated.
        let parts = match factor {
            MarkerNode::And(parts) => parts,
            other => vec![other],
        };
        for part in parts {
            if part != MarkerNode::All && !factors.contains(&part) {
                factors.push(part);
            }
        }
    }
    factors
}

/// Takes `all` out wherever something smaller says the same. What can match nothing becomes an
/// empty `or`.
fn simplify(node: MarkerNode) -> MarkerNode {
    match node {
        MarkerNode::Not(inner) => match simplify(*inner) {
            MarkerNode::All => MarkerNode::Or(Vec::new()),
            MarkerNode::Not(inner) => *inner,
            inner => MarkerNode::Not(Box::new(inner)),
        },
        MarkerNode::And(parts) => conjunction(
            parts
                .into_iter()
                .map(simplify)
                .filter(|p| *p != MarkerNode::All)
                .collect(),
        ),
        MarkerNode::Or(parts) => {
            let parts: Vec<MarkerNode> = parts.into_iter().map(simplify).collect();
            if parts.contains(&MarkerNode::All) {
                MarkerNode::All
            } else {
                MarkerNode::Or(parts)
            }
        }
        other => other,
    }
}

/// All of these at once.
pub fn conjunction(mut parts: Vec<MarkerNode>) -> MarkerNode {
    match parts.len() {
        0 => MarkerNode::All,
        1 => parts.swap_remove(0),
        _ => MarkerNode::And(parts),
    }
}

/// The expression for pytest's `-m`, or nothing where every test is selected.
///
/// A test without any marker of a group that has a default is taken to carry the default; so a
/// default is written as "none of the others".
pub fn pytest(plan: &Plan, defaults: &Defaults, factors: Vec<MarkerNode>) -> Option<String> {
    if factors.is_empty() {
        return None;
    }
    let node = as_carried(defaults, factors);
    if node == MarkerNode::All {
        return None;
    }
    let mut text = String::new();
    write(plan, &node, Place::Top, &mut text);
    Some(text)
}

/// What pytest is asked for: all factors at once, each default as "none of the others".
pub fn as_carried(defaults: &Defaults, factors: Vec<MarkerNode>) -> MarkerNode {
    carried(defaults, &conjunction(factors))
}

/// An expression as text, its defaults written out.
pub fn text(plan: &Plan, node: &MarkerNode) -> String {
    let mut text = String::new();
    match carried(&Defaults::of_plan(plan), node) {
        MarkerNode::All => text.push_str("all"),
        node => write(plan, &node, Place::Top, &mut text),
    }
    text
}

/// The same in what a test carries rather than in what it counts as carrying.
fn carried(defaults: &Defaults, node: &MarkerNode) -> MarkerNode {
    let carried = defaults.carried(&Formula::from(node));
    // No condition is among the markers of a plan, which alone could not be written.
    carried.node().map_or_else(|| node.clone(), simplify)
}

/// An expression as text, in the words of the plan.
pub fn text_as_written(plan: &Plan, node: &MarkerNode) -> String {
    let mut text = String::new();
    match simplify(node.clone()) {
        MarkerNode::All => text.push_str("all"),
        node => write(plan, &node, Place::Top, &mut text),
    }
    text
}

/// Where an expression is written, which decides about parentheses.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Top,
    InAnd,
    InNot,
}

fn write(plan: &Plan, node: &MarkerNode, place: Place, out: &mut String) {
    match node {
        // Simplified away before: pytest has no word for "every test".
        MarkerNode::All => {}
        MarkerNode::Marker(marker) => out.push_str(plan.markers.name(*marker).as_str()),
        MarkerNode::WithArguments(marker, arguments) => {
            out.push_str(plan.markers.name(*marker).as_str());
            for (index, argument) in arguments.iter().enumerate() {
                out.push_str(if index == 0 { "(" } else { ", " });
                out.push_str(&argument.to_string());
            }
            out.push_str(if arguments.is_empty() { "" } else { ")" });
        }
        MarkerNode::Not(inner) => {
            out.push_str("not ");
            write(plan, inner, Place::InNot, out);
        }
        MarkerNode::And(parts) => {
            let place_inside = Place::InAnd;
            joined(
                plan,
                parts,
                " and ",
                place == Place::InNot,
                place_inside,
                out,
            );
        }
        MarkerNode::Or(parts) if parts.len() == 1 => write(plan, &parts[0], place, out),
        MarkerNode::Or(parts) => joined(plan, parts, " or ", place != Place::Top, Place::Top, out),
    }
}

fn joined(
    plan: &Plan,
    parts: &[MarkerNode],
    word: &str,
    parenthesised: bool,
    place: Place,
    out: &mut String,
) {
    if parenthesised {
        out.push('(');
    }
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push_str(word);
        }
        write(plan, part, place, out);
    }
    if parenthesised {
        out.push(')');
    }
}

/// Whether a tool selects by markers.
pub const fn uses_markers(tool: ToolKind) -> bool {
    matches!(tool, ToolKind::Pytest)
}

/// The name of the marker that a service gives to its dependants.
pub fn service_marker(service: &str) -> Name {
    Name::new(&format!("needs_{service}"))
}
