//! The pipeline from a file's name to a checked plan.

use crate::checks::{self, Broken, CheckedPlan, Circumstances};
use crate::diagnostics::{self, Diagnostic, Fix, codes, suggest};
use crate::lock::Lock;
use crate::resolve::{self, Unread};
use crate::schema::values::Date;
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{self, ast};
use crate::timings::Timings;

/// How a compilation gets its texts: the core itself reads no files.
pub trait Loader {
    /// The text of a file, by its path relative to the folder of the plan, with `/` between
    /// folders.
    ///
    /// # Errors
    /// Why there is none.
    fn load(&mut self, path: &str) -> Result<String, LoadError>;

    /// The files beside `path`, by their names without folders, for "did you mean". Nothing where nobody
    /// knows.
    fn beside(&mut self, path: &str) -> Vec<String> {
        let _ = path;
        Vec::new()
    }

    /// The files of the repository, by their paths relative to its root, with `/` between folders.
    /// `root` is what the plan says of it: its path relative to the folder of the plan. Nothing where
    /// the files are not to be looked at, or where nobody knows the root.
    fn tree(&mut self, root: Option<&str>) -> Option<Vec<String>> {
        let _ = root;
        None
    }

    /// Whether there is the folder that the plan calls its root, where that is to be looked at.
    fn has_root(&mut self, root: &str) -> bool {
        let _ = root;
        true
    }

    /// The text of the [lock](crate::lock) beside the plan; nothing where there is none.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn lock(&mut self) -> Result<Option<String>, LoadError> {
        Ok(None)
    }
}

/// Why a file is not a text that can be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// There is no such file.
    Missing,
    /// It is a folder.
    Folder,
    /// It is longer than [`MAX_FILE_BYTES`](crate::source::MAX_FILE_BYTES); its length in bytes.
    TooLarge(u64),
    /// It is not UTF-8: the offset of the first byte that is not.
    NotUtf8(usize),
    /// The system's words for another reason.
    Other(String),
}

impl LoadError {
    /// The reason as a half sentence behind a file's name.
    pub fn reason(&self) -> String {
        match self {
            Self::Missing => "does not exist".to_owned(),
            Self::Folder => "is a folder, not a plan".to_owned(),
            Self::TooLarge(bytes) => format!(
                "is {} MiB long; a file of a plan may have {} MiB",
                bytes.div_ceil(1024 * 1024),
                crate::source::MAX_FILE_BYTES / (1024 * 1024)
            ),
            Self::NotUtf8(offset) => {
                format!("is not UTF-8 text: the byte at offset {offset} is not part of a character")
            }
            Self::Other(words) => format!("cannot be read: {words}"),
        }
    }
}

/// Where a plan is.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The name of its file, without folders.
    pub file: String,
    /// The folders from the root of the file system to the file, outermost first.
    pub folders: Vec<String>,
}

impl Entry {
    /// The folders of the plan as they are shown: those below the plan's root where it gives one
    /// as `..`s, else `plans` where the file is in a folder of that name. So what is shown does not
    /// depend on the machine or on the folder dtpc was started in.
    fn shown_folders(&self, root: Option<&str>) -> &[String] {
        let levels = match root {
            Some(root) => {
                let parts: Vec<&str> = root
                    .split('/')
                    .filter(|p| !p.is_empty() && *p != ".")
                    .collect();
                parts.iter().all(|p| *p == "..").then_some(parts.len())
            }
            None => Some(usize::from(
                self.folders.last().is_some_and(|f| f == "plans"),
            )),
        };
        let from = self
            .folders
            .len()
            .saturating_sub(levels.unwrap_or_default());
        &self.folders[from..]
    }
}

/// What came of a compilation.
#[derive(Debug)]
pub struct Compilation {
    /// The texts that were read.
    pub sources: SourceMap,
    /// All that is wrong, in the order of the source.
    pub diagnostics: Vec<Diagnostic>,
    /// The plan, if nothing is wrong that keeps it from being used.
    pub plan: Option<CheckedPlan>,
    /// Whether the files of the repository were looked at.
    pub saw_tree: bool,
}

/// Compiles the plan at `entry`. `today` is the day on which dates are judged; without it, they are
/// not.
pub fn compile(entry: &Entry, today: Option<Date>, loader: &mut dyn Loader) -> Compilation {
    compile_measured(entry, today, loader, &Timings::off())
}

/// The same as [`compile`], with what each stage takes.
pub fn compile_measured(
    entry: &Entry,
    today: Option<Date>,
    loader: &mut dyn Loader,
    timings: &Timings,
) -> Compilation {
    let mut sources = SourceMap::new();
    let mut diagnostics = Vec::new();
    let mut files = load(entry, loader, &mut sources, &mut diagnostics, timings);
    report_circles(&files, &sources, &mut diagnostics);
    // The texts were read in the order in which they were found; so their errors come in order.
    files.sort_by_key(|(id, _)| *id);
    let resolved = timings.of(&["resolve names"], || {
        resolve::resolve(&sources, &files, &mut diagnostics)
    });
    let (mut plan, unread) = timings.of(&["read values"], || {
        let unread = Unread::of(&sources, &files, resolved.dropped());
        let plan = resolve::read(&sources, &files, resolved, &mut diagnostics);
        (plan, unread)
    });
    plan.lock = timings.of(&["read files"], || lock(loader, &mut diagnostics));
    let info = plan.plans.iter().next().map(|(_, info)| info);
    let root = info.and_then(|info| info.root.as_ref().map(ToString::to_string));
    let missing = root.as_ref().filter(|root| !loader.has_root(root));
    let missing = info.zip(missing).map(|(info, root)| {
        let message = format!("there is no folder `{root}`");
        Diagnostic::new(codes::UNMATCHED_GLOB, info.head.place("root"), message)
            .help("say where the repository is, from the folder of the plan's file: `root: \"..\"`")
    });
    sources.show_below(entry.shown_folders(root.as_deref()));
    let mut saw_tree = false;
    let broken = if diagnostics::has_errors(&diagnostics) {
        Broken::of(&sources, files.iter().map(|(_, file)| file), &diagnostics).map(Some)
    } else {
        Some(None)
    };
    // Names that a broken declaration would have brought are missed everywhere: that is a
    // consequence, not a mistake of its own; though whoever misses one is not whole either.
    diagnostics.retain(|d| !unread.explains(&sources, d));
    let plan = broken.and_then(|broken| {
        let tree = timings.of(&["list the repository"], || loader.tree(root.as_deref()));
        saw_tree = tree.is_some();
        let circumstances = Circumstances {
            today,
            tree: tree.as_deref(),
            broken: broken.as_ref(),
        };
        let mut found = Vec::new();
        let checked = timings.of(&["check"], || {
            checks::check(plan, &sources, &circumstances, &mut found, timings)
        });
        diagnostics.append(&mut found);
        // What is right of it is no plan.
        checked.filter(|_| broken.is_none() && missing.is_none())
    });
    diagnostics.extend(missing);
    diagnostics::sort(&mut diagnostics);
    Compilation {
        sources,
        diagnostics,
        plan,
        saw_tree,
    }
}

/// The lock beside the plan; what is wrong with it is reported.
fn lock(loader: &mut dyn Loader, diagnostics: &mut Vec<Diagnostic>) -> Lock {
    let read = match loader.lock() {
        Ok(None) => return Lock::default(),
        Ok(Some(text)) => Lock::parse(&text).map_err(|error| error.to_string()),
        Err(error) => Err(error.reason()),
    };
    read.unwrap_or_else(|why| {
        let message = format!("{}: {why}", crate::lock::FILE);
        diagnostics.push(
            Diagnostic::without_place(codes::UNREADABLE, message)
                .help("take it from the history of the repository, or mend the line"),
        );
        Lock::default()
    })
}

/// The place that imports a file: the number of the importing file, and that of its import.
type Importer = (usize, usize, Span);

/// Reads and parses the plan's file and all that it imports, and reports what cannot be read or
/// parsed.
pub fn load(
    entry: &Entry,
    loader: &mut dyn Loader,
    sources: &mut SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
    timings: &Timings,
) -> Vec<(FileId, ast::File)> {
    let mut files: Vec<(FileId, ast::File)> = Vec::new();
    let mut waiting: Vec<(String, Option<Importer>)> = vec![(entry.file.clone(), None)];
    let mut known: Vec<(String, FileId)> = Vec::new();
    while let Some((path, importer)) = waiting.pop() {
        let id = match known.iter().find(|(p, _)| *p == path) {
            Some((_, id)) => *id,
            None => match timings.of(&["read files"], || add(&path, loader, sources)) {
                Ok(id) => {
                    known.push((path.clone(), id));
                    let parsed = timings.of(&["split and parse"], || {
                        syntax::parse(sources.file(id), diagnostics)
                    });
                    let index = files.len();
                    for (number, import) in parsed.imports.iter().enumerate().rev() {
                        let written = sources.text(import.path).trim_matches('"');
                        let place = Some((index, number, import.path));
                        waiting.push((join(&path, written), place));
                    }
                    files.push((id, parsed));
                    id
                }
                Err(reason) => {
                    let import = importer.map(|(_, _, span)| span);
                    let diagnostic = unreadable(&path, &reason, import);
                    let beside = match reason {
                        LoadError::Missing => loader.beside(&path),
                        _ => Vec::new(),
                    };
                    diagnostics.push(with_file_meant(diagnostic, &beside, sources));
                    continue;
                }
            },
        };
        if let Some((file, number, _)) = importer {
            files[file].1.imports[number].target = Some(id);
        }
    }
    sources.show_below(entry.shown_folders(None));
    files
}

fn add(path: &str, loader: &mut dyn Loader, sources: &mut SourceMap) -> Result<FileId, LoadError> {
    let text = loader.load(path)?;
    let full = LoadError::Other("the files of the plan together pass 4 GiB".to_owned());
    sources.add(path.to_owned(), text).map_err(|_| full)
}

fn unreadable(path: &str, reason: &LoadError, import: Option<Span>) -> Diagnostic {
    let message = format!("{path} {}", reason.reason());
    match import {
        Some(span) => Diagnostic::new(codes::IMPORT, span, message)
            .help("the path of an import is relative to the file it stands in"),
        None => Diagnostic::without_place(codes::UNREADABLE, message)
            .help("name the file of a plan: `dtpc check plans/dynamo.dtp`"),
    }
}

/// Names the file that an import of a missing one most likely means, if there is one beside it.
fn with_file_meant(diagnostic: Diagnostic, beside: &[String], sources: &SourceMap) -> Diagnostic {
    let Some(import) = diagnostic.span else {
        return diagnostic;
    };
    let written = sources.text(import).trim_matches('"');
    let (folders, name) = match written.rsplit_once('/') {
        Some((folders, name)) => (format!("{folders}/"), name),
        None => (String::new(), written),
    };
    let names = || beside.iter().map(String::as_str);
    let with_ending = format!("{name}.dtp");
    let (near, sure) = if names().any(|known| known == with_ending) {
        (Some(with_ending.as_str()), true)
    } else {
        (
            suggest::nearest(name, names()),
            suggest::certain(name, names()).is_some(),
        )
    };
    let Some(near) = near else {
        return diagnostic;
    };
    let path = format!("{folders}{near}");
    let fix = Fix::replace(import, format!("\"{path}\""));
    diagnostic
        .help(format!("did you mean `\"{path}\"`?"))
        .fix(if sure { fix } else { fix.to_be_judged() })
}

/// `path` as seen from the folder of `from`, with `..` resolved as far as that is possible.
fn join(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Reports imports that lead back to the file they stand in, each circle once.
fn report_circles(
    files: &[(FileId, ast::File)],
    sources: &SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut graph = petgraph::graphmap::DiGraphMap::<u32, Span>::new();
    for (id, file) in files {
        for import in &file.imports {
            if let Some(target) = import.target {
                graph.add_edge(id.0, target.0, import.path);
            }
        }
    }
    for component in petgraph::algo::tarjan_scc(&graph) {
        let inside = |node: &u32| component.contains(node);
        let mut edges: Vec<(Span, u32, u32)> = graph
            .all_edges()
            .filter(|(from, to, _)| inside(from) && inside(to))
            .map(|(from, to, span)| (*span, from, to))
            .collect();
        edges.sort_unstable();
        if let Some(((first, from, to), others)) = edges.split_first() {
            let back = petgraph::algo::astar(&graph, *to, |n| n == *from, |_| 1, |_| 0);
            let mut way = vec![sources.file(FileId(*from)).path()];
            let steps = back.map_or_else(Vec::new, |(_, steps)| steps);
            way.extend(steps.iter().map(|step| sources.file(FileId(*step)).path()));
            let mut diagnostic = Diagnostic::new(
                codes::IMPORT,
                *first,
                format!(
                    "this import leads back to its own file: {}",
                    way.join(" → ")
                ),
            )
            .help("take one of the imports out: names are visible across all files");
            for (span, ..) in others {
                diagnostic = diagnostic.label(*span, "through this import");
            }
            diagnostics.push(diagnostic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(folders: &[&str]) -> Entry {
        Entry {
            file: "dynamo.dtp".to_owned(),
            folders: folders.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_plan_is_shown_by_its_path_below_the_root_wherever_that_is() {
        let here = entry(&["home", "me", "repo", "plans"]);
        assert_eq!(here.shown_folders(Some("..")), ["plans"]);
        assert_eq!(here.shown_folders(Some("../..")), ["repo", "plans"]);
        assert_eq!(here.shown_folders(Some(".")), Vec::<String>::new());
        assert_eq!(here.shown_folders(None), ["plans"]);
        assert_eq!(
            entry(&["home", "me"]).shown_folders(None),
            Vec::<String>::new()
        );
    }

    #[test]
    fn imports_are_relative_to_their_file() {
        assert_eq!(join("dynamo.dtp", "markers.dtp"), "markers.dtp");
        assert_eq!(join("a/b.dtp", "../c.dtp"), "c.dtp");
        assert_eq!(join("b.dtp", "../../c.dtp"), "../../c.dtp");
    }
}
