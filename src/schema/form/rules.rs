//! Rules: where tests live, how long they may take, what they must measure, what their results count
//! for.

use schemars::JsonSchema;
use serde::Serialize;

use super::quantities::{DateForm, DurationForm, PercentForm, SizeForm};
use super::texts::GlobForm;
use super::{Form, Names};
use crate::schema::values::{
    Allowance, Baseline, Bound, Capacity, CriticalShare, Layout, Limit, Local, Measure, Origin,
    Outcome, Requirement, Statistic, ThresholdCheck, Verdict,
};

/// Where the tests of a type live.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Layout", deny_unknown_fields)]
#[serde(tag = "layout", rename_all = "snake_case")]
pub enum LayoutForm {
    /// Beside the code they test, and so outside the folders of the other types.
    Adjacent,
    /// Below one folder.
    Under {
        /// The folder.
        folder: String,
    },
    /// Below one folder, whose folders are those of another.
    Mirrors {
        /// The folder of the tests.
        folder: String,
        /// The folder of the code.
        of: String,
    },
}

impl Form for Layout {
    type Json = LayoutForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        match self {
            Self::Adjacent => LayoutForm::Adjacent,
            Self::Under(folder) => LayoutForm::Under {
                folder: folder.to_string(),
            },
            Self::Mirrors { folder, of } => LayoutForm::Mirrors {
                folder: folder.to_string(),
                of: of.to_string(),
            },
        }
    }
}

/// How long a suite may be expected to take.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Limit", deny_unknown_fields)]
pub struct LimitForm {
    /// How long.
    duration: DurationForm,
    /// Only at this `stage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    stage: Option<&'static str>,
}

impl Form for Limit {
    type Json = LimitForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        LimitForm {
            duration: self.duration.json(names),
            stage: self.at.map(|stage| names.of(stage.id)),
        }
    }
}

/// How an environment is had on a developer's machine.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Local", deny_unknown_fields)]
#[serde(tag = "local", rename_all = "snake_case")]
pub enum LocalForm {
    /// It is that machine.
    Host,
    /// It is not.
    Unavailable {
        /// Why.
        because: String,
    },
}

impl Form for Local {
    type Json = LocalForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        match self {
            Self::Host => LocalForm::Host,
            Self::Unavailable(why) => LocalForm::Unavailable {
                because: why.to_string(),
            },
        }
    }
}

/// A type of test that must exist in a stage.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Requirement", deny_unknown_fields)]
pub struct RequirementForm {
    /// The name of the `type`.
    #[serde(rename = "type")]
    test_type: &'static str,
    /// The name of the `stage`.
    stage: &'static str,
}

impl Form for Requirement {
    type Json = RequirementForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        RequirementForm {
            test_type: names.of(self.test_type.id),
            stage: names.of(self.stage.id),
        }
    }
}

/// One bar of a threshold: the figure on the left side of the operator, the value on its right.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ThresholdCheck", deny_unknown_fields)]
pub struct CheckForm {
    /// What of the measurements is compared.
    statistic: Statistic,
    /// Whether it is compared by how much worse it became, in hundredths, rather than by itself.
    regression: bool,
    /// On which side of the value it must be.
    #[schemars(extend("enum" = ["<", "<=", ">", ">="]))]
    operator: &'static str,
    /// The value.
    value: f64,
    /// The unit of the value; `%` for a regression.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    unit: Option<&'static str>,
    /// What a regression is counted from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BaselineForm")]
    since: Option<BaselineForm>,
}

/// An earlier result.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Baseline")]
#[serde(rename_all = "snake_case")]
pub enum BaselineForm {
    /// That of the previous release.
    PreviousRelease,
    /// The last one of this branch.
    Branch(&'static str),
    /// That of this commit, in some of its digits.
    Commit(&'static str),
}

impl Form for Baseline {
    type Json = BaselineForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        match self {
            Self::PreviousRelease => BaselineForm::PreviousRelease,
            Self::Branch(name) => BaselineForm::Branch(name.as_str()),
            Self::Commit(digits) => BaselineForm::Commit(digits.as_str()),
        }
    }
}

/// A release of the repository.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Origin")]
#[serde(rename_all = "snake_case")]
pub enum OriginForm {
    /// The newest that there is.
    PreviousRelease,
    /// The one of this tag.
    Release(String),
}

impl Form for Origin {
    type Json = OriginForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        match self {
            Self::PreviousRelease => OriginForm::PreviousRelease,
            Self::Release(tag) => OriginForm::Release(tag.to_string()),
        }
    }
}

impl Form for ThresholdCheck {
    type Json = CheckForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        let (value, unit, since) = match &self.bound {
            Bound::Absolute { value, unit, .. } => (*value, unit.map(|u| u.as_str()), None),
            Bound::Relative { percent, baseline } => {
                let since = baseline.as_ref().map(|baseline| baseline.json(names));
                (percent.0, Some("%"), since)
            }
        };
        CheckForm {
            statistic: self.measure.statistic(),
            regression: matches!(self.measure, Measure::Regression(_)),
            operator: self.operator.text(),
            value,
            unit,
            since,
        }
    }
}

/// What the result of a job counts for.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Outcome", deny_unknown_fields)]
pub struct OutcomeForm {
    /// Blocking: a failure blocks what the stage gates. Advisory: the result is shown and decides nothing.
    /// Manual: it runs only when somebody asks for it, and decides nothing.
    #[schemars(extend("enum" = ["blocking", "advisory", "manual"]))]
    counts_as: &'static str,
    /// Why it does not block.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    because: Option<String>,
    /// The name of the `owner` who answers for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    owner: Option<&'static str>,
    /// The last day on which that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DateForm")]
    expires: Option<DateForm>,
}

impl Form for Outcome {
    type Json = OutcomeForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        let why = self.weakening();
        OutcomeForm {
            counts_as: self.word(),
            because: why.map(|why| why.because.to_string()),
            owner: why
                .and_then(|why| why.owner)
                .map(|owner| names.of(owner.id)),
            expires: why
                .and_then(|why| why.expires)
                .map(|date| date.value.json(names)),
        }
    }
}

/// A result beside success that a gate lets pass, and why.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Allowance", deny_unknown_fields)]
pub struct AllowanceForm {
    /// Cancelled: the job was cancelled, or GitHub stopped it after its timeout. No test ran: it ran
    /// none.
    #[schemars(extend("enum" = ["cancelled", "no_test_ran"]))]
    result: &'static str,
    /// Why it passes.
    because: String,
    /// The name of the `owner` who answers for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    owner: Option<&'static str>,
    /// The last day on which that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DateForm")]
    expires: Option<DateForm>,
}

impl Form for Allowance {
    type Json = AllowanceForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        let why = &self.weakening;
        AllowanceForm {
            result: self.result.word(),
            because: why.because.to_string(),
            owner: why.owner.map(|owner| names.of(owner.id)),
            expires: why.expires.map(|date| date.value.json(names)),
        }
    }
}

/// How the result of a command is told, beside its exit code.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Verdict", deny_unknown_fields)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum VerdictForm {
    /// Nothing beside it.
    ExitCode,
    /// These files are as they were committed, and none is new.
    CleanTree {
        /// The files.
        files: Vec<GlobForm>,
    },
}

impl Form for Verdict {
    type Json = VerdictForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        match self {
            Self::ExitCode => VerdictForm::ExitCode,
            Self::CleanTree(globs) => VerdictForm::CleanTree {
                files: globs.json(names),
            },
        }
    }
}

/// What a test that carries a marker asks of its machine.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Capacity", deny_unknown_fields)]
pub struct CapacityForm {
    /// At least so many GPUs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32")]
    gpus: Option<u32>,
    /// At least so many machines.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32")]
    nodes: Option<u32>,
    /// At least so much memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SizeForm")]
    memory: Option<SizeForm>,
}

impl Form for Capacity {
    type Json = CapacityForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        CapacityForm {
            gpus: self.gpus,
            nodes: self.nodes,
            memory: self.memory.map(|memory| memory.json(names)),
        }
    }
}

/// A share of the lines of some files.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CriticalShare", deny_unknown_fields)]
pub struct ShareForm {
    /// The least share.
    share: PercentForm,
    /// Of these files.
    of: Vec<GlobForm>,
}

impl Form for CriticalShare {
    type Json = ShareForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        ShareForm {
            share: self.share.json(names),
            of: self.of.json(names),
        }
    }
}
