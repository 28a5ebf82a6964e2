//! Tools are asked for what they can do.

use super::filterset;
use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::{command, selection};
use crate::schema::kinds::Suite;
use crate::schema::values::{Host, Ignored, ToolKind};
use crate::schema::{Id, Plan};
use crate::source::Span;

pub(super) struct Tools;

impl Check for Tools {
    fn codes(&self) -> &'static [Code] {
        &[codes::WRONG_TOOL, codes::WRONG_TYPE]
    }

    fn check(&self, context: &mut Context<'_>) {
        declared(context);
        stages(context);
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
        let configured = [ToolKind::Pytest, ToolKind::Nextest];
        if let Some(config) = &tool.config
            && kind.is_some_and(|k| !configured.contains(&k))
        {
            context.report(wrong(
                config.span,
                "only the configuration of pytest and of nextest is written",
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
            let message = format!(
                "{} does not select by markers",
                called(context.plan, suite, kind)
            );
            context.report(
                wrong(select.span, message)
                    .help("give it its own `filter`, or say it in its `arguments`"),
            );
        }
        asked(context, id, kind);
        if let Some(first) = suite.cleanup.first()
            && let Some(stage) = suite
                .stages
                .iter()
                .find(|stage| context.plan.stages[stage.id].host == Some(Host::Git))
        {
            let message = "git runs hooks, and nothing behind them that cleans up";
            context.report(
                wrong(first.span, message)
                    .label(stage.span, "this stage is run by git")
                    .help("let the hook itself clean up, or a suite of a stage on another host"),
            );
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

/// How often a failing test is run again is for the tools that can run a test again: of a stage without
/// any it would do nothing.
fn stages(context: &mut Context<'_>) {
    let plan = context.plan;
    for (id, stage) in plan.stages.iter() {
        if stage.retries.is_none() {
            continue;
        }
        let enrolled = |suite: &Suite| suite.stages.iter().any(|stage| stage.id == id);
        let mut suites = plan.suites.iter().filter(|(_, suite)| enrolled(suite));
        let kinds: Option<Vec<ToolKind>> = suites.try_fold(Vec::new(), |mut kinds, (_, suite)| {
            kinds.push(command::kind_of(plan, suite.tool?.id)?);
            Some(kinds)
        });
        // A stage in which nothing runs, or something of which nobody knows the tool, says nothing yet.
        let Some(kinds) = kinds.filter(|kinds| !kinds.is_empty()) else {
            continue;
        };
        if !kinds.iter().any(|kind| runs_again(*kind)) {
            let message = format!(
                "`retries` of the stage `{}` does nothing: no suite in it has a tool that runs a test again",
                stage.head.name()
            );
            context.report(
                wrong(stage.head.head, message)
                    .help("take it out: pytest and nextest run a test again, other tools do so by their `arguments`"),
            );
        }
    }
}

/// What people call the tool of a suite: a command has no other name than that of its declaration.
fn called(plan: &Plan, suite: &Suite, kind: ToolKind) -> String {
    match suite.tool {
        Some(tool) if kind == ToolKind::Command => format!("`{}`", plan.tools[tool.id].head.name()),
        _ => kind.title().to_owned(),
    }
}

/// Whether a tool divides a suite, runs tests beside each other, and runs one again that failed.
const fn runs_again(kind: ToolKind) -> bool {
    matches!(kind, ToolKind::Pytest | ToolKind::Nextest)
}

/// How tests are run, which only tools can be told that run them one by one.
fn asked_of_runs(context: &mut Context<'_>, id: Id<Suite>, kind: ToolKind) {
    if runs_again(kind) {
        return;
    }
    let plan = context.plan;
    let suite = &plan.suites[id];
    for (field, given, what) in [
        (
            "workers",
            suite.workers.is_some(),
            "run tests beside each other",
        ),
        ("retries", suite.retries.is_some(), "run a test again"),
        (
            "test_timeout",
            suite.test_timeout.is_some(),
            "stop a test that takes too long",
        ),
    ] {
        if given {
            let message = format!(
                "{} cannot be told to {what}",
                called(context.plan, suite, kind)
            );
            let place = suite.head.place(field);
            context.report(wrong(place, message).help("say it in its `arguments`"));
        }
    }
    let mut at = plan.ats_of[id.index()].iter();
    if let Some(again) = at.find(|id| plan.ats[**id].retries.is_some()) {
        let message = format!(
            "{} cannot be told to run a test again",
            called(context.plan, suite, kind)
        );
        context.report(
            wrong(plan.ats[*again].head.place("retries"), message)
                .help("say it in its `arguments`"),
        );
    }
}

/// What only some tools can do.
fn asked(context: &mut Context<'_>, id: Id<Suite>, kind: ToolKind) {
    let plan = context.plan;
    let suite = &plan.suites[id];
    let is_pytest = kind == ToolKind::Pytest;
    let is_nextest = kind == ToolKind::Nextest;
    if let Some(filter) = &suite.filter {
        if is_nextest {
            if let Err((at, problem)) = filterset::check(filter) {
                let start = filter.span.start + 1 + u32::try_from(at).unwrap_or_default();
                // Escapes move what stands behind them: then the whole string is pointed at.
                let unescaped = filter.span.end - filter.span.start
                    == u32::try_from(filter.len() + 2).unwrap_or_default();
                let span = if unescaped {
                    Span::new(start, (start + 1).min(filter.span.end))
                } else {
                    filter.span
                };
                let message = format!("nextest cannot read this filterset: {problem}");
                context.report(
                    Diagnostic::new(codes::WRONG_TYPE, span, message)
                        .help("for example `kind(test) and not test(slow)`"),
                );
            }
        } else if kind != ToolKind::CargoTest {
            let message = format!(
                "{} has no filter of its own",
                called(context.plan, suite, kind)
            );
            context.report(
                wrong(filter.span, message)
                    .help("pytest selects by `select`; other commands by their `arguments`"),
            );
        }
    }
    of_cargo(context, id, kind);
    let parts = &plan.parts_of[id.index()];
    if let (Some(part), false) = (parts.first(), is_pytest) {
        let message = format!(
            "{} runs no parts of a suite",
            called(context.plan, suite, kind)
        );
        context.report(
            wrong(plan.parts[*part].head.head, message)
                .help("parts are divided by markers, which pytest has"),
        );
    }
    let divides = runs_again(kind);
    let at = &plan.ats_of[id.index()];
    let shards = at
        .iter()
        .filter_map(|id| plan.ats[*id].shards)
        .chain(suite.shards);
    for shards in shards {
        if shards.value == 0 {
            let message = "a job cannot be divided into none";
            context.report(
                Diagnostic::new(codes::WRONG_TYPE, shards.span, message)
                    .help("`1` leaves it whole"),
            );
        } else if !divides && shards.value > 1 {
            let message = format!(
                "{} does not divide a suite",
                called(context.plan, suite, kind)
            );
            context.report(
                wrong(shards.span, message).help("pytest and nextest do; divide it into suites"),
            );
        }
    }
    asked_of_runs(context, id, kind);
    if let Some(axis) = suite.across.iter().find(|axis| {
        plan.axis_values[axis.id.index()]
            .iter()
            .any(|value| value.selects.is_some())
            && !selection::uses_markers(kind)
            // One that is told the value divides by itself.
            && plan.axes[axis.id].bind.is_none()
    }) {
        let name = plan.axes[axis.id].head.name();
        let message = format!(
            "the axis `{name}` divides tests by markers, and {} does not select by them",
            called(context.plan, suite, kind)
        );
        context.report(
            wrong(axis.span, message).help("tell it the value with a `bind` of the axis, use an axis that `repeats`, or a suite of pytest"),
        );
    }
}

/// What only cargo can be asked for.
fn of_cargo(context: &mut Context<'_>, id: Id<Suite>, kind: ToolKind) {
    if matches!(kind, ToolKind::CargoTest | ToolKind::Nextest) {
        return;
    }
    let suite = &context.plan.suites[id];
    if let Some(feature) = suite.features.first() {
        let message = format!(
            "{} knows no features of cargo",
            called(context.plan, suite, kind)
        );
        context
            .report(wrong(feature.span, message).help("`features` are for cargo test and nextest"));
    }
    if suite.ignored != Ignored::Skip {
        let message = format!("{} knows no `#[ignore]`", called(context.plan, suite, kind));
        context.report(
            wrong(context.plan.suites[id].head.head, message)
                .help("`ignored` is for cargo test and nextest"),
        );
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
            let own = context.plan.suites[suite.id].tool;
            let kind = command::tool_kind(context.plan, suite.id);
            if kind == wanted {
                continue;
            }
            let message = format!(
                "`{}` measures suites of {}, and `{}` is run by `{}`",
                context.plan.tools[tool.id].head.name(),
                wanted.title(),
                context.plan.suites[suite.id].head.name(),
                own.map_or("", |own| context.plan.tools[own.id].head.name())
            );
            let help = match kind {
                ToolKind::Pytest => "`coverage_py` measures pytest",
                ToolKind::CargoTest => "`tarpaulin` measures cargo test",
                _ => "take the suite out: its coverage cannot be measured",
            };
            context.report(
                wrong(suite.span, message)
                    .label(tool.span, "it is measured by this")
                    .help(help),
            );
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
