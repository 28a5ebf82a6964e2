//! The services that run beside a job in containers of the host's.

use indexmap::IndexMap;

use super::super::access;
use super::super::literal::literal;
use super::super::workflow::Service;
use crate::jobs::{Job, command};
use crate::schema::kinds;
use crate::schema::values::Ready;
use crate::schema::{Decl, Plan};

/// How many seconds lie between two tries of a container's health.
const INTERVAL: u64 = 2;

/// The services of a job that run beside it in containers.
pub fn of(plan: &Plan, job: &Job) -> IndexMap<String, Service> {
    job.services
        .iter()
        .filter_map(|id| {
            let service = &plan.services[*id];
            let image = service.image.as_ref()?.pinned(&plan.lock)?;
            let port = service.port?.value.0;
            let env = service
                .variables
                .entries
                .iter()
                .map(|(name, value)| (name.to_string(), literal(value)))
                .collect();
            let service = Service {
                credentials: access::credentials(plan, &image),
                image,
                env,
                ports: vec![format!("{port}:{port}")],
                options: health(service),
            };
            Some((plan.services[*id].head.name().to_owned(), service))
        })
        .collect()
}

/// What tells Docker how to look after the health of a service: the host waits until it is well.
fn health(service: &Decl<kinds::Service>) -> Option<String> {
    let Ready::Command(ready) = &service.ready else {
        return None;
    };
    let retries = (service.ready_within.whole_seconds() / INTERVAL).max(1);
    let command = quoted_for_docker(&command::shell(&ready.words));
    Some(literal(&format!(
        "--health-cmd {command} --health-interval {INTERVAL}s --health-timeout 5s --health-retries {retries}"
    )))
}

/// A word of the options of a container. The runner splits them as .NET does: a double quote begins and
/// ends what stays together, a backslash means itself but before a double quote.
fn quoted_for_docker(word: &str) -> String {
    let mut quoted = String::from("\"");
    let mut backslashes = 0;
    for c in word.chars() {
        if c == '"' {
            // Each backslash before it twice, and one more for itself.
            quoted.push_str(&"\\".repeat(backslashes + 1));
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        quoted.push(c);
    }
    quoted.push_str(&"\\".repeat(backslashes));
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_for_the_runner() {
        assert_eq!(quoted_for_docker("pg_isready -q"), r#""pg_isready -q""#);
        assert_eq!(quoted_for_docker(r#"a "b" \"#), r#""a \"b\" \\""#);
        assert_eq!(quoted_for_docker(r#"\""#), r#""\\\"""#);
    }
}
