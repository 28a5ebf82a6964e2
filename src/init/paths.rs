//! Paths with `/` between folders.

use crate::schema::values::is_hidden;

/// The folder of a file; empty at the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The name of a file, without its folders.
pub fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// `folder/name`, or the name alone at the root.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// Whether a path lies in a folder, at any depth; everything lies in the root.
pub fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a name ends in one of these extensions, in whatever case.
pub fn has_extension(path: &str, extensions: &[&str]) -> bool {
    let extension = name(path).rsplit_once('.').map(|(_, e)| e);
    extension.is_some_and(|e| extensions.iter().any(|known| e.eq_ignore_ascii_case(known)))
}

/// Folders whose files belong to somebody else, or are what tests work on.
const NOT_OURS: &[&str] = &[
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "thirdparty",
    "node_modules",
    "site-packages",
    "external",
    "testdata",
    "test-data",
    "test_data",
    "fixtures",
    "__fixtures__",
    "snapshots",
    "__snapshots__",
    "templates",
    "dist",
    "build",
];

/// Whether a file is the repository's own, and not what tests read; and whether a glob can name it.
pub fn is_own(path: &str) -> bool {
    if path.contains(['*', '?', '[', ']', '{', '}', '\\']) || path.contains(is_hidden) {
        return false;
    }
    let folders = folder(path).split('/');
    let mut in_tests = false;
    for part in folders {
        // `data` is code in one project and food for tests in another; below tests it is food.
        if NOT_OURS.contains(&part) || (in_tests && part == "data") {
            return false;
        }
        in_tests |= part == "tests" || part == "test";
    }
    true
}

/// A path as one word of a command.
pub fn word(path: &str) -> String {
    // Only a zero byte cannot be quoted, and no path has one.
    shlex::try_quote(path).map_or_else(|_| path.to_owned(), |quoted| quoted.into_owned())
}

/// The outermost of some folders: none that lies in another one.
pub fn outermost(folders: &mut Vec<String>) {
    folders.sort();
    folders.dedup();
    let all = folders.clone();
    folders.retain(|folder| {
        let inside = all
            .iter()
            .any(|other| other != folder && is_below(folder, other));
        !inside
    });
}
