//! Outputs stay below their folder and do not write over each other.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::command;
use crate::schema::values::{Text, ToolKind};
use crate::targets;

pub(super) struct Outputs;

impl Check for Outputs {
    fn codes(&self) -> &'static [Code] {
        &[codes::OUTPUT_PATH, codes::OUTPUT_CLASH]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        for (_, info) in plan.plans.iter() {
            if let Some(document) = &info.document {
                let message = "the document is Markdown: its name ends in `.md`";
                named(context, document, "md", message);
            }
            if let Some(json) = &info.json {
                let message = "the compiled plan is JSON: its name ends in `.json`";
                named(context, json, "json", message);
            }
        }
        let mut config: Option<&Text> = None;
        for (id, tool) in plan.tools.iter() {
            let Some(written) = &tool.config else {
                continue;
            };
            let name = written.rsplit('/').next().unwrap_or_default();
            path(context, written);
            if command::kind_of(plan, id) == Some(ToolKind::Pytest)
                && !targets::pytest::CONFIGS.contains(&name)
            {
                let message = "dtpc writes the settings of pytest to `pytest.ini`, `pytest.toml` or `pyproject.toml`";
                context.report(Diagnostic::new(codes::OUTPUT_PATH, written.span, message));
            }
            if let Some(first) = config.filter(|first| first.as_str() == written.as_str()) {
                let message = format!("two tools write `{written}`");
                context.report(
                    Diagnostic::new(codes::OUTPUT_CLASH, written.span, message)
                        .label(first.span, "the other one is here"),
                );
            }
            config = Some(written);
        }
        stage_names(context);
    }
}

/// A file of which the plan says where it goes: its name says what it is, and it is in no folder in
/// which another target takes away what it did not write.
fn named(context: &mut Context<'_>, written: &Text, extension: &str, otherwise: &str) {
    path(context, written);
    let found = std::path::Path::new(written.as_str()).extension();
    if found.is_none_or(|found| found != extension) {
        context.report(Diagnostic::new(codes::OUTPUT_PATH, written.span, otherwise));
    }
    let mut owned = targets::REGISTRY.iter().flat_map(|t| t.owned_folders());
    let folder = written.rsplit_once('/').map_or("", |(folder, _)| folder);
    if owned.any(|owned| owned.eq_ignore_ascii_case(folder)) {
        let message = format!(
            "in `{folder}` dtpc keeps the files of one target alone, and takes others of its own away"
        );
        context.report(
            Diagnostic::new(codes::OUTPUT_CLASH, written.span, message).help("name another folder"),
        );
    }
}

fn path(context: &mut Context<'_>, path: &Text) {
    let leaves = path.is_empty()
        || path.starts_with('/')
        || path.contains(['\\', ':'])
        || path.split('/').any(|part| matches!(part, "" | "." | ".."));
    if leaves {
        let message = "an output stays below the root: a relative path without `.` and `..`";
        context.report(Diagnostic::new(codes::OUTPUT_PATH, path.span, message));
    }
}

/// The files of workflows are named after stages; file systems that ignore case do not keep two
/// apart that differ in it alone.
fn stage_names(context: &mut Context<'_>) {
    let stages: Vec<_> = context.plan.stages.iter().map(|(_, s)| &s.head).collect();
    for (index, stage) in stages.iter().enumerate() {
        let twin = stages[..index]
            .iter()
            .find(|s| s.name().eq_ignore_ascii_case(stage.name()));
        if let Some(twin) = twin {
            let message = format!(
                "the workflows of `{}` and `{}` would be one file where case does not count",
                twin.name(),
                stage.name()
            );
            context.report(
                Diagnostic::new(codes::OUTPUT_CLASH, stage.head, message)
                    .label(twin.head, "the other one is here"),
            );
        }
    }
}
