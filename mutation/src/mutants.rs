//! The mutants that cargo-mutants lists.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// A place in a file, as cargo-mutants counts: lines and columns (in characters) from 1.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

#[derive(Clone, Copy, Deserialize)]
pub struct Span {
    pub start: Place,
    pub end: Place,
}

/// One change of the checker.
#[derive(Deserialize)]
pub struct Mutant {
    pub file: String,
    pub genre: String,
    pub name: String,
    pub replacement: String,
    pub span: Span,
}

/// All mutants, by the number that switches each on: its place in the list, from 1.
pub type Mutants = BTreeMap<u32, Mutant>;

/// Reads what `cargo mutants --list --json` printed.
pub fn read(list: &Path) -> Result<Mutants, String> {
    let text = std::fs::read_to_string(list).map_err(|why| format!("{}: {why}", list.display()))?;
    let all: Vec<Mutant> = serde_json::from_str(&text).map_err(|why| why.to_string())?;
    Ok((1..).zip(all).collect())
}
