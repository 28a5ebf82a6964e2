//! Fields that take one of a few words.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use crate::diagnostics::{Diagnostic, Fix, codes, suggest};
use crate::schema::form::{self, Form, Names};
use crate::schema::reader::{FieldType, Reader};
use crate::syntax::ast::Value;

macro_rules! words {
    ($(
        $(#[doc = $doc:literal])+
        $Type:ident { $($(#[doc = $word_doc:literal])+ $Word:ident $word:literal $title:literal,)+ }
    )*) => {
        /// Every type of a few words: its name, and its words.
        pub const WORD_TYPES: &[(&str, &[&str])] = &[$((stringify!($Type), $Type::WORDS)),*];

        $(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $Type {
            $($(#[doc = $word_doc])+ $Word,)+
        }

        impl $Type {
            /// The words it can be, in order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// As it is written in a plan.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$Word => $word,)+ }
            }

            /// As it is written for people.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$Word => $title,)+ }
            }

            /// What a word means.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$Word),)+ _ => None }
            }
        }

        // A field without a word is read as the first one listed.
        impl Default for $Type {
            fn default() -> Self {
                const ALL: &[$Type] = &[$($Type::$Word),+];
                ALL[0]
            }
        }

        impl Form for $Type {
            type Json = $Type;

            fn json(&self, _: &Names<'_>) -> Self::Json {
                *self
            }
        }

        impl Serialize for $Type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }

        impl JsonSchema for $Type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($Type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                form::words(concat!($($doc),+), &[$(($word, concat!($($word_doc),+))),+])
            }
        }

        impl FieldType for $Type {
            fn shape() -> String {
                format!("one of {}", suggest::listed(Self::WORDS))
            }

            fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
                let Some(word) = reader.word(value) else {
                    return reader.wrong(value, &Self::shape());
                };
                if let Some(known) = Self::from_word(word) {
                    return Some(known);
                }
                let help = suggest::help(word, "word", Self::WORDS.iter().copied());
                let message = format!("`{word}` is not one of the words this field takes");
                let fix = suggest::certain(word, Self::WORDS.iter().copied())
                    .map(|meant| Fix::replace(value.span, meant));
                reader.report(
                    Diagnostic::new(codes::WRONG_TYPE, value.span, message)
                        .maybe_help(help)
                        .maybe_fix(fix),
                )
            }
        }
    )*};
}

words! {
    /// How far a scope of a token goes.
    Access {
        /// Read it.
        Read "read" "read",
        /// Read it, and change it.
        Write "write" "write",
    }

    /// What the token of a job may reach at GitHub.
    Scope {
        /// Runs and their artifacts.
        Actions "actions" "runs of workflows",
        /// Attestations of what was built.
        Attestations "attestations" "attestations",
        /// Check runs.
        Checks "checks" "checks",
        /// The repository itself, which every job reads.
        Contents "contents" "the repository",
        /// Deployments.
        Deployments "deployments" "deployments",
        /// Discussions.
        Discussions "discussions" "discussions",
        /// A token that other services know the run by: the login to a cloud.
        IdToken "id_token" "the login to a cloud",
        /// Issues.
        Issues "issues" "issues",
        /// Packages, images among them.
        Packages "packages" "packages",
        /// The pages of the repository.
        Pages "pages" "pages",
        /// Pull requests.
        PullRequests "pull_requests" "pull requests",
        /// Reports about security.
        SecurityEvents "security_events" "reports about security",
        /// Statuses of commits.
        Statuses "statuses" "statuses of commits",
    }

    /// How many markers of a group a test carries.
    Arity {
        /// None, one or several.
        Any "any" "any number",
        /// Exactly one.
        One "one" "exactly one",
        /// None or one.
        AtMostOne "at_most_one" "at most one",
        /// One or several.
        AtLeastOne "at_least_one" "at least one",
    }

    /// What a marker takes in parentheses.
    ArgumentType {
        /// A number.
        Number "number" "N",
        /// A string.
        Text "text" "TEXT",
    }

    /// Where the jobs of a stage run.
    Host {
        /// GitHub Actions.
        GitHub "github" "GitHub Actions",
        /// GitLab CI.
        GitLab "gitlab" "GitLab CI",
        /// Git itself, on the machine of whoever commits, through pre-commit.
        Git "git" "git, on the machine of whoever commits",
    }

    /// Whom a message about a failure names.
    Addressees {
        /// Those who wrote what changed since the last run that was well.
        AuthorsInRange "authors_in_range" "the authors in the range",
        /// Those who answer for the suites that failed.
        Owners "owners" "the owners of what failed",
    }

    /// How a type of test treats dependencies.
    Isolation {
        /// They are replaced by mocks.
        Mocked "mocked" "dependencies are mocked",
        /// They are real.
        Real "real" "dependencies are real",
    }

    /// An operating system.
    Os {
        /// Linux.
        Linux "linux" "Linux",
        /// Windows.
        Windows "windows" "Windows",
        /// macOS.
        MacOs "macos" "macOS",
    }

    /// A processor architecture.
    Arch {
        /// x86-64.
        Amd64 "amd64" "amd64",
        /// 64-bit ARM.
        Arm64 "arm64" "arm64",
    }

    /// Whether outsiders may reach a place.
    Visibility {
        /// Only those who may push to the repository.
        Private "private" "private",
        /// Everybody who may open a pull request.
        Public "public" "public",
    }

    /// What a hook does.
    Role {
        /// It formats code, or checks that it is formatted.
        Format "format" "formatting",
        /// It finds mistakes without running the code.
        Lint "lint" "linting",
        /// It finds misspelt words.
        Spelling "spelling" "spelling",
        /// It keeps a rule of the project.
        Policy "policy" "policy",
    }

    /// When git runs a hook.
    GitStage {
        /// Before a commit is made.
        PreCommit "pre_commit" "before a commit",
        /// When its message was written.
        CommitMsg "commit_msg" "on the commit message",
        /// Before it is pushed.
        PrePush "pre_push" "before a push",
    }

    /// What a local hook runs in.
    Runtime {
        /// The machine as it is.
        System "system" "system",
        /// An environment of Python of its own.
        Python "python" "python",
        /// An environment of Node.js of its own.
        Node "node" "node",
        /// An environment of Go of its own.
        Golang "golang" "golang",
        /// An environment of Rust of its own.
        Rust "rust" "rust",
        /// An environment of Ruby of its own.
        Ruby "ruby" "ruby",
        /// A container of the image that the entry names.
        DockerImage "docker_image" "docker_image",
        /// Nothing: the entry is a regular expression of Python, and a file with it fails.
        Pygrep "pygrep" "pygrep",
        /// Nothing: the entry is what is said of each file there is.
        Fail "fail" "fail",
    }

    /// Why files are excepted from hooks.
    Cause {
        /// A program writes them.
        AutoGenerated "auto_generated" "auto-generated",
        /// They come from another project and are used without modification.
        Foreign "foreign" "foreign",
    }

    /// Which direction of a metric is better.
    Direction {
        /// Less is better.
        Lower "lower" "lower is better",
        /// More is better.
        Higher "higher" "higher is better",
    }

    /// What a tool is.
    ToolKind {
        /// pytest, for tests in Python.
        Pytest "pytest" "pytest",
        /// cargo test, for tests in Rust.
        CargoTest "cargo_test" "cargo test",
        /// cargo-nextest, for tests in Rust.
        Nextest "nextest" "cargo-nextest",
        /// The pre-commit framework, for hooks.
        PreCommit "pre_commit" "pre-commit framework",
        /// coverage.py, for the coverage of Python.
        CoveragePy "coverage_py" "coverage.py",
        /// Tarpaulin, for the coverage of Rust.
        Tarpaulin "tarpaulin" "Tarpaulin",
        /// Any other command: a suite's `arguments` are its words, its exit code the verdict.
        Command "command" "command",
    }

    /// What a suite does with tests in Rust that carry `#[ignore]`.
    Ignored {
        /// It passes over them.
        Skip "skip" "passed over",
        /// It runs them and no others.
        Only "only" "run alone",
        /// It runs them too.
        Also "also" "run too",
    }

    /// What a changed file that nobody claims does.
    Unclaimed {
        /// It selects every job: more than needed, never less.
        Everything "everything" "selects everything",
        /// It fails the run, until somebody claims it.
        Fail "fail" "fails the run",
    }

    /// A promise that a plan can be accepted not to keep.
    Promise {
        /// Tests that a stage promises, and no job selects.
        Gap "gap" "a gap",
        /// Tests that two jobs of a stage select.
        Overlap "overlap" "an overlap",
        /// The budget of a stage.
        Budget "budget" "a budget",
        /// A declaration that nothing uses.
        Unused "unused" "something unused",
        /// A feature without its tests, or a language without its tools.
        Coverage "coverage" "missing coverage",
    }

    /// What a relative bar says where there is nothing to compare with.
    WithoutBaseline {
        /// It is not met.
        Fail "fail" "fails",
        /// It is met.
        Pass "pass" "passes",
    }

    /// A platform, or one side of it.
    PlatformWord {
        /// Linux, whatever the architecture.
        Linux "linux" "Linux",
        /// Windows, whatever the architecture.
        Windows "windows" "Windows",
        /// macOS, whatever the architecture.
        MacOs "macos" "macOS",
        /// x86-64, whatever the operating system.
        Amd64 "amd64" "amd64",
        /// 64-bit ARM, whatever the operating system.
        Arm64 "arm64" "arm64",
    }

    /// What of a series of measurements is compared.
    Statistic {
        /// The figure as the measuring tool reports it.
        Reported "reported" "reported value",
        /// The arithmetic mean.
        Mean "mean" "mean",
        /// The median.
        P50 "p50" "50th percentile",
        /// The 90th percentile.
        P90 "p90" "90th percentile",
        /// The 95th percentile.
        P95 "p95" "95th percentile",
        /// The 99th percentile.
        P99 "p99" "99th percentile",
        /// The largest.
        Max "max" "maximum",
        /// The smallest.
        Min "min" "minimum",
    }
}
