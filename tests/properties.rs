//! What holds for every input.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    reason = "tests read files, and say which"
)]

#[path = "support/exercise.rs"]
mod exercise;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;

/// Puts a text through all that dtpc does with one: none of it may panic, and what it promises holds.
fn survives(text: &str) {
    exercise::everything(text.as_bytes());
}

/// The files below a folder.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// What the fuzzer found worth keeping, and what once failed. Each is put through everything, for
/// all targets read the same inputs.
#[test]
fn every_input_of_the_fuzzer_is_survived() {
    let inputs = [files("fuzz/corpus"), files("tests/found")].concat();
    assert!(inputs.len() > 100, "the corpus is gone");
    for input in inputs {
        let bytes = fs::read(&input).unwrap();
        let started = Instant::now();
        // The name of the input stands above the message of a panic.
        println!("{}", input.display());
        exercise::everything(&bytes);
        let taken = started.elapsed();
        assert!(taken < Duration::from_secs(10), "{taken:?}");
    }
}

fn dynamo() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/dynamo.dtp")).unwrap()
}

/// Pieces that mean something to the language, so that random texts get deep into it.
fn token() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "plan",
        "stage",
        "suite",
        "feature",
        "import",
        "at",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ":",
        ",",
        "\n",
        " ",
        "\"",
        "\"a\"",
        "\\",
        "//",
        "///",
        "//!",
        "a",
        "b/c",
        "k.n",
        "open",
        "5",
        "30min",
        "5%",
        "4 USD/h",
        "2027-01-01",
        "and",
        "or",
        "not",
        "per",
        "of",
        "since",
        "<=",
        "+",
        "-",
        "title",
        "trigger",
        "stages",
        "é",
        "\u{202e}",
        "\r\n",
        "\u{feff}",
        "=",
        "'",
        "#",
        "${{",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        survives(&text);
    }

    #[test]
    fn any_row_of_tokens_is_survived(tokens in prop::collection::vec(token(), 0..120)) {
        survives(&tokens.concat());
        survives(&tokens.join(" "));
    }

    #[test]
    fn tokens_inside_a_declaration_are_survived(tokens in prop::collection::vec(token(), 0..60)) {
        survives(&format!("plan p {{}}\nsuite s {{ stages: {} }}\nowner o {{}}\n", tokens.join(" ")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_real_plan_with_a_cut_is_survived(at in any::<prop::sample::Index>(), length in 0_usize..200) {
        let text = dynamo();
        let start = at.index(text.len());
        let kept: String = text
            .char_indices()
            .filter(|(i, _)| *i < start || *i >= start + length)
            .map(|(_, c)| c)
            .collect();
        survives(&kept);
    }

    #[test]
    fn a_real_plan_with_something_put_in_is_survived(at in any::<prop::sample::Index>(), token in token()) {
        let mut text = dynamo();
        let at = (0..=at.index(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap();
        text.insert_str(at, token);
        survives(&text);
    }
}
