//! How long the marker algebra takes: `cargo bench --bench algebra`.

#![allow(
    missing_docs,
    clippy::expect_used,
    reason = "a benchmark is no part of the interface"
)]

#[path = "../tests/algebra/real.rs"]
mod real;

use std::fmt::Write as _;

use divan::Bencher;
use divan::counter::ItemsCount;
use dtpc::algebra::{Algebra, Arity, Expression, Formula, Group, Set, Space, SpaceBuilder};
use dtpc::compile::{Compilation, Entry, LoadError, Loader, compile};
use dtpc::jobs::Cell;
use dtpc::jobs::cells::{cells, life_cycle};
use dtpc::jobs::sets::Sets;
use real::{Names, marker};

fn main() {
    divan::main();
}

/// The expressions of a real pipeline.
fn expressions() -> Vec<&'static str> {
    real::written().map(|(_, text)| text).collect()
}

/// From the texts to every answer: read, printed, never, always, and which overlap.
fn decide(written: &[&str]) -> usize {
    let mut names = Names::default();
    let mut formulas = Vec::with_capacity(written.len());
    let mut printed = 0;
    for text in written {
        let expression = Expression::parse(text).expect("pytest reads it");
        printed += expression.to_string().len();
        formulas.push(names.formula(&expression));
    }
    let space = real::space(&mut names, &formulas);
    let mut algebra = Algebra::new(&space);
    let sets: Vec<Set> = formulas
        .iter()
        .map(|formula| algebra.set(formula).expect("small"))
        .collect();
    let alone = |set: &&Set| algebra.is_never(**set) || algebra.is_always(**set);
    let found = sets.iter().filter(alone).count();
    found + printed + algebra.overlaps(&sets).expect("small").len()
}

/// The bar is 10 ms.
#[divan::bench]
fn the_48_real_expressions(bencher: Bencher<'_, '_>) {
    let written = expressions();
    bencher.bench(|| decide(divan::black_box(&written)));
}

#[divan::bench]
fn simplest_of_each_real_expression(bencher: Bencher<'_, '_>) {
    let written = expressions();
    let mut names = Names::default();
    let read = |text: &&str| Expression::parse(text).expect("pytest reads it");
    let formulas: Vec<Formula> = written.iter().map(|t| names.formula(&read(t))).collect();
    let space = real::space(&mut names, &formulas);
    bencher.bench(|| {
        let mut algebra = Algebra::new(&space);
        let words = |f: &Formula| algebra.simplest(f).expect("small").words();
        formulas.iter().map(words).sum::<usize>()
    });
}

/// What a plan of so many suites asks: the set of each cell (its stage, its environment, its own
/// markers, of which there are some hundred different ones), the gap of the stage, and the overlaps
/// among the different sets.
#[divan::bench(args = [1_000, 10_000, 100_000])]
fn cells_gap_and_overlaps(bencher: Bencher<'_, '_>, suites: usize) {
    let mut space = SpaceBuilder::default();
    let group = |first: usize, count: usize| (first..first + count).map(marker);
    space.group(Group::new(Arity::One, group(0, 5)));
    space.group(Group::new(Arity::AtMostOne, group(5, 3)));
    space.group(Group::new(Arity::AtMostOne, group(8, 4)));
    for free in 12..40 {
        space.atom(marker(free));
    }
    let space = space.build();
    let is = |number: usize| Formula::from(marker(number));
    bencher.counter(ItemsCount::new(suites)).bench(|| {
        let mut algebra = Algebra::new(&space);
        let stage = algebra.set(&is(12)).expect("small");
        let mut cells = std::collections::HashSet::new();
        let mut environments = Vec::new();
        for gpus in 0..5 {
            environments.push(algebra.set(&is(gpus)).expect("small"));
        }
        let mut own = Vec::new();
        for number in 0..100 {
            let formula = Formula::and([is(8 + number % 4), is(13 + number % 25).negated()]);
            own.push(algebra.set(&formula).expect("small"));
        }
        for suite in 0..suites {
            let place = algebra.intersection(stage, environments[suite % 5]);
            let cell = algebra.intersection(place.expect("small"), own[suite % own.len()]);
            cells.insert(cell.expect("small"));
        }
        let mut cells: Vec<Set> = cells.into_iter().collect();
        cells.sort_by_key(|set| algebra.witness(*set));
        let run = algebra.union_of(cells.iter().copied()).expect("small");
        let gap = algebra.difference(stage, run).expect("small");
        (
            algebra.witness(gap),
            algebra.overlaps(&cells).expect("small").len(),
        )
    });
}

/// A plan of so many suites in two stages and two environments, with some hundred expressions.
fn plan(suites: usize) -> Compilation {
    struct One(String);
    impl Loader for One {
        fn load(&mut self, _path: &str) -> Result<String, LoadError> {
            Ok(self.0.clone())
        }
    }
    let mut text = r#"plan big { title: "Big" }
        marker_group hardware { arity: one, default: gpu_0, markers: [gpu_0, gpu_1, gpu_2, gpu_4, gpu_8] }
        marker_group framework { arity: at_most_one, markers: [vllm, sglang, trtllm] }
        marker_group component { arity: one, when: vllm or sglang or trtllm, markers: [core, router, kvbm] }
        marker_group rest { markers: [pre_merge, slow, flaky, long, big, far, odd] }
        stage pre_merge { host: github, trigger: pull_request, types: [unit] }
        stage nightly { host: github, trigger: schedule("0 8 * * *"), selects: all, types: [unit] }
        type unit {}
        environment cpu { takes: gpu_0, visibility: public, runner: linux, local: host }
        environment gpu { takes: gpu_1 or gpu_2, visibility: public, runner: linux, local: host }
        runner linux { labels: ["ubuntu-24.04"] }
        "#
    .to_owned();
    for number in 0..suites {
        let framework = ["vllm", "sglang", "trtllm"][number % 3];
        let component = ["core", "router", "not kvbm"][number / 3 % 3];
        let free = ["slow", "flaky", "long", "big", "far", "odd"];
        let (with, without) = (free[number % 6], free[number / 7 % 6]);
        let _ = writeln!(
            text,
            "suite s{number} {{ type: unit, tool: pytest, paths: [\"t{number}/**\"], \
             select: {framework} and {component} and ({with} or not {without}), \
             stages: [pre_merge, nightly], environments: [cpu, gpu] }}"
        );
    }
    let entry = Entry {
        file: "big.dtp".to_owned(),
        folders: Vec::new(),
    };
    compile(&entry, None, &mut One(text))
}

/// The space of a plan, and whether each of its cells, four for each suite, can select a test.
#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 10)]
fn cells_of_a_plan(bencher: Bencher<'_, '_>, suites: usize) {
    let compilation = plan(suites);
    let plan = compilation.plan.expect("it holds");
    let cells = cells(&plan, &life_cycle(&plan));
    bencher.counter(ItemsCount::new(cells.len())).bench(|| {
        let space = Space::of_plan(&plan, []);
        let mut sets = Sets::new(&plan, &space);
        let possible = |cell: &&Cell| {
            let set = sets.of_cell(cell).expect("small");
            !sets.algebra.is_never(set)
        };
        cells.iter().filter(possible).count()
    });
}
