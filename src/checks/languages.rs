//! Every language has a formatter, a linter, a tool for unit tests and a goal for coverage.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::KindId;
use crate::schema::values::{Promise, Role};

pub(super) struct Languages;

impl Check for Languages {
    fn codes(&self) -> &'static [Code] {
        &[codes::LANGUAGE_TOOLS]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        for (id, language) in plan.languages.iter() {
            let name = language.head.name();
            let has_hook = |role| {
                plan.hooks
                    .iter()
                    .any(|(_, h)| h.role == Some(role) && h.language.is_some_and(|l| l.id == id))
            };
            let covered = plan
                .coverages
                .iter()
                .any(|(_, c)| c.language.is_some_and(|l| l.id == id));
            let tested = plan.suites.iter().any(|(_, s)| {
                s.tool.is_some() && s.tool.map(|t| t.id) == language.unit_tests.map(|t| t.id)
            }) || language.head.open("unit_tests").is_some();
            let missing = [
                (
                    has_hook(Role::Format),
                    "formatter",
                    format!("hook format_{name} {{ role: format, language: {name} … }}"),
                ),
                (
                    has_hook(Role::Lint),
                    "linter",
                    format!("hook lint_{name} {{ role: lint, language: {name} … }}"),
                ),
                (
                    tested,
                    "suite of its unit-test tool",
                    "suite … { tool: … }".to_owned(),
                ),
                (
                    covered,
                    "coverage goal",
                    format!("coverage {name}_lines {{ language: {name} … }}"),
                ),
            ];
            for (present, what, example) in missing {
                if !present {
                    let message = format!("the language `{name}` has no {what}");
                    context.report_unless(
                        Promise::Coverage,
                        |accept| {
                            accept.of.is_some_and(|of| {
                                of.kind == KindId::Language && of.index as usize == id.index()
                            })
                        },
                        Diagnostic::new(codes::LANGUAGE_TOOLS, language.head.head, message)
                            .help(format!("declare one: `{example}`")),
                    );
                }
            }
        }
    }
}
