//! The edge: the command line, files and the terminal. The rest of the library does no input or
//! output; a lint sees to it.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this module is where input and output belong"
)]

mod arguments;
mod audit;
mod check;
mod diff;
mod discover;
mod disk;
mod explain;
mod files;
mod fix;
mod fmt;
mod generate;
mod graph;
mod init;
mod jobs;
mod merge;
mod pins;
mod run;
mod schema;
mod terminal;
mod why;
mod write;

use std::fmt::{Display, Formatter};
use std::process::ExitCode;

use clap::Parser;

use crate::timings::Timings;

/// What is there until the process ends, which gives its memory back at once: piece by piece takes as
/// long as a check.
type Kept<T> = std::mem::ManuallyDrop<T>;

/// How `dtpc` ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 0: all is well.
    Success,
    /// 1: the plan has errors, or files are not as they should be.
    Findings,
    /// 3: a file could not be read or written, or was not overwritten.
    Files,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        // 2 is clap's, for a command line that cannot be understood.
        match outcome {
            Outcome::Success => Self::SUCCESS,
            Outcome::Findings => Self::from(1),
            Outcome::Files => Self::from(3),
        }
    }
}

/// Something that kept a command from its work, in words for whoever typed it.
#[derive(Debug)]
pub struct Failure {
    message: String,
    help: Option<String>,
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "error: {}", self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    let timings = if arguments.timings {
        Timings::start()
    } else {
        Timings::off()
    };
    let done = match &arguments.command {
        arguments::Command::Audit(audit) => audit::run(audit, &timings),
        arguments::Command::Check(check) => check::run(check, &timings),
        arguments::Command::Explain(explain) => Ok(explain::run(explain)),
        arguments::Command::Fmt(fmt) => fmt::run(fmt, &timings),
        arguments::Command::Generate(generate) => generate::run(generate, &timings),
        arguments::Command::Graph(graph) => graph::run(graph, &timings),
        arguments::Command::Import(import) => init::import(import),
        arguments::Command::Init(init) => init::run(init),
        arguments::Command::Jobs(jobs) => jobs::run(jobs, &timings),
        arguments::Command::Pins(pins) => pins::run(pins, &timings),
        arguments::Command::Run(run) => run::run(run, &timings),
        arguments::Command::Schema => schema::run(),
        arguments::Command::Why(why) => why::run(why, &timings),
    };
    if arguments.timings {
        terminal::error(&timings.to_string());
    }
    match done {
        Ok(outcome) => outcome.into(),
        Err(failure) => {
            terminal::error(&failure.to_string());
            Outcome::Files.into()
        }
    }
}
