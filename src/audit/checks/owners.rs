//! Every file with tests belongs to a suite.

use std::collections::BTreeMap;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes, suggest};

pub(super) struct Owners;

impl Check for Owners {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNOWNED_FILE]
    }

    fn check(&self, context: &mut Context<'_>) {
        let mut files: BTreeMap<&str, (usize, usize, bool)> = BTreeMap::new();
        for (number, test) in context.tests() {
            let ignored = test.cargo.as_ref().is_some_and(|cargo| cargo.ignored);
            let entry = files.entry(&test.file).or_insert((number, 0, false));
            entry.1 += 1;
            entry.2 |= ignored || !context.selection.near[number].is_empty();
        }
        for (file, (first, count, is_near)) in files {
            if is_near || context.is_owned(&context.facts.tests[first]) {
                continue;
            }
            let tests = if count == 1 { "test" } else { "tests" };
            let message = format!("no suite looks into {file}, which has {count} {tests}");
            let globs = context
                .plan
                .suites
                .iter()
                .flat_map(|(_, suite)| &suite.paths);
            let globs: Vec<_> = globs.collect();
            let near = suggest::nearest(file, globs.iter().map(|glob| glob.as_str()));
            let mut diagnostic = Diagnostic::new(
                codes::UNOWNED_FILE,
                context.facts.tests[first].span,
                message,
            )
            .help("add the file to the `paths` of a suite, or declare one for it");
            if let Some(glob) =
                near.and_then(|near| globs.iter().find(|glob| glob.as_str() == near))
            {
                diagnostic = diagnostic.label(glob.span, "the nearest paths");
            } else if let Some((_, plan)) = context.plan.plans.iter().next() {
                diagnostic = diagnostic.label(plan.head.head, "the plan");
            }
            context.report(diagnostic);
        }
    }
}
