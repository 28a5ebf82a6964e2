//! What was found in a repository.

use crate::schema::values::{ArgumentType, Host, Role};

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
    /// Where the document of the plan can go.
    pub document: String,
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
