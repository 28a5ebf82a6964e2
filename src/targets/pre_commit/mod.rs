//! The configuration of the pre-commit framework.

use serde::Serialize;

use super::banner::{self, Comment};
use super::{Content, Output, RenderError, Target, yaml};
use crate::glob;
use crate::jobs::{Jobs, command};
use crate::schema::kinds::Hook;
use crate::schema::values::{GitStage, Glob};
use crate::schema::{Id, Plan};

/// `--target pre-commit`
pub struct PreCommit;

impl Target for PreCommit {
    fn name(&self) -> &'static str {
        "pre-commit"
    }

    fn about(&self) -> &'static str {
        "the hooks, with the audited exceptions: .pre-commit-config.yaml"
    }

    fn render(&self, jobs: &Jobs<'_>) -> Result<Vec<Output>, RenderError> {
        let config = Config::of(jobs.plan);
        // Hooks that wait for an answer are none yet.
        if config.repos.is_empty() {
            return Ok(Vec::new());
        }
        let body = yaml::text(&config)?;
        let text = banner::sign(jobs, Comment::Hash, &body);
        Ok(vec![Output {
            path: ".pre-commit-config.yaml".to_owned(),
            content: Content::Whole(text),
        }])
    }
}

/// `.pre-commit-config.yaml`
#[derive(Debug, Serialize)]
struct Config {
    default_install_hook_types: Vec<&'static str>,
    repos: Vec<Repo>,
}

/// One entry of `repos`. The names are the framework's.
#[expect(
    clippy::struct_field_names,
    reason = "the names are given by the file format"
)]
#[derive(Debug, Serialize)]
struct Repo {
    repo: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rev: Option<String>,
    hooks: Vec<HookEntry>,
}

/// One entry of `hooks`.
#[derive(Debug, Serialize)]
struct HookEntry {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    args: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    types_or: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exclude: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pass_filenames: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    additional_dependencies: Vec<String>,
    stages: Vec<&'static str>,
}

impl Config {
    fn of(plan: &Plan) -> Self {
        let mut repos: Vec<Repo> = Vec::new();
        let mut git_stages: Vec<GitStage> = Vec::new();
        for (id, hook) in plan.hooks.iter() {
            // What nobody knows yet cannot be run; it stands among the document's open questions.
            if hook.head.open("entry").is_some() || hook.head.open("rev").is_some() {
                continue;
            }
            if !git_stages.contains(&hook.git_stage) {
                git_stages.push(hook.git_stage);
            }
            let repo = hook
                .repo
                .as_ref()
                .map_or_else(|| "local".to_owned(), ToString::to_string);
            let rev = hook.rev.as_ref().map(ToString::to_string);
            let entry = HookEntry::of(plan, id);
            match repos
                .last_mut()
                .filter(|last| last.repo == repo && last.rev == rev)
            {
                Some(last) => last.hooks.push(entry),
                None => repos.push(Repo {
                    repo,
                    rev,
                    hooks: vec![entry],
                }),
            }
        }
        git_stages.sort_unstable();
        let default_install_hook_types = git_stages.into_iter().map(word).collect();
        Self {
            default_install_hook_types,
            repos,
        }
    }
}

impl HookEntry {
    fn of(plan: &Plan, id: Id<Hook>) -> Self {
        let hook = &plan.hooks[id];
        let local = hook.repo.is_none();
        let texts =
            |items: &[crate::schema::values::Text]| items.iter().map(ToString::to_string).collect();
        Self {
            id: hook
                .id
                .as_ref()
                .map_or_else(|| hook.head.name().replace('_', "-"), ToString::to_string),
            name: hook.head.title.clone(),
            entry: command::entry(hook),
            language: local.then(|| hook.runtime.word()),
            args: texts(&hook.arguments),
            types_or: texts(&hook.file_types),
            files: regex(hook.files.iter()),
            exclude: regex(excepted(plan, id)),
            pass_filenames: (!hook.pass_filenames).then_some(false),
            additional_dependencies: texts(&hook.dependencies),
            stages: vec![word(hook.git_stage)],
        }
    }
}

/// The files that a hook passes over: by its role, and by its name where an exception gives names.
fn excepted(plan: &Plan, id: Id<Hook>) -> impl Iterator<Item = &Glob> {
    let role = plan.hooks[id].role;
    plan.exceptions
        .iter()
        .filter(move |(_, e)| role.is_some_and(|role| e.from.contains(&role)))
        .filter(move |(_, e)| e.hooks.is_empty() || e.hooks.iter().any(|hook| hook.id == id))
        .flat_map(|(_, e)| &e.paths)
}

fn regex<'g>(globs: impl Iterator<Item = &'g Glob>) -> Option<String> {
    let parts: Vec<String> = globs.map(|g| glob::to_regex(g.as_str())).collect();
    (!parts.is_empty()).then(|| format!("^(?:{})$", parts.join("|")))
}

/// The word of the framework for a moment of git.
const fn word(stage: GitStage) -> &'static str {
    match stage {
        GitStage::PreCommit => "pre-commit",
        GitStage::CommitMsg => "commit-msg",
        GitStage::PrePush => "pre-push",
    }
}
