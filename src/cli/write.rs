//! Writing outputs: only below the output folder, only over what dtpc wrote, all of it or nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::{Failure, merge};
use crate::targets::banner::{self, Provenance};
use crate::targets::{Content, Output, Target};

/// What is to happen to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is there and as it should be.
    Keep,
    /// It is not there yet.
    Create,
    /// It is replaced.
    Replace,
    /// A former output that the plan no longer brings forth is taken away.
    Remove,
}

impl Action {
    /// As it is printed behind the fact.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Keep => "unchanged",
            Self::Create => "created",
            Self::Replace => "updated",
            Self::Remove => "removed",
        }
    }
}

/// A file as it is and as it should be.
#[derive(Debug)]
pub struct Change {
    /// Relative to the output folder.
    pub path: String,
    /// What it holds; nothing where it does not exist. Bytes that are no UTF-8 are shown as such.
    pub present: Option<String>,
    /// What it should hold; nothing where it should not exist.
    pub wanted: Option<String>,
    /// What is to happen.
    pub action: Action,
    /// Why it must not happen without `--force`.
    protected: Option<String>,
}

impl Change {
    /// Whether it must not happen without `--force`.
    pub fn is_protected(&self) -> bool {
        self.protected.is_some()
    }
}

/// Compares outputs with what is in the folder, without changing anything.
pub fn compare(
    out: &Path,
    outputs: &[Output],
    targets: &[&'static dyn Target],
    origin: &str,
) -> Result<Vec<Change>, Failure> {
    if out.is_file() {
        let message = format!("{} is a file, and outputs need a folder", out.display());
        return Err(Failure::new(message).help("name a folder with `--out`"));
    }
    let mut changes = Vec::with_capacity(outputs.len());
    for output in outputs {
        stays_below(out, &output.path)?;
        let present = present(&out.join(&output.path))?;
        let (wanted, protected) = match &output.content {
            Content::Whole(text) => {
                let protected = present
                    .as_deref()
                    .filter(|present| present != text)
                    .and_then(|p| banner::protection(p, origin))
                    .filter(|_| !merge::is_all_generated(out, &output.path, origin));
                (text.clone(), protected)
            }
            Content::Shared(edit) => {
                let edited = edit(present.as_deref())
                    .map_err(|e| Failure::new(format!("{}: {e}", output.path)))?;
                (edited.text, edited.loses)
            }
        };
        let action = match &present {
            None => Action::Create,
            Some(present) if *present == wanted => Action::Keep,
            Some(_) => Action::Replace,
        };
        let protected = protected.filter(|_| action == Action::Replace);
        let path = output.path.clone();
        changes.push(Change {
            path,
            present,
            wanted: Some(wanted),
            action,
            protected,
        });
    }
    for folder in targets.iter().flat_map(|t| t.owned_folders()) {
        changes.extend(left_over(out, folder, outputs, origin)?);
    }
    for file in targets.iter().flat_map(|t| t.owned_files()) {
        changes.extend(former(out, (*file).to_owned(), outputs, origin)?);
    }
    Ok(changes)
}

/// The text of a file that may not exist.
fn present(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Failure::new(format!(
            "{} cannot be read: {e}",
            path.display()
        ))),
    }
}

/// Files that dtpc once wrote for this plan and that are not among its outputs.
fn left_over(
    out: &Path,
    folder: &str,
    outputs: &[Output],
    origin: &str,
) -> Result<Vec<Change>, Failure> {
    let entries = match fs::read_dir(out.join(folder)) {
        Ok(entries) => entries,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(e) => return Err(Failure::new(format!("{folder} cannot be read: {e}"))),
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let plain = entry.file_type().ok()?.is_file();
            entry.file_name().into_string().ok().filter(|_| plain)
        })
        .collect();
    names.sort();
    let mut changes = Vec::new();
    for name in names {
        changes.extend(former(out, format!("{folder}/{name}"), outputs, origin)?);
    }
    Ok(changes)
}

/// What becomes of a file that dtpc once wrote for this plan and that is not among its outputs.
fn former(
    out: &Path,
    path: String,
    outputs: &[Output],
    origin: &str,
) -> Result<Option<Change>, Failure> {
    if outputs.iter().any(|o| o.path == path) {
        return Ok(None);
    }
    stays_below(out, &path)?;
    let Some(present) = present(&out.join(&path))? else {
        return Ok(None);
    };
    let protected = match banner::provenance(&present) {
        Provenance::Intact { origin: from } if banner::is_of(&from, origin) => None,
        Provenance::Changed { origin: from } if banner::is_of(&from, origin) => {
            Some("is no longer an output, and was changed by hand".to_owned())
        }
        _ => return Ok(None),
    };
    Ok(Some(Change {
        path,
        present: Some(present),
        wanted: None,
        action: Action::Remove,
        protected,
    }))
}

/// Makes the changes: first all new texts are written beside their places, then each is moved into
/// its place. What fails before the first move leaves everything as it was.
pub fn apply(out: &Path, changes: &[Change], force: bool) -> Result<(), Failure> {
    if !force {
        let protected: Vec<String> = changes
            .iter()
            .filter_map(|c| Some(format!("  {} {}", c.path, c.protected.as_ref()?)))
            .collect();
        if !protected.is_empty() {
            let message = format!(
                "nothing was written: these files are not dtpc's to change\n{}",
                protected.join("\n")
            );
            return Err(Failure::new(message)
                .help("move what is worth keeping into the plan, then use `--force`"));
        }
    }
    let texts: Vec<(PathBuf, &str)> = changes
        .iter()
        .filter(|c| c.action != Action::Keep)
        .filter_map(|c| Some((out.join(&c.path), c.wanted.as_deref()?)))
        .collect();
    all(&texts)?;
    for change in changes.iter().filter(|c| c.action == Action::Remove) {
        let path = out.join(&change.path);
        fs::remove_file(&path)
            .map_err(|e| Failure::new(format!("{} cannot be removed: {e}", path.display())))?;
    }
    Ok(())
}

/// Writes texts to their places: what fails before the first move leaves everything as it was.
pub fn all(texts: &[(PathBuf, &str)]) -> Result<(), Failure> {
    let mut staged: Vec<(PathBuf, PathBuf)> = Vec::new();
    for (place, text) in texts {
        match stage(place, text) {
            Ok(pair) => staged.push(pair),
            Err(failure) => {
                for (temporary, _) in &staged {
                    // The failure to be told is the first one.
                    let _ = fs::remove_file(temporary);
                }
                return Err(failure);
            }
        }
    }
    move_in(&staged)
}

/// Writes a file that is not there yet, and the folders it lies in.
pub fn create(place: &Path, text: &str) -> Result<(), Failure> {
    let failed = |e: std::io::Error| match e.kind() {
        ErrorKind::AlreadyExists => Failure::new(format!("{} is there already", place.display())),
        _ => Failure::new(format!("{} cannot be written: {e}", place.display())),
    };
    fs::create_dir_all(place.parent().unwrap_or_else(|| Path::new(""))).map_err(failed)?;
    let options = OpenOptions::new().write(true).create_new(true).open(place);
    let mut file: File = options.map_err(failed)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    written.map_err(|e| {
        // Half a file is worth nothing.
        let _ = fs::remove_file(place);
        failed(e)
    })
}

/// A file of a person's that gets another text.
#[derive(Debug)]
pub struct Rewrite<'t> {
    /// Where it is.
    pub place: PathBuf,
    /// The text that it had when it was read.
    pub present: &'t str,
    /// The text that it is to have.
    pub wanted: &'t str,
}

/// Gives files other texts, all or none: what is no longer as it was read is not overwritten. A link
/// stays one; what it leads to is written.
pub fn rewrite(files: &[Rewrite<'_>]) -> Result<(), Failure> {
    let mut staged: Vec<(PathBuf, PathBuf)> = Vec::new();
    let mut failure = None;
    for file in files {
        match fs::canonicalize(&file.place)
            .map_err(|e| Failure::new(format!("{} cannot be written: {e}", file.place.display())))
            .and_then(|place| stage(&place, file.wanted))
        {
            Ok(pair) => staged.push(pair),
            Err(told) => {
                failure = Some(told);
                break;
            }
        }
    }
    // Looked at last, so that as little time as can be is left for somebody else to write.
    let changed = files
        .iter()
        .find(|file| !matches!(present(&file.place), Ok(Some(text)) if text == file.present));
    if let Some(file) = changed.filter(|_| failure.is_none()) {
        let message = format!(
            "nothing was written: {} was changed while it was being mended",
            file.place.display()
        );
        failure = Some(Failure::new(message).help("look at it, then say `dtpc check --fix` again"));
    }
    if let Some(failure) = failure {
        for (temporary, _) in &staged {
            // The failure to be told is the first one.
            let _ = fs::remove_file(temporary);
        }
        return Err(failure);
    }
    move_in(&staged)
}

/// Moves texts that were written beside their places into them.
fn move_in(staged: &[(PathBuf, PathBuf)]) -> Result<(), Failure> {
    for (temporary, place) in staged {
        fs::rename(temporary, place)
            .map_err(|e| Failure::new(format!("{} cannot be written: {e}", place.display())))?;
    }
    Ok(())
}

/// Writes a text beside its place.
fn stage(place: &Path, text: &str) -> Result<(PathBuf, PathBuf), Failure> {
    let failed =
        |e: std::io::Error| Failure::new(format!("{} cannot be written: {e}", place.display()));
    let folder = place.parent().unwrap_or_else(|| Path::new(""));
    fs::create_dir_all(folder).map_err(failed)?;
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&temporary)
        .map_err(failed)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    if let Err(e) = written {
        let _ = fs::remove_file(&temporary);
        return Err(failed(e));
    }
    if let Ok(metadata) = fs::metadata(place) {
        // A file that may be executed stays so.
        let _ = fs::set_permissions(&temporary, metadata.permissions());
    }
    Ok((temporary, place.to_path_buf()))
}

/// Refuses a path that leads out of the output folder through a link.
fn stays_below(out: &Path, path: &str) -> Result<(), Failure> {
    let Ok(home) = fs::canonicalize(out) else {
        return Ok(());
    };
    let mut at = out.to_path_buf();
    for part in path.split('/') {
        at.push(part);
        let is_link = fs::symlink_metadata(&at).is_ok_and(|m| m.file_type().is_symlink());
        if !is_link {
            continue;
        }
        let inside = fs::canonicalize(&at).is_ok_and(|real| real.starts_with(&home));
        if !inside {
            return Err(Failure::new(format!(
                "{} is a link that leads out of {}",
                at.display(),
                out.display()
            ))
            .help("dtpc writes only below the output folder"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_meanwhile_keeps_all_files_as_they_are() {
        let folder = tempfile::TempDir::new().unwrap();
        let place = |name: &str| folder.path().join(name);
        fs::write(place("a"), "one").unwrap();
        fs::write(place("b"), "changed by somebody").unwrap();
        let rewrites = |b: &'static str| {
            [("a", "one", "ONE"), ("b", b, "TWO")].map(|(name, present, wanted)| Rewrite {
                place: place(name),
                present,
                wanted,
            })
        };
        let refused = rewrite(&rewrites("two")).unwrap_err();
        assert!(refused.message.contains("b was changed"), "{refused}");
        assert_eq!(fs::read_to_string(place("a")).unwrap(), "one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);

        rewrite(&rewrites("changed by somebody")).unwrap();
        assert_eq!(fs::read_to_string(place("a")).unwrap(), "ONE");
        assert_eq!(fs::read_to_string(place("b")).unwrap(), "TWO");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
