//! The services of a job, each started for it alone and ended with it.

use std::fs;
use std::path::Path;
use std::process::Child;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use super::here::listens;
use super::process::{self, Shell};
use crate::jobs::Job;
use crate::schema::Plan;

/// How long to wait between two looks at a port.
const BETWEEN: Duration = Duration::from_millis(50);

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
        for id in &job.services {
            let service = &plan.services[*id];
            let (Some(command), Some(port)) = (&service.command, service.port) else {
                continue;
            };
            let (name, port) = (service.head.name(), port.value);
            let log = folder.join(format!("{name}.log"));
            let child = shell
                .start(&command.words, &[], &log)
                .map_err(|error| format!("{name} cannot be started: {error}"))?;
            services.running.push(child);
            let begun = Instant::now();
            let seconds = service.ready_within.whole_seconds();
            while !listens(port) {
                let is_late = begun.elapsed() >= Duration::from_secs(seconds);
                if is_late || Instant::now() >= shell.deadline || shell.stop.load(Ordering::Relaxed)
                {
                    let log = fs::read(&log).unwrap_or_default();
                    let log = String::from_utf8_lossy(&log);
                    let last = log.trim_end().lines().next_back().unwrap_or_default();
                    return Err(format!(
                        "{name} does not listen on port {port} after {seconds} s; its last word: {last}"
                    ));
                }
                thread::sleep(BETWEEN);
            }
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
