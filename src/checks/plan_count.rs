//! A program declares exactly one plan.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};

pub(super) struct PlanCount;

impl Check for PlanCount {
    fn codes(&self) -> &'static [Code] {
        &[codes::EMPTY, codes::SEVERAL_PLANS]
    }

    fn check(&self, context: &mut Context<'_>) {
        let heads: Vec<_> = context.plan.plans.iter().map(|(_, p)| &p.head).collect();
        match heads.as_slice() {
            [] => {
                let name = context.sources.files().next().map_or("", |(_, f)| f.name());
                context.report(
                    Diagnostic::without_place(codes::EMPTY, format!("{name} declares no plan"))
                        .help("begin with `plan name { title: \"…\" }`"),
                );
            }
            [_] => {}
            [first, others @ ..] => {
                for other in others {
                    context.report(
                        Diagnostic::new(codes::SEVERAL_PLANS, other.head, "this is a second plan")
                            .label(first.head, "the first one is here")
                            .help("a program is one plan: imported files declare none"),
                    );
                }
            }
        }
    }
}
