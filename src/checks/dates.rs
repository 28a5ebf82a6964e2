//! What holds for a while has an end that has not come, and somebody who answers for it.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::Head;
use crate::schema::kinds::Owner;
use crate::schema::values::{Date, Outcome, Ref, Spanned, Weakening};
use crate::source::Span;

pub(super) struct Dates;

impl Check for Dates {
    fn codes(&self) -> &'static [Code] {
        &[codes::EXPIRED, codes::OWNERLESS]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        for (_, d) in plan.exceptions.iter() {
            declared(context, "exception", &d.head, d.owner, d.expires);
        }
        for (_, d) in plan.quarantines.iter() {
            declared(context, "quarantine", &d.head, d.owner, d.expires);
        }
        for (_, d) in plan.accepts.iter() {
            declared(context, "accept", &d.head, d.owner, d.expires);
        }
        for (_, gate) in plan.gates.iter() {
            for allowance in &gate.allows {
                let what = format!("that `{}` passes", allowance.result.word());
                weakening(context, &what, &allowance.weakening);
            }
        }
        let of_suites = plan.suites.iter().filter_map(|(_, d)| d.outcome.as_ref());
        let of_ats = plan.ats.iter().filter_map(|(_, d)| d.outcome.as_ref());
        let of_values = plan.value_records.iter();
        let of_values = of_values.filter_map(|(_, d)| d.outcome.as_ref());
        let outcomes: Vec<&Outcome> = of_suites.chain(of_ats).chain(of_values).collect();
        for outcome in outcomes {
            if let Some(found) = outcome.weakening() {
                let what = format!("that the result is `{}`", outcome.word());
                weakening(context, &what, found);
            }
        }
    }
}

/// Looks at a declaration that holds for a while. That the fields are there, or open, was seen when it
/// was read.
fn declared(
    context: &mut Context<'_>,
    word: &str,
    head: &Head,
    owner: Option<Ref<Owner>>,
    expires: Option<Spanned<Date>>,
) {
    let name = head.name();
    for (field, given) in [("owner", owner.is_some()), ("expires", expires.is_some())] {
        // An exception may be waiting for its audit; a test that is not run, and a promise that is
        // not kept, may not wait for somebody who looks after it.
        if let (false, Some(question), true) = (given, head.open(field), word != "exception") {
            let message = format!("the {word} `{name}` must have its `{field}`");
            context.report(
                Diagnostic::new(codes::OWNERLESS, question.span, message)
                    .help("nobody would look at it again: decide it now, or take it out"),
            );
        }
    }
    if let Some(expires) = expires {
        let what = format!("the {word} `{name}`");
        expired(context, &what, expires);
    }
}

fn weakening(context: &mut Context<'_>, what: &str, found: &Weakening) {
    let missing: Vec<&str> = [
        ("owner", found.owner.is_some()),
        ("expires", found.expires.is_some()),
    ]
    .into_iter()
    .filter(|(_, given)| !given)
    .map(|(field, _)| field)
    .collect();
    if !missing.is_empty() {
        ownerless(context, what, &missing, found.span);
    }
    if let Some(expires) = found.expires {
        expired(context, what, expires);
    }
}

fn ownerless(context: &mut Context<'_>, what: &str, missing: &[&str], span: Span) {
    let message = match missing {
        ["owner"] => format!("nobody answers for it {what}"),
        ["expires"] => format!("there is no end to it {what}"),
        _ => format!("nobody answers for it, and there is no end to it, {what}"),
    };
    context.report(
        Diagnostic::new(codes::OWNERLESS, span, message)
            .help("add what is missing: `owner: …`, `expires: 2027-01-01`"),
    );
}

fn expired(context: &mut Context<'_>, what: &str, expires: Spanned<Date>) {
    let Some(today) = context.today else { return };
    if expires.value.is_before(today) {
        let message = format!("{what} held until {}, and today is {today}", expires.value);
        context.report(
            Diagnostic::new(codes::EXPIRED, expires.span, message)
                .help("look at it again: take it out, or give it a new date"),
        );
    }
}
