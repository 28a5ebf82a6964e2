//! The one layout of plans.
//!
//! Each case is a pair in `tests/format/`: `name.dtp` as somebody may have written it, and `name.out`
//! as `dtpc fmt` writes it. `DTPC_BLESS=1 cargo test --test format` writes the `.out` files anew.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read files"
)]

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use dtpc::format::{self, Refusal, WIDTH};
use dtpc::source::SourceMap;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn with_file<T>(text: &str, what: impl Fn(&dtpc::source::SourceFile) -> T) -> T {
    let mut sources = SourceMap::new();
    let id = sources.add("plan.dtp".to_owned(), text.to_owned()).unwrap();
    what(sources.file(id))
}

fn formatted(text: &str) -> Result<String, Refusal> {
    with_file(text, format::format)
}

fn lines_formatted(text: &str, lines: Range<usize>) -> String {
    with_file(text, |file| format::format_lines(file, lines.clone())).unwrap()
}

/// Every .dtp file below a folder.
fn plans_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            // Other people's files: what was built, installed or recorded.
            if name != "target" && name != "corpus" && !name.starts_with('.') {
                found.extend(plans_below(&path));
            }
        } else if path.extension().is_some_and(|e| e == "dtp") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn each_case_is_written_as_written_down() {
    let cases = plans_below(&root().join("tests/format"));
    assert!(cases.len() >= 9, "the cases are gone");
    for case in cases {
        let text = fs::read_to_string(&case).unwrap();
        let found = formatted(&text).unwrap_or_else(|why| panic!("{}: {why:?}", case.display()));
        assert_ne!(found, text, "{} shows nothing", case.display());
        let written = case.with_extension("out");
        if std::env::var_os("DTPC_BLESS").is_some() {
            fs::write(&written, &found).unwrap();
        }
        let wanted = fs::read_to_string(&written).unwrap();
        assert!(
            found == wanted,
            "{}: if this is better, run with DTPC_BLESS=1\n{found}",
            case.display()
        );
        assert_eq!(formatted(&wanted).unwrap(), wanted, "{}", case.display());
    }
}

/// What can be broken is within the width; a string or a comment may be longer by itself.
#[test]
fn no_line_is_longer_than_it_must_be() {
    for case in plans_below(&root().join("tests/format")) {
        let text = fs::read_to_string(case.with_extension("out")).unwrap();
        let code = text.lines().map(|line| line.split(" //").next().unwrap());
        for line in code.filter(|line| line.chars().count() > WIDTH) {
            assert!(
                line.trim_start().starts_with('"'),
                "{}: {line}",
                case.display()
            );
        }
    }
}

#[test]
fn every_plan_of_the_repository_is_formatted() {
    let cases = root().join("tests/format");
    let mistakes = root().join("tests/diagnostics");
    // Plans that are to be mended are written as they come.
    let mended = root().join("tests/fix");
    let mut count = 0;
    for path in plans_below(root()) {
        if path.starts_with(&cases) || path.starts_with(&mended) {
            continue;
        }
        // As somebody typed them.
        if path.starts_with(root().join("tests/mistakes")) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        match formatted(&text) {
            Ok(found) => {
                count += 1;
                assert!(
                    found == text,
                    "{} is not formatted: run `dtpc fmt {0}`",
                    path.display()
                );
            }
            Err(Refusal::Syntax(_)) if path.starts_with(&mistakes) => {
                assert!(text.contains("//~ DTP000"), "{}", path.display());
            }
            Err(why) => panic!("{}: {why:?}", path.display()),
        }
    }
    assert!(count > 50, "the plans are gone");
}

#[test]
fn every_plan_of_the_documentation_is_formatted() {
    let mut count = 0;
    let mut pages = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                pages.push(path);
            }
        }
    }
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for block in text.split("```dtp\n").skip(1) {
            let block = block.split_once("```").unwrap().0;
            let found = formatted(block).unwrap();
            assert!(found == block, "in {}:\n{found}", page.display());
            count += 1;
        }
    }
    assert!(count >= 2, "the examples are gone");
}

#[test]
fn line_ends_become_those_of_unix_and_a_byte_order_mark_goes() {
    let text =
        "\u{feff}//! File.\r\n\r\n\r\n/// Plan. \r\nplan p {\r\n  a: 1 // c\r\n  bb: [\r\n]\r\n}";
    let wanted = "//! File.\n\n/// Plan.\nplan p {\n  a:  1 // c\n  bb: []\n}\n";
    assert_eq!(formatted(text).unwrap(), wanted);
    assert_eq!(formatted("plan p {}\r").unwrap(), "plan p {}\n");
}

#[test]
fn a_file_of_nothing_stays_one() {
    assert_eq!(formatted("").unwrap(), "");
    assert_eq!(formatted("\n \n\t").unwrap(), "");
    assert_eq!(formatted("\n  // all\n\n").unwrap(), "// all\n");
}

#[test]
fn a_file_with_a_syntax_error_is_refused_with_its_errors() {
    let Err(Refusal::Syntax(found)) = formatted("plan p {\nowner o { a: }\nowner q { a 5 }\n")
    else {
        panic!("it was taken");
    };
    let codes: Vec<&str> = found.iter().map(|d| d.code.code).collect();
    assert_eq!(codes, ["DTP0004", "DTP0003", "DTP0003"]);
}

/// A file with a badly written declaration on each of several stretches of lines.
const FILE: &str = "import   \"a.dtp\"\n\n\n\n// one\nowner one { a:1 }\nowner two {\na:1\n  bbb:2 }   \n\n\nowner three{} owner four{\n}\nowner five   {}";

#[test]
fn a_range_leaves_all_else_as_it_is() {
    let whole = formatted(FILE).unwrap();
    assert_eq!(lines_formatted(FILE, 1..1), FILE, "no line");
    assert_eq!(lines_formatted(FILE, 2..5), FILE, "empty lines");
    assert_eq!(lines_formatted(FILE, 16..99), FILE, "lines behind the file");
    let first = FILE.replace("import   ", "import ");
    assert_eq!(lines_formatted(FILE, 1..2), first);
    let one = FILE.replace("{ a:1 }", "{ a: 1 }");
    assert_eq!(
        lines_formatted(FILE, 5..6),
        one,
        "the comment belongs to it"
    );
    assert_eq!(lines_formatted(FILE, 6..7), one);
    let two = FILE.replace("a:1\n  bbb:2 }   \n", "  a:   1\n  bbb: 2\n}\n");
    for line in 7..=9 {
        assert_eq!(lines_formatted(FILE, line..line + 1), two, "line {line}");
    }
    let three = FILE.replace("three{} owner four{\n}", "three {}\nowner four {}");
    assert_eq!(
        lines_formatted(FILE, 12..13),
        three,
        "two on a line go together"
    );
    assert_eq!(lines_formatted(FILE, 13..14), three);
    let five = FILE.replace("five   {}", "five {}");
    assert_eq!(lines_formatted(FILE, 14..15), five, "no line end is added");
    let blank = lines_formatted(FILE, 1..99);
    assert_eq!(
        blank,
        whole.trim_end(),
        "empty lines inside the range are part of it"
    );
}

#[test]
fn a_range_keeps_the_line_ends_and_the_byte_order_mark_of_its_file() {
    let text = "\u{feff}owner a {\r\nx:1\r\n}\r\nowner   b {}\r\n";
    let wanted = "\u{feff}owner a {\r\n  x: 1\r\n}\r\nowner   b {}\r\n";
    assert_eq!(lines_formatted(text, 2..3), wanted);
    let wanted = "\u{feff}owner a {\r\nx:1\r\n}\r\nowner b {}\r\n";
    assert_eq!(lines_formatted(text, 4..5), wanted);
}
