//! Every suite runs somewhere, where its type is allowed.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::values::{Isolation, Need, Types};

pub(super) struct Suites;

impl Check for Suites {
    fn codes(&self) -> &'static [Code] {
        &[
            codes::SUITE_WITHOUT_STAGE,
            codes::SUITE_WITHOUT_ENVIRONMENT,
            codes::TYPE_NOT_IN_STAGE,
            codes::MOCKED_SERVICE,
        ]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (_, suite) in context.plan.suites.iter() {
            let name = suite.head.name();
            if suite.stages.is_empty() && suite.head.open("stages").is_none() {
                let message = format!("`{name}` runs in no stage");
                context.report(
                    Diagnostic::new(codes::SUITE_WITHOUT_STAGE, suite.head.head, message)
                        .help("name the stages it runs in, or take it out"),
                );
            }
            if suite.environments.is_empty() && suite.head.open("environments").is_none() {
                let message = format!("`{name}` has no environment to run in");
                context.report(
                    Diagnostic::new(codes::SUITE_WITHOUT_ENVIRONMENT, suite.head.head, message)
                        .help("name the environments it runs in"),
                );
            }
            types(context, suite);
            isolation(context, suite);
        }
    }
}

fn types(context: &mut Context<'_>, suite: &crate::schema::Decl<crate::schema::kinds::Suite>) {
    for test_type in &suite.types {
        for stage in &suite.stages {
            let declared = &context.plan.stages[stage.id];
            let Types::These(allowed) = &declared.types else {
                continue;
            };
            if declared.head.open("types").is_some() || allowed.iter().any(|t| t.id == test_type.id)
            {
                continue;
            }
            let type_name = context.plan.types[test_type.id].head.name();
            let stage_name = declared.head.name();
            let message = format!("the stage `{stage_name}` takes no tests of type `{type_name}`");
            context.report(
                Diagnostic::new(codes::TYPE_NOT_IN_STAGE, stage.span, message)
                    .label(test_type.span, "the type is given here")
                    .label(declared.head.head, "the stage lists its types")
                    .help(format!(
                        "add `{type_name}` to the types of `{stage_name}`, or take the stage out \
                         of this suite"
                    )),
            );
        }
    }
}

fn isolation(context: &mut Context<'_>, suite: &crate::schema::Decl<crate::schema::kinds::Suite>) {
    let mocked = suite
        .types
        .iter()
        .find(|t| context.plan.types[t.id].isolation == Some(Isolation::Mocked));
    let service = suite.needs.iter().find_map(|need| match need {
        Need::Service(service) => Some(service),
        _ => None,
    });
    if let (Some(test_type), Some(service)) = (mocked, service) {
        let name = context.plan.types[test_type.id].head.name();
        context.report(
            Diagnostic::new(
                codes::MOCKED_SERVICE,
                service.span,
                format!("tests of type `{name}` mock their dependencies, and this is a real one"),
            )
            .label(test_type.span, "the type is given here")
            .help("take the service out, or make it a suite of another type"),
        );
    }
}
