//! Sets of jobs, the axes they differ in, and what starts them.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::expressions::MarkerExpression;
use super::{Form, Names};
use crate::jobs::cells;
use crate::schema::Id;
use crate::schema::kinds::Axis;
use crate::schema::values::{
    Arch, AxisChoices, AxisPoint, Bind, BuildRef, Container, Divisions, Environments, JobPattern,
    Os, Repetitions, RunnerByPlatform, Trigger, Types, Work, Workers,
};

/// A set of jobs: those that agree with everything that is said here.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "JobPattern", deny_unknown_fields)]
pub struct PatternForm {
    /// Jobs of this `suite`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    suite: Option<&'static str>,
    /// Jobs of this `build`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    build: Option<&'static str>,
    /// Jobs in this `stage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    stage: Option<&'static str>,
    /// Jobs in this `environment`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    environment: Option<&'static str>,
    /// Jobs on this operating system.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Os")]
    os: Option<Os>,
    /// Jobs on this architecture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Arch")]
    arch: Option<Arch>,
    /// Jobs with these values of axes.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    axes: IndexMap<&'static str, &'static str>,
}

/// The name of a value of an axis.
fn value(axis: Id<Axis>, value: u32, names: &Names<'_>) -> &'static str {
    cells::value(names.plan, AxisPoint { axis, value }).map_or("", |value| value.name.as_str())
}

impl Form for JobPattern {
    type Json = PatternForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        let (suite, build) = match self.of {
            Some(Work::Suite(suite)) => (Some(names.of(suite)), None),
            Some(Work::Build(build)) => (None, Some(names.of(build))),
            None => (None, None),
        };
        PatternForm {
            suite,
            build,
            stage: self.stage.map(|id| names.of(id)),
            environment: self.environment.map(|id| names.of(id)),
            os: self.os,
            arch: self.arch,
            axes: axes(&self.points, names),
        }
    }
}

/// A value of an axis that divides the tests.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Division {
    /// Its name.
    value: &'static str,
    /// The tests it takes.
    takes: MarkerExpression,
}

impl Form for Divisions {
    type Json = Vec<Division>;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        let values = self.values.iter();
        values
            .map(|(name, selection)| Division {
                value: name.as_str(),
                takes: selection.json(names),
            })
            .collect()
    }
}

/// A value of an axis that runs the tests again.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Repetition {
    /// Its name.
    value: &'static str,
    /// What stands for it in commands, variables and formulas; empty for `none`.
    text: String,
}

impl Form for Repetitions {
    type Json = Vec<Repetition>;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        let values = self.values.iter();
        values
            .map(|(name, text, _)| Repetition {
                value: name.as_str(),
                text: text.clone(),
            })
            .collect()
    }
}

impl Form for AxisChoices {
    type Json = IndexMap<&'static str, Vec<&'static str>>;

    fn is_said(&self) -> bool {
        !self.choices.is_empty()
    }

    fn json(&self, names: &Names<'_>) -> Self::Json {
        let of_axis = |axis, numbers: &[u32]| {
            let values = numbers.iter().map(|number| value(axis, *number, names));
            (names.of(axis), values.collect())
        };
        let choices = self.choices.iter();
        choices
            .map(|(axis, numbers, _)| of_axis(*axis, numbers))
            .collect()
    }
}

/// How the value of an axis reaches the tests.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Bind")]
#[serde(rename_all = "snake_case")]
pub enum BindForm {
    /// In this variable of the environment.
    Env(&'static str),
    /// As one more word of the command, `{}` standing for the value.
    Argument(String),
}

impl Form for Bind {
    type Json = BindForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        match self {
            Self::Env(name) => BindForm::Env(name.as_str()),
            Self::Argument(text) => BindForm::Argument(text.to_string()),
        }
    }
}

/// The environments of a suite.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Environments", deny_unknown_fields)]
pub struct EnvironmentsForm {
    /// The names of the environments.
    names: Vec<&'static str>,
    /// Whether every test runs in each of them; otherwise each takes its own tests.
    each: bool,
}

impl Form for Environments {
    type Json = EnvironmentsForm;

    fn is_said(&self) -> bool {
        !self.list.is_empty()
    }

    fn json(&self, names: &Names<'_>) -> Self::Json {
        EnvironmentsForm {
            names: self.list.json(names),
            each: self.repeat,
        }
    }
}

/// How many processes run tests beside each other: a number, or `auto` for as many as the machine has
/// processors.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Workers")]
#[serde(untagged)]
pub enum WorkersForm {
    /// So many.
    Count(#[schemars(range(min = 1))] u32),
    /// As many as the machine has processors.
    Auto(Auto),
}

/// The one word `auto`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "snake_case")]
pub enum Auto {
    /// As many as the machine has processors.
    Auto,
}

impl Form for Workers {
    type Json = WorkersForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        let count = self.count.map(WorkersForm::Count);
        count.unwrap_or(WorkersForm::Auto(Auto::Auto))
    }
}

/// The types of test that a stage takes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Types")]
#[serde(untagged)]
pub enum TypesForm {
    /// All of them.
    Any(Any),
    /// The types of these names.
    These(Vec<&'static str>),
}

/// The one word `any`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "snake_case")]
pub enum Any {
    /// All of them.
    Any,
}

impl Form for Types {
    type Json = TypesForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        match self {
            Self::Any => TypesForm::Any(Any::Any),
            Self::These(types) => TypesForm::These(types.json(names)),
        }
    }
}

/// What a job runs inside.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Container")]
#[serde(rename_all = "snake_case")]
pub enum ContainerForm {
    /// The image that a build makes.
    Build(BuildForm),
    /// This image, with places to fill in.
    Image(super::texts::FormulaForm),
}

/// The jobs of a build.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BuildJobs", deny_unknown_fields)]
pub struct BuildForm {
    /// The name of the `build`.
    name: &'static str,
    /// The values of its axes that are named; the others are those of whoever needs it.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    axes: IndexMap<&'static str, &'static str>,
}

impl Form for BuildRef {
    type Json = BuildForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        BuildForm {
            name: names.of(self.id),
            axes: axes(&self.points, names),
        }
    }
}

/// Values by the names of their axes.
pub(super) fn axes(
    points: &[AxisPoint],
    names: &Names<'_>,
) -> IndexMap<&'static str, &'static str> {
    let points = points.iter();
    points
        .map(|point| (names.of(point.axis), value(point.axis, point.value, names)))
        .collect()
}

impl Form for Container {
    type Json = ContainerForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        match self {
            Self::Build(build) => ContainerForm::Build(build.json(names)),
            Self::Image(image) => ContainerForm::Image(image.json(names)),
        }
    }
}

impl Form for RunnerByPlatform {
    type Json = IndexMap<&'static str, &'static str>;

    fn is_said(&self) -> bool {
        !self.entries.is_empty()
    }

    fn json(&self, names: &Names<'_>) -> Self::Json {
        let entries = self.entries.iter();
        entries
            .map(|(platform, runner)| (platform.word(), names.of(runner.id)))
            .collect()
    }
}

/// One event that starts a stage.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Trigger", deny_unknown_fields)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum TriggerForm {
    /// Git, on the machine of whoever commits.
    Commit,
    /// A change proposed by anybody.
    PullRequest {
        /// The branches it is to be merged into; all without any.
        branches: Vec<String>,
    },
    /// A change in the merge queue.
    MergeGroup,
    /// Commits that reached the repository.
    Push {
        /// Patterns of branches.
        branches: Vec<String>,
        /// Patterns of tags.
        tags: Vec<String>,
    },
    /// A time.
    Schedule {
        /// Five cron fields.
        cron: String,
        /// An IANA time zone.
        timezone: String,
    },
    /// Somebody asks for it.
    Dispatch {
        /// What they are asked.
        inputs: Vec<InputForm>,
    },
}

/// A question to whoever starts a run by hand.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DispatchInput", deny_unknown_fields)]
pub struct InputForm {
    /// What the answer is called.
    name: &'static str,
    /// The `axis` of which a value is asked for.
    axis: &'static str,
    /// Whether one may ask for all of them.
    or_all: bool,
}

impl Form for Trigger {
    type Json = TriggerForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        match self {
            Self::Commit => TriggerForm::Commit,
            Self::MergeGroup => TriggerForm::MergeGroup,
            Self::PullRequest { branches } => TriggerForm::PullRequest {
                branches: branches.json(names),
            },
            Self::Push { branches, tags } => TriggerForm::Push {
                branches: branches.json(names),
                tags: tags.json(names),
            },
            Self::Schedule { cron, timezone } => TriggerForm::Schedule {
                cron: cron.to_string(),
                timezone: timezone
                    .as_ref()
                    .map_or_else(|| "UTC".to_owned(), ToString::to_string),
            },
            Self::Dispatch { inputs } => TriggerForm::Dispatch {
                inputs: inputs
                    .iter()
                    .map(|input| InputForm {
                        name: input.name.as_str(),
                        axis: names.of(input.axis),
                        or_all: input.or_all,
                    })
                    .collect(),
            },
        }
    }
}
