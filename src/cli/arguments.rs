//! The command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::diagnostics::Code;
use crate::diagnostics::levels::{Denied, Warned};
use crate::schema::values::Date;
use crate::targets;

/// What is printed below the options of every command.
const EXIT_CODES: &str = "Exit codes:
  0  all is well
  1  the plan has errors, or (with --check) files are not as they should be
  2  the command line cannot be understood
  3  a file cannot be read or written, or was left alone because dtpc did not write it";

/// What is printed below the options of `dtpc run`.
const RUN_CODES: &str = "Exit codes:
  0  nothing failed that decides; what cannot run here is listed
  1  a gate of the stage is closed, or a blocking job failed where there is no gate; with
     --strict also if jobs that decide cannot run here; or the plan has errors
  2  the command line cannot be understood
  3  a file cannot be read or written";

/// What is printed below the long help of `dtpc run`.
const RUN_HELP: &str = "Exit codes:
  0  nothing failed that decides; what cannot run here is listed
  1  a gate of the stage is closed, or a blocking job failed where there is no gate; with
     --strict also if jobs that decide cannot run here; or the plan has errors
  2  the command line cannot be understood
  3  a file cannot be read or written

Examples:
  dtpc run --stage pre_merge --dry-run            what could run here, and why the rest cannot
  dtpc run --stage pre_merge                      what a pull request runs
  dtpc run --stage pre_merge --since origin/main  only what the changes affect
  dtpc run --stage nightly --job 'serve(framework: vllm)'
  dtpc run --stage pre_merge --setup --strict     on a fresh machine, all or nothing";

/// What is printed below the long help of `dtpc check`.
const CHECK_HELP: &str = "Exit codes:
  0  the plan holds; there may be warnings
  1  the plan has errors
  2  the command line cannot be understood
  3  a file cannot be read, or (with --fix) written

Examples:
  dtpc check                            the only plan in plans/
  dtpc check --deny warnings            in CI: warnings count as errors
  dtpc check --deny warnings --warn DTP0515
  dtpc check --fix                      mend what is plain, report the rest
  dtpc check --format sarif > dtpc.sarif";

/// What is printed below the long help of `dtpc audit`.
const AUDIT_HELP: &str = "Exit codes:
  0  nothing was found; there may be warnings
  1  the repository and the plan disagree, or the plan has errors
  2  the command line cannot be understood
  3  a file cannot be read

Examples:
  dtpc audit                            the only plan in plans/, and the repository of its root
  dtpc audit --repo .. --list           every test with its markers, and the jobs that run it
  dtpc audit --results test-results     and held against what really ran, as JUnit files tell it
  dtpc audit --format sarif > audit.sarif";

/// The compiler of the .dtp test-plan language.
///
/// One plan says what is tested, when and where; dtpc checks that it holds and writes the CI
/// workflows, the test runners' configuration and the document that reviewers read.
#[derive(Debug, Parser)]
#[command(name = "dtpc", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,

    /// Tell on standard error where the time went, stage by stage
    #[arg(long, global = true)]
    pub timings: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say where a repository and its plan disagree
    ///
    /// Reads the tests of Python and Rust without running them, and holds them against the jobs of the
    /// plan: tests that no stage runs, or one runs twice, markers that nobody registered, and the like.
    /// What only a run would tell is listed as not known, and never guessed.
    #[command(after_help = EXIT_CODES, after_long_help = AUDIT_HELP)]
    Audit(Audit),
    /// Say what is wrong with a plan
    #[command(after_help = EXIT_CODES, after_long_help = CHECK_HELP)]
    Check(Check),
    /// Say what a finding means and what to do about it
    Explain(Explain),
    /// Write plans in their one layout
    #[command(after_help = EXIT_CODES)]
    Fmt(Fmt),
    /// Write the files that a plan is compiled to
    #[command(after_help = EXIT_CODES)]
    Generate(Generate),
    /// Draw what waits for what in each stage, with the critical path, the cost and the load of runners
    #[command(after_help = EXIT_CODES)]
    Graph(Graph),
    /// Write a first plan for a repository that has CI, from what its CI runs
    ///
    /// As `dtpc init`, and looks also at the workflows of GitHub and at the profiles of nextest: what
    /// starts the stages, which suites run in them, on which machines, for how long. Each command that
    /// was found stands in the plan as a comment to be decided.
    #[command(after_help = EXIT_CODES)]
    Import(Init),
    /// Write a first plan for a repository that has none
    ///
    /// Asks nothing. Looks at the names of files, at manifests, at the settings of pytest, pre-commit
    /// and git, and at the markers in use; writes plans/<name>.dtp, which holds, with a question
    /// `open("…")` for everything that no file says; and tells what it found and what to do next. A
    /// repository that has a plan keeps it.
    #[command(after_help = EXIT_CODES)]
    Init(Init),
    /// List the jobs of a plan with their commands
    ///
    /// Jobs are named as in a plan: `serve(stage: nightly, framework: vllm)`. With --changed or
    /// --since, those that the changed files leave out of a run are listed with the reason, by the
    /// rules that hold in CI.
    #[command(after_help = EXIT_CODES)]
    Jobs(Jobs),
    /// Show what actions and images a plan pins, and to which commits and digests
    ///
    /// What a plan names by a version or a tag is one commit or digest by a line of `dtpc.lock`,
    /// beside the plan. Nothing is fetched: --update takes what is known from tables.
    #[command(after_help = EXIT_CODES)]
    Pins(Pins),
    /// Run the jobs of a stage on this machine, and say what its gates would
    ///
    /// The same commands as in CI, in the order of the graph, as many at once as the machine has
    /// cores. What this machine cannot hold, such as a job that needs a GPU, an image or a secret, is
    /// listed with the reason. Logs and JUnit files come together in one folder.
    #[command(after_help = RUN_CODES, after_long_help = RUN_HELP)]
    Run(Run),
    /// Print the JSON Schema of what `dtpc generate --target json` writes
    ///
    /// It is of draft 2020-12, and made from the same table of the language as `dtpc check` and the
    /// reference: every kind and every field, with type, unit, default and what it means.
    Schema,
    /// Say why a job, a test or a file is in a run or out of it, rule by rule
    #[command(after_help = EXIT_CODES)]
    Why(Why),
}

/// `dtpc graph`
#[derive(Debug, Args)]
pub struct Graph {
    /// The plan; without it, the only file in plans/ that declares one
    pub plan: Option<PathBuf>,

    /// Only this stage
    #[arg(long, value_name = "NAME")]
    pub stage: Option<String>,

    /// How it is drawn
    #[arg(long, value_enum, default_value_t)]
    pub format: GraphFormat,
}

/// How a graph is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// What each stage takes, in words.
    #[default]
    Text,
    /// A Mermaid flow chart.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// For programs.
    Json,
    /// A picture.
    Svg,
}

/// `dtpc jobs`
#[derive(Debug, Args)]
pub struct Jobs {
    /// The plan, if it ends in .dtp: without it, the only file in plans/ that declares one. Then only
    /// these jobs: `serve`, `serve(stage: nightly)`, `(arch: arm64)`
    #[arg(value_name = "PLAN|JOBS")]
    pub named: Vec<String>,

    /// Only the jobs of this stage
    #[arg(long, value_name = "NAME")]
    pub stage: Option<String>,

    /// Only the jobs in this environment
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,

    #[command(flatten)]
    pub changes: Changes,

    /// Show what runs the suites of nextest with `cargo test`, where that can be said
    #[arg(long)]
    pub without_nextest: bool,

    /// How they are written
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// `dtpc pins`
#[derive(Debug, Args)]
pub struct Pins {
    /// The plan; without it, the only file in plans/ that declares one
    pub plan: Option<PathBuf>,

    /// Exit with 1 if `dtpc.lock` has a line that nothing uses; with --update, if it would change
    #[arg(long)]
    pub check: bool,

    /// Take versions from this table: tab-separated columns `action`, `version`, `sha`, or `image`,
    /// `tag`, `digest`; may be repeated
    #[arg(long, value_name = "TABLE")]
    pub update: Vec<PathBuf>,
}

/// `dtpc run`
#[derive(Debug, Args)]
pub struct Run {
    /// The plan; without it, the only file in plans/ that declares one
    pub plan: Option<PathBuf>,

    /// The stage; without it, the only one of the plan
    #[arg(long, value_name = "NAME")]
    pub stage: Option<String>,

    /// Only these jobs, and what they need: `serve-cpu`, `serve`, `serve(framework: vllm)`; may be
    /// repeated. No gate judges a part of a stage
    #[arg(long = "job", value_name = "JOB")]
    pub jobs: Vec<String>,

    #[command(flatten)]
    pub changes: Changes,

    /// How many jobs may run at once [default: the cores of this machine]
    #[arg(long = "at-once", value_name = "N")]
    pub at_once: Option<NonZeroUsize>,

    /// Run the commands that set up the tools first, each once
    #[arg(long)]
    pub setup: bool,

    /// Run nothing: say what would run here, what would not, and why
    #[arg(long = "dry-run")]
    pub only_says: bool,

    /// Where logs and results go, in a folder for each stage and job [default: .dtpc/run in the
    /// repository, which git is told to ignore]
    #[arg(long, value_name = "DIR")]
    pub results: Option<PathBuf>,

    /// Fail too if jobs that decide cannot run on this machine
    #[arg(long)]
    pub strict: bool,

    /// How the summary is written
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// `dtpc why`
#[derive(Debug, Args)]
pub struct Why {
    /// The plan, where two are named: without it, the only file in plans/ that declares one. Then a job
    /// (`serve-cpu`, `nightly/serve-cpu`), some jobs (`serve`, `serve(stage: nightly)`), a test
    /// (`tests/test_api.py::test_get`), or a file
    #[arg(value_name = "PLAN] [JOB|TEST|FILE", num_args = 0..=2)]
    pub named: Vec<String>,

    #[command(flatten)]
    pub changes: Changes,
}

/// Which files changed.
#[derive(Debug, Args)]
pub struct Changes {
    /// Take these files, relative to the root of the repository, as changed
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "since")]
    pub changed: Vec<String>,

    /// Take as changed what differs from this revision, committed or not
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
}

/// `dtpc audit`
#[derive(Debug, Args)]
pub struct Audit {
    /// The plan; without it, the only file in plans/ that declares one
    pub plan: Option<PathBuf>,

    /// The root of the repository [default: the `root` of the plan]
    #[arg(long, value_name = "DIR")]
    pub repo: Option<PathBuf>,

    /// How findings are written: for people to standard error, otherwise to standard output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,

    /// Print every test that was found, with its markers and the jobs that run it, and what is not
    /// known; as JSON with `--format json`. No plan is needed where `--repo` is given
    #[arg(long)]
    pub list: bool,

    /// A JUnit file, or a folder of them, of a run: what ran is held against what was found; may be
    /// repeated
    #[arg(long, value_name = "PATH")]
    pub results: Vec<PathBuf>,

    /// The day on which dates are judged [default: today, in UTC]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub today: Option<Date>,

    /// Count these warnings as errors: codes such as DTP0807, or `warnings` for all
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub deny: Vec<Denied>,

    /// Let these stay warnings where --deny would raise them
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub warn: Vec<Warned>,
}

/// `dtpc check`
#[derive(Debug, Args)]
pub struct Check {
    /// The plan; without it, the only file in plans/ that declares one
    pub plan: Option<PathBuf>,

    /// How findings are written: for people to standard error, otherwise to standard output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,

    /// The day on which dates are judged [default: today, in UTC]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub today: Option<Date>,

    /// The root of the repository, whose files the globs of the plan are held against [default: the
    /// `root` of the plan]
    #[arg(long, value_name = "DIR")]
    pub repo: Option<PathBuf>,

    /// Count these warnings as errors: codes such as DTP0515, or `warnings` for all
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub deny: Vec<Denied>,

    /// Let these stay warnings where --deny would raise them
    ///
    /// Errors cannot be lowered. A structural error is mended; a promise that is not kept is accepted
    /// in the plan, with `accept`, where its readers see it.
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub warn: Vec<Warned>,

    /// Mend what can be mended without a person, and say what is left
    ///
    /// Only fixes are made that say what the author plainly meant, such as a misspelt name that is
    /// like one other name alone. The plan is checked again until none is left; then its files are
    /// written, unless one of them was changed meanwhile.
    #[arg(long)]
    pub fix: bool,
}

/// `dtpc explain`
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct Explain {
    /// The code of the finding, such as DTP0103
    #[arg(value_parser = code)]
    pub code: Option<Code>,

    /// List every code
    #[arg(long, conflicts_with = "code")]
    pub list: bool,
}

/// `dtpc fmt`
#[derive(Debug, Args)]
pub struct Fmt {
    /// Files, folders (every .dtp file below them), or `-` for standard input to standard output;
    /// without any, the only plan in plans/ and all that it imports
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Write nothing: print a diff for every file that is not formatted, and exit with 1 if one is
    /// not
    #[arg(long)]
    pub check: bool,

    /// Format only the declarations on these lines, counted from 1, of the one file that is named
    #[arg(long, value_name = "START:END", value_parser = lines, requires = "paths")]
    pub range: Option<Lines>,

    /// What standard input is called in messages
    #[arg(long, value_name = "PATH", requires = "paths")]
    pub stdin_filename: Option<PathBuf>,
}

/// Lines of a file, counted from 1, the last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    /// The first.
    pub first: usize,
    /// The last.
    pub last: usize,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// With the places shown, and what to do
    #[default]
    Human,
    /// One line each
    Short,
    /// A list of objects
    Json,
    /// SARIF 2.1.0, for code-scanning services
    Sarif,
    /// Annotations on a pull request
    Github,
}

/// `dtpc generate`
#[derive(Debug, Args)]
pub struct Generate {
    /// The plan; without it, the only file in plans/ that declares one
    pub plan: Option<PathBuf>,

    /// What to write; may be repeated [default: every target that the plan asks for]
    #[arg(long = "target", value_name = "TARGET", value_parser = target_names())]
    pub targets: Vec<String>,

    /// The folder to write below [default: the plan's root]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Write nothing: print a diff for every file that has drifted, and exit with 1 if one has
    #[arg(long)]
    pub check: bool,

    /// Overwrite files that dtpc did not write, or that were changed since
    #[arg(long, conflicts_with = "check")]
    pub force: bool,
}

/// `dtpc init`
#[derive(Debug, Args)]
pub struct Init {
    /// The root of the repository [default: this folder]
    pub dir: Option<PathBuf>,
}

fn target_names() -> PossibleValuesParser {
    use clap::builder::PossibleValue;
    let values = targets::REGISTRY
        .iter()
        .map(|t| PossibleValue::new(t.name()).help(t.about()));
    PossibleValuesParser::new(values.collect::<Vec<_>>())
}

fn code(text: &str) -> Result<Code, String> {
    Code::find(text).ok_or_else(|| "no finding has this code; `dtpc explain --list`".to_owned())
}

fn lines(text: &str) -> Result<Lines, String> {
    let read = |(first, last): (&str, &str)| {
        let (first, last) = (first.parse().ok()?, last.parse().ok()?);
        (1 <= first && first <= last).then_some(Lines { first, last })
    };
    text.split_once(':')
        .and_then(read)
        .ok_or_else(|| "lines are first:last, such as 10:20, counted from 1".to_owned())
}

fn date(text: &str) -> Result<Date, String> {
    text.parse()
        .map(Date)
        .map_err(|_| "a date is year-month-day, such as 2027-01-31".to_owned())
}
