//! The services beside the tests: those that are started from the checkout, and the wait until all
//! are ready. Those with an image run in containers of the host's.

use super::Dialect;
use crate::jobs::{Job, Jobs, command};
use crate::schema::Decl;
use crate::schema::kinds;
use crate::schema::values::Ready;

/// A piece of script, and what it does in words.
pub struct Piece {
    /// `Start the store`: texts of the plan are in it as they are.
    pub title: String,
    /// For bash.
    pub script: String,
}

/// Where a service is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// On the machine itself.
    Here,
    /// By the name of its container.
    ByName,
}

/// Starts the services that run from the checkout, and waits for all whose health the host does not
/// look after. `containers` says where those with an image are reached.
pub fn started(jobs: &Jobs<'_>, job: &Job, containers: Reached, dialect: &Dialect) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut waits: Vec<Wait> = Vec::new();
    for id in &job.services {
        let service = &jobs.plan.services[*id];
        if let Some(start) = &service.command {
            // It outlives its step, even where the shell of a step has a terminal to lose: what is
            // ignored at the start stays so.
            let mut script = format!(
                "trap '' HUP\n{} > \"{}/{}.log\" 2>&1 &",
                command::shell(&start.words),
                dialect.temporary,
                service.head.name()
            );
            if !dialect.ends_processes {
                script.push_str(
                    "\nstarted+=(\"$!\")\ntrap 'kill \"${started[@]}\" 2> /dev/null || true' EXIT",
                );
            }
            pieces.push(Piece {
                title: format!("Start {}", service.head.title),
                script,
            });
        }
        waits.extend(wait(service, containers, dialect));
    }
    if !waits.is_empty() {
        let titles: Vec<&str> = waits.iter().map(|wait| wait.title.as_str()).collect();
        pieces.push(Piece {
            title: format!("Wait for {}", titles.join(", ")),
            script: script(&waits, dialect),
        });
    }
    pieces
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

fn wait(service: &Decl<kinds::Service>, containers: Reached, dialect: &Dialect) -> Option<Wait> {
    let port = service.port?.value.0;
    let name = service.head.name();
    let is_container = service.image.is_some();
    // Beside a container, another one is reached by its name.
    let host = if is_container && containers == Reached::ByName {
        name
    } else {
        "127.0.0.1"
    };
    let address = format!("{host}/{port}");
    let tried = match &service.ready {
        Ready::Tcp => vec!["listens".to_owned(), address],
        Ready::Http(path) => vec!["answers".to_owned(), address, path.to_string()],
        // The host waits for it by itself.
        Ready::Command(_) if is_container && dialect.asks_containers => return None,
        // Nobody but the host can run a command in there: its port is what is left.
        Ready::Command(_) if is_container => vec!["listens".to_owned(), address],
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
fn wait_for(dialect: &Dialect) -> String {
    let Dialect {
        temporary, error, ..
    } = dialect;
    format!(
        "wait_for() {{
  local name=$1 seconds=$2 log=$3
  shift 3
  until \"$@\" > \"{temporary}/ready.log\" 2>&1; do
    if ((SECONDS >= seconds)); then
      echo \"{error}$name is not ready after $seconds s\"
      tail -n 50 \"{temporary}/ready.log\"
      if [[ -n $log ]]; then
        tail -n 50 \"{temporary}/$log\"
      fi
      exit 1
    fi
    sleep 1
  done
}}
"
    )
}

fn script(waits: &[Wait], dialect: &Dialect) -> String {
    let mut script = String::new();
    for (name, function) in [("listens", LISTENS), ("answers", ANSWERS)] {
        if waits.iter().any(|wait| wait.tried[0] == name) {
            script.push_str(function);
        }
    }
    script.push_str(&wait_for(dialect));
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
