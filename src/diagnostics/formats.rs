//! Diagnostics for programs: one line each, JSON, SARIF, and annotations of a pull request.

use std::fmt::Write as _;

use serde::Serialize;

use super::place::{Place, Places};
use super::visible::visible;
use super::{Diagnostic, Fix, Severity, codes};
use crate::source::SourceMap;

/// One line each: `plans/p.dtp:3:5: error[DTP0103]: there is no stage …; did you mean …?`
pub fn short(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let mut places = Places::new(sources);
    let mut out = String::new();
    for diagnostic in diagnostics {
        let begin = out.len();
        if let Some(span) = diagnostic.span {
            let place = places.of(span);
            // Writing to a String cannot fail, here and below.
            let _ = write!(out, "{}:{}:{}: ", place.file, place.line, place.column);
        }
        let severity = diagnostic.severity.word();
        let _ = write!(
            out,
            "{severity}[{}]: {}",
            diagnostic.code.code, diagnostic.message
        );
        if let Some(help) = diagnostic.advice() {
            let _ = write!(out, "; {help}");
        }
        // Whoever counts the lines counts the findings, whatever a plan puts into a message.
        if out[begin..].contains('\n') {
            let line = out.split_off(begin).replace("\r\n", " ").replace('\n', " ");
            out.push_str(&line);
        }
        out.push('\n');
    }
    visible(&out, false).into_owned()
}

/// A stretch of a file, in JSON.
#[derive(Debug, Serialize)]
struct JsonPlace {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

impl From<Place<'_>> for JsonPlace {
    fn from(place: Place<'_>) -> Self {
        Self {
            file: place.file.to_owned(),
            line: place.line,
            column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
        }
    }
}

/// A second place, in JSON.
#[derive(Debug, Serialize)]
struct JsonLabel<'a> {
    #[serde(flatten)]
    place: JsonPlace,
    text: &'a str,
}

/// A diagnostic, in JSON.
#[derive(Debug, Serialize)]
struct JsonDiagnostic<'a> {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    place: Option<JsonPlace>,
    labels: Vec<JsonLabel<'a>>,
    fixes: Vec<JsonFix<'a>>,
}

/// A change that mends it, in JSON.
#[derive(Debug, Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    safe: bool,
    #[serde(flatten)]
    place: JsonPlace,
    replacement: &'a str,
}

/// A list of objects: code, name, severity, message, help, place, labels and fixes. Lines and columns
/// count from one, columns in characters; ends are excluded. A fix that is not `safe` is for a person
/// to decide.
pub fn json(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let mut places = Places::new(sources);
    let list: Vec<JsonDiagnostic<'_>> = diagnostics
        .iter()
        .map(|d| JsonDiagnostic {
            code: d.code.code,
            name: d.code.name,
            severity: d.severity.word(),
            message: &d.message,
            help: d.advice(),
            place: d.span.map(|span| places.of(span).into()),
            labels: d
                .labels
                .iter()
                .map(|(span, text)| JsonLabel {
                    place: places.of(*span).into(),
                    text,
                })
                .collect(),
            fixes: d
                .fixes
                .iter()
                .map(|fix| JsonFix {
                    title: &fix.title,
                    safe: fix.safe,
                    place: places.of(fix.span).into(),
                    replacement: &fix.replacement,
                })
                .collect(),
        })
        .collect();
    pretty(&list)
}

/// Annotations that GitHub shows on a pull request.
pub fn github(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let mut places = Places::new(sources);
    let mut out = String::new();
    for diagnostic in diagnostics {
        let _ = write!(out, "::{} ", diagnostic.severity.word());
        if let Some(span) = diagnostic.span {
            let place = places.of(span);
            let _ = write!(
                out,
                "file={},line={},endLine={},col={},endColumn={},",
                property(place.file),
                place.line,
                place.end_line,
                place.column,
                place.end_column
            );
        }
        let title = format!("{} {}", diagnostic.code.code, diagnostic.code.name);
        let mut message = diagnostic.message.clone();
        if let Some(help) = diagnostic.advice() {
            let _ = write!(message, "\n{help}");
        }
        let _ = writeln!(out, "title={}::{}", property(&title), data(&message));
    }
    out
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// SARIF 2.1.0: what code-scanning services read.
pub fn sarif(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let mut places = Places::new(sources);
    let results = diagnostics
        .iter()
        .map(|d| SarifResult {
            rule_id: d.code.code,
            level: d.severity.word(),
            message: SarifText { text: with_help(d) },
            locations: d
                .span
                .map(|s| location(&places.of(s), None))
                .into_iter()
                .collect(),
            related_locations: d
                .labels
                .iter()
                .map(|(span, text)| location(&places.of(*span), Some(text)))
                .collect(),
            fixes: d
                .fixes
                .iter()
                .map(|fix| sarif_fix(fix, &places.of(fix.span)))
                .collect(),
        })
        .collect();
    let rules = codes::ALL
        .iter()
        .map(|code| SarifRule {
            id: code.code,
            name: code.name,
            short_description: SarifText {
                text: code.summary.to_owned(),
            },
            default_configuration: SarifConfiguration {
                level: code.class.severity().word(),
            },
        })
        .collect();
    let driver = SarifDriver {
        name: "dtpc",
        version: env!("CARGO_PKG_VERSION"),
        rules,
    };
    pretty(&Sarif {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [SarifRun {
            tool: SarifTool { driver },
            column_kind: "unicodeCodePoints",
            results,
        }],
    })
}

fn with_help(diagnostic: &Diagnostic) -> String {
    match diagnostic.advice() {
        Some(help) => format!("{}; {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

fn sarif_fix(fix: &Fix, place: &Place<'_>) -> SarifFix {
    SarifFix {
        description: SarifText {
            text: fix.title.clone(),
        },
        artifact_changes: [SarifChange {
            artifact_location: SarifArtifact {
                uri: place.file.to_owned(),
            },
            replacements: [SarifReplacement {
                deleted_region: region(place),
                inserted_content: SarifText {
                    text: fix.replacement.clone(),
                },
            }],
        }],
    }
}

fn region(place: &Place<'_>) -> SarifRegion {
    SarifRegion {
        start_line: place.line,
        start_column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
    }
}

fn location(place: &Place<'_>, text: Option<&str>) -> SarifLocation {
    SarifLocation {
        physical_location: SarifPhysical {
            artifact_location: SarifArtifact {
                uri: place.file.to_owned(),
            },
            region: region(place),
        },
        message: text.map(|text| SarifText {
            text: text.to_owned(),
        }),
    }
}

fn pretty<T: Serialize>(value: &T) -> String {
    // Strings and numbers alone: nothing here that JSON cannot hold.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

impl Severity {
    /// As programs call it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

#[derive(Debug, Serialize)]
struct Sarif {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [SarifRun; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun {
    tool: SarifTool,
    column_kind: &'static str,
    results: Vec<SarifResult>,
}

#[derive(Debug, Serialize)]
struct SarifTool {
    driver: SarifDriver,
}

#[derive(Debug, Serialize)]
struct SarifDriver {
    name: &'static str,
    version: &'static str,
    rules: Vec<SarifRule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRule {
    id: &'static str,
    name: &'static str,
    short_description: SarifText,
    default_configuration: SarifConfiguration,
}

#[derive(Debug, Serialize)]
struct SarifConfiguration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    level: &'static str,
    message: SarifText,
    locations: Vec<SarifLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<SarifLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<SarifFix>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifFix {
    description: SarifText,
    artifact_changes: [SarifChange; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifChange {
    artifact_location: SarifArtifact,
    replacements: [SarifReplacement; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifReplacement {
    deleted_region: SarifRegion,
    inserted_content: SarifText,
}

#[derive(Debug, Serialize)]
struct SarifText {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation {
    physical_location: SarifPhysical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<SarifText>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifPhysical {
    artifact_location: SarifArtifact,
    region: SarifRegion,
}

#[derive(Debug, Serialize)]
struct SarifArtifact {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRegion {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}
