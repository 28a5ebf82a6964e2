//! Starts the processes of a job, and ends them with all that they started.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{io, thread};

use crate::jobs::command;

/// How long what is stopped may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// How long to wait between looks at a process, at most.
const LONGEST_WAIT: Duration = Duration::from_millis(40);

/// What the processes of a job have in common.
#[derive(Debug)]
pub struct Shell<'a> {
    /// Where they run.
    pub folder: &'a Path,
    /// Variables, beside those of the environment.
    pub variables: Vec<(String, String)>,
    /// What they print goes to the end of this file.
    pub log: PathBuf,
    /// When they are stopped.
    pub deadline: Instant,
    /// Whether somebody stopped the run.
    pub stop: &'a AtomicBool,
}

/// How a process ended.
#[derive(Debug)]
pub enum Exit {
    /// With this code.
    Code(i32),
    /// By a signal.
    Signal,
    /// It took longer than it may.
    TimedOut,
    /// Somebody stopped the run.
    Stopped,
    /// It could not be started.
    NotStarted(io::Error),
}

impl Shell<'_> {
    /// Runs a command to its end.
    pub fn call(&self, words: &[String], variables: &[(&str, String)]) -> Exit {
        let mut child = match self.start(words, variables, &self.log) {
            Ok(child) => child,
            Err(error) => return Exit::NotStarted(error),
        };
        let mut wait = Duration::from_millis(1);
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return status.code().map_or(Exit::Signal, Exit::Code),
                Ok(None) => {}
                Err(error) => return Exit::NotStarted(error),
            }
            let is_late = Instant::now() >= self.deadline;
            if is_late || self.stop.load(Ordering::Relaxed) {
                end(&mut child);
                return if is_late {
                    Exit::TimedOut
                } else {
                    Exit::Stopped
                };
            }
            thread::sleep(wait);
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Starts a command, which is written to the log above what it prints.
    pub fn start(
        &self,
        words: &[String],
        variables: &[(&str, String)],
        log: &Path,
    ) -> io::Result<Child> {
        let [program, arguments @ ..] = words else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "there is no command",
            ));
        };
        let mut log = File::options().create(true).append(true).open(log)?;
        writeln!(log, "$ {}", command::shell(words))?;
        let errors = log.try_clone()?;
        // A program of the checkout is named from its root, wherever dtpc was started.
        let own = Path::new(program);
        let program = if own.components().count() > 1 && own.is_relative() {
            self.folder.join(own)
        } else {
            own.to_path_buf()
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.folder)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        // A group of its own, so that all it starts can be ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn()
    }
}

/// Ends a process and all that it started: first as it may, then as it must.
pub fn end(child: &mut Child) {
    signal(child, Signal::Ask);
    let start = Instant::now();
    while start.elapsed() < GRACE {
        if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            break;
        }
        thread::sleep(LONGEST_WAIT);
    }
    // Its children may have outlived it.
    signal(child, Signal::Force);
    // It has ended, or does now.
    let _ = child.wait();
}

#[derive(Clone, Copy)]
enum Signal {
    Ask,
    Force,
}

#[cfg(unix)]
fn signal(child: &mut Child, signal: Signal) {
    use rustix::process::{Pid, Signal as Unix, kill_process_group};
    let signal = match signal {
        Signal::Ask => Unix::TERM,
        Signal::Force => Unix::KILL,
    };
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        // A group that is gone needs no end.
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(not(unix))]
fn signal(child: &mut Child, signal: Signal) {
    if matches!(signal, Signal::Force) {
        // One that is gone needs no end.
        let _ = child.kill();
    }
}
