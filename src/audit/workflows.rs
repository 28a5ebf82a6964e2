//! The steps of workflows that people wrote.

use super::facts::Facts;
use crate::init::Tree;
use crate::source::{SourceMap, Span};
use crate::targets::banner::{Provenance, provenance};

/// A step that runs commands.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its script.
    pub text: String,
    /// Where it begins.
    pub span: Span,
}

/// Reads the steps of the workflows that dtpc did not write.
pub fn look(tree: &dyn Tree, sources: &mut SourceMap, facts: &mut Facts) {
    let is_workflow = |path: &&String| {
        path.strip_prefix(".github/workflows/").is_some_and(|name| {
            !name.contains('/') && (name.ends_with(".yml") || name.ends_with(".yaml"))
        })
    };
    for path in tree.files().iter().filter(is_workflow) {
        let Some(text) = tree.text(path) else {
            continue;
        };
        if provenance(&text) != Provenance::Foreign {
            continue;
        }
        let Ok(document) = serde_yaml::from_str::<serde_json::Value>(&text) else {
            continue;
        };
        let mut scripts = Vec::new();
        let jobs = document.get("jobs").and_then(|jobs| jobs.as_object());
        for (_, job) in jobs.into_iter().flatten() {
            let steps = job.get("steps").and_then(|steps| steps.as_array());
            for step in steps.into_iter().flatten() {
                if let Some(script) = step.get("run").and_then(|run| run.as_str())
                    && (script.contains("pytest") || script.contains("cargo"))
                {
                    scripts.push(script.to_owned());
                }
            }
        }
        let Ok(id) = sources.add(path.clone(), text) else {
            continue;
        };
        let file = sources.file(id);
        let mut from = 0;
        for script in scripts {
            // The first line of a script stands in the file as it is, wherever that has its steps.
            let wanted = script
                .lines()
                .map(str::trim)
                .find(|line| line.contains("pytest") || line.contains("cargo"))
                .unwrap_or_default();
            let found = file.text()[from..].find(wanted).map(|at| from + at);
            let at = found
                .or_else(|| file.text().find(wanted))
                .unwrap_or_default();
            from = found.map_or(from, |at| at + wanted.len());
            let start = file.base() + u32::try_from(at).unwrap_or_default();
            let length = u32::try_from(wanted.len()).unwrap_or_default();
            facts.steps.push(Step {
                text: script,
                span: Span::new(start, start + length),
            });
        }
    }
}

/// The commands of a script, each as its words, as far as a shell would divide it plainly.
pub fn commands(script: &str) -> Vec<Vec<String>> {
    let joined = script.replace("\\\n", " ");
    let mut all = Vec::new();
    for line in joined.lines() {
        for part in line
            .split("&&")
            .flat_map(|part| part.split("||"))
            .flat_map(|part| part.split(';'))
        {
            let words = shlex::split(part.split(" | ").next().unwrap_or(part)).unwrap_or_default();
            let words: Vec<String> = words
                .into_iter()
                .take_while(|word| !word.starts_with('>') && !word.starts_with("2>"))
                .collect();
            if !words.is_empty() {
                all.push(words);
            }
        }
    }
    all
}
