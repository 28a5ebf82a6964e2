//! The command of a job: its words, and their form for a shell.

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::Cell;
use super::cells;
use super::profiles::{Profile, Profiles, threads};
use super::sets::Sets;
use crate::schema::kinds::{Coverage, Hook, Part, Suite};
use crate::schema::values::{Bind, Ignored, Runtime, TestId, ToolKind, Verdict};
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

/// What the entry of a local hook is, as the framework takes it: the line of a command, or what files
/// are searched for and what is said of them.
pub fn entry(hook: &Hook) -> Option<String> {
    let entry = hook.entry.as_ref()?;
    Some(match hook.runtime {
        Runtime::Pygrep | Runtime::Fail => entry.text.to_string(),
        _ => shell(&entry.words),
    })
}

/// One command of a job: the whole suite, or one of its parts.
#[derive(Debug, Clone)]
pub struct Run {
    /// The part that it runs.
    pub part: Option<Id<Part>>,
    /// Its words.
    pub words: Vec<String>,
}

/// A piece of a job that was divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

/// The coverage that a cell measures.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'p> {
    /// What is to be reached.
    pub coverage: &'p Coverage,
    /// Whether no other job of the stage measures it: else it is judged by all of them together.
    pub is_alone: bool,
}

/// The commands of a cell, and those behind them that report coverage.
pub fn of(
    plan: &Plan,
    cell: &Cell,
    shard: Option<Shard>,
    measured: Option<Measured<'_>>,
    profiles: &Profiles,
    sets: &mut Sets<'_>,
) -> (Vec<Run>, Vec<Vec<String>>) {
    let suite = &plan.suites[cell.suite];
    let tool = tool_kind(plan, cell.suite);
    let measured_by = measured
        .and_then(|m| m.coverage.tool)
        .and_then(|tool| kind_of(plan, tool.id));
    let minimum = measured
        .filter(|m| m.is_alone && m.coverage.gating)
        .and_then(|m| m.coverage.minimum)
        .map(|minimum| minimum.0.to_string());
    let (program, report): (Vec<&str>, Vec<Vec<String>>) = match (tool, measured_by) {
        (ToolKind::Pytest, Some(ToolKind::CoveragePy)) => (
            vec!["coverage", "run", "-m", "pytest"],
            coverage_py(minimum.as_deref()),
        ),
        (ToolKind::Pytest, _) => (vec!["pytest"], Vec::new()),
        (ToolKind::CargoTest | ToolKind::Nextest, Some(ToolKind::Tarpaulin)) => {
            (vec!["cargo", "tarpaulin", "--out", "Xml"], Vec::new())
        }
        (ToolKind::CargoTest, _) => (vec!["cargo", "test"], Vec::new()),
        (ToolKind::Nextest, _) => (vec!["cargo", "nextest", "run"], Vec::new()),
        (ToolKind::PreCommit, _) => (vec!["pre-commit", "run", "--all-files"], Vec::new()),
        (ToolKind::CoveragePy | ToolKind::Tarpaulin | ToolKind::Command, _) => {
            let command = suite
                .tool
                .and_then(|t| plan.tools[t.id].body.command.as_ref());
            let words = command.map(|c| c.words.iter().map(String::as_str).collect());
            (words.unwrap_or_default(), Vec::new())
        }
    };
    let mut common: Vec<String> = program.into_iter().map(str::to_owned).collect();
    let profile = profiles.of_cell(plan, cell);
    common.extend(profile.iter().flat_map(|p| p.words(plan, cell.suite)));
    if let (Some(ToolKind::Tarpaulin), Some(minimum)) = (measured_by, minimum) {
        common.extend(["--fail-under".to_owned(), minimum]);
    }
    let parts = &plan.parts_of[cell.suite.index()];
    let runs = if parts.is_empty() {
        vec![run(plan, cell, shard, profile, &common, None, sets)]
    } else {
        // A part may have something in other cells and nothing in this one. Where no part has anything,
        // which a check reports, all are run and say so.
        let mut here: Vec<Id<Part>> = parts.clone();
        here.retain(|part| {
            let set = sets.of_part(cell, *part);
            !set.is_ok_and(|set| sets.algebra.is_never(set))
        });
        let here = if here.is_empty() { parts } else { &here };
        here.iter()
            .enumerate()
            .map(|(number, part)| {
                let mut program = common.clone();
                // Each run would begin the measurement anew.
                if number > 0 && program.first().is_some_and(|word| word == "coverage") {
                    program.insert(2, "--append".to_owned());
                }
                run(plan, cell, shard, profile, &program, Some(*part), sets)
            })
            .collect()
    };
    (runs, report)
}

/// The command of a cell, or of a part of it.
fn run(
    plan: &Plan,
    cell: &Cell,
    shard: Option<Shard>,
    profile: Option<&Profile>,
    program: &[String],
    part: Option<Id<Part>>,
    sets: &mut Sets<'_>,
) -> Run {
    let suite = &plan.suites[cell.suite];
    let declared = part.map(|id| &plan.parts[id]);
    let tool = tool_kind(plan, cell.suite);
    let mut words = program.to_vec();
    words.extend(features(suite));
    words.extend(arguments(plan, cell));
    words.extend(
        declared
            .iter()
            .flat_map(|p| p.arguments.iter().map(ToString::to_string)),
    );
    let workers = declared.and_then(|p| p.workers).or(suite.workers);
    let retries = retries(plan, cell);
    match tool {
        ToolKind::Pytest => {
            if let Some(workers) = workers {
                words.extend(["--numprocesses".to_owned(), workers.word()]);
            }
            if retries > 0 {
                words.extend(["--reruns".to_owned(), retries.to_string()]);
            }
            if let Some(timeout) = suite.test_timeout {
                words.push(format!("--timeout={}", timeout.value.in_seconds()));
            }
            if let Some(shard) = shard {
                words.extend(["--splits".to_owned(), shard.of.to_string()]);
                words.extend(["--group".to_owned(), shard.number.to_string()]);
            }
            words.extend(roots(suite).into_iter().map(str::to_owned));
            if let Some(selection) = sets.told(cell, part) {
                words.extend(["-m".to_owned(), selection]);
            }
            for test in quarantined(plan, suite) {
                words.extend(["--deselect".to_owned(), test.to_owned()]);
            }
        }
        ToolKind::Nextest => {
            let threads = threads(plan, cell.suite);
            if let Some(threads) = threads.filter(|_| profile.is_none_or(|p| p.threads != threads))
            {
                words.extend(["--test-threads".to_owned(), threads.to_string()]);
            }
            if retries != profile.map_or(0, |p| p.retries) {
                words.extend(["--retries".to_owned(), retries.to_string()]);
            }
            if let Some(shard) = shard {
                let partition = format!("count:{}/{}", shard.number, shard.of);
                words.extend(["--partition".to_owned(), partition]);
            }
            let said = profile.is_some_and(Profile::stands_for_the_filter);
            // The profile passes over what is in quarantine, whatever a command chooses of it.
            let filter = match profile {
                Some(_) => suite.filter.as_ref().map(ToString::to_string),
                None => filterset(plan, suite),
            };
            if let Some(filter) = filter.filter(|_| !said) {
                words.extend(["--filterset".to_owned(), filter]);
            }
            words.extend(ignored_for_nextest(suite));
        }
        ToolKind::CargoTest => {
            words.extend(suite.filter.iter().map(ToString::to_string));
            let skipped: Vec<&str> = quarantined(plan, suite).collect();
            let ignored = ignored_for_cargo(suite);
            let for_the_binary = ignored.is_some() || !skipped.is_empty();
            if for_the_binary && !words.iter().any(|word| word == "--") {
                words.push("--".to_owned());
            }
            words.extend(ignored.map(str::to_owned));
            if !skipped.is_empty() {
                // A name that is not the whole one would take its neighbours out with it; with a
                // filter, which is a part of the name, that cannot be had.
                if suite.filter.is_none() {
                    words.push("--exact".to_owned());
                }
                for test in skipped {
                    words.extend(["--skip".to_owned(), test.to_owned()]);
                }
            }
        }
        _ => {}
    }
    Run { part, words }
}

/// The words that a cell gives its tool as they are: the suite's, those of its axes, those of `at`.
pub fn arguments(plan: &Plan, cell: &Cell) -> Vec<String> {
    let suite = &plan.suites[cell.suite];
    let mut words: Vec<String> = suite.arguments.iter().map(ToString::to_string).collect();
    words.extend(axis_arguments(plan, cell));
    for at in cells::ats(plan, cell) {
        words.extend(at.arguments.iter().map(ToString::to_string));
    }
    words
}

/// nextest's filterset of a suite, less the tests that are in quarantine.
pub fn filterset(plan: &Plan, suite: &Suite) -> Option<String> {
    let skipped: Vec<String> = quarantined(plan, suite)
        .map(|test| format!("not test(={test})"))
        .collect();
    let filter = suite.filter.as_ref().map(ToString::to_string);
    if skipped.is_empty() {
        return filter;
    }
    Some(less(filter.as_deref(), &skipped))
}

/// A filterset less some predicates, each negated already.
pub fn less(filter: Option<&str>, skipped: &[String]) -> String {
    let skipped = skipped.join(" and ");
    match filter {
        None => skipped,
        Some(filter) => format!("({filter}) and {skipped}"),
    }
}

/// What cargo is told about the features of a suite.
pub fn features(suite: &Suite) -> Vec<String> {
    if suite.features.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = suite.features.iter().map(|f| f.as_str()).collect();
    vec!["--features".to_owned(), names.join(",")]
}

/// What nextest is told about tests with `#[ignore]`.
fn ignored_for_nextest(suite: &Suite) -> Vec<String> {
    let which = match suite.ignored {
        Ignored::Skip => return Vec::new(),
        Ignored::Only => "only",
        Ignored::Also => "all",
    };
    vec!["--run-ignored".to_owned(), which.to_owned()]
}

/// What the test binaries of cargo test are told about tests with `#[ignore]`.
pub const fn ignored_for_cargo(suite: &Suite) -> Option<&'static str> {
    match suite.ignored {
        Ignored::Skip => None,
        Ignored::Only => Some("--ignored"),
        Ignored::Also => Some("--include-ignored"),
    }
}

/// How often a test of a cell that fails is run again.
pub fn retries(plan: &Plan, cell: &Cell) -> u32 {
    cell.setting(plan, |at| at.retries, |suite| suite.retries)
        .or(plan.stages[cell.stage].retries)
        .unwrap_or_default()
}

/// The words that the values of axes put into the command.
fn axis_arguments(plan: &Plan, cell: &Cell) -> Vec<String> {
    let mut words = Vec::new();
    for point in &cell.points {
        let Some(value) = cells::value(plan, *point) else {
            continue;
        };
        if let Some(Bind::Argument(form)) = &plan.axes[point.axis].bind
            && !value.text.is_empty()
        {
            words.push(form.replace("{}", &value.text));
        }
        if let Some(record) = value.record {
            let arguments = &plan.value_records[record].arguments;
            words.extend(arguments.iter().map(ToString::to_string));
        }
    }
    words
}

/// The tests in quarantine that a suite would run.
pub fn quarantined<'p>(plan: &'p Plan, suite: &'p Suite) -> impl Iterator<Item = &'p str> {
    plan.quarantines
        .iter()
        .filter_map(|(_, q)| q.test.as_ref())
        .filter(|test| holds_test(plan, suite, test))
        .map(|test| test.text.as_str())
}

/// Whether a test, by its id, is one of a suite's.
pub fn holds_test(plan: &Plan, suite: &Suite, test: &TestId) -> bool {
    let tool = suite.tool.and_then(|t| kind_of(plan, t.id));
    let is_file = test.file().is_some_and(|file| file.contains(['/', '.']));
    match tool {
        Some(ToolKind::Pytest) if is_file => {
            suite.paths.is_empty()
                || test
                    .file()
                    .is_some_and(|file| suite.paths.iter().any(|glob| glob.matches(file)))
        }
        Some(ToolKind::CargoTest | ToolKind::Nextest) => !is_file,
        _ => false,
    }
}

/// Tells git of the files that are new.
const NEW_FILES: &str = "git ls-files --others --exclude-standard -z -- \"$@\" | xargs -0 -r git --literal-pathspecs add --intent-to-add --";

/// The commands that say, behind a suite's own, whether it changed files it should not have.
pub fn verdict(suite: &Suite) -> Vec<Vec<String>> {
    let Some(Verdict::CleanTree(globs)) = &suite.verdict else {
        return Vec::new();
    };
    let command = |words: &[&str]| -> Vec<String> {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .chain(globs.iter().flat_map(|glob| {
                let globs = glob.without_braces();
                globs.into_iter().map(|glob| format!(":(glob){glob}"))
            }))
            .collect()
    };
    // A file that is new is no difference to git until it is told of it. To `git add` a glob that
    // matches nothing would be an error.
    vec![
        command(&["sh", "-c", NEW_FILES, "sh"]),
        command(&["git", "diff", "--exit-code", "--"]),
    ]
}

/// The file first: a figure below the minimum ends the commands, and is then looked at in the file.
fn coverage_py(minimum: Option<&str>) -> Vec<Vec<String>> {
    let mut report = vec!["coverage".to_owned(), "report".to_owned()];
    if let Some(minimum) = minimum {
        report.push(format!("--fail-under={minimum}"));
    }
    vec![vec!["coverage".to_owned(), "xml".to_owned()], report]
}

/// What pytest is told to look into: the folders and files that a suite's globs begin with.
pub fn roots(suite: &Suite) -> Vec<&str> {
    outermost(
        suite
            .paths
            .iter()
            .map(|glob| match glob.literal_prefix().0 {
                "" => ".",
                prefix => prefix,
            }),
    )
}

/// Each path once, in the order given, without those inside another one.
pub fn outermost<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let all: Vec<&str> = paths.collect();
    if all.len() < 2 {
        return all;
    }
    // To look at each pair of a few takes less than a table of them.
    if all.len() <= 8 {
        let is_inside = |path: &str, folder: &str| match path.strip_prefix(folder) {
            Some(rest) => rest.starts_with('/'),
            None => folder == ".",
        };
        let outermost = |(number, path): (usize, &&'a str)| {
            let (earlier, all) = (&all[..number], &all);
            let is_kept = !earlier.contains(path) && !all.iter().any(|at| is_inside(path, at));
            is_kept.then_some(*path)
        };
        return all.iter().enumerate().filter_map(outermost).collect();
    }
    let all: IndexSet<&str, FxBuildHasher> = all.into_iter().collect();
    // The folders around a path are few, however many paths there are.
    let is_inside = |path: &str| {
        let around = path.match_indices('/').map(|(at, _)| &path[..at]);
        around
            .chain(["."])
            .any(|folder| folder != path && all.contains(folder))
    };
    all.iter()
        .copied()
        .filter(|path| !is_inside(path))
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

    /// The answer does not depend on how many there are.
    #[test]
    fn what_lies_inside_another_path_is_left_out() {
        let few = ["a/b", "a/bc", "a/b/c", "d", "a/b", "d/e/f"];
        assert_eq!(outermost(few.into_iter()), ["a/b", "a/bc", "d"]);
        let many = few.into_iter().chain(["x1", "x2", "x3", "x4"]);
        assert_eq!(
            outermost(many),
            ["a/b", "a/bc", "d", "x1", "x2", "x3", "x4"]
        );
        for whole in [
            &["a", ".", "a/b"][..],
            &["a", ".", "b", "c", "d", "e", "f", "g", "h"],
        ] {
            assert_eq!(outermost(whole.iter().copied()), ["."]);
        }
        assert_eq!(outermost([".", "."].into_iter()), ["."]);
    }

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
