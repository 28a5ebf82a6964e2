//! The one way to name jobs: `serve(stage: nightly, environment: cpu_mock, framework: vllm)`.

use rustc_hash::FxHashMap;

use crate::diagnostics::{Diagnostic, codes, suggest};
use crate::jobs::Cell;
use crate::schema::kinds::{Axis, Build, Environment, Kind, Stage, Suite};
use crate::schema::reader::{FieldType, Reader};
use crate::schema::values::{Arch, AxisPoint, Os, Ref, axes};
use crate::schema::{Id, KindId};
use crate::source::Span;
use crate::syntax::ast::{Argument, Value};

/// A set of jobs: those of a suite, of a build or of any suite, where wanted in one stage or
/// environment, on one platform or with one value of an axis only.
#[derive(Debug, Clone, Default)]
pub struct JobPattern {
    /// Whose jobs; without one, those of every suite.
    pub of: Option<Work>,
    /// Only in this stage.
    pub stage: Option<Id<Stage>>,
    /// Only in this environment.
    pub environment: Option<Id<Environment>>,
    /// Only on this operating system.
    pub os: Option<Os>,
    /// Only on this architecture.
    pub arch: Option<Arch>,
    /// Only with these values.
    pub points: Vec<AxisPoint>,
    /// Where it is written.
    pub span: Span,
}

/// The jobs of a build that something needs: `image`, or `image(framework: vllm)` for those with some
/// values of its axes alone.
#[derive(Debug, Clone)]
pub struct BuildRef {
    /// The build.
    pub id: Id<Build>,
    /// The values that are named. They stand before those of whoever needs it.
    pub points: Vec<AxisPoint>,
    /// Where it is written.
    pub span: Span,
}

impl FieldType for BuildRef {
    fn shape() -> String {
        "the name of a `build`, or `build(axis: value)`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let Some((callee, arguments)) = reader.called(value) else {
            return reader.wrong(value, &Self::shape());
        };
        let id = reader.lookup(Build::ID, callee).map(Id::new);
        let mut pattern = JobPattern::default();
        let whole = pattern.arguments(arguments, reader);
        let id = id?;
        whole?;
        let is_of_axes = pattern.stage.is_none()
            && pattern.environment.is_none()
            && pattern.os.is_none()
            && pattern.arch.is_none();
        if !is_of_axes {
            let message = "a build has axes, and neither a stage nor a platform to choose";
            return reader.report(
                Diagnostic::new(codes::WRONG_TYPE, value.span, message)
                    .help("name values of its axes alone"),
            );
        }
        Some(Self {
            id,
            points: pattern.points,
            span: value.span,
        })
    }
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Work {
    /// It runs the tests of a suite.
    Suite(Id<Suite>),
    /// It makes what a build says.
    Build(Id<Build>),
}

impl JobPattern {
    /// The suite it names.
    pub fn suite(&self) -> Option<Id<Suite>> {
        match self.of {
            Some(Work::Suite(suite)) => Some(suite),
            _ => None,
        }
    }

    /// Whether it names the job of a cell.
    pub fn matches(&self, cell: &Cell) -> bool {
        self.of.is_none_or(|of| of == Work::Suite(cell.suite)) && self.matches_place(cell)
    }

    /// Whether it names the job of a cell, whosever it is.
    pub fn matches_place(&self, cell: &Cell) -> bool {
        self.stage.is_none_or(|s| s == cell.stage)
            && self.environment.is_none_or(|e| e == cell.environment)
            && self.os.is_none_or(|os| os == cell.os)
            && self.arch.is_none_or(|arch| arch == cell.arch)
            && self.points.iter().all(|p| cell.points.contains(p))
    }

    /// Whether every job that `other` names is named by this one, as far as the two texts tell.
    pub fn contains(&self, other: &Self) -> bool {
        let covers = |mine: bool, same: bool| !mine || same;
        covers(self.of.is_some(), self.of == other.of)
            && covers(self.stage.is_some(), self.stage == other.stage)
            && covers(
                self.environment.is_some(),
                self.environment == other.environment,
            )
            && covers(self.os.is_some(), self.os == other.os)
            && covers(self.arch.is_some(), self.arch == other.arch)
            && self.points.iter().all(|p| other.points.contains(p))
    }

    /// Whether it looks at the value of an axis.
    pub fn names_axis(&self, axis: Id<Axis>) -> bool {
        self.points.iter().any(|p| p.axis == axis)
    }

    /// Reads what stands in the parentheses: every argument is named.
    pub fn arguments(&mut self, arguments: &[Argument], reader: &mut Reader<'_>) -> Option<()> {
        let mut whole = true;
        for (index, argument) in arguments.iter().enumerate() {
            let Some(name) = argument.name else {
                whole = false;
                reader.diagnostics.push(
                    Diagnostic::new(
                        codes::WRONG_TYPE,
                        argument.value.span,
                        "this does not say of what it is the value",
                    )
                    .help("write `stage: …`, `environment: …`, or the name of an axis"),
                );
                continue;
            };
            let word = reader.text(name).to_owned();
            let twice = arguments[..index]
                .iter()
                .any(|a| a.name.is_some_and(|n| reader.text(n) == word));
            if twice {
                whole = false;
                let message = format!("`{word}` is given twice");
                reader
                    .diagnostics
                    .push(Diagnostic::new(codes::DUPLICATE, name, message));
                continue;
            }
            whole &= self
                .argument(&word, name, &argument.value, reader)
                .is_some();
        }
        whole.then_some(())
    }

    fn argument(
        &mut self,
        word: &str,
        name: Span,
        value: &Value,
        reader: &mut Reader<'_>,
    ) -> Option<()> {
        match word {
            "stage" => self.stage = Some(Ref::read(value, reader)?.id),
            "environment" => self.environment = Some(Ref::read(value, reader)?.id),
            "os" => self.os = Some(Os::read(value, reader)?),
            "arch" => self.arch = Some(Arch::read(value, reader)?),
            _ => {
                let found = reader
                    .scope
                    .find(KindId::Axis, crate::name::Name::new(word))
                    .map(|found| found.index);
                let Some(axis) = found else {
                    let known = ["stage", "environment", "os", "arch"]
                        .into_iter()
                        .chain(reader.scope.names(KindId::Axis));
                    let help = suggest::help(word, "argument", known);
                    let message = format!("there is no argument `{word}`");
                    return reader.report(
                        Diagnostic::new(codes::UNKNOWN_FIELD, name, message).maybe_help(help),
                    );
                };
                self.points.push(AxisPoint {
                    axis: Id::new(axis),
                    value: axes::axis_value(axis, value, reader)?,
                });
            }
        }
        Some(())
    }
}

/// Several patterns, found by what they name: however many there are, those that a cell is compared
/// with are few.
#[derive(Debug)]
pub struct JobPatterns<'p> {
    by_work: FxHashMap<Option<Work>, Vec<&'p JobPattern>>,
}

impl<'p> JobPatterns<'p> {
    /// These patterns.
    pub fn new(patterns: impl IntoIterator<Item = &'p JobPattern>) -> Self {
        let mut by_work: FxHashMap<Option<Work>, Vec<&JobPattern>> = FxHashMap::default();
        for pattern in patterns {
            by_work.entry(pattern.of).or_default().push(pattern);
        }
        Self { by_work }
    }

    /// Whether one of them names the job of a cell.
    pub fn match_any(&self, cell: &Cell) -> bool {
        [None, Some(Work::Suite(cell.suite))]
            .iter()
            .filter_map(|of| self.by_work.get(of))
            .flatten()
            .any(|pattern| pattern.matches_place(cell))
    }
}

impl FieldType for JobPattern {
    fn shape() -> String {
        "jobs: a suite or a build, or `suite(stage: …, environment: …, axis: …)`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let Some((callee, arguments)) = reader.called(value) else {
            return reader.wrong(value, &Self::shape());
        };
        let written = reader.text(callee);
        let name = crate::name::Name::new(written);
        let is_build = written.starts_with("build.")
            || reader.scope.find(KindId::Suite, name).is_none()
                && reader.scope.find(KindId::Build, name).is_some();
        let of = if is_build {
            reader
                .lookup(Build::ID, callee)
                .map(|index| Work::Build(Id::new(index)))
        } else {
            reader
                .lookup(Suite::ID, callee)
                .map(|index| Work::Suite(Id::new(index)))
        };
        let mut pattern = Self {
            of,
            span: value.span,
            ..Self::default()
        };
        let whole = pattern.arguments(arguments, reader);
        pattern.of?;
        whole.map(|()| pattern)
    }
}
