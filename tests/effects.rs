//! Every field of every kind does something, and so does every word of every field of a few words.
//!
//! `tests/effects/plan.dtp` has every field in it and holds. Each row of [`FIELDS`] changes one field
//! in it, or takes it out; then something that dtpc writes or finds must be another. A field
//! without a row fails the test.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read files"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use dtpc::compile::{self, Entry, LoadError, Loader};
use dtpc::diagnostics::{Diagnostic, codes};
use dtpc::jobs::Jobs;
use dtpc::schema::kinds::KINDS;
use dtpc::schema::values::{Date, WORD_TYPES};
use dtpc::targets::json::Json;
use dtpc::targets::{Content, REGISTRY, render};

struct Text<'t>(&'t str);

impl Loader for Text<'_> {
    fn load(&mut self, _path: &str) -> Result<String, LoadError> {
        Ok(self.0.to_owned())
    }
}

/// What comes of a plan: what is found in it, and the files it brings forth.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Effects {
    found: Vec<String>,
    files: BTreeMap<String, String>,
}

/// What a finding says, without its place: a change of the text may only move it.
fn said(diagnostic: &Diagnostic) -> String {
    format!("{} {}", diagnostic.code.code, diagnostic.message)
}

fn effects(text: &str) -> Effects {
    let entry = Entry {
        file: "plan.dtp".to_owned(),
        folders: vec!["work".to_owned(), "plans".to_owned()],
    };
    let today = Date("2026-06-01".parse().unwrap());
    let compilation = compile::compile(&entry, Some(today), &mut Text(text));
    for found in &compilation.diagnostics {
        // A value that is no value of the field shows nothing about it.
        let is_of_the_text = [
            codes::SYNTAX,
            codes::UNKNOWN_FIELD,
            codes::UNKNOWN_NAME,
            codes::DUPLICATE,
            codes::WRONG_TYPE,
        ]
        .contains(&found.code);
        assert!(!is_of_the_text, "{} in\n{text}", said(found));
    }
    let files = compilation.plan.as_ref().map(|plan| {
        let jobs = Jobs::derive(plan, &compilation.sources);
        let outputs = render(REGISTRY, &jobs).unwrap();
        // The compiled plan holds every field as it is: that it becomes another with one shows nothing
        // about what the field does. Only where it goes counts.
        let compiled = render(&[&Json], &jobs).unwrap().remove(0).path;
        let text = |path: &str, content| match content {
            Content::Whole(_) if path == compiled => String::new(),
            Content::Whole(text) => text,
            Content::Shared(edit) => edit(None).unwrap().text,
        };
        outputs
            .into_iter()
            .map(|output| (output.path.clone(), text(&output.path, output.content)))
            .collect()
    });
    Effects {
        found: compilation.diagnostics.iter().map(said).collect(),
        files: files.unwrap_or_default(),
    }
}

/// The plan with every field, its spaces one by one, so that columns need not be kept here.
fn plan() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/effects/plan.dtp");
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n")
        .collect()
}

/// Where a declaration begins, behind its brace.
fn declaration(plan: &str, head: &str) -> usize {
    let opened = format!("{head} {{");
    let at = plan.find(&opened);
    at.unwrap_or_else(|| panic!("`{head}` is gone")) + opened.len()
}

/// The plan with a change in one declaration.
fn changed(plan: &str, head: &str, before: &str, after: &str) -> String {
    let start = declaration(plan, head);
    let at = plan[start..].find(before);
    let at = start + at.unwrap_or_else(|| panic!("`{before}` is not in `{head}`"));
    let (mut left, mut right) = (&plan[..at], &plan[at + before.len()..]);
    if after.is_empty() {
        // The comma beside a field that is taken out goes with it.
        if let Some(rest) = right.strip_prefix(", ") {
            right = rest;
        } else {
            left = left.strip_suffix(", ").unwrap_or(left);
        }
    }
    format!("{left}{after}{right}")
}

/// The kind that a head is of.
fn kind(head: &str) -> &str {
    head.split(' ').next().unwrap()
}

/// A declaration, what its field is in the plan, and what it is changed to.
type Row = (&'static str, &'static str, &'static str);

include!("effects/fields.rs");
include!("effects/words.rs");

/// What comes of the plan with each row's change, in the order of [`FIELDS`].
static CHANGED: LazyLock<Vec<Effects>> = LazyLock::new(|| {
    let plan = plan();
    FIELDS
        .iter()
        .map(|(head, before, after)| effects(&changed(&plan, head, before, after)))
        .collect()
});

#[test]
fn every_field_has_an_effect() {
    let plan = plan();
    let effects_before = effects(&plan);
    assert_eq!(effects_before.found, Vec::<String>::new());
    let mut without = Vec::new();
    let mut tried = BTreeSet::new();
    for ((head, before, after), effects) in FIELDS.iter().zip(CHANGED.iter()) {
        let field = before.split(':').next().unwrap();
        tried.insert(format!("{}.{field}", kind(head)));
        if *effects == effects_before {
            without.push(format!("{head}: `{before}` to `{after}`"));
        }
    }
    assert!(
        without.is_empty(),
        "these change nothing:\n{}",
        without.join("\n")
    );
    let fields: BTreeSet<String> = KINDS
        .iter()
        .flat_map(|kind| {
            kind.fields
                .iter()
                .map(move |f| format!("{}.{}", kind.name, f.name))
        })
        .collect();
    let missing: Vec<_> = fields.difference(&tried).collect();
    assert!(missing.is_empty(), "no row changes {missing:?}");
    assert_eq!(tried.difference(&fields).count(), 0, "no such field");
}

/// The fields that are there for people: the test-plan document alone changes with them.
#[test]
fn fields_for_people_are_known() {
    let before = effects(&plan());
    let mut elsewhere = BTreeSet::new();
    let mut all = BTreeSet::new();
    for ((head, field, _), changed) in FIELDS.iter().zip(CHANGED.iter()) {
        let name = format!("{}.{}", kind(head), field.split(':').next().unwrap());
        let mut differ = before
            .files
            .iter()
            .filter(|(path, text)| changed.files.get(*path) != Some(text));
        if changed.found != before.found || differ.any(|(path, _)| path != "docs/plan.md") {
            elsewhere.insert(name.clone());
        }
        all.insert(name);
    }
    let for_people: Vec<&str> = all.difference(&elsewhere).map(String::as_str).collect();
    assert_eq!(for_people, FOR_PEOPLE);
}

#[test]
fn every_title_is_shown() {
    let plan = plan();
    let before = effects(&plan);
    let mut hidden: Vec<&str> = Vec::new();
    for kind in KINDS {
        let (head, _, _) = FIELDS
            .iter()
            .find(|(head, _, _)| self::kind(head) == kind.name)
            .copied()
            .unwrap_or((AREA, "", ""));
        let at = declaration(&plan, head);
        let titled = format!("{}\ntitle: \"A title\"\n{}", &plan[..at], &plan[at..]);
        let shown = effects(&titled);
        assert_eq!(shown.found, before.found, "{head}");
        hidden.extend((shown.files == before.files).then_some(kind.name));
    }
    assert_eq!(hidden, WITHOUT_TITLES);
}

#[test]
fn every_word_has_an_effect() {
    let plan = plan();
    for (name, words) in WORD_TYPES {
        let (_, head, before, after) = WORDS
            .iter()
            .find(|(known, ..)| known == name)
            .unwrap_or_else(|| panic!("no row tries the words of {name}"));
        let mut seen = BTreeMap::new();
        for word in *words {
            let tried = effects(&changed(&plan, head, before, &after.replace("WORD", word)));
            if let Some(other) = seen.insert(tried, word) {
                panic!("{name}: `{word}` and `{other}` are the same");
            }
        }
    }
}
