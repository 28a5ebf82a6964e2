//! What was found in a repository.

use super::nextest::Nextest;
use crate::schema::values::{ArgumentType, Host, Os, Role, Runtime};

/// All that was found.
#[derive(Debug)]
pub struct Facts {
    /// The name of the plan.
    pub name: String,
    /// What the repository is called.
    pub title: String,
    /// How many files were looked at.
    pub files: usize,
    /// What git knows.
    pub git: Git,
    /// The languages, the one with most files first.
    pub languages: Vec<Language>,
    /// What tests there are, and what runs them.
    pub tests: Tests,
    /// The markers of pytest.
    pub markers: Markers,
    /// The file with the settings of pytest, if there is one.
    pub pytest_config: Option<String>,
    /// What coverage.py is told, where it is set up.
    pub coverage_py: Option<CoveragePy>,
    /// The hooks of pre-commit, and what else formats and lints.
    pub hooks: Hooks,
    /// Who owns everything, by the file `CODEOWNERS`.
    pub owner: Option<String>,
    /// The workflows of GitHub that are there, by file name.
    pub workflows: Vec<String>,
    /// What runs in CI, where it was looked at.
    pub ci: Option<Ci>,
    /// Where the document of the plan can go.
    pub document: String,
}

/// What runs in CI.
#[derive(Debug, Default)]
pub struct Ci {
    /// The workflows of GitHub, with the tests that they run.
    pub workflows: Vec<Workflow>,
    /// The configuration of nextest.
    pub nextest: Option<Nextest>,
}

/// A workflow of GitHub.
#[derive(Debug, Default)]
pub struct Workflow {
    /// The name of its file.
    pub file: String,
    /// What starts it.
    pub starts: Starts,
    /// The tests that it runs, by itself or through workflows that it calls.
    pub runs: Vec<TestRun>,
}

/// What starts a workflow.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an event of GitHub, with or without the others"
)]
pub struct Starts {
    /// Pull requests.
    pub pull_request: bool,
    /// Those into these branches alone; without any, all.
    pub pull_request_branches: Vec<String>,
    /// The merge queue.
    pub merge_group: bool,
    /// Pushes to branches.
    pub push: bool,
    /// To these alone; without any, to all.
    pub push_branches: Vec<String>,
    /// Times, each with its time zone.
    pub schedules: Vec<(String, Option<String>)>,
    /// People.
    pub dispatch: bool,
}

impl Starts {
    /// Whether there is anything that starts it.
    pub const fn is_any(&self) -> bool {
        self.pull_request
            || self.merge_group
            || self.push
            || self.dispatch
            || !self.schedules.is_empty()
    }
}

/// A command in a workflow that runs tests.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct TestRun {
    /// The job that it is in.
    pub job: String,
    /// The name of its tool in the plan.
    pub tool: String,
    /// The command on one line.
    pub command: String,
    /// Its words, without variables before it.
    pub words: Vec<String>,
    /// The marker expression that it selects by, in the words of a plan.
    pub expression: Option<String>,
    /// Whether it runs whatever is in its paths.
    pub whole: bool,
    /// The profile of nextest that it names.
    pub profile: Option<String>,
    /// The folder that it runs in; empty at the root.
    pub folder: String,
    /// The machines of the job.
    pub machines: Vec<Machine>,
    /// The axes of its matrix, each with its values.
    pub axes: Vec<(String, Vec<String>)>,
    /// After how many minutes it is stopped.
    pub timeout: Option<u64>,
}

/// A machine of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its labels.
    pub labels: Vec<String>,
    /// Its operating system, where it is one of GitHub's own.
    pub hosted: Option<Os>,
}

/// What git knows about a repository.
#[derive(Debug, Default)]
pub struct Git {
    /// The branch that changes are merged into.
    pub branch: Option<String>,
    /// `owner/name` on its host.
    pub repository: Option<String>,
    /// Its host, by its remote or by its CI files.
    pub host: Option<Host>,
}

/// A language of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// Its name in the plan.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// How many files are written in it.
    pub files: usize,
}

/// The tests of a repository.
#[derive(Debug, Default)]
pub struct Tests {
    /// The tools that run them.
    pub tools: Vec<Tool>,
    /// The sets of tests.
    pub suites: Vec<Suite>,
    /// What was found and is not in the plan, each with the reason, as questions.
    pub questions: Vec<String>,
}

/// How a tool is told to the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runs {
    /// As a tool that dtpc knows by this name.
    Known(&'static str),
    /// As a command.
    Command(String),
}

/// A tool that runs tests.
#[derive(Debug, Clone)]
pub struct Tool {
    /// Its name in the plan.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// How it runs.
    pub runs: Runs,
    /// The commands that make a fresh checkout ready for it.
    pub setup: Vec<String>,
    /// The version of Python that it is set up with.
    pub python: Option<String>,
    /// The file that its settings are in.
    pub config: Option<String>,
}

impl Tool {
    /// A command.
    pub fn command(name: &str, title: &str, command: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            runs: Runs::Command(command.into()),
            setup: Vec::new(),
            python: None,
            config: None,
        }
    }
}

/// A type of test, by the names that people give to folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TestType {
    /// Nobody has said of which type they are.
    Undivided,
    /// Unit tests.
    Unit,
    /// Integration tests.
    Integration,
    /// What a user does.
    EndToEnd,
    /// Measurements.
    Performance,
}

impl TestType {
    /// The type that the name of a folder says.
    pub fn from_folder(name: &str) -> Option<Self> {
        Some(match name {
            "unit" | "units" | "unit_tests" | "unit-tests" => Self::Unit,
            "integration" | "integration_tests" | "integration-tests" | "integrations" => {
                Self::Integration
            }
            "e2e" | "end_to_end" | "end-to-end" | "functional" | "acceptance" | "system" => {
                Self::EndToEnd
            }
            "performance" | "perf" | "benchmark" | "benchmarks" | "bench" | "load" | "stress" => {
                Self::Performance
            }
            _ => return None,
        })
    }

    /// Its name in the plan.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Undivided => "test",
            Self::Unit => "unit",
            Self::Integration => "integration",
            Self::EndToEnd => "e2e",
            Self::Performance => "performance",
        }
    }
}

/// A set of tests that one tool runs.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Its name in the plan.
    pub name: String,
    /// Of which type its tests are.
    pub test_type: TestType,
    /// The name of its tool.
    pub tool: String,
    /// The language that it tests.
    pub language: Option<&'static str>,
    /// Its files, as globs.
    pub paths: Vec<String>,
    /// Words for its tool.
    pub arguments: Vec<String>,
    /// What CI says about it.
    pub in_ci: InCi,
}

/// What CI says about a suite.
#[derive(Debug, Clone, Default)]
pub struct InCi {
    /// Its tests, in the words of nextest.
    pub filter: Option<String>,
    /// The features of cargo that it is built with.
    pub features: Vec<String>,
    /// How often a test that fails is run again.
    pub retries: Option<u32>,
    /// What is left to decide, for comments.
    pub todo: Vec<String>,
}

/// The markers of pytest.
#[derive(Debug, Default)]
pub struct Markers {
    /// The registered ones, in order, then those in use.
    pub list: Vec<Marker>,
    /// How many of them are registered.
    pub registered: usize,
}

/// A marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Its name.
    pub name: String,
    /// What it means, in the words of who registered it.
    pub description: String,
    /// What it takes in parentheses.
    pub argument: Argument,
}

/// What a marker takes in parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Argument {
    /// Nothing.
    None,
    /// Something of a type that is known.
    Known(ArgumentType),
    /// Something.
    Unknown,
}

/// What formats, lints and checks.
#[derive(Debug, Default)]
pub struct Hooks {
    /// Whether pre-commit is in use.
    pub configured: bool,
    /// The hooks.
    pub list: Vec<Hook>,
    /// What could not be carried over.
    pub questions: Vec<String>,
    /// The files that some pass over.
    pub exceptions: Vec<Exception>,
}

/// Files that hooks pass over.
#[derive(Debug, Clone)]
pub struct Exception {
    /// Its name in the plan.
    pub name: String,
    /// The files, as globs.
    pub paths: Vec<String>,
    /// The name of the one hook that it is for; without one, it is for all.
    pub hook: Option<String>,
}

/// Something that is run over the files.
#[derive(Debug, Clone, Default)]
pub struct Hook {
    /// Its name in the plan.
    pub name: String,
    /// What people call it, where its name does not say it.
    pub title: Option<String>,
    /// What it does.
    pub role: Option<Role>,
    /// The language it looks at.
    pub language: Option<&'static str>,
    /// The repository it comes from.
    pub repo: Option<String>,
    /// Its revision there.
    pub rev: Option<String>,
    /// Its id there.
    pub id: Option<String>,
    /// The command of a local one.
    pub entry: Option<String>,
    /// What a local one runs in, where it is not the machine.
    pub runtime: Option<Runtime>,
    /// The files that it looks at, as globs.
    pub files: Vec<String>,
    /// The pre-commit file types that it looks at.
    pub file_types: Vec<String>,
    /// Arguments.
    pub arguments: Vec<String>,
    /// Packages that it needs.
    pub dependencies: Vec<String>,
    /// Whether it is not given the names of files.
    pub whole: bool,
    /// When git runs it, if not before a commit.
    pub at_git: Option<&'static str>,
    /// What of it the plan cannot say, for a comment.
    pub remarks: Vec<String>,
}

/// What coverage.py is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CoveragePy {
    /// The share of lines that it demands, in hundredths.
    pub demanded: Option<f64>,
}
