//! The templates in `templates/`, which make prose: banners, the document, scripts.

use minijinja::{
    AutoEscape, Environment, Error, UndefinedBehavior, Value, context, syntax::SyntaxConfig,
};

use super::RenderError;

/// An environment in which a template that uses an unknown name fails.
pub fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    let mut syntax = SyntaxConfig::builder();
    syntax
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true);
    // The default delimiters are valid; without the setting white space alone would differ.
    if let Ok(syntax) = syntax.build() {
        environment.set_syntax(syntax);
    }
    environment
}

/// Renders a template that is part of the program.
///
/// # Errors
/// When the template and what it is given do not fit.
pub fn render(
    environment: &Environment<'_>,
    name: &str,
    source: &str,
    values: Value,
) -> Result<String, RenderError> {
    environment
        .render_named_str(name, source, values)
        .map_err(|e| failed(name, &e))
}

fn failed(name: &str, error: &Error) -> RenderError {
    RenderError::new(format!(
        "the template {name} cannot be filled in: {error:#}"
    ))
}

/// The banner of a generated file.
pub fn banner(open: &str, close: &str, origin: &str, digest: &str) -> String {
    const SOURCE: &str = include_str!("../../templates/banner.txt");
    let values = context! { open, close, origin, digest };
    // The template uses these four names and nothing else; without it the lines stand alone.
    render(&environment(), "banner.txt", SOURCE, values)
        .unwrap_or_else(|_| format!("{open}{origin}. Do not edit.{close}\n{open}{digest}{close}\n"))
}
