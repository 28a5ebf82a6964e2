//! `dtpc audit`: each way to disagree is found, and nothing where a repository and its plan agree.
//!
//! A case is a file: what it changes of `tests/audit/base`, which agrees with its plan. Those in
//! `found` begin with the codes that are found, each once for each finding; those in `holds` come
//! close to a mistake and make none. `DTPC_BLESS=1` writes what is printed beside the cases, and the
//! pages of the codes.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests read files"
)]

#[path = "../support/dtpc.rs"]
mod dtpc;
mod harness;
mod python;
mod rust;
mod seeded;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use ::dtpc::diagnostics::{Class, Code, codes as registry};
use dtpc::{Dtpc, root};
use harness::{PLAN, Repository, TODAY, codes};

/// The codes of the audit.
fn own_codes() -> impl Iterator<Item = &'static Code> {
    registry::ALL
        .iter()
        .filter(|code| code.code.starts_with("DTP08"))
}

/// The cases of a folder, in order: their files and texts.
fn cases(folder: &str) -> Vec<(PathBuf, String)> {
    let mut cases: Vec<PathBuf> = fs::read_dir(root().join("tests/audit").join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "case"))
        .collect();
    cases.sort();
    cases
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect()
}

fn head(text: &str, start: &str) -> Vec<String> {
    let line = text.lines().next().unwrap().strip_prefix(start).unwrap();
    line.split(' ').map(str::to_owned).collect()
}

fn repository(text: &str) -> Repository {
    let mut repository = Repository::base();
    repository.change(text);
    repository
}

#[test]
fn nothing_is_found_where_all_agree() {
    let mut shown = String::new();
    let found = Repository::base().audit_with(|facts, sources| {
        assert_eq!(facts.tests.len(), 7);
        shown = ::dtpc::audit::list::text(sources, facts, None);
    });
    assert_eq!(codes(&found), Vec::<&str>::new(), "{found:#?}\n{shown}");
}

#[test]
fn each_disagreement_is_found_and_nothing_else() {
    for (path, text) in cases("found") {
        let found = repository(&text).audit();
        let mut found_codes = codes(&found);
        found_codes.sort_unstable();
        assert_eq!(
            found_codes,
            head(&text, "# "),
            "{}\n{found:#?}",
            path.display()
        );
    }
}

#[test]
fn what_comes_close_is_not_found() {
    let mut close = BTreeSet::new();
    for (path, text) in cases("holds") {
        let found = repository(&text).audit();
        assert_eq!(
            codes(&found),
            Vec::<&str>::new(),
            "{}\n{found:#?}",
            path.display()
        );
        close.extend(head(&text, "# holds against "));
    }
    for code in own_codes() {
        assert!(
            close.remove(code.code),
            "{} has no case in tests/audit/holds",
            code.code
        );
    }
    assert_eq!(close, BTreeSet::new(), "there are no such codes");
}

/// The plan of the repository has a finding of each kind in its text too, so that both sides are
/// shown.
#[test]
fn findings_have_a_place_in_the_repository_and_one_in_the_plan() {
    // These are about one of the two alone: what is not there has no place.
    let alone = ["DTP0807", "DTP0808", "DTP0816", "DTP0818"];
    for (path, text) in cases("found") {
        let repository = repository(&text);
        let shown = repository.audit();
        for finding in shown.iter().filter(|d| !alone.contains(&d.code.code)) {
            assert!(
                finding.span.is_some() && !finding.labels.is_empty(),
                "{}: {finding:#?}",
                path.display()
            );
        }
    }
}

#[test]
fn each_disagreement_is_said_as_written_down() {
    let bless = std::env::var_os("DTPC_BLESS").is_some();
    for (path, text) in cases("found") {
        let folder = tempfile::TempDir::new().unwrap();
        repository(&text).lay(folder.path());
        let mut arguments = vec!["audit", PLAN, "--today", TODAY];
        if text.contains(".xml") {
            arguments.extend(["--results", "test-results"]);
        }
        let ended = Dtpc::new(&arguments).from(folder.path()).run();
        let wanted = head(&text, "# ");
        let warned = wanted
            .iter()
            .all(|code| Code::find(code).unwrap().class == Class::Warning);
        assert_eq!(
            ended.code,
            Some(i32::from(!warned)),
            "{}: {ended:?}",
            path.display()
        );
        let out = path.with_extension("out");
        if bless {
            fs::write(&out, &ended.err).unwrap();
        }
        let known = fs::read_to_string(&out).unwrap_or_default();
        assert_eq!(
            ended.err,
            known,
            "{}: if this is better, run with DTPC_BLESS=1",
            out.display()
        );
    }
}

#[test]
fn every_format_tells_the_same_findings() {
    let text =
        fs::read_to_string(root().join("tests/audit/found/test_that_no_stage_runs.case")).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    repository(&text).lay(folder.path());
    let said = |format: &str| {
        let ended = Dtpc::new(&["audit", PLAN, "--today", TODAY, "--format", format])
            .from(folder.path())
            .run();
        assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""), "{format}");
        ended.out
    };
    let short = said("short");
    assert!(
        short.starts_with("shop/test_prices.py:7:5: error[DTP0801]: no stage runs"),
        "{short}"
    );
    let json: serde_json::Value = serde_json::from_str(&said("json")).unwrap();
    let findings = json
        .as_array()
        .or_else(|| json["diagnostics"].as_array())
        .unwrap();
    assert_eq!(findings[0]["code"], "DTP0801");
    assert_eq!(findings[0]["place"]["file"], "shop/test_prices.py");
    let sarif: serde_json::Value = serde_json::from_str(&said("sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "DTP0801");
    assert!(said("github").starts_with("::error file=shop/test_prices.py,line=7"));
}

#[test]
fn the_list_names_every_test_with_its_markers_and_jobs() {
    let folder = tempfile::TempDir::new().unwrap();
    Repository::base().lay(folder.path());
    let list = |more: &[&str]| {
        let arguments = [&["audit", PLAN, "--list"], more].concat();
        let ended = Dtpc::new(&arguments).from(folder.path()).run();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.out
    };
    let text = list(&[]);
    let line = "shop/test_orders.py::test_amounts_that_cannot_be[-1]  [nightly, parametrize, pre_merge, unit]  in pre_merge/units-cpu, nightly/units-cpu\n";
    assert!(text.contains(line), "{text}");
    let json: serde_json::Value = serde_json::from_str(&list(&["--format", "json"])).unwrap();
    let tests = json["tests"].as_array().unwrap();
    assert_eq!(tests.len(), 15);
    assert!(
        tests
            .iter()
            .all(|test| test["jobs"].as_array().is_some_and(|jobs| jobs.len() <= 2))
    );
    // Without a plan, the same tests.
    let bare = tempfile::TempDir::new().unwrap();
    Repository::base().lay(bare.path());
    fs::remove_dir_all(bare.path().join("plans")).unwrap();
    let ended = Dtpc::new(&["audit", "--list", "--repo", "."])
        .from(bare.path())
        .run();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.out.matches("::").count(), text.matches("::").count());
}

#[test]
fn an_audit_that_cannot_be_made_says_why() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut repository = Repository::base();
    repository.replace(PLAN, "  root:  \"..\"\n", "");
    repository.lay(folder.path());
    let at = |arguments: &[&str]| Dtpc::new(arguments).from(folder.path()).run();
    let ended = at(&["audit", PLAN]);
    assert_eq!(ended.code, Some(3));
    assert!(ended.err.contains("--repo DIR"), "{}", ended.err);
    assert_eq!(at(&["audit", PLAN, "--repo", "."]).code, Some(0));
    assert_eq!(at(&["audit", PLAN, "--repo", "nowhere"]).code, Some(3));
    assert_eq!(
        at(&["audit", PLAN, "--repo", ".", "--results", "nowhere.xml"]).code,
        Some(3)
    );
}

#[test]
fn a_warning_is_denied_as_in_a_check() {
    let text =
        fs::read_to_string(root().join("tests/audit/found/marker_that_no_test_carries.case"))
            .unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    repository(&text).lay(folder.path());
    for (more, code) in [
        (&[][..], 0),
        (&["--deny", "warnings"], 1),
        (&["--deny", "DTP0806", "--warn", "unused-marker"], 0),
    ] {
        let arguments = [&["audit", PLAN][..], more].concat();
        assert_eq!(
            Dtpc::new(&arguments).from(folder.path()).run().code,
            Some(code),
            "{more:?}"
        );
    }
}

/// The page of a code: the smallest case that finds it alone.
fn page(code: &Code) -> String {
    let mut page = format!(
        "# {}: {}\n\n{}\n\n{}\n",
        code.code,
        code.name.replace('-', " "),
        code.summary,
        code.class.rule().replace("dtpc check", "dtpc audit")
    );
    let of_code = |(_, text): &&(PathBuf, String)| head(text, "# ").iter().any(|c| c == code.code);
    let all = cases("found");
    let example = all
        .iter()
        .filter(of_code)
        .min_by_key(|(_, text)| (head(text, "# ").len(), text.len()));
    let (path, text) =
        example.unwrap_or_else(|| panic!("{} has no case in tests/audit/found", code.code));
    let changes = text.split_once('\n').unwrap().1.trim().replace('⏎', " ⏎ ");
    let said = fs::read_to_string(path.with_extension("out")).unwrap();
    let _ = write!(
        page,
        "\n## Example\n\nWhat this changes of [a repository that agrees with its plan](../../tests/audit/base), by `=== file`:\n\n```text\n{changes}\n```\n\n```text\n{}\n```\n\n## What to do\n\n{}\n",
        said.trim_end(),
        code.fix
    );
    page
}

#[test]
fn every_code_of_the_audit_has_a_page_and_it_is_fresh() {
    for code in own_codes() {
        let path = root().join(format!("docs/diagnostics/{}.md", code.code));
        let page = page(code);
        if std::env::var_os("DTPC_BLESS").is_some() {
            fs::write(&path, &page).unwrap();
        } else {
            assert!(
                fs::read_to_string(&path).unwrap() == page,
                "{} is stale",
                path.display()
            );
        }
    }
}
