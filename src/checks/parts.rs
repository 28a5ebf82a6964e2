//! Parts take something, and a `rest` has something left.

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::values::{AxisPoint, JobPattern, Promise, Selection};

pub(super) struct Parts;

impl Check for Parts {
    fn codes(&self) -> &'static [Code] {
        &[codes::EMPTY_REST, codes::NEVER_MATCHES, codes::OVERLAP]
    }

    fn check(&self, context: &mut Context<'_>) {
        parts(context);
        overlaps(context);
        axes(context);
    }
}

fn parts(context: &mut Context<'_>) {
    let plan = context.plan;
    let mut found = Vec::new();
    let mut sets = context.sets.borrow_mut();
    for (suite, declared) in plan.suites.iter() {
        for id in &plan.parts_of[suite.index()] {
            let mut cells = context.cells_of_suite(suite);
            let takes = |cell| match sets.of_part(cell, *id) {
                Ok(set) => !sets.algebra.is_never(set),
                // Nothing is claimed about what is too large to decide.
                Err(_) => true,
            };
            let Some(select) = &plan.parts[*id].select else {
                continue;
            };
            if declared.stages.is_empty() || cells.any(takes) {
                continue;
            }
            found.push(match select.selection {
                Selection::Rest => Diagnostic::new(
                    codes::EMPTY_REST,
                    select.span,
                    "the parts before this one take all that the suite selects",
                )
                .help("take the part out, or let the others take less"),
                Selection::These(_) => Diagnostic::new(
                    codes::NEVER_MATCHES,
                    select.span,
                    "no test that the suite selects is in this part",
                )
                .help("change one of the terms, or take the part out"),
            });
        }
    }
    drop(sets);
    for diagnostic in found {
        context.report(diagnostic);
    }
}

/// Two parts of a suite run no test both.
fn overlaps(context: &mut Context<'_>) {
    let plan = context.plan;
    let mut found = Vec::new();
    let mut sets = context.sets.borrow_mut();
    for (suite, declared) in plan.suites.iter() {
        let parts = &plan.parts_of[suite.index()];
        for (number, later) in parts.iter().enumerate() {
            for earlier in &parts[..number] {
                let mut cells = context.cells_of_suite(suite);
                let mut share = |cell| -> Option<bool> {
                    let first = sets.of_part(cell, *earlier).ok()?;
                    let second = sets.of_part(cell, *later).ok()?;
                    sets.algebra.overlap(first, second).ok()
                };
                if !cells.any(|cell| share(cell) == Some(true)) {
                    continue;
                }
                let (first, second) = (&plan.parts[*earlier].head, &plan.parts[*later].head);
                let message = format!("two parts of `{}` run the same tests", declared.head.name());
                found.push((
                    suite,
                    Diagnostic::new(codes::OVERLAP, second.head, message)
                        .label(first.head, "the other part")
                        .help(
                            "let one of them take less, or write `select: rest` in the later one",
                        ),
                ));
            }
        }
    }
    drop(sets);
    for (suite, diagnostic) in found {
        context.report_unless(
            Promise::Overlap,
            |accept| {
                let of_suite = |pattern: &JobPattern| pattern.suite() == Some(suite);
                !accept.between.is_empty() && accept.between.iter().all(of_suite)
            },
            diagnostic,
        );
    }
}

fn axes(context: &mut Context<'_>) {
    let plan = context.plan;
    let mut found = Vec::new();
    let mut sets = context.sets.borrow_mut();
    for (axis, _) in plan.axes.iter() {
        for (value, declared) in (0_u32..).zip(&plan.axis_values[axis.index()]) {
            if declared.selects.is_none() {
                continue;
            }
            let never = sets
                .of_point(AxisPoint { axis, value })
                .is_ok_and(|set| sets.algebra.is_never(set));
            if !never {
                continue;
            }
            found.push(match declared.selects {
                Some(Selection::Rest) => Diagnostic::new(
                    codes::EMPTY_REST,
                    declared.span,
                    "the other values of the axis take every test",
                )
                .help("take the value out, or let the others take less"),
                _ => Diagnostic::new(
                    codes::NEVER_MATCHES,
                    declared.span,
                    "no test can match this",
                )
                .help("change one of the terms, or what the marker groups say"),
            });
        }
    }
    drop(sets);
    for diagnostic in found {
        context.report(diagnostic);
    }
}
