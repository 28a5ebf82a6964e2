//! What holds for every input.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read files"
)]

use std::fs;
use std::path::Path;

use dtpc::compile::{Compilation, Entry, LoadError, Loader, compile};
use dtpc::diagnostics::render::{Style, human};
use dtpc::jobs::Jobs;
use dtpc::targets;
use proptest::prelude::*;

struct One(String);

impl Loader for One {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        if path == "plan.dtp" {
            Ok(self.0.clone())
        } else {
            Err(LoadError::Missing)
        }
    }
}

fn compiled(text: &str) -> Compilation {
    let entry = Entry {
        file: "plan.dtp".to_owned(),
        folders: Vec::new(),
    };
    compile(&entry, None, &mut One(text.to_owned()))
}

/// Compiles a text, prints what is wrong and renders what is right: none of it may panic, and every
/// finding lies within the text, on the borders of characters.
fn survives(text: &str) {
    let compilation = compiled(text);
    for diagnostic in &compilation.diagnostics {
        for span in diagnostic
            .span
            .iter()
            .chain(diagnostic.labels.iter().map(|(span, _)| span))
        {
            assert!(span.start <= span.end);
            assert!(
                text.get(span.start as usize..span.end as usize).is_some(),
                "{span:?}"
            );
        }
    }
    let style = Style {
        colour: false,
        unicode: true,
        width: 80,
    };
    let said = human(&compilation.sources, &compilation.diagnostics, style);
    assert!(said.ends_with('\n'));
    match &compilation.plan {
        Some(plan) => {
            let jobs = Jobs::derive(plan, &compilation.sources);
            targets::render(targets::REGISTRY, &jobs).unwrap();
        }
        None => assert!(
            !compilation.diagnostics.is_empty(),
            "no plan, and no word about it"
        ),
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
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

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
