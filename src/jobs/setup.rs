//! How a fresh machine is made ready for a tool.

use super::command::kind_of;
use super::pins;
use crate::schema::kinds::Tool;
use crate::schema::values::ToolKind;
use crate::schema::{Id, Plan};

/// The Python that is set up for a tool which is installed with it, when the plan names none: the
/// newest one.
pub const NEWEST_PYTHON: &str = "3.x";

/// The commands of a tool's `setup`; without any, what installs the tool itself.
pub fn commands(plan: &Plan, tool: Id<Tool>) -> Vec<Vec<String>> {
    let declared = &plan.tools[tool];
    if !declared.setup.is_empty() {
        return declared.setup.iter().map(|c| c.words.clone()).collect();
    }
    let python = declared.python.as_deref();
    let words = match kind_of(plan, tool) {
        Some(ToolKind::Pytest) => pins::pip(&["pytest"], python),
        Some(ToolKind::PreCommit) => pins::pip(&["pre-commit"], python),
        Some(ToolKind::CoveragePy) => pins::pip(&["coverage"], python),
        Some(ToolKind::Nextest) => pins::cargo(pins::NEXTEST),
        Some(ToolKind::Tarpaulin) => pins::cargo(pins::TARPAULIN),
        // Rust is on the machines of the hosts; what else a command needs only the plan can say.
        Some(ToolKind::CargoTest | ToolKind::Command) | None => return Vec::new(),
    };
    vec![words]
}

/// What installs the plugins of pytest that the command of a cell asks for, where the tool is one
/// that dtpc installs.
pub fn plugins(plan: &Plan, cell: &super::Cell, sharded: bool) -> Option<Vec<String>> {
    let suite = &plan.suites[cell.suite];
    let tool = suite.tool?.id;
    let declared = &plan.tools[tool];
    if kind_of(plan, tool) != Some(ToolKind::Pytest) || !declared.setup.is_empty() {
        return None;
    }
    let parts = &plan.parts_of[cell.suite.index()];
    let workers =
        suite.workers.is_some() || parts.iter().any(|part| plan.parts[*part].workers.is_some());
    let mut plugins = Vec::new();
    if workers {
        plugins.push("pytest-xdist");
    }
    if super::command::retries(plan, cell) > 0 {
        plugins.push("pytest-rerunfailures");
    }
    if suite.test_timeout.is_some() {
        plugins.push("pytest-timeout");
    }
    if sharded {
        plugins.push("pytest-split");
    }
    let python = declared.python.as_deref();
    (!plugins.is_empty()).then(|| pins::pip(&plugins, python))
}

/// The version of Python that a tool asks for; where dtpc installs it with pip, there must be one
/// that packages may be installed into. An image that a job runs `inside` has its own, into which what
/// is tested was installed: another one would not find that.
pub fn python(plan: &Plan, tool: Id<Tool>, inside: bool) -> Option<String> {
    let declared = &plan.tools[tool];
    let installed = !inside
        && declared.setup.is_empty()
        && matches!(
            kind_of(plan, tool),
            Some(ToolKind::Pytest | ToolKind::PreCommit | ToolKind::CoveragePy)
        );
    let asked = declared.python.as_ref().map(ToString::to_string);
    asked.or_else(|| installed.then(|| NEWEST_PYTHON.to_owned()))
}
