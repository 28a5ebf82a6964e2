//! What a build runs.

use super::variable_key;
use crate::jobs::{BuildJob, Late, command};
use crate::schema::kinds::Variable;
use crate::schema::{Id, Plan};

/// The commands of a build as lines of a shell. What only the host knows reaches them in variables:
/// put into their text, it would be run. `commit` is the variable of the commit.
pub fn lines(plan: &Plan, build: &BuildJob, commit: &str) -> Vec<String> {
    build
        .commands
        .iter()
        .map(|command| {
            let words: Vec<String> = command
                .iter()
                .map(|word| {
                    word.written(
                        |text| command::shell(&[text]),
                        |late| match late {
                            Late::Variable(id) => format!("\"${}\"", variable_key(plan, *id)),
                            _ => format!("\"${commit}\""),
                        },
                    )
                })
                .collect();
            words.join(" ")
        })
        .collect()
}

/// The variables of the host that the commands of a build read.
pub fn variables(build: &BuildJob) -> impl Iterator<Item = Id<Variable>> + '_ {
    let words = build.commands.iter().flatten();
    let pieces = words.flat_map(|word| &word.pieces);
    pieces.filter_map(|piece| match piece {
        Late::Variable(id) => Some(*id),
        _ => None,
    })
}
