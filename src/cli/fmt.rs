//! `dtpc fmt`

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use clap::error::ErrorKind;

use super::arguments::Lines;
use super::{Failure, Outcome, arguments, diff, discover, files, terminal, write};
use crate::compile::{self, LoadError};
use crate::diagnostics::suggest::counted;
use crate::diagnostics::{self, Diagnostic, codes};
use crate::format::{self, Refusal};
use crate::source::{MAX_FILE_BYTES, SourceMap};
use crate::timings::Timings;

/// The path that stands for standard input.
const STDIN: &str = "-";

/// A file that was formatted.
struct Formatted {
    path: PathBuf,
    before: String,
    after: String,
}

/// What came of all files: those that could not be formatted do not keep the others from it.
#[derive(Default)]
struct Run {
    sources: SourceMap,
    diagnostics: Vec<Diagnostic>,
    failures: Vec<Failure>,
    formatted: Vec<Formatted>,
    seen: usize,
}

/// Writes files in their one layout, or says which are not in it.
pub fn run(arguments: &arguments::Fmt, timings: &Timings) -> Result<Outcome, Failure> {
    let from_stdin = arguments.paths.iter().any(|path| path == Path::new(STDIN));
    usage(arguments, from_stdin);
    let mut run = Run::default();
    if from_stdin {
        let name = arguments.stdin_filename.clone();
        let name = name.unwrap_or_else(|| PathBuf::from("<stdin>"));
        let text = read_stdin();
        timings.of(&["format"], || run.file(name, text, arguments.range));
    } else if arguments.paths.is_empty() {
        for path in plan_files(&mut run, timings)? {
            let text = timings.of(&["read files"], || files::read(&path));
            timings.of(&["format"], || run.file(path, text, arguments.range));
        }
    } else {
        for path in named_files(&arguments.paths, &mut run.failures) {
            let text = timings.of(&["read files"], || files::read(&path));
            timings.of(&["format"], || run.file(path, text, arguments.range));
        }
    }
    Ok(timings.of(&["write"], || run.finish(arguments, from_stdin)))
}

/// Ends the process if what was asked for does not go together.
fn usage(arguments: &arguments::Fmt, from_stdin: bool) {
    let several = arguments.paths.len() != 1 || arguments.paths[0].is_dir();
    let message = if from_stdin && arguments.paths.len() > 1 {
        "standard input is formatted by itself: name either `-` or files"
    } else if arguments.range.is_some() && several {
        "`--range` takes one file"
    } else if arguments.stdin_filename.is_some() && !from_stdin {
        "`--stdin-filename` names what is read with `-`"
    } else {
        return;
    };
    arguments::Arguments::command()
        .error(ErrorKind::ArgumentConflict, message)
        .exit()
}

fn read_stdin() -> Result<String, LoadError> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| LoadError::Other(e.to_string()))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(LoadError::TooLarge(bytes.len() as u64));
    }
    String::from_utf8(bytes).map_err(|e| LoadError::NotUtf8(e.utf8_error().valid_up_to()))
}

/// The files of the plan that is meant when none is named. Imports that lead nowhere are reported.
fn plan_files(run: &mut Run, timings: &Timings) -> Result<Vec<PathBuf>, Failure> {
    let plan = discover::plan(None)?;
    let (entry, mut loader) = files::entry(&plan)?;
    let folder = plan.parent().unwrap_or_else(|| Path::new(""));
    compile::load(
        &entry,
        &mut loader,
        &mut run.sources,
        &mut run.diagnostics,
        timings,
    );
    // Syntax errors are reported again when the file is formatted.
    let reading = [codes::IMPORT, codes::UNREADABLE];
    run.diagnostics.retain(|d| reading.contains(&d.code));
    let paths = run
        .sources
        .files()
        .map(|(_, file)| folder.join(file.path()));
    Ok(paths.collect())
}

/// The files that were named and those below the folders that were, each once.
fn named_files(paths: &[PathBuf], failures: &mut Vec<Failure>) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        let mut found = Vec::new();
        if path.is_dir() {
            below(path, &mut found, failures);
            found.sort();
            if found.is_empty() {
                let message = format!("there is no .dtp file below {}", path.display());
                failures.push(Failure::new(message));
            }
        } else {
            found.push(path.clone());
        }
        files.extend(found);
    }
    let mut known = std::collections::HashSet::new();
    files.retain(|path| known.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    files
}

/// Every .dtp file below a folder. Names that begin with a dot are hidden, and links to folders may
/// lead in circles: neither is looked into.
fn below(folder: &Path, found: &mut Vec<PathBuf>, failures: &mut Vec<Failure>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) => {
            let message = format!("{} cannot be read: {e}", folder.display());
            failures.push(Failure::new(message));
            return;
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && !hidden {
            below(&path, found, failures);
        } else if !hidden && path.extension().is_some_and(|e| e == "dtp") && path.is_file() {
            found.push(path);
        }
    }
}

impl Run {
    /// Formats one file in memory.
    fn file(&mut self, path: PathBuf, text: Result<String, LoadError>, lines: Option<Lines>) {
        self.seen += 1;
        let name = path.display().to_string();
        let before = match text {
            Ok(text) => text,
            Err(reason) => {
                let message = format!("{name} {}", reason.reason());
                let diagnostic = Diagnostic::without_place(codes::UNREADABLE, message);
                self.diagnostics.push(diagnostic);
                return;
            }
        };
        let Ok(id) = self.sources.add(name.clone(), before.clone()) else {
            let message = format!("{name}: the files together pass 4 GiB");
            self.failures.push(Failure::new(message));
            return;
        };
        let file = self.sources.file(id);
        let after = match lines {
            Some(lines) => format::format_lines(file, lines.first..lines.last.saturating_add(1)),
            None => format::format(file),
        };
        match after {
            Ok(after) => self.formatted.push(Formatted {
                path,
                before,
                after,
            }),
            Err(Refusal::Syntax(mut found)) => self.diagnostics.append(&mut found),
            Err(Refusal::Unfaithful) => {
                let message = format!("{name} was left as it is: its words would have changed");
                let help = "this is a defect of dtpc; please report it with the file";
                self.failures.push(Failure::new(message).help(help));
            }
        }
    }

    /// Writes what has changed, or shows it, and says what went wrong.
    fn finish(mut self, arguments: &arguments::Fmt, from_stdin: bool) -> Outcome {
        let changed: Vec<&Formatted> = self
            .formatted
            .iter()
            .filter(|file| file.before != file.after)
            .collect();
        if arguments.check {
            for file in &changed {
                let name = file.path.display().to_string().replace('\\', "/");
                let diff = diff::between(&name, Some(&file.before), Some(&file.after));
                terminal::print(&diff);
            }
        } else if from_stdin {
            for file in &self.formatted {
                terminal::print(&file.after);
            }
        } else if let Err(failure) = write(&changed) {
            self.failures.push(failure);
        }
        diagnostics::sort(&mut self.diagnostics);
        if !self.diagnostics.is_empty() {
            terminal::diagnostics(&self.sources, &self.diagnostics);
        }
        for failure in &self.failures {
            terminal::error(&failure.to_string());
        }
        let refused = self.seen - self.formatted.len();
        if !from_stdin || arguments.check {
            say(arguments.check, changed.len(), self.seen, refused);
        }
        let unread = self.diagnostics.iter().any(|d| d.code == codes::UNREADABLE);
        if unread || !self.failures.is_empty() {
            Outcome::Files
        } else if !self.diagnostics.is_empty() || (arguments.check && !changed.is_empty()) {
            Outcome::Findings
        } else {
            Outcome::Success
        }
    }
}

/// Writes the new texts, all of them or none, and names the files.
fn write(changed: &[&Formatted]) -> Result<(), Failure> {
    let mut texts = Vec::with_capacity(changed.len());
    for file in changed {
        // A link stays one: what it leads to is written.
        let place = fs::canonicalize(&file.path)
            .map_err(|e| Failure::new(format!("{} cannot be written: {e}", file.path.display())))?;
        texts.push((place, file.after.as_str()));
    }
    write::all(&texts)?;
    for file in changed {
        terminal::print(&format!("formatted {}\n", file.path.display()));
    }
    Ok(())
}

/// Sums up.
fn say(check: bool, changed: usize, seen: usize, refused: usize) {
    let files = counted(seen, "file");
    if refused > 0 {
        let were = if refused == 1 { "was" } else { "were" };
        terminal::error(&format!("{refused} of {files} {were} left as found"));
    }
    if check && changed > 0 {
        terminal::error(&format!(
            "{changed} of {files} not formatted; `dtpc fmt` writes them anew"
        ));
    } else if changed == 0 && refused == 0 {
        let found = if check {
            "formatted"
        } else {
            "nothing to change"
        };
        terminal::print(&format!("{files}: {found}\n"));
    }
}
