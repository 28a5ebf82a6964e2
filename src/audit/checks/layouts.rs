//! Tests lie where the layout of their type says.

use std::collections::HashSet;

use super::{Check, Context};
use crate::audit::facts::Runner;
use crate::audit::python::{folder, is_below};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::kinds::TestType;
use crate::schema::values::Layout;
use crate::schema::{Decl, Id};

pub(super) struct Layouts;

impl Check for Layouts {
    fn codes(&self) -> &'static [Code] {
        &[codes::MISPLACED_TEST]
    }

    fn check(&self, context: &mut Context<'_>) {
        let mut said: HashSet<(&str, Id<TestType>)> = HashSet::new();
        for (_, test) in context.tests() {
            if test.runner != Runner::Pytest {
                continue;
            }
            for (id, declared) in context.plan.types.iter() {
                let (Some(layout), Some(selects)) = (&declared.layout, &declared.selects) else {
                    continue;
                };
                let is_of_type = test
                    .cases
                    .iter()
                    .any(|case| context.matches(&selects.node, case));
                if !is_of_type {
                    continue;
                }
                let Some(problem) = problem(context, declared, layout, &test.file) else {
                    continue;
                };
                if !said.insert((&test.file, id)) {
                    continue;
                }
                let message = format!(
                    "`{}` is of type `{}`, {problem}",
                    test.id,
                    declared.head.name()
                );
                context.report(
                    Diagnostic::new(codes::MISPLACED_TEST, test.span, message)
                        .label(declared.head.head, "the `layout` of the type")
                        .help("move the file, give the test another type, or change the `layout`"),
                );
            }
        }
    }
}

fn problem(
    context: &Context<'_>,
    of: &Decl<TestType>,
    layout: &Layout,
    file: &str,
) -> Option<String> {
    match layout {
        Layout::Adjacent => {
            let foreign = context.plan.types.iter().find_map(|(_, other)| {
                let place = other.layout.as_ref()?.folder()?;
                let place = place.trim_end_matches('/');
                (other.head.name != of.head.name && is_below(file, place)).then_some((other, place))
            });
            foreign.map(|(other, place)| {
                format!(
                    "which lives beside the code, and `{place}` is the folder of `{}`",
                    other.head.name()
                )
            })
        }
        Layout::Under(place) => {
            let place = place.trim_end_matches('/');
            (!is_below(file, place)).then(|| format!("which lives under `{place}`"))
        }
        Layout::Mirrors { folder: place, of } => {
            let (place, of) = (place.trim_end_matches('/'), of.trim_end_matches('/'));
            let Some(below) = file.strip_prefix(&format!("{place}/")) else {
                return Some(format!("which lives under `{place}`"));
            };
            let own = folder(below);
            let is_folder = |path: &str| {
                let files = context.tree.files();
                let start = format!("{path}/");
                let at = files.partition_point(|f| f.as_str() < start.as_str());
                files.get(at).is_some_and(|f| f.starts_with(&start))
            };
            // Its folders are those of the code, with or without the folder that all of that is in.
            let mirrored = own.is_empty() || is_folder(own) || is_folder(&format!("{of}/{own}"));
            (!mirrored)
                .then(|| format!("whose folders mirror those of `{of}`: there is no `{of}/{own}`"))
        }
    }
}
