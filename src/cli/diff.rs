//! What has drifted, as a unified diff.

use similar::TextDiff;

use super::write::Change;

/// The diff from the file that is there to the one that should be.
pub fn unified(change: &Change) -> String {
    between(
        &change.path,
        change.present.as_deref(),
        change.wanted.as_deref(),
    )
}

/// The diff from one text of a file to another; nothing where there is no file.
pub fn between(path: &str, present: Option<&str>, wanted: Option<&str>) -> String {
    let name = |side: &str, exists: bool| {
        if exists {
            format!("{side}/{path}")
        } else {
            "/dev/null".to_owned()
        }
    };
    TextDiff::from_lines(present.unwrap_or_default(), wanted.unwrap_or_default())
        .unified_diff()
        .context_radius(3)
        .header(&name("a", present.is_some()), &name("b", wanted.is_some()))
        .to_string()
}
