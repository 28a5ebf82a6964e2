//! The marker expressions of a real pipeline: each workflow, job and input with its expression, as
//! `dynamo.tsv` has them.

use std::collections::{BTreeMap, BTreeSet};

use dtpc::algebra::{Algebra, Arity, Expression, Formula, Set};

use crate::real::{GROUPS, Names, space, written};

fn expressions() -> Vec<Expression> {
    written()
        .map(|(_, text)| Expression::parse(text).unwrap())
        .collect()
}

fn text(names: &Names, formula: &Formula) -> String {
    let name = |id: dtpc::schema::values::MarkerId| names.0[id.0 as usize].clone();
    formula.expression(&name).unwrap().to_string()
}

#[test]
fn all_parse_and_print_back() {
    let expressions = expressions();
    assert_eq!(expressions.len(), 48);
    for ((_, written), expression) in written().zip(&expressions) {
        // Some have parentheses around a single marker; apart from these they are printed as written.
        let printed = expression.to_string();
        assert_eq!(printed, written.replace("(gpu_0)", "gpu_0"));
        assert_eq!(&Expression::parse(&printed).unwrap(), expression);
    }
}

/// Which combinations each formula holds in, found by looking at all that the groups allow.
fn by_looking(names: &Names, formulas: &[Formula]) -> Vec<u64> {
    fn holds(formula: &Formula, world: &BTreeSet<usize>) -> bool {
        match formula {
            Formula::Constant(value) => *value,
            Formula::Atom(atom) => world.contains(&(atom.marker().unwrap().0 as usize)),
            Formula::Not(inner) => !holds(inner, world),
            Formula::And(parts) => parts.iter().all(|p| holds(p, world)),
            Formula::Or(parts) => parts.iter().any(|p| holds(p, world)),
        }
    }
    let place = |name: &str| names.0.iter().position(|known| known == name).unwrap();
    let mut choices: Vec<Vec<Option<usize>>> = Vec::new();
    let mut grouped = BTreeSet::new();
    for (arity, members) in GROUPS {
        let members: Vec<usize> = members.iter().map(|name| place(name)).collect();
        grouped.extend(members.clone());
        let none = (arity != Arity::One).then_some(None);
        choices.push(members.into_iter().map(Some).chain(none).collect());
    }
    let free = (0..names.0.len()).filter(|number| !grouped.contains(number));
    choices.extend(free.map(|number| vec![None, Some(number)]));
    let count: usize = choices.iter().map(Vec::len).product();
    let mut masks = BTreeSet::new();
    for mut number in 0..count {
        let mut world = BTreeSet::new();
        for choice in &choices {
            world.extend(choice[number % choice.len()]);
            number /= choice.len();
        }
        let bits = formulas.iter().enumerate();
        masks.insert(bits.fold(0, |mask, (bit, f)| {
            mask | u64::from(holds(f, &world)) << bit
        }));
    }
    masks.into_iter().collect()
}

#[test]
fn all_are_decided() {
    // Those that differ: the same expression stands in several jobs.
    let texts: BTreeSet<String> = expressions().iter().map(ToString::to_string).collect();
    let mut names = Names::default();
    let formulas: Vec<Formula> = texts
        .iter()
        .map(|text| names.formula(&Expression::parse(text).unwrap()))
        .collect();
    let space = space(&mut names, &formulas);
    let mut algebra = Algebra::new(&space);
    let sets: Vec<Set> = formulas.iter().map(|f| algebra.set(f).unwrap()).collect();
    let masks = by_looking(&names, &formulas);
    let mut overlaps = Vec::new();
    for (a, set) in sets.iter().enumerate() {
        let has = |bit: usize, mask: &u64| mask & (1 << bit) != 0;
        assert_eq!(algebra.is_never(*set), !masks.iter().any(|m| has(a, m)));
        assert_eq!(algebra.is_always(*set), masks.iter().all(|m| has(a, m)));
        for (b, other) in sets.iter().enumerate() {
            let overlap = masks.iter().any(|m| has(a, m) && has(b, m));
            assert_eq!(algebra.overlap(*set, *other).unwrap(), overlap);
            let implies = masks.iter().all(|m| !has(a, m) || has(b, m));
            assert_eq!(algebra.implies(*set, *other).unwrap(), implies);
            if a < b && overlap {
                overlaps.push((a, b));
            }
        }
    }
    assert!(!overlaps.is_empty());
    assert_eq!(algebra.overlaps(&sets).unwrap(), overlaps);
}

/// The jobs of the nightly pipeline together: what they leave out is what its issues tell of.
#[test]
fn nightly_leaves_out_what_it_is_known_to() {
    let mut jobs: BTreeMap<&str, Expression> = BTreeMap::new();
    for (place, text) in written() {
        if place.starts_with("nightly-ci.yml") {
            jobs.insert(place, Expression::parse(text).unwrap());
        }
    }
    let mut names = Names::default();
    let formulas: Vec<Formula> = jobs.values().map(|e| names.formula(e)).collect();
    let space = space(&mut names, &formulas);
    let mut algebra = Algebra::new(&space);
    let sets: Vec<Set> = formulas.iter().map(|f| algebra.set(f).unwrap()).collect();
    let run = algebra.union_of(sets).unwrap();
    let dropped = |algebra: &mut Algebra<'_>, names: &mut Names, asked: &str| {
        let asked = names.formula(&Expression::parse(asked).unwrap());
        let asked = algebra.set(&asked).unwrap();
        let dropped = algebra.difference(asked, run).unwrap();
        algebra.describe(dropped).map(|f| match f {
            Formula::Constant(false) => "nothing".to_owned(),
            f => text(names, &f),
        })
    };
    // Tests for four GPUs on H100 run nowhere, those for eight neither; and on an H100 a test of
    // trtllm for one GPU does.
    let vllm = dropped(&mut algebra, &mut names, "vllm and gpu_4 and h100");
    assert_eq!(vllm.as_deref(), Some("gpu_4 and h100 and vllm"));
    let eight = dropped(
        &mut algebra,
        &mut names,
        "vllm and gpu_8 and not xpu_1 and not xpu_2",
    );
    assert_eq!(
        eight.as_deref(),
        Some("gpu_8 and vllm and not xpu_1 and not xpu_2")
    );
    let one = dropped(&mut algebra, &mut names, "trtllm and gpu_1 and h100");
    assert_eq!(one.as_deref(), Some("nothing"));
}
