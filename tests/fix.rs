//! `dtpc check --fix`: each case is a plan with mistakes, `tests/fix/name.dtp`, what becomes of it,
//! `name.fixed`, and what is said, `name.out`. `DTPC_BLESS=1 cargo test --test fix` writes the latter
//! two anew.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read and write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::fs;
use std::path::PathBuf;

use dtpc::{Dtpc, Ended, root};
use serde_json::Value;
use tempfile::TempDir;

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(root().join("tests/fix"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "dtp"))
        .collect();
    cases.sort();
    assert!(cases.len() > 4, "the cases are gone");
    cases
}

/// A folder with the plan that the cases import, and these.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let base = root().join("tests/diagnostics/base.dtp");
    fs::copy(base, folder.path().join("base.dtp")).unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn check(folder: &TempDir, arguments: &[&str]) -> Ended {
    let mut all = vec!["check", "--today", "2026-06-01"];
    all.extend(arguments);
    Dtpc::new(&all).from(folder.path()).run()
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn each_plan_becomes_what_is_written_down() {
    let bless = std::env::var_os("DTPC_BLESS").is_some();
    for case in cases() {
        let text = fs::read_to_string(&case).unwrap();
        let folder = folder(&[("case.dtp", &text)]);
        assert_eq!(check(&folder, &["case.dtp"]).code, Some(1));
        let ended = check(&folder, &["--fix", "case.dtp"]);
        let fixed = read(&folder, "case.dtp");
        for (extension, found) in [("fixed", &fixed), ("out", &ended.err)] {
            let path = case.with_extension(extension);
            if bless {
                fs::write(&path, found).unwrap();
            }
            let wanted = fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(*found, wanted, "{}", path.display());
        }
        // What is left is what a check of the mended plan finds, and a second call finds nothing to do.
        let again = check(&folder, &["--fix", "case.dtp"]);
        assert_eq!(again.code, ended.code, "{}", case.display());
        assert!(!again.err.contains("fixed  "), "{}", again.err);
        assert!(!again.err.contains("--fix"), "{}", again.err);
        assert!(ended.err.ends_with(&again.err), "{}", ended.err);
        assert_eq!(read(&folder, "case.dtp"), fixed, "{}", case.display());
        // `base.dtp` and the case: nothing temporary is left.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}

const WRONG: &str =
    "import \"parts/more.dtp\"\nimport \"base.dtp\"\nowner team { contcat: \"x\" }\n";
const PART: &str = "suite more { extends: units, owner: taem, paths: [\"more/**\"] }\n";

#[test]
fn every_file_of_the_plan_is_mended_and_the_others_are_left() {
    let folder = folder(&[("case.dtp", WRONG), ("parts/more.dtp", PART)]);
    fs::write(folder.path().join("beside.dtp"), PART).unwrap();
    let ended = check(&folder, &["--fix", "case.dtp"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(
        ended.err,
        "fixed     case.dtp:3: DTP0102: `contcat` is now `contact`\nfixed     parts/more.dtp:1: DTP0103: `taem` is now `team`\n"
    );
    assert!(read(&folder, "case.dtp").contains("contact: \"x\""));
    assert!(read(&folder, "parts/more.dtp").contains("owner: team"));
    assert_eq!(read(&folder, "beside.dtp"), PART);
}

#[test]
fn a_file_from_outside_the_folder_of_the_plan_is_not_touched() {
    let plan = WRONG
        .replace("parts/", "../parts/")
        .replace("base", "../base");
    let folder = folder(&[("plans/case.dtp", &plan), ("parts/more.dtp", PART)]);
    let ended = check(&folder, &["--fix", "plans/case.dtp"]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(read(&folder, "plans/case.dtp").contains("contact: \"x\""));
    assert_eq!(read(&folder, "parts/more.dtp"), PART);
    assert!(ended.err.contains("did you mean `team`?"), "{}", ended.err);
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_one_that_leads_out_is_not_followed() {
    use std::os::unix::fs::symlink;
    let plan = WRONG.replace("parts/", "");
    let folder = folder(&[("plans/case.dtp", &plan), ("parts/more.dtp", PART)]);
    let base = root().join("tests/diagnostics/base.dtp");
    fs::copy(base, folder.path().join("plans/base.dtp")).unwrap();
    let link = folder.path().join("plans/more.dtp");
    symlink("../parts/more.dtp", &link).unwrap();
    assert_eq!(check(&folder, &["--fix", "plans/case.dtp"]).code, Some(1));
    assert_eq!(read(&folder, "parts/more.dtp"), PART);

    fs::rename(
        folder.path().join("parts/more.dtp"),
        folder.path().join("plans/real.dtp"),
    )
    .unwrap();
    fs::remove_file(&link).unwrap();
    symlink("real.dtp", &link).unwrap();
    assert_eq!(check(&folder, &["--fix", "plans/case.dtp"]).code, Some(0));
    assert!(read(&folder, "plans/real.dtp").contains("owner: team"));
    assert!(link.is_symlink());
}

#[test]
fn byte_order_mark_and_line_ends_are_kept() {
    let text = "\u{feff}import \"base.dtp\"\r\nowner team { contcat: \"x\" }\r\nsuite m { extends: units, owner: team, paths: [\"more/**\"] }\r\n";
    let folder = folder(&[("case.dtp", text)]);
    assert_eq!(check(&folder, &["--fix", "case.dtp"]).code, Some(0));
    assert_eq!(
        read(&folder, "case.dtp"),
        text.replace("contcat", "contact")
    );
}

#[test]
fn programs_get_the_fixes_and_with_fix_only_what_is_left() {
    let text = "import \"base.dtp\"\nowner team { contcat: \"é\", title: 'x' }\narea code { title: 5 }\nsuite m { extends: units, owner: team, stages: [- weekly] }\n";
    let folder = folder(&[("case.dtp", text)]);
    let json = |ended: &Ended| -> Value { serde_json::from_str(&ended.out).unwrap() };
    let before = json(&check(&folder, &["--format", "json", "case.dtp"]));
    // The first one is the field beside it: what is around a mistake is read too.
    assert_eq!(before[0]["fixes"][0]["replacement"], "contact");
    let fix = &before[1]["fixes"][0];
    assert_eq!(fix["replacement"], "\"x\"");
    assert_eq!((&fix["safe"], &fix["line"]), (&true.into(), &2.into()));
    assert_eq!(
        (&fix["column"], &fix["end_column"]),
        (&35.into(), &38.into())
    );
    let sarif = json(&check(&folder, &["--format", "sarif", "case.dtp"]));
    let change = &sarif["runs"][0]["results"][1]["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "case.dtp");
    let replacement = &change["replacements"][0];
    assert_eq!(replacement["deletedRegion"]["startColumn"], 35);
    assert_eq!(replacement["insertedContent"]["text"], "\"x\"");

    let ended = check(&folder, &["--fix", "--format", "json", "case.dtp"]);
    let after = json(&ended);
    assert_eq!(after.as_array().map(Vec::len), Some(1), "{after}");
    assert_eq!(after[0]["code"], "DTP0103");
    assert_eq!(ended.err.lines().count(), 3, "{}", ended.err);
}
