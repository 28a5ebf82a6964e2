//! What ran is what was found, where the files of a run are given.

use std::collections::HashSet;

use super::{Check, Context};
use crate::audit::facts::Runner;
use crate::diagnostics::{Code, Diagnostic, codes};

pub(super) struct Ran;

impl Check for Ran {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNFOUND_RESULT]
    }

    fn check(&self, context: &mut Context<'_>) {
        let Some(results) = context.results else {
            return;
        };
        let known: HashSet<String> = context
            .tests()
            .filter(|(_, test)| test.runner == Runner::Pytest)
            .map(|(_, test)| {
                let path = test.id.replacen(".py::", "::", 1);
                path.replace("::", ".").replace('/', ".")
            })
            .collect();
        let cargo: HashSet<&str> = context
            .tests()
            .filter_map(|(_, test)| test.cargo.as_ref().map(|cargo| cargo.name.as_str()))
            .collect();
        for result in &results.cases {
            let bare = result.name.split('[').next().unwrap_or_default();
            let whole = format!("{}.{bare}", result.class);
            // Results are told relative to where pytest was started, or to a folder with settings.
            let is_known = known.contains(&whole)
                || known.iter().any(|id| id.ends_with(&format!(".{whole}")))
                || cargo.contains(result.name.as_str())
                || cargo.contains(bare);
            if is_known {
                continue;
            }
            let message = format!(
                "`{}` of `{}` ran, and is no test that was found",
                result.name, result.class
            );
            context.report(
                Diagnostic::new(codes::UNFOUND_RESULT, result.span, message)
                    .help("the results may be older than the repository; else a plugin makes tests that only a run knows"),
            );
        }
    }
}
