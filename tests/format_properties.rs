//! What holds for the layout of every plan, however it was written: tried on random layouts of real
//! plans, and on random rows of tokens.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read files"
)]

#[path = "support/scramble.rs"]
mod scramble;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use dtpc::compile::{Compilation, Entry, LoadError, Loader, compile};
use dtpc::format::{self, Refusal};
use dtpc::jobs::Jobs;
use dtpc::source::SourceMap;
use dtpc::targets::json::Json;
use dtpc::targets::{self, Content};
use proptest::prelude::*;
use proptest::sample::Index;
use scramble::{Extent, comments, scramble, words};
use serde_json::Value;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn formatted(text: &str) -> Result<String, Refusal> {
    let mut sources = SourceMap::new();
    let id = sources.add("plan.dtp".to_owned(), text.to_owned()).unwrap();
    format::format(sources.file(id))
}

/// Formats a text that has no syntax error, and checks what must hold for any.
fn well_formatted(text: &str) -> String {
    let found = formatted(text).unwrap_or_else(|why| panic!("{why:?}\n{text}"));
    assert_eq!(comments(&found), comments(text), "of:\n{text}");
    assert_eq!(words(&found), words(text), "of:\n{text}");
    assert_eq!(
        formatted(&found).unwrap(),
        found,
        "the second time, of:\n{text}"
    );
    for line in found.lines() {
        assert_eq!(line.trim_end(), line, "white space at the end of a line");
        assert!(
            !line.contains('\t') || text.contains(line.trim()),
            "{line:?}"
        );
    }
    assert!(!found.contains("\n\n\n"), "two empty lines, of:\n{text}");
    assert!(!found.starts_with('\n') && !found.ends_with("\n\n"));
    found
}

/// A plan of one text, beside the plan that the cases of diagnostics stand on.
struct Texts<'t>(&'t str);

impl Loader for Texts<'_> {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        match path {
            "plan.dtp" => Ok(self.0.to_owned()),
            "base.dtp" => Ok(read("tests/diagnostics/base.dtp")),
            _ => Err(LoadError::Missing),
        }
    }
}

fn compiled(text: &str) -> Compilation {
    let entry = Entry {
        file: "plan.dtp".to_owned(),
        folders: Vec::new(),
    };
    let today = "2026-06-01".parse().map(dtpc::schema::values::Date);
    compile(&entry, Some(today.unwrap()), &mut Texts(text))
}

/// The compiled plan without what tells lines of the plan: places, and by them the digest; and without
/// the values of constants, which are there as they are written.
fn without_places(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for told in ["origin", "origins", "digest", "constant"] {
                fields.remove(told);
            }
            fields.values_mut().for_each(without_places);
        }
        Value::Array(items) => items.iter_mut().for_each(without_places),
        _ => {}
    }
}

/// All that a plan is compiled to. In the compiled plan alone something tells lines of the plan: all
/// else is compared as it is.
fn outputs(text: &str) -> Vec<(String, String)> {
    let compilation = compiled(text);
    let plan = compilation.plan.as_ref();
    let plan = plan.unwrap_or_else(|| panic!("{:?}", compilation.diagnostics));
    let jobs = Jobs::derive(plan, &compilation.sources);
    let outputs = targets::render(targets::REGISTRY, &jobs).unwrap();
    assert!(!outputs.is_empty());
    let compiled = targets::render(&[&Json], &jobs).unwrap().remove(0).path;
    let content = |path: &str, content: &Content| match content {
        Content::Whole(text) if path == compiled => {
            let mut plan: Value = serde_json::from_str(text).unwrap();
            without_places(&mut plan);
            plan.to_string()
        }
        Content::Whole(text) => text.clone(),
        Content::Shared(edit) => edit(None).unwrap().text,
    };
    outputs
        .iter()
        .map(|output| (output.path.clone(), content(&output.path, &output.content)))
        .collect()
}

/// What is found in a plan, without the places.
fn findings(text: &str) -> Vec<(&'static str, String)> {
    let found = compiled(text).diagnostics;
    found
        .into_iter()
        .map(|found| (found.code.code, found.message))
        .collect()
}

const PLANS: [&str; 2] = ["plans/dynamo.dtp", "tests/sample/plans/sample.dtp"];

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = paths
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "dtp"))
        .collect();
    files.sort();
    files
}

/// Every file of the repository that has no syntax error.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folders = [
        "plans",
        "tests/sample/plans",
        "tests/format",
        "tests/diagnostics",
    ];
    let texts: Vec<String> = folders
        .iter()
        .flat_map(|folder| files(folder))
        .map(|path| fs::read_to_string(path).unwrap())
        .filter(|text| formatted(text).is_ok())
        .collect();
    assert!(texts.len() > 80, "the files are gone");
    texts
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_real_plan_in_another_layout_compiles_to_the_same(seed in any::<u64>()) {
        for plan in PLANS {
            let text = read(plan);
            let other = scramble(&text, seed, Extent::All);
            prop_assert_ne!(&other, &text);
            let found = well_formatted(&other);
            // A comment that was put in as `//!` is one more line of the file's documentation.
            let wanted = outputs(&other);
            prop_assert_eq!(outputs(&found), wanted);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_nobody_sees_makes_no_difference(text in any::<Index>(), seed in any::<u64>()) {
        let text: &String = text.get(&TEXTS);
        let other = scramble(text, seed, Extent::Unseen);
        prop_assert_eq!(well_formatted(&other), well_formatted(text), "from:\n{}", other);
    }

    #[test]
    fn any_layout_of_any_file_keeps_its_comments_and_findings(text in any::<Index>(), seed in any::<u64>()) {
        let text: &String = text.get(&TEXTS);
        let other = scramble(text, seed, Extent::All);
        let found = well_formatted(&other);
        prop_assert_eq!(findings(&found), findings(&other));
    }
}

/// A value of any form, without types.
fn value() -> BoxedStrategy<String> {
    let word = || {
        prop::sample::select(vec![
            "a",
            "gpu_1",
            "a_name_that_is_rather_long",
            "b/c",
            "k.n",
        ])
    };
    let literals = vec![
        "\"s\"",
        "\"// [ \\\" \"",
        "5",
        "-1.5",
        "30min",
        "4 USD/h",
        "5%",
        "2027-01-01",
    ];
    let leaf = prop_oneof![word(), prop::sample::select(literals)].prop_map(str::to_owned);
    leaf.prop_recursive(5, 48, 6, move |inner| {
        let several = || prop::collection::vec(inner.clone(), 0..6);
        let named = || {
            prop::collection::vec(
                (
                    word().prop_map(|w| w.replace(['/', '.'], "_")),
                    inner.clone(),
                ),
                0..5,
            )
        };
        let fields = |fields: Vec<(String, String)>| {
            let fields: Vec<String> = fields.iter().map(|(k, v)| format!("{k}: {v}")).collect();
            fields.join(", ")
        };
        let infix = prop::sample::select(vec!["per", "of", "at", "since", "<", ">=", "!="]);
        let joint = prop::sample::select(vec![" and ", " or ", " and not ", " or not not "]);
        prop_oneof![
            several().prop_map(|values| format!("[{}]", values.join(", "))),
            several().prop_map(|values| format!(
                "[{}]",
                values
                    .iter()
                    .map(|v| format!("+ {v}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
            named().prop_map(move |values| format!("{{ {} }}", fields(values))),
            named().prop_map(move |values| format!("f({})", fields(values))),
            several().prop_map(|values| format!("call({})", values.join(", "))),
            (inner.clone(), infix, inner.clone())
                .prop_map(|(a, op, b)| format!("({a}) {op} ({b})")),
            (inner.clone(), joint.clone(), inner.clone())
                .prop_map(|(a, op, b)| format!("({a}{op}{b})")),
            (word(), joint.clone(), word(), joint, inner.clone())
                .prop_map(|(a, one, b, two, c)| format!("({a}{one}{b}{two}({c}))")),
        ]
    })
    .boxed()
}

/// A declaration with fields, patterns and declarations in it.
fn declaration() -> impl Strategy<Value = String> {
    let head = prop::sample::select(vec![
        "suite a",
        "suite longer_name",
        "part b",
        "owner",
        "at (k: a)",
        "at (b, c: [d])",
    ]);
    let field = (
        prop::sample::select(vec!["a", "stages", "environments"]),
        value(),
    );
    let fields = || {
        prop::collection::vec(
            field
                .clone()
                .prop_map(|(key, value)| format!("{key}: {value}")),
            0..5,
        )
    };
    let leaf = (head.clone(), fields())
        .prop_map(|(head, fields)| format!("{head} {{ {} }}", fields.join(", ")));
    leaf.prop_recursive(3, 12, 4, move |inner| {
        let items = prop::collection::vec(
            prop_oneof![inner, value().prop_map(|value| format!("field: {value}"))],
            0..5,
        );
        (head.clone(), items)
            .prop_map(|(head, items)| format!("{head} {{\n{}\n}}", items.join("\n")))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_form_is_formatted_well(declarations in prop::collection::vec(declaration(), 1..6), seed in any::<u64>()) {
        let text = declarations.join("\n");
        let wanted = well_formatted(&text);
        well_formatted(&scramble(&text, seed, Extent::All));
        let other = scramble(&text, seed, Extent::Unseen);
        prop_assert_eq!(well_formatted(&other), wanted, "from:\n{}", other);
    }
}

/// Pieces that mean something to the language, so that random texts get deep into it.
fn token() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "{ ",
        " }",
        "[",
        "]",
        "(",
        ")",
        ": ",
        ", ",
        "\n",
        "\n\n",
        "\r\n",
        "// c\n",
        "//! d\n",
        "/// e\n",
        "k: ",
        "k: 1\n",
        "x y { ",
        "at (",
        "a",
        "b/c",
        "f(",
        "f(a)",
        "f(k: a)",
        "[a, b]",
        "\"s\"",
        "{ k: 1 }",
        "5",
        "30min",
        "5%",
        "4 USD/h",
        "-1",
        "2027-01-01",
        " and ",
        " or ",
        " not ",
        " per ",
        " of ",
        " since ",
        " <= ",
        "+ ",
        "- ",
        " ",
        "é",
        "a_name_that_is_long_enough_to_break_lines_when_there_are_some_of_it",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_formatted_well_or_refused(tokens in prop::collection::vec(token(), 0..24)) {
        let value = tokens.concat();
        for text in [
            value.clone(),
            format!("owner o {{ k: {value} }}\n"),
            format!("owner o {{ k: [{value}] }}"),
            format!("owner o {{ k: f({value}) }}"),
            format!("owner o {{\n{value}\n}}"),
        ] {
            match formatted(&text) {
                Ok(_) => drop(well_formatted(&text)),
                Err(Refusal::Syntax(found)) => prop_assert!(!found.is_empty()),
                Err(Refusal::Unfaithful) => panic!("the words of this would change:\n{text}"),
            }
        }
    }
}
