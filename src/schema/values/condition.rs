//! Conditions: what must hold of a run for a job to be in it.

use crate::diagnostics::{Diagnostic, codes, suggest};
use crate::name::Name;
use crate::schema::Id;
use crate::schema::KindId;
use crate::schema::kinds::{Kind, Label, Paths, Variable};
use crate::schema::reader::{FieldType, Reader};
use crate::schema::values::{Ref, Text, axes};
use crate::source::Span;
use crate::syntax::ast::{Argument, Value, ValueKind};

/// A condition with its place.
#[derive(Debug, Clone)]
pub struct Condition {
    /// What must hold.
    pub node: ConditionNode,
    /// Where it is written.
    pub span: Span,
}

/// The forms of a [`Condition`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConditionNode {
    /// One fact about the run.
    Fact(Fact),
    /// The opposite.
    Not(Box<ConditionNode>),
    /// All of these.
    And(Vec<ConditionNode>),
    /// Any of these.
    Or(Vec<ConditionNode>),
}

/// A fact about a run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Fact {
    /// `changed(core)`: a file that this declaration claims was changed. Holds where there is no
    /// earlier state to compare with.
    Changed(Id<Paths>),
    /// `label(xpu)`: the pull request has the label.
    Label(Id<Label>),
    /// `branch("release/*")`: the branch that is pushed, or that a change is to be merged into, has
    /// such a name. A run on a tag has no branch.
    Branch(Name),
    /// `fork`: the change comes from a fork.
    Fork,
    /// `input(framework: vllm)`: whoever started the run asked for this value, or for all.
    Input(Id<crate::schema::kinds::Axis>, u32),
    /// `variable(gpu_tests)`: the repository's variable is `true`; with a value,
    /// `variable(pool: "b")`, it has that value.
    Variable(Id<Variable>, Option<Name>),
}

const FACTS: [&str; 6] = ["changed", "label", "branch", "fork", "input", "variable"];

impl FieldType for Condition {
    const MAY_BE_OPEN: bool = true;

    fn shape() -> String {
        "a condition: `changed(paths)`, `label(name)`, `branch(\"glob\")`, `fork`, \
         `input(axis: value)`, `variable(name)`, with `and`, `or`, `not`"
            .to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            node: node(value, reader)?,
            span: value.span,
        })
    }
}

fn node(value: &Value, reader: &mut Reader<'_>) -> Option<ConditionNode> {
    match &value.kind {
        ValueKind::Not(inner) => Some(ConditionNode::Not(Box::new(node(inner, reader)?))),
        ValueKind::And(parts) => nodes(parts, reader).map(ConditionNode::And),
        ValueKind::Or(parts) => nodes(parts, reader).map(ConditionNode::Or),
        _ => fact(value, reader).map(ConditionNode::Fact),
    }
}

fn nodes(parts: &[Value], reader: &mut Reader<'_>) -> Option<Vec<ConditionNode>> {
    let read: Vec<Option<ConditionNode>> = parts.iter().map(|p| node(p, reader)).collect();
    read.into_iter().collect()
}

fn fact(value: &Value, reader: &mut Reader<'_>) -> Option<Fact> {
    let Some((callee, given)) = reader.called(value) else {
        return reader.wrong(value, &Condition::shape());
    };
    let word = reader.text(callee).to_owned();
    if !FACTS.contains(&word.as_str()) {
        let help = suggest::help(&word, "condition", FACTS);
        let message = format!("there is no condition `{word}`");
        return reader
            .report(Diagnostic::new(codes::UNKNOWN_NAME, callee, message).maybe_help(help));
    }
    match (word.as_str(), given) {
        ("fork", []) => Some(Fact::Fork),
        ("changed", [Argument { name: None, value }]) => {
            Ref::<Paths>::read(value, reader).map(|r| Fact::Changed(r.id))
        }
        ("label", [Argument { name: None, value }]) => {
            Ref::<Label>::read(value, reader).map(|r| Fact::Label(r.id))
        }
        ("branch", [Argument { name: None, value }]) => {
            let glob = Text::read(value, reader)?;
            Some(Fact::Branch(Name::new(&glob)))
        }
        (
            "input",
            [
                Argument {
                    name: Some(name),
                    value,
                },
            ],
        ) => {
            let axis = reader.lookup(KindId::Axis, *name)?;
            let number = axes::axis_value(axis, value, reader)?;
            Some(Fact::Input(Id::new(axis), number))
        }
        ("variable", [Argument { name: None, value }]) => {
            Ref::<Variable>::read(value, reader).map(|r| Fact::Variable(r.id, None))
        }
        (
            "variable",
            [
                Argument {
                    name: Some(name),
                    value,
                },
            ],
        ) => {
            let variable = reader.lookup(Variable::ID, *name)?;
            let text = Text::read(value, reader)?;
            Some(Fact::Variable(Id::new(variable), Some(Name::new(&text))))
        }
        _ => reader.wrong(value, &Condition::shape()),
    }
}
