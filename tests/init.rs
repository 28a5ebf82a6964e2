//! `dtpc init`: for repositories of different kinds, from nothing to a workflow.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read and write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;
#[path = "support/repositories.rs"]
mod repositories;

use std::fs;
use std::path::Path;

use dtpc::{Dtpc, Ended};
use repositories::{ALL, Kind, made};
use tempfile::TempDir;

fn call(folder: &Path, arguments: &[&str]) -> Ended {
    Dtpc::new(arguments).from(folder).run()
}

/// The plan of a repository, after `init`.
fn plan(folder: &Path) -> (String, Ended) {
    let ended = call(folder, &["init"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let plans: Vec<_> = fs::read_dir(folder.join("plans")).unwrap().collect();
    assert_eq!(plans.len(), 1);
    let path = plans[0].as_ref().unwrap().path();
    (fs::read_to_string(path).unwrap(), ended)
}

#[test]
fn every_kind_of_repository_goes_from_nothing_to_its_outputs() {
    for kind in ALL {
        let folder = made(kind);
        let (text, ended) = plan(folder.path());
        let checked = call(folder.path(), &["check", "--deny", "warnings"]);
        assert_eq!(
            checked.code,
            Some(0),
            "{}: {}\n{text}",
            kind.name,
            checked.err
        );
        assert_eq!(checked.err, "", "{}", kind.name);
        let json = call(folder.path(), &["check", "--format", "json"]);
        assert_eq!(
            (json.code, json.out.as_str()),
            (Some(0), "[]\n"),
            "{}",
            kind.name
        );
        let out = TempDir::new().unwrap();
        let place = out.path().to_str().unwrap();
        let generated = call(folder.path(), &["generate", "--out", place]);
        assert_eq!(generated.code, Some(0), "{}: {generated:?}", kind.name);
        let workflow = out.path().join(".github/workflows");
        assert_eq!(workflow.is_dir(), kind.runs.is_some(), "{}", kind.name);
        if let Some(commands) = kind.runs {
            let stage = fs::read_dir(workflow).unwrap().next().unwrap().unwrap();
            let workflow = fs::read_to_string(stage.path()).unwrap();
            for command in commands {
                let mut lines = workflow.lines().map(str::trim);
                let run = lines.any(|line| line.trim_start_matches("run: ") == *command);
                assert!(run, "{}: {command}\n{workflow}", kind.name);
            }
        }
        for word in kind.says {
            assert!(text.contains(word), "{}: {word}\n{text}", kind.name);
        }
        // The commands that it tells to type are those that were tried here.
        for line in ended.out.lines().filter_map(|l| l.strip_prefix("  dtpc ")) {
            let arguments = line.split(' ').filter(|a| *a != "--force");
            let arguments: Vec<&str> = arguments.collect();
            let told = call(folder.path(), &arguments);
            let forced = line.contains("--force");
            let check = line.contains("--check");
            let wanted = if forced { 3 } else { i32::from(check) };
            assert_eq!(told.code, Some(wanted), "{}: {line}: {told:?}", kind.name);
        }
    }
}

#[test]
fn a_plan_is_never_overwritten() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("plans")).unwrap();
    let place = folder.path().join("plans/other.dtp");
    fs::write(&place, "plan other { title: 5 }\n").unwrap();
    let ended = call(folder.path(), &["init"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(3), ""));
    assert!(
        ended.err.contains("there is a plan already: "),
        "{}",
        ended.err
    );
    assert_eq!(
        fs::read_dir(folder.path().join("plans")).unwrap().count(),
        1
    );
    assert_eq!(
        fs::read_to_string(&place).unwrap(),
        "plan other { title: 5 }\n"
    );

    // A file that declares none is nobody's plan, but it is somebody's file.
    let repository = folder.path().join("shop");
    fs::create_dir_all(repository.join("plans")).unwrap();
    fs::write(repository.join("plans/shop.dtp"), "// notes\n").unwrap();
    let ended = call(&repository, &["init"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(
        ended.err.contains("shop.dtp is there already"),
        "{}",
        ended.err
    );
    let notes = fs::read_to_string(repository.join("plans/shop.dtp")).unwrap();
    assert_eq!(notes, "// notes\n");
}

#[test]
fn another_folder_can_be_named_and_must_be_one() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("my shop")).unwrap();
    let ended = call(folder.path(), &["init", "my shop"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(folder.path().join("my shop/plans/my_shop.dtp").is_file());
    assert!(
        ended.out.contains("dtpc check 'my shop/plans/my_shop.dtp'"),
        "{}",
        ended.out
    );
    fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(call(folder.path(), &["init", "file"]).code, Some(3));
    assert_eq!(call(folder.path(), &["init", "nowhere"]).code, Some(3));
    assert_eq!(call(folder.path(), &["init", "a", "b"]).code, Some(2));
}

#[test]
fn what_git_ignores_is_not_looked_at() {
    let folder = made(&Kind {
        name: "ignored",
        files: &[
            (".gitignore", "made/\n*.rs\n"),
            ("made/tests/test_a.py", "def test_a(): pass\n"),
            ("src/main.rs", ""),
            (
                "node_modules/x/package.json",
                "{\"scripts\": {\"test\": \"jest\"}}",
            ),
        ],
        runs: None,
        says: &[],
    });
    let (text, ended) = plan(folder.path());
    assert!(ended.out.contains("looked at 1 file\n"), "{}", ended.out);
    assert!(!text.contains("suite "), "{text}");
}

#[test]
fn hostile_names_and_texts_make_no_other_plan() {
    let folder = made(&Kind {
        name: "hostile",
        files: &[
            (
                ".git/config",
                "[remote \"origin\"]\n\turl = https://github.com/a\"} plan x {/b.git\n",
            ),
            (".git/HEAD", "ref: refs/heads/a\"b{}\n"),
            (".github/CODEOWNERS", "* @\"}\\\n"),
            (
                "tests/a\"b }/test_x.py",
                "@pytest.mark.other\n@pytest.mark.\"bad\n",
            ),
            ("tests/unit/*/test_x.py", ""),
            ("it's a/test \" x/test_x.py", "@pytest.mark.ok\n"),
            ("it's a/setup.py", ""),
            ("web \"x/package.json", "{\"scripts\": {\"test\": \"x\"}}"),
            (
                "pytest.ini",
                "[pytest]\nmarkers =\n  all: a\n  x y: b\n  fine: \"} plan {{ \\ \u{202e}\n",
            ),
            (
                "package.json",
                "{\"scripts\": {\"test\": \"\\\"}\"}, \"packageManager\": \"yarn@}\"}",
            ),
            (
                ".pre-commit-config.yaml",
                "repos:\n- repo: \"x\\\"}\"\n  rev: \"\\\"\"\n  hooks:\n  - id: \"} {\"\n    name: \"a\\nb\"\n    args: [\"\\\"\", \"\\\\\"]\n    exclude: \"a\\n}\"\n",
            ),
        ],
        runs: None,
        says: &[],
    });
    let (text, _) = plan(folder.path());
    assert!(text.contains("Git cannot fetch"), "{text}");
    assert_eq!(text.matches("\nplan ").count(), 1, "{text}");
    assert!(
        text.contains("marker fine {}") && text.contains("marker ok {}"),
        "{text}"
    );
}

#[test]
fn a_large_tree_is_looked_at_in_seconds() {
    let folder = TempDir::new().unwrap();
    for package in 0..50 {
        let tests = folder.path().join(format!("packages/p{package}/tests"));
        fs::create_dir_all(&tests).unwrap();
        for file in 0..100 {
            let text = "import pytest\n@pytest.mark.slow\ndef test_a(): pass\n";
            fs::write(tests.join(format!("test_{file}.py")), text).unwrap();
        }
    }
    let start = std::time::Instant::now();
    let (text, _) = plan(folder.path());
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    assert!(text.contains("marker slow {}"), "{text}");
    assert_eq!(text.matches("\nsuite ").count(), 1, "{text}");
}
