//! What `tests/pytest_config/` says that people's settings become: pytest reads them, strictly, and
//! loads the plugin.

#[path = "../support/pytest_config.rs"]
mod pytest_config;

use std::process::Command;

use crate::support::tools::{LIMIT, run, tools};
use pytest_config::{KINDS, cases, plan_for};

#[test]
fn pytest_reads_what_they_become() {
    let mut read = 0;
    for kind in KINDS {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        std::fs::create_dir_all(root.join("plans")).expect("a folder");
        std::fs::create_dir_all(root.join("tests")).expect("a folder");
        std::fs::create_dir_all(root.join("checks")).expect("a folder");
        std::fs::write(root.join("plans/p.dtp"), plan_for(kind)).expect("a plan");
        let mut dtpc = Command::new(env!("CARGO_BIN_EXE_dtpc"));
        dtpc.args(["generate", "plans/p.dtp", "--target", "pytest"]);
        let done = run(dtpc.current_dir(root), LIMIT);
        assert!(done.success(), "{done}");
        let test = "import pytest\n\n\n@pytest.mark.MARK\ndef test_it(): ...\n";
        for case in cases(kind) {
            let Some(after) = case.after else { continue };
            let name = &case.name;
            std::fs::write(root.join(kind), after).expect("a file");
            let write = |file: &str, mark: &str| {
                std::fs::write(root.join(file), test.replace("MARK", mark)).expect("a test");
            };
            let call = || {
                let mut pytest = tools().command("pytest");
                // What people deselect is not of interest here.
                pytest.args(["--collect-only", "-q", "-m", "unit or slow", "tests"]);
                run(pytest.current_dir(root), LIMIT)
            };
            write("tests/test_a.py", "unit");
            let done = call();
            assert!(done.success(), "{kind}, {name}: {done}");
            write("tests/test_a.py", "slow");
            write("tests/test_b.py", "untold");
            let done = call();
            for told in [
                "test_a.py:4: `test_it` carries none, and must carry exactly one of unit",
                "'untold' not found in `markers` configuration option",
            ] {
                assert!(done.stdout.contains(told), "{kind}, {name}: {done}");
            }
            std::fs::remove_file(root.join("tests/test_b.py")).expect("a file");
            read += 1;
        }
    }
    assert!(read > 20, "{read}");
}
