//! The command of a job: its words, and their form for a shell.

use indexmap::IndexSet;

use super::Cell;
use super::selection;
use crate::schema::kinds::{Coverage, Suite};
use crate::schema::values::ToolKind;
use crate::schema::{Id, Plan};

/// What the tool of a suite is.
pub fn tool_kind(plan: &Plan, suite: Id<Suite>) -> ToolKind {
    plan.suites[suite]
        .tool
        .and_then(|t| kind_of(plan, t.id))
        .unwrap_or(ToolKind::Command)
}

/// What a tool is: what it says, else what its name says.
pub fn kind_of(plan: &Plan, tool: Id<crate::schema::kinds::Tool>) -> Option<ToolKind> {
    let tool = &plan.tools[tool];
    tool.runs.or_else(|| ToolKind::from_word(tool.head.name()))
}

/// The words of a cell's command, and of the commands behind it that report coverage.
pub fn of(
    plan: &Plan,
    cell: Cell,
    coverage: Option<Id<Coverage>>,
) -> (Vec<String>, Vec<Vec<String>>) {
    let suite = &plan.suites[cell.suite];
    let coverage = coverage.map(|id| &plan.coverages[id]);
    let measured_by = coverage
        .and_then(|c| c.tool)
        .and_then(|tool| kind_of(plan, tool.id));
    let (mut words, report): (Vec<&str>, Vec<Vec<String>>) =
        match (tool_kind(plan, cell.suite), measured_by) {
            (ToolKind::Pytest, Some(ToolKind::CoveragePy)) => (
                vec!["coverage", "run", "-m", "pytest"],
                coverage_py(coverage.map(|c| &c.body)),
            ),
            (ToolKind::Pytest, _) => (vec!["pytest"], Vec::new()),
            (ToolKind::CargoTest, Some(ToolKind::Tarpaulin)) => {
                (vec!["cargo", "tarpaulin", "--out", "Xml"], Vec::new())
            }
            (ToolKind::CargoTest, _) => (vec!["cargo", "test"], Vec::new()),
            (ToolKind::PreCommit, _) => (vec!["pre-commit", "run", "--all-files"], Vec::new()),
            (ToolKind::CoveragePy | ToolKind::Tarpaulin | ToolKind::Command, _) => {
                let command = suite
                    .tool
                    .and_then(|t| plan.tools[t.id].body.command.as_ref());
                let words = command.map(|c| c.words.iter().map(String::as_str).collect());
                (words.unwrap_or_default(), Vec::new())
            }
        };
    let gate = coverage
        .filter(|c| c.gating)
        .and_then(|c| c.minimum)
        .map(|m| m.0.to_string());
    if let (Some(ToolKind::Tarpaulin), Some(minimum)) = (measured_by, &gate) {
        words.extend(["--fail-under", minimum]);
    }
    words.extend(suite.arguments.iter().map(|a| a.as_str()));
    let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    if tool_kind(plan, cell.suite) == ToolKind::Pytest {
        words.extend(roots(suite));
        if let Some(selection) = selection::pytest(plan, cell) {
            words.extend(["-m".to_owned(), selection]);
        }
    }
    (words, report)
}

/// The file first: a figure below the minimum ends the commands, and is then looked at in the file.
fn coverage_py(coverage: Option<&Coverage>) -> Vec<Vec<String>> {
    let mut report = vec!["coverage".to_owned(), "report".to_owned()];
    if let Some(minimum) = coverage.filter(|c| c.gating).and_then(|c| c.minimum) {
        report.push(format!("--fail-under={}", minimum.0));
    }
    vec![vec!["coverage".to_owned(), "xml".to_owned()], report]
}

/// What pytest is told to look into: the folders and files that a suite's globs begin with.
pub fn roots(suite: &Suite) -> Vec<String> {
    outermost(
        suite
            .paths
            .iter()
            .map(|glob| match glob.literal_prefix().0 {
                prefix if prefix.is_empty() => ".".to_owned(),
                prefix => prefix,
            }),
    )
}

/// Each path once, in the order given, without those inside another one.
pub fn outermost(paths: impl Iterator<Item = String>) -> Vec<String> {
    let all: IndexSet<String> = paths.collect();
    // The folders around a path are few, however many paths there are.
    let is_inside = |path: &str| {
        let around = path.match_indices('/').map(|(at, _)| &path[..at]);
        around
            .chain(["."])
            .any(|folder| folder != path && all.contains(folder))
    };
    all.iter()
        .filter(|path| !is_inside(path))
        .cloned()
        .collect()
}

/// Words as a line for a POSIX shell: each stays one word, and nothing in it is expanded, by the
/// shell or by a CI host that looks for `${{`.
pub fn shell<W: AsRef<str>>(words: &[W]) -> String {
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        quote(word.as_ref(), &mut line);
    }
    line
}

fn quote(word: &str, line: &mut String) {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./=:,+@%".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        line.push_str(word);
        return;
    }
    line.push('\'');
    let mut previous = None;
    for c in word.chars() {
        match c {
            // Ends the quotes, gives the quote by itself, and begins them again.
            '\'' => line.push_str("'\\''"),
            // `${{` would be filled in by GitHub wherever it stands: the quotes are closed and
            // opened again in its middle.
            '{' if previous == Some('$') => line.push_str("''{"),
            c => line.push(c),
        }
        previous = Some(c);
    }
    line.push('\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_only_where_they_need_it() {
        assert_eq!(
            shell(&["pytest", "tests/e2e", "-m", "a and b"]),
            "pytest tests/e2e -m 'a and b'"
        );
        assert_eq!(shell(&["echo", "it's", ""]), "echo 'it'\\''s' ''");
        assert_eq!(
            shell(&["echo", "$(id)", "${{ github.token }}"]),
            "echo '$(id)' '$''{{ github.token }}'"
        );
    }
}
