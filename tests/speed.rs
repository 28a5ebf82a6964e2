//! What speed is measured with: the plan of any size, and `--timings`.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;
#[path = "../benches/synthetic/mod.rs"]
mod synthetic;

use ::dtpc::diagnostics::codes;
use dtpc::Dtpc;
use synthetic::{ENTRY, SEED, compile_texts, texts};

#[test]
fn the_plan_of_any_size_holds_without_a_finding() {
    for suites in [12, 100, 700] {
        let mut compilation = compile_texts(texts(suites, SEED));
        // So many jobs in one stage are none that GitHub runs; they are there to be measured.
        let mut others = std::mem::take(&mut compilation.diagnostics);
        others.retain(|found| found.code != codes::WORKFLOW_SIZE);
        assert!(others.is_empty(), "{suites}: {others:?}");
        let plan = compilation.plan.unwrap();
        // Three more take what the others leave.
        assert_eq!(plan.suites.len(), suites + 3);
        let needs: usize = plan.suites.iter().map(|(_, s)| s.needs.len()).sum();
        assert!(needs > suites / 2, "{needs}");
    }
}

#[test]
fn a_seed_makes_one_plan_and_another_seed_another_one() {
    assert_eq!(texts(50, 1), texts(50, 1));
    assert_ne!(texts(50, 1), texts(50, 2));
}

#[test]
fn timings_tell_where_the_time_went_on_standard_error() {
    let folder = tempfile::TempDir::new().unwrap();
    for (path, text) in texts(40, SEED) {
        let place = folder.path().join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, text).unwrap();
    }
    let run = |arguments: &[&str]| Dtpc::new(arguments).from(folder.path()).run();
    let silent = run(&["check", ENTRY]);
    assert_eq!((silent.code, silent.err.as_str()), (Some(0), ""));
    let told = run(&["check", ENTRY, "--timings"]);
    assert_eq!(told.out, silent.out);
    assert_stages(
        &told.err,
        &[
            "where the time went",
            "  read files",
            "  split and parse",
            "  resolve names",
            "  read values",
            "  check",
            "    cells and builds",
            "    shape",
            "  everything else",
            "in all",
        ],
    );
    let told = run(&["--timings", "generate", ENTRY, "--out", "out"]);
    assert_stages(
        &told.err,
        &["  jobs", "  targets", "    github-actions", "  write"],
    );
    let told = run(&["graph", ENTRY, "--timings"]);
    assert_stages(&told.err, &["  jobs", "  graph"]);
}

/// Each of the names begins a line of the table, in this order, and is followed by two numbers.
fn assert_stages(table: &str, names: &[&str]) {
    let mut lines = table.lines();
    for name in names {
        let line = lines.find(|line| line.starts_with(name));
        let line = line.unwrap_or_else(|| panic!("no line `{name}` in\n{table}"));
        let numbers: Vec<&str> = line[name.len()..].split_whitespace().collect();
        let is_head = numbers == ["ms", "%"];
        let measured = numbers.iter().all(|n| n.parse::<f64>().is_ok());
        assert!(numbers.len() == 2 && (is_head || measured), "{line}");
    }
}
