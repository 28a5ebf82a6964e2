//! A repository in a folder of its own, for which dtpc has written its files.

#![allow(
    dead_code,
    reason = "each test binary compiles this module and uses a part of it"
)]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "what is forbidden to the core is the work of the tests: files and processes"
)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::tools::{Done, LIMIT, run, tools, workspace};

/// The port of the sample's service in its plan.
const SAMPLE_PORT: &str = "7070";

/// A repository in a temporary folder, removed in the end.
///
/// The folder lies outside of this project: some tools look at the repository around a file, and at
/// what it ignores.
pub struct Repository {
    folder: TempDir,
    plan: &'static str,
    /// The port of its service.
    port: Option<u16>,
}

impl Repository {
    /// The sample, before dtpc has written anything. Its service gets a free port, so that tests
    /// can run beside each other.
    pub fn sample() -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("there is a free port")
            .port();
        let repository = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            plan: "plans/sample.dtp",
            port: Some(port),
        };
        copy(&workspace().join("tests/sample"), repository.root());
        repository.replace(repository.plan, SAMPLE_PORT, &port.to_string());
        repository
    }

    /// Nothing but the plan of Dynamo.
    pub fn dynamo() -> Self {
        let repository = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            plan: "plans/dynamo.dtp",
            port: None,
        };
        let plan = fs::read_to_string(workspace().join(repository.plan)).expect("Dynamo's plan");
        repository.write(repository.plan, &plan);
        repository
    }

    /// The workshop, before dtpc has written anything: what the other two have no need of.
    pub fn workshop() -> Self {
        let repository = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            plan: "plans/workshop.dtp",
            port: None,
        };
        copy(&workspace().join("tests/workshop"), repository.root());
        repository
    }

    /// Nothing but the plan of Dynamo's pipelines.
    pub fn dynamo_ci() -> Self {
        let repository = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            plan: "plans/dynamo-ci.dtp",
            port: None,
        };
        let plan = fs::read_to_string(workspace().join(repository.plan)).expect("the plan");
        repository.write(repository.plan, &plan);
        let imported = "plans/dynamo-ci";
        copy(
            &workspace().join(imported),
            &repository.root().join(imported),
        );
        repository
    }

    /// These files alone, one of them the plan, before dtpc has written anything.
    pub fn of(plan: &'static str, files: &[(&str, &str)]) -> Self {
        let repository = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            plan,
            port: None,
        };
        for (file, text) in files {
            repository.write(file, text);
        }
        repository
    }

    /// The depot, a workspace of Rust, before dtpc has written anything.
    pub fn depot() -> Self {
        let repository = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            plan: "plans/depot.dtp",
            port: None,
        };
        copy(&workspace().join("tests/depot"), repository.root());
        repository
    }

    /// The tests that keep or break the rules of a plan, before dtpc has written anything.
    pub fn marker_rules() -> Self {
        let repository = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            plan: "plan.dtp",
            port: None,
        };
        copy(&workspace().join("tests/marker_rules"), repository.root());
        repository
    }

    /// All four, compiled.
    pub fn all() -> [Self; 4] {
        let [sample, dynamo] = Self::both();
        let workshop = Self::workshop().generated();
        [sample, dynamo, workshop, Self::dynamo_ci().generated()]
    }

    /// The sample and Dynamo, compiled.
    pub fn both() -> [Self; 2] {
        [Self::sample().generated(), Self::dynamo().generated()]
    }

    /// After `dtpc generate`.
    ///
    /// # Panics
    ///
    /// If it fails.
    pub fn generated(self) -> Self {
        let mut dtpc = Command::new(env!("CARGO_BIN_EXE_dtpc"));
        dtpc.args(["generate", self.plan])
            .arg("--out")
            .arg(self.root())
            .current_dir(self.root());
        let done = run(&mut dtpc, LIMIT);
        assert!(done.success(), "{done}");
        self
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The name of its plan, for messages.
    pub fn plan(&self) -> &'static str {
        self.plan
    }

    /// The text of a file.
    pub fn read(&self, file: &str) -> String {
        let path = self.root().join(file);
        fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
    }

    /// Writes a file, and the folders it lies in.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.root().join(file);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("its folder");
        fs::write(&path, text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    }

    /// Takes a file away.
    pub fn remove(&self, file: &str) {
        fs::remove_file(self.root().join(file)).expect("a file that is there");
    }

    /// Changes a text that stands in a file.
    ///
    /// # Panics
    ///
    /// If it does not stand there: the test would test nothing.
    pub fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} does not hold {from:?}");
        self.write(file, &text.replace(from, to));
    }

    /// Calls a tool in it.
    pub fn call(&self, tool: &str, arguments: &[&str]) -> Done {
        let mut command = self.command(tool);
        run(command.args(arguments), LIMIT)
    }

    /// A call of a tool in it, to be completed.
    pub fn command(&self, tool: &str) -> Command {
        let mut command = tools().command(tool);
        command.current_dir(self.root());
        command
    }

    /// The names of its workflows, below `.github/workflows/`, in order.
    pub fn workflow_files(&self) -> Vec<String> {
        let folder = self.root().join(".github/workflows");
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("there are workflows")
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The paths of its workflows.
    pub fn workflow_paths(&self) -> Vec<String> {
        let name = |file: &String| format!(".github/workflows/{file}");
        self.workflow_files().iter().map(name).collect()
    }

    /// A file of YAML, as JSON.
    pub fn yaml(&self, file: &str) -> Value {
        serde_yaml::from_str(&self.read(file)).unwrap_or_else(|why| panic!("{file}: {why}"))
    }

    /// The test-plan documents that were written.
    pub fn documents(&self) -> Vec<PathBuf> {
        let folder = self.root().join("docs");
        let entries = fs::read_dir(folder).expect("there is a document");
        entries
            .map(|entry| entry.expect("an entry").path())
            .collect()
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        self.stop_service();
    }
}

impl Repository {
    /// Stops the service that a run started: it outlives it, as nobody cleans up after act.
    pub fn stop_service(&self) {
        let Some(port) = self.port else { return };
        if let Ok(mut service) = TcpStream::connect(("127.0.0.1", port)) {
            // Without an answer it ends by itself later.
            let _ = service.write_all(b"QUIT\n");
        }
        // It takes a moment to end.
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", port)).is_err() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the sample").flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        // What a run by hand leaves there.
        let left_over = ["__pycache__", "target", ".pytest_cache", "test-results"];
        if left_over.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(&source, &target).expect("a copy");
        }
    }
}

/// The command of a job, as its step `Run …` has it.
pub fn command_of(job: &Value) -> &str {
    let steps = job["steps"].as_array().expect("steps");
    let is_run = |step: &&Value| step["name"].as_str().is_some_and(|n| n.starts_with("Run "));
    let step = steps
        .iter()
        .find(is_run)
        .expect("a step that runs the suite");
    step["run"].as_str().expect("a command")
}
