//! What is written for GitLab. Each plan in `tests/gitlab` is a case, and beside it is everything in
//! YAML that is written for it, or why nothing is.

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
use std::path::{Path, PathBuf};

use dtpc::{Dtpc, root};

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(root().join("tests/gitlab"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "dtp"))
        .collect();
    cases.sort();
    assert!(cases.len() > 4, "the cases are gone");
    cases
}

/// Everything in YAML below a folder, each file behind its name, without its banner.
fn written(out: &Path) -> String {
    let mut files = vec![".gitlab-ci.yml".to_owned()];
    if let Ok(stages) = fs::read_dir(out.join(".gitlab/ci")) {
        let names = stages.map(|entry| entry.unwrap().file_name());
        files.extend(names.map(|name| format!(".gitlab/ci/{}", name.to_string_lossy())));
    }
    files[1..].sort();
    let mut all = String::new();
    for file in files {
        let Ok(text) = fs::read_to_string(out.join(&file)) else {
            continue;
        };
        let lines: Vec<&str> = text.lines().skip(2).collect();
        write!(all, "#=== {file}\n{}\n", lines.join("\n")).unwrap();
    }
    all
}

#[test]
fn every_plan_becomes_what_is_beside_it() {
    let bless = std::env::var_os("DTPC_BLESS").is_some();
    for case in cases() {
        let out = tempfile::TempDir::new().unwrap();
        let plan = format!(
            "tests/gitlab/{}",
            case.file_name().unwrap().to_string_lossy()
        );
        let folder = out.path().to_str().unwrap();
        let words = ["generate", &plan, "--target", "gitlab-ci", "--out", folder];
        let ended = Dtpc::new(&words).from(root()).run();
        let answered = if ended.code == Some(0) {
            let again = Dtpc::new(&[&words[..], &["--check"]].concat())
                .from(root())
                .run();
            assert_eq!(again.code, Some(0), "{plan}: {}", again.out);
            written(out.path())
        } else {
            ended.err
        };
        let beside = case.with_extension("yml");
        if bless {
            fs::write(&beside, &answered).unwrap();
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        assert!(
            answered == expected,
            "{}: if this is better, run with DTPC_BLESS=1:\n{answered}",
            case.display()
        );
    }
}
