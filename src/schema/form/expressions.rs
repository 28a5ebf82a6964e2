//! Expressions over markers, and conditions over runs: as text, and taken apart.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Form, Names};
use crate::algebra::ArgumentValue;
use crate::jobs::{cells, selection};
use crate::schema::values::{
    AxisPoint, Condition, ConditionNode, Fact, MarkerExpr, MarkerNode, PartSelection, Selection,
};

/// Which tests: a question asked of a test's markers.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields, example = MarkerExpression::example())]
pub struct MarkerExpression {
    /// As text, in the words of the plan; `all` is every test.
    text: String,
    /// Taken apart. Absent for `rest`: what no other value of the axis, or no earlier part, takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "MarkerTree")]
    tests: Option<MarkerTree>,
}

impl MarkerExpression {
    /// Of an expression.
    pub fn of(node: &MarkerNode, names: &Names<'_>) -> Self {
        Self {
            text: selection::text_as_written(names.plan, node),
            tests: Some(MarkerTree::of(node, names)),
        }
    }

    /// Of what an axis value or a part takes.
    pub fn of_selection(selection: &Selection, names: &Names<'_>) -> Self {
        match selection {
            Selection::These(node) => Self::of(node, names),
            Selection::Rest => Self {
                text: "rest".to_owned(),
                tests: None,
            },
        }
    }

    fn example() -> Self {
        let not_slow = MarkerTree::Not(Box::new(MarkerTree::Marker("slow")));
        Self {
            text: "router and not slow".to_owned(),
            tests: Some(MarkerTree::And(vec![
                MarkerTree::Marker("router"),
                not_slow,
            ])),
        }
    }
}

/// An expression over markers, taken apart.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkerTree {
    /// Every test.
    All,
    /// The tests that carry this marker.
    Marker(&'static str),
    /// The tests that carry a marker with these arguments.
    With(MarkerWith),
    /// The tests that this does not match.
    Not(Box<MarkerTree>),
    /// The tests that all of these match.
    And(Vec<MarkerTree>),
    /// The tests that any of these matches.
    Or(Vec<MarkerTree>),
}

/// A marker with what stands in its parentheses.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MarkerWith {
    /// Its name.
    marker: &'static str,
    /// The arguments it must have; without any, it may have whatever arguments.
    arguments: Vec<ArgumentForm>,
}

/// An argument of a marker.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MarkerArgument", deny_unknown_fields)]
pub struct ArgumentForm {
    /// Its name.
    name: String,
    /// Its value, as Python compares it.
    value: ArgumentValueForm,
}

/// The value of an argument of a marker.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MarkerArgumentValue")]
#[serde(untagged)]
pub enum ArgumentValueForm {
    /// A whole number.
    Number(i128),
    /// A text.
    Text(String),
    /// `True` or `False`.
    Truth(bool),
    /// `None`.
    Nothing(()),
}

impl MarkerTree {
    fn of(node: &MarkerNode, names: &Names<'_>) -> Self {
        let name = |id| names.plan.markers.name(id).as_str();
        let parts = |parts: &[MarkerNode]| parts.iter().map(|p| Self::of(p, names)).collect();
        match node {
            MarkerNode::All => Self::All,
            MarkerNode::Marker(id) => Self::Marker(name(*id)),
            MarkerNode::WithArguments(id, arguments) => Self::With(MarkerWith {
                marker: name(*id),
                arguments: arguments
                    .iter()
                    .map(|argument| ArgumentForm {
                        name: argument.name.to_string(),
                        value: match &argument.value {
                            ArgumentValue::Integer(number) => ArgumentValueForm::Number(*number),
                            ArgumentValue::Text(text) => ArgumentValueForm::Text(text.to_string()),
                            ArgumentValue::True => ArgumentValueForm::Truth(true),
                            ArgumentValue::False => ArgumentValueForm::Truth(false),
                            ArgumentValue::None => ArgumentValueForm::Nothing(()),
                        },
                    })
                    .collect(),
            }),
            MarkerNode::Not(inner) => Self::Not(Box::new(Self::of(inner, names))),
            MarkerNode::And(inner) => Self::And(parts(inner)),
            MarkerNode::Or(inner) => Self::Or(parts(inner)),
        }
    }
}

impl Form for MarkerExpr {
    type Json = MarkerExpression;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        MarkerExpression::of(&self.node, names)
    }
}

impl Form for PartSelection {
    type Json = MarkerExpression;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        MarkerExpression::of_selection(&self.selection, names)
    }
}

/// What must hold of a run.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Condition", deny_unknown_fields, example = ConditionForm::example())]
pub struct ConditionForm {
    /// As text, in the words of the plan.
    text: String,
    /// Taken apart.
    holds: ConditionTree,
}

/// A condition, taken apart.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConditionTree {
    /// A file that this `paths` declaration claims was changed.
    Changed(&'static str),
    /// The pull request has this `label`.
    Label(&'static str),
    /// The branch that is pushed, or that a change is to be merged into, matches this pattern.
    Branch(&'static str),
    /// The change comes from a fork.
    Fork,
    /// Whoever started the run asked for this value of an axis, or for all.
    Input(PointForm),
    /// A variable of the repository has this value.
    Variable(VariableForm),
    /// The opposite holds.
    Not(Box<ConditionTree>),
    /// All of these hold.
    And(Vec<ConditionTree>),
    /// Any of these holds.
    Or(Vec<ConditionTree>),
}

/// A value of an axis.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AxisPoint", deny_unknown_fields)]
pub struct PointForm {
    /// The name of the `axis`.
    axis: &'static str,
    /// The name of its value.
    value: &'static str,
}

/// A `variable` and a value of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "VariableValue", deny_unknown_fields)]
pub struct VariableForm {
    /// The name of its declaration.
    variable: &'static str,
    /// The value that it has.
    value: &'static str,
}

impl ConditionForm {
    fn example() -> Self {
        let no_fork = ConditionTree::Not(Box::new(ConditionTree::Fork));
        Self {
            text: "changed(core) and not fork".to_owned(),
            holds: ConditionTree::And(vec![ConditionTree::Changed("core"), no_fork]),
        }
    }
}

impl ConditionTree {
    fn of(node: &ConditionNode, names: &Names<'_>) -> Self {
        let parts = |parts: &[ConditionNode]| parts.iter().map(|p| Self::of(p, names)).collect();
        match node {
            ConditionNode::Not(inner) => Self::Not(Box::new(Self::of(inner, names))),
            ConditionNode::And(inner) => Self::And(parts(inner)),
            ConditionNode::Or(inner) => Self::Or(parts(inner)),
            ConditionNode::Fact(fact) => match fact {
                Fact::Changed(paths) => Self::Changed(names.of(*paths)),
                Fact::Label(label) => Self::Label(names.of(*label)),
                Fact::Branch(glob) => Self::Branch(glob.as_str()),
                Fact::Fork => Self::Fork,
                Fact::Input(axis, value) => {
                    let (axis, value) = (*axis, *value);
                    let found = cells::value(names.plan, AxisPoint { axis, value });
                    Self::Input(PointForm {
                        axis: names.of(axis),
                        value: found.map_or("", |value| value.name.as_str()),
                    })
                }
                Fact::Variable(variable, value) => Self::Variable(VariableForm {
                    variable: names.of(*variable),
                    value: value.map_or("true", |value| value.as_str()),
                }),
            },
        }
    }

    /// As it would be written in a plan; `inside` another condition with parentheses.
    fn text(&self, inside: bool) -> String {
        let joined = |parts: &[Self], word: &str| {
            let parts: Vec<String> = parts.iter().map(|part| part.text(true)).collect();
            let text = parts.join(word);
            if inside { format!("({text})") } else { text }
        };
        match self {
            Self::Changed(paths) => format!("changed({paths})"),
            Self::Label(label) => format!("label({label})"),
            Self::Branch(glob) => format!("branch(\"{glob}\")"),
            Self::Fork => "fork".to_owned(),
            Self::Input(point) => format!("input({}: {})", point.axis, point.value),
            Self::Variable(VariableForm { variable, value }) if *value == "true" => {
                format!("variable({variable})")
            }
            Self::Variable(VariableForm { variable, value }) => {
                format!("variable({variable}: \"{value}\")")
            }
            Self::Not(inner) => format!("not {}", inner.text(true)),
            Self::And(parts) => joined(parts, " and "),
            Self::Or(parts) => joined(parts, " or "),
        }
    }
}

impl Form for Condition {
    type Json = ConditionForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        let holds = ConditionTree::of(&self.node, names);
        ConditionForm {
            text: holds.text(false),
            holds,
        }
    }
}
