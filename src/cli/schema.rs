//! `dtpc schema`

use super::{Failure, Outcome, terminal};
use crate::targets::json;

/// Prints the JSON Schema of the compiled plan.
pub fn run() -> Result<Outcome, Failure> {
    let text = serde_json::to_string_pretty(&json::schema())
        .map_err(|e| Failure::new(format!("the schema cannot be written: {e}")))?;
    terminal::print(&format!("{text}\n"));
    Ok(Outcome::Success)
}
