//! No two jobs of a stage run the same tests without saying so.
//!
//! Two cells can run one test where the values of the axes that repeat tests are equal, their paths
//! can meet, and what they select shares a combination of markers.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Check, Context};
use crate::algebra::Set;
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::{Cell, command, selection};
use crate::schema::kinds::{Stage, Suite};
use crate::schema::values::{AxisPoint, Promise};
use crate::schema::{Id, Plan};

pub(super) struct Overlaps;

impl Check for Overlaps {
    fn codes(&self) -> &'static [Code] {
        &[codes::OVERLAP]
    }

    fn check(&self, context: &mut Context<'_>) {
        let (found, more) = {
            let mut finder = Finder {
                context,
                shared: FxHashMap::default(),
                found: Vec::new(),
                more: 0,
            };
            finder.look();
            (finder.found, finder.more)
        };
        let last = found.len().checked_sub(1);
        for (number, (first, second, common)) in found.into_iter().enumerate() {
            let more = if Some(number) == last { more } else { 0 };
            report(context, first, second, common, more);
        }
    }
}

/// How many pairs are reported. Many suites that lie in one folder are one mistake, and more than a
/// hundred findings are shown to nobody.
const MOST_FOUND: usize = 50;

/// How many more pairs are counted.
const MOST_COUNTED: usize = 10_000;

/// Cells, by number, and what each selects.
type Selected = Vec<(usize, Set)>;

struct Finder<'c, 'a> {
    context: &'c Context<'a>,
    /// What two sets have in common, asked once for each pair; nothing where it is empty or
    /// too large to decide.
    shared: FxHashMap<(Set, Set), Option<Set>>,
    /// Pairs of cells, one for each pair of suites and stage.
    found: Vec<(&'a Cell, &'a Cell, Set)>,
    /// How many more such pairs there are, as far as they were counted.
    more: usize,
}

impl Finder<'_, '_> {
    fn look(&mut self) {
        let context = self.context;
        let plan = context.plan;
        // By stage and by the folder or file that a suite looks into: only what stands in one, or in
        // one around it, can meet.
        let mut by_root: FxHashMap<(Id<Stage>, &str), Selected> = FxHashMap::default();
        let mut sets: Vec<Option<(Set, Vec<&str>)>> = Vec::with_capacity(context.cells.len());
        for cell in context.cells {
            if !selection::uses_markers(command::tool_kind(plan, cell.suite)) {
                sets.push(None);
                continue;
            }
            let set = context.sets.borrow_mut().of_cell(cell).ok();
            let roots = command::roots(&plan.suites[cell.suite]);
            sets.push(set.map(|set| (set, roots)));
        }
        for (number, known) in sets.iter().enumerate() {
            let Some((set, roots)) = known else { continue };
            let stage = context.cells[number].stage;
            for root in roots {
                by_root
                    .entry((stage, *root))
                    .or_default()
                    .push((number, *set));
            }
        }
        let mut said = FxHashSet::default();
        for (number, known) in sets.iter().enumerate() {
            let Some((set, roots)) = known else { continue };
            let cell = &context.cells[number];
            let mut others: Selected = Vec::new();
            for root in roots {
                for around in around(root) {
                    if let Some(here) = by_root.get(&(cell.stage, around)) {
                        others.extend(here.iter().copied());
                    }
                }
            }
            others.sort_unstable_by_key(|(other, _)| *other);
            others.dedup_by_key(|(other, _)| *other);
            for (other, other_set) in others {
                if other == number {
                    continue;
                }
                let (first, second) = (other.min(number), other.max(number));
                let (one, two) = (&context.cells[first], &context.cells[second]);
                let key = (cell.stage, one.suite, two.suite);
                if said.contains(&key) || !can_meet(plan, one, two) {
                    continue;
                }
                let Some(common) = self.common(*set, other_set) else {
                    continue;
                };
                if let Some(accept) = accepted(context.plan, one, two) {
                    context.accepted.borrow_mut().insert(accept);
                    continue;
                }
                said.insert(key);
                if self.found.len() < MOST_FOUND {
                    self.found.push((one, two, common));
                } else if self.more < MOST_COUNTED {
                    self.more += 1;
                } else {
                    return;
                }
            }
        }
    }

    fn common(&mut self, a: Set, b: Set) -> Option<Set> {
        let context = self.context;
        *self.shared.entry((a, b)).or_insert_with(|| {
            let mut sets = context.sets.borrow_mut();
            let common = sets.algebra.intersection(a, b).ok()?;
            (!sets.algebra.is_never(common)).then_some(common)
        })
    }
}

/// A path and the folders around it.
fn around(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/')
        .map(|(at, _)| &path[..at])
        .chain([path, "."])
}

/// Whether two cells of a stage may not run one test, and do not say that they do.
pub(crate) fn can_meet(plan: &Plan, one: &Cell, two: &Cell) -> bool {
    let repeating = |point: &&AxisPoint| {
        crate::jobs::cells::value(plan, **point).is_some_and(|value| value.selects.is_none())
    };
    let differ = one.points.iter().filter(repeating).any(|point| {
        two.points
            .iter()
            .any(|p| p.axis == point.axis && p != point)
    });
    if differ {
        return false;
    }
    let (first, second) = (&plan.suites[one.suite], &plan.suites[two.suite]);
    if one.suite == two.suite {
        // Platforms, and environments with `each`, run the tests again.
        let again = one.os != two.os || one.arch != two.arch;
        return !(again || first.environments.repeat && one.environment != two.environment);
    }
    // A suite on its platforms is compared once.
    if (one.os, one.arch) != (two.os, two.arch) && one.environment == two.environment {
        return false;
    }
    let says = |suite: &Suite, other: Id<Suite>| {
        suite.because.is_some() && suite.repeats.iter().any(|r| r.id == other)
    };
    !says(first, two.suite) && !says(second, one.suite)
}

/// Reports a pair; `more` are as many that are not reported.
fn report(context: &mut Context<'_>, one: &Cell, two: &Cell, common: Set, more: usize) {
    let plan = context.plan;
    let (first, second) = (&plan.suites[one.suite], &plan.suites[two.suite]);
    let stage = plan.stages[one.stage].head.name();
    let witness: Vec<String> = {
        let mut sets = context.sets.borrow_mut();
        let whole = sets.algebra.whole_witness(common).ok().flatten();
        whole
            .unwrap_or_default()
            .iter()
            .map(|atom| super::gaps::carried(plan, atom))
            .collect()
    };
    let names: Vec<&str> = witness.iter().map(String::as_str).collect();
    let example = match names.as_slice() {
        [] => "the smallest example is a test without any marker".to_owned(),
        names => format!(
            "the smallest example is a test marked {}",
            names.join(" and ")
        ),
    };
    let message = if one.suite == two.suite {
        format!(
            "two jobs of `{}` run the same tests in the stage `{stage}`: in `{}` and in `{}`",
            first.head.name(),
            plan.environments[one.environment].head.name(),
            plan.environments[two.environment].head.name()
        )
    } else {
        format!(
            "`{}` and `{}` run the same tests in the stage `{stage}`",
            first.head.name(),
            second.head.name()
        )
    };
    let mut diagnostic = Diagnostic::new(codes::OVERLAP, second.head.head, message)
        .note(example)
        .help("let one of them take less; or say on purpose: `repeats: other, because: \"…\"`");
    if more > 0 {
        let least = if more < MOST_COUNTED { "" } else { "at least " };
        let word = if more == 1 {
            "pair overlaps"
        } else {
            "pairs overlap"
        };
        diagnostic = diagnostic.note(format!("{least}{more} more {word}, and are not listed"));
    }
    if one.suite == two.suite {
        for cell in [one, two] {
            let takes = plan.environments[cell.environment].takes.as_ref();
            if let Some(takes) = takes {
                diagnostic = diagnostic.label(takes.span, "what the environment takes");
            }
        }
    } else {
        diagnostic = diagnostic.label(first.head.head, "the other suite");
    }
    context.report(diagnostic);
}

/// The `accept` that is about the overlap of two cells, by number.
pub(crate) fn accepted(plan: &Plan, one: &Cell, two: &Cell) -> Option<usize> {
    let found = plan.accepts.iter().find(|(_, accept)| {
        accept.promise.is_some_and(|p| p.value == Promise::Overlap)
            && accept.stage.is_some_and(|s| s.id == one.stage)
            && match accept.between.as_slice() {
                [a] => a.matches(one) && a.matches(two),
                [a, b] => a.matches(one) && b.matches(two) || a.matches(two) && b.matches(one),
                _ => false,
            }
    });
    found.map(|(id, _)| id.index())
}
