//! The configuration of pytest: the markers with their descriptions, strictly.

mod ini;
mod pyproject;

use super::banner::{self, Comment};
use super::{Content, Output, RenderError, Target};
use crate::jobs::Jobs;
use crate::jobs::command;
use crate::name::one_line;
use crate::schema::Plan;
use crate::schema::values::{MarkerId, MarkerInfo, ToolKind};

/// `--target pytest`
pub struct Pytest;

impl Target for Pytest {
    fn name(&self) -> &'static str {
        "pytest"
    }

    fn about(&self) -> &'static str {
        "pytest's markers, strictly: pytest.ini, or the table in a pyproject.toml"
    }

    fn render(&self, jobs: &Jobs<'_>) -> Result<Vec<Output>, RenderError> {
        let plan = jobs.plan;
        if !uses_pytest(plan) {
            return Ok(Vec::new());
        }
        let settings = Settings {
            markers: markers(plan),
            test_paths: test_paths(plan),
        };
        let path = config_path(plan);
        let content = if path.rsplit('/').next() == Some("pyproject.toml") {
            let origin = banner::origin(jobs).to_owned();
            Content::Shared(Box::new(move |present| {
                pyproject::edit(present, &settings, &origin)
            }))
        } else {
            Content::Whole(banner::sign(jobs, Comment::Hash, &ini::text(&settings)?))
        };
        Ok(vec![Output { path, content }])
    }
}

/// What pytest is told.
#[derive(Debug)]
struct Settings {
    /// Each marker as pytest registers it: `name: description` or `name(N): description`.
    markers: Vec<String>,
    /// The folders in which tests are looked for.
    test_paths: Vec<String>,
}

fn uses_pytest(plan: &Plan) -> bool {
    plan.suites
        .iter()
        .any(|(id, _)| command::tool_kind(plan, id) == ToolKind::Pytest)
}

/// Where the configuration goes: what a pytest tool says, else `pytest.ini`.
fn config_path(plan: &Plan) -> String {
    plan.tools
        .iter()
        .filter(|(id, _)| command::kind_of(plan, *id) == Some(ToolKind::Pytest))
        .find_map(|(_, tool)| tool.config.as_ref().map(ToString::to_string))
        .unwrap_or_else(|| "pytest.ini".to_owned())
}

fn markers(plan: &Plan) -> Vec<String> {
    plan.markers
        .iter()
        .map(|(id, name, info)| {
            let argument = info
                .declared
                .and_then(|d| plan.marker_declarations[d].argument)
                .map_or_else(String::new, |a| format!("({})", a.title()));
            format!("{name}{argument}: {}", description(plan, id, info))
        })
        .collect()
}

/// What a marker means: its own words, else those of the service or the group it belongs to.
pub fn description(plan: &Plan, id: MarkerId, info: &MarkerInfo) -> String {
    let name = plan.markers.name(id);
    if let Some(declared) = info.declared {
        let doc = &plan.marker_declarations[declared].head.doc;
        if !doc.is_empty() {
            return one_line(doc);
        }
    }
    if let Some(service) = info.service {
        return format!("needs {} to run", plan.services[service].head.title);
    }
    match info.group {
        Some(group) => {
            let group = &plan.marker_groups[group];
            format!("one of: {}", group.head.title)
        }
        None => info.declared.map_or_else(
            || name.words(),
            |declared| plan.marker_declarations[declared].head.title.clone(),
        ),
    }
}

/// The folders of all suites of pytest, in the order of the alphabet.
fn test_paths(plan: &Plan) -> Vec<String> {
    let mut paths = command::outermost(
        plan.suites
            .iter()
            .filter(|(id, _)| command::tool_kind(plan, *id) == ToolKind::Pytest)
            .flat_map(|(_, suite)| command::roots(suite)),
    );
    paths.sort_unstable();
    paths
}
