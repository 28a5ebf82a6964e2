//! pre-commit, and prek, which reads the same file and is written independently.

use serde_json::Value;

use crate::support::repository::Repository;
use crate::support::tools::{Done, LIMIT, run, workspace};

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

/// A repository under git with a plan, its outputs, and the hooks that dtpc offers: as in
/// `.pre-commit-hooks.yaml`, but for the program, which is the one that was built here.
fn with_offered_hooks(framework: &str) -> Checkout {
    let checkout = Checkout {
        repository: Repository::sample().generated(),
    };
    let offered = std::fs::read_to_string(workspace().join(".pre-commit-hooks.yaml"));
    let offered: Vec<Value> =
        serde_yaml::from_str(&offered.expect("the manifest")).expect("a list of hooks");
    assert_eq!(offered.len(), 3);
    let hooks: Vec<Value> = offered
        .into_iter()
        .map(|mut hook| {
            let entry = hook["entry"].as_str().expect("an entry");
            let arguments = entry.strip_prefix("dtpc").expect("dtpc");
            assert_eq!(hook["language"], "rust");
            hook["entry"] = format!("{}{arguments}", env!("CARGO_BIN_EXE_dtpc")).into();
            hook["language"] = "system".into();
            hook
        })
        .collect();
    // Beside the hooks of its plan, which are an output of dtpc's.
    let config = serde_json::json!({ "repos": [{ "repo": "local", "hooks": hooks }] });
    checkout
        .repository
        .write("hooks.yaml", &serde_json::to_string(&config).expect("JSON"));
    checkout.must("git", &["init", "--quiet", "--initial-branch", "main"]);
    checkout.must("git", &["add", "--all"]);
    checkout.must(framework, &["install", "--config", "hooks.yaml"]);
    checkout
}

#[test]
fn the_hooks_that_dtpc_offers_are_read_by_both_frameworks() {
    let repository = Repository::sample();
    let manifest = workspace().join(".pre-commit-hooks.yaml");
    for framework in FRAMEWORKS {
        let manifest = manifest.to_str().expect("a path");
        let done = repository.call(framework, &["validate-manifest", manifest]);
        assert!(done.success(), "{done}");
    }
}

#[test]
fn the_hooks_that_dtpc_offers_stop_what_the_plan_does_not_hold() {
    for framework in FRAMEWORKS {
        let checkout = with_offered_hooks(framework);
        let plan = checkout.repository.plan();
        let first = checkout.commit("The sample as it is");
        assert!(first.success() && checkout.commits() == 1, "{first}");
        let text = checkout.repository.read(plan);

        let bad = [
            (
                plan,
                text.replace("host:       git\n", "host:       gti\n"),
                "Check the test plan",
            ),
            (
                plan,
                text.replace("title:      \"Weekly\"", "title: \"Weekly\""),
                "Format test plans",
            ),
            (
                plan,
                text.replace("title:      \"Weekly\"", "title:      \"Each week\""),
                "Compare generated files",
            ),
            (
                "pytest.ini",
                checkout
                    .repository
                    .read("pytest.ini")
                    .replace("markers", "markets"),
                "Compare generated files",
            ),
        ];
        for (file, text, hook) in bad {
            checkout.repository.write(file, &text);
            let done = checkout.commit("Something that is not right");
            let told = format!("{}{}", done.stdout, done.stderr);
            let line = told.lines().find(|l| l.starts_with(hook));
            assert!(
                line.is_some_and(|l| l.ends_with("Failed")),
                "{hook}: {done}"
            );
            assert_eq!(checkout.commits(), 1, "{done}");
            checkout.back();
        }
        // An output that a commit takes away, and nothing else.
        checkout.repository.remove("pytest.ini");
        let done = checkout.commit("Without its settings");
        assert!(!done.success() && checkout.commits() == 1, "{done}");
        checkout.back();

        checkout
            .repository
            .write(plan, &text.replace("\"Weekly\"", "\"Each week\""));
        let mut dtpc = std::process::Command::new(env!("CARGO_BIN_EXE_dtpc"));
        dtpc.arg("generate").current_dir(checkout.repository.root());
        assert!(run(&mut dtpc, LIMIT).success());
        let good = checkout.commit("Another name, and what comes of it");
        assert!(good.success() && checkout.commits() == 2, "{good}");
    }
}

/// Hooks in other runtimes than the machine, and an exception for one of two hooks of a role.
const RUNTIMES: &str = r#"
plan small { title: "Small", root: ".." }
stage pre_commit { host: git, trigger: commit, types: [lint] }
type lint {}
environment here { local: host, visibility: public }
owner team {}
suite hooks { type: lint, tool: pre_commit, stages: [pre_commit], environments: [here] }
hook no_todo { role: policy, entry: "(?i)todo\\(.*\\)", runtime: pygrep, file_types: ["text"], files: ["src/**"] }
hook no_patch { role: policy, entry: "no patches here", runtime: fail, files: ["**/*.patch"] }
exception patches {
  paths:   ["third_party/**"]
  from:    [policy]
  hooks:   [no_patch]
  kind:    foreign
  because: "they come from another project"
  owner:   team
  expires: 2099-12-31
}
"#;

#[test]
fn runtimes_and_exceptions_for_one_hook_mean_what_they_say() {
    for framework in FRAMEWORKS {
        let repository = Repository::of("plans/small.dtp", &[("plans/small.dtp", RUNTIMES)]);
        let checkout = Checkout {
            repository: repository.generated(),
        };
        checkout.must("git", &["init", "--quiet", "--initial-branch", "main"]);
        checkout.must("git", &["add", "--all"]);
        checkout.must(framework, &["install"]);
        assert!(checkout.commit("The plan and what comes of it").success());
        for (file, text, passes) in [
            ("src/a.txt", "a TODO(me)\n", false),
            ("src/b.txt", "a TODO for me\n", true),
            ("other/a.txt", "a TODO(me)\n", true),
            ("third_party/a.patch", "x\n", true),
            ("ours/a.patch", "x\n", false),
            // The exception is for the other hook alone.
            ("src/third_party/a.txt", "todo(it)\n", false),
        ] {
            checkout.repository.write(file, text);
            let done = checkout.commit("One more file for them");
            assert_eq!(done.success(), passes, "{file}: {done}");
            if !passes {
                checkout.back();
            }
        }
    }
}
