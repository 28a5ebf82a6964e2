//! Jobs by what somebody typed: `serve(stage: nightly)`, `serve-cpu_mock`, `pre_merge/serve-cpu_mock`.

use super::{Job, Jobs};
use crate::diagnostics::suggest;

/// What a word of a command line asks of jobs.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The suite.
    suite: Option<String>,
    /// Names and values: `stage`, `environment`, `os`, `arch`, or an axis.
    facts: Vec<(String, String)>,
}

impl Wanted {
    /// Reads a pattern, and looks whether its words are known.
    ///
    /// # Errors
    /// What is not known, with what may have been meant.
    pub fn parse(text: &str, jobs: &Jobs<'_>) -> Result<Self, String> {
        let plan = jobs.plan;
        let (suite, inside) = match text.split_once('(') {
            None => (text.trim(), ""),
            Some((suite, rest)) => match rest.trim_end().strip_suffix(')') {
                Some(inside) => (suite.trim(), inside),
                None => return Err(format!("`{text}` has a parenthesis that is not closed")),
            },
        };
        let suites: Vec<&str> = plan.suites.iter().map(|(_, s)| s.head.name()).collect();
        if !suite.is_empty() && !suites.contains(&suite) {
            return Err(unknown("suite", suite, &suites));
        }
        let mut facts = Vec::new();
        for argument in inside.split(',').filter(|a| !a.trim().is_empty()) {
            let Some((name, value)) = argument.split_once(':') else {
                return Err(format!(
                    "`{}` does not say of what it is the value",
                    argument.trim()
                ));
            };
            let (name, value) = (name.trim(), value.trim().trim_matches('"'));
            let known: Vec<&str> = match name {
                "stage" => plan.stages.iter().map(|(_, d)| d.head.name()).collect(),
                "environment" => plan
                    .environments
                    .iter()
                    .map(|(_, d)| d.head.name())
                    .collect(),
                "os" => crate::schema::values::Os::WORDS.to_vec(),
                "arch" => crate::schema::values::Arch::WORDS.to_vec(),
                axis => {
                    let found = plan.axes.iter().find(|(_, d)| d.head.name() == axis);
                    let Some((id, _)) = found else {
                        let names: Vec<&str> = ["stage", "environment", "os", "arch"]
                            .into_iter()
                            .chain(plan.axes.iter().map(|(_, d)| d.head.name()))
                            .collect();
                        return Err(unknown("argument", axis, &names));
                    };
                    let values = &plan.axis_values[id.index()];
                    values.iter().map(|value| value.name.as_str()).collect()
                }
            };
            if !known.contains(&value) {
                return Err(unknown(name, value, &known));
            }
            facts.push((name.to_owned(), value.to_owned()));
        }
        Ok(Self {
            suite: (!suite.is_empty()).then(|| suite.to_owned()),
            facts,
        })
    }

    /// Whether a job is one of those.
    pub fn is(&self, jobs: &Jobs<'_>, job: &Job) -> bool {
        let plan = jobs.plan;
        let suite = plan.suites[job.suite].head.name();
        self.suite.as_ref().is_none_or(|wanted| wanted == suite)
            && self.facts.iter().all(|(name, value)| match name.as_str() {
                "stage" => plan.stages[job.stage].head.name() == value,
                "environment" => plan.environments[job.environment].head.name() == value,
                "os" => job.os.word() == value,
                "arch" => job.arch.word() == value,
                axis => job.points.iter().any(|point| {
                    plan.axes[point.axis].head.name() == axis
                        && super::cells::value(plan, *point)
                            .is_some_and(|known| known.name.as_str() == value)
                }),
            })
    }
}

fn unknown(word: &str, name: &str, known: &[&str]) -> String {
    let message = format!("there is no {word} `{name}`");
    match suggest::help(name, word, known.iter().copied()) {
        Some(help) => format!("{message}; {help}"),
        None => message,
    }
}
