//! Runs a pipeline of GitLab on this machine, offline, and answers what became of its jobs.
//!
//! gitlab-ci-local runs the jobs in its shell executor, each in a copy of the repository, so there is
//! no Docker: the scripts are processes of this machine, with the tools of [`super::tools`] on their
//! PATH. It calls rsync to copy, for which `tests/tools/gitlab/rsync` stands in.
//!
//! It is no oracle for everything. It does not tell whether these are right: `services:`, `image:`,
//! `tags:`, `timeout:`, `environment:`, `interruptible:`, `resource_group:`, reports, which
//! variables a real pipeline of a kind has. And behind a job that never began it begins none, even
//! with `when: always`, which GitLab does.

#![allow(
    dead_code,
    reason = "each test binary compiles this module and uses a part of it"
)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeMap;
use std::env;
use std::fmt;

use serde_json::Value;

use super::repository::Repository;
use super::tools::{Done, LIMIT, run, tools, workspace};

/// A pipeline, to be described and then started with [`Pipeline::run`].
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    variables: Vec<(String, String)>,
    manual: Vec<String>,
}

impl Pipeline {
    /// One that a push to a branch or a tag starts.
    pub fn push(name: &str) -> Self {
        Self::default()
            .variable("CI_PIPELINE_SOURCE", "push")
            .variable("CI_COMMIT_REF_NAME", name)
    }

    /// One that a merge request to `main` starts.
    pub fn merge_request() -> Self {
        Self::default()
            .variable("CI_PIPELINE_SOURCE", "merge_request_event")
            .variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")
    }

    /// One that a schedule of a stage starts.
    pub fn schedule(stage: &str) -> Self {
        Self::default()
            .variable("CI_PIPELINE_SOURCE", "schedule")
            .variable("DTPC_STAGE", stage)
    }

    /// One that somebody starts by hand for a stage.
    pub fn by_hand(stage: &str) -> Self {
        Self::schedule(stage).variable("CI_PIPELINE_SOURCE", "web")
    }

    /// A variable of the pipeline, in place of what it was before.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.into(), value.into()));
        self
    }

    /// A job that waits for a click, and is clicked on.
    pub fn click(mut self, job: &str) -> Self {
        self.manual.push(job.into());
        self
    }

    /// Runs it in a repository, in which all is committed first.
    pub fn run(&self, repository: &Repository) -> Ran {
        let root = repository.root();
        if !root.join(".git").exists() {
            let remote = "https://gitlab.example.invalid/example/repo.git";
            for words in [
                &["init", "--quiet"][..],
                &["remote", "add", "origin", remote],
            ] {
                let done = repository.call("git", words);
                assert!(done.success(), "{done}");
            }
        }
        let _ = std::fs::remove_dir_all(root.join(".gitlab-ci-local"));
        for words in [
            &["add", "--all"][..],
            &["commit", "--quiet", "--allow-empty", "-m", "All of it"],
        ] {
            let done = repository.call("git", words);
            assert!(done.success(), "{done}");
        }
        let mut command = repository.command("gitlab-ci-local");
        command
            .args(["--force-shell-executor", "--shell-isolation"])
            .args(["--no-artifacts-to-source", "--concurrency", "4"]);
        for (name, value) in &self.variables {
            command.arg("--variable").arg(format!("{name}={value}"));
        }
        // It would warn of what this is for.
        let known: Vec<&str> = self
            .variables
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        command.arg("--ignore-predefined-vars").arg(known.join(","));
        for job in &self.manual {
            command.arg("--manual").arg(job);
        }
        let path = tools().path_env();
        let stand_in = workspace().join("tests/tools/gitlab");
        let folders = std::iter::once(stand_in).chain(env::split_paths(&path));
        command.env("PATH", env::join_paths(folders).expect("a folder of PATH"));
        Ran::read(run(&mut command, LIMIT), repository)
    }
}

/// What became of a pipeline.
pub struct Ran {
    /// The call.
    pub done: Done,
    results: BTreeMap<String, String>,
    records: BTreeMap<String, Value>,
}

impl Ran {
    fn read(done: Done, repository: &Repository) -> Self {
        let mut results = BTreeMap::new();
        for line in done.stdout.lines() {
            let words = line.trim_start().split_once(' ');
            if let Some((word @ ("PASS" | "FAIL" | "WARN"), job)) = words {
                let job = job.trim().trim_end_matches("pre_script").trim_end();
                results.insert(job.to_owned(), word.to_owned());
            }
        }
        let mut records = BTreeMap::new();
        let kept = repository.root().join(".gitlab-ci-local/artifacts");
        for job in std::fs::read_dir(kept).into_iter().flatten().flatten() {
            let stages = std::fs::read_dir(job.path().join(".dtpc-run"));
            for stage in stages.into_iter().flatten().flatten() {
                for file in std::fs::read_dir(stage.path()).into_iter().flatten() {
                    let path = file.expect("a record").path();
                    let text = std::fs::read_to_string(&path).expect("a record");
                    let id = path.file_stem().expect("a name").to_string_lossy();
                    let record = serde_json::from_str(&text).expect("a record is JSON");
                    records.insert(id.into_owned(), record);
                }
            }
        }
        Self {
            done,
            results,
            records,
        }
    }

    /// Whether the pipeline was well.
    pub fn success(&self) -> bool {
        self.done.success()
    }

    /// `PASS`, `FAIL`, or `WARN` for a failure that is allowed, of a job that ran.
    pub fn result(&self, job: &str) -> Option<&str> {
        self.results.get(job).map(String::as_str)
    }

    /// The names of the jobs that ran.
    pub fn jobs(&self) -> Vec<&str> {
        self.results.keys().map(String::as_str).collect()
    }

    /// The result that a job left in its record.
    #[track_caller]
    pub fn record(&self, id: &str) -> &Value {
        let record = self.records.get(id);
        record.unwrap_or_else(|| panic!("`{id}` left no record\n{self}"))
    }

    /// What a job printed.
    pub fn log(&self, job: &str) -> String {
        let lines = self.done.stdout.lines().chain(self.done.stderr.lines());
        let own = lines.filter_map(|line| line.strip_prefix(job)?.trim_start().strip_prefix("> "));
        own.flat_map(|line| [line, "\n"]).collect()
    }

    /// What a gate printed of each job: its weight and its result.
    pub fn verdicts(&self, gate: &str) -> BTreeMap<String, (String, String)> {
        let log = self.log(gate);
        let verdicts = log.lines().filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [result, weight @ ("required" | "advisory"), job, ..] = *words else {
                return None;
            };
            let job = job.trim_end_matches(':').to_owned();
            Some((job, (weight.to_owned(), result.to_owned())))
        });
        verdicts.collect()
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.done)
    }
}
