//! The steps of workflows that people wrote.

use super::facts::Facts;
use crate::init::Tree;
use crate::init::paths::has_extension;
use crate::source::{SourceMap, Span};
use crate::targets::banner::{Provenance, provenance};

/// A step that runs commands.
#[derive(Debug, Clone)]
pub struct Step {
    /// A line of its script.
    pub text: String,
    /// Where it begins.
    pub span: Span,
}

/// Reads the steps of the workflows that dtpc did not write.
pub fn look(tree: &dyn Tree, sources: &mut SourceMap, facts: &mut Facts) {
    let is_workflow = |path: &&String| {
        path.strip_prefix(".github/workflows/")
            .is_some_and(|name| !name.contains('/') && has_extension(name, &["yml", "yaml"]))
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
        for line in scripts.iter().flat_map(|script| lines(script)) {
            // The beginning of a line stands in the file as it is, wherever that has its steps.
            let wanted = line.split("  ").next().unwrap_or_default().trim();
            let found = file.text()[from..].find(wanted).map(|at| from + at);
            let at = found
                .or_else(|| file.text().find(wanted))
                .unwrap_or_default();
            from = found.map_or(from, |at| at + wanted.len());
            let start = file.base() + u32::try_from(at).unwrap_or_default();
            let length = u32::try_from(wanted.len()).unwrap_or_default();
            facts.steps.push(Step {
                text: line,
                span: Span::new(start, start + length),
            });
        }
    }
}

/// The lines of a script that may run tests; one that goes on in the next is one, with two blanks
/// where it does.
fn lines(script: &str) -> Vec<String> {
    let joined = script.replace("\\\n", "  ");
    let lines = joined.lines().map(str::trim);
    lines
        .filter(|line| line.contains("pytest") || line.contains("cargo"))
        .map(str::to_owned)
        .collect()
}

/// The commands of a line, each as its words, as far as a shell would divide it plainly.
pub fn commands(line: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let parts = line.split("&&").flat_map(|part| part.split("||"));
    for part in parts.flat_map(|part| part.split(';')) {
        let words = shlex::split(part.split(" | ").next().unwrap_or(part)).unwrap_or_default();
        let words: Vec<String> = words
            .into_iter()
            .take_while(|word| !word.starts_with('>') && !word.starts_with("2>"))
            .collect();
        if !words.is_empty() {
            all.push(words);
        }
    }
    all
}
