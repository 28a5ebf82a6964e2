//! The form of a workflow file. Field order is the order in the file.

use indexmap::IndexMap;
use serde::Serialize;
use serde_yaml::{Commented, FlowSeq};

/// A workflow.
#[derive(Debug, Serialize)]
pub struct Workflow {
    pub name: String,
    pub on: On,
    /// Nothing by default: each job asks for what it needs.
    pub permissions: IndexMap<String, String>,
    pub concurrency: Concurrency,
    pub defaults: RunDefaults,
    pub jobs: IndexMap<String, JobEntry>,
}

/// What starts a workflow.
#[derive(Debug, Default, Serialize)]
pub struct On {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<Refs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge_group: Option<Refs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push: Option<Refs>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedule: Vec<Schedule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_dispatch: Option<Dispatch>,
}

/// What whoever starts a run by hand is asked for.
#[derive(Debug, Default, Serialize)]
pub struct Dispatch {
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub inputs: IndexMap<String, Choice>,
}

/// A question with a few answers.
#[derive(Debug, Serialize)]
pub struct Choice {
    pub description: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub default: String,
    pub options: Vec<String>,
}

/// The branches and tags to which a trigger is limited.
#[derive(Debug, Default, Serialize)]
pub struct Refs {
    /// What happened to a pull request; the usual without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub types: Option<FlowSeq<Vec<&'static str>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// A moment that comes again.
#[derive(Debug, Serialize)]
pub struct Schedule {
    pub cron: Commented<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

/// Which runs exclude each other.
#[derive(Debug, Serialize)]
pub struct Concurrency {
    pub group: String,
    #[serde(rename = "cancel-in-progress")]
    pub cancel_in_progress: Input,
}

/// What holds for every step of the workflow.
#[derive(Debug, Serialize)]
pub struct RunDefaults {
    pub run: Run,
}

/// How commands are run.
#[derive(Debug, Serialize)]
pub struct Run {
    pub shell: String,
}

/// A job.
#[derive(Debug, Serialize)]
pub struct JobEntry {
    pub name: Commented<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<Vec<String>>,
    #[serde(rename = "if", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    #[serde(rename = "runs-on")]
    pub runs_on: RunsOn,
    /// The deployment environment whose reviewers approve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    #[serde(rename = "timeout-minutes")]
    pub timeout_minutes: u64,
    pub permissions: Permissions,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub outputs: IndexMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub services: IndexMap<String, Service>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub env: IndexMap<String, String>,
    pub steps: Vec<Step>,
}

impl JobEntry {
    /// A job of steps alone, on a machine of the host's.
    pub fn new(name: Commented<String>, timeout_minutes: u64, steps: Vec<Step>) -> Self {
        Self {
            name,
            needs: None,
            condition: None,
            runs_on: RunsOn::Label(super::HOSTED.to_owned()),
            environment: None,
            timeout_minutes,
            permissions: Permissions::default(),
            outputs: IndexMap::new(),
            container: None,
            services: IndexMap::new(),
            env: IndexMap::new(),
            steps,
        }
    }
}

/// What the steps of a job run inside.
#[derive(Debug, Serialize)]
pub struct Container {
    pub image: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Credentials>,
}

/// How the host logs in to the registry of an image.
#[derive(Debug, Serialize)]
pub struct Credentials {
    pub username: String,
    pub password: String,
}

/// The machine a job asks for.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum RunsOn {
    /// One label.
    Label(String),
    /// Several labels, all of them.
    Labels(FlowSeq<Vec<String>>),
    /// A runner group.
    Group {
        group: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        labels: Option<FlowSeq<Vec<String>>>,
    },
}

/// What the token of a job may do.
#[derive(Debug, Serialize)]
pub struct Permissions {
    pub contents: &'static str,
    /// Each with why.
    #[serde(flatten)]
    pub more: IndexMap<&'static str, Commented<&'static str>>,
}

impl Default for Permissions {
    fn default() -> Self {
        Self {
            contents: "read",
            more: IndexMap::new(),
        }
    }
}

/// A container beside a job.
#[derive(Debug, Serialize)]
pub struct Service {
    pub image: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Credentials>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub env: IndexMap<String, String>,
    pub ports: Vec<String>,
    /// Further options of `docker create`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<String>,
}

/// A step of a job.
#[derive(Debug, Default, Serialize)]
pub struct Step {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'static str>,
    #[serde(rename = "if", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<Commented<String>>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub with: IndexMap<&'static str, Input>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub env: IndexMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

/// The value of an action's input.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Input {
    Flag(bool),
    Number(u32),
    Text(String),
}
