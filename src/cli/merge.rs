//! Files in which two branches met: git kept what each side had.

use std::path::Path;
use std::process::Command;

use crate::targets::banner::{self, Provenance};

/// Whether a file that git could not merge holds nothing but what dtpc wrote for this plan on either
/// side: then what a person would choose of it is lost to nobody, since the plan says it all.
pub fn is_all_generated(out: &Path, path: &str, origin: &str) -> bool {
    // The sides of a merge that is under way: ours and theirs.
    ["2", "3"].iter().all(|side| {
        let text = side_of(out, side, path);
        text.is_some_and(|text| match banner::provenance(&text) {
            Provenance::Intact { origin: from } => banner::is_of(&from, origin),
            Provenance::Changed { .. } | Provenance::Foreign => false,
        })
    })
}

/// What a side of a merge has in a file; nothing where no merge of it is under way.
fn side_of(out: &Path, side: &str, path: &str) -> Option<String> {
    let done = Command::new("git")
        .current_dir(out)
        .arg("show")
        .arg(format!(":{side}:./{path}"))
        .output()
        .ok()?;
    let text = done.status.success().then_some(done.stdout)?;
    String::from_utf8(text).ok()
}
