//! The services beside the tests.

use std::fmt::Write as _;

use super::super::literal::literal;
use super::super::workflow::Step;
use crate::jobs::{Job, Jobs, command};

/// Starts the services that run from the checkout, and waits for all of them.
pub(super) fn started(jobs: &Jobs<'_>, job: &Job) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut ports = Vec::new();
    let mut logs = String::new();
    let mut seconds = 0;
    for id in &job.services {
        let service = &jobs.plan.services[*id];
        if let Some(start) = &service.command {
            let name = service.head.name();
            steps.push(Step {
                name: literal(&format!("Start {}", service.head.title)),
                // It outlives its step, even where the shell of a step has a terminal to lose: what
                // is ignored at the start stays so.
                run: Some(format!(
                    "trap '' HUP\n{} > \"$RUNNER_TEMP/{name}.log\" 2>&1 &",
                    command::shell(&start.words)
                )),
                ..Step::default()
            });
            // The last word of a service that does not start says why.
            let _ = write!(logs, "\n      tail -n 50 \"$RUNNER_TEMP/{name}.log\"");
        }
        let host = if job.container.is_some() && service.image.is_some() {
            service.head.name()
        } else {
            "127.0.0.1"
        };
        ports.extend(service.port.map(|p| format!("{host}/{}", p.value)));
        seconds = seconds.max(service.ready_within.whole_seconds());
    }
    if !ports.is_empty() {
        let names: Vec<&str> = job
            .services
            .iter()
            .map(|id| jobs.plan.services[*id].head.title.as_str())
            .collect();
        steps.push(Step {
            name: literal(&format!("Wait for {}", names.join(", "))),
            run: Some(format!(
                "for address in {}; do\n  until (exec 3<> \"/dev/tcp/$address\") 2> /dev/null; do\n    if ((SECONDS >= {seconds})); then\n      echo \"::error::nothing listens on port ${{address#*/}} after {seconds} s\"{logs}\n      exit 1\n    fi\n    sleep 1\n  done\ndone",
                ports.join(" ")
            )),
            ..Step::default()
        });
    }
    steps
}
