//! What every input is put through, whoever made it: the fuzzer (`fuzz/`), or the tests that replay
//! its corpus and the inputs that once failed. Nothing here may panic, whatever the bytes.
//!
//! An input is a plan, or several: a line `//=== name.dtp` begins another file, which imports find
//! by this name. `base.dtp` is always there.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "an input that breaks a promise has to end the run"
)]

use ::dtpc::compile::{Compilation, Entry, LoadError, Loader, compile};
use ::dtpc::diagnostics::render::{Style, human};
use ::dtpc::diagnostics::{Diagnostic, formats};
use ::dtpc::format::{self, Refusal};
use ::dtpc::jobs::Jobs;
use ::dtpc::schema::values::Date;
use ::dtpc::source::{SourceMap, Span};
use ::dtpc::syntax;
use ::dtpc::targets::{self, Content, Output, RenderError, banner};

/// What begins the line above another file.
const ANOTHER: &str = "//=== ";

/// The file that most plans with a mistake in `tests/diagnostics` import.
const BASE: &str = include_str!("../diagnostics/base.dtp");

/// Cuts a text into declarations and parses them.
#[allow(dead_code, reason = "the tests call everything at once")]
pub fn parse(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let mut sources = SourceMap::new();
    let id = sources.add("plan.dtp".to_owned(), text.to_owned()).unwrap();
    let mut diagnostics = Vec::new();
    syntax::parse(sources.file(id), &mut diagnostics);
    lie_in_texts(&sources, &diagnostics);
}

/// Compiles a plan, and says what is wrong with it in every format.
#[allow(dead_code, reason = "the tests call everything at once")]
pub fn check(input: &[u8]) {
    say(&compiled(input));
}

/// Compiles a plan, and makes the outputs of all targets where it holds.
#[allow(dead_code, reason = "the tests call everything at once")]
pub fn generate(input: &[u8]) {
    make(&compiled(input));
}

/// Formats a file: what comes out stays as it is, has no other findings, and gives the same outputs.
pub fn fmt(input: &[u8]) {
    let mut files = Files::of(input);
    let Some(text) = formatted(files.0[0].1) else {
        return;
    };
    assert_eq!(
        formatted(text.as_bytes()).as_ref(),
        Some(&text),
        "formatted twice it changes"
    );
    let before = meaning(Files(files.0.clone()));
    files.0[0].1 = text.as_bytes();
    assert_eq!(meaning(files), before, "formatted it says something else");
}

/// All of this, with one compilation.
pub fn everything(input: &[u8]) {
    fmt(input);
    let compilation = compiled(input);
    say(&compilation);
    make(&compilation);
}

/// The outputs, twice.
fn make(compilation: &Compilation) {
    let Some(plan) = &compilation.plan else {
        assert!(
            !compilation.diagnostics.is_empty(),
            "no plan, and no word about it"
        );
        return;
    };
    let first = outputs(&Jobs::derive(plan, &compilation.sources));
    let second = outputs(&Jobs::derive(plan, &compilation.sources));
    assert_eq!(first, second, "two runs differ");
    let mut paths: Vec<&String> = first.iter().map(|(path, _)| path).collect();
    paths.sort_unstable();
    for pair in paths.windows(2) {
        assert_ne!(pair[0], pair[1], "two outputs go to one file");
    }
}

/// The files of an input.
struct Files<'a>(Vec<(&'a str, &'a [u8])>);

impl<'a> Files<'a> {
    fn of(input: &'a [u8]) -> Self {
        let mut files = Vec::new();
        let (mut name, mut start, mut at) = ("plan.dtp", 0, 0);
        for line in input.split_inclusive(|&b| b == b'\n') {
            let next = line
                .strip_prefix(ANOTHER.as_bytes())
                .and_then(|rest| std::str::from_utf8(rest).ok());
            if let Some(next) = next {
                files.push((name, &input[start..at]));
                (name, start) = (next.trim(), at + line.len());
            }
            at += line.len();
        }
        files.push((name, &input[start..]));
        Self(files)
    }
}

impl Loader for Files<'_> {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        match self.0.iter().find(|(name, _)| *name == path) {
            Some((_, bytes)) => std::str::from_utf8(bytes)
                .map(str::to_owned)
                .map_err(|e| LoadError::NotUtf8(e.valid_up_to())),
            None if path == "base.dtp" => Ok(BASE.to_owned()),
            None => Err(LoadError::Missing),
        }
    }
}

fn compiled(input: &[u8]) -> Compilation {
    compile_files(Files::of(input))
}

/// The formatted text of a file without syntax errors.
fn formatted(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut sources = SourceMap::new();
    let id = sources.add("plan.dtp".to_owned(), text.to_owned()).unwrap();
    match format::format(sources.file(id)) {
        Ok(text) => Some(text),
        Err(Refusal::Syntax(errors)) => {
            assert!(!errors.is_empty(), "refused without a word");
            lie_in_texts(&sources, &errors);
            None
        }
        Err(Refusal::Unfaithful) => panic!("a word would be lost of:\n{text}"),
    }
}

/// Findings, each with its code, without the places; outputs, each with its path.
type Meaning = (Vec<(&'static str, String)>, Vec<(String, String)>);

/// What is found in a plan, and what it is compiled to.
fn meaning(files: Files<'_>) -> Meaning {
    let compilation = compile_files(files);
    let found = compilation.diagnostics.iter();
    let mut found: Vec<_> = found.map(|d| (d.code.code, d.message.clone())).collect();
    found.sort_unstable();
    let made = compilation.plan.as_ref().map(|plan| {
        let jobs = Jobs::derive(plan, &compilation.sources);
        let mut made = outputs(&jobs);
        // The compiled plan tells the lines of the plan.
        made.retain(|(_, text)| !text.starts_with('{'));
        made
    });
    (found, made.unwrap_or_default())
}

fn compile_files(mut files: Files<'_>) -> Compilation {
    let entry = Entry {
        file: "plan.dtp".to_owned(),
        folders: vec!["repository".to_owned(), "plans".to_owned()],
    };
    let today = Date("2026-06-01".parse().unwrap());
    compile(&entry, Some(today), &mut files)
}

/// Every place lies within its text, on the borders of characters.
fn lie_in_texts(sources: &SourceMap, diagnostics: &[Diagnostic]) {
    let lies_in_text = |span: Span| {
        assert!(span.start <= span.end, "{span:?}");
        let file = sources.file_of(span);
        let from = (span.start - file.base()) as usize;
        let text = file.text().get(from..from + span.len() as usize);
        assert!(text.is_some(), "{span:?} lies in no text");
    };
    for diagnostic in diagnostics {
        diagnostic.span.into_iter().for_each(lies_in_text);
        for (span, _) in &diagnostic.labels {
            lies_in_text(*span);
        }
    }
}

/// What is wrong, in every format.
fn say(compilation: &Compilation) {
    let (sources, diagnostics) = (&compilation.sources, &compilation.diagnostics);
    lie_in_texts(sources, diagnostics);
    for (colour, unicode, width) in [(false, true, 80), (true, false, 20)] {
        let style = Style {
            colour,
            unicode,
            width,
        };
        let said = human(sources, diagnostics, style);
        assert!(said.ends_with('\n'));
        assert!(
            colour || !said.contains('\u{1b}'),
            "a text moves the cursor"
        );
    }
    // One line for each finding, whatever stands in the plan.
    for one_line_each in [
        formats::short(sources, diagnostics),
        formats::github(sources, diagnostics),
    ] {
        assert_eq!(
            one_line_each.matches(['\n', '\r']).count(),
            diagnostics.len(),
            "{one_line_each}"
        );
    }
    for json in [
        formats::json(sources, diagnostics),
        formats::sarif(sources, diagnostics),
    ] {
        serde_json::from_str::<serde_json::Value>(&json).unwrap();
    }
}

/// The outputs of all targets, each with its path; a refusal in words stands in the place of its
/// target.
fn outputs(jobs: &Jobs<'_>) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for target in targets::REGISTRY {
        match target.render(jobs) {
            Ok(outputs) => texts.extend(outputs.into_iter().map(read_back)),
            Err(refusal) => texts.push((target.name().to_owned(), refusal.message)),
        }
    }
    texts
}

/// The path and the text of an output that keeps what outputs promise.
fn read_back(output: Output) -> (String, String) {
    let path = output.path;
    assert!(
        path.split('/').all(|part| !matches!(part, "" | "." | ".."))
            && !path.contains(['\\', '\0', '\n']),
        "{path:?} is no path below the root"
    );
    let text = match output.content {
        Content::Whole(text) => {
            assert!(
                matches!(banner::provenance(&text), banner::Provenance::Intact { .. }),
                "{path} is not known as written by dtpc:\n{text}"
            );
            text
        }
        Content::Shared(edit) => match edit(None) {
            Ok(edited) => {
                let again = edit(Some(&edited.text)).unwrap();
                assert_eq!((again.text.as_str(), again.loses), (&*edited.text, None));
                edited.text
            }
            Err(RenderError { message }) => message,
        },
    };
    if text.starts_with('{')
        && let Err(wrong) = serde_json::from_str::<serde_json::Value>(&text)
    {
        panic!("{path} is no JSON: {wrong}\n{text}");
    }
    let ending = path.rsplit('.').next();
    if matches!(ending, Some("yml" | "yaml"))
        && let Err(wrong) = serde_yaml::from_str::<serde_json::Value>(&text)
    {
        panic!("{path} is no YAML: {wrong}\n{text}");
    }
    (path, text)
}
