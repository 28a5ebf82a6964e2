//! The table of the language and the page that is written from it.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read and write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use ::dtpc::compile::{Entry, LoadError, Loader, compile};
use ::dtpc::diagnostics::codes;
use ::dtpc::name::one_line;
use ::dtpc::schema::kinds::KINDS;
use ::dtpc::schema::{KindSchema, reference};
use ::dtpc::targets::json;
use dtpc::{Dtpc, root};
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn every_kind_and_field_has_words_and_an_example() {
    for kind in KINDS {
        assert!(
            !kind.doc.trim().is_empty(),
            "{} has no description",
            kind.name
        );
        for field in kind.all_fields() {
            let name = format!("{}.{}", kind.name, field.name);
            assert!(
                field.doc.trim().ends_with('.'),
                "{name} is not described in a sentence"
            );
            assert!(
                field.example.starts_with(field.name),
                "{name}: {}",
                field.example
            );
            assert!(
                !(field.shape)().is_empty(),
                "{name} does not say what it takes"
            );
        }
    }
}

/// A file of one text, for the compiler.
struct One(String);

impl Loader for One {
    fn load(&mut self, _path: &str) -> Result<String, LoadError> {
        Ok(self.0.clone())
    }
}

/// What is wrong with a field in a declaration of its kind, apart from names that nothing declares
/// here and fields that are missing.
fn wrong_with(kind: &KindSchema, field: &str) -> Vec<String> {
    let entry = Entry {
        file: "p.dtp".to_owned(),
        folders: Vec::new(),
    };
    let own = if kind.is_named() {
        format!("{} x {{ {field} }}", kind.name)
    } else {
        format!("{} (arch: amd64) {{ {field} }}", kind.name)
    };
    let text = match kind.inside {
        None => format!("{own}\n"),
        Some(outer) => format!("{} y {{ {own} }}\n", outer.schema().name),
    };
    let beside = [codes::UNKNOWN_NAME, codes::MISSING_FIELD, codes::EMPTY];
    let found = compile(&entry, None, &mut One(text)).diagnostics;
    let wrong = found
        .iter()
        .filter(|d| !beside.contains(&d.code) && !is_check(d.code.code));
    wrong
        .map(|d| format!("{}: {}", d.code.code, d.message))
        .collect()
}

/// Whether a code is about plans as a whole, rather than about what is written.
fn is_check(code: &str) -> bool {
    code[3..5] >= *"02" && code != codes::GLOB.code
}

#[test]
fn every_example_and_every_default_is_a_value_of_its_field() {
    let mut defaults = 0;
    for kind in KINDS {
        for field in kind.all_fields() {
            let name = format!("{}.{}", kind.name, field.name);
            assert_eq!(
                wrong_with(kind, field.example),
                Vec::<String>::new(),
                "{name}"
            );
            if let Some(default) = field.default {
                defaults += 1;
                let given = format!("{}: {default}", field.name);
                assert_eq!(
                    wrong_with(kind, &given),
                    Vec::<String>::new(),
                    "{name}: {given}"
                );
            }
        }
    }
    assert!(defaults > 5, "the defaults are gone");
    // The measure itself measures.
    assert_eq!(wrong_with(&KINDS[0], "title: 5").len(), 1);
}

#[test]
fn the_reference_page_is_fresh() {
    let path = root().join("docs/language.md");
    let page = reference::page();
    if std::env::var_os("DTPC_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/language.md is stale: run with DTPC_BLESS=1"
    );
}

/// What the schema of the compiled plan says of a property.
fn property<'s>(of: &'s Value, name: &str) -> &'s Value {
    let found = &of["properties"][name];
    assert!(found.is_object(), "{name} is not in the schema");
    found
}

#[test]
fn every_kind_and_field_is_in_the_schema_of_the_compiled_plan() {
    let schema = Value::from(json::schema());
    for kind in KINDS {
        property(&schema["$defs"]["Declarations"], kind.name);
        let declaration = &schema["$defs"][kind.name];
        assert_eq!(declaration["title"], kind.name);
        let fields = property(declaration, "fields");
        for field in kind.fields {
            let said = property(fields, field.name);
            assert_eq!(said["title"], field.name);
            assert_eq!(said["x-example"], field.example);
            assert_eq!(said["x-takes"], (field.shape)());
            let (meaning, known) = (said["description"].as_str(), one_line(field.doc));
            assert_eq!(
                meaning,
                Some(known.as_str()),
                "{}.{}",
                kind.name,
                field.name
            );
            assert_eq!(said.get("default").is_some(), field.default.is_some());
            let of_a_type = ["type", "$ref", "oneOf", "anyOf"];
            assert!(
                of_a_type.iter().any(|word| said.get(word).is_some()),
                "{said}"
            );
        }
        let known = fields["properties"].as_object().map_or(0, |all| all.len());
        assert_eq!(
            known,
            kind.fields.len(),
            "{} has fields of no table",
            kind.name
        );
        // What all kinds share stands beside the fields.
        let own: Vec<&str> = kind.fields.iter().map(|field| field.name).collect();
        for field in kind.all_fields().filter(|field| !own.contains(&field.name)) {
            if kind.is_named() {
                property(declaration, field.name);
            }
        }
    }
}

/// What the fuzzer puts into texts: the words that declare kinds, and every word of the examples of
/// their fields.
fn dictionary() -> String {
    let mut words: BTreeSet<&str> = BTreeSet::from(["import", "//!", "///", "//=== "]);
    for kind in KINDS {
        words.insert(kind.name);
        for field in kind.all_fields() {
            let written = [field.example, field.default.unwrap_or_default()];
            for part in written.iter().flat_map(|text| text.split('"')) {
                words.extend(part.split([' ', ',', '(', ')', '[', ']', '{', '}']));
            }
        }
    }
    words.remove("");
    let mut text = "# The words of the language, written by tests/language.rs.\n".to_owned();
    for word in words {
        let _ = writeln!(text, "\"{}\"", word.replace('\\', "\\\\"));
    }
    text
}

#[test]
fn the_dictionary_of_the_fuzzer_is_fresh() {
    let path = root().join("fuzz/dtp.dict");
    let words = dictionary();
    if std::env::var_os("DTPC_BLESS").is_some() {
        fs::write(&path, &words).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == words,
        "fuzz/dtp.dict is stale: run with DTPC_BLESS=1"
    );
}

/// The blocks of a Markdown file that are fenced as this language.
fn blocks(markdown: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in markdown.lines() {
        match &mut block {
            None if line == format!("```{language}") => block = Some(String::new()),
            Some(_) if line == "```" => blocks.extend(block.take()),
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    blocks
}

#[test]
fn every_plan_of_the_repository_holds() {
    let mut count = 0;
    for folder in ["plans", "tests/sample/plans"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            // A folder holds what a plan imports.
            if std::path::Path::new(&name)
                .extension()
                .is_none_or(|e| e != "dtp")
            {
                continue;
            }
            count += 1;
            let check = ["check", "--today", "2026-06-01", &name];
            let ended = Dtpc::new(&check).from(root().join(folder)).run();
            assert_eq!(ended.code, Some(0), "{folder}/{name}: {}", ended.err);
        }
    }
    assert!(count >= 2, "the plans are gone");
}

#[test]
fn every_plan_in_the_documentation_holds() {
    let mut count = 0;
    for page in ["README.md", "docs/language.md"] {
        let markdown = fs::read_to_string(root().join(page)).unwrap();
        for block in blocks(&markdown, "dtp") {
            count += 1;
            let folder = TempDir::new().unwrap();
            fs::write(folder.path().join("plan.dtp"), &block).unwrap();
            // Without looking at files, of which there are none here.
            let ended = Dtpc::new(&["jobs", "plan.dtp"]).from(folder.path()).run();
            assert_eq!(ended.code, Some(0), "in {page}:\n{block}\n{}", ended.err);
        }
    }
    assert!(count >= 2, "the examples are gone");
}
