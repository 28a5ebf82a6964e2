//! Where a repository and its plan disagree.
//!
//! [`python`] and [`rust`] read tests without running them, [`workflows`] and [`junit`] what else
//! speaks of them; all of it becomes [`facts::Facts`]. [`selection`] evaluates which job of the plan
//! runs which of the tests, and the [`checks`] hold both against each other. A text that is read goes
//! into the same [`SourceMap`] as the plan, so that a finding has a place in both.

pub mod checks;
pub mod command_line;
pub mod facts;
pub mod junit;
pub mod list;
pub mod python;
mod queue;
pub mod rust;
pub mod selection;
pub mod workflows;

use std::cell::RefCell;

use crate::diagnostics::{self, Diagnostic};
use crate::init::Tree;
use crate::jobs::Jobs;
use crate::parallel;
use crate::source::SourceMap;
use facts::Facts;
use junit::Results;
use queue::Queue;
use selection::{Matcher, Selection};

/// Reads a repository: where pytest and cargo find tests, and below `roots`, the folders and files
/// that a plan names.
pub fn look(tree: &dyn Tree, sources: &mut SourceMap, roots: &[String]) -> Facts {
    let mut facts = Facts::default();
    let files = rust::files(tree);
    let queue = Queue::new(&files.files, rust::read);
    std::thread::scope(|scope| {
        // What is in Python has to be followed from file to file, by one thread; the others read
        // Rust meanwhile.
        let python = python::texts(tree, roots);
        for _ in 1..parallel::threads() {
            scope.spawn(|| queue.help());
        }
        python::look(tree, sources, python, &mut facts);
        queue.help();
    });
    let read = queue.finish();
    rust::add(files, read, sources, &mut facts);
    workflows::look(tree, sources, &mut facts);
    facts
}

/// Holds a repository against a plan.
pub fn compare(
    jobs: &Jobs<'_>,
    facts: &Facts,
    selection: &Selection,
    tree: &dyn Tree,
    results: Option<&Results>,
) -> Vec<Diagnostic> {
    let space = selection::free_space(jobs.plan);
    let matcher = RefCell::new(Matcher::new(jobs.plan, &space));
    let context = checks::Context::new(jobs, facts, selection, tree, results, &matcher);
    let mut found = context.look();
    diagnostics::sort(&mut found);
    found
}
