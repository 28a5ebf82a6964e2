//! What is declared is used.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::{Head, KindId, Plan};

pub(super) struct Unused;

impl Check for Unused {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNUSED]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
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
            if must_be_used && !head.span.is_empty() && !plan.used.contains(&(kind, index)) {
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
