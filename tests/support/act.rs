//! Runs a workflow on this machine, offline, and answers what each job and step did.
//!
//! act runs the jobs in its host mode, so there is no Docker: the steps are processes of this
//! machine, with the tools of [`super::tools`] on their PATH. Real actions would have to be
//! fetched, so `tests/tools/act/actions/` holds a stub for each that dtpc writes; a new one needs
//! only a folder of its name there. `actions/checkout` needs none: act gives every job a fresh copy
//! of the tree.
//!
//! ```no_run
//! let ran = ActRun::new(&repository).label("ubuntu-24.04").event("pull_request").run();
//! assert_eq!(ran.job("unit").result(), Outcome::Success, "{ran}");
//! assert_eq!(ran.needs("gate")["e2e"], "skipped", "{ran}");
//! ```
//!
//! act is no oracle for everything. It does not tell whether these are right: `services:`,
//! `container:`, `continue-on-error` and `timeout-minutes` of a job, `fail-fast`,
//! `strategy.job-index`, `concurrency`, filters of paths.

#![allow(
    dead_code,
    reason = "each test binary compiles this module and uses a part of it"
)]
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "what is forbidden to the core is the work of the tests: files, processes, messages"
)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::tools::{Done, LIMIT, run, target, tools, workspace};

/// The branch of the repository that a run sees.
pub const BRANCH: &str = "main";

/// `github.repository` in a run.
pub const REPOSITORY: &str = "example/repo";

/// A run of a workflow, to be described and then started with [`ActRun::run`].
#[derive(Clone, Debug)]
pub struct ActRun {
    repository: PathBuf,
    workflow: String,
    event: String,
    payload: Value,
    job: Option<String>,
    labels: Vec<String>,
    stubs: BTreeMap<String, PathBuf>,
    environment: Vec<(OsString, OsString)>,
    path_first: Vec<PathBuf>,
    secrets: Vec<(String, String)>,
    variables: Vec<(String, String)>,
    limit: Duration,
}

impl ActRun {
    /// A run in a copy of this folder, for the event `push`, with every workflow in
    /// `.github/workflows`.
    pub fn new(repository: impl AsRef<Path>) -> Self {
        Self {
            repository: repository.as_ref().to_path_buf(),
            workflow: ".github/workflows".into(),
            event: "push".into(),
            payload: json!({}),
            job: None,
            labels: Vec::new(),
            stubs: BTreeMap::new(),
            environment: Vec::new(),
            path_first: Vec::new(),
            secrets: Vec::new(),
            variables: Vec::new(),
            limit: LIMIT,
        }
    }

    /// Only this workflow, a path inside the repository. Workflows that it calls are found all the
    /// same.
    pub fn workflow(mut self, file: &str) -> Self {
        self.workflow = file.into();
        self
    }

    /// The event that starts the run: `push`, `pull_request`, `merge_group`, `schedule`,
    /// `workflow_dispatch`, … For these it gets the payload that a workflow can expect.
    pub fn event(mut self, name: &str) -> Self {
        self.event = name.into();
        self
    }

    /// Lays this over the payload of the event, key by key, at any depth.
    pub fn payload(mut self, over: Value) -> Self {
        merge(&mut self.payload, over);
        self
    }

    /// An input of `workflow_dispatch`.
    pub fn input(self, name: &str, value: impl Into<Value>) -> Self {
        self.payload(json!({ "inputs": { name: value.into() } }))
    }

    /// Only this job, and those that it needs.
    pub fn only(mut self, job: &str) -> Self {
        self.job = Some(job.into());
        self
    }

    /// A label of `runs-on` that this machine serves. act skips a job whose label nobody named and
    /// is content with it; here that is an error.
    pub fn label(mut self, label: &str) -> Self {
        self.labels.push(label.into());
        self
    }

    /// Several labels, see [`ActRun::label`].
    pub fn labels<'a>(self, labels: impl IntoIterator<Item = &'a str>) -> Self {
        labels.into_iter().fold(self, Self::label)
    }

    /// What stands in for an action, `owner/name`, at whatever version. Without this it is the
    /// folder `tests/tools/act/actions/<name>`.
    pub fn stub(mut self, action: &str, folder: impl AsRef<Path>) -> Self {
        self.stubs
            .insert(action.into(), folder.as_ref().to_path_buf());
        self
    }

    /// A variable in the environment of all steps.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// A folder to search for programs before all others, so that steps find the dtpc under test or
    /// a fake.
    pub fn path_first(mut self, folder: impl AsRef<Path>) -> Self {
        self.path_first.push(folder.as_ref().to_path_buf());
        self
    }

    /// A secret, for the context `secrets`.
    pub fn secret(mut self, name: &str, value: &str) -> Self {
        self.secrets.push((name.into(), value.into()));
        self
    }

    /// A variable of the repository, for the context `vars`.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// How long the whole run may take, if not [`LIMIT`].
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it, and reads what act tells.
    ///
    /// # Panics
    ///
    /// If the repository cannot be prepared, if an action has no stub, or if a job's label was not
    /// named.
    pub fn run(&self) -> Ran {
        let folder = RunFolder::new();
        let done = self.call(&folder);
        let ran = Ran::read(&done, folder);
        let unserved: BTreeSet<&str> = ran
            .jobs
            .iter()
            .filter(|job| job.unserved)
            .map(|job| job.id.as_str())
            .collect();
        assert!(
            unserved.is_empty(),
            "no label of these jobs was given to ActRun::label, so act skipped them: \
             {unserved:?}\n{ran}"
        );
        ran
    }

    fn call(&self, folder: &RunFolder) -> Done {
        let home = folder.path("home");
        fs::create_dir_all(&home).expect("the home of a run can be made");
        fs::copy(tools().home().join(".gitconfig"), home.join(".gitconfig"))
            .expect("the git identity can be copied");
        let tree = folder.path("repository");
        copy_tree(&self.repository, &tree).unwrap_or_else(|why| {
            panic!("cannot copy {}: {why}", self.repository.display());
        });
        let commit = commit_all(&tree);
        let mut payload = payload_of(&self.event, &commit);
        merge(&mut payload, self.payload.clone());
        let event = folder.path("event.json");
        fs::write(&event, payload.to_string()).expect("the event can be written");

        let mut act = tools().command("act");
        act.arg(&self.event)
            .args(["--json", "--rm", "--no-cache-server", "--workflows"])
            .arg(&self.workflow)
            .arg("--eventpath")
            .arg(&event)
            .arg("--action-cache-path")
            .arg(folder.path("cache"))
            .args(["--defaultbranch", BRANCH])
            .current_dir(&tree);
        if let Some(job) = &self.job {
            act.args(["--job", job]);
        }
        for label in &self.labels {
            act.arg("--platform").arg(format!("{label}=-self-hosted"));
        }
        for (used, stub) in self.stubs_for(&tree) {
            act.arg("--local-repository")
                .arg(format!("{used}={}", stub.display()));
        }
        for (name, value) in &self.secrets {
            act.arg("--secret").arg(format!("{name}={value}"));
        }
        for (name, value) in &self.variables {
            act.arg("--var").arg(format!("{name}={value}"));
        }
        let path = tools().path_env();
        let path = self
            .path_first
            .iter()
            .cloned()
            .chain(env::split_paths(&path));
        act.env("PATH", env::join_paths(path).expect("a folder of PATH"))
            .env("HOME", &home)
            .env("DTPC_ARTIFACTS", folder.path("artifacts"))
            // The run lies inside this project's own repository, which no step may take for its
            // own.
            .env("GIT_CEILING_DIRECTORIES", &folder.0)
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        run(&mut act, self.limit)
    }

    /// Every action that the workflows use, as it is written there, with what stands in for it.
    fn stubs_for(&self, tree: &Path) -> BTreeMap<String, PathBuf> {
        let mut stubs = BTreeMap::new();
        for (file, used) in uses(tree) {
            if used.starts_with("./") || used.starts_with("docker://") {
                continue;
            }
            let (name, version) = used.split_once('@').unwrap_or_else(|| {
                panic!(
                    "{}: `uses: {used}` has no version: act would not find it",
                    file.display()
                )
            });
            let mut parts = name.splitn(3, '/');
            let (Some(owner), Some(repository)) = (parts.next(), parts.next()) else {
                panic!(
                    "{}: `uses: {used}` names no owner and action",
                    file.display()
                );
            };
            let action = format!("{owner}/{repository}");
            if action == "actions/checkout" {
                continue;
            }
            let stub = self.stubs.get(&action).cloned().unwrap_or_else(|| {
                workspace()
                    .join("tests/tools/act/actions")
                    .join(repository.to_lowercase())
            });
            let inner = stub.join(parts.next().unwrap_or("."));
            assert!(
                ["action.yml", "action.yaml"]
                    .iter()
                    .any(|name| inner.join(name).is_file()),
                "{}: nothing stands in for `uses: {used}`: \
                 put an action.yml into {}, or name a folder with ActRun::stub",
                file.display(),
                inner.display(),
            );
            stubs.insert(format!("{action}@{version}"), stub);
        }
        stubs
    }
}

/// The values of all `uses:` in the YAML files of a repository: of its workflows, and of its own
/// actions.
///
/// Found as text, not as YAML: a value that only looks like one asks for a stub too many, and that
/// is noticed.
pub fn uses(tree: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut files = Vec::new();
    yaml_files(&tree.join(".github"), &mut files);
    for file in files {
        let text = fs::read_to_string(&file)
            .unwrap_or_else(|why| panic!("cannot read {}: {why}", file.display()));
        for line in text.lines() {
            if line.trim_start().starts_with('#') {
                continue;
            }
            let mut rest = line;
            while let Some(at) = rest.find("uses:") {
                let (before, after) = (&rest[..at], &rest[at + "uses:".len()..]);
                rest = after;
                let is_key = before
                    .chars()
                    .next_back()
                    .is_none_or(|c| c.is_whitespace() || "{,".contains(c));
                let value: &str = after
                    .trim_start()
                    .split(|c: char| c.is_whitespace() || ",}".contains(c))
                    .next()
                    .unwrap_or_default()
                    .trim_matches(['"', '\'']);
                if is_key && value.contains('/') {
                    found.push((file.clone(), value.to_owned()));
                }
            }
        }
    }
    found
}

fn yaml_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            yaml_files(&path, files);
        } else if path
            .extension()
            .is_some_and(|end| end == "yml" || end == "yaml")
        {
            files.push(path);
        }
    }
}

/// A folder of one run below `target/`. It is removed in the end, but kept for a look if the test
/// failed.
#[derive(Debug)]
struct RunFolder(PathBuf);

impl RunFolder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = target()
            .join("tmp/act")
            .join(format!("{}-{number}", process::id()));
        if folder.exists() {
            // Of an earlier process that had the same number.
            fs::remove_dir_all(&folder).expect("an old run can be removed");
        }
        fs::create_dir_all(&folder).expect("the folder of a run can be made");
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the run is kept in {}", self.0.display());
        } else {
            // A leftover does no harm, and a panic here would hide the test's own result.
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, copy) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() && entry.file_name() == ".git" {
            continue;
        }
        if kind.is_dir() {
            copy_tree(&source, &copy)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&source)?, &copy)?;
        } else {
            fs::copy(&source, &copy)?;
        }
    }
    Ok(())
}

/// Makes the tree a repository with one commit, and answers its hash. Author and time are fixed, so
/// the hash depends on the files alone.
fn commit_all(tree: &Path) -> String {
    let git = |args: &[&str]| {
        let mut call = tools().command("git");
        call.args(args)
            .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
            .current_dir(tree);
        let done = run(&mut call, LIMIT);
        assert!(done.success(), "{done}");
        done.stdout.trim().to_owned()
    };
    git(&["init", "--quiet", "--initial-branch", BRANCH]);
    // Nothing is asked of it: act reads the name of the repository from it.
    let remote = format!("https://github.com/{REPOSITORY}.git");
    git(&["remote", "add", "origin", &remote]);
    git(&["add", "--all"]);
    git(&[
        "commit",
        "--quiet",
        "--allow-empty",
        "-m",
        "State under test",
    ]);
    git(&["rev-parse", "HEAD"])
}

/// The payload of an event, as far as workflows commonly read it.
fn payload_of(event: &str, commit: &str) -> Value {
    let branch = format!("refs/heads/{BRANCH}");
    let none = "0".repeat(40);
    let (owner, name) = REPOSITORY.split_once('/').expect("owner and name");
    let mut payload = match event {
        "push" => json!({ "ref": branch, "before": none, "after": commit }),
        // act looks for the number at the top, and fails without it.
        "pull_request" | "pull_request_target" => json!({
            "action": "synchronize",
            "number": 1,
            "pull_request": {
                "number": 1,
                "draft": false,
                "labels": [],
                "head": {
                    "ref": "change",
                    "sha": commit,
                    "repo": { "full_name": REPOSITORY, "fork": false },
                },
                "base": {
                    "ref": BRANCH,
                    "sha": commit,
                    "repo": { "full_name": REPOSITORY, "fork": false },
                },
            },
        }),
        "merge_group" => json!({
            "action": "checks_requested",
            "merge_group": {
                "head_ref": format!("refs/heads/gh-readonly-queue/{BRANCH}/pr-1-{commit}"),
                "head_sha": commit,
                "base_ref": branch,
                "base_sha": commit,
            },
        }),
        "schedule" => json!({ "schedule": "0 3 * * *" }),
        "workflow_dispatch" => json!({ "ref": branch, "inputs": {} }),
        _ => json!({}),
    };
    payload["repository"] = json!({
        "name": name,
        "full_name": REPOSITORY,
        "default_branch": BRANCH,
        "owner": { "login": owner },
    });
    payload
}

fn merge(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                merge(under.entry(key).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}

/// The text without what colours it: act gives steps a terminal, unlike a real runner.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\r' => {}
            '\u{1b}' if rest.as_str().starts_with('[') => {
                rest.next();
                // The sequence ends with its first letter.
                rest.find(|c| ('@'..='~').contains(c));
            }
            _ => plain.push(c),
        }
    }
    plain
}

/// How a job or a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it should.
    Success,
    /// It failed, or was cut off.
    Failure,
}

/// A finished run. Its [`fmt::Display`] is the whole story, for the message of an assertion.
#[derive(Debug)]
pub struct Ran {
    /// act's exit code. None if the time limit or a signal ended it.
    pub code: Option<i32>,
    /// Whether the time limit ended it.
    pub timed_out: bool,
    /// How long it took.
    pub took: Duration,
    /// The jobs that ran, each cell of a matrix by itself, in the order in which they began. act
    /// tells nothing of a skipped job: look in [`Ran::needs`] of a job that always runs.
    pub jobs: Vec<Job>,
    /// What act said of no job in particular.
    pub messages: Vec<String>,
    folder: RunFolder,
}

impl Ran {
    /// Whether act was content: the run would be green.
    pub fn success(&self) -> bool {
        self.code == Some(0) && !self.timed_out
    }

    /// Whether any cell of the job ran.
    pub fn has_run(&self, id: &str) -> bool {
        self.jobs.iter().any(|job| job.id == id)
    }

    /// The one job of that id.
    ///
    /// # Panics
    ///
    /// If it did not run, or ran as a matrix of several cells.
    pub fn job(&self, id: &str) -> &Job {
        match self.cells(id)[..] {
            [job] => job,
            [] => panic!("the job {id} did not run\n{self}"),
            _ => panic!("the job {id} has several cells: ask for one with Ran::cell\n{self}"),
        }
    }

    /// All cells of the job of that id.
    pub fn cells(&self, id: &str) -> Vec<&Job> {
        self.jobs.iter().filter(|job| job.id == id).collect()
    }

    /// The cell of a matrix that has these values.
    ///
    /// # Panics
    ///
    /// If there is no such cell, or more than one.
    pub fn cell(&self, id: &str, values: &[(&str, Value)]) -> &Job {
        let has_all = |job: &&Job| {
            values
                .iter()
                .all(|(key, value)| job.matrix.get(*key) == Some(value))
        };
        match self
            .cells(id)
            .into_iter()
            .filter(has_all)
            .collect::<Vec<_>>()[..]
        {
            [job] => job,
            [] => panic!("the job {id} has no cell with {values:?}\n{self}"),
            _ => panic!("the job {id} has several cells with {values:?}\n{self}"),
        }
    }

    /// The result of each needed job, as this job saw it, if it prints `toJSON(needs)`. It is the
    /// only place where a run tells that a job was skipped.
    ///
    /// # Panics
    ///
    /// If the job printed no such thing.
    pub fn needs(&self, id: &str) -> BTreeMap<String, String> {
        let of = |needs: &Value| -> Option<BTreeMap<String, String>> {
            needs
                .as_object()?
                .iter()
                .map(|(name, need)| Some((name.clone(), need.get("result")?.as_str()?.to_owned())))
                .collect()
        };
        self.job(id)
            .printed_json()
            .iter()
            .find_map(of)
            .unwrap_or_else(|| panic!("the job {id} did not print toJSON(needs)\n{self}"))
    }

    /// The names of all artifacts that were uploaded, sorted.
    pub fn artifacts(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.folder.path("artifacts"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The folder with the files of an artifact.
    ///
    /// # Panics
    ///
    /// If it was not uploaded.
    pub fn artifact(&self, name: &str) -> PathBuf {
        let folder = self.folder.path("artifacts").join(name);
        assert!(
            folder.is_dir(),
            "there is no artifact {name}, only {:?}\n{self}",
            self.artifacts()
        );
        folder
    }

    fn read(done: &Done, folder: RunFolder) -> Self {
        let mut ran = Self {
            code: done.code,
            timed_out: done.timed_out,
            took: done.took,
            jobs: Vec::new(),
            messages: Vec::new(),
            folder,
        };
        let lines = done.stdout.lines().chain(done.stderr.lines());
        for (number, line) in lines.enumerate() {
            if let Ok(Value::Object(event)) = serde_json::from_str(line) {
                ran.take(number, &event);
            } else {
                ran.messages.push(line.to_owned());
            }
        }
        ran
    }

    fn take(&mut self, number: usize, event: &Map<String, Value>) {
        let text = |key: &str| event.get(key).and_then(Value::as_str);
        let message = text("msg").unwrap_or_default();
        // That there is no Docker, and where the stubs are, is no news.
        if message.contains("valid docker connection")
            || message.starts_with("LocalRepositoryCache")
        {
            return;
        }
        let Some(id) = text("jobID") else {
            self.messages.push(message.trim_end().to_owned());
            return;
        };
        // act pads names with blanks, to lay its own log out.
        let name = text("job").unwrap_or_default().trim_end();
        let matrix = event.get("matrix").and_then(Value::as_object);
        let at = self
            .jobs
            .iter()
            .position(|job| job.id == id && job.name == name);
        let at = at.unwrap_or_else(|| {
            self.jobs.push(Job {
                id: id.into(),
                name: name.into(),
                matrix: matrix.cloned().unwrap_or_default(),
                steps: Vec::new(),
                said: None,
                errors: Vec::new(),
                unserved: false,
                first: number,
                last: number,
            });
            self.jobs.len() - 1
        });
        let job = &mut self.jobs[at];
        job.last = number;
        job.unserved |= message.contains("Skipping unsupported platform");
        if let Some(result) = text("jobResult") {
            job.said = Some(result.into());
        }
        if text("level") == Some("error") {
            job.errors.push(message.trim().into());
        }
        // The steps of the user have `stepID`, those of the runner `stepid`.
        let path = event.get("stepID").or_else(|| event.get("stepid"));
        let Some(path) = path.and_then(Value::as_array) else {
            return;
        };
        let path: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
        let step = job.step_at(&path, text("stage").unwrap_or("Runner"), text("step"));
        if let Some(result) = text("stepResult") {
            step.result = Some(match result {
                "success" => Outcome::Success,
                _ => Outcome::Failure,
            });
        }
        step.tolerated |= message == "Failed but continue next step";
        let argument = text("arg").unwrap_or_default();
        match text("command") {
            Some("set-output") => {
                let name = text("name").unwrap_or_default();
                step.outputs.insert(name.into(), argument.into());
            }
            Some("summary") => step.summary += text("content").unwrap_or_default(),
            Some(level @ ("error" | "warning" | "notice")) => {
                step.annotations.push((level.into(), argument.into()));
            }
            _ => {}
        }
        if event.get("raw_output") == Some(&Value::Bool(true)) {
            step.log += &plain(message);
        }
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.timed_out, self.code) {
            (true, _) => writeln!(
                f,
                "act was ended by the time limit, after {:.1?}",
                self.took
            )?,
            (_, Some(code)) => writeln!(f, "act ended with {code} after {:.1?}", self.took)?,
            (_, None) => writeln!(f, "act was ended by a signal, after {:.1?}", self.took)?,
        }
        for job in &self.jobs {
            writeln!(f, "{job}")?;
        }
        for message in &self.messages {
            writeln!(f, "act: {message}")?;
        }
        Ok(())
    }
}

/// A job that ran, or one cell of its matrix.
#[derive(Debug)]
pub struct Job {
    /// Its key in the workflow. A job of a called workflow has the key that it has there.
    pub id: String,
    /// The workflow and the name for show, such as `CI/Unit`; of a called workflow also the calling
    /// job. The cells of a matrix have a number at the end.
    pub name: String,
    /// Its values of the matrix; empty without one.
    pub matrix: Map<String, Value>,
    /// Its steps, in the order in which they began, with those of the runner and those inside
    /// composite actions. act tells nothing of a skipped step.
    pub steps: Vec<Step>,
    /// What act says of the job. It blames a failure on all cells of a matrix, so ask
    /// [`Job::result`].
    pub said: Option<String>,
    /// The errors that act tells: exit codes, and what steps write as `::error::`.
    pub errors: Vec<String>,
    /// The number of its first line in act's output, to compare with others: what began first.
    pub first: usize,
    /// The number of its last line.
    pub last: usize,
    unserved: bool,
}

impl Job {
    /// How the job ended, judged by its steps.
    pub fn result(&self) -> Outcome {
        let failed = self.steps.iter().any(|step| {
            step.path.len() == 1 && !step.tolerated && step.result == Some(Outcome::Failure)
        });
        let blamed_on_all = !self.matrix.is_empty();
        let said_so = match self.said.as_deref() {
            Some("success") => false,
            Some(_) => !blamed_on_all,
            // It was cut off.
            None => true,
        };
        if failed || said_so {
            Outcome::Failure
        } else {
            Outcome::Success
        }
    }

    /// The step of the workflow with this `id:`, `name:`, or, if it has neither, this `uses:` or
    /// `run:`.
    ///
    /// # Panics
    ///
    /// If it did not run.
    pub fn step(&self, id_or_name: &str) -> &Step {
        let own = || {
            self.steps
                .iter()
                .filter(|step| step.path.len() == 1 && step.stage == "Main")
        };
        own()
            .find(|step| step.path[0] == id_or_name)
            .or_else(|| own().find(|step| step.name.trim_end() == id_or_name))
            .unwrap_or_else(|| {
                panic!(
                    "the job {} ran no step `{id_or_name}`: \
                     it was skipped, or there is none\n{self}",
                    self.id
                )
            })
    }

    /// Whether such a step ran, see [`Job::step`].
    pub fn has_run(&self, id_or_name: &str) -> bool {
        self.steps.iter().any(|step| {
            step.path.len() == 1
                && step.stage == "Main"
                && (step.path[0] == id_or_name || step.name.trim_end() == id_or_name)
        })
    }

    /// All that its steps printed.
    pub fn log(&self) -> String {
        self.steps.iter().map(|step| step.log.as_str()).collect()
    }

    /// All that its steps wrote for the summary page.
    pub fn summary(&self) -> String {
        self.steps
            .iter()
            .map(|step| step.summary.as_str())
            .collect()
    }

    /// Every JSON object or list that its steps printed, each beginning at the beginning of a line.
    pub fn printed_json(&self) -> Vec<Value> {
        let log = self.log();
        let mut found = Vec::new();
        let mut rest = log.as_str();
        while !rest.is_empty() {
            let mut values = serde_json::Deserializer::from_str(rest).into_iter();
            let mut end = 0;
            if rest.starts_with(['{', '['])
                && let Some(Ok(value)) = values.next()
            {
                found.push(value);
                end = values.byte_offset();
            }
            rest = &rest[end..];
            rest = rest.split_once('\n').map_or("", |(_, next)| next);
        }
        found
    }

    fn step_at(&mut self, path: &[&str], stage: &str, name: Option<&str>) -> &mut Step {
        let at = self
            .steps
            .iter()
            .position(|step| step.path == path && step.stage == stage);
        let at = at.unwrap_or_else(|| {
            self.steps.push(Step {
                path: path.iter().copied().map(String::from).collect(),
                stage: stage.into(),
                name: name.unwrap_or_default().into(),
                result: None,
                tolerated: false,
                outputs: BTreeMap::new(),
                annotations: Vec::new(),
                summary: String::new(),
                log: String::new(),
            });
            self.steps.len() - 1
        });
        &mut self.steps[at]
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "== {} ({}", self.id, self.name)?;
        if !self.matrix.is_empty() {
            write!(f, ", {}", Value::Object(self.matrix.clone()))?;
        }
        writeln!(f, "): {:?}", self.result())?;
        for step in self.steps.iter().filter(|step| step.stage != "Runner") {
            let name = step.name.lines().next().unwrap_or_default();
            let result = step
                .result
                .map_or("cut off".into(), |result| format!("{result:?}"));
            let tolerated = if step.tolerated { ", tolerated" } else { "" };
            let path = step.path.join("/");
            writeln!(f, "-- {} {path} {name}: {result}{tolerated}", step.stage)?;
            for line in step.log.lines() {
                writeln!(f, "   {line}")?;
            }
            for (name, value) in &step.outputs {
                writeln!(f, "   output {name}={value}")?;
            }
        }
        for error in &self.errors {
            writeln!(f, "   {error}")?;
        }
        Ok(())
    }
}

/// A step that ran.
#[derive(Debug)]
pub struct Step {
    /// Its `id:`, or its number in the job, counted from 0. A step inside a composite action has
    /// the path to it.
    pub path: Vec<String>,
    /// `Pre`, `Main` or `Post`; `Runner` for what no workflow asks for.
    pub stage: String,
    /// Its `name:`, or else its `uses:` or `run:`. A step inside a composite action has the name of
    /// the outer one.
    pub name: String,
    /// How it ended; none if it was cut off. A failure that `continue-on-error` allows is a failure
    /// here.
    pub result: Option<Outcome>,
    /// Whether `continue-on-error` let the job go on.
    pub tolerated: bool,
    /// What it set as outputs.
    pub outputs: BTreeMap<String, String>,
    /// What it wrote as `::error::`, `::warning::` and `::notice::`: the level and the text.
    pub annotations: Vec<(String, String)>,
    /// What it wrote for the summary page.
    pub summary: String,
    /// What it printed, standard output and standard error together, without colours.
    pub log: String,
}

impl Step {
    /// Whether it ended well.
    pub fn success(&self) -> bool {
        self.result == Some(Outcome::Success)
    }
}
