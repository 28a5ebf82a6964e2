//! The second stage: from text to declarations.
//!
//! `split` cuts a file at its top-level declarations, and `parser` makes the [`ast`] of each piece on its
//! own; `grammar/dtp.pest` is the definition of what it takes. Pieces of a large file are parsed in parallel.
//!
//! What is wrong is put into words beside that: `characters`, `strings`, `brackets` and `outside` know
//! what `split` stumbles over, `mistakes` what the parser does. Of a piece with a mistake in it, `build`
//! reads the items that have none.

pub mod ast;
mod brackets;
mod build;
mod characters;
pub(crate) mod grammar;
mod mistakes;
mod outline;
mod outside;
mod parser;
pub(crate) mod split;
mod strings;

use crate::diagnostics::Diagnostic;
use crate::source::SourceFile;
pub use split::MAX_DEPTH;

/// From this size on, in bytes, a file is worth the start of a second thread.
const PARALLEL_FROM: usize = 64 * 1024;

/// Parses a file. What does not parse is reported and left out.
pub fn parse(file: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> ast::File {
    let pieces = split::split(file, diagnostics);
    let mut parsed = ast::File {
        docs: pieces.docs,
        unread: pieces.unread,
        ..ast::File::default()
    };
    let threads = if file.text().len() < PARALLEL_FROM {
        1
    } else {
        crate::parallel::threads()
    };
    let share = pieces.readable.len().div_ceil(threads).max(1);
    let mut chunks = pieces.readable.chunks(share);
    let first = chunks.next().unwrap_or_default();
    std::thread::scope(|scope| {
        let others: Vec<_> = chunks
            .map(|chunk| scope.spawn(move || build::pieces(file, chunk)))
            .collect();
        // This thread takes the first share itself; the others are joined in order.
        add(&mut parsed, build::pieces(file, first), diagnostics);
        for other in others {
            match other.join() {
                Ok(built) => add(&mut parsed, built, diagnostics),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    parsed
}

fn add(file: &mut ast::File, mut built: build::Built, diagnostics: &mut Vec<Diagnostic>) {
    file.imports.append(&mut built.imports);
    file.declarations.append(&mut built.declarations);
    file.unread.append(&mut built.unread);
    diagnostics.append(&mut built.diagnostics);
}
