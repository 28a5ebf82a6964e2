//! `dtpc explain`

use std::fmt::Write as _;

use super::{Outcome, arguments, terminal};
use crate::diagnostics::codes;

/// Prints the page of a code, or the list of all.
pub fn run(arguments: &arguments::Explain) -> Outcome {
    if let Some(code) = arguments.code {
        terminal::print(code.page);
    }
    if arguments.list {
        let mut list = String::new();
        for code in codes::ALL {
            // Writing to a String cannot fail.
            let _ = writeln!(
                list,
                "{}  {:10}  {}",
                code.code,
                code.class.word(),
                code.summary
            );
        }
        terminal::print(&list);
    }
    Outcome::Success
}
