//! Where a repository and its plan disagree.

pub mod command_line;
pub mod facts;
pub mod python;
pub mod rust;
pub mod selection;
