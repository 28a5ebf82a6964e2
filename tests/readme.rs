//! The README shows what the tool prints and writes: each block behind a comment `written by the
//! tests: name` is compared with the real thing. `DTPC_BLESS=1 cargo test --test readme` writes them
//! anew.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read and write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::fmt::Write as _;
use std::fs;

use dtpc::{Dtpc, root};
use tempfile::TempDir;

/// The text that belongs behind a comment.
fn wanted(name: &str, readme: &str) -> String {
    let folder = TempDir::new().unwrap();
    let out = folder.path().to_str().unwrap();
    let generate = || Dtpc::new(&["generate", "plans/dynamo.dtp", "--out", out]).run();
    match name {
        "generate" => {
            let ended = generate();
            ended.out + &ended.err
        }
        "mistake" => {
            let plan = readme
                .split_once("```dtp\n")
                .unwrap()
                .1
                .split_once("```\n")
                .unwrap()
                .0;
            let wrong = plan.replace("type:         integration", "type:         integartion");
            assert_ne!(plan, wrong, "the plan of the README has changed");
            // What the plan is about is there.
            for file in [
                "shop/test_prices.py",
                "tests/integration/test_shop.py",
                "src/lib.rs",
            ] {
                let path = folder.path().join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, "").unwrap();
            }
            fs::create_dir(folder.path().join("plans")).unwrap();
            fs::write(folder.path().join("plans/shop.dtp"), wrong).unwrap();
            Dtpc::new(&["check"]).from(folder.path()).run().err
        }
        "job" => {
            generate();
            let workflow =
                fs::read_to_string(folder.path().join(".github/workflows/pre-merge.yml"));
            let workflow = workflow.unwrap();
            let start = workflow.find("  integration-cpu_mock:\n").unwrap();
            let end = start + workflow[start..].find("  e2e_installation-").unwrap();
            workflow[start..end].to_owned()
        }
        "diagram" => {
            generate();
            let document = fs::read_to_string(folder.path().join("docs/test-plan.md")).unwrap();
            let start = document.split_once("```mermaid\n").unwrap().1;
            start.split_once("```\n").unwrap().0.to_owned()
        }
        other => panic!("the README asks for `{other}`, which is not known"),
    }
}

#[test]
fn the_readme_shows_what_comes_out() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let mut pieces = readme.split("<!-- written by the tests: ");
    let mut fresh = pieces.next().unwrap().to_owned();
    let mut count = 0;
    for piece in pieces {
        let (name, rest) = piece.split_once(" -->\n\n```").unwrap();
        let (language, rest) = rest.split_once('\n').unwrap();
        let (_, rest) = rest.split_once("```\n").unwrap();
        let text = wanted(name, &readme);
        let _ = write!(
            fresh,
            "<!-- written by the tests: {name} -->\n\n```{language}\n{}\n```\n{rest}",
            text.trim_end()
        );
        count += 1;
    }
    assert_eq!(count, 4, "a block of the README is gone");
    if std::env::var_os("DTPC_BLESS").is_some() {
        fs::write(&path, &fresh).unwrap();
    } else {
        assert!(
            fresh == readme,
            "the README is stale: run with DTPC_BLESS=1"
        );
    }
}
