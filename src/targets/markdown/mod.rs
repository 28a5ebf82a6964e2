//! The test-plan document: what reviewers read.

mod context;
pub(super) mod diagram;
mod text;

use super::banner::{self, Comment};
use super::{Content, Output, RenderError, Target, templates};
use crate::jobs::Jobs;
use crate::schema::Plan;

/// `--target markdown`
pub struct Markdown;

impl Target for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "the test-plan document for reviewers: docs/test-plan.md"
    }

    fn render(&self, jobs: &Jobs<'_>) -> Result<Vec<Output>, RenderError> {
        const SOURCE: &str = include_str!("../../../templates/markdown/test-plan.md");
        let mut environment = templates::environment();
        environment.add_filter("cell", text::cell);
        environment.add_filter("code", text::code);
        environment.add_filter("prose", text::prose);
        environment.add_filter("line", text::line);
        let values = minijinja::Value::from(minijinja::value::Serde(context::Document::of(jobs)));
        let body = templates::render(&environment, "test-plan.md", SOURCE, values)?;
        let text = banner::sign(jobs, Comment::Markup, &text::tidy(&body));
        Ok(vec![Output {
            path: path(jobs.plan),
            content: Content::Whole(text),
        }])
    }
}

/// Where the document goes.
pub(super) fn path(plan: &Plan) -> String {
    let given = plan
        .plans
        .iter()
        .find_map(|(_, plan)| plan.document.as_ref());
    given.map_or_else(|| "docs/test-plan.md".to_owned(), ToString::to_string)
}
