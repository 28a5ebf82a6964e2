//! Texts of the plan inside a workflow.

/// A text as it must be written where GitHub looks for `${{ … }}`, so that it means itself.
pub fn literal(text: &str) -> String {
    text.replace("${{", "${{ '${{' }}")
}
