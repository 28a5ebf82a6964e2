//! Every test that was found, with its markers and the jobs that run it.

use std::fmt::Write as _;

use serde::Serialize;

use super::facts::{Case, CaseId, Facts, Runner, Test};
use super::selection::Selection;
use crate::diagnostics::place::Places;
use crate::jobs::Jobs;
use crate::source::{SourceMap, Span};

/// What the jobs of a plan run, where there is a plan.
pub type Planned<'a> = Option<(&'a Jobs<'a>, &'a Selection)>;

#[derive(Debug, Serialize)]
struct JsonList<'a> {
    tests: Vec<JsonTest<'a>>,
    unknown: Vec<JsonUnknown<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonTest<'a> {
    id: String,
    runner: &'static str,
    file: &'a str,
    line: usize,
    /// Whether its parameters are known: otherwise it stands for all tests of the function.
    counted: bool,
    markers: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jobs: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct JsonUnknown<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    why: &'a str,
}

/// For programs.
pub fn json(sources: &SourceMap, facts: &Facts, planned: Planned<'_>) -> String {
    let mut places = Places::new(sources);
    let mut tests = Vec::new();
    for (number, test) in facts.tests.iter().enumerate() {
        let line = places.of(test.span).line;
        for (at, case) in test.cases.iter().enumerate() {
            tests.push(JsonTest {
                id: test.id_of(case),
                runner: runner(test),
                file: &test.file,
                line,
                counted: test.is_whole,
                markers: markers(case),
                unknown: test.unknown.as_ref().map(|why| why.words.as_str()),
                jobs: planned.map(|planned| jobs_of(planned, number, at)),
            });
        }
    }
    let unknown = facts.unknown.iter().map(|unknown| {
        let place = (unknown.span != Span::default()).then(|| places.of(unknown.span));
        JsonUnknown {
            file: place.as_ref().map(|place| place.file),
            line: place.as_ref().map(|place| place.line),
            why: &unknown.words,
        }
    });
    let unknown = unknown.collect();
    // Texts and numbers alone: they can always be written.
    let mut text = serde_json::to_string_pretty(&JsonList { tests, unknown }).unwrap_or_default();
    text.push('\n');
    text
}

/// For people: a line for each test, then what is not known.
pub fn text(sources: &SourceMap, facts: &Facts, planned: Planned<'_>) -> String {
    let mut out = String::new();
    let mut count = 0;
    for (number, test) in facts.tests.iter().enumerate() {
        for (at, case) in test.cases.iter().enumerate() {
            count += 1;
            // Writing to a String cannot fail, here and below.
            let _ = write!(out, "{}", test.id_of(case));
            let markers = markers(case);
            if !markers.is_empty() {
                let _ = write!(out, "  [{}]", markers.join(", "));
            }
            if let Some(planned) = planned {
                let jobs = jobs_of(planned, number, at);
                match jobs.as_slice() {
                    _ if test.unknown.is_some() => {}
                    [] => out.push_str("  in no job"),
                    jobs => {
                        let _ = write!(out, "  in {}", jobs.join(", "));
                    }
                }
            }
            if let Some(why) = &test.unknown {
                let _ = write!(out, "  not all known: {}", why.words);
            }
            out.push('\n');
        }
    }
    let unknown = facts
        .tests
        .iter()
        .filter(|test| test.unknown.is_some())
        .count();
    let uncounted = facts
        .tests
        .iter()
        .filter(|test| test.cases.iter().any(|case| case.id == CaseId::Unknown))
        .count();
    let _ = write!(
        out,
        "\n{} of pytest and {} of cargo in {} files; with their parameters, {count} tests\n",
        facts
            .tests
            .iter()
            .filter(|t| t.runner == Runner::Pytest)
            .count(),
        facts
            .tests
            .iter()
            .filter(|t| t.runner == Runner::Cargo)
            .count(),
        facts.files,
    );
    let _ = writeln!(
        out,
        "{unknown} whose markers are not all known, {uncounted} whose parameters only a run tells"
    );
    let mut places = Places::new(sources);
    for unknown in &facts.unknown {
        if unknown.span == Span::default() {
            let _ = writeln!(out, "not known: {}", unknown.words);
        } else {
            let place = places.of(unknown.span);
            let _ = writeln!(
                out,
                "not known: {}:{}: {}",
                place.file, place.line, unknown.words
            );
        }
    }
    out
}

fn runner(test: &Test) -> &'static str {
    match test.runner {
        Runner::Pytest => "pytest",
        Runner::Cargo => "cargo",
    }
}

/// The names of its markers, each once, in the order of the alphabet.
fn markers(case: &Case) -> Vec<&str> {
    let mut names: Vec<&str> = case
        .markers
        .iter()
        .map(|marker| marker.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The jobs that run a case, each with its stage.
fn jobs_of((jobs, selection): (&Jobs<'_>, &Selection), test: usize, case: usize) -> Vec<String> {
    let mut names: Vec<String> = selection.lanes_of[test][case]
        .iter()
        .map(|lane| {
            let job = &jobs.jobs[selection.lanes[*lane as usize].job];
            format!("{}/{}", jobs.plan.stages[job.stage].head.name(), job.id)
        })
        .collect();
    names.dedup();
    names
}
