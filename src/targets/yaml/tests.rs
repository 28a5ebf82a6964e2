//! What is written is what `serde_yaml` writes of the same value, and comes back as it was.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Serialize;
use serde_yaml::{Commented, FlowSeq};

use super::text;

/// Strings that readers of YAML are known to take for something else.
const STRINGS: &[&str] = &[
    "no",
    "yes",
    "on",
    "y",
    "N",
    "Off",
    "3.10",
    "1e3",
    "0x1f",
    "1_000",
    "null",
    "~",
    "- a",
    "a: b",
    "a #b",
    "#x",
    "'",
    "\"",
    "a\nb",
    "a\r\nb",
    "a\n",
    "\n",
    "\n\n",
    "a\n\n",
    "  lead\nx",
    "\n  lead",
    "\tx\ny",
    "tab\tx",
    "trail ",
    "*x",
    "&a",
    "!t",
    "%d",
    "@x",
    "`b",
    "\u{7f}",
    "\u{85}",
    "\u{feff}x",
    "a\u{feff}\nb",
    "2027-01-01",
    "2027-1-1",
    "2027-01-01 10:00:00",
    "2027-01-01T10:00:00Z",
    "2027-01-01T10:00:00+01:00",
    "2027-01-01x",
    "12:30:45",
    "012:30",
    "1:99",
    "<<",
    "=",
    "",
    "{a",
    "[a",
    "a]",
    "? x",
    "?",
    "-",
    ".",
    "#",
    "-a",
    "| x",
    "> x",
    "---",
    "...",
    "--- a",
    "---a",
    "${{ x }}",
    "22:22",
    ".5",
    "5.",
    "1.2.3",
    "1.x",
    "v1",
    "+1",
    "-1",
    "+",
    "-.inf",
    ".NaN",
    "inf",
    "-inf",
    "0b1",
    "0b12",
    "0b-1",
    "0o7",
    "0o8",
    "0x",
    "0x_",
    "1_",
    "_1",
    "_",
    "__",
    "1e",
    "1e+",
    "1e+5",
    "e5",
    ".e5",
    "0.1e-3",
    "a:",
    "a: ",
    ":a",
    "a:b",
    "a :b",
    "ä: ö",
    "ä #",
    "ä#ö",
    "a,b",
    "a, b",
    "[x]",
    "{x}",
    "true",
    "TRUE",
    "nan",
    "30min",
    "7d",
    "1d",
    "08",
    "1:2:3.5",
    "a\u{a0}",
    "a:\u{a0}",
    "a \u{2028}",
    "\u{1f600}: x",
    "x\ty",
    "x: \ty",
];

fn theirs<T: Serialize>(value: &T) -> String {
    let options = serde_yaml::ser_options! {
        compact_list_indent: false,
        folded_wrap_chars: usize::MAX,
    };
    serde_yaml::to_string_with_options(value, options).unwrap()
}

/// A value of each shape, each with some texts in it.
#[derive(Debug, Serialize)]
struct Shapes<'t> {
    plain: &'t str,
    list: Vec<&'t str>,
    lists: Vec<Vec<&'t str>>,
    flow: FlowSeq<Vec<&'t str>>,
    no_flow: FlowSeq<Vec<&'t str>>,
    empty: Vec<u32>,
    nothing: Option<u32>,
    something: Option<bool>,
    keys: BTreeMap<&'t str, Vec<BTreeMap<&'t str, Commented<&'t str>>>>,
    no_keys: BTreeMap<&'t str, u32>,
    items: Vec<Item<'t>>,
    number: i64,
    part: f64,
    tuple: (u8, &'t str),
}

#[derive(Debug, Serialize)]
struct Item<'t> {
    text: Commented<&'t str>,
    inner: BTreeMap<&'t str, &'t str>,
    either: Vec<Either<'t>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Either<'t> {
    Alone,
    With(&'t str),
}

fn shapes<'t>(a: &'t str, b: &'t str, c: &'t str) -> Shapes<'t> {
    let commented = || Commented(a, c.to_owned());
    Shapes {
        plain: a,
        list: vec![a, b],
        lists: vec![vec![a], vec![b, c], vec![]],
        flow: FlowSeq(vec![a, b, c]),
        no_flow: FlowSeq(vec![]),
        empty: vec![],
        nothing: None,
        something: Some(true),
        keys: BTreeMap::from([(a, vec![BTreeMap::from([(b, commented())]), BTreeMap::new()])]),
        no_keys: BTreeMap::new(),
        items: vec![
            Item {
                text: commented(),
                inner: BTreeMap::from([(b, c), (a, b)]),
                either: vec![Either::Alone],
            },
            Item {
                text: Commented(b, String::new()),
                inner: BTreeMap::new(),
                either: vec![Either::With(c)],
            },
        ],
        number: -5,
        part: 1.5,
        tuple: (7, c),
    }
}

#[test]
fn strings_are_written_as_serde_yaml_writes_them() {
    for string in STRINGS {
        assert_eq!(text(&[string]).unwrap(), theirs(&[string]), "{string:?}");
        let key = BTreeMap::from([(string, 1)]);
        assert_eq!(text(&key).unwrap(), theirs(&key), "{string:?}");
        let value = shapes(string, "b", string);
        assert_eq!(text(&value).unwrap(), theirs(&value), "{string:?}");
    }
}

#[test]
fn strings_come_back_as_they_were() {
    let written = text(&STRINGS).unwrap();
    let back: Vec<String> = serde_yaml::from_str(&written).unwrap();
    assert_eq!(back, STRINGS);
}

#[test]
fn what_yaml_1_1_takes_for_another_type_is_quoted() {
    for string in [
        "no",
        "on",
        "3.10",
        "1e3",
        "null",
        "2027-01-01",
        "12:30:45",
        "22:22",
    ] {
        assert_eq!(text(&string).unwrap().trim(), format!("\"{string}\""));
    }
}

#[test]
fn a_long_string_stays_on_its_line() {
    let long = "word ".repeat(100) + "end";
    assert_eq!(text(&long).unwrap().lines().count(), 1);
}

/// Texts of the characters that mean something to YAML.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-+.:_0-9eExXbBoO]{0,8}",
        "[-a-z0 :#,\\[\\]{}'\"\n\t.?&*!|>%@`$\\\\]{0,10}",
        "\\PC{0,6}",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_shape_is_written_as_serde_yaml_writes_it(a in texts(), b in texts(), c in texts()) {
        // Keys of more than a thousand characters are written in a form that no target needs.
        let value = shapes(&a, &b, &c);
        prop_assert_eq!(text(&value).unwrap(), theirs(&value));
    }

    #[test]
    fn any_text_comes_back(all in prop::collection::vec(texts(), 1..5)) {
        let back: Vec<String> = serde_yaml::from_str(&text(&all).unwrap()).unwrap();
        prop_assert_eq!(back, all);
    }
}
