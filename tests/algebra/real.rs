//! The marker expressions of a real pipeline, each workflow, job and input with its own, and the
//! groups that its documentation describes: for the tests and the benches of the algebra.

use dtpc::algebra::{Arity, Atom, Expression, Form, Formula, Group, Space, SpaceBuilder};
use dtpc::schema::values::MarkerId;

const EXPRESSIONS: &str = include_str!("dynamo.tsv");

/// The groups that the pipeline's documentation describes; the other markers are free.
pub const GROUPS: [(Arity, &[&str]); 3] = [
    (Arity::One, &["gpu_0", "gpu_1", "gpu_2", "gpu_4", "gpu_8"]),
    (Arity::AtMostOne, &["h100", "xpu_1", "xpu_2"]),
    (Arity::AtMostOne, &["vllm", "sglang", "trtllm"]),
];

/// Where each expression stands, and the expression as it is written.
pub fn written() -> impl Iterator<Item = (&'static str, &'static str)> {
    EXPRESSIONS
        .lines()
        .map(|line| line.rsplit_once('\t').unwrap_or(("", line)))
}

/// The marker with this number.
pub fn marker(number: usize) -> Atom {
    Atom::Marker(MarkerId(u32::try_from(number).unwrap_or(u32::MAX)))
}

/// The numbers of the markers, by their names.
#[derive(Default)]
pub struct Names(pub Vec<String>);

impl Names {
    pub fn atom(&mut self, name: &str) -> Atom {
        let known = self.0.iter().position(|known| known == name);
        marker(known.unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        }))
    }

    pub fn formula(&mut self, expression: &Expression) -> Formula {
        match &expression.form {
            Form::Marker { name, .. } => self.atom(name).into(),
            Form::Not(inner) => Formula::Not(Box::new(self.formula(inner))),
            Form::And(parts) => Formula::And(parts.iter().map(|p| self.formula(p)).collect()),
            Form::Or(parts) => Formula::Or(parts.iter().map(|p| self.formula(p)).collect()),
        }
    }
}

/// The space of the groups, and of the other markers that are named.
pub fn space(names: &mut Names, formulas: &[Formula]) -> Space {
    let mut space = SpaceBuilder::default();
    for (arity, members) in GROUPS {
        let members: Vec<Atom> = members.iter().map(|name| names.atom(name)).collect();
        space.group(Group::new(arity, members));
    }
    for formula in formulas {
        space.mention(formula);
    }
    space.build()
}
