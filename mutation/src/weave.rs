//! Puts all mutants of a file into it, each behind a switch: nothing of the file goes, things are
//! only put around and between, so that a mutant in a mutated expression has its own place.

use std::collections::BTreeMap;

use proc_macro2::LineColumn;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::mutants::{Mutant, Place};

/// A text to put into a file, and whose it is.
pub struct Insertion {
    at: usize,
    /// Where several begin or end at one place: what goes further is outside.
    order: (u8, i64),
    text: String,
    pub mutants: Vec<u32>,
}

/// A file with its mutants in it.
pub struct Woven {
    pub text: String,
    /// Where in the new text something stands that is there because of these mutants, and what they
    /// are put around.
    pub regions: Vec<(usize, usize, Vec<u32>)>,
    /// Mutants that this way of trying them cannot show.
    pub left: Vec<u32>,
    /// The functions of the new text, with the mutants that leave them early.
    pub functions: Vec<(usize, usize, Vec<u32>)>,
}

/// Where the lines of a text begin, to get from lines and columns to bytes.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }

    fn byte(&self, line: usize, column: usize) -> usize {
        let start = self.starts[line - 1];
        self.text[start..]
            .char_indices()
            .nth(column)
            .map_or(self.text.len(), |(at, _)| start + at)
    }

    fn of_place(&self, place: Place) -> usize {
        self.byte(place.line, place.column - 1)
    }

    fn of_syn(&self, place: LineColumn) -> usize {
        self.byte(place.line, place.column)
    }
}

/// What stands where in a file, as far as mutants are made of it.
#[derive(Default)]
struct Found {
    /// By the start of an operator: the whole expression, and the operator.
    operators: BTreeMap<usize, (usize, usize, usize)>,
    /// By the start of an arm: where its pattern ends, and its guard.
    arms: BTreeMap<usize, (usize, Option<(usize, usize)>)>,
    functions: Vec<(usize, usize)>,
}

struct Finder<'a> {
    lines: &'a Lines<'a>,
    found: Found,
}

impl Finder<'_> {
    fn range(&self, node: &impl Spanned) -> (usize, usize) {
        let span = node.span();
        (
            self.lines.of_syn(span.start()),
            self.lines.of_syn(span.end()),
        )
    }

    fn function(&mut self, block: &syn::Block) {
        let range = self.range(block);
        self.found.functions.push(range);
    }
}

/// Whether an expression holds a `let`, which may stand in conditions only.
fn has_let(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        if !has_let(&node.left) && !has_let(&node.right) {
            let (start, end) = self.range(node);
            let (at, op_end) = self.range(&node.op);
            self.found.operators.insert(at, (start, end, op_end));
        }
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_unary(&mut self, node: &'ast syn::ExprUnary) {
        let (start, end) = self.range(node);
        let (at, op_end) = self.range(&node.op);
        self.found.operators.insert(at, (start, end, op_end));
        visit::visit_expr_unary(self, node);
    }

    fn visit_arm(&mut self, node: &'ast syn::Arm) {
        let start = self.range(node).0;
        let pattern = self.range(&node.pat).1;
        let guard = node.guard.as_ref().map(|(_, guard)| self.range(guard));
        self.found.arms.insert(start, (pattern, guard));
        visit::visit_arm(self, node);
    }

    fn visit_item_fn(&mut self, node: &'ast syn::ItemFn) {
        self.function(&node.block);
        visit::visit_item_fn(self, node);
    }

    fn visit_impl_item_fn(&mut self, node: &'ast syn::ImplItemFn) {
        self.function(&node.block);
        visit::visit_impl_item_fn(self, node);
    }

    fn visit_trait_item_fn(&mut self, node: &'ast syn::TraitItemFn) {
        if let Some(block) = &node.default {
            self.function(block);
        }
        visit::visit_trait_item_fn(self, node);
    }
}

/// Collects what is put in; a pair around an expression shares its mutants.
#[derive(Default)]
struct Loom {
    insertions: Vec<Insertion>,
}

impl Loom {
    fn around(
        &mut self,
        (start, end): (usize, usize),
        before: String,
        after: &str,
        mutants: &[u32],
    ) {
        let length = i64::try_from(end - start).expect("a file is shorter");
        // At one place what ends comes first, the shorter before the longer; then what begins.
        self.insertions.push(Insertion {
            at: end,
            order: (0, length),
            text: after.to_owned(),
            mutants: mutants.to_vec(),
        });
        self.insertions.push(Insertion {
            at: start,
            order: (2, -length),
            text: before,
            mutants: mutants.to_vec(),
        });
    }

    fn at(&mut self, at: usize, text: String, mutants: &[u32]) {
        self.insertions.push(Insertion {
            at,
            order: (1, 0),
            text,
            mutants: mutants.to_vec(),
        });
    }

    /// An expression with others in its place while their mutants are on.
    fn choose(&mut self, range: (usize, usize), others: &[(u32, String)]) {
        use std::fmt::Write as _;
        let mut before = "(".to_owned();
        for (number, other) in others {
            write!(before, "if crate::mutant({number}) {{ {other} }} else ").expect("memory");
        }
        before.push_str("{ ");
        let mutants: Vec<u32> = others.iter().map(|(number, _)| *number).collect();
        self.around(range, before, " })", &mutants);
    }
}

/// Puts the mutants into the text of a file.
pub fn weave(text: &str, mutants: &BTreeMap<u32, &Mutant>) -> Result<Woven, String> {
    let file = syn::parse_file(text).map_err(|why| why.to_string())?;
    let lines = Lines::new(text);
    let mut finder = Finder {
        lines: &lines,
        found: Found::default(),
    };
    finder.visit_file(&file);
    let found = finder.found;

    let mut loom = Loom::default();
    let mut left = Vec::new();
    let mut operators: BTreeMap<usize, Vec<(u32, String)>> = BTreeMap::new();
    let mut guards: BTreeMap<(usize, usize), Vec<(u32, String)>> = BTreeMap::new();
    let mut leaving: BTreeMap<u32, usize> = BTreeMap::new();
    for (&number, mutant) in mutants {
        let start = lines.of_place(mutant.span.start);
        let end = lines.of_place(mutant.span.end);
        match mutant.genre.as_str() {
            "FnValue" => {
                let text = format!(
                    "if crate::mutant({number}) {{ return {}; }} ",
                    mutant.replacement
                );
                loom.at(start, text, &[number]);
                leaving.insert(number, start);
            }
            "BinaryOperator" | "UnaryOperator" => match found.operators.get(&start) {
                Some(&(from, to, op_end)) => {
                    let other = format!(
                        "{}{}{}",
                        &text[from..start],
                        mutant.replacement,
                        &text[op_end..to]
                    );
                    operators.entry(start).or_default().push((number, other));
                }
                None => left.push(number),
            },
            "MatchArmGuard" => guards
                .entry((start, end))
                .or_default()
                .push((number, mutant.replacement.clone())),
            "MatchArm" => match found.arms.get(&start) {
                // Two arms of a match cannot both begin there.
                Some((_, Some(guard))) => {
                    let before = format!("!crate::mutant({number}) && (");
                    // Outside of what is chosen in place of the guard.
                    loom.around(*guard, before, ")", &[number]);
                    let at = loom.insertions.len();
                    loom.insertions[at - 2].order.1 += 1;
                    loom.insertions[at - 1].order.1 -= 1;
                }
                Some((pattern, None)) => {
                    loom.at(*pattern, format!(" if !crate::mutant({number})"), &[number]);
                }
                None => left.push(number),
            },
            _ => left.push(number),
        }
    }
    for (at, others) in &operators {
        let (from, to, _) = found.operators[at];
        loom.choose((from, to), others);
    }
    for (range, others) in &guards {
        loom.choose(*range, others);
    }
    loom.insertions.sort_by_key(|one| (one.at, one.order));
    Ok(put_in(
        text,
        &loom.insertions,
        &found.functions,
        &leaving,
        left,
    ))
}

fn put_in(
    text: &str,
    insertions: &[Insertion],
    functions: &[(usize, usize)],
    leaving: &BTreeMap<u32, usize>,
    left: Vec<u32>,
) -> Woven {
    let mut woven = String::with_capacity(text.len() * 2);
    let mut regions = Vec::new();
    let mut done = 0;
    // How far a place of the old text has moved.
    let mut moved: Vec<(usize, usize)> = Vec::new();
    for one in insertions {
        woven.push_str(&text[done..one.at]);
        done = one.at;
        let start = woven.len();
        woven.push_str(&one.text);
        regions.push((start, woven.len(), one.mutants.clone()));
        moved.push((one.at, woven.len() - one.at));
    }
    woven.push_str(&text[done..]);
    let pairs: Vec<_> = regions
        .iter()
        .enumerate()
        .filter_map(|(at, (start, _, mutants))| {
            let (_, end, _) = regions[at + 1..].iter().find(|other| other.2 == *mutants)?;
            Some((*start, *end, mutants.clone()))
        })
        .collect();
    regions.extend(pairs);
    let new = |old: usize| {
        let before = moved.partition_point(|(at, _)| *at <= old);
        old + if before == 0 { 0 } else { moved[before - 1].1 }
    };
    let functions = functions
        .iter()
        .map(|&(start, end)| {
            let inside = |at: &usize| (start..=end).contains(at);
            let leaves = leaving
                .iter()
                .filter(|(_, at)| inside(at))
                .map(|(number, _)| *number)
                .collect();
            (new(start), new(end), leaves)
        })
        .collect();
    Woven {
        text: woven,
        regions,
        left,
        functions,
    }
}
