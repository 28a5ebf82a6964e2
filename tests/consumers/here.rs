//! `dtpc run` runs the same stages on this machine, and act is the oracle: every job ends as it does
//! in the workflow, and the gate says the same.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::support::act::{Outcome, Ran};
use crate::support::repository::Repository;
use crate::support::tools::{Done, LIMIT, run, tools};

/// What `dtpc run` came to.
pub struct Here {
    /// The call.
    pub done: Done,
    summary: Value,
}

impl Here {
    /// Runs `pre_merge` of a repository, in which all is committed first.
    pub fn pre_merge(repository: &Repository) -> Self {
        Self::with(repository, &["--stage", "pre_merge"])
    }

    /// Runs it with these arguments.
    pub fn with(repository: &Repository, arguments: &[&str]) -> Self {
        if !repository.root().join(".git").exists() {
            let done = repository.call("git", &["init", "--quiet"]);
            assert!(done.success(), "{done}");
        }
        let done = repository.call("git", &["add", "--all"]);
        assert!(done.success(), "{done}");
        let message = ["commit", "--quiet", "--allow-empty", "-m", "All of it"];
        let done = repository.call("git", &message);
        assert!(done.success(), "{done}");
        repository.stop_service();
        let mut dtpc = Command::new(env!("CARGO_BIN_EXE_dtpc"));
        tools().scrub(&mut dtpc);
        dtpc.args(["run", repository.plan(), "--format", "json"])
            .args(arguments)
            .env("HUB_TOKEN", "open sesame")
            .current_dir(repository.root());
        let done = run(&mut dtpc, LIMIT);
        let summary =
            serde_json::from_str(&done.stdout).unwrap_or_else(|why| panic!("{why}\n{done}"));
        Self { done, summary }
    }

    /// The row of a job.
    #[track_caller]
    pub fn job(&self, id: &str) -> &Value {
        let mut rows = self.summary["jobs"].as_array().unwrap().iter();
        let row = rows.find(|row| row["job"] == id);
        row.unwrap_or_else(|| panic!("there is no job {id}\n{}", self.done))
    }

    /// How a job ended.
    #[track_caller]
    pub fn result(&self, id: &str) -> &str {
        self.job(id)["result"].as_str().unwrap()
    }

    /// What its only gate says.
    pub fn gate(&self) -> &str {
        self.summary["gates"][0]["verdict"].as_str().unwrap()
    }

    /// The folder of the results, from the root of the repository.
    pub fn results(&self) -> &str {
        self.summary["results"].as_str().unwrap()
    }
}

/// That a repository ends here as it did in a run of act, of whose jobs the gate printed these weights
/// and results.
#[track_caller]
pub fn assert_same(
    repository: &Repository,
    ran: &Ran,
    verdicts: &BTreeMap<String, (String, String)>,
    gate: &str,
) -> Here {
    let here = Here::pre_merge(repository);
    let mut compared = 0;
    for (job, (_, expected)) in verdicts {
        if job == "select" {
            continue;
        }
        let result = here.result(job);
        // Whether a label is set nobody knows here, and that selects more.
        if expected == "removed" {
            assert!(
                result == "left_out" || job == "labelled-cpu",
                "{job}: {result}\n{}",
                here.done
            );
            continue;
        }
        assert_eq!(result, expected, "{job}\n{}\n{ran}", here.done);
        compared += 1;
    }
    assert!(compared > 6, "{}", here.done);
    let is_open = ran.job(gate).result() == Outcome::Success;
    assert_eq!(
        here.gate(),
        if is_open { "open" } else { "closed" },
        "{}",
        here.done
    );
    assert_eq!(here.done.code, Some(i32::from(!is_open)), "{}", here.done);
    here
}
