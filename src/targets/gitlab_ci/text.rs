//! Texts of the plan where GitLab would expand variables in them.

use super::pipeline::Value;
use crate::jobs::{Filled, Late};
use crate::name::one_line;
use crate::schema::Plan;
use crate::targets::RenderError;
use crate::targets::ci::variable_key;

/// What begins a variable in a text, as GitLab and its runners look for them.
const BEGINS: [char; 2] = ['$', '%'];

/// A text as the value of a variable: it means itself.
pub fn value(text: String) -> Value {
    if text.contains(BEGINS) {
        Value::Raw {
            value: text,
            expand: false,
        }
    } else {
        Value::Plain(text)
    }
}

/// A text where nothing keeps GitLab from expanding variables, so that it may not hold any.
///
/// # Errors
/// When it holds what would be taken for the beginning of one.
pub fn unexpanded(text: &str, what: &str) -> Result<String, RenderError> {
    if text.contains(BEGINS) || text.contains(char::is_control) {
        return Err(RenderError::new(format!(
            "GitLab CI would expand variables in {what} `{}`, and cannot be kept from it: a `$`, a `%` \
             or a control character cannot stand there",
            one_line(text)
        )));
    }
    Ok(text.to_owned())
}

/// A text where the runner expands variables, and takes `$$` for a `$`.
pub fn escaped(text: &str) -> String {
    text.replace('$', "$$")
}

/// A filled-in text as GitLab completes it.
///
/// # Errors
/// As [`unexpanded`].
pub fn filled(plan: &Plan, text: &Filled, what: &str) -> Result<String, RenderError> {
    for piece in &text.pieces {
        if let Late::Text(text) = piece {
            unexpanded(text, what)?;
        }
    }
    Ok(text.written(str::to_owned, |late| match late {
        Late::Variable(id) => format!("${{{}}}", variable_key(plan, *id)),
        _ => "${CI_COMMIT_SHA}".to_owned(),
    }))
}

/// A text of the plan in a comment of a script.
pub fn comment(text: &str) -> String {
    format!("# {}", one_line(&text.replace(char::is_control, " ")))
}

/// The name of a job.
///
/// # Errors
/// When GitLab would take it for something else.
pub fn job_name(name: &str) -> Result<String, RenderError> {
    const RESERVED: [&str; 16] = [
        "image",
        "services",
        "stages",
        "types",
        "before_script",
        "after_script",
        "variables",
        "cache",
        "include",
        "true",
        "false",
        "nil",
        "default",
        "workflow",
        "spec",
        "pages",
    ];
    const LONGEST: usize = 255;
    let why = if RESERVED.contains(&name) {
        "means something of its own there"
    } else if name.starts_with('.') {
        "would be hidden, since it begins with a full stop"
    } else if name.trim().is_empty() {
        "is empty"
    } else if name.chars().count() > LONGEST {
        "is longer than 255 characters"
    } else {
        return Ok(name.to_owned());
    };
    Err(RenderError::new(format!(
        "GitLab CI has no job of the name `{}`: it {why}",
        one_line(name)
    )))
}
