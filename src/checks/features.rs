//! Every feature is covered, by the types of test and in the stages that it requires.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::kinds::{Accept, Feature, Suite};
use crate::schema::values::{Promise, Requirement};
use crate::schema::{Decl, Id, KindId, Plan};

pub(super) struct Features;

impl Check for Features {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNCOVERED_FEATURE, codes::UNMET_REQUIREMENT]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        let covering = covering(plan);
        for (id, feature) in plan.features.iter() {
            // What a feature consists of covers it.
            let covering = &covering[id.index()];
            if covering.is_empty() && feature.head.open("requires").is_none() {
                let message = format!("no suite covers the feature `{}`", feature.head.name());
                context.report_unless(
                    Promise::Coverage,
                    |accept| is_about(accept, id),
                    Diagnostic::new(codes::UNCOVERED_FEATURE, feature.head.head, message).help(
                        format!(
                            "add `covers: [{}]` to a suite; while its tests are not known, write \
                             `requires: open(\"…\")`",
                            feature.head.name()
                        ),
                    ),
                );
                continue;
            }
            for requirement in &feature.requires {
                if !covering.iter().any(|suite| meets(suite, requirement)) {
                    unmet(context, id, requirement, covering);
                }
            }
        }
    }
}

/// For each feature, by its number, the suites that cover it or a feature inside it.
pub(crate) fn covering(plan: &Plan) -> Vec<Vec<&Decl<Suite>>> {
    let mut covering: Vec<Vec<&Decl<Suite>>> = vec![Vec::new(); plan.features.len()];
    for (_, suite) in plan.suites.iter() {
        for feature in &suite.covers {
            let mut next = Some(feature.id);
            while let Some(id) = next {
                let suites = &mut covering[id.index()];
                // Where the suite is known already, it is around it too.
                if suites.last().is_some_and(|last| std::ptr::eq(*last, suite)) {
                    break;
                }
                suites.push(suite);
                next = plan.features[id].head.parent.map(Id::new);
            }
        }
    }
    covering
}

fn meets(suite: &Suite, requirement: &Requirement) -> bool {
    suite.types.iter().any(|t| t.id == requirement.test_type.id)
        && suite.stages.iter().any(|s| s.id == requirement.stage.id)
}

fn unmet(
    context: &mut Context<'_>,
    id: Id<Feature>,
    requirement: &Requirement,
    covering: &[&Decl<Suite>],
) {
    let feature = &context.plan.features[id];
    let test_type = context.plan.types[requirement.test_type.id].head.name();
    let stage = context.plan.stages[requirement.stage.id].head.name();
    let message = format!(
        "no suite of type `{test_type}` covers `{}` in the stage `{stage}`",
        feature.head.name()
    );
    let mut diagnostic = Diagnostic::new(codes::UNMET_REQUIREMENT, requirement.span, message)
        .help("enrol a covering suite in that stage, or take the requirement out");
    for suite in covering.iter().take(4) {
        diagnostic = diagnostic.label(suite.head.head, "this suite covers it, but not so");
    }
    context.report_unless(Promise::Coverage, |accept| is_about(accept, id), diagnostic);
}

/// Whether an `accept` is about a feature.
fn is_about(accept: &Accept, feature: Id<Feature>) -> bool {
    accept
        .of
        .is_some_and(|of| of.kind == KindId::Feature && of.index as usize == feature.index())
}
