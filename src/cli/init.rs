//! `dtpc init`: reads a repository, writes a first plan, says what to do next.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::disk::{Disk, MOST_FILES};
use super::{Failure, Outcome, arguments, discover, files, terminal, write};
use crate::checks::CheckedPlan;
use crate::compile::{self, LoadError, Loader};
use crate::diagnostics::suggest::counted;
use crate::format;
use crate::init::{self, Detail, Facts, Tree};
use crate::jobs::Jobs;
use crate::source::SourceMap;
use crate::targets::{self, banner};

/// How many hooks are named in what is printed.
const HOOKS: usize = 8;

/// Writes a first plan for a repository.
pub fn run(arguments: &arguments::Init) -> Result<Outcome, Failure> {
    begin(arguments, init::look)
}

/// Writes a first plan for a repository, with what its CI runs.
pub fn import(arguments: &arguments::Init) -> Result<Outcome, Failure> {
    begin(arguments, init::look_with_ci)
}

fn begin(
    arguments: &arguments::Init,
    look: fn(&dyn Tree, &str) -> Facts,
) -> Result<Outcome, Failure> {
    let root = arguments.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let real = fs::canonicalize(&root)
        .map_err(|e| Failure::new(format!("{} cannot be read: {e}", root.display())))?;
    if !real.is_dir() {
        let message = format!("{} is a file, and a repository is a folder", root.display());
        return Err(Failure::new(message));
    }
    refuse_second_plan(&root)?;
    let disk = Disk::read(&root);
    let folder = real.file_name().map(|n| n.to_string_lossy().into_owned());
    let facts = look(&disk, &folder.unwrap_or_default());
    let plan = root.join("plans").join(format!("{}.dtp", facts.name));
    let (text, compiled) = drafted(&plan, &facts)?;
    write::create(&plan, &text)?;
    let shown = shown(&plan);
    let mut said = found(&facts, disk.whole);
    let _ = write!(said, "\ncreated   {shown}\n");
    said.push_str(&next(&root, &shown, &compiled)?);
    terminal::print(&said);
    Ok(Outcome::Success)
}

/// A repository with a plan keeps it.
fn refuse_second_plan(root: &Path) -> Result<(), Failure> {
    let there = discover::plans_in(&root.join("plans"));
    let Some(first) = there.first() else {
        return Ok(());
    };
    let message = format!("there is a plan already: {}", first.display());
    Err(Failure::new(message).help(format!(
        "`dtpc check {}` says whether it holds",
        first.display()
    )))
}

/// A path as it is typed here.
fn shown(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    let path = path.display().to_string();
    shlex::try_quote(&path).map_or_else(|_| path.clone(), |quoted| quoted.into_owned())
}

/// A draft that was compiled.
struct Compiled {
    plan: CheckedPlan,
    sources: SourceMap,
}

/// One text, as it will be on disk.
struct Text<'t>(&'t str);

impl Loader for Text<'_> {
    fn load(&mut self, _path: &str) -> Result<String, LoadError> {
        Ok(self.0.to_owned())
    }
}

/// The draft with most of what was found that holds, compiled before it is written: a plan that does
/// not hold helps nobody to begin.
fn drafted(plan: &Path, facts: &Facts) -> Result<(String, Compiled), Failure> {
    let (entry, _) = files::entry(plan)?;
    let mut last = None;
    for detail in Detail::ALL {
        let text = init::draft(facts, detail);
        let compilation = compile::compile(&entry, None, &mut Text(&text));
        if let Some(plan) = compilation.plan {
            let sources = compilation.sources;
            // In the one layout from the start: expressions of CI may be long.
            let file = sources.files().next();
            let laid_out = file.and_then(|(_, file)| format::format(file).ok());
            return Ok((laid_out.unwrap_or(text), Compiled { plan, sources }));
        }
        last = Some(compilation);
        // Without CI there is nothing that could be left out.
        if facts.ci.is_none() {
            break;
        }
    }
    if let Some(compilation) = last {
        terminal::diagnostics(&compilation.sources, &compilation.diagnostics);
    }
    let message = "the plan that was drafted for this repository does not hold";
    let help = "this is a mistake of dtpc: nothing was written; please report it";
    Err(Failure::new(message).help(help))
}

/// What was found, in a line for each thing.
fn found(facts: &Facts, whole: bool) -> String {
    let mut said = format!("looked at {}\n", counted(facts.files, "file"));
    if !whole {
        let _ = writeln!(said, "  the first {MOST_FILES}; the others were left out");
    }
    let mut line = |name: &str, text: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(said, "  {name:10} {text}");
    };
    let languages: Vec<String> = facts
        .languages
        .iter()
        .map(|l| format!("{} ({})", l.title, counted(l.files, "file")))
        .collect();
    line(
        "languages",
        or_none(&languages.join(", "), "none that dtpc knows"),
    );
    let tools = facts.tests.tools.iter().map(|tool| {
        let suites = facts.tests.suites.iter().filter(|s| s.tool == tool.name);
        format!("{} ({})", tool.title, counted(suites.count(), "suite"))
    });
    let tools: Vec<String> = tools.collect();
    line(
        "tests",
        or_none(&tools.join(", "), "none that dtpc can run"),
    );
    let markers = &facts.markers;
    if !markers.list.is_empty() {
        let used = markers.list.len() - markers.registered.min(markers.list.len());
        let place = facts.pytest_config.as_deref().unwrap_or("no file");
        let registered = markers.registered;
        line(
            "markers",
            format!("{registered} registered in {place}, {used} more in use"),
        );
    }
    if !facts.hooks.list.is_empty() {
        let names: Vec<&str> = facts.hooks.list.iter().map(|h| h.name.as_str()).collect();
        let more = match names.len().saturating_sub(HOOKS) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let names = names.get(..HOOKS).unwrap_or(&names);
        line("hooks", format!("{}{more}", names.join(", ")));
    }
    let host = facts.git.host.map_or("not known", |host| host.title());
    let workflows = match facts.workflows.len() {
        0 => String::new(),
        count => format!(", {} (left as they are)", counted(count, "workflow")),
    };
    line("CI", format!("{host}{workflows}"));
    if let Some(ci) = &facts.ci {
        let started = || ci.workflows.iter().filter(|w| w.starts.is_any());
        let runs: usize = started().map(|w| w.runs.len()).sum();
        let with = started().filter(|w| !w.runs.is_empty()).count();
        line(
            "in CI",
            format!(
                "{} of tests in {}",
                counted(runs, "command"),
                counted(with, "workflow")
            ),
        );
    }
    line(
        "branch",
        or_none(facts.git.branch.as_deref().unwrap_or(""), "not known"),
    );
    said
}

fn or_none(text: &str, none: &str) -> String {
    if text.is_empty() { none } else { text }.to_owned()
}

/// What to do next, with the commands as they can be typed.
fn next(root: &Path, plan: &str, compiled: &Compiled) -> Result<String, Failure> {
    let jobs = Jobs::derive(&compiled.plan, &compiled.sources);
    let mut free = Vec::new();
    let mut kept = Vec::new();
    for target in targets::REGISTRY
        .iter()
        .filter(|t| t.is_wanted(&compiled.plan))
    {
        let outputs =
            targets::render(&[*target], &jobs).map_err(|e| Failure::new(e.to_string()))?;
        if outputs.is_empty() {
            continue;
        }
        let changes = write::compare(root, &outputs, &[*target], banner::origin(&jobs))?;
        let protected = changes.iter().find(|change| change.is_protected());
        match protected {
            Some(change) => kept.push((target.name(), change.path.clone())),
            None => free.push(target.name()),
        }
    }
    let asked: usize = compiled
        .plan
        .plans
        .iter()
        .map(|(_, p)| p.questions.len())
        .sum();
    let open = asked
        + compiled
            .plan
            .heads()
            .map(|(_, head)| head.open.len())
            .sum::<usize>();
    let chosen: String = if kept.is_empty() {
        String::new()
    } else {
        free.iter().fold(String::new(), |mut all, name| {
            let _ = write!(all, " --target {name}");
            all
        })
    };
    let mut said = format!(
        "\nIt holds; {} in it. Next:\n  dtpc check {plan}\n      after every answer that you write in place of an `open(\"…\")`\n  dtpc generate {plan}{chosen} --check\n      shows what would be written, and writes nothing\n  dtpc generate {plan}{chosen}\n      writes it\n",
        questions(open)
    );
    for (target, path) in kept {
        let _ = write!(
            said,
            "\n{path} was not written by dtpc and stays as it is. When the plan says all that it says:\n  dtpc generate {plan} --target {target} --force\n"
        );
    }
    Ok(said)
}

fn questions(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb} open", counted(count, "question"))
}
