//! pre-commit, and prek, which reads the same file and is written independently.

use crate::support::repository::Repository;
use crate::support::tools::{Done, LIMIT, run};

const FRAMEWORKS: [&str; 2] = ["pre-commit", "prek"];

/// The sample under git, with its hooks installed by a framework.
struct Checkout {
    repository: Repository,
}

impl Checkout {
    fn new(framework: &str) -> Self {
        let checkout = Self {
            repository: Repository::sample().generated(),
        };
        checkout.must("git", &["init", "--quiet", "--initial-branch", "main"]);
        checkout.must("git", &["add", "--all"]);
        checkout.must(framework, &["install"]);
        checkout
    }

    fn call(&self, tool: &str, arguments: &[&str]) -> Done {
        let mut command = self.repository.command(tool);
        // Its own cache: not that of who runs the tests.
        let cache = self.repository.root().join(".git/hook-cache");
        command
            .args(arguments)
            .env("PRE_COMMIT_HOME", &cache)
            .env("PREK_HOME", &cache);
        run(&mut command, LIMIT)
    }

    fn must(&self, tool: &str, arguments: &[&str]) {
        let done = self.call(tool, arguments);
        assert!(done.success(), "{done}");
    }

    /// Commits everything.
    fn commit(&self, message: &str) -> Done {
        self.must("git", &["add", "--all"]);
        self.call("git", &["commit", "--quiet", "-m", message])
    }

    fn commits(&self) -> usize {
        let log = self.call("git", &["log", "--oneline"]);
        log.stdout.lines().count()
    }

    /// Forgets what was refused.
    fn back(&self) {
        self.must("git", &["reset", "--quiet", "--hard"]);
    }
}

#[test]
fn both_frameworks_accept_the_file() {
    for repository in Repository::both() {
        for framework in FRAMEWORKS {
            let done = repository.call(framework, &["validate-config", ".pre-commit-config.yaml"]);
            assert!(done.success(), "{}: {done}", repository.plan());
        }
    }
}

#[test]
fn a_good_commit_passes_and_a_bad_one_is_blocked() {
    for framework in FRAMEWORKS {
        let checkout = Checkout::new(framework);
        let first = checkout.commit("The sample as it is");
        assert!(first.success(), "{first}");
        let ran = format!("{}{}", first.stdout, first.stderr);
        for hook in [
            "Format Python",
            "Lint Python",
            "Format Rust",
            "Lint Rust",
            "Commit message",
        ] {
            assert!(ran.contains(hook), "{hook} did not run: {first}");
        }

        let bad = [
            (
                "sample/new.py",
                "\"\"\"A module.\"\"\"\nX = 1   \n",
                "Format Python",
            ),
            ("sample/new.py", "from os import *\n", "Lint Python"),
            (
                "src/lib.rs",
                "//! Badly written.\nfn  f( ) { }\n",
                "Format Rust",
            ),
            (
                "src/lib.rs",
                "//! Wrong.\n\n/// None.\npub fn f() -> u8 {}\n",
                "Lint Rust",
            ),
        ];
        for (file, text, hook) in bad {
            checkout.repository.write(file, text);
            let done = checkout.commit("Something that is not right");
            assert!(!done.success(), "{file}: {done}");
            let told = format!("{}{}", done.stdout, done.stderr);
            let line = told
                .lines()
                .find(|l| l.starts_with(hook))
                .unwrap_or_default();
            assert!(line.ends_with("Failed"), "{hook}: {done}");
            assert_eq!(checkout.commits(), 1, "{done}");
            checkout.back();
        }

        checkout
            .repository
            .write("sample/new.py", "\"\"\"A module.\"\"\"\n");
        let short = checkout.commit("Oh");
        assert!(!short.success() && checkout.commits() == 1, "{short}");
        let good = checkout.commit("A module that is right");
        assert!(good.success() && checkout.commits() == 2, "{good}");
    }
}

#[test]
fn an_audited_exception_is_passed_over_and_no_other_file() {
    for framework in FRAMEWORKS {
        let checkout = Checkout::new(framework);
        assert!(checkout.commit("The sample as it is").success());
        let generated = checkout.repository.read("sample/generated.py");
        // It would not pass by itself.
        checkout
            .repository
            .write("sample/generated_too.py", &generated);
        assert!(!checkout.commit("A file that nobody excepted").success());
        checkout.back();
        checkout
            .repository
            .write("sample/generated.py", &format!("{generated}\tX = 1  \n"));
        let done = checkout.commit("Generated again");
        assert!(done.success() && checkout.commits() == 2, "{done}");
    }
}
