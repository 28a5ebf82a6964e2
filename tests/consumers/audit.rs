//! The audit says of every job of the sample what pytest collects with its command.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::pytest::{collect, collected, pytest_jobs};
use crate::support::repository::Repository;
use crate::support::tools::{LIMIT, run};

/// The tests of each job, by the audit: the name of the job with its stage, as workflows have it.
fn audited(repository: &Repository, plan: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut dtpc = std::process::Command::new(env!("CARGO_BIN_EXE_dtpc"));
    dtpc.args(["audit", plan, "--list", "--format", "json"])
        .current_dir(repository.root());
    let done = run(&mut dtpc, LIMIT);
    assert!(done.success(), "{done}");
    let list: Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert_eq!(list["unknown"], Value::Array(Vec::new()), "{list}");
    let mut jobs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for test in list["tests"].as_array().expect("tests") {
        if test["runner"] != "pytest" {
            continue;
        }
        for job in test["jobs"].as_array().expect("jobs") {
            let job = job.as_str().expect("a name").replace('_', "-");
            let id = test["id"].as_str().expect("an id").to_owned();
            jobs.entry(job).or_default().insert(id);
        }
    }
    jobs
}

#[test]
fn every_job_of_the_sample_runs_what_the_audit_says() {
    let repository = Repository::sample().generated();
    let mut audited = audited(&repository, "plans/sample.dtp");
    let jobs = pytest_jobs(&repository);
    assert_eq!(jobs.len(), 8);
    for ((workflow, id), job) in &jobs {
        let stage = workflow.trim_end_matches(".yml");
        let done = collect(&repository, job);
        assert!(done.success(), "{workflow}, {id}: {done}");
        let said = audited
            .remove(&format!("{stage}/{id}").replace('_', "-"))
            .unwrap_or_default();
        let said: BTreeSet<&str> = said.iter().map(String::as_str).collect();
        assert_eq!(said, collected(&done), "{workflow}, {id}");
    }
    assert_eq!(audited, BTreeMap::new(), "pytest knows no such jobs");
}

/// What pytest makes of parameters, fixtures, classes and hooks, in one file each.
#[test]
fn the_audit_reads_what_pytest_collects() {
    let repository = Repository::sample();
    repository.write("odd/conftest.py", CONFTEST);
    repository.write("odd/test_odd.py", ODD);
    let done = repository.call(
        "pytest",
        &["odd", "--collect-only", "-q", "-p", "no:cacheprovider"],
    );
    assert!(done.success(), "{done}");
    let mut dtpc = std::process::Command::new(env!("CARGO_BIN_EXE_dtpc"));
    dtpc.args(["audit", "--list", "--repo", "odd", "--format", "json"])
        .current_dir(repository.root());
    repository.remove("plans/sample.dtp");
    let listed = run(&mut dtpc, LIMIT);
    assert!(listed.success(), "{listed}");
    let list: Value = serde_json::from_str(&listed.stdout).expect("JSON");
    let ids: BTreeSet<String> = list["tests"]
        .as_array()
        .expect("tests")
        .iter()
        .map(|test| format!("odd/{}", test["id"].as_str().expect("an id")))
        .collect();
    let ids: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(ids, collected(&done), "{done}");
}

const CONFTEST: &str = r"
import pytest

collect_ignore = ['test_not_this.py']


@pytest.fixture(params=['one', 'two'])
def kind(request): ...


@pytest.fixture(params=[pytest.param(1, id='first'), 2])
def outer(kind, request): ...
";

const ODD: &str = r#"
import enum
import unittest

import pytest


class Colour(enum.Enum):
    RED = 1


class Thing: ...


SHARED = ["a", "b"] + ["c"]


@pytest.mark.parametrize("a", [1, 2])
@pytest.mark.parametrize("b", [True, None])
def test_product(a, b, kind): ...


def test_outer(outer): ...


@pytest.mark.usefixtures("kind")
def test_used(): ...


@pytest.mark.parametrize("kind", ["direct"])
def test_direct(kind): ...


@pytest.mark.parametrize("x", [1.5, "a\nb", "é", "", Colour.RED, Thing, [1], {"k": 1}, "a/b[c]", -3, Thing()])
def test_ids(x): ...


@pytest.mark.parametrize("x", SHARED + ["a"])
def test_shared(x): ...


@pytest.mark.parametrize(["x", "y"], [(1, 2), pytest.param(3, 4, id="three")], ids=["one", None])
def test_two(x, y): ...


@pytest.mark.parametrize("x", [])
def test_none(x): ...


@pytest.mark.parametrize("x", [i * 2 for i in range(3) if i != 1])
def test_comprehension(x): ...


@pytest.mark.parametrize("c", "ab")
class TestClass:
    NAMES = ["n", "m"]

    @pytest.mark.parametrize("d", NAMES)
    def test_method(self, c, d): ...

    def helper(self): ...


class Base:
    def test_inherited(self): ...


class TestChild(Base):
    def test_own(self): ...


class Cases(unittest.TestCase):
    def test_case(self): ...


class TestNot:
    def __init__(self): ...

    def test_not(self): ...


class TestOff:
    __test__ = False

    def test_off(self): ...
"#;
