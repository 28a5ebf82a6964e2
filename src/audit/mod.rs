//! Where a repository and its plan disagree.

pub mod facts;
pub mod python;
