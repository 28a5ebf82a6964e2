//! Services: the step that waits for them, run by the shell that the workflow names, and what the
//! containers of the host are told.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::tools::{Done, LIMIT, run, tools};

/// A plan with one job that needs these services.
fn workflow(services: &str, needs: &str) -> (TempDir, Value) {
    let folder = TempDir::new().expect("a folder");
    let plan = format!(
        "plan p {{}}
stage s {{ host: github, trigger: pull_request, types: [t] }}
type t {{}}
environment e {{ visibility: public, runner: r, local: host }}
runner r {{ labels: [\"ubuntu-24.04\"] }}
suite u {{ type: t, tool: pytest, paths: [\"tests/**\"], stages: [s], environments: [e], needs: [{needs}] }}
{services}
"
    );
    fs::write(folder.path().join("plan.dtp"), plan).expect("a plan");
    let mut dtpc = std::process::Command::new(env!("CARGO_BIN_EXE_dtpc"));
    let arguments = ["generate", "plan.dtp", "--out", "."];
    let done = run(dtpc.args(arguments).current_dir(folder.path()), LIMIT);
    assert!(done.success(), "{done}");
    let path = folder.path().join(".github/workflows/s.yml");
    let text = fs::read_to_string(path).expect("a workflow");
    (folder, serde_yaml::from_str(&text).expect("YAML"))
}

/// The step whose name begins so.
fn step<'w>(workflow: &'w Value, start: &str) -> Option<&'w Value> {
    let steps = workflow["jobs"]["u-e"]["steps"].as_array().expect("steps");
    let named = |step: &&Value| step["name"].as_str().is_some_and(|n| n.starts_with(start));
    steps.iter().find(named)
}

/// Runs the step that waits.
fn wait(folder: &TempDir, workflow: &Value) -> Done {
    let script = step(workflow, "Wait for").expect("a step that waits")["run"]
        .as_str()
        .expect("a script");
    let mut shell = tools().command("bash");
    shell
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .env("RUNNER_TEMP", folder.path())
        .current_dir(folder.path());
    run(&mut shell, LIMIT)
}

/// Answers each request with the next of these status lines, the last one for ever.
fn server(answers: &'static [&'static str]) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let number = count.fetch_add(1, Ordering::SeqCst);
            let mut reader = BufReader::new(stream);
            let mut head = String::new();
            while reader.read_line(&mut head).unwrap_or_default() > 2 {}
            let stream = reader.get_mut();
            let answer = if head.starts_with("GET /health?deep=1 HTTP/1.1\r\n") {
                answers[number.min(answers.len() - 1)]
            } else {
                "404 Not Found"
            };
            let _ = write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
        }
    });
    (port, asked)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

#[test]
fn a_service_that_answers_is_ready_and_one_that_does_not_is_waited_for() {
    let (port, asked) = server(&["503 Service Unavailable", "500 Oh", "204 No Content"]);
    let service = format!(
        "service api {{ command: \"true\", port: {port}, ready: http(\"/health?deep=1\"), ready_within: 20s }}"
    );
    let (folder, workflow) = workflow(&service, "api");
    let done = wait(&folder, &workflow);
    assert!(done.success(), "{done}");
    assert_eq!(asked.load(Ordering::SeqCst), 3, "{done}");
}

#[test]
fn a_service_that_never_answers_well_ends_the_job_and_its_log_is_shown() {
    let (port, _) = server(&["302 Found"]);
    let service = format!(
        "service api {{ title: \"It's $(touch pwned)\", command: \"true\", port: {port}, ready: http(\"/health?deep=1\"), ready_within: 1s }}"
    );
    let (folder, workflow) = workflow(&service, "api");
    fs::write(folder.path().join("api.log"), "no database\n").expect("a log");
    let done = wait(&folder, &workflow);
    assert_eq!(done.code, Some(1), "{done}");
    let told = "::error::It's $(touch pwned) is not ready after 1 s\n";
    assert!(done.stdout.contains(told), "{done}");
    assert!(done.stdout.contains("no database"), "{done}");
    assert!(!folder.path().join("pwned").exists());
}

#[test]
fn a_port_is_enough_where_nothing_else_is_said() {
    let (port, asked) = server(&["500 Oh"]);
    let closed = free_port();
    let services = format!(
        "service api {{ command: \"true\", port: {port} }}
service gone {{ command: \"true\", port: {closed}, ready_within: 1s }}"
    );
    let (folder, workflow) = workflow(&services, "api, gone");
    fs::write(folder.path().join("gone.log"), "it cannot start\n").expect("a log");
    let done = wait(&folder, &workflow);
    assert_eq!(done.code, Some(1), "{done}");
    assert!(done.stdout.contains("::error::Gone is not ready"), "{done}");
    assert!(done.stdout.contains("it cannot start"), "{done}");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "{done}");
}

#[test]
fn a_command_of_the_checkout_is_tried_until_it_succeeds() {
    let services = "service api { command: \"true\", port: 7070, ready: command(\"test -e 'the file $(touch pwned)'\"), ready_within: 20s }";
    let (folder, workflow) = workflow(services, "api");
    let file = folder.path().join("the file $(touch pwned)");
    let writer = thread::spawn(move || {
        thread::sleep(std::time::Duration::from_millis(1500));
        fs::write(file, "").expect("a file");
    });
    let done = wait(&folder, &workflow);
    writer.join().expect("it was written");
    assert!(done.success(), "{done}");
    assert!(!folder.path().join("pwned").exists());
}

/// As the runner splits the options of a container, which are those of .NET: a backslash means itself
/// but before a double quote.
fn words_for_docker(options: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    let mut rest = options.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                let mut count = 1;
                while rest.next_if_eq(&'\\').is_some() {
                    count += 1;
                }
                begun = true;
                if rest.peek() == Some(&'"') {
                    word.push_str(&"\\".repeat(count / 2));
                    if count % 2 == 1 {
                        rest.next();
                        word.push('"');
                    }
                } else {
                    word.push_str(&"\\".repeat(count));
                }
            }
            '"' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

#[test]
fn the_health_of_a_container_is_the_affair_of_the_host() {
    let digest = "e4bf19f15fd3218814a4e3c9e0064e1334bd8aa20d5984b9f1a0afd084f8cc00";
    let command = r#"sh -c 'echo \"a b\" \\\\ $HOME `id` ${{ github.token }} --privileged'"#;
    let services = format!(
        "service db {{ image: \"db:1@sha256:{digest}\", port: 5432, variables: {{ PASSWORD: \"x\" }}, ready: command(\"{command}\"), ready_within: 30s }}
service bus {{ image: \"bus:1@sha256:{digest}\", port: 4222 }}"
    );
    let (_folder, workflow) = workflow(&services, "db, bus");
    let job = &workflow["jobs"]["u-e"];
    assert_eq!(
        job["services"]["bus"],
        json!({ "image": format!("bus:1@sha256:{digest}"), "ports": ["4222:4222"] })
    );
    let db = &job["services"]["db"];
    assert_eq!(db["ports"], json!(["5432:5432"]));
    assert_eq!(db["env"], json!({ "PASSWORD": "x" }));
    let options = db["options"].as_str().expect("options");
    assert!(
        !options.contains("${{"),
        "GitHub would fill this in: {options}"
    );
    let words = words_for_docker(options);
    let rest = [
        "--health-interval",
        "2s",
        "--health-timeout",
        "5s",
        "--health-retries",
        "15",
    ];
    assert_eq!(words[0], "--health-cmd");
    assert_eq!(words[2..], rest);
    // The container's shell gets the command as it stands in the plan.
    let words = shlex::split(&words[1]).expect("words");
    assert_eq!(
        words,
        [
            "sh",
            "-c",
            r#"echo "a b" \\ $HOME `id` ${{ github.token }} --privileged"#
        ]
    );
    // What the host waits for is not waited for once more.
    let waiting = step(&workflow, "Wait for").expect("the other one is waited for");
    assert_eq!(waiting["name"], "Wait for Bus");
}
