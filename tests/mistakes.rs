//! Common mistakes, and what is said about them beside what other compilers say.
//!
//! `slips.tsv` has slips of the hand: a name, a text of `plans/dynamo.dtp` and what it is changed to, with
//! `\n` for the end of a line. `slips.out` has what is said about each; the first line is the cause.
//!
//! Each case is a pair in `tests/mistakes/`: `name.dtp` with one mistake, and `name.out` with what
//! `dtpc check` prints. The page `docs/decisions/0011-twenty-mistakes.md` shows all of them, each behind
//! a comment `written by the tests: name`. `DTPC_BLESS=1 cargo test --test mistakes` writes both anew.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read and write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use dtpc::{Dtpc, Ended, root};
use tempfile::TempDir;

/// The names of the cases.
fn cases() -> BTreeSet<String> {
    let cases: BTreeSet<String> = fs::read_dir(root().join("tests/mistakes"))
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name();
            name.to_str()?.strip_suffix(".dtp").map(str::to_owned)
        })
        .collect();
    assert!(cases.len() >= 20, "the cases are gone");
    cases
}

/// A folder with the plan of a case, and the one that all of them import.
fn folder(case: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let base = root().join("tests/diagnostics/base.dtp");
    fs::copy(base, folder.path().join("base.dtp")).unwrap();
    let name = format!("{case}.dtp");
    let plan = root().join("tests/mistakes").join(&name);
    fs::copy(plan, folder.path().join(&name)).unwrap();
    folder
}

fn check(folder: &TempDir, case: &str, options: &[&str]) -> Ended {
    let name = format!("{case}.dtp");
    let mut arguments = vec!["check", "--today", "2026-06-01"];
    arguments.extend(options);
    arguments.push(&name);
    Dtpc::new(&arguments).from(folder.path()).run()
}

#[test]
fn each_mistake_is_one_error_said_as_written_down() {
    for case in cases() {
        let folder = folder(&case);
        let said = check(&folder, &case, &[]).err;
        assert!(said.contains("\n1 error; "), "{case}: {said}");
        let path = root().join("tests/mistakes").join(format!("{case}.out"));
        if std::env::var_os("DTPC_BLESS").is_some() {
            fs::write(&path, &said).unwrap();
        }
        let wanted = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(said, wanted, "{case}");
    }
}

#[test]
fn what_is_mended_holds_afterwards() {
    let mut mended = 0;
    for case in cases() {
        let folder = folder(&case);
        if check(&folder, &case, &[]).err.contains("--fix` mends one") {
            mended += 1;
            let ended = check(&folder, &case, &["--fix"]);
            assert_eq!(ended.code, Some(0), "{case}: {}", ended.err);
        }
    }
    assert!(mended >= 10, "only {mended} of the cases are mended");
}

#[test]
fn the_page_shows_what_is_said() {
    const MARK: &str = "<!-- written by the tests: ";
    let path = root().join("docs/decisions/0011-twenty-mistakes.md");
    let page = fs::read_to_string(&path).unwrap();
    let mut pieces = page.split(MARK);
    let mut fresh = pieces.next().unwrap().to_owned();
    let mut left = cases();
    for piece in pieces {
        let (case, rest) = piece.split_once(" -->\n\n```text\n").unwrap();
        let (_, rest) = rest.split_once("```\n").unwrap();
        assert!(
            left.remove(case),
            "there is no case `{case}`, or it is there twice"
        );
        let said = check(&folder(case), case, &[]).err;
        let (finding, _) = said.split_once("\n1 error; ").unwrap();
        let finding = finding.trim_end();
        let _ = write!(fresh, "{MARK}{case} -->\n\n```text\n{finding}\n```\n{rest}");
    }
    assert_eq!(left, BTreeSet::new(), "the page does not show these");
    if std::env::var_os("DTPC_BLESS").is_some() {
        fs::write(&path, &fresh).unwrap();
    } else {
        assert!(fresh == page, "the page is stale: run with DTPC_BLESS=1");
    }
}

#[test]
fn the_first_thing_said_about_a_slip_is_its_cause() {
    let here = root().join("tests/mistakes");
    let plan = fs::read_to_string(root().join("plans/dynamo.dtp")).unwrap();
    let slips = fs::read_to_string(here.join("slips.tsv")).unwrap();
    let folder = TempDir::new().unwrap();
    let mut all = String::new();
    for slip in slips.lines() {
        let mut columns = slip.split('\t').map(|column| column.replace("\\n", "\n"));
        let (name, from, to) = (columns.next(), columns.next(), columns.next());
        let (name, from, to) = (name.unwrap(), from.unwrap(), to.unwrap());
        assert!(plan.contains(&from), "{name}: the plan has changed");
        fs::write(folder.path().join("plan.dtp"), plan.replacen(&from, &to, 1)).unwrap();
        let check = [
            "check",
            "--format",
            "short",
            "--today",
            "2026-06-01",
            "plan.dtp",
        ];
        let ended = Dtpc::new(&check).from(folder.path()).run();
        assert_eq!(ended.code, Some(1), "{name}: {ended:?}");
        let _ = write!(all, "## {name}\n{}{}", ended.out, ended.err);
    }
    let path = here.join("slips.out");
    if std::env::var_os("DTPC_BLESS").is_some() {
        fs::write(&path, &all).unwrap();
    }
    assert_eq!(all, fs::read_to_string(&path).unwrap());
}
