//! Small repositories of different kinds, for `dtpc init`.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    dead_code,
    reason = "tests write files, and each test uses a part of this"
)]

use std::fs;
use std::path::Path;

use tempfile::TempDir;

/// A repository of one kind.
pub struct Kind {
    /// What is tried with it.
    pub name: &'static str,
    /// Its files; those of `tests/sample` where there are none and it is called so.
    pub files: &'static [(&'static str, &'static str)],
    /// The commands that its workflow runs; nothing where it has no workflow.
    pub runs: Option<&'static [&'static str]>,
    /// What its plan says.
    pub says: &'static [&'static str],
}

const GITHUB: (&str, &str) = (
    ".git/config",
    "[remote \"origin\"]\n\turl = git@github.com:example/Shop-App.git\n",
);

const MAIN: (&str, &str) = (
    ".git/refs/remotes/origin/HEAD",
    "ref: refs/remotes/origin/trunk\n",
);

/// Every kind.
pub const ALL: &[Kind] = &[
    Kind {
        name: "empty",
        files: &[],
        runs: None,
        says: &["types:      open(\"which tests are there, and what runs them?\")"],
    },
    Kind {
        name: "sample",
        files: &[],
        runs: None,
        says: &[
            "suite python_integration {",
            "suite python_e2e {",
            "suite python_performance {",
            "layout:    under(\"tests/integration\")",
            "suite rust_tests {",
            "language rust {",
            "host:       open(",
        ],
    },
    Kind {
        name: "python",
        files: &[
            GITHUB,
            MAIN,
            ("shop/__init__.py", ""),
            ("shop/cart_test.py", "def test_cart(): pass\n"),
            (
                "tests/test_a.py",
                "import pytest\n\n@pytest.mark.slow\n@pytest.mark.vram(8)\ndef test_a(): pass\n",
            ),
            ("tests/integration/test_b.py", "def test_b(): pass\n"),
            (
                "pyproject.toml",
                "[project]\nname = \"shop\"\nversion = \"1\"\nrequires-python = \">=3.10,<3.14\"\n\n[project.optional-dependencies]\ntest = [\"pytest\"]\n\n[tool.pytest.ini_options]\nmarkers = [\"slow: takes long\", \"gpu: needs one\"]\n\n[tool.coverage.report]\nfail_under = 85\n",
            ),
            (
                ".pre-commit-config.yaml",
                "repos:\n- repo: https://github.com/psf/black\n  rev: 23.1.0\n  hooks:\n  - id: black\n- repo: https://github.com/astral-sh/ruff-pre-commit\n  rev: v0.5.2\n  hooks:\n  - id: ruff\n    args: [--fix]\n",
            ),
            (".github/CODEOWNERS", "* @example/shop-team\n"),
            ("docs/index.md", ""),
        ],
        runs: Some(&[
            "pytest shop tests/test_a.py -m 'not gpu'",
            "pytest tests/integration -m 'not gpu'",
            "pre-commit run --all-files",
        ]),
        says: &[
            "plan shop_app {",
            "repository: \"example/Shop-App\"",
            "trigger:    pull_request(branches: [\"trunk\"])",
            "python: \"3.13\"",
            "\"python3 -m pip install -e .[test]\"",
            "config: \"pyproject.toml\"",
            "/// takes long\nmarker slow {}",
            "marker vram { argument: number }",
            "takes:      not gpu",
            "minimum:  85%",
            "owner:        shop_team",
            "role:     format\n  language: python\n  repo:     \"https://github.com/psf/black\"",
            "do the tests marked `slow` run before a merge?",
        ],
    },
    Kind {
        name: "rust workspace",
        files: &[
            (
                ".github/workflows/pre-merge.yml",
                "on: push\njobs: {x: {steps: [{run: cargo clippy}]}}\n",
            ),
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n",
            ),
            ("Cargo.lock", ""),
            ("rustfmt.toml", ""),
            ("crates/core/Cargo.toml", "[package]\nname = \"core\"\n"),
            ("crates/core/src/lib.rs", ""),
            ("crates/core/tests/all.rs", "#[test]\nfn all() {}\n"),
        ],
        runs: Some(&["cargo test --workspace --locked 2>&1 | tee \"$RUNNER_TEMP/cargo-test.log\""]),
        says: &[
            "stage merge_checks {",
            "entry:          \"cargo fmt --all --check\"",
            "hook clippy {",
            "which of the present workflows does this plan replace? pre-merge.yml",
        ],
    },
    Kind {
        name: "polyglot",
        files: &[
            GITHUB,
            (
                "api/pyproject.toml",
                "[project]\nname = \"api\"\n\n[dependency-groups]\ndev = [\"pytest\"]\n",
            ),
            ("api/api/__init__.py", ""),
            ("api/tests/unit/test_a.py", ""),
            (
                "pytest.ini",
                "[pytest]\nmarkers =\n    gpu_0: none\n    gpu_1: one\n    pre_merge: before a merge\n",
            ),
            ("core/Cargo.toml", "[package]\nname = \"core\"\n"),
            ("core/src/lib.rs", "#[test]\nfn a() {}\n"),
            (".config/nextest.toml", ""),
            ("operator/go.mod", "module example.com/operator\n"),
            ("operator/main_test.go", ""),
            ("tools/go.mod", "module example.com/tools\n"),
            ("tools/main_test.go", ""),
            (
                "web/package.json",
                "{\"name\": \"web\", \"scripts\": {\"test\": \"vitest run\"}}",
            ),
            ("web/pnpm-lock.yaml", ""),
            ("web/src/a.ts", ""),
            ("Makefile", "test:\n\tevery-test\n"),
            ("docs/test-plan.md", "# Ours\n"),
        ],
        runs: Some(&[
            "pytest api/tests/unit -m 'pre_merge and not gpu_1'",
            "cargo nextest run --config-file .config/nextest.toml --profile pre_merge --manifest-path core/Cargo.toml",
            "go test -C operator ./...",
            "pnpm --dir web test",
        ]),
        says: &[
            "\"python3 -m pip install --group api/pyproject.toml:dev\"",
            "document:   \"docs/dtpc-test-plan.md\"",
            "selects:    pre_merge",
            "default: gpu_0",
            "unit_tests: nextest",
            "suite go_tools_tests {",
            "language typescript {",
        ],
    },
    Kind {
        name: "unknown language",
        files: &[
            (".github/dependabot.yml", ""),
            ("src/ledger.cob", "       IDENTIFICATION DIVISION.\n"),
            ("src/report.cob", ""),
            ("GNUmakefile", "all: build\ncheck: build\n\t./run-tests\n"),
        ],
        runs: Some(&["make check"]),
        says: &["tool make_test {", "suite tests {"],
    },
    Kind {
        name: "gitlab without tests",
        files: &[
            (".gitlab-ci.yml", "build: {script: [make]}\n"),
            ("src/main.c", ""),
            ("src/util.c", ""),
        ],
        runs: None,
        says: &["host:       gitlab", "trigger:    open(", "language c {"],
    },
];

/// A repository of this kind in a folder of its own.
pub fn made(kind: &Kind) -> TempDir {
    let folder = TempDir::new().unwrap();
    if kind.name == "sample" {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample");
        copy(&sample, folder.path());
        fs::remove_dir_all(folder.path().join("plans")).unwrap();
    }
    for (path, text) in kind.files {
        let place = folder.path().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let left_over = ["__pycache__", "target", ".pytest_cache", "test-results"];
        if left_over.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(&source, &target).unwrap();
        }
    }
}
