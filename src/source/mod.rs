//! The first stage: texts, and places in them.
//!
//! All files of a plan share one space of positions, so a [`Span`] is two `u32`s and says both the
//! file and the place. Lines and columns are computed only when a diagnostic is printed.

mod line_index;

pub use line_index::LineIndex;

/// The largest file that is read, in bytes (40 MiB): room for a plan of 100,000 suites, and a
/// clear refusal of a file that was named by mistake.
pub const MAX_FILE_BYTES: u64 = 40 * 1024 * 1024;

/// A stretch of source text: byte offsets in the position space of a [`SourceMap`], `end` excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Its length in bytes.
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether it holds no byte.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// Which file of a [`SourceMap`]: an index in the order of loading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// One source text and the name it is shown under.
#[derive(Debug)]
pub struct SourceFile {
    /// Relative to the folder of the plan.
    path: String,
    name: String,
    text: String,
    base: u32,
}

impl SourceFile {
    /// The name printed in diagnostics and in generated files: relative to the plan's root, with
    /// `/` between folders.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its path relative to the folder of the plan, with `/` between folders.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the file begins in the position space.
    pub const fn base(&self) -> u32 {
        self.base
    }
}

/// Every text of one compilation.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    /// Where each begins: beside each other, since every word is looked up here.
    bases: Vec<u32>,
}

/// The texts together pass the 4 GiB that a `u32` position can address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuchSource;

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the text of a file, by its path relative to the folder of the plan.
    ///
    /// # Errors
    /// [`TooMuchSource`] when the position space is full.
    pub fn add(&mut self, path: String, text: String) -> Result<FileId, TooMuchSource> {
        // One position is kept free between files, so that a span at the very end of one file is
        // not at the start of the next.
        let base = self
            .files
            .last()
            .map_or(0, |f| f.base as usize + f.text.len() + 1);
        if base + text.len() >= u32::MAX as usize {
            return Err(TooMuchSource);
        }
        let id = FileId(u32::try_from(self.files.len()).map_err(|_| TooMuchSource)?);
        let base = u32::try_from(base).map_err(|_| TooMuchSource)?;
        self.bases.push(base);
        self.files.push(SourceFile {
            name: path.clone(),
            path,
            text,
            base,
        });
        Ok(id)
    }

    /// The file with this id.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Shows every file below these folders: called once it is known where the plan lies.
    pub fn show_below(&mut self, folders: &[String]) {
        for file in &mut self.files {
            let mut shown: Vec<&str> = folders.iter().map(String::as_str).collect();
            for part in file.path.split('/') {
                match part {
                    ".." if shown.last().is_some_and(|p| *p != "..") => {
                        shown.pop();
                    }
                    part => shown.push(part),
                }
            }
            file.name = shown.join("/");
        }
    }

    /// All files, in the order of loading.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0u32..).map(FileId).zip(&self.files)
    }

    /// The file a span lies in.
    pub fn file_of(&self, span: Span) -> &SourceFile {
        let index = self.bases.partition_point(|base| *base <= span.start);
        &self.files[index.saturating_sub(1)]
    }

    /// The number of the file a span lies in; nothing where there are no files.
    pub fn id_of(&self, span: Span) -> Option<FileId> {
        let behind = self.bases.partition_point(|base| *base <= span.start);
        let index = behind.checked_sub(1)?;
        u32::try_from(index).ok().map(FileId)
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        let file = self.file_of(span);
        let start = (span.start - file.base) as usize;
        file.text
            .get(start..start + span.len() as usize)
            .unwrap_or_default()
    }

    /// The line a span begins on, counted from one. Counts afresh on each call: for many look-ups
    /// in one file, use a [`LineIndex`].
    pub fn line_of(&self, span: Span) -> usize {
        let file = self.file_of(span);
        let end = (span.start - file.base) as usize;
        1 + file.text.as_bytes()[..end.min(file.text.len())]
            .iter()
            .filter(|&&b| b == b'\n')
            .count()
    }
}
