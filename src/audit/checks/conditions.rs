//! A change of a test puts a job that runs it into the run.

use std::collections::{BTreeMap, HashMap};

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::changes::{Changes, is_by_paths};

pub(super) struct Conditions;

impl Check for Conditions {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNTRIGGERED_TEST]
    }

    fn check(&self, context: &mut Context<'_>) {
        if context.plan.path_sets.is_empty() {
            return;
        }
        let mut by_file: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, test) in context.tests() {
            by_file.entry(&test.file).or_default().push(number);
        }
        // Files that the same declarations claim leave the same jobs out.
        let mut known: HashMap<String, HashMap<(usize, String), String>> = HashMap::new();
        for (file, tests) in by_file {
            let changes = Changes::of(context.plan, [file.to_owned()]);
            let key = format!("{:?}", changes.files.first().map(|claimed| &claimed.by));
            let left_out = known.entry(key).or_insert_with(|| {
                let reasons = changes.left_out(context.jobs).into_iter();
                reasons
                    .map(|((stage, id), why)| ((stage, id.to_owned()), why))
                    .collect()
            });
            for stage in &context.jobs.stages {
                if !is_by_paths(context.plan, *stage) {
                    continue;
                }
                let lanes = tests.iter().flat_map(|test| {
                    context
                        .selection
                        .any_of(*test)
                        .map(move |lane| (*test, lane))
                });
                let of_stage: Vec<(usize, u32)> = lanes
                    .filter(|(_, lane)| context.job_of(*lane).stage == *stage)
                    .collect();
                let why =
                    |lane: u32| left_out.get(&(stage.index(), context.job_of(lane).id.clone()));
                let Some((first, lane)) = of_stage.first().copied() else {
                    continue;
                };
                if !of_stage.iter().all(|(_, lane)| why(*lane).is_some()) {
                    continue;
                }
                let name = context.plan.stages[*stage].head.name();
                let job = context.job_of(lane);
                let message = format!(
                    "a change of {file} alone runs none of its tests in the stage `{name}`"
                );
                let mut diagnostic = Diagnostic::new(
                    codes::UNTRIGGERED_TEST,
                    context.facts.tests[first].span,
                    message,
                )
                .label(
                    context.plan.suites[job.suite].head.head,
                    format!(
                        "the suite that runs them is left out: {}",
                        why(lane).map_or("", String::as_str)
                    ),
                )
                .help("let the `paths` that put the suite into a run match its tests too");
                let claimed = changes.files.first().and_then(|claimed| claimed.by.first());
                if let Some((paths, pattern, _)) = claimed {
                    let pattern = &context.plan.path_sets[*paths].patterns[*pattern];
                    diagnostic = diagnostic.label(pattern.glob.span, "the file is claimed here");
                }
                context.report(diagnostic);
            }
        }
    }
}
