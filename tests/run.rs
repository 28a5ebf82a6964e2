//! `dtpc run` on stages of commands: what happens when a job takes too long, when somebody stops the
//! run, and when a service is ready.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read and write files, and start programs"
)]

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A plan with one stage, whose suite runs a script that the test writes.
struct Stage {
    folder: TempDir,
}

/// What a run came to.
struct Came {
    done: Output,
    summary: Value,
}

impl Stage {
    /// With these fields of the suite, and these declarations beside it.
    fn new(script: &str, fields: &str, declarations: &str) -> Self {
        let stage = Self {
            folder: TempDir::new().unwrap(),
        };
        let plan = format!(
            "plan p {{}}
stage s {{ host: github, trigger: pull_request, types: [t] }}
gate g {{ status: \"all\", stage: s }}
type t {{}}
environment e {{ visibility: public, runner: r, local: host }}
runner r {{ labels: [\"ubuntu-24.04\"] }}
tool script {{ runs: command, command: \"sh script.sh\" }}
suite u {{ type: t, tool: script, stages: [s], environments: [e], {fields} }}
{declarations}
"
        );
        stage.write("plan.dtp", &plan);
        stage.write("script.sh", script);
        stage
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
    }

    fn exists(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    fn start(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_dtpc"))
            .args(["run", "plan.dtp", "--stage", "s", "--format", "json"])
            .current_dir(self.folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn run(&self) -> Came {
        Came::of(self.start())
    }
}

impl Came {
    fn of(child: Child) -> Self {
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        let summary = serde_json::from_slice(&done.stdout);
        Self {
            summary: summary.unwrap_or_else(|why| panic!("{why}: {said}")),
            done,
        }
    }

    fn job(&self) -> &Value {
        &self.summary["jobs"][0]
    }

    fn reason(&self) -> &str {
        self.job()["reason"].as_str().unwrap_or_default()
    }

    /// That the job ended so, and what the gate says of it.
    #[track_caller]
    fn assert(&self, result: &str, gate: &str) {
        assert_eq!(self.job()["result"], result, "{}", self.summary);
        assert_eq!(
            self.summary["gates"][0]["verdict"], gate,
            "{}",
            self.summary
        );
        assert_eq!(self.done.status.code(), Some(i32::from(gate != "open")));
    }
}

#[test]
fn a_clean_up_runs_behind_what_took_too_long() {
    let stage = Stage::new(
        "touch left more\nsleep 60\n",
        "timeout: 1s, cleanup: [\"rm left\", \"rm more\"]",
        "",
    );
    let came = stage.run();
    came.assert("cancelled", "closed");
    assert_eq!(came.reason(), "it took longer than 1.0s");
    assert!(!stage.exists("left") && !stage.exists("more"));
}

#[test]
fn a_clean_up_that_fails_behind_what_took_too_long_is_said_too() {
    let stage = Stage::new(
        "touch more\nsleep 60\n",
        "timeout: 1s, cleanup: [\"rm left\", \"rm more\"]",
        "",
    );
    let came = stage.run();
    came.assert("cancelled", "closed");
    let reason = "it took longer than 1.0s; clean-up: rm ended with exit code 1";
    assert_eq!(came.reason(), reason);
    assert!(!stage.exists("more"));
}

#[cfg(unix)]
#[test]
fn a_clean_up_runs_when_somebody_stops_the_run() {
    let stage = Stage::new(
        "touch left\nsleep 60\n",
        "cleanup: [\"sleep 1\", \"rm left\"]",
        "",
    );
    let child = stage.start();
    let begun = Instant::now();
    while !stage.exists("left") {
        assert!(begun.elapsed() < Duration::from_secs(30));
        thread::sleep(Duration::from_millis(20));
    }
    let pid = child.id().to_string();
    let killed = Command::new("kill").args(["-INT", &pid]).status();
    assert!(killed.unwrap().success());
    let came = Came::of(child);
    came.assert("cancelled", "closed");
    assert_eq!(came.reason(), "the run was stopped");
    assert!(!stage.exists("left"));
}

#[test]
fn the_clean_up_of_a_place_runs_behind_that_of_the_suite_and_behind_builds() {
    let stage = Stage::new(
        "touch left",
        "needs: build.thing, cleanup: \"mv left right\"",
        "build thing { on: e, commands: \"touch right\" }",
    );
    let plan = fs::read_to_string(stage.path("plan.dtp")).unwrap();
    let own = "environment e { cleanup: \"rm right\",";
    stage.write("plan.dtp", &plan.replace("environment e {", own));
    let came = stage.run();
    let results: Vec<&Value> = came.summary["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| &job["result"])
        .collect();
    assert_eq!(results, ["success", "success"], "{}", came.summary);
    assert!(!stage.exists("left") && !stage.exists("right"));
}

/// Listens at once, and is well a second after it was first asked: until then it answers that it is not.
const SLOW: &str = r#"
import http.server, sys, time
asked = []
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(time.monotonic())
        well = asked[-1] - asked[0] > 1 and self.path == "/health?deep=1"
        self.send_response(204 if well else 503)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"#;

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A stage whose test asks the service once whether it is well.
fn with_service(ready: &str) -> Stage {
    let port = free_port();
    let stage = Stage::new(
        &format!(
            "exec python3 -c \"import urllib.request as r; r.urlopen('http://127.0.0.1:{port}/health?deep=1')\"\n"
        ),
        "needs: slow",
        &format!(
            "service slow {{ command: \"python3 slow.py {port}\", port: {port}, ready: {ready}, ready_within: 20s }}"
        ),
    );
    stage.write("slow.py", SLOW);
    stage
}

#[test]
fn a_service_that_listens_is_not_ready_before_it_answers_well() {
    // Where its port is enough, the test comes too early.
    with_service("tcp").run().assert("failure", "closed");
    with_service("http(\"/health?deep=1\")")
        .run()
        .assert("success", "open");
}

#[test]
fn a_service_that_never_answers_well_fails_the_job() {
    let stage = with_service("http(\"/other\")");
    let plan = fs::read_to_string(stage.path("plan.dtp")).unwrap();
    stage.write("plan.dtp", &plan.replace("within: 20s", "within: 4s"));
    let came = stage.run();
    came.assert("failure", "closed");
    let reason = came.reason();
    assert!(
        reason.contains("slow is not ready after 4 s: a request for /other"),
        "{reason}"
    );
    assert!(
        reason.contains("HTTP/1.0 503 Service Unavailable"),
        "{reason}"
    );
}

#[test]
fn a_command_says_when_a_service_is_ready() {
    let port = "import urllib.request as r, sys; r.urlopen('http://127.0.0.1:' + sys.argv[1] + '/health?deep=1')";
    let stage = with_service("command(\"sh ready.sh\")");
    let plan = fs::read_to_string(stage.path("plan.dtp")).unwrap();
    let number = plan
        .split("slow.py ")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    stage.write(
        "ready.sh",
        &format!("exec python3 -c \"{port}\" {number}\n"),
    );
    stage.run().assert("success", "open");

    stage.write("ready.sh", "echo no database; exit 1\n");
    stage.write("plan.dtp", &plan.replace("within: 20s", "within: 4s"));
    let came = stage.run();
    came.assert("failure", "closed");
    let reason = came.reason();
    assert!(
        reason.contains("slow is not ready after 4 s: `sh ready.sh` does not succeed"),
        "{reason}"
    );
    assert!(reason.contains("no database"), "{reason}");
}

#[test]
fn the_only_stage_need_not_be_named() {
    let run = |stage: &Stage| {
        Command::new(env!("CARGO_BIN_EXE_dtpc"))
            .args(["run", "plan.dtp"])
            .current_dir(stage.folder.path())
            .output()
            .unwrap()
    };
    let one = Stage::new("touch ran", "timeout: 1min", "");
    let done = run(&one);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(one.exists("ran"));
    let two = Stage::new(
        "touch ran",
        "timeout: 1min",
        "stage later { host: github, trigger: dispatch, types: [t] }
suite v { type: t, tool: script, stages: [later], environments: [e] }",
    );
    let done = run(&two);
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(3), "{done:?}");
    assert!(said.contains("which stage? There are s, later"), "{said}");
    assert!(said.contains("`dtpc run --stage s`"), "{said}");
    assert!(!two.exists("ran"));
}
