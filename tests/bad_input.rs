//! Input that is no plan gets words and an exit code: no panic, no overflow, nothing half-written.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read and write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use dtpc::{Dtpc, Ended};
use tempfile::TempDir;

/// What `dtpc check` and `dtpc generate` say of a file with these bytes. Both must agree, and
/// nothing may be written.
fn said_of(bytes: &[u8]) -> Ended {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("plan.dtp"), bytes).unwrap();
    said_in(folder.path(), "plan.dtp")
}

fn said_in(folder: &Path, plan: &str) -> Ended {
    let generated = Dtpc::new(&["generate", plan, "--out", "out"])
        .from(folder)
        .run();
    assert!(
        !folder.join("out").exists(),
        "something was written: {generated:?}"
    );
    let checked = Dtpc::new(&["check", plan]).from(folder).run();
    assert_eq!(checked.err, generated.err);
    assert_eq!(checked.code, generated.code);
    assert!(!checked.err.contains("panicked"), "{}", checked.err);
    assert_eq!(checked.out, "");
    checked
}

#[test]
fn a_file_that_does_not_exist() {
    let folder = TempDir::new().unwrap();
    let ended = said_in(folder.path(), "nothing.dtp");
    assert_eq!(ended.code, Some(3));
    assert!(
        ended.err.contains("nothing.dtp does not exist"),
        "{}",
        ended.err
    );
    assert!(ended.err.contains("DTP0001"), "{}", ended.err);
}

#[test]
fn a_folder() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("plans")).unwrap();
    let ended = said_in(folder.path(), "plans");
    assert_eq!(ended.code, Some(3));
    assert!(
        ended.err.contains("plans is a folder, not a plan"),
        "{}",
        ended.err
    );
    let ended = said_in(folder.path(), ".");
    assert_eq!(ended.code, Some(3));
    assert!(
        ended.err.contains("is a folder, not a plan"),
        "{}",
        ended.err
    );
}

#[test]
fn bytes_that_are_not_utf8() {
    let ended = said_of(b"plan p {}\nowner \xff {}\n");
    assert_eq!(ended.code, Some(3));
    assert!(ended.err.contains("the byte at offset 16"), "{}", ended.err);
}

#[test]
fn an_empty_file() {
    for empty in ["", "\n\n", "\u{feff}", "// nothing\n"] {
        let ended = said_of(empty.as_bytes());
        assert_eq!(ended.code, Some(1), "{empty:?}");
        assert!(
            ended.err.contains("plan.dtp declares no plan"),
            "{}",
            ended.err
        );
    }
}

#[test]
fn a_syntax_error_and_an_unknown_field_in_one_run() {
    let ended = said_of(b"plan p { title: }\nowner team { contcat: \"x\" }\n");
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.contains("DTP0003") && ended.err.contains("DTP0102"),
        "{}",
        ended.err
    );
    assert!(
        ended.err.contains("did you mean `contact`?"),
        "{}",
        ended.err
    );
}

#[test]
fn ten_thousand_nested_brackets() {
    for (open, close) in [("{", "}"), ("[", "]"), ("(", ")"), ("f(", ")")] {
        let text = format!(
            "plan p {{ title: {}{} }}",
            open.repeat(10_000),
            close.repeat(10_000)
        );
        let ended = said_of(text.as_bytes());
        assert_eq!(ended.code, Some(1), "{open}");
        assert!(ended.err.contains("more than 128 deep"), "{}", ended.err);
        let unclosed = format!("plan p {{ title: {}", open.repeat(10_000));
        assert_eq!(said_of(unclosed.as_bytes()).code, Some(1), "{open}");
    }
}

#[test]
fn ten_thousand_operators_in_a_row() {
    for row in [
        "not ".repeat(10_000) + "a",
        "a or ".repeat(10_000) + "a",
        "a and not ".repeat(10_000) + "a",
        "a per ".repeat(10_000) + "a",
        "a at ".repeat(7) + "a",
    ] {
        let ended = said_of(format!("plan p {{}}\ntype t {{ selects: {row} }}\n").as_bytes());
        assert_eq!(ended.code, Some(1), "{}", &row[..20]);
    }
}

#[test]
fn the_time_grows_with_the_length_and_not_with_its_square() {
    // Where it grew with the square, each took more than ten seconds.
    for text in [
        format!("plan p{}{{}}\n", "\n".repeat(40_000)),
        format!("plan p\n{}{{}}\n", "//\n".repeat(40_000)),
        "owner a { contact: \"\n".repeat(40_000),
    ] {
        let started = Instant::now();
        assert_eq!(said_of(text.as_bytes()).code, Some(1), "{}", &text[..20]);
        let taken = started.elapsed();
        assert!(
            taken < Duration::from_secs(10),
            "{taken:?}: {}",
            &text[..20]
        );
    }
}

#[test]
fn a_file_of_fifty_megabytes() {
    let mut text = String::with_capacity(51 << 20);
    while text.len() < 50 << 20 {
        text.push_str("owner team { contact: \"somebody\" }\n");
    }
    let ended = said_of(text.as_bytes());
    assert_eq!(ended.code, Some(3));
    assert!(
        ended
            .err
            .contains("is 51 MiB long; a file of a plan may have 40 MiB")
            || ended.err.contains("is 50 MiB long"),
        "{}",
        ended.err
    );
}

#[test]
fn a_line_of_ten_megabytes_is_shown_in_part() {
    let text = format!(
        "plan p {{}} owner team {{ contact: \"{}\", nothing: 1 }}",
        "x".repeat(10 << 20)
    );
    let ended = said_of(text.as_bytes());
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("DTP0102"), "{}", &ended.err[..400]);
    assert!(
        ended.err.len() < 20_000,
        "{} bytes are printed",
        ended.err.len()
    );
}

#[test]
fn what_windows_puts_around_lines_is_not_counted_and_not_shown() {
    let ended =
        said_of(b"\xef\xbb\xbfplan p { titel: \"a\" }\r\nowner x {\r\n  contcat: \"a\"\r\n}\r\n");
    assert_eq!(ended.code, Some(1));
    for line in [
        "\n 1 \u{2502} plan p { titel",
        "\n 2 \u{2502} owner x {\n",
        "\n 3 \u{2502}   contcat: \"a\"\n",
        "\n 4 \u{2502} }\n",
    ] {
        assert!(ended.err.contains(line), "{line:?}: {}", ended.err);
    }
}

#[test]
fn an_import_that_cannot_be_read_is_shown_where_it_stands() {
    let folder = TempDir::new().unwrap();
    fs::write(
        folder.path().join("plan.dtp"),
        "import \"other\"\nplan p {}\n",
    )
    .unwrap();
    fs::create_dir(folder.path().join("other")).unwrap();
    let ended = said_in(folder.path(), "plan.dtp");
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("plan.dtp:1:8"), "{}", ended.err);
    assert!(ended.err.contains("other is a folder"), "{}", ended.err);
}

#[test]
fn of_many_overlaps_the_first_are_listed_and_the_others_counted() {
    // So many suites run the same tests; each two of them are a pair.
    for (suites, said) in [
        (10, None),
        (11, Some("5 more pairs overlap, and are not listed")),
        (
            145,
            Some("at least 10000 more pairs overlap, and are not listed"),
        ),
    ] {
        let mut plan = "plan p {}\n\
            stage pre_merge { host: github, trigger: pull_request, types: [unit] }\n\
            type unit {}\n\
            environment cpu { visibility: public, runner: linux, local: host }\n\
            runner linux { labels: [\"ubuntu-24.04\"] }\n"
            .to_owned();
        for number in 0..suites {
            writeln!(
                plan,
                "suite s{number} {{ type: unit, tool: pytest, paths: [\"a/**\"], stages: [pre_merge], environments: [cpu] }}"
            )
            .expect("a text");
        }
        let ended = said_of(plan.as_bytes());
        assert_eq!(ended.code, Some(1));
        let pairs = suites * (suites - 1) / 2;
        let listed = ended.err.matches("DTP0309\n").count();
        assert_eq!(listed, pairs.min(50), "{suites}");
        assert_eq!(ended.err.contains("not listed"), said.is_some(), "{suites}");
        if let Some(said) = said {
            assert!(ended.err.contains(said), "{suites}: {}", ended.err);
        }
    }
}
