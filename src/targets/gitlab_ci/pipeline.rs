//! The form of the files of GitLab CI. Field order is the order in the file.

use indexmap::IndexMap;
use serde::Serialize;
use serde_yaml::{Commented, FlowSeq};

/// The file that GitLab reads first.
#[derive(Debug, Serialize)]
pub struct Root {
    /// The stages of the plan, each a stage of a pipeline: an order for readers, since every job
    /// says what it waits for.
    pub stages: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Workflow>,
    /// What whoever starts a pipeline is asked for.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub variables: IndexMap<String, Question>,
    pub include: Vec<Include>,
}

/// What holds for a pipeline as a whole.
#[derive(Debug, Serialize)]
pub struct Workflow {
    pub auto_cancel: AutoCancel,
}

/// When a pipeline is stopped by itself.
#[derive(Debug, Serialize)]
pub struct AutoCancel {
    pub on_new_commit: &'static str,
}

/// A question with a few answers.
#[derive(Debug, Serialize)]
pub struct Question {
    pub description: String,
    pub value: String,
    pub options: Vec<String>,
    /// Whether `$NAME` in an answer stands for a variable.
    pub expand: bool,
}

/// Another file of the repository.
#[derive(Debug, Serialize)]
pub struct Include {
    pub local: String,
}

/// A job, or what several have in common.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct JobEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extends: Option<Commented<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<FlowSeq<Vec<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// The deployment environment that keeps its secrets, or whose approvers it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub variables: IndexMap<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel: Option<Parallel>,
    /// What it waits for; without it, all stages before its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<Vec<Need>>,
    /// The jobs whose artifacts it gets, where it waits for a stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow_failure: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub script: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub after_script: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifacts: Option<Artifacts>,
}

/// When a job is in a pipeline. The first rule that matches decides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rule {
    #[serde(rename = "if", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_failure: Option<bool>,
    /// Whether a newer commit stops it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interruptible: Option<bool>,
}

/// A container beside a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Service {
    pub name: String,
    pub alias: String,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub variables: IndexMap<String, String>,
}

/// A deployment environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Environment {
    pub name: String,
    /// `access` for a job that deploys nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<&'static str>,
}

/// The value of a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// One in which GitLab finds nothing to expand.
    Plain(String),
    /// One in which it must not.
    Raw { value: String, expand: bool },
}

/// A job that runs once for each value of a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parallel {
    pub matrix: Vec<IndexMap<&'static str, Vec<String>>>,
}

/// A job that is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Need {
    pub job: String,
    /// Whether it hands its artifacts over.
    pub artifacts: bool,
    /// Which of its cells, where it has several and not all are meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel: Option<Parallel>,
}

/// What is kept of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Artifacts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expose_as: Option<String>,
    pub when: &'static str,
    pub expire_in: String,
    pub paths: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reports: Option<Reports>,
}

/// What GitLab reads of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reports {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub junit: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage_report: Option<CoverageReport>,
}

/// A report of coverage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoverageReport {
    pub coverage_format: &'static str,
    pub path: String,
}
