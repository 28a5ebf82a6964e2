//! The script that tells people of a failure, by itself: a server on this machine records what it is
//! sent. And the job around it: it runs only where something failed.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::act::{ActRun, Outcome};
use crate::support::repository::Repository;
use crate::support::tools::{Done, LIMIT, run, tools, workspace};

const SCRIPT: &str = "templates/ci/notify.py";

/// A request: its line, its headers, its body.
type Request = (String, String, String);

/// A server that answers each request by its path with the next status and body; it records them.
struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    fn new(answer: impl Fn(&str, usize) -> (u16, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
        let record = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream);
                let mut lines = Vec::new();
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap_or_default() == 0 || line == "\r\n" {
                        break;
                    }
                    lines.push(line.trim_end().to_owned());
                }
                let length = lines.iter().find_map(|line| {
                    let (name, value) = line.split_once(": ")?;
                    let is_length = name.eq_ignore_ascii_case("content-length");
                    is_length.then(|| value.parse::<usize>().ok())?
                });
                let mut body = vec![0; length.unwrap_or_default()];
                let _ = reader.read_exact(&mut body);
                let first = lines.first().cloned().unwrap_or_default();
                let number = {
                    let mut seen = record.lock().expect("the record");
                    let body = String::from_utf8_lossy(&body).into_owned();
                    seen.push((first.clone(), lines.join("\n"), body));
                    seen.len() - 1
                };
                let (status, text) = answer(&first, number);
                let length = text.len();
                let _ = write!(
                    reader.get_mut(),
                    "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
                );
            }
        });
        Self { port, seen }
    }

    /// One that takes everything.
    fn content() -> Self {
        Self::new(|_, _| (200, "ok".to_owned()))
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn seen(&self) -> Vec<Request> {
        self.seen.lock().expect("the record").clone()
    }

    /// The texts of the messages that were posted.
    fn messages(&self) -> Vec<String> {
        let posted = self.seen().into_iter().filter(|r| r.0.starts_with("POST "));
        posted
            .map(|(_, _, body)| {
                let message: Value = serde_json::from_str(&body).expect("JSON");
                message["text"].as_str().expect("a text").to_owned()
            })
            .collect()
    }
}

/// A repository with three commits of three people, and what the script is told.
struct Case {
    folder: TempDir,
    base: String,
    jobs: Value,
    needs: Value,
    variables: Vec<(&'static str, String)>,
}

impl Case {
    fn new(server: &Server) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut case = Self {
            folder,
            base: String::new(),
            jobs: json!({
                "stage": "Nightly",
                "on_failure": { "does": "notify", "whom": "authors_in_range", "ignore": [] },
                "jobs": {
                    "unit-cpu": { "title": "Unit (CPU)", "owner": "Shop team (#shop)" },
                    "rust-cpu": { "title": "Rust (CPU)" },
                    "e2e-cpu": { "title": "E2E (CPU)", "owner": "Other team" },
                },
                "others": { "gate--merge": "all checks", "select": "Select the jobs" },
            }),
            needs: json!({
                "unit-cpu": { "result": "failure" },
                "rust-cpu": { "result": "success" },
                "e2e-cpu": { "result": "cancelled" },
                "gate--merge": { "result": "failure" },
            }),
            variables: vec![
                ("WEBHOOK", server.url("/hook/secret")),
                ("GITHUB_TOKEN", String::new()),
                ("GITHUB_API_URL", server.url("")),
                ("GITHUB_SERVER_URL", "https://github.example".to_owned()),
                ("GITHUB_REPOSITORY", "example/shop".to_owned()),
                ("GITHUB_RUN_ID", "42".to_owned()),
                ("GITHUB_REF_NAME", "main".to_owned()),
                (
                    "GITHUB_WORKFLOW_REF",
                    "example/shop/.github/workflows/nightly.yml@refs/heads/main".to_owned(),
                ),
                ("PAUSE", "0".to_owned()),
            ],
        };
        case.git(&["init", "--quiet", "--initial-branch", "main"]);
        case.commit("Zoe", "zoe@example.com", "The first one");
        case.base = case.git(&["rev-parse", "HEAD"]);
        case.commit("Ann", "ann@example.com", "Mend the cart");
        case.commit("Bob", "bob@example.com", "Mend the till");
        case
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = tools().command("git");
        let done = run(git.args(arguments).current_dir(self.folder.path()), LIMIT);
        assert!(done.success(), "{done}");
        done.stdout.trim().to_owned()
    }

    fn commit(&self, name: &str, address: &str, subject: &str) {
        let author = format!("--author={name} <{address}>");
        self.git(&["commit", "--quiet", "--allow-empty", &author, "-m", subject]);
    }

    fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.into()));
    }

    fn run(&self, event_name: &str, event: &Value) -> Done {
        let path = |name: &str| self.folder.path().join(name);
        fs::write(path("jobs.json"), format!("# A line.\n{:#}\n", self.jobs)).expect("facts");
        fs::write(path("event.json"), event.to_string()).expect("an event");
        let mut python = tools().command("python");
        python
            .arg(workspace().join(SCRIPT))
            .current_dir(self.folder.path())
            .env("JOBS", path("jobs.json"))
            .env("NEEDS", self.needs.to_string())
            .env("GITHUB_EVENT_NAME", event_name)
            .env("GITHUB_EVENT_PATH", path("event.json"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        run(&mut python, LIMIT)
    }

    fn push(&self) -> Done {
        self.run("push", &json!({ "before": self.base }))
    }
}

/// All that the log of a run shows.
fn printed(done: &Done) -> String {
    format!("{}{}", done.stdout, done.stderr)
}

#[test]
fn it_says_what_failed_where_and_who_wrote_what_changed() {
    let server = Server::content();
    let case = Case::new(&server);
    let done = case.push();
    assert!(done.success(), "{done}");
    let since = &case.base[..9];
    let expected = format!(
        "*Nightly* failed in example/shop, main: https://github.example/example/shop/actions/runs/42
• E2E (CPU): cancelled, Other team
• Unit (CPU): failure, Shop team (#shop)
Authors since {since}: Bob, Ann"
    );
    assert_eq!(server.messages(), [expected]);
    let (line, headers, _) = &server.seen()[0];
    assert_eq!(line, "POST /hook/secret HTTP/1.1");
    assert!(headers.contains("application/json"), "{headers}");
    // The address is a secret: whoever has it can write there.
    assert!(!printed(&done).contains("/hook/secret"), "{done}");
}

#[test]
fn who_is_to_be_left_alone_is_not_named() {
    let server = Server::content();
    let mut case = Case::new(&server);
    case.commit(
        "renovate[bot]",
        "29139614+renovate[bot]@example.com",
        "Bump",
    );
    case.jobs["on_failure"]["ignore"] = json!(["Renovate[bot]", "ANN@example.com"]);
    assert!(case.push().success());
    assert!(
        server.messages()[0].ends_with(": Bob"),
        "{:?}",
        server.messages()
    );
    case.jobs["on_failure"]["ignore"] = json!(["renovate[bot]", "Ann", "Bob"]);
    assert!(case.push().success());
    assert!(
        server.messages()[1].ends_with(": nobody"),
        "{:?}",
        server.messages()
    );
}

#[test]
fn the_owners_of_what_failed_are_named_once() {
    let server = Server::content();
    let mut case = Case::new(&server);
    case.jobs["on_failure"]["whom"] = json!("owners");
    case.needs["rust-cpu"]["result"] = json!("failure");
    assert!(case.push().success());
    let told = "\nOwners of what failed: Other team, Shop team (#shop)";
    assert!(
        server.messages()[0].ends_with(told),
        "{:?}",
        server.messages()
    );
}

#[test]
fn a_revert_names_the_commits() {
    let server = Server::content();
    let mut case = Case::new(&server);
    case.jobs["on_failure"]["does"] = json!("revert");
    assert!(case.push().success());
    let message = &server.messages()[0];
    let short = case.git(&["log", "-2", "--format=%h"]);
    let mut short = short.lines();
    for subject in ["Mend the till (Bob)", "Mend the cart (Ann)"] {
        let told = format!(
            "\n• `git revert {}`: {subject}",
            short.next().expect("a commit")
        );
        assert!(message.contains(&told), "{told}\n{message}");
    }
    assert!(!message.contains("The first one"), "{message}");
}

#[test]
fn a_line_that_stops_is_told_first() {
    let server = Server::content();
    let mut case = Case::new(&server);
    case.jobs["on_failure"]["does"] = json!("stop_the_line");
    assert!(case.push().success());
    let message = &server.messages()[0];
    let second = message.lines().nth(1).expect("a line");
    assert!(second.starts_with("*The line stops*"), "{message}");
}

/// A run by the clock has no range of its own: it begins behind the last run that was well.
#[test]
fn the_range_of_a_scheduled_run_begins_behind_the_last_good_one() {
    let head: Arc<Mutex<String>> = Arc::default();
    let answer = Arc::clone(&head);
    let server = Server::new(move |line, _| {
        if line.starts_with("GET ") {
            let sha = answer.lock().expect("a commit").clone();
            (
                200,
                json!({ "workflow_runs": [{ "head_sha": sha }] }).to_string(),
            )
        } else {
            (200, String::new())
        }
    });
    let mut case = Case::new(&server);
    head.lock().expect("a commit").clone_from(&case.base);
    case.set("GITHUB_TOKEN", "a-token");
    let done = case.run("schedule", &json!({}));
    assert!(done.success(), "{done}");
    let (line, headers, _) = &server.seen()[0];
    assert_eq!(
        line,
        "GET /repos/example/shop/actions/workflows/nightly.yml/runs?branch=main&status=success&per_page=1 HTTP/1.1"
    );
    assert!(
        headers.contains("Authorization: Bearer a-token"),
        "{headers}"
    );
    let message = &server.messages()[0];
    assert!(
        message.contains(&format!("Authors since {}: Bob, Ann", &case.base[..9])),
        "{message}"
    );
    assert!(!printed(&done).contains("a-token"), "{done}");
}

/// Where the range cannot be known, the message goes out all the same.
#[test]
fn without_a_range_the_commit_itself_is_named() {
    let server = Server::new(|line, _| {
        let status = if line.starts_with("GET ") { 500 } else { 200 };
        (status, "{}".to_owned())
    });
    let mut case = Case::new(&server);
    case.set("GITHUB_TOKEN", "a-token");
    for (name, event) in [
        ("schedule", json!({})),
        ("push", json!({ "before": "0".repeat(40) })),
        ("push", json!({ "before": "1".repeat(40) })),
        ("push", json!({ "before": "--output=pwned" })),
        ("push", json!({})),
        ("workflow_dispatch", json!({})),
    ] {
        let done = case.run(name, &event);
        assert!(done.success(), "{name}: {done}");
        let messages = server.messages();
        let message = messages.last().expect("a message");
        assert!(
            message.ends_with("\nAuthors: Bob"),
            "{name} {event}: {message}"
        );
    }
    assert!(!case.folder.path().join("pwned").exists());
}

#[test]
fn the_gate_is_named_where_nothing_else_says_why() {
    let server = Server::content();
    let mut case = Case::new(&server);
    case.needs["unit-cpu"]["result"] = json!("success");
    case.needs["e2e-cpu"]["result"] = json!("success");
    assert!(case.push().success());
    let message = &server.messages()[0];
    assert!(message.contains("\n• all checks: failure\n"), "{message}");
}

#[test]
fn a_webhook_that_is_down_is_tried_again() {
    let server = Server::new(|_, number| (if number < 2 { 503 } else { 200 }, String::new()));
    let case = Case::new(&server);
    let done = case.push();
    assert!(done.success(), "{done}");
    assert_eq!(server.messages().len(), 3, "{done}");
}

#[test]
fn that_nobody_was_told_fails_the_job() {
    let gone = Server::new(|_, _| (404, String::new()));
    let case = Case::new(&gone);
    let done = case.push();
    assert_eq!(done.code, Some(1), "{done}");
    assert!(done.stdout.contains("::error::nobody was told"), "{done}");
    // What is wrong for good is not tried again.
    assert_eq!(gone.messages().len(), 1, "{done}");
    let down = Server::new(|_, _| (500, String::new()));
    let done = Case::new(&down).push();
    assert_eq!((done.code, down.messages().len()), (Some(1), 3), "{done}");
    for address in [
        "",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://127.0.0.1:1/x",
    ] {
        let mut case = Case::new(&down);
        case.set("WEBHOOK", address);
        let done = case.push();
        assert_eq!(done.code, Some(1), "{address}: {done}");
        assert!(done.stdout.contains("::error::"), "{address}: {done}");
        assert!(done.stderr.is_empty(), "{address}: {done}");
    }
}

/// Names and subjects of commits are what somebody wrote in a pull request.
#[test]
fn a_name_is_no_mention_and_no_command() {
    let server = Server::content();
    let mut case = Case::new(&server);
    case.jobs["on_failure"]["does"] = json!("revert");
    case.commit(
        "Eve <!channel>",
        "eve@example.com",
        "<https://evil|x> $(touch pwned) ::error::x ##[error]y",
    );
    case.jobs["jobs"]["unit-cpu"]["title"] = json!("<@U1> a\nb \u{202e}c");
    let done = case.push();
    assert!(done.success(), "{done}");
    let message = &server.messages()[0];
    for bad in ["<!channel", "<https", "<@U1>", "\u{202e}", "a\nb"] {
        assert!(!message.contains(bad), "{bad}\n{message}");
    }
    assert!(
        message.contains("&lt;https://evil|x&gt; $(touch pwned)"),
        "{message}"
    );
    assert!(
        !done.stdout.contains("::error::") && !done.stdout.contains("##["),
        "{done}"
    );
    assert!(!case.folder.path().join("pwned").exists());
}

#[test]
fn a_long_list_is_cut() {
    let server = Server::content();
    let mut case = Case::new(&server);
    for number in 0..300 {
        let id = format!("job-{number}");
        case.jobs["jobs"][&id] = json!({ "title": format!("Job {number}") });
        case.needs[&id] = json!({ "result": "failure" });
    }
    assert!(case.push().success());
    let message = &server.messages()[0];
    assert!(message.contains("\nand 282 more\n"), "{message}");
    assert!(message.lines().count() < 30, "{message}");
}

/// The sample, whose night tells a channel.
fn telling() -> Repository {
    let repository = Repository::sample();
    repository.replace(
        "plans/sample.dtp",
        "  budget:     1h\n  on_failure: notify\n}\n",
        "  budget:     1h\n  on_failure: notify(authors_in_range, channel: secret.chat)\n}\n\nsecret chat { environment: \"chat\" }\n",
    );
    repository.generated()
}

fn night(repository: &Repository, server: &Server) -> crate::support::act::Ran {
    ActRun::new(repository.root())
        .workflow(".github/workflows/nightly.yml")
        .event("schedule")
        .labels(["ubuntu-24.04", "self-hosted", "linux", "gpu-1"])
        .secret("CHAT", &server.url("/hook"))
        .run()
}

#[test]
fn only_a_run_that_failed_is_told() {
    let server = Server::content();
    let repository = telling();
    let ran = night(&repository, &server);
    assert!(ran.success(), "{ran}");
    assert_eq!(server.messages(), Vec::<String>::new(), "{ran}");

    repository.replace(
        "sample/settings/test_parse.py",
        "== {\"port\": \"7070\"}",
        "== {}",
    );
    let ran = night(&repository, &server);
    assert_eq!(
        ran.job("python_unit-cpu").result(),
        Outcome::Failure,
        "{ran}"
    );
    assert_eq!(ran.job("notify").result(), Outcome::Success, "{ran}");
    let messages = server.messages();
    let [message] = messages.as_slice() else {
        panic!("{messages:?}\n{ran}");
    };
    assert!(message.contains("\n• Python unit tests ("), "{message}");
    assert!(message.contains(": failure"), "{message}");
    assert_eq!(message.matches('•').count(), 1, "{message}");
}

/// No text of GitHub's is put into a command, and the secret is in no other job.
#[test]
fn the_job_that_tells_is_careful() {
    let repository = Repository::workshop().generated();
    let workflow = repository.yaml(".github/workflows/nightly.yml");
    let notify = &workflow["jobs"]["notify"];
    assert_eq!(notify["environment"], "chat");
    assert_eq!(
        notify["permissions"],
        json!({ "contents": "read", "actions": "read" })
    );
    let condition = notify["if"].as_str().expect("a condition");
    assert!(
        condition.starts_with("${{ !cancelled() && ("),
        "{condition}"
    );
    let text = repository.read(".github/workflows/nightly.yml");
    assert_eq!(text.matches("secrets.CHAT_WEBHOOK").count(), 1);
    let pre_merge = repository.yaml(".github/workflows/pre-merge.yml");
    assert_eq!(pre_merge["jobs"]["notify"], Value::Null);
    let script = Path::new(repository.root()).join(".github/dtpc/notify.py");
    assert!(script.is_file());
}
