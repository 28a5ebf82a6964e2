//! YAML from typed values, in one style for every target.

mod scalar;
#[cfg(test)]
mod tests;
mod writer;

use serde::Serialize;

use super::RenderError;

/// The text of a value. Long strings stay on one line, so that a command can be copied as it is and
/// a change of one word is a change of one line.
///
/// # Errors
/// When the value cannot be written as YAML.
pub fn text<T: Serialize>(value: &T) -> Result<String, RenderError> {
    writer::write(value)
        .map_err(|e| RenderError::new(format!("this cannot be written as YAML: {e}")))
}
