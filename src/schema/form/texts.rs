//! Strings, commands and names.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Form, Names};
use crate::schema::kinds::{Build, Kind};
use crate::schema::values::{
    Access, Action, Address, AnyRef, AnyValue, BranchPattern, CachePath, Command, CommandFormula,
    Filled, Formula, Glob, Image, Line, MarkerNames, MarkerRef, Need, PathPattern, Permissions,
    Piece, Ref, Scope, TestId, Text, Variables,
};

macro_rules! as_string {
    ($($Type:ty: $text:expr;)*) => {$(
        impl Form for $Type {
            type Json = String;

            fn json(&self, _: &Names<'_>) -> Self::Json {
                let text: fn(&$Type) -> String = $text;
                text(self)
            }
        }
    )*};
}

as_string! {
    Text: |text| text.to_string();
    Line: |line| line.to_string();
    Filled: |text| text.to_string();
    Image: |image| image.reference.to_string();
    CachePath: |path| path.0.to_string();
    TestId: |id| id.text.to_string();
}

/// A pattern of paths, relative to the root of the repository: `*` and `?` stay within a folder, `**`
/// crosses folders, `[…]` and `{a,b}` choose. With `!` before it, in a list of which the last one that
/// matches decides, it takes files out.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Glob", example = GlobForm("lib/**/*.rs".to_owned()))]
pub struct GlobForm(#[schemars(length(min = 1))] String);

impl Form for Glob {
    type Json = GlobForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        GlobForm(self.as_str().to_owned())
    }
}

impl Form for PathPattern {
    type Json = GlobForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        let sign = if self.negated { "!" } else { "" };
        GlobForm(format!("{sign}{}", self.glob.as_str()))
    }
}

/// A regular expression that the whole of a text matches.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RegularExpression", example = PatternForm("pull-request/[0-9]+".to_owned()))]
pub struct PatternForm(String);

impl Form for BranchPattern {
    type Json = PatternForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        PatternForm(self.text.to_string())
    }
}

/// The words of a command: a program and its arguments, none of them for a shell to expand.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(
    rename = "Command",
    example = CommandForm(vec!["cargo".to_owned(), "fmt".to_owned()])
)]
pub struct CommandForm(#[schemars(length(min = 1))] Vec<String>);

impl Form for Command {
    type Json = CommandForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        CommandForm(self.words.clone())
    }
}

impl Form for CommandFormula {
    type Json = CommandForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        CommandForm(self.words.iter().map(|word| formula(word, names)).collect())
    }
}

/// A text with places that each job fills in: `{commit}`, `{arch}`, `{os}`, `{shard}`, `{AXIS}`,
/// `{variable.NAME}`. A brace that is meant as such is written twice.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Formula", example = FormulaForm("app:{commit}-{cuda}".to_owned()))]
pub struct FormulaForm(String);

impl Form for Formula {
    type Json = FormulaForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        FormulaForm(formula(self, names))
    }
}

impl Form for Address {
    type Json = FormulaForm;

    fn is_said(&self) -> bool {
        !self.0.pieces.is_empty()
    }

    fn json(&self, names: &Names<'_>) -> Self::Json {
        self.0.json(names)
    }
}

impl Form for Permissions {
    type Json = IndexMap<Scope, Access>;

    fn is_said(&self) -> bool {
        !self.entries.is_empty()
    }

    fn json(&self, _: &Names<'_>) -> Self::Json {
        self.entries.iter().copied().collect()
    }
}

fn formula(formula: &Formula, names: &Names<'_>) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.replace('{', "{{").replace('}', "}}"),
        Piece::Commit => "{commit}".to_owned(),
        Piece::Arch => "{arch}".to_owned(),
        Piece::Os => "{os}".to_owned(),
        Piece::Shard => "{shard}".to_owned(),
        Piece::Axis(axis) => format!("{{{}}}", names.of(*axis)),
        Piece::Variable(variable) => format!("{{variable.{}}}", names.of(*variable)),
    };
    formula.pieces.iter().map(piece).collect()
}

impl Form for Variables {
    type Json = IndexMap<&'static str, String>;

    fn is_said(&self) -> bool {
        !self.entries.is_empty()
    }

    fn json(&self, _: &Names<'_>) -> Self::Json {
        let entries = self.entries.iter();
        entries
            .map(|(name, value)| (name.as_str(), value.to_string()))
            .collect()
    }
}

/// The value of a constant, as it is written in the plan: what it is depends on where it is used.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Source", example = SourceForm("[\"lib/**\"]".to_owned()))]
pub struct SourceForm(String);

impl Form for AnyValue {
    type Json = SourceForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        SourceForm(names.sources.text(self.span).to_owned())
    }
}

/// An action of GitHub's, with what it is told.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Action", deny_unknown_fields)]
pub struct ActionForm {
    /// `owner/name@commit`
    uses: String,
    /// Its inputs.
    with: IndexMap<&'static str, String>,
}

impl Form for Action {
    type Json = ActionForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        let with = self.with.iter();
        ActionForm {
            uses: self.uses.to_string(),
            with: with
                .map(|(name, value)| (name.as_str(), value.to_string()))
                .collect(),
        }
    }
}

impl<T: Kind> Form for Ref<T> {
    type Json = &'static str;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        names.of(self.id)
    }
}

/// The name of a declaration, with its kind.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(
    deny_unknown_fields,
    example = DeclarationName { kind: "service", name: "nats" }
)]
pub struct DeclarationName {
    /// The word that it is declared with.
    pub kind: &'static str,
    /// Its name.
    pub name: &'static str,
}

impl Form for AnyRef {
    type Json = DeclarationName;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        DeclarationName {
            kind: self.kind.schema().name,
            name: names.plan.head(self.kind, self.index).name(),
        }
    }
}

/// What is needed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Need", deny_unknown_fields)]
pub struct NeedForm {
    /// `service`, `build` or `artifact`.
    kind: &'static str,
    /// Its name.
    name: &'static str,
    /// The values of a build's axes that are named.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    axes: IndexMap<&'static str, &'static str>,
}

impl NeedForm {
    fn of<T: Kind>(reference: Ref<T>, names: &Names<'_>) -> Self {
        Self {
            kind: T::ID.schema().name,
            name: names.of(reference.id),
            axes: IndexMap::new(),
        }
    }
}

impl Form for Need {
    type Json = NeedForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        match self {
            Self::Service(service) => NeedForm::of(*service, names),
            Self::Build(build) => NeedForm {
                kind: Build::ID.schema().name,
                name: names.of(build.id),
                axes: super::jobs::axes(&build.points, names),
            },
            Self::Artifact(artifact) => NeedForm::of(*artifact, names),
        }
    }
}

impl Form for MarkerRef {
    type Json = &'static str;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        names.plan.markers.name(self.id).as_str()
    }
}

impl Form for MarkerNames {
    type Json = Vec<&'static str>;

    fn is_said(&self) -> bool {
        !self.markers.is_empty()
    }

    fn json(&self, names: &Names<'_>) -> Self::Json {
        self.markers.json(names)
    }
}
