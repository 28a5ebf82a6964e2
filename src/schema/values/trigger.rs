//! What starts a stage.

use crate::diagnostics::{Diagnostic, Fix, codes, suggest};
use crate::name::Name;
use crate::schema::Id;
use crate::schema::kinds::Axis;
use crate::schema::reader::{Arguments, FieldType, Reader};
use crate::schema::values::{Ref, Text};
use crate::syntax::ast::{Argument, Value, ValueKind};

/// One event that starts a stage.
#[derive(Debug, Clone)]
pub enum Trigger {
    /// `commit`: git, on the machine of whoever commits.
    Commit,
    /// `pull_request(branches: […])`: a change proposed by anybody.
    PullRequest {
        /// The branches it is to be merged into; all without any.
        branches: Vec<Text>,
    },
    /// `merge_group`: a change in the merge queue.
    MergeGroup,
    /// `push(branches: […], tags: […])`: commits that reached the repository.
    Push {
        /// Patterns of branches.
        branches: Vec<Text>,
        /// Patterns of tags.
        tags: Vec<Text>,
    },
    /// `schedule("0 8 * * *", timezone: "UTC")`
    Schedule {
        /// Five cron fields.
        cron: Text,
        /// An IANA time zone; without one, UTC.
        timezone: Option<Text>,
    },
    /// `dispatch(framework: axis.framework or all)`: somebody asks for it, where wanted for one value
    /// of an axis only.
    Dispatch {
        /// The axes of which a value may be asked for.
        inputs: Vec<DispatchInput>,
    },
}

/// A question to whoever starts a run by hand.
#[derive(Debug, Clone)]
pub struct DispatchInput {
    /// What the answer is called.
    pub name: Name,
    /// The axis of which a value is asked for.
    pub axis: Id<Axis>,
    /// Whether one may ask for all of them.
    pub or_all: bool,
}

/// Words that other tools have for a trigger, with the one that means the same here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("cron", "schedule"),
    ("manual", "dispatch"),
    ("workflow_dispatch", "dispatch"),
    ("pr", "pull_request"),
    ("merge_request", "pull_request"),
    ("merge_queue", "merge_group"),
    ("pre_commit", "commit"),
];

const WORDS: [&str; 6] = [
    "commit",
    "pull_request",
    "merge_group",
    "push",
    "schedule",
    "dispatch",
];

impl Trigger {
    /// The word it is written with.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Commit => WORDS[0],
            Self::PullRequest { .. } => WORDS[1],
            Self::MergeGroup => WORDS[2],
            Self::Push { .. } => WORDS[3],
            Self::Schedule { .. } => WORDS[4],
            Self::Dispatch { .. } => WORDS[5],
        }
    }

    /// Whether people who may not push to the repository can cause it: by a pull request, or by one
    /// that a bot copies to a branch.
    pub fn is_open_to_outsiders(&self) -> bool {
        matches!(self, Self::PullRequest { .. }) || self.is_of_copies()
    }

    /// Whether it is a push to branches that hold copies of pull requests.
    pub fn is_of_copies(&self) -> bool {
        matches!(self, Self::Push { branches, .. } if branches.iter().any(|b| b.starts_with(COPIES)))
    }
}

/// How the branches are called to which bots copy pull requests, so that a push starts what a pull
/// request of a fork must not.
pub const COPIES: &str = "pull-request/";

/// `framework: axis.framework or all`
fn input(argument: &Argument, reader: &mut Reader<'_>) -> Option<DispatchInput> {
    const EXPECTED: &str = "an axis, such as `framework: axis.framework or all`";
    let Some(name) = argument.name else {
        return reader.wrong(&argument.value, EXPECTED);
    };
    let (axis, or_all) = match &argument.value.kind {
        ValueKind::Or(parts) => match parts.as_slice() {
            [axis, all] if reader.word(all) == Some("all") => (axis, true),
            _ => return reader.wrong(&argument.value, EXPECTED),
        },
        _ => (&argument.value, false),
    };
    Some(DispatchInput {
        name: Name::new(reader.text(name)),
        axis: Ref::<Axis>::read(axis, reader)?.id,
        or_all,
    })
}

/// Patterns of branches or tags; none where nothing is said. An empty list would say nothing too, and so
/// let all in.
fn refs(arguments: &mut Arguments<'_, '_>, of: &str) -> Option<Vec<Text>> {
    if let Some(value) = arguments.value(of)
        && matches!(&value.kind, ValueKind::List(patterns) if patterns.is_empty())
    {
        let message = format!("these are no {of}");
        return arguments.reader.report(
            Diagnostic::new(codes::WRONG_TYPE, value.span, message).help(format!(
                "leave `{of}` out where all are meant, or the trigger where none are"
            )),
        );
    }
    Some(arguments.take(of).unwrap_or_default())
}

impl FieldType for Trigger {
    fn shape() -> String {
        "`commit`, `pull_request(branches: […])`, `merge_group`, `push(branches: […], tags: […])`, \
         `schedule(\"0 8 * * *\", timezone: \"UTC\")`, `dispatch(framework: axis.framework or all)`"
            .to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let Some((callee, given)) = reader.called(value) else {
            return reader.wrong(value, &Self::shape());
        };
        let parameters: &'static [&'static str] = match reader.text(callee) {
            "commit" | "merge_group" => &[],
            "dispatch" => {
                let inputs: Vec<Option<DispatchInput>> = given
                    .iter()
                    .map(|argument| input(argument, reader))
                    .collect();
                let inputs: Option<Vec<DispatchInput>> = inputs.into_iter().collect();
                return inputs.map(|inputs| Self::Dispatch { inputs });
            }
            "pull_request" => &["branches"],
            "push" => &["branches", "tags"],
            "schedule" => &["cron", "timezone"],
            word => {
                let help = suggest::help(word, "trigger", WORDS);
                let message = format!("there is no trigger `{word}`");
                let elsewhere = ELSEWHERE.iter().find(|(other, _)| *other == word);
                let help = match elsewhere {
                    Some((_, meant)) => Some(format!("here this is `{meant}`")),
                    None => help,
                };
                let fix = match elsewhere {
                    Some((_, meant)) => Some(Fix::replace(callee, *meant).to_be_judged()),
                    None => suggest::certain(word, WORDS).map(|meant| Fix::replace(callee, meant)),
                };
                return reader.report(
                    Diagnostic::new(codes::UNKNOWN_NAME, callee, message)
                        .maybe_help(help)
                        .maybe_fix(fix),
                );
            }
        };
        let word = reader.text(callee).to_owned();
        if word == "push"
            && let Some(unnamed) = given.iter().find(|argument| argument.name.is_none())
        {
            let message = "are these branches or tags?";
            return reader.report(
                Diagnostic::new(codes::WRONG_TYPE, unnamed.value.span, message)
                    .help("write `push(branches: …)` or `push(tags: …)`"),
            );
        }
        let mut arguments = Arguments::new(reader, given, parameters);
        let trigger = match word.as_str() {
            "commit" => Self::Commit,
            "merge_group" => Self::MergeGroup,
            "pull_request" => Self::PullRequest {
                branches: refs(&mut arguments, "branches")?,
            },
            "push" => Self::Push {
                branches: refs(&mut arguments, "branches")?,
                tags: refs(&mut arguments, "tags")?,
            },
            _ => {
                if arguments.value("cron").is_none() {
                    return reader.report(
                        Diagnostic::new(
                            codes::MISSING_FIELD,
                            value.span,
                            "when is this scheduled?",
                        )
                        .help("five cron fields: `schedule(\"0 8 * * *\", timezone: \"UTC\")`"),
                    );
                }
                Self::Schedule {
                    cron: arguments.take("cron")?,
                    timezone: arguments.take("timezone"),
                }
            }
        };
        arguments.whole().then_some(trigger)
    }
}
