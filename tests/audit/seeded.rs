//! Precision: more than a hundred disagreements of all kinds, each planted alone into a repository
//! that agrees with its plan; each is found, and nothing that is no consequence of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::harness::{PLAN, Repository, codes};

/// One disagreement.
struct Seed {
    what: String,
    repository: Repository,
    /// The codes that must be found.
    wanted: Vec<&'static str>,
    /// Those that may be found beside them, as a consequence.
    allowed: Vec<&'static str>,
}

fn seed(
    seeds: &mut Vec<Seed>,
    what: impl Into<String>,
    wanted: &[&'static str],
    allowed: &[&'static str],
    plant: impl FnOnce(&mut Repository),
) {
    let mut repository = Repository::base();
    plant(&mut repository);
    seeds.push(Seed {
        what: what.into(),
        repository,
        wanted: wanted.to_vec(),
        allowed: allowed.to_vec(),
    });
}

/// A test with these markers.
fn test(name: &str, markers: &[&str]) -> String {
    let mut marks = String::new();
    for marker in markers {
        let _ = writeln!(marks, "@pytest.mark.{marker}");
    }
    format!("import pytest\n\n\n{marks}def {name}(): ...\n")
}

/// The ways in which a test can carry markers.
fn carriers(markers: &[&str]) -> Vec<(&'static str, String)> {
    let joined: Vec<String> = markers.iter().map(|m| format!("pytest.mark.{m}")).collect();
    let list = joined.join(", ");
    let mut decorators = String::new();
    for mark in &joined {
        let _ = writeln!(decorators, "    @{mark}");
    }
    let params = format!(
        "import pytest\n\n\n@pytest.mark.parametrize(\"n\", [pytest.param(1, marks=[{list}])])\ndef test_it(n): ...\n"
    );
    vec![
        ("a function", test("test_it", markers)),
        (
            "a module",
            format!("import pytest\n\npytestmark = [{list}]\n\n\ndef test_it(): ...\n"),
        ),
        (
            "a class",
            format!(
                "import pytest\n\n\nclass TestIt:\n    pytestmark = [{list}]\n\n    def test_it(self): ...\n"
            ),
        ),
        (
            "a method",
            format!("import pytest\n\n\nclass TestIt:\n{decorators}    def test_it(self): ...\n"),
        ),
        (
            "a base class",
            format!(
                "import pytest\n\n\nclass Base:\n    pytestmark = [{list}]\n\n    def test_it(self): ...\n\n\nclass TestIt(Base):\n    pass\n"
            ),
        ),
        ("parameters", params),
    ]
}

#[allow(clippy::too_many_lines, reason = "it is a table")]
fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (how, text) in carriers(&["unit", "pre_merge", "gpu_1"]) {
        seed(
            &mut seeds,
            format!("unrun, by {how}"),
            &["DTP0801"],
            &[],
            |r| r.write("shop/test_seed.py", &*text),
        );
    }
    for (how, text) in carriers(&["heavy", "nightly", "red", "gpu_0"]) {
        seed(
            &mut seeds,
            format!("heavy beside the code, by {how}"),
            &["DTP0801", "DTP0812"],
            &[],
            |r| {
                r.write("shop/test_seed.py", &*text);
            },
        );
    }
    for (how, text) in carriers(&["unit", "pre_merge", "gpu_0", "gpu_1"]) {
        seed(
            &mut seeds,
            format!("two kinds of hardware, by {how}"),
            &["DTP0803"],
            &["DTP0801"],
            |r| {
                r.write("shop/test_seed.py", &*text);
            },
        );
    }
    for (how, text) in carriers(&["pre_merge"]) {
        seed(
            &mut seeds,
            format!("no type, by {how}"),
            &["DTP0803", "DTP0801"],
            &[],
            |r| r.write("shop/test_seed.py", &*text),
        );
    }
    for (how, text) in carriers(&["unit"]) {
        seed(
            &mut seeds,
            format!("no life-cycle, by {how}"),
            &["DTP0803", "DTP0801"],
            &[],
            |r| {
                r.write("shop/test_seed.py", &*text);
            },
        );
    }
    for (how, text) in carriers(&["unit", "pre_merge", "red"]) {
        seed(
            &mut seeds,
            format!("an engine without need, by {how}"),
            &["DTP0803"],
            &[],
            |r| {
                r.write("shop/test_seed.py", &*text);
            },
        );
    }
    for (how, text) in carriers(&["heavy", "nightly", "gpu_0"]) {
        seed(
            &mut seeds,
            format!("heavy without an engine, by {how}"),
            &["DTP0803", "DTP0801"],
            &[],
            |r| {
                r.write("tests/heavy/test_seed.py", &*text);
            },
        );
    }
    for wrong in ["unti", "pre_marge", "sloow", "quick", "vrma"] {
        for (how, text) in carriers(&["unit", "pre_merge", wrong]) {
            seed(
                &mut seeds,
                format!("`{wrong}` by {how}"),
                &["DTP0805"],
                &[],
                |r| r.write("shop/test_seed.py", &*text),
            );
        }
    }
    for wrong in [
        "slow(\"long\")",
        "slow(True)",
        "slow([2])",
        "vram(\"2\")",
        "slow",
        "vram",
        "unit(1)",
        "pre_merge(when=2)",
    ] {
        let own: Vec<&str> = ["unit", "pre_merge"]
            .into_iter()
            .filter(|m| !wrong.starts_with(m))
            .chain([wrong])
            .collect();
        let text = test("test_it", &own);
        seed(&mut seeds, format!("`{wrong}`"), &["DTP0804"], &[], |r| {
            r.write("shop/test_seed.py", &*text);
        });
    }
    for (how, text) in carriers(&["unit", "pre_merge", "needs_store"]) {
        seed(
            &mut seeds,
            format!("a service by {how}"),
            &["DTP0813"],
            &[],
            |r| r.write("shop/test_seed.py", &*text),
        );
    }
    let asks = "import pytest\n\npytestmark = [pytest.mark.unit, pytest.mark.pre_merge]\n\n\ndef test_it(needs_store): ...\n";
    seed(
        &mut seeds,
        "a service by a fixture",
        &["DTP0813"],
        &[],
        |r| r.write("shop/test_seed.py", asks),
    );
    for folder in ["tools", "tests", "benchmarks", "scripts/deep"] {
        let text = test("test_it", &["unit", "pre_merge"]);
        seed(
            &mut seeds,
            format!("a file in {folder}"),
            &["DTP0811"],
            &[],
            |r| r.write(&format!("{folder}/test_seed.py"), &*text),
        );
    }
    for (file, type_marker) in [
        ("tests/integration/test_seed.py", "unit"),
        ("tests/heavy/test_seed.py", "unit"),
        ("shop/test_seed.py", "integration"),
    ] {
        let text = test("test_it", &[type_marker, "pre_merge"]);
        seed(
            &mut seeds,
            format!("{type_marker} in {file}"),
            &["DTP0812", "DTP0801"],
            &[],
            |r| r.write(file, &*text),
        );
    }
    for id in [
        "shop/test_orders.py::test_some_orders",
        "shop/test_order.py::test_many_orders",
        "tests/integration/test_store.py::TestRestart::test_gone",
        "tests/integration/test_store.py::test_what_was_set_is_there",
        "shop/test_orders.py::test_amounts_that_cannot_be[1]",
    ] {
        let quarantine = format!(
            "quarantine flaky {{\n  test: \"{id}\"\n  because: \"it fails\"\n  ticket: \"SHOP-1\"\n  owner: team\n  expires: 2099-12-31\n}}\n"
        );
        seed(
            &mut seeds,
            format!("a quarantine of {id}"),
            &["DTP0817"],
            &[],
            |r| r.write("plans/case.dtp", &*quarantine),
        );
    }
    for command in [
        "pytest",
        "pytest shop",
        "pytest shop -m unit",
        "python -m pytest tests/integration -m 'nightly or integration'",
        "cargo test",
        "cargo test --workspace --all-features",
        "cargo nextest run --lib",
        "CI=1 pytest -q tests/heavy",
    ] {
        let workflow =
            format!("on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: {command}\n");
        seed(&mut seeds, format!("`{command}`"), &["DTP0815"], &[], |r| {
            r.write(".github/workflows/seed.yml", &*workflow);
        });
    }
    for (marker, line) in [("slow", "@pytest.mark.slow(3)\n"), ("vram", "")] {
        seed(
            &mut seeds,
            format!("`{marker}` unused"),
            &["DTP0806"],
            &["DTP0808"],
            |r| {
                if line.is_empty() {
                    r.replace(
                        "tests/heavy/test_engines.py",
                        "pytest.param(2, marks=pytest.mark.vram(2))",
                        "2",
                    );
                } else {
                    r.replace("shop/test_orders.py", line, "");
                }
            },
        );
    }
    for (suite, paths, select) in [
        ("far", "tests/integration/far/**", ""),
        ("high", "tests/integration/high/**", "  select: pre_merge\n"),
    ] {
        let text = format!(
            "suite {suite} {{\n  type: integration\n  tool: pytest\n  paths: [\"{paths}\"]\n{select}  stages: [nightly]\n  environments: [cpu]\n  repeats: [with_store]\n  because: \"again\"\n}}\n"
        );
        seed(
            &mut seeds,
            format!("the empty suite {suite}"),
            &["DTP0808", "DTP0705"],
            &[],
            |r| r.write("plans/case.dtp", &*text),
        );
    }
    for (suite, file) in [
        ("units", "shop/test_orders.py"),
        ("with_store", "tests/integration/test_store.py"),
    ] {
        seed(
            &mut seeds,
            format!("`{suite}` without its tests"),
            &["DTP0808"],
            &["DTP0705", "DTP0806", "DTP0814"],
            |r| r.remove(file),
        );
    }
    seed(
        &mut seeds,
        "a feature without its tests",
        &["DTP0814"],
        &["DTP0808", "DTP0806"],
        |r| r.remove("shop/test_orders.py"),
    );
    for text in [
        "NAMES = {}\n",
        "# Names of orders.\nNAMES = {}\n",
        "\"\"\"Names.\"\"\"\n",
    ] {
        seed(
            &mut seeds,
            format!("hidden: {text:?}"),
            &["DTP0816"],
            &[],
            |r| r.write("shop/orders_pb2.py", text),
        );
    }
    for (number, glob) in ["shop/nothing_pb2.py", "gone/**"].iter().enumerate() {
        let text = format!(
            "exception e{number} {{\n  paths: [\"{glob}\"]\n  from: [format]\n  kind: foreign\n  because: \"theirs\"\n  owner: team\n  expires: 2099-12-31\n}}\n"
        );
        seed(
            &mut seeds,
            format!("the glob {glob}"),
            &["DTP0705"],
            &[],
            |r| r.write("plans/case.dtp", &*text),
        );
    }
    for (name, mark) in [
        ("only_a_run", "getattr(pytest.mark, open('m').read())"),
        ("other", "make_mark()"),
    ] {
        let text = format!(
            "import pytest\nfrom nowhere_else import names\n\n\ndef make_mark():\n    while True:\n        pass\n    return [pytest.mark.unit][names()]\n\n\npytestmark = [pytest.mark.unit, pytest.mark.pre_merge]\n\n\n@pytest.mark.parametrize(\"n\", [pytest.param(1, marks={mark})])\ndef test_{name}(n): ...\n"
        );
        seed(
            &mut seeds,
            format!("unknown: {mark}"),
            &["DTP0807"],
            &[],
            |r| r.write("shop/test_seed.py", &*text),
        );
    }
    seed(
        &mut seeds,
        "a file that is no Python",
        &["DTP0807"],
        &[],
        |r| {
            r.write("shop/test_seed.py", "import pytest\n\npytestmark = [pytest.mark.unit, pytest.mark.pre_merge]\n\n\ndef test_it(: ...\n");
        },
    );
    for name in ["test_gone", "test_amounts_that_can[0]"] {
        let text = format!(
            "<testsuite><testcase classname=\"shop.test_orders\" name=\"{name}\"/></testsuite>\n"
        );
        seed(
            &mut seeds,
            format!("the result of {name}"),
            &["DTP0818"],
            &[],
            |r| r.write("results.xml", &*text),
        );
    }
    for (types, marker) in [("integration", "integration"), ("heavy", "heavy")] {
        // Two suites over one folder, told apart by their types; a test of both is run by both.
        let folder = format!("tests/{types}");
        let plan = format!(
            "suite quick_{types} {{\n  type: unit\n  tool: pytest\n  paths: [\"{folder}/**\"]\n  stages: [nightly]\n  environments: [cpu]\n}}\n"
        );
        let more = if marker == "heavy" {
            vec!["heavy", "unit", "nightly", "red"]
        } else {
            vec!["integration", "unit", "nightly"]
        };
        let text = test("test_it", &more);
        seed(
            &mut seeds,
            format!("twice, in {folder}"),
            &["DTP0802", "DTP0803"],
            &["DTP0812"],
            |r| {
                r.replace(
                    PLAN,
                    "  selects: unit\n  layout:  adjacent\n",
                    "  selects: unit\n",
                );
                r.write("plans/case.dtp", &*plan);
                r.write(&format!("{folder}/test_seed.py"), &*text);
            },
        );
    }
    for file in ["shop/test_orders.py", "shop/test_*.py"] {
        let paths = format!(
            "paths code {{\n  match: [\"shop/**\", \"!{file}\"]\n  affects: [units]\n}}\npaths others {{\n  match: [\"{file}\", \"tests/**\"]\n  affects: [with_store]\n}}\n"
        );
        seed(
            &mut seeds,
            format!("a change of {file}"),
            &["DTP0810"],
            &[],
            |r| r.write("plans/case.dtp", &*paths),
        );
    }
    let lib = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn in_a_program() {}\n}\nfn main() {}\n";
    seed(&mut seeds, "a test in a program", &["DTP0801"], &[], |r| {
        r.write("src/main.rs", lib);
    });
    let feature = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn prices_add_up() {}\n    #[cfg(feature = \"extra\")]\n    #[test]\n    fn with_more() {}\n}\n";
    seed(
        &mut seeds,
        "a test with a feature",
        &["DTP0801"],
        &[],
        |r| r.write("src/lib.rs", feature),
    );
    seed(
        &mut seeds,
        "an integration test in Rust",
        &["DTP0811"],
        &[],
        |r| r.write("tests/prices.rs", "#[test]\nfn it() {}\n"),
    );
    seeds
}

#[test]
fn a_hundred_planted_disagreements_are_found_and_nothing_else_is() {
    let seeds = seeds();
    assert!(seeds.len() >= 100, "{} are no hundred", seeds.len());
    let mut wrong = Vec::new();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in &seeds {
        let found = seed.repository.audit();
        let found = codes(&found);
        let missed = seed.wanted.iter().filter(|code| !found.contains(code));
        let false_ones = found
            .iter()
            .filter(|code| !seed.wanted.contains(code) && !seed.allowed.contains(code));
        if missed.count() + false_ones.count() > 0 {
            wrong.push(format!(
                "{}: wanted {:?}, found {found:?}",
                seed.what, seed.wanted
            ));
        }
        for code in &seed.wanted {
            *kinds.entry(code).or_default() += 1;
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} are not found as planted:\n{}",
        wrong.len(),
        seeds.len(),
        wrong.join("\n")
    );
    // All kinds, but that a stage loses a test between its axes, which has its case.
    assert_eq!(kinds.len(), 18, "{kinds:?}");
}
