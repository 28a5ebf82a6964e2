//! `dtpc audit`

use super::{Failure, Outcome, arguments, terminal};
use super::disk::Disk;
use crate::audit::facts::Facts;
use crate::source::SourceMap;

/// Says where a repository and its plan disagree.
pub fn run(arguments: &arguments::Audit) -> Result<Outcome, Failure> {
    let disk = Disk::read(arguments.repo.as_deref().unwrap());
    let mut sources = SourceMap::new();
    let mut facts = Facts::default();
    crate::audit::python::look(&disk, &mut sources, &[], &mut facts);
    crate::audit::rust::look(&disk, &mut sources, &mut facts);
    let mut out = String::new();
    for t in &facts.tests { for c in &t.cases { let mut m: Vec<&str> = c.markers.iter().map(|m| m.name.as_str()).collect(); m.sort(); m.dedup(); out += &format!("{} {:?} {}\n", t.id_of(c), m, t.unknown.as_ref().map_or(String::new(), |w| format!("UNKNOWN {} {}:{}", w.words, sources.file_of(w.span).name(), sources.line_of(w.span)))); } }
    for u in &facts.unknown { out += &format!("?? {} {}:{}\n", u.words, sources.file_of(u.span).name(), sources.line_of(u.span)); }
    out += &format!("{} tests {} cases {} unknown\n", facts.tests.len(), facts.tests.iter().map(|t| t.cases.len()).sum::<usize>(), facts.tests.iter().filter(|t| t.unknown.is_some()).count());
    terminal::print(&out);
    Ok(Outcome::Success)
}
