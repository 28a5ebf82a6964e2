//! Cells of a suite that differ in nothing but what they run: one job with `parallel:matrix`.

use indexmap::IndexMap;

use super::pipeline::{JobEntry, Parallel};

/// The variable that says which cell a job of a matrix is.
pub const CELL: &str = "CELL";

/// A job that another one waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// Its id.
    pub id: String,
    /// Whether it hands over what it made.
    pub hands_over: bool,
}

/// A cell, taken apart into what it may share with others and what is its own.
#[derive(Debug)]
pub struct Cell {
    /// Its id.
    pub id: String,
    /// The suite it is of: cells of others are never with it.
    pub suite: usize,
    /// Everything that GitLab is told of it, but for its script.
    pub entry: JobEntry,
    /// What it waits for, beside what selects.
    pub waits: Vec<Wait>,
    /// The script before its tests.
    pub before: Vec<String>,
    /// Its variables.
    pub variables: IndexMap<String, String>,
    /// The script of its tests.
    pub tests: String,
    /// The script behind its tests.
    pub after: Vec<String>,
}

/// Cells that share a job.
#[derive(Debug)]
pub struct Group {
    /// The id that stands for all of them: what their ids begin with.
    pub id: String,
    /// The cells, in order.
    pub cells: Vec<Cell>,
}

impl Group {
    /// What an id adds to that of the group, where there are several.
    pub fn own<'a>(&self, id: &'a str) -> &'a str {
        id.strip_prefix(&*self.id)
            .and_then(|rest| rest.strip_prefix('-'))
            .unwrap_or(id)
    }

    /// Whether its job has a matrix.
    pub fn is_matrix(&self) -> bool {
        self.cells.len() > 1
    }

    /// The id of the cell that runs, as a word of a shell.
    pub fn running(&self) -> String {
        if self.is_matrix() {
            format!("\"{}-${CELL}\"", self.id)
        } else {
            self.id.clone()
        }
    }

    /// The id of the cell that runs, where GitLab completes it.
    pub fn completed(&self) -> String {
        if self.is_matrix() {
            format!("{}-${{{CELL}}}", self.id)
        } else {
            self.id.clone()
        }
    }

    /// The matrix.
    pub fn parallel(&self) -> Option<Parallel> {
        let own = |cell: &Cell| self.own(&cell.id).to_owned();
        self.is_matrix().then(|| Parallel {
            matrix: vec![IndexMap::from([(
                CELL,
                self.cells.iter().map(own).collect(),
            )])],
        })
    }
}

/// Puts cells together, in the order in which the first of each group comes.
pub fn grouped(cells: Vec<Cell>) -> Vec<Group> {
    let mut groups: Vec<Vec<Cell>> = Vec::new();
    for cell in cells {
        let own = groups.iter_mut().find(|group| shares(&group[0], &cell));
        match own {
            Some(group) => group.push(cell),
            None => groups.push(vec![cell]),
        }
    }
    let mut named: Vec<Group> = Vec::new();
    for cells in groups {
        let id = common(&cells);
        let is_taken = |id: &str| named.iter().any(|group| group.id == id);
        match id.filter(|id| !is_taken(id)) {
            Some(id) => named.push(Group { id, cells }),
            // What no id stands for runs job by job.
            None => named.extend(cells.into_iter().map(|cell| Group {
                id: cell.id.clone(),
                cells: vec![cell],
            })),
        }
    }
    named
}

/// Whether two cells can be of one job.
fn shares(one: &Cell, other: &Cell) -> bool {
    one.suite == other.suite
        && one.entry == other.entry
        && one.waits == other.waits
        && one.before == other.before
        && one.after == other.after
}

/// The words that the ids of cells begin with, of which every id has more: those of the suite and the
/// environment at least.
fn common(cells: &[Cell]) -> Option<String> {
    let [first, others @ ..] = cells else {
        return None;
    };
    if others.is_empty() {
        return Some(first.id.clone());
    }
    let words: Vec<&str> = first.id.split('-').collect();
    let mut shared = words.len();
    for other in others {
        let other: Vec<&str> = other.id.split('-').collect();
        let equal = words.iter().zip(&other).take_while(|(a, b)| a == b);
        shared = shared.min(equal.count());
    }
    let is_whole = cells
        .iter()
        .any(|cell| cell.id.split('-').count() == shared);
    (shared >= 2 && !is_whole).then(|| words[..shared].join("-"))
}
