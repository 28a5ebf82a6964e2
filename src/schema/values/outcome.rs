//! What the result of a job counts for, and how it is told.

use super::{BuildRef, Count, Date, Filled, Glob, Gpus, Ref, Size, Spanned, Text};
use crate::diagnostics::{Diagnostic, codes};
use crate::schema::kinds::Owner;
use crate::schema::reader::{Arguments, FieldType, Reader};
use crate::source::Span;
use crate::syntax::ast::{Value, ValueKind};

/// What the result of a job counts for.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// `blocking`: a failure blocks what its stage gates.
    Blocking,
    /// `advisory(because: …)`: the result is shown and decides nothing.
    Advisory(Weakening),
    /// `manual(because: …)`: it runs only when somebody asks for it, and decides nothing.
    Manual(Weakening),
}

/// Why a result decides less than it would, who answers for it, and until when.
#[derive(Debug, Clone)]
pub struct Weakening {
    /// The reason.
    pub because: Filled,
    /// Who answers for it.
    pub owner: Option<Ref<Owner>>,
    /// The last day on which it holds.
    pub expires: Option<Spanned<Date>>,
    /// Where it is written.
    pub span: Span,
}

impl Weakening {
    /// Reads the arguments of the call that makes it.
    fn read(
        span: Span,
        given: &[crate::syntax::ast::Argument],
        word: &str,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let mut arguments = Arguments::new(reader, given, &["because", "owner", "expires"]);
        let because = arguments.take("because");
        let owner = arguments.take("owner");
        let expires = arguments.take("expires");
        if !arguments.whole() {
            return None;
        }
        let Some(because) = because else {
            let message = format!("`{word}` does not say why");
            return reader.report(Diagnostic::new(codes::MISSING_FIELD, span, message).help(
                format!("write `{word}(because: \"the reason\", owner: …, expires: 2027-01-01)`"),
            ));
        };
        Some(Self {
            because,
            owner,
            expires,
            span,
        })
    }
}

impl Outcome {
    /// The weakening, if it is one.
    pub const fn weakening(&self) -> Option<&Weakening> {
        match self {
            Self::Blocking => None,
            Self::Advisory(weakening) | Self::Manual(weakening) => Some(weakening),
        }
    }

    /// The word it is written with.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::Advisory(_) => "advisory",
            Self::Manual(_) => "manual",
        }
    }
}

impl FieldType for Outcome {
    fn shape() -> String {
        "`blocking`, or `advisory(because: \"…\", owner: …, expires: 2027-01-01)`, or `manual(…)` \
         with the same"
            .to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let Some((callee, given)) = reader.called(value) else {
            return reader.wrong(value, &Self::shape());
        };
        let word = reader.text(callee).to_owned();
        match word.as_str() {
            "blocking" if given.is_empty() => return Some(Self::Blocking),
            "advisory" | "manual" => {}
            _ => return reader.wrong(value, &Self::shape()),
        }
        let weakening = Weakening::read(value.span, given, &word, reader)?;
        Some(match word.as_str() {
            "advisory" => Self::Advisory(weakening),
            _ => Self::Manual(weakening),
        })
    }
}

/// How the result of a command is told, beside its exit code.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// `exit_code`: nothing beside it.
    ExitCode,
    /// `clean_tree(["go/**"])`: these files are as they were committed, and none is new.
    CleanTree(Vec<Glob>),
}

impl FieldType for Verdict {
    fn shape() -> String {
        "`exit_code`, or `clean_tree([\"glob\"])`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let Some((callee, given)) = reader.called(value) else {
            return reader.wrong(value, &Self::shape());
        };
        match (reader.text(callee), given) {
            ("exit_code", []) => Some(Self::ExitCode),
            ("clean_tree", [argument]) if argument.name.is_none() => {
                Vec::read(&argument.value, reader).map(Self::CleanTree)
            }
            _ => reader.wrong(value, &Self::shape()),
        }
    }
}

/// A test as its tool names it: `tests/test_api.py::TestApi::test_get[json]`.
#[derive(Debug, Clone, Default)]
pub struct TestId {
    /// The whole id.
    pub text: Text,
}

impl TestId {
    /// The id that a text is.
    pub fn of(text: &str) -> Self {
        Self {
            text: Text::of(text),
        }
    }

    /// The file it is in, for ids that begin with one.
    pub fn file(&self) -> Option<&str> {
        self.text.split_once("::").map(|(file, _)| file)
    }
}

impl FieldType for TestId {
    fn shape() -> String {
        "the id of a test as a string: `\"tests/test_api.py::test_get\"`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        const EXPECTED: &str = "the id of a test: \"tests/test_api.py::test_get\"";
        let text = Text::read(value, reader)?;
        let parts: Vec<&str> = text.split("::").collect();
        let whole = parts.len() >= 2
            && parts.iter().all(|p| !p.trim().is_empty())
            && !text.starts_with('/')
            && !text.contains(['\n', '\\']);
        if whole {
            Some(Self { text })
        } else {
            reader.wrong(value, EXPECTED)
        }
    }
}

/// What a job runs inside.
#[derive(Debug, Clone)]
pub enum Container {
    /// `build.runtime_image`: the image that a build makes.
    Build(BuildRef),
    /// An image by name, with places to fill in.
    Image(super::Formula),
}

impl FieldType for Container {
    const MAY_BE_OPEN: bool = true;

    fn shape() -> String {
        "the name of a `build`, where wanted with values of its axes: `image(framework: vllm)`; or an image as a string".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        match value.kind {
            ValueKind::Text => {
                let image = super::Formula::read(value, reader)?;
                if image.names_an_image() {
                    return Some(Self::Image(image));
                }
                reader.wrong(
                    value,
                    "an image such as \"python:3.12@sha256:…\", with 64 digits",
                )
            }
            ValueKind::Name | ValueKind::Call { .. } => {
                BuildRef::read(value, reader).map(Self::Build)
            }
            _ => reader.wrong(value, &Self::shape()),
        }
    }
}

/// What a suite or a build needs before it can begin.
#[derive(Debug, Clone)]
pub enum Need {
    /// A service that is started beside it.
    Service(Ref<crate::schema::kinds::Service>),
    /// A build that is done before it.
    Build(BuildRef),
    /// Files that another job made.
    Artifact(Ref<crate::schema::kinds::Artifact>),
}

impl FieldType for Need {
    fn shape() -> String {
        "the name of a `service`, a `build` or an `artifact`; of a build, where wanted, with values of \
         its axes: `image(framework: vllm)`"
            .to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        use crate::schema::KindId::{Artifact, Build, Service};
        let Some((callee, arguments)) = reader.called(value) else {
            return reader.wrong(value, &Self::shape());
        };
        let written = reader.text(callee).to_owned();
        let kind = match written.split_once('.') {
            Some(("build", _)) => Build,
            Some(("artifact", _)) => Artifact,
            Some(_) => Service,
            None => {
                let name = crate::name::Name::new(&written);
                let found: Vec<_> = [Service, Build, Artifact]
                    .into_iter()
                    .filter(|kind| reader.scope.find(*kind, name).is_some())
                    .collect();
                match found.as_slice() {
                    [] => Service,
                    [one] => *one,
                    several => {
                        let words: Vec<String> = several
                            .iter()
                            .map(|k| format!("{}.{written}", k.schema().name))
                            .collect();
                        let words: Vec<&str> = words.iter().map(String::as_str).collect();
                        let message = format!("`{written}` could be several things");
                        let help =
                            format!("say which: {}", crate::diagnostics::suggest::either(&words));
                        return reader.report(
                            Diagnostic::new(codes::AMBIGUOUS_NAME, value.span, message).help(help),
                        );
                    }
                }
            }
        };
        match kind {
            Build => BuildRef::read(value, reader).map(Self::Build),
            _ if !arguments.is_empty() => reader.wrong(value, &Self::shape()),
            Artifact => Ref::read(value, reader).map(Self::Artifact),
            _ => Ref::read(value, reader).map(Self::Service),
        }
    }
}

/// What a test that carries a marker asks of its machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Capacity {
    /// At least so many GPUs.
    pub gpus: Option<u32>,
    /// At least so many machines.
    pub nodes: Option<u32>,
    /// At least so much memory.
    pub memory: Option<Size>,
}

impl FieldType for Capacity {
    fn shape() -> String {
        "a record of `gpus`, `nodes` and `memory`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let ValueKind::Record(fields) = &value.kind else {
            return reader.wrong(value, "a record such as { gpus: 4, memory: 24GiB per gpu }");
        };
        let mut capacity = Self::default();
        for field in fields {
            match reader.text(field.name) {
                "gpus" => capacity.gpus = Some(Gpus::read(&field.value, reader)?.0),
                "nodes" => capacity.nodes = Some(Count::read(&field.value, reader)?.0),
                "memory" => capacity.memory = Some(Size::read(&field.value, reader)?),
                word => {
                    let help = crate::diagnostics::suggest::help(
                        word,
                        "field",
                        ["gpus", "nodes", "memory"],
                    );
                    let message = format!("a machine has no `{word}` that tests can ask for");
                    return reader.report(
                        Diagnostic::new(codes::UNKNOWN_FIELD, field.name, message).maybe_help(help),
                    );
                }
            }
        }
        Some(capacity)
    }
}

/// The runner of each platform: `{ amd64: hosted_x86, arm64: hosted_arm }`.
#[derive(Debug, Clone, Default)]
pub struct RunnerByPlatform {
    /// The word of a platform, and its runner.
    pub entries: Vec<(super::PlatformWord, Ref<crate::schema::kinds::Runner>)>,
}

impl FieldType for RunnerByPlatform {
    const MAY_BE_OPEN: bool = true;

    fn shape() -> String {
        "a record: for an architecture or an operating system, the name of a `runner`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let ValueKind::Record(fields) = &value.kind else {
            return reader.wrong(
                value,
                "a record such as { amd64: hosted, arm64: hosted_arm }",
            );
        };
        let mut entries = Vec::new();
        for field in fields {
            let word = reader.text(field.name);
            let Some(platform) = super::PlatformWord::from_word(word) else {
                let help = crate::diagnostics::suggest::help(
                    word,
                    "platform",
                    super::PlatformWord::WORDS.iter().copied(),
                );
                let message = format!("`{word}` is no platform");
                return reader.report(
                    Diagnostic::new(codes::UNKNOWN_FIELD, field.name, message).maybe_help(help),
                );
            };
            entries.push((platform, Ref::read(&field.value, reader)?));
        }
        Some(Self { entries })
    }
}

/// A result beside success that a gate lets pass, and why.
#[derive(Debug, Clone)]
pub struct Allowance {
    /// Which result.
    pub result: AllowedResult,
    /// Why, whose, until when.
    pub weakening: Weakening,
}

/// A result that a gate can be told to let pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowedResult {
    /// The job was cancelled, or took longer than it may, which GitHub calls so too.
    Cancelled,
    /// It ran no test.
    NoTestRan,
}

impl AllowedResult {
    /// The word it is written with.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::NoTestRan => "no_test_ran",
        }
    }
}

impl FieldType for Allowance {
    fn shape() -> String {
        "`cancelled(because: \"…\", owner: …, expires: 2027-01-01)`, or `no_test_ran(…)` with the same"
            .to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let ValueKind::Call { callee, arguments } = &value.kind else {
            return reader.wrong(value, &Self::shape());
        };
        let result = match reader.text(*callee) {
            "cancelled" => AllowedResult::Cancelled,
            "no_test_ran" => AllowedResult::NoTestRan,
            _ => return reader.wrong(value, &Self::shape()),
        };
        let weakening = Weakening::read(value.span, arguments, result.word(), reader)?;
        Some(Self { result, weakening })
    }
}

/// A share of the lines of some files: `90% of ["lib/runtime/**"]`.
#[derive(Debug, Clone)]
pub struct CriticalShare {
    /// The least share.
    pub share: super::Percent,
    /// Of these files.
    pub of: Vec<Glob>,
}

impl FieldType for CriticalShare {
    fn shape() -> String {
        "a share of files: `90% of [\"lib/runtime/**\"]`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let ValueKind::Binary { operator, operands } = &value.kind else {
            return reader.wrong(value, &Self::shape());
        };
        if *operator != crate::syntax::ast::Operator::Of {
            return reader.wrong(value, &Self::shape());
        }
        let share = super::Percent::read(&operands.0, reader);
        let of = Vec::read(&operands.1, reader);
        Some(Self {
            share: share?,
            of: of?,
        })
    }
}

/// Any value: what a constant stands for is read where it is used.
#[derive(Debug, Clone, Default)]
pub struct AnyValue {
    /// Where it is written.
    pub span: Span,
}

impl FieldType for AnyValue {
    fn shape() -> String {
        "any value".to_owned()
    }

    fn read(value: &Value, _: &mut Reader<'_>) -> Option<Self> {
        Some(Self { span: value.span })
    }
}

/// An action of GitHub's, with what it is told.
#[derive(Debug, Clone, Default)]
pub struct Action {
    /// `owner/name@commit`
    pub uses: Text,
    /// Its inputs.
    pub with: Vec<(crate::name::Name, Text)>,
}

impl Action {
    /// What it is called, and what stands behind the `@`.
    pub fn name_and_version(&self) -> (&str, &str) {
        self.uses.split_once('@').unwrap_or((&self.uses, ""))
    }

    /// Whether it is named by the hash of a commit.
    pub fn is_pinned(&self) -> bool {
        self.uses.split_once('@').is_some_and(|(_, commit)| {
            commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit())
        })
    }
}

impl FieldType for Action {
    fn shape() -> String {
        "an action: `\"owner/name@commit\"`, or a record of `uses` and `with`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let mut action = Self::default();
        match &value.kind {
            ValueKind::Text => action.uses = Text::read(value, reader)?,
            ValueKind::Record(fields) => {
                for field in fields {
                    match (reader.text(field.name), &field.value.kind) {
                        ("uses", _) => action.uses = Text::read(&field.value, reader)?,
                        ("with", ValueKind::Record(inputs)) => {
                            for input in inputs {
                                let name = reader.text(input.name).trim_matches('"');
                                let name = crate::name::Name::new(name);
                                action.with.push((name, Text::read(&input.value, reader)?));
                            }
                        }
                        _ => return reader.wrong(&field.value, &Self::shape()),
                    }
                }
            }
            _ => return reader.wrong(value, &Self::shape()),
        }
        let (repository, _) = action.uses.split_once('@').unwrap_or(("", ""));
        let named = repository.split('/').count() >= 2
            && action
                .uses
                .bytes()
                .all(|b| b.is_ascii_graphic() && b != b'$');
        if named {
            Some(action)
        } else {
            reader.wrong(value, "an action: \"owner/name@commit\"")
        }
    }
}
