//! Reading the files of a plan.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};

use super::Failure;
use crate::compile::{Entry, LoadError, Loader};
use crate::source::MAX_FILE_BYTES;

/// The files below, and around, the folder of a plan.
pub struct Files {
    folder: PathBuf,
    /// Whether the files of the repository are looked at, and where it is if the plan does not decide.
    pub repository: Repository,
}

/// The repository that a plan is held against.
#[derive(Debug, Clone, Default)]
pub enum Repository {
    /// None: what comes out of a plan does not depend on it.
    #[default]
    Unseen,
    /// The one whose root the plan names.
    OfPlan,
    /// The one in this folder.
    At(PathBuf),
}

impl Files {
    /// Where a file is, by its path relative to the folder of the plan.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// The files of the repository, where they are to be looked at: see [`Loader::tree`].
    pub fn repository_files(&self, root: Option<&str>) -> Option<Vec<String>> {
        let root = match (&self.repository, root) {
            (Repository::Unseen, _) | (Repository::OfPlan, None) => return None,
            (Repository::OfPlan, Some(root)) => self.path(root),
            (Repository::At(folder), _) => folder.clone(),
        };
        tree(&root)
    }

    /// Whether there is the root of the plan, or the repository is told in its place.
    pub fn is_root(&self, root: &str) -> bool {
        matches!(self.repository, Repository::At(_)) || self.path(root).is_dir()
    }

    /// The files in the folder of `path` that can be plans: see [`Loader::beside`].
    pub fn names_beside(&self, path: &str) -> Vec<String> {
        let folder = self.path(path).parent().map(std::fs::read_dir);
        let Some(Ok(entries)) = folder else {
            return Vec::new();
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names
            .filter(|name| {
                Path::new(name)
                    .extension()
                    .is_some_and(|ending| ending == "dtp")
            })
            .collect();
        names.sort_unstable();
        names
    }

    /// Whether a file really lies in the folder of the plan or below: what is imported or linked from
    /// elsewhere belongs to others too.
    pub fn is_own(&self, path: &str) -> bool {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        match (real(&self.path(path)), real(&self.folder)) {
            (Some(file), Some(folder)) => file.starts_with(folder),
            _ => false,
        }
    }
}

impl Loader for Files {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        read(&self.path(path))
    }

    fn beside(&mut self, path: &str) -> Vec<String> {
        self.names_beside(path)
    }

    fn tree(&mut self, root: Option<&str>) -> Option<Vec<String>> {
        self.repository_files(root)
    }

    fn has_root(&mut self, root: &str) -> bool {
        self.is_root(root)
    }

    fn lock(&mut self) -> Result<Option<String>, LoadError> {
        match read(&self.path(crate::lock::FILE)) {
            Ok(text) => Ok(Some(text)),
            Err(LoadError::Missing) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Where a plan is, and how its files are read.
pub fn entry(plan: &Path) -> Result<(Entry, Files), Failure> {
    let absolute =
        std::path::absolute(plan).map_err(|e| Failure::new(format!("{}: {e}", plan.display())))?;
    let Some(file) = absolute.file_name().filter(|_| !ends_in_dots(plan)) else {
        return Err(Failure::new(format!(
            "{} is a folder, not a plan",
            plan.display()
        )));
    };
    let folder = absolute.parent().map(Path::to_path_buf).unwrap_or_default();
    let folders = folder
        .components()
        .filter_map(|part| match part {
            Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    Ok((
        Entry {
            file: file.to_string_lossy().into_owned(),
            folders,
        },
        Files {
            folder,
            repository: Repository::Unseen,
        },
    ))
}

/// The files below a folder, those that git ignores left out. Nothing if it is no folder.
fn tree(root: &Path) -> Option<Vec<String>> {
    if !root.is_dir() {
        return None;
    }
    let walk = ignore::WalkBuilder::new(root)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    let mut files: Vec<String> = walk
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()))
        .filter_map(|entry| {
            let path = entry.path().strip_prefix(root).ok()?;
            let parts: Vec<String> = path
                .components()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            Some(parts.join("/"))
        })
        .collect();
    files.sort_unstable();
    Some(files)
}

fn ends_in_dots(path: &Path) -> bool {
    matches!(
        path.components().next_back(),
        Some(Component::ParentDir | Component::CurDir) | None
    )
}

/// The text of a file.
pub fn read(path: &Path) -> Result<String, LoadError> {
    let other = |e: std::io::Error| match e.kind() {
        ErrorKind::NotFound => LoadError::Missing,
        ErrorKind::IsADirectory => LoadError::Folder,
        _ => LoadError::Other(e.to_string()),
    };
    let file = File::open(path).map_err(other)?;
    let metadata = file.metadata().map_err(other)?;
    if metadata.is_dir() {
        return Err(LoadError::Folder);
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(LoadError::TooLarge(metadata.len()));
    }
    // What is no regular file may give more than it says.
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(other)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(LoadError::TooLarge(bytes.len() as u64));
    }
    String::from_utf8(bytes).map_err(|e| LoadError::NotUtf8(e.utf8_error().valid_up_to()))
}
