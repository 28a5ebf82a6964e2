//! The last stage: from jobs to files.
//!
//! A target is one folder with one [`Target`]; [`REGISTRY`] lists them. A target returns
//! [`Output`]s and writes nothing: `generate` and `generate --check` both take them from
//! [`render`], so they cannot disagree.

pub mod banner;
pub(crate) mod ci;
pub(crate) mod github_actions;
pub(crate) mod gitlab_ci;
pub mod json;
mod markdown;
pub(crate) mod nextest;
mod partial;
pub(crate) use markdown::diagram::quoted as quoted_for_mermaid;
mod pre_commit;
pub(crate) mod pytest;
mod templates;
mod yaml;

use std::fmt;

use crate::jobs::Jobs;
use crate::schema::Plan;
use crate::timings::Timings;

/// Something that a plan is compiled to.
pub trait Target: Sync {
    /// The word that chooses it: `--target pytest`.
    fn name(&self) -> &'static str;

    /// What it writes, in one line for `--help`.
    fn about(&self) -> &'static str;

    /// The files it makes of these jobs.
    ///
    /// # Errors
    /// [`RenderError`] when something cannot be written in the target's format.
    fn render(&self, jobs: &Jobs<'_>) -> Result<Vec<Output>, RenderError>;

    /// Whether it is written where nobody names it.
    fn is_wanted(&self, plan: &Plan) -> bool {
        let _ = plan;
        true
    }

    /// The folders in which it owns every file that dtpc wrote for a plan: one that the plan no
    /// longer brings forth is taken away.
    fn owned_folders(&self) -> &'static [&'static str] {
        &[]
    }

    /// The files, below the root, that it owns where dtpc wrote them for a plan: one that the plan no
    /// longer brings forth is taken away.
    fn owned_files(&self) -> &'static [&'static str] {
        &[]
    }
}

/// Every target.
pub static REGISTRY: &[&dyn Target] = &[
    &github_actions::GitHubActions,
    &gitlab_ci::GitLabCi,
    &pytest::Pytest,
    &nextest::Nextest,
    &pre_commit::PreCommit,
    &markdown::Markdown,
    &json::Json,
];

/// The target with this name.
pub fn find(name: &str) -> Option<&'static dyn Target> {
    REGISTRY.iter().copied().find(|t| t.name() == name)
}

/// A file to be written.
pub struct Output {
    /// Where, relative to the output folder, with `/` between folders.
    pub path: String,
    /// What.
    pub content: Content,
}

/// What a file is to hold.
pub enum Content {
    /// The whole file, with its [`banner`].
    Whole(String),
    /// A file that people write too: given what it holds now, what it is to hold.
    Shared(Box<Edit>),
}

/// From the present text of a file to the wanted one.
pub type Edit = dyn Fn(Option<&str>) -> Result<Edited, RenderError> + Send + Sync;

/// A file that people write too, after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The wanted text.
    pub text: String,
    /// What of people's own writing it no longer holds, in words, if anything.
    pub loses: Option<String>,
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

/// Something cannot be written in a target's format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderError {
    /// Why, for a person.
    pub message: String,
}

impl RenderError {
    /// With these words.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RenderError {}

/// The outputs of some targets, each target on its own thread, in the order of the registry.
///
/// # Errors
/// The first [`RenderError`], in that order.
pub fn render(
    targets: &[&'static dyn Target],
    jobs: &Jobs<'_>,
) -> Result<Vec<Output>, RenderError> {
    render_measured(targets, jobs, &Timings::off())
}

/// The same as [`render`], with what each target takes. They run beside each other.
///
/// # Errors
/// The first [`RenderError`], in that order.
pub fn render_measured(
    targets: &[&'static dyn Target],
    jobs: &Jobs<'_>,
    timings: &Timings,
) -> Result<Vec<Output>, RenderError> {
    let rendered: Vec<Result<Vec<Output>, RenderError>> = std::thread::scope(|scope| {
        let running: Vec<_> = targets
            .iter()
            .map(|target| {
                let path = ["targets", target.name()];
                scope.spawn(move || timings.of(&path, || target.render(jobs)))
            })
            .collect();
        running
            .into_iter()
            .map(|handle| match handle.join() {
                Ok(rendered) => rendered,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    });
    let mut outputs = Vec::new();
    for of_target in rendered {
        outputs.extend(of_target?);
    }
    Ok(outputs)
}
