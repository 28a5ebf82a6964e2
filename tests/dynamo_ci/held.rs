//! Holds one fact against the output.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::facts::{Fact, Facts, Place};
use crate::output::Output;
use crate::selections::Selections;

/// The field that has a fact, or why it is not there.
pub type Held = Result<String, String>;

/// What a fact is looked at with.
pub struct Look<'l> {
    pub fact: &'l Fact,
    pub facts: &'l Facts,
    pub place: &'l Place,
    pub output: &'l Output,
}

/// Looks for a fact where its job is.
pub fn place_of(fact: &Fact, facts: &Facts, output: &Output, selections: &mut Selections) -> Held {
    let place = facts.place(&fact.workflow, &fact.job);
    if place.file.is_empty() {
        return Err("a workflow that others call has no place of its own".to_owned());
    }
    let look = Look {
        fact,
        facts,
        place,
        output,
    };
    if fact.job == "(workflow)" {
        return look.of_workflow();
    }
    for id in &place.ids {
        assert!(!look.job(id).is_null(), "{} has no job {id}", place.file);
    }
    if place.ids.is_empty() {
        return Err("there is no job for it".to_owned());
    }
    match fact.what.as_str() {
        "reuses" => Ok("the jobs named on the left".to_owned()),
        "runner" => look.runner(),
        "matrix" => look.matrix(),
        "fail-fast" => look.fail_fast(),
        "timeout" => look.timeout(),
        "needs" => look.needs(),
        "condition" => look.condition(),
        "permissions" => look.permission(),
        what => match what.strip_prefix("input ") {
            Some(name) => look.input(name, selections),
            None => Err("nothing is known of such a fact".to_owned()),
        },
    }
}

/// The place if it holds.
pub fn when(holds: bool, place: &str, otherwise: impl Into<String>) -> Held {
    if holds {
        Ok(place.to_owned())
    } else {
        Err(otherwise.into())
    }
}

impl Look<'_> {
    pub fn job(&self, id: &str) -> &Value {
        self.output.job(&self.place.file, id)
    }

    /// Whether something is true of each job.
    pub fn of_each(&self, is: impl Fn(&Value) -> bool) -> bool {
        self.place.ids.iter().all(|id| is(self.job(id)))
    }

    /// What the steps of all its jobs run.
    pub fn commands(&self) -> Vec<&str> {
        let ids = self.place.ids.iter();
        ids.flat_map(|id| self.output.commands(&self.place.file, id))
            .collect()
    }

    pub fn says(&self, text: &str) -> bool {
        self.commands().iter().any(|line| line.contains(text))
    }

    fn of_workflow(&self) -> Held {
        let workflow = self.output.workflow(&self.place.file);
        let wanted: Value = serde_json::from_str(&self.fact.text).unwrap_or(Value::Null);
        let Some(event) = self.fact.what.strip_prefix("trigger ") else {
            return match self.fact.what.as_str() {
                "permissions" => Err(format!("the workflow has {}", workflow["permissions"])),
                "concurrency" => {
                    let ours = workflow["concurrency"].to_string();
                    // A run of its own for each change, where the former is of no use any more.
                    let by = if self.fact.text.contains("pull_request") {
                        "pull_request"
                    } else {
                        "ref_name"
                    };
                    when(ours.contains(by), "`concurrency`", ours)
                }
                _ => Err("a workflow that others call".to_owned()),
            };
        };
        let Some(ours) = workflow["on"].get(event) else {
            return Err(format!("it is started by {}", workflow["on"]));
        };
        let same = match event {
            "schedule" => ours == &wanted,
            "workflow_dispatch" => {
                let wanted = wanted["inputs"].as_object().unwrap();
                wanted
                    .iter()
                    .all(|(name, input)| ours["inputs"][name]["options"] == input["options"])
            }
            _ => wanted.is_null() || ours["branches"] == wanted["branches"],
        };
        when(same, &format!("`on.{event}`"), ours.to_string())
    }

    pub fn runners(&self) -> BTreeSet<String> {
        let ids = self.place.ids.iter();
        ids.map(|id| match &self.job(id)["runs-on"] {
            Value::String(label) => label.clone(),
            other => other.to_string(),
        })
        .collect()
    }

    fn runner(&self) -> Held {
        let ours = self.runners();
        let wanted: BTreeSet<String> = if self.fact.text.starts_with("${{") {
            let quoted = self.fact.text.split('\'').skip(1).step_by(2);
            quoted
                .filter(|text| text.contains('-'))
                .map(str::to_owned)
                .collect()
        } else {
            [self.fact.text.clone()].into()
        };
        when(ours == wanted, "`runs-on`", format!("it runs on {ours:?}"))
    }

    fn matrix(&self) -> Held {
        let matrix: Value = serde_json::from_str(&self.fact.text).unwrap();
        let mut cells = 1;
        for (axis, values) in matrix.as_object().unwrap() {
            let Some(values) = values.as_array() else {
                return Err("the caller says it".to_owned());
            };
            cells *= values.len();
            for value in values.iter().filter_map(Value::as_str) {
                let is_there = match axis.as_str() {
                    "dir" => self.says(&format!("--manifest-path={value}/Cargo.toml")),
                    _ => self.place.ids.iter().any(|id| id.contains(value)),
                };
                if !is_there {
                    return Err(format!("no job has {axis} {value}"));
                }
            }
        }
        when(
            cells == self.place.ids.len(),
            "a job for each",
            format!("{cells} cells"),
        )
    }

    fn fail_fast(&self) -> Held {
        let alone = self.of_each(|job| {
            job["strategy"].is_null()
                || job["strategy"]["fail-fast"].as_bool() == self.fact.text.parse().ok()
        });
        when(
            alone,
            "each is a job of its own: none stops another",
            "one stops another",
        )
    }

    fn minutes(&self, wanted: u64) -> Held {
        let all: BTreeSet<String> = self
            .place
            .ids
            .iter()
            .map(|id| self.job(id)["timeout-minutes"].to_string())
            .collect();
        when(
            all == [wanted.to_string()].into(),
            "`timeout-minutes`",
            format!("{all:?}"),
        )
    }

    fn timeout(&self) -> Held {
        match self.fact.text.parse() {
            Ok(minutes) => self.minutes(minutes),
            Err(_) => Err("every job has one".to_owned()),
        }
    }

    fn needs(&self) -> Held {
        let needed = self.facts.place(&self.fact.workflow, &self.fact.text);
        if needed.ids.is_empty() {
            return Err("there is no such job".to_owned());
        }
        let mut waits = BTreeSet::new();
        for id in &self.place.ids {
            let all = self.output.waits_for(&self.place.file, id);
            // Of the jobs that one need stands for, each waits for some.
            if !needed
                .ids
                .iter()
                .any(|need| all.contains(need) || need == id)
            {
                return Err(format!("{id} waits for none of {:?}", needed.ids));
            }
            waits.extend(all);
            waits.insert(id.clone());
        }
        let left = needed.ids.iter().find(|need| !waits.contains(*need));
        match left {
            Some(need) => Err(format!("nothing waits for {need}")),
            None => Ok("`needs`".to_owned()),
        }
    }

    /// What a rule of a job says.
    fn rule(&self, id: &str) -> &Value {
        &self.output.rules(&self.place.file)["jobs"][id]
    }

    /// The jobs of suites that need a job, through others too; a job of a suite is its own.
    fn users(&self, id: &str) -> BTreeSet<String> {
        let mut users = BTreeSet::new();
        let mut next = vec![id.to_owned()];
        while let Some(id) = next.pop() {
            match self.rule(&id)["needed_by"].as_array() {
                Some(needed_by) => {
                    next.extend(
                        needed_by
                            .iter()
                            .filter_map(Value::as_str)
                            .map(str::to_owned),
                    );
                }
                None => {
                    users.insert(id);
                }
            }
        }
        users
    }

    fn condition(&self) -> Held {
        let text = self.fact.text.as_str();
        let rules = format!("`{}`", self.place.file.replace(".yml", ".select.json"));
        if text == "always()" || text.starts_with("always() && needs.guard") {
            let always = self.of_each(|job| job["if"] == "${{ always() }}");
            return when(always, "`if`", "it is not always run");
        }
        if text == "false" {
            return Err("it never runs".to_owned());
        }
        let outputs = |job: &str| -> BTreeSet<String> {
            let before = format!("needs.{job}.outputs.");
            text.split(before.as_str())
                .skip(1)
                .filter_map(|rest| rest.split_once(" == 'true'"))
                .map(|(name, _)| name.to_owned())
                .collect()
        };
        let mut wanted: Vec<Value> = Vec::new();
        let mut files = outputs("changed-files");
        for variable in ["run_multigpu_tests", "run_deploy_tests"] {
            if files.remove(variable) {
                wanted.push(json!(["variable", variable, "true"]));
            }
        }
        for answer in outputs("guard") {
            assert_eq!(answer, "has_xpu_label");
            wanted.push(json!(["label", "xpu"]));
        }
        let asks_for_tests = outputs("compute-release-mode").contains("run_tests");
        let asks_for_release = outputs("compute-release-mode").contains("release");
        let framework = outputs("config").into_iter().next();
        let framework = framework
            .as_deref()
            .and_then(|name| name.strip_prefix("run_"));
        for id in &self.place.ids {
            let rule = self.rule(id);
            if !files.is_empty() {
                let ours: BTreeSet<String> = rule["affected_by"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(|name| {
                        if name == "dev_templates" {
                            "dev_images"
                        } else {
                            name
                        }
                        .to_owned()
                    })
                    .collect();
                if ours != files {
                    return Err(format!("{id} is affected by {ours:?}"));
                }
            }
            // A build has no condition of its own: it is in a run when a job that needs it is.
            let users = self.users(id);
            let when = |asked: &str| {
                users
                    .iter()
                    .all(|user| self.rule(user)["when"].to_string().contains(asked))
            };
            if let Some(missing) = wanted.iter().find(|w| !when(&w.to_string())) {
                return Err(format!("{id} does not ask for {missing}"));
            }
            for (asked, answer) in [(asks_for_tests, "tests"), (asks_for_release, "release")] {
                if asked && !when(&json!(["input", "run", answer, "all"]).to_string()) {
                    return Err(format!("{id} does not ask for {answer}"));
                }
            }
            if let Some(framework) = framework {
                let asked = json!(["input", "framework", framework, "all"]).to_string();
                if rule["axes"]["framework"] != framework && !when(&asked) {
                    return Err(format!("{id} is in every run by hand"));
                }
            } else if text.contains("github.event_name") {
                let all = ["vllm", "sglang", "trtllm"]
                    .iter()
                    .all(|f| when(&json!(["input", "framework", f, "all"]).to_string()));
                if !all {
                    return Err(format!("{id} is in runs by hand"));
                }
            }
        }
        Ok(rules)
    }

    fn permission(&self) -> Held {
        let (scope, level) = self
            .fact
            .text
            .split_once(": ")
            .expect("a scope and a level");
        when(
            self.of_each(|job| job["permissions"][scope] == level),
            "`permissions`",
            "no job has it",
        )
    }
}
