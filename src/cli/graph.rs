//! `dtpc graph`

use std::fmt::Write as _;

use super::check::refused;
use super::jobs::compiled;
use super::{Failure, Kept, Outcome, arguments, terminal};
use crate::diagnostics::suggest;
use crate::graph::{self, Graph};
use crate::jobs::Jobs;
use crate::schema::kinds::Stage;
use crate::schema::{Id, Plan};
use crate::timings::Timings;

/// Draws a plan.
pub fn run(arguments: &arguments::Graph, timings: &Timings) -> Result<Outcome, Failure> {
    let Some((_, compilation)) = compiled(arguments.plan.as_deref(), timings)? else {
        return Ok(Outcome::Findings);
    };
    let Some(checked) = &compilation.plan else {
        return Ok(refused(&compilation));
    };
    let jobs = timings.of(&["jobs"], || Jobs::derive(checked, &compilation.sources));
    let jobs = Kept::new(jobs);
    let only = match &arguments.stage {
        None => None,
        Some(name) => Some(stage_named(checked, name)?),
    };
    let graph = timings.of(&["graph"], || Graph::of(&jobs, only));
    let text = match arguments.format {
        arguments::GraphFormat::Text => words(&graph),
        arguments::GraphFormat::Mermaid => graph::mermaid::text(&graph),
        arguments::GraphFormat::Dot => graph::dot::text(&graph),
        arguments::GraphFormat::Svg => graph::svg::text(&graph),
        arguments::GraphFormat::Json => {
            let mut text =
                serde_json::to_string_pretty(&graph).map_err(|e| Failure::new(e.to_string()))?;
            text.push('\n');
            text
        }
    };
    terminal::print(&text);
    Ok(Outcome::Success)
}

/// The stage with this name.
pub fn stage_named(plan: &Plan, name: &str) -> Result<Id<Stage>, Failure> {
    graph::stage_named(plan, name).ok_or_else(|| {
        let failure = Failure::new(format!("there is no stage `{name}`"));
        let known: Vec<&str> = plan.stages.iter().map(|(_, s)| s.head.name()).collect();
        match suggest::help(name, "stage", known.iter().copied()) {
            Some(help) => failure.help(help),
            None => failure.help(format!("the plan has {}", known.join(", "))),
        }
    })
}

/// What each stage takes, and the load of its runners.
fn words(graph: &Graph) -> String {
    let mut out = String::new();
    for stage in &graph.stages {
        out.push_str(&stage.name);
        out.push('\n');
        for line in stage.takes.in_words() {
            out.push_str("  ");
            out.push_str(&line);
            out.push('\n');
        }
        for load in &stage.takes.runners {
            let jobs = match load.at_once {
                1 => "1 job".to_owned(),
                n => format!("up to {n} jobs"),
            };
            // Writing to a String cannot fail.
            let _ = writeln!(out, "  {jobs} at once on {}", load.runner);
        }
    }
    out
}
