//! What the fuzz targets share: what an input is put through, and how one input becomes another.

#[path = "../../tests/support/exercise.rs"]
pub mod exercise;
pub mod mutation;
