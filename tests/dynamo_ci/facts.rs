//! The facts, where they are looked for, and what replaces those that are not there.

use serde_json::Value;

/// One fact about a job, or about a whole workflow.
#[derive(Debug)]
pub struct Fact {
    /// The file it stands in.
    pub workflow: String,
    /// The job, or `(workflow)`.
    pub job: String,
    /// What it is about: `runner`, `needs`, `input NAME`.
    pub what: String,
    /// What is so.
    pub text: String,
    /// The whole row of the job, for what is known of it beside.
    pub row: usize,
}

/// The jobs that stand for a job.
#[derive(Debug)]
pub struct Place {
    pub workflow: String,
    pub job: String,
    /// The workflow that dtpc writes.
    pub file: String,
    pub ids: Vec<String>,
}

/// What stands in the place of facts.
#[derive(Debug)]
pub struct Rule {
    workflow: String,
    job: String,
    what: String,
    part: String,
    /// In words.
    pub instead: String,
}

/// A job as it is, column by column.
#[derive(Debug)]
pub struct Row {
    pub inputs: Value,
}

/// Everything that is known.
#[derive(Debug)]
pub struct Facts {
    pub all: Vec<Fact>,
    pub rows: Vec<Row>,
    pub places: Vec<Place>,
    pub rules: Vec<Rule>,
}

fn lines(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// A value as people write it.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

impl Facts {
    /// Reads the tables.
    pub fn read() -> Self {
        let places = lines(include_str!("places.tsv"))
            .map(|columns| Place {
                workflow: columns[0].to_owned(),
                job: columns[1].to_owned(),
                file: columns[2].to_owned(),
                ids: columns[3].split_whitespace().map(str::to_owned).collect(),
            })
            .collect();
        let rules = lines(include_str!("rules.tsv"))
            .map(|columns| Rule {
                workflow: columns[0].to_owned(),
                job: columns[1].to_owned(),
                what: columns[2].to_owned(),
                part: columns[3].to_owned(),
                instead: columns[4].to_owned(),
            })
            .collect();
        let mut facts = Vec::new();
        let mut rows = Vec::new();
        for columns in lines(include_str!("facts.tsv")).skip(1) {
            rows.push(Row {
                inputs: json(columns[8]),
            });
            for (what, text) in of_row(&columns) {
                facts.push(Fact {
                    workflow: columns[0].to_owned(),
                    job: columns[1].to_owned(),
                    what,
                    text,
                    row: rows.len() - 1,
                });
            }
        }
        Self {
            all: facts,
            rows,
            places,
            rules,
        }
    }

    /// Where a job is.
    pub fn place(&self, workflow: &str, job: &str) -> &Place {
        self.places
            .iter()
            .find(|place| place.workflow == workflow && place.job == job)
            .unwrap_or_else(|| panic!("{workflow} {job} has no place"))
    }

    /// The first rule that replaces a fact, and its number.
    pub fn rule(&self, fact: &Fact) -> Option<(usize, &Rule)> {
        let is = |pattern: &str, text: &str| match pattern.strip_suffix('*') {
            Some(beginning) => text.starts_with(beginning),
            None => pattern == text,
        };
        self.rules.iter().enumerate().find(|(_, rule)| {
            is(&rule.workflow, &fact.workflow)
                && is(&rule.job, &fact.job)
                && is(&rule.what, &fact.what)
                && (rule.part == "*" || fact.text.contains(&rule.part))
        })
    }
}

/// The facts of one row.
fn of_row(columns: &[&str]) -> Vec<(String, String)> {
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut add = |what: &str, text: String| facts.push((what.to_owned(), text));
    let [
        _,
        job,
        reuses,
        runner,
        strategy,
        timeout,
        needs,
        condition,
        inputs,
        permissions,
    ] = columns[..]
    else {
        panic!("{columns:?}");
    };
    if job == "(workflow)" {
        match json(reuses) {
            Value::Object(events) => {
                for (event, value) in events {
                    let text = if value.is_null() {
                        "null".into()
                    } else {
                        value.to_string()
                    };
                    add(&format!("trigger {event}"), text);
                }
            }
            _ => add("trigger", reuses.to_owned()),
        }
        if json(inputs).get("group").is_some() {
            add("concurrency", inputs.to_owned());
        }
    } else if !reuses.is_empty() {
        add("reuses", reuses.replace("$/.github/workflows/", ""));
    }
    if !runner.is_empty() {
        add("runner", runner.to_owned());
    }
    let strategy = json(strategy);
    if let Some(matrix) = strategy.get("matrix") {
        add("matrix", matrix.to_string());
    }
    for name in ["fail-fast", "max-parallel"] {
        if let Some(value) = strategy.get(name) {
            add(name, value.to_string());
        }
    }
    if !timeout.is_empty() {
        add("timeout", timeout.to_owned());
    } else if !runner.is_empty() {
        add("timeout", "none".to_owned());
    }
    if !needs.is_empty() {
        let names = match json(needs) {
            Value::Array(names) => names.iter().map(plain).collect(),
            _ => vec![needs.to_owned()],
        };
        for name in names {
            add("needs", name);
        }
    }
    if !condition.is_empty() {
        add("condition", condition.to_owned());
    }
    if let (Value::Object(inputs), true) = (json(inputs), job != "(workflow)") {
        for (name, value) in inputs {
            add(&format!("input {name}"), plain(&value));
        }
    }
    if let Value::Object(scopes) = json(permissions) {
        for (scope, level) in scopes {
            add("permissions", format!("{scope}: {}", plain(&level)));
        }
    }
    facts
}
