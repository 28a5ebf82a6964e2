//! The real consumers of what dtpc writes, for Dynamo's plan and for the repository in
//! `tests/sample/`. None is skipped: a tool that cannot be had fails the test.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "what is forbidden to the core is the work of the tests: files, processes, messages"
)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

#[path = "../support/mod.rs"]
mod support;

mod act;
mod agreement;
mod audit;
mod compiled;
mod coverage;
mod documents;
mod expressions;
mod faults;
mod gate;
mod gitlab;
mod gitlab_hostile;
mod here;
mod hooks;
mod hostile;
mod init;
mod linters;
mod marker_rules;
mod names;
mod needs;
mod nextest;
mod notify;
mod numbers;
mod pytest;
mod read_back;
mod records;
mod select;
mod services;
mod settings;
mod summary;
mod workshop;
