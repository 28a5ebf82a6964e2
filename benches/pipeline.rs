//! How long each stage of the pipeline takes on plans of 100 to 10,000 suites, and of 100,000 where
//! `DTPC_BENCH_LARGE` is set: `cargo bench --bench pipeline`.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark is no part of the interface"
)]

#[path = "synthetic/mod.rs"]
mod synthetic;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use dtpc::checks::{self, CheckedPlan, Circumstances};
use dtpc::compile::{Compilation, load};
use dtpc::diagnostics::Diagnostic;
use dtpc::graph::Graph;
use dtpc::jobs::{Jobs, cells, path};
use dtpc::resolve;
use dtpc::schema::Plan;
use dtpc::source::{FileId, SourceMap};
use dtpc::syntax::{self, ast};
use dtpc::targets;
use dtpc::timings::Timings;

fn main() {
    divan::main();
}

/// How many suites the plans have.
fn sizes() -> Vec<usize> {
    let mut sizes = vec![100, 1_000, 10_000];
    if std::env::var_os("DTPC_BENCH_LARGE").is_some() {
        sizes.push(100_000);
    }
    sizes
}

/// The texts of a plan.
fn sources(suites: usize) -> SourceMap {
    let mut sources = SourceMap::new();
    for (path, text) in synthetic::texts(suites, synthetic::SEED) {
        sources.add(path, text).expect("less than 4 GiB");
    }
    sources
}

fn bytes(sources: &SourceMap) -> BytesCount {
    BytesCount::new(sources.files().map(|(_, f)| f.text().len()).sum::<usize>())
}

/// A plan whose files were read and parsed.
struct Parsed {
    sources: SourceMap,
    files: Vec<(FileId, ast::File)>,
}

fn parsed(suites: usize) -> Parsed {
    let mut sources = SourceMap::new();
    let mut found = Vec::new();
    let mut memory = synthetic::Memory(synthetic::texts(suites, synthetic::SEED));
    let entry = synthetic::entry();
    let off = Timings::off();
    let mut files = load(&entry, &mut memory, &mut sources, &mut found, &off);
    files.sort_by_key(|(id, _)| *id);
    assert!(found.is_empty(), "{found:?}");
    Parsed { sources, files }
}

impl Parsed {
    fn plan(&self) -> Plan {
        let mut found: Vec<Diagnostic> = Vec::new();
        let resolved = resolve::resolve(&self.sources, &self.files, &mut found);
        let plan = resolve::read(&self.sources, &self.files, resolved, &mut found);
        assert!(found.is_empty(), "{found:?}");
        plan
    }
}

fn compiled(suites: usize) -> (CheckedPlan, SourceMap) {
    let Compilation { plan, sources, .. } = synthetic::compiled(suites);
    (plan.expect("it holds"), sources)
}

#[divan::bench(args = sizes())]
fn a_split_and_parse(bencher: Bencher<'_, '_>, suites: usize) {
    let sources = sources(suites);
    bencher.counter(bytes(&sources)).bench(|| {
        let parse = |(_, file)| syntax::parse(file, &mut Vec::new());
        sources.files().map(parse).collect::<Vec<_>>()
    });
}

#[divan::bench(args = sizes())]
fn b_resolve_and_read(bencher: Bencher<'_, '_>, suites: usize) {
    let parsed = parsed(suites);
    bencher
        .counter(ItemsCount::new(suites))
        .bench(|| parsed.plan());
}

#[divan::bench(args = sizes())]
fn c_check(bencher: Bencher<'_, '_>, suites: usize) {
    let parsed = parsed(suites);
    bencher
        .counter(ItemsCount::new(suites))
        .with_inputs(|| parsed.plan())
        .bench_values(|plan| {
            let (sources, off) = (&parsed.sources, Timings::off());
            checks::check(
                plan,
                sources,
                &Circumstances::default(),
                &mut Vec::new(),
                &off,
            )
            .expect("it holds")
        });
}

#[divan::bench(args = sizes())]
fn d_jobs(bencher: Bencher<'_, '_>, suites: usize) {
    let (plan, sources) = compiled(suites);
    let derive = || Jobs::derive(&plan, &sources).jobs.len();
    bencher.counter(ItemsCount::new(suites)).bench(derive);
}

#[divan::bench(args = sizes())]
fn e_graph(bencher: Bencher<'_, '_>, suites: usize) {
    let (plan, sources) = compiled(suites);
    let jobs = Jobs::derive(&plan, &sources);
    let graph = || Graph::of(&jobs, None);
    bencher.counter(ItemsCount::new(suites)).bench(graph);
}

#[divan::bench(args = sizes())]
fn f_critical_path(bencher: Bencher<'_, '_>, suites: usize) {
    let (plan, _) = compiled(suites);
    let stages = cells::life_cycle(&plan);
    let cells = cells::cells(&plan, &stages);
    bencher.counter(ItemsCount::new(suites)).bench(|| {
        let path = |stage| {
            path::expected(&plan, cells.iter().filter(|c| c.stage == stage), &[], stage).total
        };
        stages.iter().copied().map(path).collect::<Vec<_>>()
    });
}

#[divan::bench(args = sizes())]
fn g_gaps(bencher: Bencher<'_, '_>, suites: usize) {
    let (plan, sources) = compiled(suites);
    let gaps = || checks::check_alone("gaps", &plan, &sources);
    bencher.counter(ItemsCount::new(suites)).bench(gaps);
}

fn target(bencher: Bencher<'_, '_>, suites: usize, name: &str) {
    let (plan, sources) = compiled(suites);
    let jobs = Jobs::derive(&plan, &sources);
    let target = targets::find(name).expect("it is registered");
    bencher
        .counter(ItemsCount::new(suites))
        .bench(|| target.render(&jobs).expect("outputs"));
}

#[divan::bench(args = sizes())]
fn h_github_actions(bencher: Bencher<'_, '_>, suites: usize) {
    target(bencher, suites, "github-actions");
}

#[divan::bench(args = sizes())]
fn i_pytest(bencher: Bencher<'_, '_>, suites: usize) {
    target(bencher, suites, "pytest");
}

#[divan::bench(args = sizes())]
fn j_pre_commit(bencher: Bencher<'_, '_>, suites: usize) {
    target(bencher, suites, "pre-commit");
}

#[divan::bench(args = sizes())]
fn k_markdown(bencher: Bencher<'_, '_>, suites: usize) {
    target(bencher, suites, "markdown");
}

#[divan::bench(args = sizes())]
fn l_format(bencher: Bencher<'_, '_>, suites: usize) {
    let sources = sources(suites);
    bencher.counter(bytes(&sources)).bench(|| {
        let files = sources.files();
        files
            .filter(|(_, f)| dtpc::format::format(f).is_ok())
            .count()
    });
}
