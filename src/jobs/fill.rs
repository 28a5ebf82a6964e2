//! Formulas filled in for a job.

use super::Cell;
use super::cells;
use crate::schema::kinds::Variable;
use crate::schema::values::{Arch, AxisPoint, Formula, Os, Piece};
use crate::schema::{Id, Plan};

/// A text of which some pieces are known only when the job runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    /// Its pieces.
    pub pieces: Vec<Late>,
}

/// A piece of a [`Filled`] text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Late {
    /// Text as it is.
    Text(String),
    /// The commit that is tested.
    Commit,
    /// A variable of the repository.
    Variable(Id<Variable>),
}

impl Filled {
    /// A text that is known.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            pieces: vec![Late::Text(text.into())],
        }
    }

    /// The text, each late piece written as `late` says, and each known one as `known` says.
    pub fn written(
        &self,
        known: impl Fn(&str) -> String,
        late: impl Fn(&Late) -> String,
    ) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Late::Text(text) => known(text),
                other => late(other),
            })
            .collect()
    }

    /// The text as people read it: `{commit}`, `{variable.registry}`.
    pub fn for_people(&self, plan: &Plan) -> String {
        self.written(str::to_owned, |late| match late {
            Late::Variable(id) => format!("{{variable.{}}}", plan.variables[*id].head.name()),
            _ => "{commit}".to_owned(),
        })
    }
}

/// Where a formula is filled in.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The operating system.
    pub os: Os,
    /// The architecture.
    pub arch: Arch,
    /// The values of axes.
    pub points: &'a [AxisPoint],
    /// The shard, from 1.
    pub shard: Option<u32>,
}

impl<'a> Place<'a> {
    /// The place of a cell.
    pub fn of(cell: &'a Cell, shard: Option<u32>) -> Self {
        Self {
            os: cell.os,
            arch: cell.arch,
            points: &cell.points,
            shard,
        }
    }
}

/// Fills a formula in.
pub fn fill(plan: &Plan, formula: &Formula, place: Place<'_>) -> Filled {
    let mut pieces: Vec<Late> = Vec::new();
    for piece in &formula.pieces {
        let text = match piece {
            Piece::Text(text) => text.clone(),
            Piece::Arch => place.arch.word().to_owned(),
            Piece::Os => place.os.word().to_owned(),
            Piece::Shard => place.shard.unwrap_or(1).to_string(),
            Piece::Axis(axis) => place
                .points
                .iter()
                .find(|p| p.axis == *axis)
                .and_then(|point| cells::value(plan, *point))
                .map_or_else(String::new, |value| value.text.clone()),
            Piece::Commit => {
                pieces.push(Late::Commit);
                continue;
            }
            Piece::Variable(id) => {
                pieces.push(Late::Variable(*id));
                continue;
            }
        };
        match pieces.last_mut() {
            Some(Late::Text(before)) => before.push_str(&text),
            _ => pieces.push(Late::Text(text)),
        }
    }
    Filled { pieces }
}
