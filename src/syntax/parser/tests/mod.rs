//! The parser takes what `grammar/dtp.pest` takes, and makes the same tree of it: on every plan of the
//! repository, and on each with random changes.

#![expect(
    clippy::disallowed_methods,
    reason = "the plans of the repository are read"
)]

mod grammar;

use std::fs;
use std::path::{Path, PathBuf};

use super::{Parsed, parse};

/// How many changed texts are made of each piece.
const CHANGES: usize = 8;

/// What is put into a text to change it: what the grammar gives a meaning, and what is close to it.
const FRAGMENTS: &[&str] = &[
    ",",
    ":",
    "\n",
    " ",
    "\t",
    "\r\n",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "\\",
    "-",
    "+",
    "%",
    ".",
    "/",
    "//",
    "///",
    "// x\n",
    "/// x\n",
    "<",
    "<=",
    "==",
    "!=",
    "=",
    "!",
    "and",
    "or",
    "not",
    " and ",
    "\nor ",
    " not ",
    "per",
    " per 1s",
    " of ",
    " at ",
    " since ",
    "each ",
    "each [a]",
    "each(a)",
    "a",
    "a.b",
    "a/b",
    "_",
    "9",
    "12",
    "1.5",
    "-3",
    "5%",
    " USD/h",
    "2027-01-01",
    "2027-01-015",
    "x: ",
    "f(",
    "f()",
    "f(a: 1)",
    "import",
    "import \"a\"",
    "{}",
    "[]",
    "{ , }",
    "é",
    "and {",
    "x y { }",
    "\"k\": 1",
];

/// A small generator of numbers: the cases are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or_default() % end.max(1)
    }
}

fn plans(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            plans(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "dtp") {
            found.push(path);
        }
    }
}

/// The pieces of all plans of the repository.
fn pieces() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["plans", "tests"] {
        plans(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut found,
        );
    }
    found.sort();
    let mut pieces = Vec::new();
    for path in found {
        // Some are no UTF-8 on purpose.
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let mut map = crate::source::SourceMap::new();
        let Ok(file) = map.add("plan.dtp".to_owned(), text) else {
            continue;
        };
        let file = map.file(file);
        for piece in crate::syntax::split::split(file, &mut Vec::new()).readable {
            let base = file.base();
            let range = (piece.span.start - base) as usize..(piece.span.end - base) as usize;
            pieces.push(file.text()[range].to_owned());
        }
    }
    pieces.sort();
    pieces.dedup();
    pieces
}

fn same(text: &str) -> bool {
    let ours = parse(text, 7);
    let wanted = grammar::parse(text, 7);
    match (&ours, &wanted) {
        (None, None) => {}
        (Some(Parsed::Import(ours)), Some(Parsed::Import(wanted))) => {
            assert_eq!(ours, wanted, "{text}");
        }
        (Some(Parsed::Declaration(ours)), Some(Parsed::Declaration(wanted))) => {
            assert_eq!(ours, wanted, "{text}");
        }
        _ => panic!("the parser: {ours:?}\nthe grammar: {wanted:?}\nof: {text}"),
    }
    ours.is_some()
}

/// A place in a text where characters begin.
fn place(text: &str, numbers: &mut Numbers) -> usize {
    let mut at = numbers.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn change(text: &mut String, numbers: &mut Numbers) {
    let at = place(text, numbers);
    let fragment = FRAGMENTS[numbers.below(FRAGMENTS.len())];
    match numbers.below(4) {
        0 => text.insert_str(at, fragment),
        1 => {
            let end = (at + 1 + numbers.below(6)).min(text.len());
            if text.is_char_boundary(end) {
                text.replace_range(at..end, "");
            }
        }
        2 => {
            let end = (at + 1 + numbers.below(3)).min(text.len());
            if text.is_char_boundary(end) {
                text.replace_range(at..end, fragment);
            }
        }
        _ => {
            let other = place(text, numbers);
            let part = text[at.min(other)..at.max(other)].to_owned();
            if part.len() < 60 {
                let at = place(text, numbers);
                text.insert_str(at, &part);
            }
        }
    }
}

#[test]
fn every_plan_parses_as_the_grammar_says() {
    let taken = pieces().iter().filter(|piece| same(piece)).count();
    assert!(taken > 1000, "{taken}");
}

#[test]
fn changed_plans_parse_as_the_grammar_says() {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let (mut taken, mut refused) = (0, 0);
    for piece in pieces() {
        for _ in 0..CHANGES {
            let mut text = piece.clone();
            for _ in 0..=numbers.below(3) {
                change(&mut text, &mut numbers);
            }
            // Of the depth that reaches the parser.
            if text.bytes().filter(|byte| b"([{".contains(byte)).count() > 120 {
                continue;
            }
            if same(&text) {
                taken += 1;
            } else {
                refused += 1;
            }
        }
    }
    // Both sides are looked at.
    assert!(taken > 1000 && refused > 1000, "{taken} {refused}");
}

/// Places where the grammar tries one way after another.
#[test]
fn where_ways_part_the_parser_takes_that_of_the_grammar() {
    for (text, taken) in [
        ("k { a: x\n and: y }", true),
        ("k { a: x\n or { b: 1 } }", true),
        ("k { a: x\n or { b: 1\n c { } } }", true),
        ("k { a: x\n and foo(b) { } }", false),
        ("k { a: x\n and foo(b: 1) }", true),
        ("k { , }", true),
        ("k { a: 1, }", true),
        ("k { a: 1\n , }", true),
        ("k { a: 1\n , b: 2 }", false),
        ("k { a: 1 b: 2 }", false),
        ("k { a: [, ] }", true),
        ("k { a: [- 5, -5, + -5, -x] }", true),
        ("k { a: f() }", true),
        ("k { a: f(,) }", true),
        ("k { a: f(1\n 2) }", false),
        ("k { a: f(1,) }", true),
        ("k { a: each [1] }", true),
        ("k { a: each.x }", true),
        ("k { a: each(1) }", true),
        ("k { a: each x }", false),
        ("k { a: not not not x }", true),
        ("k { a: 5 per }", false),
        ("k { a: 5 percent }", true),
        ("k { a: 2027-01-01 }", true),
        ("k { a: 2027-01-011 }", false),
        ("k { a: 1 < 2 < 3 }", false),
        (
            "k { a: 1 per 2 per 3 per 4 per 5 per 6 per 7 per 8 per 9 }",
            true,
        ),
        (
            "k { a: 1 per 2 per 3 per 4 per 5 per 6 per 7 per 8 per 9 per x }",
            false,
        ),
        ("k { a: (x\n and\n y) }", true),
        ("k { a: () }", false),
        ("k () { }", true),
        ("k (a, b: 2,) { }", true),
        ("k n (a) { }", true),
        ("k\tn\t{ }", true),
        ("k\nn { }", false),
        ("/// a\n// b\n/// c\nk { /// d\n e { } }", true),
        ("/// a\nimport \"x\"", false),
        ("import \"x\" // y", true),
        ("import\"x\"", false),
        ("importer { }", true),
        ("k { \"a\": 1 }", false),
        ("k { a: { \"b\": 1\r\n c: 2\r d: 3 } } //", true),
        ("k { a: 5 // c\n }", true),
        ("k { a: 5 /// c\n }", false),
        ("k { a: b/c.d/e }", true),
        ("k { a: b/ c }", false),
        ("k { a: \"\\\"\" }", true),
        ("k { a: \"\\\n\" }", false),
        ("", false),
    ] {
        assert_eq!(same(text), taken, "{text}");
    }
}
