//! What dtpc writes for the plan.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

#[path = "../support/dtpc.rs"]
mod dtpc;

pub use dtpc::root;

/// The workflows, and the rules by which their jobs are selected.
#[derive(Clone)]
pub struct Output {
    workflows: BTreeMap<String, Value>,
    rules: BTreeMap<String, Value>,
}

impl Output {
    /// Runs `dtpc generate` and reads what it wrote.
    pub fn generated() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().to_str().unwrap();
        let arguments = [
            "generate",
            "plans/dynamo-ci.dtp",
            "--target",
            "github-actions",
            "--out",
            out,
        ];
        let ended = dtpc::Dtpc::new(&arguments).run();
        assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
        let mut workflows = BTreeMap::new();
        for (name, text) in files(&folder.path().join(".github/workflows")) {
            workflows.insert(name, serde_yaml::from_str(&text).unwrap());
        }
        let mut rules = BTreeMap::new();
        for (name, text) in files(&folder.path().join(".github/dtpc")) {
            let Some(stage) = name.strip_suffix(".select.json") else {
                continue;
            };
            let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
            let read = serde_json::from_str(&lines.join("\n")).unwrap();
            rules.insert(format!("{stage}.yml"), read);
        }
        Self { workflows, rules }
    }

    /// A workflow.
    pub fn workflow(&self, file: &str) -> &Value {
        &self.workflows[file]
    }

    /// Every job, with its file.
    pub fn jobs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.workflows.iter().flat_map(|(file, workflow)| {
            let jobs = workflow["jobs"].as_object().unwrap();
            jobs.keys().map(|id| (file.as_str(), id.as_str()))
        })
    }

    /// A job; null where there is none.
    pub fn job(&self, file: &str, id: &str) -> &Value {
        &self.workflows[file]["jobs"][id]
    }

    /// The same, to be changed.
    pub fn job_mut(&mut self, file: &str, id: &str) -> &mut Value {
        &mut self.workflows.get_mut(file).unwrap()["jobs"][id]
    }

    /// The rules of a stage by which jobs are selected.
    pub fn rules(&self, file: &str) -> &Value {
        self.rules.get(file).unwrap_or(&Value::Null)
    }

    /// All that a job waits for, through others too.
    pub fn waits_for(&self, file: &str, id: &str) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        let mut next = vec![id.to_owned()];
        while let Some(id) = next.pop() {
            let needs = self.job(file, &id)["needs"].as_array();
            for need in needs.into_iter().flatten().filter_map(Value::as_str) {
                if all.insert(need.to_owned()) {
                    next.push(need.to_owned());
                }
            }
        }
        all
    }

    /// What the steps of a job run.
    pub fn commands(&self, file: &str, id: &str) -> Vec<&str> {
        let steps = self.job(file, id)["steps"].as_array();
        steps
            .into_iter()
            .flatten()
            .filter_map(|step| step["run"].as_str())
            .flat_map(str::lines)
            .collect()
    }
}

fn files(folder: &Path) -> Vec<(String, String)> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}
