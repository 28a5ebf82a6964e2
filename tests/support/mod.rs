//! What the tests share: repositories to compile plans in, and the programs that read the result.

pub mod act;
pub mod gitlab;
pub mod repositories;
pub mod repository;
pub mod tools;
