//! `dtpc run`

mod execute;
mod here;
mod process;
mod progress;
mod services;

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use execute::{Done, Place};
use here::Here;
use indexmap::IndexSet;
use process::{Exit, Shell};
use progress::Progress;

use super::check::{refused, today};
use super::graph::stage_named;
use super::jobs::{changed, compiled, root};
use super::{Failure, Outcome, arguments, terminal};
use crate::diagnostics::suggest::counted;
use crate::diagnostics::visible::visible;
use crate::jobs::changes::Changes;
use crate::jobs::named::Wanted;
use crate::jobs::{Job, Jobs, coverage};
use crate::run::order::{Ended, Order};
use crate::run::summary::{GateRow, Row, Summary, seconds};
use crate::run::verdict::{self, Went};
use crate::run::{Entry, Fate, Run, Task};
use crate::schema::kinds::Stage;
use crate::schema::{Id, Plan};
use crate::timings::Timings;

/// Where results go, below the root of the repository.
const RESULTS: &str = ".dtpc/run";

/// How long setting up the tools may take.
const SET_UP: Duration = Duration::from_hours(1);

/// How many lines of what failed are shown.
const LAST_LINES: usize = 25;

/// The stage of a plan that has one.
fn only_stage(plan: &Plan) -> Result<Id<Stage>, Failure> {
    let stages: Vec<Id<Stage>> = plan.stages.iter().map(|(id, _)| id).collect();
    let names: Vec<&str> = stages
        .iter()
        .map(|id| plan.stages[*id].head.name())
        .collect();
    match (stages.as_slice(), names.first()) {
        ([stage], _) => Ok(*stage),
        (_, Some(first)) => Err(Failure::new(format!(
            "which stage? There are {}",
            names.join(", ")
        ))
        .help(format!("name it: `dtpc run --stage {first}`"))),
        (_, None) => Err(Failure::new("the plan has no stage")),
    }
}

/// Runs a stage on this machine.
pub fn run(arguments: &arguments::Run, timings: &Timings) -> Result<Outcome, Failure> {
    let Some((plan, compilation)) = compiled(arguments.plan.as_deref(), timings)? else {
        return Ok(Outcome::Findings);
    };
    let Some(checked) = &compilation.plan else {
        return Ok(refused(&compilation));
    };
    let jobs = timings.of(&["jobs"], || Jobs::derive(checked, &compilation.sources));
    let stage = match &arguments.stage {
        Some(name) => stage_named(checked, name)?,
        None => only_stage(checked)?,
    };
    let root = root(checked, &plan);
    let root = fs::canonicalize(&root)
        .map_err(|error| Failure::new(format!("{}: {error}", root.display())))?;
    let mut wanted = Vec::new();
    for text in &arguments.jobs {
        let asked = match named(&jobs, stage, text) {
            Some(id) => Asked::Id(id),
            None => Asked::Pattern(Wanted::parse(text, &jobs).map_err(Failure::new)?),
        };
        let is_there = jobs.of_stage(stage).any(|job| asked.is(&jobs, job));
        if !is_there {
            let name = checked.stages[stage].head.name();
            let message = format!("no job of {name} is `{text}`");
            let help = format!("`dtpc jobs --stage {name}` lists them");
            return Err(Failure::new(message).help(help));
        }
        wanted.push(asked);
    }
    let changes = match changed(&arguments.changes, checked, &plan)? {
        Some(files) => Changes::of(checked, files),
        None => Changes::unknown(),
    };
    if changes.fails {
        let files = changes.files.iter().filter(|file| !file.is_claimed());
        let names: Vec<&str> = files.map(|file| file.file.as_str()).take(10).collect();
        let message = format!("no paths declaration claims {}", names.join(", "));
        terminal::error(&format!(
            "error: {message}\n  help: the plan says that this fails the run: claim them in a `paths` declaration"
        ));
        return Ok(Outcome::Findings);
    }
    let left_out = changes.left_out(&jobs);
    let is_wanted = |job: &Job| wanted.iter().any(|asked| asked.is(&jobs, job));
    let here = Here {
        root: root.clone(),
        sets_up: arguments.setup,
    };
    let goals = coverage::merged(&jobs, stage);
    let run = Run::of(
        &jobs,
        stage,
        &goals,
        &left_out,
        (!wanted.is_empty()).then_some(&is_wanted),
        &here,
    );
    let results = match &arguments.results {
        Some(folder) => std::path::absolute(folder),
        None => Ok(root.join(RESULTS)),
    };
    let results = results
        .map_err(|error| Failure::new(format!("the folder of the results: {error}")))?
        .join(checked.stages[stage].head.name());
    let went = if arguments.only_says {
        run.entries.iter().map(|_| None).collect()
    } else {
        timings.of(&["run the jobs"], || {
            Session::new(&run, &root, &results, arguments)?.go()
        })?
    };
    let mut summary = summary(&run, &went, &results);
    if arguments.only_says {
        summary.gates.clear();
    }
    let text = match arguments.format {
        arguments::ListFormat::Table => summary.text(),
        arguments::ListFormat::Json => {
            let text = serde_json::to_string_pretty(&summary);
            text.map_err(|error| Failure::new(error.to_string()))? + "\n"
        }
    };
    terminal::print(&text);
    if arguments.only_says {
        return Ok(Outcome::Success);
    }
    let fails = summary.has_failed() || (arguments.strict && !summary.is_decided());
    Ok(if fails {
        Outcome::Findings
    } else {
        Outcome::Success
    })
}

/// A job that was asked for.
enum Asked {
    /// By its id in the stage.
    Id(String),
    /// By a pattern.
    Pattern(Wanted),
}

impl Asked {
    fn is(&self, jobs: &Jobs<'_>, job: &Job) -> bool {
        match self {
            Self::Id(id) => job.id == *id,
            Self::Pattern(wanted) => wanted.is(jobs, job),
        }
    }
}

/// The id of a job of the stage that this is, with or without the name of the stage.
fn named(
    jobs: &Jobs<'_>,
    stage: crate::schema::Id<crate::schema::kinds::Stage>,
    text: &str,
) -> Option<String> {
    let name = jobs.plan.stages[stage].head.name();
    let id = text
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(text);
    let mut ids = jobs.of_stage(stage).map(|job| &job.id);
    ids.find(|own| *own == id).cloned()
}

/// A run that goes on.
struct Session<'r, 'j> {
    run: &'r Run<'j>,
    root: &'r Path,
    results: &'r Path,
    at_once: usize,
    sets_up: bool,
    commit: String,
    stop: Arc<AtomicBool>,
}

/// How an entry went, and how long that took.
struct Told {
    done: Done,
    seconds: f64,
    log: PathBuf,
}

impl<'r, 'j> Session<'r, 'j> {
    fn new(
        run: &'r Run<'j>,
        root: &'r Path,
        results: &'r Path,
        arguments: &arguments::Run,
    ) -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        // The first interrupt ends the jobs, the second dtpc.
        ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        })
        .map_err(|error| Failure::new(format!("interrupts cannot be waited for: {error}")))?;
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let at_once = arguments.at_once.map_or(cores, NonZeroUsize::get);
        Ok(Self {
            run,
            root,
            results,
            at_once,
            sets_up: arguments.setup,
            commit: execute::git(root, &["rev-parse", "HEAD"]).unwrap_or_default(),
            stop,
        })
    }

    /// Runs all that runs.
    fn go(&self) -> Result<Vec<Option<Told>>, Failure> {
        let run = self.run;
        let mut told: Vec<Option<Told>> = run.entries.iter().map(|_| None).collect();
        let runs: Vec<&Entry<'_>> = run
            .entries
            .iter()
            .filter(|entry| entry.fate == Fate::Runs)
            .collect();
        if runs.is_empty() {
            return Ok(told);
        }
        self.prepare(&runs)?;
        if self.sets_up {
            self.set_up(&runs)?;
        }
        let width = runs.iter().map(|e| e.id().len()).max().unwrap_or_default();
        let mut progress = Progress::new(runs.len(), width);
        let mut order = Order::of(run, self.at_once);
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            loop {
                if self.stop.load(Ordering::Relaxed) {
                    for number in order.stop() {
                        told[number] =
                            Some(self.not_begun(Ended::Cancelled, "the run was stopped"));
                    }
                }
                for number in order.begin() {
                    let expected = run.expected(number).map(as_seconds);
                    progress.begin(number, run.entries[number].id(), expected);
                    let sender = sender.clone();
                    scope.spawn(move || {
                        // The receiver is there as long as something runs.
                        let _ = sender.send((number, self.execute(number)));
                    });
                }
                if order.is_over() {
                    break;
                }
                // An interrupt is looked for from time to time.
                let Ok((number, one)) = receiver.recv_timeout(Duration::from_millis(100)) else {
                    continue;
                };
                progress.end(number, run.entries[number].id(), &in_words(&one));
                for (user, need) in order.end(number, one.done.went.ended) {
                    let need = run.entries[need].id();
                    let skipped = format!("it needs {need}, which did not succeed");
                    progress.end(user, run.entries[user].id(), &format!("skipped: {skipped}"));
                    told[user] = Some(self.not_begun(Ended::Skipped, &skipped));
                }
                told[number] = Some(one);
            }
        });
        progress.finish();
        Ok(told)
    }

    /// Makes the folders of the results, and takes away what an earlier run left in them.
    fn prepare(&self, runs: &[&Entry<'_>]) -> Result<(), Failure> {
        let failure = |path: &Path, error: std::io::Error| {
            Failure::new(format!("{}: {error}", path.display()))
        };
        let own = self.root.join(RESULTS);
        if self.results.starts_with(&own) {
            // Nobody wants to commit them.
            let ignore = self.root.join(".dtpc/.gitignore");
            fs::create_dir_all(&own).map_err(|error| failure(&own, error))?;
            fs::write(&ignore, "*\n").map_err(|error| failure(&ignore, error))?;
        }
        for entry in runs {
            let folder = self.folder(entry);
            fs::create_dir_all(&folder).map_err(|error| failure(&folder, error))?;
            let files = fs::read_dir(&folder).map_err(|error| failure(&folder, error))?;
            for path in files.flatten().map(|file| file.path()) {
                let ours = path
                    .extension()
                    .is_some_and(|e| e == "xml" || e == "log" || e == "json");
                if ours || path.file_name().is_some_and(|n| n == ".coverage") {
                    fs::remove_file(&path).map_err(|error| failure(&path, error))?;
                }
            }
        }
        Ok(())
    }

    /// Makes the machine ready for the tools: each command once.
    fn set_up(&self, runs: &[&Entry<'_>]) -> Result<(), Failure> {
        let commands: IndexSet<&Vec<String>> = runs
            .iter()
            .filter_map(|entry| match entry.task {
                Task::Job(job) => Some(job.setup.iter()),
                Task::Build(_) | Task::Goal(_) => None,
            })
            .flatten()
            .collect();
        let log = self.results.join("setup.log");
        // From an earlier run, or not there.
        let _ = fs::remove_file(&log);
        let shell = Shell {
            folder: self.root,
            variables: Vec::new(),
            log: log.clone(),
            deadline: Instant::now() + SET_UP,
            stop: &self.stop,
        };
        for words in commands {
            let line = crate::jobs::command::shell(words);
            terminal::error(&format!("setting up: {line}"));
            let exit = shell.call(words, &[]);
            if !matches!(exit, Exit::Code(0)) {
                let message = format!("the tools cannot be set up: `{line}` did not succeed");
                let help = format!("what it printed is in {}", log.display());
                return Err(Failure::new(message).help(help));
            }
        }
        Ok(())
    }

    /// The folder of the results of an entry.
    fn folder(&self, entry: &Entry<'_>) -> PathBuf {
        self.results.join(entry.id())
    }

    /// Runs one entry.
    fn execute(&self, number: usize) -> Told {
        let entry = &self.run.entries[number];
        let jobs = self.run.jobs;
        let folder = self.folder(entry);
        let begun = Instant::now();
        let limit = as_seconds(entry.timeout());
        let log = folder.join("output.log");
        let place = Place {
            shell: Shell {
                folder: self.root,
                variables: match entry.task {
                    Task::Job(job) => execute::variables(jobs, job, &folder),
                    Task::Build(_) | Task::Goal(_) => Vec::new(),
                },
                log: log.clone(),
                deadline: begun + Duration::from_secs_f64(limit),
                stop: &self.stop,
            },
            folder,
            limit,
            commit: &self.commit,
        };
        let done = match entry.task {
            Task::Build(build) => execute::build(jobs, build, &place),
            Task::Job(job) => execute::job(jobs, job, &place),
            Task::Goal(goal) => execute::goal(jobs, goal, &place, self.results),
        };
        Told {
            done,
            seconds: begun.elapsed().as_secs_f64(),
            log,
        }
    }

    /// What is told of an entry that did not begin.
    fn not_begun(&self, ended: Ended, why: &str) -> Told {
        Told {
            done: Done {
                went: Went {
                    ended,
                    no_test: false,
                },
                reason: Some(why.to_owned()),
                tests: None,
            },
            seconds: 0.0,
            log: self.results.to_path_buf(),
        }
    }
}

fn as_seconds(duration: crate::schema::values::Duration) -> f64 {
    Duration::from_millis(duration.millis).as_secs_f64()
}

/// How an entry went, in a line.
fn in_words(told: &Told) -> String {
    let mut words = format!("{} {}", told.done.went.ended.word(), seconds(told.seconds));
    if let Some(tests) = &told.done.tests {
        words.push_str("  ");
        words.push_str(&counted(tests.tests, "test"));
    }
    if let Some(reason) = &told.done.reason {
        words.push_str("  ");
        words.push_str(reason);
    }
    words
}

/// What the run came to.
fn summary(run: &Run<'_>, told: &[Option<Told>], results: &Path) -> Summary {
    let plan = run.jobs.plan;
    let rows = run.entries.iter().enumerate().map(|(number, entry)| {
        let told = told[number].as_ref();
        let has_run = told.filter(|told| told.seconds > 0.0);
        let (result, reason) = match (&entry.fate, told) {
            (Fate::LeftOut(why), _) => ("left_out", Some(why.clone())),
            (Fate::NotHeld(why), _) => ("not_held", Some(why.clone())),
            (Fate::Runs, Some(told)) => (told.done.went.ended.word(), told.done.reason.clone()),
            (Fate::Runs, None) => ("not_run", Some(lines(entry))),
        };
        let failed = has_run.filter(|told| told.done.went.ended != Ended::Success);
        Row {
            job: entry.id().to_owned(),
            title: entry.title().to_owned(),
            result,
            reason,
            outcome: match entry.task {
                Task::Build(_) => "build",
                Task::Goal(_) => "coverage",
                Task::Job(job) => job.outcome.as_ref().map_or("blocking", |o| o.word()),
            },
            tests: told.and_then(|told| told.done.tests),
            seconds: has_run.map(|told| told.seconds),
            expected_seconds: run.expected(number).map(as_seconds),
            timeout_seconds: entry.timeout().whole_seconds(),
            log: has_run.map(|told| shown(&told.log)),
            last_lines: failed.map_or_else(Vec::new, |told| last_lines(&told.log)),
        }
    });
    let went: Vec<Option<Went>> = told
        .iter()
        .map(|told| told.as_ref().map(|told| told.done.went))
        .collect();
    let gates = run.jobs.gates_of(run.stage).filter(|_| run.is_whole);
    Summary {
        stage: plan.stages[run.stage].head.name().to_owned(),
        whole: run.is_whole,
        jobs: rows.collect(),
        gates: gates
            .map(|(id, gate)| {
                let verdict = verdict::judge(run, id, &went, today());
                GateRow::of(gate.head.name(), &gate.status, verdict)
            })
            .collect(),
        results: shown(results),
    }
}

/// A path as it is shown: from the folder that dtpc was started in, if it is below it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(fs::canonicalize);
    let below = here.ok().and_then(|here| path.strip_prefix(here).ok());
    below.unwrap_or(path).display().to_string()
}

/// The commands of an entry, in one line.
fn lines(entry: &Entry<'_>) -> String {
    match entry.task {
        Task::Build(_) => "it is built here".to_owned(),
        Task::Goal(_) => "it is brought together here".to_owned(),
        Task::Job(job) => job.lines().join("; "),
    }
}

/// The end of a log.
fn last_lines(log: &Path) -> Vec<String> {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.len().saturating_sub(LAST_LINES);
    lines[first..]
        .iter()
        .map(|line| visible(line, false).into_owned())
        .collect()
}
