//! The services of a job, each started for it alone and ended with it.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Child;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use super::here::listens;
use super::process::{self, Exit, Shell};
use crate::jobs::{Job, command};
use crate::schema::kinds::Service;
use crate::schema::values::Ready;
use crate::schema::{Decl, Plan};

/// How long to wait between two looks at a service.
const BETWEEN: Duration = Duration::from_millis(50);

/// How long an answer to a request may take: as in the workflow.
const ANSWER: Duration = Duration::from_secs(5);

/// Services that run; they end when this is dropped.
#[derive(Debug, Default)]
pub struct Services {
    running: Vec<Child>,
}

impl Services {
    /// Starts what a job needs, and waits until all of it is ready.
    ///
    /// # Errors
    /// Which of them did not come up, and why.
    pub fn start(plan: &Plan, job: &Job, shell: &Shell<'_>, folder: &Path) -> Result<Self, String> {
        let mut services = Self::default();
        let needed: Vec<&Decl<Service>> =
            job.services.iter().map(|id| &plan.services[*id]).collect();
        // One may be ready only when another one runs: all are started, then waited for.
        for service in &needed {
            let Some(command) = &service.command else {
                continue;
            };
            let name = service.head.name();
            let log = folder.join(format!("{name}.log"));
            let child = shell
                .start(&command.words, &[], &log)
                .map_err(|error| format!("{name} cannot be started: {error}"))?;
            services.running.push(child);
        }
        let begun = Instant::now();
        for service in needed {
            wait(service, begun, shell, folder)?;
        }
        Ok(services)
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        for child in &mut self.running {
            process::end(child);
        }
    }
}

/// Waits until a service is ready.
fn wait(
    service: &Decl<Service>,
    begun: Instant,
    shell: &Shell<'_>,
    folder: &Path,
) -> Result<(), String> {
    let Some(port) = service.port else {
        return Ok(());
    };
    let (name, port) = (service.head.name(), port.value.0);
    let deadline = begun + Duration::from_secs(service.ready_within.whole_seconds());
    let ready_log = folder.join(format!("{name}.ready.log"));
    let mut said = None;
    loop {
        let failed = match &service.ready {
            Ready::Http(path) => answer(port, path)
                .err()
                .map(|why| format!("a request for {path} on port {port} {why}")),
            // It would run inside the container, which somebody else has started: there its port has
            // to do.
            Ready::Command(tried) if service.command.is_some() => {
                let tried = &tried.words;
                let limit = Shell {
                    folder: shell.folder,
                    variables: shell.variables.clone(),
                    log: ready_log.clone(),
                    deadline: deadline.min(shell.deadline),
                    stop: shell.stop,
                };
                // The last try is the one that is looked at.
                let _ = fs::remove_file(&ready_log);
                let exit = limit.call(tried, &[]);
                // One that was cut off at the end has nothing to say.
                if matches!(exit, Exit::Code(_)) {
                    said = last_line(&ready_log);
                }
                (!matches!(exit, Exit::Code(0)))
                    .then(|| format!("`{}` does not succeed", command::shell(tried)))
            }
            Ready::Tcp | Ready::Command(_) => {
                (!listens(port)).then(|| format!("it does not listen on port {port}"))
            }
        };
        let Some(failed) = failed else {
            return Ok(());
        };
        let now = Instant::now();
        let is_over = now >= shell.deadline || shell.stop.load(Ordering::Relaxed);
        if is_over || now >= deadline {
            let seconds = service.ready_within.whole_seconds();
            let own = last_line(&folder.join(format!("{name}.log")));
            let last: Vec<String> = own.into_iter().chain(said).collect();
            let last = if last.is_empty() {
                String::new()
            } else {
                format!("; the last that was said: {}", last.join("; "))
            };
            return Err(format!(
                "{name} is not ready after {seconds} s: {failed}{last}"
            ));
        }
        thread::sleep(BETWEEN);
    }
}

/// Asks for a path on a port of this machine, as the workflow does.
///
/// # Errors
/// What came instead of success.
fn answer(port: u16, path: &str) -> Result<(), String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let ask = || -> io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, ANSWER)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.set_write_timeout(Some(ANSWER))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )?;
        let mut line = Vec::new();
        // A line without an end is no answer, however long it is.
        let limited = io::Read::take(stream, 1024);
        BufReader::new(limited).read_until(b'\n', &mut line)?;
        Ok(String::from_utf8_lossy(&line).trim().to_owned())
    };
    let line = ask().map_err(|error| format!("is not answered: {error}"))?;
    let status = line.split_whitespace().nth(1).unwrap_or_default();
    if status.len() == 3 && status.starts_with('2') {
        Ok(())
    } else {
        Err(format!("is answered with `{line}`"))
    }
}

/// The last line of a log that says something.
fn last_line(log: &Path) -> Option<String> {
    let text = fs::read(log).ok()?;
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.trim_end().lines();
    // The first one is the command itself.
    lines.next()?;
    lines.next_back().map(str::to_owned)
}
