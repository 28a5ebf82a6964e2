//! The services beside the tests: those with an image in containers of the host's, the others
//! started from the checkout.

use indexmap::IndexMap;

use super::super::literal::literal;
use super::super::workflow::{Service, Step};
use crate::jobs::{Job, Jobs, command};
use crate::schema::kinds;
use crate::schema::values::Ready;
use crate::schema::{Decl, Plan};

/// How many seconds lie between two tries of a container's health.
const INTERVAL: u64 = 2;

/// The services of a job that run beside it in containers.
pub fn containers(plan: &Plan, job: &Job) -> IndexMap<String, Service> {
    job.services
        .iter()
        .filter_map(|id| {
            let service = &plan.services[*id];
            let image = service.image.as_ref()?.pinned(&plan.lock)?;
            let port = service.port?.value;
            let env = service
                .variables
                .entries
                .iter()
                .map(|(name, value)| (name.to_string(), literal(value)))
                .collect();
            let service = Service {
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

/// Starts the services that run from the checkout, and waits for all whose health the host does not
/// look after.
pub(super) fn started(jobs: &Jobs<'_>, job: &Job) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut waits: Vec<Wait> = Vec::new();
    for id in &job.services {
        let service = &jobs.plan.services[*id];
        if let Some(start) = &service.command {
            steps.push(Step {
                name: literal(&format!("Start {}", service.head.title)),
                // It outlives its step, even where the shell of a step has a terminal to lose: what
                // is ignored at the start stays so.
                run: Some(format!(
                    "trap '' HUP\n{} > \"$RUNNER_TEMP/{}.log\" 2>&1 &",
                    command::shell(&start.words),
                    service.head.name()
                )),
                ..Step::default()
            });
        }
        waits.extend(wait(service, job.container.is_some()));
    }
    if !waits.is_empty() {
        let titles: Vec<&str> = waits.iter().map(|wait| wait.title.as_str()).collect();
        steps.push(Step {
            name: literal(&format!("Wait for {}", titles.join(", "))),
            run: Some(script(&waits)),
            ..Step::default()
        });
    }
    steps
}

/// A service that is waited for.
struct Wait {
    title: String,
    seconds: u64,
    /// The file with what it printed; a container keeps that to itself.
    log: Option<String>,
    /// What is tried, as the words of a function or a program.
    tried: Vec<String>,
}

fn wait(service: &Decl<kinds::Service>, is_inside: bool) -> Option<Wait> {
    let port = service.port?.value;
    let name = service.head.name();
    let is_container = service.image.is_some();
    // Beside a container, another one is reached by its name.
    let host = if is_inside && is_container {
        name
    } else {
        "127.0.0.1"
    };
    let address = format!("{host}/{port}");
    let tried = match &service.ready {
        Ready::Tcp => vec!["listens".to_owned(), address],
        Ready::Http(path) => vec!["answers".to_owned(), address, path.to_string()],
        // The host waits for it by itself.
        Ready::Command(_) if is_container => return None,
        Ready::Command(command) => command.words.clone(),
    };
    Some(Wait {
        title: service.head.title.clone(),
        seconds: service.ready_within.whole_seconds(),
        log: service.command.as_ref().map(|_| format!("{name}.log")),
        tried,
    })
}

/// Whether something listens at an address of bash.
const LISTENS: &str = "listens() {
  (exec 3<> \"/dev/tcp/$1\")
}
";

/// Whether a request is answered with success.
const ANSWERS: &str = "answers() (
  exec 3<> \"/dev/tcp/$1\" || exit 1
  printf 'GET %s HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' \"$2\" >&3
  read -r -t 5 _ status _ <&3 || exit 1
  [[ $status == 2?? ]]
)
";

/// Tries until it succeeds. The last word of a service that does not start says why.
const WAIT_FOR: &str = "wait_for() {
  local name=$1 seconds=$2 log=$3
  shift 3
  until \"$@\" > \"$RUNNER_TEMP/ready.log\" 2>&1; do
    if ((SECONDS >= seconds)); then
      echo \"::error::$name is not ready after $seconds s\"
      tail -n 50 \"$RUNNER_TEMP/ready.log\"
      if [[ -n $log ]]; then
        tail -n 50 \"$RUNNER_TEMP/$log\"
      fi
      exit 1
    fi
    sleep 1
  done
}
";

fn script(waits: &[Wait]) -> String {
    let mut script = String::new();
    for (name, function) in [("listens", LISTENS), ("answers", ANSWERS)] {
        if waits.iter().any(|wait| wait.tried[0] == name) {
            script.push_str(function);
        }
    }
    script.push_str(WAIT_FOR);
    let calls: Vec<String> = waits
        .iter()
        .map(|wait| {
            let mut words = vec![
                "wait_for".to_owned(),
                wait.title.clone(),
                wait.seconds.to_string(),
                wait.log.clone().unwrap_or_default(),
            ];
            words.extend(wait.tried.iter().cloned());
            command::shell(&words)
        })
        .collect();
    script + &calls.join("\n")
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
