//! The files of a repository, as those who look at it ask for them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::init::Tree;

/// How many files are looked at: enough for any repository that one plan is for.
pub const MOST_FILES: usize = 200_000;

/// The largest file whose text is looked at, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// How deep folders are followed.
const DEPTH: usize = 32;

/// Folders that tools fill, whether git ignores them or not.
const MADE: [&str; 9] = [
    ".git",
    ".hg",
    ".svn",
    ".venv",
    "venv",
    ".tox",
    ".nox",
    "__pycache__",
    "node_modules",
];

/// The files of a repository.
pub struct Disk {
    root: PathBuf,
    files: Vec<String>,
    /// Whether these are all.
    pub whole: bool,
    texts: RefCell<HashMap<String, Option<String>>>,
}

impl Disk {
    /// Looks below a folder.
    pub fn read(root: &Path) -> Self {
        let walk = WalkBuilder::new(root)
            .hidden(false)
            .ignore(false)
            .git_global(false)
            .require_git(false)
            .max_depth(Some(DEPTH))
            .sort_by_file_name(|a, b| a.cmp(b))
            .filter_entry(|entry| {
                !entry
                    .file_name()
                    .to_str()
                    .is_some_and(|name| MADE.contains(&name))
            })
            .build();
        let mut files = Vec::new();
        let mut whole = true;
        // What cannot be read is not looked at.
        for entry in walk.filter_map(Result::ok) {
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            if files.len() == MOST_FILES {
                whole = false;
                break;
            }
            let below = entry.path().strip_prefix(root).ok();
            let parts = below.map(|path| {
                let parts = path.components().map(|part| part.as_os_str().to_str());
                parts.collect::<Option<Vec<&str>>>()
            });
            if let Some(Some(parts)) = parts {
                files.push(parts.join("/"));
            }
        }
        files.sort();
        Self {
            root: root.to_path_buf(),
            files,
            whole,
            texts: RefCell::default(),
        }
    }

    /// The folder of git, which a work tree names in a file.
    fn git_folder(&self) -> Option<PathBuf> {
        let place = self.root.join(".git");
        if place.is_dir() {
            return Some(place);
        }
        let text = read(&place)?;
        let folder = self.root.join(text.trim().strip_prefix("gitdir: ")?);
        match read(&folder.join("commondir")) {
            Some(common) => Some(folder.join(common.trim())),
            None => Some(folder),
        }
    }
}

impl Tree for Disk {
    fn files(&self) -> &[String] {
        &self.files
    }

    fn text(&self, path: &str) -> Option<String> {
        if !self.has(path) {
            return None;
        }
        let mut texts = self.texts.borrow_mut();
        let text = || read(&self.root.join(path));
        texts.entry(path.to_owned()).or_insert_with(text).clone()
    }

    fn git(&self, name: &str) -> Option<String> {
        read(&self.git_folder()?.join(name))
    }
}

/// The text of a file of at most [`LONGEST`] bytes.
fn read(path: &Path) -> Option<String> {
    let file = fs::File::open(path).ok()?;
    let mut text = String::new();
    let length = file.take(LONGEST + 1).read_to_string(&mut text).ok()?;
    (length as u64 <= LONGEST).then_some(text)
}
