//! Tools are asked for what they can do.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::{command, selection};
use crate::schema::values::ToolKind;

pub(super) struct Tools;

impl Check for Tools {
    fn codes(&self) -> &'static [Code] {
        &[codes::WRONG_TOOL]
    }

    fn check(&self, context: &mut Context<'_>) {
        declared(context);
        suites(context);
        coverage(context);
        languages(context);
    }
}

fn wrong(span: crate::source::Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(codes::WRONG_TOOL, span, message)
}

fn declared(context: &mut Context<'_>) {
    for (id, tool) in context.plan.tools.iter() {
        let kind = command::kind_of(context.plan, id);
        if kind.is_none() {
            let message = format!("dtpc does not know a tool `{}`", tool.head.name());
            context.report(
                wrong(tool.head.head, message)
                    .help("say what it is: `runs: pytest`, or `runs: command` for any other"),
            );
        }
        match (&tool.command, kind) {
            (None, Some(ToolKind::Command)) if tool.head.open("command").is_none() => {
                let message = format!("the tool `{}` has no command", tool.head.name());
                context.report(
                    wrong(tool.head.head, message).help("for example `command: \"go test\"`"),
                );
            }
            (Some(command), Some(known)) if known != ToolKind::Command => {
                let message = format!("{} has a command of its own", known.title());
                context.report(
                    wrong(command.span, message)
                        .help("take it out; for another command, write `runs: command`"),
                );
            }
            _ => {}
        }
        if let Some(config) = &tool.config
            && kind.is_some_and(|k| k != ToolKind::Pytest)
        {
            context.report(wrong(
                config.span,
                "only the configuration of pytest is written",
            ));
        }
    }
}

fn suites(context: &mut Context<'_>) {
    for (id, suite) in context.plan.suites.iter() {
        let Some(tool) = suite.tool else { continue };
        let Some(kind) = command::kind_of(context.plan, tool.id) else {
            continue;
        };
        if matches!(kind, ToolKind::CoveragePy | ToolKind::Tarpaulin) {
            let message = format!("{} measures coverage; it runs no suite", kind.title());
            context.report(
                wrong(tool.span, message)
                    .help("name the tool of the tests, and measure with a `coverage`"),
            );
        }
        if let Some(select) = &suite.select
            && !selection::uses_markers(kind)
        {
            let message = format!("{} does not select by markers", kind.title());
            context
                .report(wrong(select.span, message).help("give it its own filter in `arguments`"));
        }
        if kind == ToolKind::PreCommit && context.plan.hooks.is_empty() {
            let message = "pre-commit has nothing to run: no hook is declared";
            context.report(wrong(tool.span, message).help("declare a `hook`"));
        }
        if kind == ToolKind::Pytest && suite.paths.is_empty() {
            let message = format!("`{}` does not say where its tests are", suite.head.name());
            context.report(
                wrong(context.plan.suites[id].head.head, message)
                    .help("for example `paths: [\"tests/**\"]`"),
            );
        }
    }
}

fn coverage(context: &mut Context<'_>) {
    for (_, coverage) in context.plan.coverages.iter() {
        let Some(tool) = coverage.tool else { continue };
        let wanted = match command::kind_of(context.plan, tool.id) {
            Some(ToolKind::CoveragePy) => ToolKind::Pytest,
            Some(ToolKind::Tarpaulin) => ToolKind::CargoTest,
            _ => {
                context.report(
                    wrong(tool.span, "this tool does not measure coverage")
                        .help("there are `coverage_py` and `tarpaulin`"),
                );
                continue;
            }
        };
        for suite in &coverage.of {
            if command::tool_kind(context.plan, suite.id) != wanted {
                let message = format!("this coverage is measured on suites of {}", wanted.title());
                context.report(wrong(suite.span, message));
            }
        }
    }
}

fn languages(context: &mut Context<'_>) {
    for (_, language) in context.plan.languages.iter() {
        let Some(tool) = language.unit_tests else {
            continue;
        };
        let kind = command::kind_of(context.plan, tool.id);
        if matches!(
            kind,
            Some(ToolKind::PreCommit | ToolKind::CoveragePy | ToolKind::Tarpaulin)
        ) {
            context.report(wrong(tool.span, "this tool runs no unit tests"));
        }
    }
}
