//! Every fact of Dynamo's pipelines, held against what dtpc makes of `plans/dynamo-ci.dtp`.
//!
//! - `facts.tsv`: the jobs as they are, with trigger, runner, strategy, timeout, needs, condition,
//!   inputs and permissions.
//! - `places.tsv`: for each of them the workflow and the jobs that stand for it.
//! - `rules.tsv`: for each fact that is not in the output, what stands in its place and why. `*` is
//!   anything; the fourth column is a part of the fact's text.
//!
//! A fact is found in the output, or a rule replaces it; a rule that no fact needs is an error.
//! `DTPC_BLESS=1` writes `docs/dynamo-ci.md`, the table of all of them.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests read and write files, and one that cannot go on has failed"
)]

mod facts;
mod held;
mod inputs;
mod output;
mod selections;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use facts::{Fact, Facts, Rule};
use output::{Output, root};
use selections::Selections;

/// Where a fact is, or what stands in its place.
enum Found<'f> {
    There(String),
    Replaced(&'f Rule),
}

/// Looks for every fact, and says which are neither there nor replaced.
fn look<'f>(facts: &'f Facts, output: &Output) -> Vec<(&'f Fact, Found<'f>)> {
    let mut selections = Selections::of_plan();
    let mut found = Vec::new();
    let mut missing = String::new();
    let mut needed = BTreeSet::new();
    for fact in &facts.all {
        match held::place_of(fact, facts, output, &mut selections) {
            Ok(place) => found.push((fact, Found::There(place))),
            Err(why) => match facts.rule(fact) {
                Some((number, rule)) => {
                    needed.insert(number);
                    found.push((fact, Found::Replaced(rule)));
                }
                None => {
                    let _ = writeln!(
                        missing,
                        "{} {} {}: {}: {why}",
                        fact.workflow, fact.job, fact.what, fact.text
                    );
                }
            },
        }
    }
    for (number, rule) in facts.rules.iter().enumerate() {
        if !needed.contains(&number) {
            let _ = writeln!(missing, "no fact needs the rule {rule:?}");
        }
    }
    assert!(missing.is_empty(), "\n{missing}");
    found
}

/// A text as code in a cell of a table.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn table(facts: &Facts, found: &[(&Fact, Found<'_>)]) -> String {
    let replaced = found
        .iter()
        .filter(|(_, f)| matches!(f, Found::Replaced(_)))
        .count();
    let mut page = format!(
        "# Dynamo's pipelines, fact by fact\n\n\
         <!-- Written by tests/dynamo_ci: `DTPC_BLESS=1 cargo test --test dynamo_ci`. -->\n\n\
         [plans/dynamo-ci.dtp](../plans/dynamo-ci.dtp) is the continuous integration of ai-dynamo/dynamo at \
         commit 2a6da14c, written as a plan. This is every fact of its {} jobs and workflows: {} are in what \
         `dtpc generate --target github-actions` writes, and {replaced} are replaced by a rule.\n\n\
         A job's name leads to the jobs that stand for it; the last column says in which field, or in italics \
         what stands in its place. The test that writes this page fails if a fact is no longer there.\n",
        facts.places.len(),
        found.len() - replaced,
    );
    let mut workflow = "";
    let mut job = "";
    for (fact, found) in found {
        if fact.workflow != workflow {
            workflow = &fact.workflow;
            let _ = write!(
                page,
                "\n## {workflow}\n\n| job | fact | as it is | in the output |\n| --- | --- | --- | --- |\n"
            );
            job = "";
        }
        let named = if fact.job == job {
            String::new()
        } else {
            job = &fact.job;
            let ids = facts.place(&fact.workflow, &fact.job);
            let ids: Vec<String> = ids.ids.iter().map(|id| code(id)).collect();
            let named = format!(" {} {}", code(&fact.job), ids.join(" "));
            named.trim_end().to_owned()
        };
        let place = match found {
            Found::There(place) => place.clone(),
            Found::Replaced(rule) => format!("*{}*", rule.instead),
        };
        let _ = writeln!(
            page,
            "|{named} | {} | {} | {place} |",
            fact.what,
            code(&fact.text)
        );
    }
    page
}

/// Whoever opens a pull request with the label starts these: they wait until somebody has looked at it.
#[test]
fn what_a_fork_can_start_on_a_private_machine_waits_for_an_approval() {
    let output = Output::generated();
    let jobs = output.workflow("xpu.yml")["jobs"].as_object().unwrap();
    let mut waiting = BTreeSet::new();
    for (id, job) in jobs {
        let label = job["runs-on"].as_str().unwrap();
        let is_hosted = label.starts_with("ubuntu-");
        assert_eq!(
            job["environment"].as_str(),
            (!is_hosted).then_some("ci"),
            "{id}"
        );
        if !is_hosted {
            waiting.insert(label);
        }
    }
    assert_eq!(waiting, BTreeSet::from(["xpu", "xpu-2"]));
}

#[test]
fn every_fact_is_in_the_output_or_replaced_by_a_rule() {
    let facts = Facts::read();
    assert_eq!(facts.places.len(), 196, "the facts are gone");
    let output = Output::generated();
    let found = look(&facts, &output);
    let written = table(&facts, &found);
    let page = root().join("docs/dynamo-ci.md");
    if std::env::var_os("DTPC_BLESS").is_some() {
        fs::write(&page, &written).unwrap();
    }
    let known = fs::read_to_string(&page).unwrap_or_default();
    assert!(
        written == known,
        "docs/dynamo-ci.md is not what is found now: if this is better, run with DTPC_BLESS=1"
    );
}

/// The other way round: a job that stands for no fact would be ours alone.
#[test]
fn every_job_stands_for_a_fact() {
    let facts = Facts::read();
    let output = Output::generated();
    let known: BTreeSet<(&str, &str)> = facts
        .places
        .iter()
        .flat_map(|place| {
            place
                .ids
                .iter()
                .map(|id| (place.file.as_str(), id.as_str()))
        })
        .collect();
    let ours: Vec<String> = output
        .jobs()
        .filter(|(file, id)| !known.contains(&(*file, *id)))
        .map(|(file, id)| format!("{file} {id}"))
        // Nobody judges the tests behind a merge today.
        .filter(|name| !name.ends_with("gate--post_merge_tests"))
        // Each stage tells what became of its jobs.
        .filter(|name| !name.ends_with(" summary"))
        .collect();
    assert!(ours.is_empty(), "{ours:#?}");
}

/// A change of a job.
type Change<'c> = &'c dyn Fn(&mut serde_json::Value);

/// What would be lost without a word is noticed: a job less, another runner, another selection.
#[test]
fn a_fact_that_is_gone_is_noticed() {
    let facts = Facts::read();
    let file = "nightly.yml";
    let id = "h100_tests-h100_two-vllm-cuda13_0";
    let changes: [(&str, Change); 5] = [
        ("input amd_runner", &|job| {
            job["runs-on"] = "ubuntu-24.04".into();
        }),
        ("input gpu_test_markers", &|job| {
            let text = job["steps"].to_string().replace("gpu_1 or gpu_2", "gpu_1");
            job["steps"] = serde_json::from_str(&text).unwrap();
        }),
        ("needs", &|job| {
            job["needs"] = serde_json::json!(["select"]);
        }),
        ("input enable_coverage", &|job| {
            let text = job["steps"].to_string().replace("coverage run", "run");
            job["steps"] = serde_json::from_str(&text).unwrap();
        }),
        ("permissions", &|job| {
            job["permissions"] = serde_json::json!({ "contents": "write" });
        }),
    ];
    let mut selections = Selections::of_plan();
    let generated = Output::generated();
    for (what, change) in changes {
        let mut output = generated.clone();
        let (looked_at, id) = if what == "permissions" {
            ("rust-tests", "rust_tests-fast-workspace")
        } else {
            ("vllm-h100-test", id)
        };
        let fact = facts
            .all
            .iter()
            .find(|f| f.workflow == "nightly-ci.yml" && f.job == looked_at && f.what == what)
            .unwrap_or_else(|| panic!("{what}"));
        let place = held::place_of(fact, &facts, &output, &mut selections);
        assert!(place.is_ok(), "{what}: {place:?}");
        change(output.job_mut(file, id));
        let place = held::place_of(fact, &facts, &output, &mut selections);
        assert!(place.is_err(), "{what}: {place:?}");
    }
}

/// There is no GPU for arm64: of the parts of the suite one has tests there, and that one alone is run.
#[test]
fn a_part_without_a_test_in_a_job_is_not_run_there() {
    let output = Output::generated();
    let runs = |id: &str| {
        let commands = output.commands("nightly.yml", id);
        commands
            .iter()
            .filter(|line| line.contains("pytest "))
            .count()
    };
    assert_eq!(
        runs("framework_tests-gpu_one-vllm-cuda13_0"),
        4,
        "with the version"
    );
    assert_eq!(runs("framework_tests-cpu_arm-vllm-cuda13_0"), 2);
}

/// The 48 expressions, of which some stand in a workflow that another one calls.
#[test]
fn every_expression_is_selected_by_a_job() {
    let facts = Facts::read();
    let output = Output::generated();
    let mut selections = Selections::of_plan();
    let expressions = include_str!("../algebra/dynamo.tsv");
    assert_eq!(expressions.lines().count(), 48);
    let mut missing = String::new();
    for line in expressions.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [workflow, job, _, expression] = columns[..] else {
            panic!("{line}");
        };
        // `vllm-test-xpu/xpu_1` is the call of a workflow, and one of its jobs.
        let job = job.split('/').next().unwrap();
        let place = facts.place(workflow, job);
        let commands: Vec<&str> = place
            .ids
            .iter()
            .flat_map(|id| output.commands(&place.file, id))
            .collect();
        if let Err(why) = selections.are_selected_by(expression, &commands) {
            let _ = writeln!(missing, "{workflow} {job}: {expression}: {why}");
        }
    }
    assert!(missing.is_empty(), "\n{missing}");
}
