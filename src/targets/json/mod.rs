//! The compiled plan as JSON, for programs: every declaration with its values, and every job.
//!
//! `dtpc schema` says what stands in it: both are made of the same structs, those of `document` and
//! `jobs`, and of the forms of the table's types in [`crate::schema::form`].

mod document;
mod jobs;
mod schema;

pub use schema::schema;

use super::banner::{self, Comment};
use super::{Content, Output, RenderError, Target};
use crate::jobs::Jobs;
use crate::schema::Plan;
use crate::schema::form::Names;
use document::Document;

/// The number of the format. A field or kind that is added leaves it; one that goes, or means something
/// else, makes it another.
const FORMAT: u32 = 1;

/// `--target json`
pub struct Json;

impl Target for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "the compiled plan for programs: docs/test-plan.json. Written where the plan has a `json`, or \
         where it is asked for"
    }

    fn is_wanted(&self, plan: &Plan) -> bool {
        plan.plans.iter().any(|(_, info)| info.json.is_some())
    }

    fn render(&self, jobs: &Jobs<'_>) -> Result<Vec<Output>, RenderError> {
        let names = Names::new(jobs.plan, jobs.sources);
        let text = serde_json::to_string_pretty(&Document::of(jobs, &names))
            .map_err(|e| RenderError::new(format!("this cannot be written as JSON: {e}")))?;
        // The banner stands inside the object: JSON has no comments.
        let body = text.strip_prefix("{\n").unwrap_or(&text);
        let content = banner::sign(jobs, Comment::Json, &format!("{body}\n"));
        Ok(vec![Output {
            path: path(jobs.plan),
            content: Content::Whole(content),
        }])
    }
}

/// Where the plan says; else beside the document, under its name.
fn path(plan: &Plan) -> String {
    let info = plan.plans.iter().next().map(|(_, info)| info);
    let given = info.and_then(|info| info.json.as_ref());
    given.map_or_else(
        || {
            let document = super::markdown::path(plan);
            let stem = document.strip_suffix(".md").unwrap_or(&document);
            format!("{stem}.json")
        },
        ToString::to_string,
    )
}
