//! A suite's files are where its type says, and where its tool can be pointed at.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::command;
use crate::schema::Decl;
use crate::schema::kinds::Suite;
use crate::schema::values::{Glob, Layout, ToolKind};

pub(super) struct Layouts;

impl Check for Layouts {
    fn codes(&self) -> &'static [Code] {
        &[codes::WRONG_PATHS]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (id, suite) in context.plan.suites.iter() {
            if command::tool_kind(context.plan, id) == ToolKind::Pytest {
                suite
                    .paths
                    .iter()
                    .for_each(|glob| for_pytest(context, glob));
            }
            layout(context, suite);
        }
    }
}

/// pytest is given folders and files: behind a wildcard only a pattern of names that it collects
/// by itself can stand.
fn for_pytest(context: &mut Context<'_>, glob: &Glob) {
    let (prefix, _) = glob.literal_prefix();
    let rest = glob.as_str().strip_prefix(prefix).unwrap_or(glob.as_str());
    let rest = rest.trim_start_matches('/');
    if matches!(
        rest,
        "" | "**" | "**/test_*.py" | "**/*.py" | "**/*_test.py"
    ) {
        return;
    }
    context.report(
        Diagnostic::new(
            codes::WRONG_PATHS,
            glob.span,
            "pytest cannot be pointed at this pattern",
        )
        .note("a wildcard before the end")
        .help(
            "pytest takes folders and files: `folder/**`, `folder/**/test_*.py` or \
                 `folder/test_file.py`, as many as needed",
        ),
    );
}

fn layout(context: &mut Context<'_>, suite: &Decl<Suite>) {
    for test_type in &suite.types {
        let declared = &context.plan.types[test_type.id];
        let Some(layout) = &declared.layout else {
            continue;
        };
        for glob in &suite.paths {
            let (prefix, _) = glob.literal_prefix();
            let problem = match layout.folder() {
                Some(folder) => (!within(prefix, folder)).then(|| {
                    format!(
                        "tests of type `{}` live under `{folder}`",
                        declared.head.name()
                    )
                }),
                None => foreign_folder(context, prefix).map(|folder| {
                    format!(
                        "tests of type `{}` live beside the code they test, and `{folder}` is the \
                         folder of another type",
                        declared.head.name()
                    )
                }),
            };
            if let Some(problem) = problem {
                context.report(
                    Diagnostic::new(codes::WRONG_PATHS, glob.span, problem)
                        .label(test_type.span, "the type is given here")
                        .help("move the tests, or change the `layout` of the type"),
                );
            }
        }
    }
}

/// The folder of some type in which `prefix` lies.
fn foreign_folder<'p>(context: &Context<'p>, prefix: &str) -> Option<&'p str> {
    let plan = context.plan;
    plan.types
        .iter()
        .filter_map(|(_, t)| t.body.layout.as_ref().and_then(Layout::folder))
        .map(|folder| folder.as_str())
        .find(|folder| within(prefix, folder))
}

fn within(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
