//! Rules: what a stage takes, where tests live, how long they may take, what they must measure.

use super::reference::Ref;
use super::text::Text;
use super::words::Statistic;
use super::{Date, Duration, Percent};
use crate::diagnostics::{Diagnostic, Fix, codes, suggest};
use crate::name::Name;
use crate::schema::kinds::{Stage, TestType};
use crate::schema::reader::{Arguments, FieldType, Reader};
use crate::source::Span;
use crate::syntax::ast::{Operator, Value, ValueKind};

/// The types of test that a stage takes.
#[derive(Debug, Clone, Default)]
pub enum Types {
    /// All of them.
    #[default]
    Any,
    /// These.
    These(Vec<Ref<TestType>>),
}

impl FieldType for Types {
    const MAY_BE_OPEN: bool = true;

    fn shape() -> String {
        "`any`, or a list of types".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if reader.word(value) == Some("any") {
            return Some(Self::Any);
        }
        Vec::read(value, reader).map(Self::These)
    }
}

/// Where the tests of a type live.
#[derive(Debug, Clone)]
pub enum Layout {
    /// `adjacent`: beside the code they test, and so outside the folders of the other types.
    Adjacent,
    /// `under("benchmarks")`: below one folder.
    Under(Text),
    /// `mirrors("tests/integration", of: "lib")`: below one folder, whose folders are those of
    /// another.
    Mirrors {
        /// The folder of the tests.
        folder: Text,
        /// The folder of the code.
        of: Text,
    },
}

impl Layout {
    /// The folder that the tests must be in.
    pub fn folder(&self) -> Option<&Text> {
        match self {
            Self::Adjacent => None,
            Self::Under(folder) | Self::Mirrors { folder, .. } => Some(folder),
        }
    }
}

const LAYOUTS: [&str; 3] = ["adjacent", "under", "mirrors"];

impl FieldType for Layout {
    fn shape() -> String {
        "`adjacent`, `under(\"folder\")` or `mirrors(\"folder\", of: \"folder\")`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let Some((callee, given)) = reader.called(value) else {
            return reader.wrong(value, &Self::shape());
        };
        match reader.text(callee) {
            "adjacent" if given.is_empty() => Some(Self::Adjacent),
            "under" => {
                let mut arguments = Arguments::new(reader, given, &["folder"]);
                let folder = arguments.take("folder");
                complete(value, arguments.whole(), folder.map(Self::Under), reader)
            }
            "mirrors" => {
                let mut arguments = Arguments::new(reader, given, &["folder", "of"]);
                let (folder, of) = (arguments.take("folder"), arguments.take("of"));
                let layout = folder
                    .zip(of)
                    .map(|(folder, of)| Self::Mirrors { folder, of });
                complete(value, arguments.whole(), layout, reader)
            }
            word => {
                let help = suggest::help(word, "layout", LAYOUTS);
                let fix = suggest::certain(word, LAYOUTS).map(|meant| Fix::replace(callee, meant));
                reader.report(
                    Diagnostic::new(codes::WRONG_TYPE, callee, "there is no such layout")
                        .maybe_help(help)
                        .maybe_fix(fix),
                )
            }
        }
    }
}

/// What was read from a call, or the report that something is missing from it.
fn complete<T: FieldType>(
    value: &Value,
    whole: bool,
    read: Option<T>,
    reader: &mut Reader<'_>,
) -> Option<T> {
    if read.is_none() && whole {
        return reader.wrong(value, &T::shape());
    }
    read.filter(|_| whole)
}

/// How long a suite may be expected to take.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// How long.
    pub duration: Duration,
    /// Only at this stage.
    pub at: Option<Ref<Stage>>,
    /// Where it is written.
    pub span: Span,
}

impl FieldType for Limit {
    fn shape() -> String {
        "a duration: `1s per suite`, `5min at pre_merge`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let span = value.span;
        let ValueKind::Binary { operator, operands } = &value.kind else {
            return Duration::read(value, reader).map(|duration| Self {
                duration,
                at: None,
                span,
            });
        };
        let duration = Duration::read(&operands.0, reader);
        match operator {
            Operator::Per if reader.word(&operands.1) == Some("suite") => Some(Self {
                duration: duration?,
                at: None,
                span,
            }),
            Operator::At => {
                let at = Some(Ref::read(&operands.1, reader)?);
                Some(Self {
                    duration: duration?,
                    at,
                    span,
                })
            }
            _ => reader.wrong(value, &Self::shape()),
        }
    }
}

/// How an environment is had on a developer's machine.
#[derive(Debug, Clone)]
pub enum Local {
    /// `host`: it is that machine.
    Host,
    /// `unavailable("why")`
    Unavailable(Text),
}

impl FieldType for Local {
    fn shape() -> String {
        "`host`, or `unavailable(\"why\")`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let Some((callee, given)) = reader.called(value) else {
            return reader.wrong(value, &Self::shape());
        };
        match reader.text(callee) {
            "host" if given.is_empty() => Some(Self::Host),
            "unavailable" => {
                let mut arguments = Arguments::new(reader, given, &["why"]);
                let why = arguments.take("why");
                complete(value, arguments.whole(), why.map(Self::Unavailable), reader)
            }
            _ => reader.wrong(value, &Self::shape()),
        }
    }
}

/// `e2e at pre_merge`: a type of test that must exist in a stage.
#[derive(Debug, Clone, Copy)]
pub struct Requirement {
    /// The type.
    pub test_type: Ref<TestType>,
    /// The stage.
    pub stage: Ref<Stage>,
    /// Where it is written.
    pub span: Span,
}

impl FieldType for Requirement {
    fn shape() -> String {
        "a type at a stage: `e2e at pre_merge`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let ValueKind::Binary {
            operator: Operator::At,
            operands,
        } = &value.kind
        else {
            return reader.wrong(value, &Self::shape());
        };
        let test_type = Ref::read(&operands.0, reader);
        let stage = Ref::read(&operands.1, reader);
        Some(Self {
            test_type: test_type?,
            stage: stage?,
            span: value.span,
        })
    }
}

/// One bar of a threshold.
#[derive(Debug, Clone)]
pub struct ThresholdCheck {
    /// What is measured of the metric.
    pub measure: Measure,
    /// On which side of the bound it must be.
    pub operator: Operator,
    /// The bound.
    pub bound: Bound,
}

/// The left side of a [`ThresholdCheck`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// `p99`: the figure itself.
    Value(Statistic),
    /// `regression(p99)`: how much worse it became, in hundredths.
    Regression(Statistic),
}

impl Measure {
    /// The statistic that is compared.
    pub const fn statistic(self) -> Statistic {
        match self {
            Self::Value(statistic) | Self::Regression(statistic) => statistic,
        }
    }
}

/// The right side of a [`ThresholdCheck`].
#[derive(Debug, Clone)]
pub enum Bound {
    /// `200ms`
    Absolute {
        /// The figure.
        value: f64,
        /// Its unit.
        unit: Option<Name>,
        /// Where the unit stands.
        span: Span,
    },
    /// `5% since release(previous)`; without a baseline where none is named, which is an error.
    Relative {
        /// The share.
        percent: Percent,
        /// What it is compared with.
        baseline: Option<Baseline>,
    },
}

/// An earlier result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Baseline {
    /// `release(previous)`
    PreviousRelease,
    /// `branch(main)`
    Branch(Name),
    /// `commit("0123abc")`, in the digits that are given.
    Commit(Name),
}

impl std::fmt::Display for Baseline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::PreviousRelease => f.write_str("the previous release"),
            Self::Branch(name) => write!(f, "the branch {name}"),
            Self::Commit(digits) => write!(f, "the commit {digits}"),
        }
    }
}

impl FieldType for Baseline {
    fn shape() -> String {
        "`release(previous)`, `branch(main)` or `commit(\"0123abc\")`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if let ValueKind::Call { callee, arguments } = &value.kind
            && let [argument] = arguments.as_slice()
            && argument.name.is_none()
        {
            match (reader.text(*callee), reader.word(&argument.value)) {
                ("release", Some("previous")) => return Some(Self::PreviousRelease),
                ("branch", Some(name)) => return Some(Self::Branch(Name::new(name))),
                ("commit", None) => return commit(&argument.value, reader).map(Self::Commit),
                _ => {}
            }
        }
        reader.wrong(value, &Self::shape())
    }
}

/// The digits of a commit: as many as git asks for at least, and no more than there are.
fn commit(value: &Value, reader: &mut Reader<'_>) -> Option<Name> {
    let text = Text::read(value, reader)?;
    let is_commit = (7..=40).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_commit {
        let message = format!("`{text}` is no commit");
        return reader.report(
            Diagnostic::new(codes::WRONG_TYPE, value.span, message)
                .help("write 7 to 40 digits of its hash, in small letters"),
        );
    }
    Some(Name::new(text.as_str()))
}

impl FieldType for ThresholdCheck {
    fn shape() -> String {
        format!(
            "a comparison, `p99 < 200ms` or `regression(p99) <= 5% since release(previous)`, of {}",
            suggest::either(Statistic::WORDS)
        )
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let ValueKind::Binary { operator, operands } = &value.kind else {
            return reader.wrong(value, &Self::shape());
        };
        if !matches!(
            operator,
            Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual
        ) {
            return reader.wrong(value, &Self::shape());
        }
        let measure = measure(&operands.0, reader);
        let bound = bound(&operands.1, reader);
        Some(Self {
            measure: measure?,
            operator: *operator,
            bound: bound?,
        })
    }
}

fn measure(value: &Value, reader: &mut Reader<'_>) -> Option<Measure> {
    let ValueKind::Call { callee, arguments } = &value.kind else {
        return Statistic::read(value, reader).map(Measure::Value);
    };
    match (reader.text(*callee), arguments.as_slice()) {
        ("regression", [argument]) if argument.name.is_none() => {
            Statistic::read(&argument.value, reader).map(Measure::Regression)
        }
        _ => reader.wrong(value, "a statistic, or `regression(statistic)`"),
    }
}

fn bound(value: &Value, reader: &mut Reader<'_>) -> Option<Bound> {
    match &value.kind {
        ValueKind::Binary {
            operator: Operator::Since,
            operands,
        } => {
            let percent = Percent::read(&operands.0, reader);
            let baseline = Baseline::read(&operands.1, reader);
            Some(Bound::Relative {
                percent: percent?,
                baseline: Some(baseline?),
            })
        }
        ValueKind::Number { number, unit } => {
            if unit.is_some_and(|u| reader.text(u) == "%") {
                let percent = Percent::read(value, reader)?;
                return Some(Bound::Relative {
                    percent,
                    baseline: None,
                });
            }
            let Ok(figure) = reader.text(*number).parse() else {
                return reader.wrong(value, "a figure with its unit");
            };
            Some(Bound::Absolute {
                value: figure,
                unit: unit.map(|u| Name::new(reader.text(u))),
                span: unit.unwrap_or(*number),
            })
        }
        _ => reader.wrong(
            value,
            "a figure with its unit, or a share `since` a baseline",
        ),
    }
}

impl Date {
    /// Whether the day after it has begun.
    pub fn is_before(self, today: Self) -> bool {
        self.0 < today.0
    }
}
