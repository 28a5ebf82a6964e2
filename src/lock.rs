//! `dtpc.lock`: what names that can move mean. An action at a version is one commit, an image at a tag
//! one digest. The file stands beside the plan, a line each, so that a change of one is a change of a
//! line:
//!
//! ```text
//! action  actions/checkout  v7.0.1       3d3c42e5aac5ba805825da76410c181273ba90b1
//! image   nats              2.11-alpine  sha256:e4bf19f1…
//! ```

use std::fmt::{self, Write as _};

/// The name of the file.
pub const FILE: &str = "dtpc.lock";

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// An action of GitHub's at a version: a commit.
    Action,
    /// A container image at a tag: a digest.
    Image,
}

impl Sort {
    /// The word that begins its lines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Image => "image",
        }
    }

    /// Whether a text can be what such a name means.
    fn is_content(self, text: &str) -> bool {
        let is_hex = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        match self {
            Self::Action => is_hex(text, 40),
            Self::Image => text.strip_prefix("sha256:").is_some_and(|d| is_hex(d, 64)),
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Of what.
    pub sort: Sort,
    /// `owner/name`, or an image without its tag.
    pub name: String,
    /// The version, or the tag.
    pub version: String,
    /// The commit, or the digest.
    pub content: String,
}

impl Entry {
    /// An entry, if it can be one.
    ///
    /// # Errors
    /// What it lacks, in words.
    pub fn new(sort: Sort, name: &str, version: &str, content: &str) -> Result<Self, String> {
        let is_word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
        if !is_word(name) || !is_word(version) || name.contains('@') {
            return Err(format!("`{name}` at `{version}` names nothing"));
        }
        if !sort.is_content(content) {
            let wanted = match sort {
                Sort::Action => "the 40 digits of a commit",
                Sort::Image => "`sha256:` and 64 digits",
            };
            return Err(format!("`{content}` is not {wanted}"));
        }
        Ok(Self {
            sort,
            name: name.to_owned(),
            version: version.to_owned(),
            content: content.to_owned(),
        })
    }
}

/// Why a lock cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

/// All lines of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    entries: Vec<Entry>,
}

impl Lock {
    /// A lock of these; of two about one thing at one version the first holds.
    pub fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut lock = Self::default();
        for entry in entries {
            if lock
                .content(entry.sort, &entry.name, &entry.version)
                .is_none()
            {
                lock.entries.push(entry);
            }
        }
        lock.entries.sort();
        lock
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let mut entries: Vec<Entry> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let unreadable = |why: String| Unreadable {
                line: number + 1,
                why,
            };
            let words: Vec<&str> = line.split_whitespace().collect();
            let (sort, name, version, content) = match words.as_slice() {
                [] => continue,
                [first, ..] if first.starts_with('#') => continue,
                ["action", name, version, content] => (Sort::Action, *name, *version, *content),
                ["image", name, version, content] => (Sort::Image, *name, *version, *content),
                _ => {
                    let why = "a line is `action` or `image`, a name, a version and what it means";
                    return Err(unreadable(why.to_owned()));
                }
            };
            let entry = Entry::new(sort, name, version, content).map_err(unreadable)?;
            let is_known = entries
                .iter()
                .any(|e| e.sort == sort && e.name == name && e.version == version);
            if is_known {
                return Err(unreadable(format!(
                    "`{name}` at `{version}` is there twice"
                )));
            }
            entries.push(entry);
        }
        entries.sort();
        Ok(Self { entries })
    }

    /// As it is written, in columns.
    pub fn text(&self) -> String {
        let width = |of: fn(&Entry) -> &str| self.entries.iter().map(|e| of(e).len()).max();
        let name = width(|e| &e.name).unwrap_or_default();
        let version = width(|e| &e.version).unwrap_or_default();
        let mut text = String::from(
            "# What names that can move mean. `dtpc pins --update TABLE` changes it.\n",
        );
        for entry in &self.entries {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "{:6}  {:name$}  {:version$}  {}",
                entry.sort.word(),
                entry.name,
                entry.version,
                entry.content
            );
        }
        text
    }

    /// Its lines, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What a name at a version means.
    pub fn content(&self, sort: Sort, name: &str, version: &str) -> Option<&str> {
        let mut of_sort = self.entries.iter().filter(|entry| entry.sort == sort);
        of_sort
            .find(|entry| entry.name == name && entry.version == version)
            .map(|entry| entry.content.as_str())
    }

    /// The newest version of an action with a major number.
    pub fn newest(&self, action: &str, major: u64) -> Option<&Entry> {
        self.entries
            .iter()
            .filter(|entry| entry.sort == Sort::Action && entry.name == action)
            .filter_map(|entry| Some((numbers(&entry.version)?, entry)))
            .filter(|(numbers, _)| numbers.first() == Some(&major))
            .max_by(|a, b| a.0.cmp(&b.0))
            .map(|(_, entry)| entry)
    }
}

/// The numbers of a version such as `v7.0.1`.
pub fn numbers(version: &str) -> Option<Vec<u64>> {
    let parts = version.strip_prefix('v')?.split('.');
    parts.map(|part| part.parse().ok()).collect()
}

/// An image as its name and its tag, `latest` without one.
pub fn name_and_tag(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        // A port of the registry is no tag.
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

/// What a table of known versions says: the entries, and of each line that is none why not.
#[derive(Debug, Default)]
pub struct Table {
    /// What can be taken.
    pub entries: Vec<Entry>,
    /// What cannot, and why.
    pub notes: Vec<String>,
}

/// Reads a table of tab-separated columns with a head: `action`, `version`, `sha`, or `image`, `tag`,
/// `digest`. Where there is a column `status`, what is not `confirmed` is not taken; where there is
/// `runs_using`, an action on a Node that GitHub no longer has is not either.
///
/// # Errors
/// What is wrong with its head.
pub fn table(text: &str) -> Result<Table, String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let head: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| head.iter().position(|own| *own == name);
    let (sort, columns) = match (column("action"), column("image")) {
        (Some(action), None) => (
            Sort::Action,
            [Some(action), column("version"), column("sha")],
        ),
        (None, Some(image)) => (Sort::Image, [Some(image), column("tag"), column("digest")]),
        _ => return Err("its first line names no columns `action` or `image`".to_owned()),
    };
    let [Some(name), Some(version), Some(content)] = columns else {
        return Err(match sort {
            Sort::Action => "it has no columns `version` and `sha`".to_owned(),
            Sort::Image => "it has no columns `tag` and `digest`".to_owned(),
        });
    };
    let mut table = Table::default();
    for line in lines {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let what = format!("{} {}", cell(name), cell(version));
        let status = column("status").map_or("confirmed", cell);
        let node = column("runs_using").map_or("", cell);
        if !status.starts_with("confirmed") {
            table
                .notes
                .push(format!("{what} is not confirmed: {status}"));
        } else if ["node12", "node16", "node20"].contains(&node) {
            table
                .notes
                .push(format!("{what} runs on {node}, which is past its end"));
        } else {
            match Entry::new(sort, cell(name), cell(version), cell(content)) {
                Ok(entry) => table.entries.push(entry),
                Err(why) => table.notes.push(format!("{what}: {why}")),
            }
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "3d3c42e5aac5ba805825da76410c181273ba90b1";

    #[test]
    fn what_is_written_is_read() {
        let text = format!(
            "# A line.\n\naction a/b v10.0.0 {COMMIT}\naction a/b v9.2.0 {COMMIT}\nimage reg:5000/x 1 sha256:{}\n",
            "a".repeat(64)
        );
        let lock = Lock::parse(&text).unwrap_or_default();
        assert_eq!(lock.entries().len(), 3);
        assert_eq!(Lock::parse(&lock.text()), Ok(lock.clone()));
        assert_eq!(
            lock.newest("a/b", 10).map(|e| e.version.as_str()),
            Some("v10.0.0")
        );
        assert_eq!(lock.newest("a/b", 8), None);
        let image = name_and_tag("reg:5000/x:1");
        assert!(lock.content(Sort::Image, image.0, image.1).is_some());
        assert_eq!(name_and_tag("reg:5000/x"), ("reg:5000/x", "latest"));
    }

    #[test]
    fn what_is_no_line_is_said() {
        for (text, line) in [
            ("action a/b v1", 1),
            ("\naction a/b v1 main", 2),
            ("image x 1 sha256:12", 1),
            ("tool a b c", 1),
        ] {
            assert_eq!(
                Lock::parse(text).err().map(|e| e.line),
                Some(line),
                "{text}"
            );
        }
        let twice = format!("action a/b v1 {COMMIT}\naction a/b v1 {COMMIT}");
        assert_eq!(Lock::parse(&twice).err().map(|e| e.line), Some(2));
    }

    #[test]
    fn of_a_table_what_is_known_is_taken() {
        let text = format!(
            "action\tversion\tsha\tstatus\truns_using\na/b\tv1.0.0\t{COMMIT}\tconfirmed\tnode20\na/b\tv2.0.0\t{COMMIT}\tconfirmed\tnode24\na/b\tv3.0.0\t{COMMIT}\tguessed\tnode24\na/b\tv4.0.0\tmain\tconfirmed\tnode24\n"
        );
        let table = table(&text).unwrap_or_default();
        let taken: Vec<&str> = table.entries.iter().map(|e| e.version.as_str()).collect();
        assert_eq!((taken, table.notes.len()), (vec!["v2.0.0"], 3));
        assert!(super::table("a\tb\n").is_err() && super::table("action\tsha\n").is_err());
    }
}
