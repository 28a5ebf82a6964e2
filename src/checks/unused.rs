//! What is declared is used.

use std::collections::HashSet;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::values::{AnyRef, Types};
use crate::schema::{Head, KindId, Plan};

pub(super) struct Unused;

impl Check for Unused {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNUSED]
    }

    fn check(&self, context: &mut Context<'_>) {
        let used = used(context.plan);
        let mut unused: Vec<(&str, &Head)> = Vec::new();
        for (kind, index, head) in indexed_heads(context.plan) {
            let must_be_used = matches!(
                kind,
                KindId::Tool
                    | KindId::Owner
                    | KindId::TestType
                    | KindId::Environment
                    | KindId::Runner
                    | KindId::Service
                    | KindId::Metric
                    | KindId::Area
            );
            // A tool that is known without a declaration has no place, and need not be used.
            if must_be_used && !head.span.is_empty() && !used.contains(&(kind, index)) {
                unused.push((kind.schema().name, head));
            }
        }
        for (word, head) in unused {
            let message = format!("nothing uses the {word} `{}`", head.name());
            context.report(
                Diagnostic::new(codes::UNUSED, head.head, message).help("use it, or take it out"),
            );
        }
    }
}

/// Every declaration with its kind and its number in it.
fn indexed_heads(plan: &Plan) -> impl Iterator<Item = (KindId, u32, &Head)> {
    let mut last = None;
    let mut next = 0;
    plan.heads().map(move |(kind, head)| {
        next = if last == Some(kind) { next + 1 } else { 0 };
        last = Some(kind);
        (kind, next, head)
    })
}

/// What other declarations name.
fn used(plan: &Plan) -> HashSet<(KindId, u32)> {
    let mut used = HashSet::new();
    let mut mark = |kind: KindId, index: usize| {
        used.insert((kind, u32::try_from(index).unwrap_or(u32::MAX)));
    };
    for (_, suite) in plan.suites.iter() {
        suite
            .types
            .iter()
            .for_each(|r| mark(KindId::TestType, r.id.index()));
        suite
            .tool
            .iter()
            .for_each(|r| mark(KindId::Tool, r.id.index()));
        suite
            .environments
            .iter()
            .for_each(|r| mark(KindId::Environment, r.id.index()));
        suite
            .needs
            .iter()
            .for_each(|r| mark(KindId::Service, r.id.index()));
        suite
            .owner
            .iter()
            .for_each(|r| mark(KindId::Owner, r.id.index()));
    }
    for (_, environment) in plan.environments.iter() {
        environment
            .runner
            .iter()
            .for_each(|r| mark(KindId::Runner, r.id.index()));
    }
    for (_, language) in plan.languages.iter() {
        language
            .unit_tests
            .iter()
            .for_each(|r| mark(KindId::Tool, r.id.index()));
    }
    for (_, coverage) in plan.coverages.iter() {
        coverage
            .tool
            .iter()
            .for_each(|r| mark(KindId::Tool, r.id.index()));
        coverage
            .area
            .iter()
            .for_each(|r| mark(KindId::Area, r.id.index()));
    }
    for (_, feature) in plan.features.iter() {
        feature
            .area
            .iter()
            .for_each(|r| mark(KindId::Area, r.id.index()));
    }
    for (_, threshold) in plan.thresholds.iter() {
        threshold
            .metric
            .iter()
            .for_each(|r| mark(KindId::Metric, r.id.index()));
    }
    for (_, exception) in plan.exceptions.iter() {
        exception
            .owner
            .iter()
            .for_each(|r| mark(KindId::Owner, r.id.index()));
    }
    for (_, test_type) in plan.types.iter() {
        test_type
            .part_of
            .iter()
            .for_each(|r| mark(KindId::TestType, r.id.index()));
    }
    for (_, stage) in plan.stages.iter() {
        if let Types::These(types) = &stage.types {
            // Named by a stage whose suites are to come: a promise, and so a use.
            for named in types {
                mark(KindId::TestType, named.id.index());
            }
        }
    }
    for (_, phase) in plan.phases.iter() {
        for AnyRef { kind, index, .. } in phase.supports.iter().chain(&phase.not_supported) {
            mark(*kind, *index as usize);
        }
    }
    used
}
