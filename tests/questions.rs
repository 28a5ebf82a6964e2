//! What a plan can be asked: `dtpc jobs`, `dtpc why`, `dtpc graph`. Each file in tests/questions is a
//! question, on its first line, and the answer.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read and write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::fs;
use std::path::PathBuf;

use dtpc::{Dtpc, root};

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(root().join("tests/questions"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    cases.sort();
    assert!(cases.len() > 8, "the cases are gone");
    cases
}

#[test]
fn every_question_is_answered_as_written_down() {
    let bless = std::env::var_os("DTPC_BLESS").is_some();
    for case in cases() {
        let text = fs::read_to_string(&case).unwrap();
        let (question, _) = text.split_once('\n').unwrap();
        let words = shlex::split(question.strip_prefix("$ dtpc ").unwrap()).unwrap();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ended = Dtpc::new(&words).from(root()).run();
        let code = match ended.code {
            Some(0) => String::new(),
            code => format!("exit code {code:?}\n"),
        };
        let answered = format!("{question}\n{code}{}{}", ended.out, ended.err);
        if bless {
            fs::write(&case, &answered).unwrap();
        }
        assert!(
            answered == fs::read_to_string(&case).unwrap(),
            "{}: if this is better, run with DTPC_BLESS=1:\n{answered}",
            case.display()
        );
    }
}

#[test]
fn what_git_knows_of_changes_is_taken_as_changed() {
    let folder = tempfile::TempDir::new().unwrap();
    let git = |arguments: &[&str]| {
        let done = std::process::Command::new("git")
            .current_dir(folder.path())
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    fs::create_dir_all(folder.path().join("plans")).unwrap();
    fs::create_dir_all(folder.path().join("a")).unwrap();
    fs::write(
        folder.path().join("plans/p.dtp"),
        r#"plan p { root: ".." }
stage pre_merge { host: github, trigger: pull_request, types: [unit] }
type unit {}
environment cpu { visibility: public, runner: linux, local: host }
runner linux { labels: ["ubuntu-24.04"] }
suite a { type: unit, tool: pytest, paths: ["a/**"], stages: [pre_merge], environments: [cpu] }
suite b { type: unit, tool: pytest, paths: ["b/**"], stages: [pre_merge], environments: [cpu] }
paths a { match: ["a/**"], affects: a }
paths b { match: ["b/**"], affects: b }
paths plans { match: ["plans/**"], affects: [] }
"#,
    )
    .unwrap();
    fs::write(folder.path().join("a/test_a.py"), "def test(): pass\n").unwrap();
    git(&["init", "--quiet", "--initial-branch", "main"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "first"]);
    let asked = |rev: &str| {
        Dtpc::new(&["jobs", "--since", rev])
            .from(folder.path())
            .run()
    };
    let nothing = asked("main");
    assert!(
        nothing.out.contains("pre_merge/a-cpu  left out"),
        "{nothing:?}"
    );
    // Committed, moved away and not yet added: all of it counts, under the old and the new name.
    git(&["mv", "a", "b"]);
    git(&["commit", "--quiet", "--message", "moved"]);
    let moved = asked("HEAD~1");
    assert!(moved.out.contains("pre_merge/a-cpu  pytest a"), "{moved:?}");
    assert!(moved.out.contains("pre_merge/b-cpu  pytest b"), "{moved:?}");
    fs::write(folder.path().join("b/test_new.py"), "def test(): pass\n").unwrap();
    let new = asked("HEAD");
    assert!(new.out.contains("pre_merge/a-cpu  left out"), "{new:?}");
    assert!(new.out.contains("pre_merge/b-cpu  pytest b"), "{new:?}");
    for wrong in ["nowhere", "--all"] {
        let ended = Dtpc::new(&["jobs", &format!("--since={wrong}")])
            .from(folder.path())
            .run();
        assert_eq!(ended.code, Some(3), "{ended:?}");
        assert!(ended.err.contains("git cannot compare"), "{ended:?}");
    }
}
