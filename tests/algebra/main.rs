//! The marker algebra: what it decides is what looking at every combination finds.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests read files"
)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod bounds;
mod brute_force;
mod decisions;
mod dynamo;
mod notation;
mod plans;
mod real;
mod shapes;
