//! What has drifted, as a unified diff.

use similar::TextDiff;

use super::write::Change;

/// The diff from the file that is there to the one that should be.
pub fn unified(change: &Change) -> String {
    let path = &change.path;
    let present = change.present.as_deref().unwrap_or_default();
    let wanted = change.wanted.as_deref().unwrap_or_default();
    let name = |side: &str, exists: bool| {
        if exists {
            format!("{side}/{path}")
        } else {
            "/dev/null".to_owned()
        }
    };
    TextDiff::from_lines(present, wanted)
        .unified_diff()
        .context_radius(3)
        .header(
            &name("a", change.present.is_some()),
            &name("b", change.wanted.is_some()),
        )
        .to_string()
}
