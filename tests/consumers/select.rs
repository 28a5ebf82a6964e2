//! The script that selects the jobs of a run, by itself: on events made by hand, in repositories of
//! git that hold the changes.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::tools::{Done, LIMIT, run, tools, workspace};

const SCRIPT: &str = "templates/ci/select_jobs.py";

/// A repository of git with changes, the rules of a stage, and an event.
struct Case {
    folder: TempDir,
    rules: Value,
    variables: BTreeMap<&'static str, String>,
}

/// What the script said.
struct Selected {
    done: Done,
    skipped: Option<BTreeMap<String, String>>,
}

impl Case {
    /// With these jobs, and the declarations of paths that most tests are about: `core` is all of
    /// `lib` but its Markdown, save for one file; `docs` is all Markdown.
    fn new(jobs: &Value) -> Self {
        let case = Self {
            folder: tempfile::tempdir().unwrap(),
            rules: json!({
                "by_paths": true,
                "unclaimed": "everything",
                "paths": {
                    "core": [
                        ["lib/.*", true],
                        ["lib/(?:.*/)?[^/]*\\.md", false],
                        ["lib/kept\\.md", true],
                    ],
                    "docs": [["(?:.*/)?[^/]*\\.md", true]],
                },
                "inputs": {},
                "jobs": jobs,
            }),
            variables: BTreeMap::from([
                ("GITHUB_REPOSITORY", "example/shop".to_owned()),
                ("GITHUB_REF_NAME", "main".to_owned()),
            ]),
        };
        case.git(&["init", "--quiet", "--initial-branch", "main"]);
        case.write("lib/a.rs", "fn a() {}\n");
        case.write("lib/guide.md", "A guide.\n");
        case.write("docs/index.md", "An index.\n");
        case.write("other/a.txt", "Nobody's.\n");
        case.commit();
        case
    }

    /// The two jobs that most tests are about: one that `core` affects, one that `docs` does.
    fn plain() -> Self {
        Self::new(&json!({
            "code": { "affected_by": ["core"], "axes": {} },
            "text": { "affected_by": ["docs"], "axes": {} },
        }))
    }

    /// One job with a condition.
    fn when(condition: &Value) -> Self {
        let mut case =
            Self::new(&json!({ "job": { "affected_by": [], "axes": {}, "when": [condition] } }));
        case.rules["by_paths"] = json!(false);
        case
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = tools().command("git");
        git.args(arguments).current_dir(self.folder.path());
        let done = run(&mut git, LIMIT);
        assert!(done.success(), "{done}");
        done.stdout.trim().to_owned()
    }

    fn write(&self, file: impl AsRef<Path>, text: &str) {
        let path = self.folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", "A change"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// The state before, and the state after some files were written.
    fn change(&self, files: &[&str]) -> String {
        let base = self.git(&["rev-parse", "HEAD"]);
        for file in files {
            self.write(file, "Changed.\n");
        }
        self.commit();
        base
    }

    fn run(&self, event_name: &str, event: &Value) -> Selected {
        let outside = tempfile::tempdir().unwrap();
        let place = |name: &str| outside.path().join(name);
        let rules = format!("# Written by dtpc.\n#\n{:#}\n", self.rules);
        fs::write(place("rules.json"), rules).unwrap();
        fs::write(place("event.json"), event.to_string()).unwrap();
        let mut python = tools().command("python");
        python
            .arg(workspace().join(SCRIPT))
            .current_dir(self.folder.path())
            .env("RULES", place("rules.json"))
            .env("GITHUB_EVENT_NAME", event_name)
            .env("GITHUB_EVENT_PATH", place("event.json"))
            .env("GITHUB_OUTPUT", place("output"))
            .envs(&self.variables);
        let done = run(&mut python, LIMIT);
        let skipped = fs::read_to_string(place("output")).ok().map(|text| {
            let lines: Vec<&str> = text.lines().collect();
            let [line] = lines[..] else {
                panic!("one output is written: {text}")
            };
            serde_json::from_str(line.strip_prefix("skipped=").unwrap()).unwrap()
        });
        Selected { done, skipped }
    }

    /// In a pull request whose base is this commit.
    fn pull_request(&self, base: &str) -> Selected {
        self.run(
            "pull_request",
            &json!({ "pull_request": { "base": { "sha": base } } }),
        )
    }

    /// In a pull request that changes these files.
    fn changing(&self, files: &[&str]) -> Selected {
        let base = self.change(files);
        self.pull_request(&base)
    }
}

impl Selected {
    #[track_caller]
    fn skipped(&self) -> &BTreeMap<String, String> {
        assert!(self.done.success(), "{}", self.done);
        self.skipped.as_ref().expect("the output was written")
    }

    /// That these are left out, and no other.
    #[track_caller]
    fn assert_skips(&self, jobs: &[&str]) {
        let names: Vec<&str> = self.skipped().keys().map(String::as_str).collect();
        assert_eq!(names, jobs, "{}", self.done);
    }

    #[track_caller]
    fn assert_reason(&self, job: &str, reason: &str) {
        let told = self.skipped().get(job);
        assert!(
            told.is_some_and(|told| told.contains(reason)),
            "{job}: {reason}\n{}",
            self.done
        );
        // People read it in the log.
        let line = format!("skipped  {job}  ");
        assert!(self.done.stdout.contains(&line), "{}", self.done);
    }
}

#[test]
fn a_changed_file_selects_what_it_affects() {
    let code = Case::plain().changing(&["lib/a.rs"]);
    code.assert_skips(&["text"]);
    code.assert_reason("text", "no changed file affects it");
    Case::plain()
        .changing(&["docs/index.md"])
        .assert_skips(&["code"]);
    Case::plain()
        .changing(&["docs/index.md", "lib/b/c.rs"])
        .assert_skips(&[]);
}

/// Or it would never be in a run in which somebody claims all that changed, and nobody would notice.
#[test]
fn a_job_that_no_file_is_said_to_affect_is_in_every_run() {
    let mut case = Case::plain();
    case.rules["jobs"]["always"] = json!({ "affected_by": [], "axes": {} });
    case.changing(&["docs/index.md"]).assert_skips(&["code"]);
    case.changing(&[]).assert_skips(&["code", "text"]);
}

#[test]
fn nothing_changed_selects_nothing() {
    Case::plain().changing(&[]).assert_skips(&["code", "text"]);
}

#[test]
fn the_last_pattern_that_matches_decides() {
    // Taken out by the second, put in again by the third.
    Case::plain()
        .changing(&["lib/guide.md"])
        .assert_skips(&["code"]);
    Case::plain().changing(&["lib/kept.md"]).assert_skips(&[]);
    // A pattern is about the whole path.
    let mut case = Case::plain();
    case.rules["paths"]["rest"] = json!([[".*", true], ["lib/.*", false]]);
    let selected = case.changing(&["other/lib/a.rs"]);
    selected.assert_skips(&["code", "text"]);
}

#[test]
fn a_file_that_goes_or_moves_counts_under_each_of_its_names() {
    let case = Case::plain();
    let base = case.git(&["rev-parse", "HEAD"]);
    case.git(&["rm", "--quiet", "lib/a.rs"]);
    case.commit();
    case.pull_request(&base).assert_skips(&["text"]);

    let case = Case::plain();
    let base = case.git(&["rev-parse", "HEAD"]);
    case.git(&["mv", "lib/a.rs", "docs/a.md"]);
    case.commit();
    case.pull_request(&base).assert_skips(&[]);
}

#[test]
fn only_the_change_itself_counts_and_not_what_came_into_its_base() {
    let case = Case::plain();
    let base = case.change(&["docs/index.md"]);
    case.git(&["checkout", "--quiet", "-b", "moved", &base]);
    let moved = case.change(&["lib/a.rs"]);
    assert_eq!(moved, base);
    let moved = case.git(&["rev-parse", "HEAD"]);
    case.git(&["checkout", "--quiet", "main"]);
    case.pull_request(&moved).assert_skips(&["code"]);
}

#[test]
fn a_file_that_nobody_claims_selects_everything() {
    let selected = Case::plain().changing(&["other/a.txt", "lib/a.rs"]);
    selected.assert_skips(&[]);
    assert!(
        selected.done.stdout.contains("::notice::") && selected.done.stdout.contains("other/a.txt"),
        "{}",
        selected.done
    );
}

#[test]
fn or_it_fails_the_run() {
    let mut case = Case::plain();
    case.rules["unclaimed"] = json!("fail");
    let selected = case.changing(&["other/a.txt"]);
    assert_eq!(selected.done.code, Some(1), "{}", selected.done);
    assert!(
        selected.done.stdout.contains("::error::") && selected.done.stdout.contains("other/a.txt"),
        "{}",
        selected.done
    );
    assert!(selected.skipped.is_none(), "{}", selected.done);
    case.changing(&["lib/a.rs"]).assert_skips(&["text"]);
}

/// What a condition asks of a file that nobody claims is not known either.
#[test]
fn a_file_that_nobody_claims_fulfils_every_condition_on_changes() {
    for condition in [
        json!(["changed", "core"]),
        json!(["not", ["changed", "docs"]]),
    ] {
        let case = Case::new(&json!({
            "job": { "affected_by": ["core"], "axes": {}, "when": [condition] },
            "labelled": { "affected_by": [], "axes": {}, "when": [["label", "full"]] },
        }));
        // Not what is known.
        case.changing(&["other/a.txt"]).assert_skips(&["labelled"]);
    }
}

#[test]
fn where_files_do_not_decide_nobody_need_claim_them() {
    let mut case = Case::plain();
    case.rules["by_paths"] = json!(false);
    case.rules["unclaimed"] = json!("fail");
    case.changing(&["other/a.txt"]).assert_skips(&[]);
}

#[test]
fn without_a_commit_to_compare_with_everything_is_selected() {
    let zeros = "0".repeat(40);
    let unknown = "1".repeat(40);
    let events = [
        // A new branch, a branch whose history was written anew, a branch that was made by hand.
        ("push", json!({ "before": zeros })),
        ("push", json!({ "before": unknown })),
        ("push", json!({})),
        (
            "pull_request",
            json!({ "pull_request": { "base": { "sha": unknown } } }),
        ),
        (
            "merge_group",
            json!({ "merge_group": { "base_sha": unknown } }),
        ),
        ("schedule", json!({})),
        ("workflow_dispatch", json!({ "inputs": {} })),
        ("workflow_dispatch", json!({ "inputs": null })),
    ];
    for (name, event) in events {
        let case = Case::plain();
        case.change(&["docs/index.md"]);
        case.run(name, &event).assert_skips(&[]);
        // Whatever a condition asks of the changes: they are not known.
        for condition in [
            json!(["changed", "core"]),
            json!(["not", ["changed", "core"]]),
        ] {
            let case = Case::when(&condition);
            case.change(&["docs/index.md"]);
            case.run(name, &event).assert_skips(&[]);
        }
    }
}

#[test]
fn a_push_and_a_merge_queue_are_compared_with_what_was_there() {
    let case = Case::plain();
    let base = case.change(&["lib/a.rs"]);
    case.run("push", &json!({ "before": base }))
        .assert_skips(&["text"]);
    let queue = json!({ "merge_group": { "base_sha": base, "base_ref": "refs/heads/main" } });
    case.run("merge_group", &queue).assert_skips(&["text"]);
}

#[test]
fn a_push_is_compared_with_the_state_before_even_if_that_is_another_line() {
    let case = Case::plain();
    let root = case.git(&["rev-parse", "HEAD"]);
    case.change(&["lib/a.rs"]);
    let before = case.git(&["rev-parse", "HEAD"]);
    case.git(&["reset", "--quiet", "--hard", &root]);
    case.change(&["docs/index.md"]);
    // The forced push takes the change of the library back.
    case.run("push", &json!({ "before": before }))
        .assert_skips(&[]);
}

#[test]
fn a_push_to_another_branch_than_the_default_one_is_compared_with_where_it_left_that() {
    let case = Case::plain();
    let left = case.change(&["lib/a.rs"]);
    // The second push changes a text alone; what the first one did to the library is there still.
    let before = case.change(&["docs/index.md"]);
    let push = |branch: &str| {
        json!({
            "before": before,
            "ref": branch,
            "repository": { "default_branch": "main" },
        })
    };
    let copy = push("refs/heads/pull-request/7");
    // Without the default branch nothing is known.
    case.run("push", &copy).assert_skips(&[]);
    case.git(&["update-ref", "refs/remotes/origin/main", &left]);
    case.run("push", &copy).assert_skips(&[]);
    case.run("push", &push("refs/heads/main"))
        .assert_skips(&["code"]);
    case.git(&["update-ref", "refs/remotes/origin/main", &before]);
    case.run("push", &copy).assert_skips(&["code"]);
    // A tag stands on no branch.
    case.run("push", &push("refs/tags/v1"))
        .assert_skips(&["code"]);
}

#[test]
fn names_that_are_no_words_keep_their_meaning() {
    for name in [
        "lib/a file.rs",
        "lib/-n",
        "lib/ümlaut.rs",
        "lib/\"quoted\".rs",
        "lib/a\tb.rs",
        "lib/a\nb.rs",
        "lib/sub\nfolder/b.rs",
    ] {
        Case::plain().changing(&[name]).assert_skips(&["text"]);
    }
}

#[test]
fn a_name_that_is_not_text_is_a_name() {
    let case = Case::plain();
    let base = case.git(&["rev-parse", "HEAD"]);
    case.write(Path::new(OsStr::from_bytes(b"lib/\xff.rs")), "Odd.\n");
    case.commit();
    case.pull_request(&base).assert_skips(&["text"]);
    case.write(Path::new(OsStr::from_bytes(b"other/\xff.txt")), "Odd.\n");
    case.commit();
    case.pull_request(&base).assert_skips(&[]);
}

/// GitHub takes a line that begins with two colons for a command.
#[test]
fn a_name_gives_no_commands_to_the_host() {
    let case = Case::plain();
    let selected = case.changing(&["other/a\n::add-mask::a", "other/b\r::debug::b"]);
    selected.assert_skips(&[]);
    let commands: Vec<&str> = selected
        .done
        .stdout
        .split(['\n', '\r'])
        .filter(|line| line.starts_with("::"))
        .collect();
    assert!(
        commands.len() == 1 && commands[0].starts_with("::notice::"),
        "{commands:?}"
    );
}

fn labels(names: &[&str]) -> Value {
    let labels: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    json!({ "pull_request": { "base": { "sha": "0" }, "labels": labels } })
}

#[test]
fn a_label_of_the_pull_request() {
    let case = Case::when(&json!(["label", "run full"]));
    case.run("pull_request", &labels(&["other", "run full"]))
        .assert_skips(&[]);
    let without = case.run("pull_request", &labels(&["run"]));
    without.assert_skips(&["job"]);
    without.assert_reason("job", r#"["label", "run full"]"#);
    case.run("push", &json!({})).assert_skips(&["job"]);
    let without = Case::when(&json!(["not", ["label", "run full"]]));
    without.run("push", &json!({})).assert_skips(&[]);
    without
        .run("pull_request", &labels(&["run full"]))
        .assert_skips(&["job"]);
}

#[test]
fn the_branch_that_a_change_is_for() {
    let mut case = Case::when(&json!(["branch", "release/[^/]*"]));
    case.run("push", &json!({})).assert_skips(&["job"]);
    case.variables
        .insert("GITHUB_REF_NAME", "release/1".to_owned());
    case.run("push", &json!({})).assert_skips(&[]);
    case.variables
        .insert("GITHUB_REF_NAME", "release/1/fix".to_owned());
    case.run("push", &json!({})).assert_skips(&["job"]);
    // Of a pull request it is the base.
    case.variables
        .insert("GITHUB_REF_NAME", "7/merge".to_owned());
    case.variables
        .insert("GITHUB_BASE_REF", "release/1".to_owned());
    case.run("pull_request", &labels(&[])).assert_skips(&[]);
    case.variables.insert("GITHUB_BASE_REF", String::new());
    // Of a merge queue it is the one that it merges into.
    let queue = json!({ "merge_group": { "base_ref": "refs/heads/release/1", "base_sha": "0" } });
    case.variables.insert(
        "GITHUB_REF_NAME",
        "gh-readonly-queue/release/1/pr-7-0123".to_owned(),
    );
    case.run("merge_group", &queue).assert_skips(&[]);
    // A tag is no branch.
    case.variables
        .insert("GITHUB_REF_NAME", "release/1".to_owned());
    case.variables.insert("GITHUB_REF_TYPE", "tag".to_owned());
    case.run("push", &json!({})).assert_skips(&["job"]);
    // Not even one of all.
    let mut case = Case::when(&json!(["branch", ".*"]));
    case.variables.insert("GITHUB_REF_NAME", "v1".to_owned());
    case.run("push", &json!({})).assert_skips(&[]);
    case.variables.insert("GITHUB_REF_TYPE", "tag".to_owned());
    case.run("push", &json!({})).assert_skips(&["job"]);
}

#[test]
fn a_pull_request_from_elsewhere() {
    let case = Case::when(&json!(["fork"]));
    let from = |repository: Value| json!({ "pull_request": { "base": { "sha": "0" }, "head": { "repo": repository } } });
    case.run(
        "pull_request",
        &from(json!({ "full_name": "somebody/shop" })),
    )
    .assert_skips(&[]);
    // A fork that was deleted is one still.
    case.run("pull_request", &from(Value::Null))
        .assert_skips(&[]);
    case.run(
        "pull_request",
        &from(json!({ "full_name": "example/shop" })),
    )
    .assert_skips(&["job"]);
    case.run("push", &json!({})).assert_skips(&["job"]);
}

#[test]
fn a_variable_of_the_repository() {
    let mut case = Case::when(&json!(["variable", "gpu", "true"]));
    case.run("push", &json!({})).assert_skips(&["job"]);
    case.variables.insert("VARIABLE_gpu", "false".to_owned());
    case.run("push", &json!({})).assert_skips(&["job"]);
    case.variables.insert("VARIABLE_gpu", "true".to_owned());
    case.run("push", &json!({})).assert_skips(&[]);
}

#[test]
fn conditions_are_put_together() {
    let yes = json!(["not", ["label", "x"]]);
    let no = json!(["label", "x"]);
    for (condition, holds) in [
        (json!(["and", yes, yes]), true),
        (json!(["and", yes, no]), false),
        (json!(["or", no, no]), false),
        (json!(["or", no, yes]), true),
        (json!(["not", ["or", no, no]]), true),
        (json!(["not", ["and", yes, yes]]), false),
        // What is not known decides nothing, and takes nothing away.
        (json!(["and", ["changed", "core"], no]), false),
        (json!(["and", ["changed", "core"], yes]), true),
        (json!(["or", ["not", ["changed", "core"]], no]), true),
        (
            json!([
                "not",
                ["and", ["changed", "core"], ["not", ["changed", "docs"]]]
            ]),
            true,
        ),
    ] {
        let selected = Case::when(&condition).run("push", &json!({}));
        assert_eq!(selected.skipped().is_empty(), holds, "{condition}");
    }
    // Of several, each must hold.
    let mut case = Case::when(&yes);
    case.rules["jobs"]["job"]["when"] = json!([yes, no]);
    case.run("push", &json!({})).assert_skips(&["job"]);
}

#[test]
fn a_condition_that_it_does_not_know_fails_the_run() {
    let selected = Case::when(&json!(["moon", "full"])).run("push", &json!({}));
    assert!(!selected.done.success() && selected.skipped.is_none());
    assert!(selected.done.stderr.contains("moon"), "{}", selected.done);
}

#[test]
fn a_condition_on_changes_in_a_change() {
    let case = Case::when(&json!(["changed", "core"]));
    case.changing(&["lib/a.rs"]).assert_skips(&[]);
    case.changing(&["docs/index.md"]).assert_skips(&["job"]);
    let case = Case::when(&json!(["not", ["changed", "core"]]));
    case.changing(&["lib/a.rs"]).assert_skips(&["job"]);
    case.changing(&["docs/index.md"]).assert_skips(&[]);
}

#[test]
fn whoever_starts_a_run_chooses_values() {
    let mut case = Case::new(&json!({
        "vllm": { "affected_by": [], "axes": { "framework": "vllm" } },
        "sglang": { "affected_by": [], "axes": { "framework": "sglang" } },
        "other": { "affected_by": [], "axes": {} },
        "only_sglang": {
            "affected_by": [],
            "axes": {},
            "when": [["input", "framework", "sglang", "all"]],
        },
    }));
    case.rules["inputs"] = json!({ "which": "framework" });
    let asked = |answer: &str| {
        case.run(
            "workflow_dispatch",
            &json!({ "inputs": { "which": answer } }),
        )
    };
    asked("all").assert_skips(&[]);
    let vllm = asked("vllm");
    vllm.assert_skips(&["only_sglang", "sglang"]);
    vllm.assert_reason("sglang", "which vllm was asked for");
    asked("sglang").assert_skips(&["vllm"]);
    case.run("schedule", &json!({})).assert_skips(&[]);
}

#[test]
fn a_manual_job_waits_until_it_is_asked_for() {
    let case = Case::new(&json!({
        "long": { "affected_by": ["core"], "axes": {}, "manual": "it takes a day" },
        "quick": { "affected_by": ["core"], "axes": {} },
    }));
    let changed = case.changing(&["lib/a.rs"]);
    changed.assert_skips(&["long"]);
    changed.assert_reason("long", "it takes a day");
    case.run("schedule", &json!({})).assert_skips(&["long"]);
    case.run("workflow_dispatch", &json!({ "inputs": {} }))
        .assert_skips(&[]);
}

/// `wheels` is needed by `image`, that by `serve`; `tools` by nobody who is there.
fn with_builds() -> Case {
    Case::new(&json!({
        "build--wheels": { "affected_by": [], "axes": {}, "needed_by": ["build--image"] },
        "build--image": { "affected_by": [], "axes": {}, "needed_by": ["serve"] },
        "build--tools": { "affected_by": ["docs"], "axes": {}, "needed_by": ["long"] },
        "serve": { "affected_by": ["core"], "axes": {} },
        "unit": { "affected_by": ["core", "docs"], "axes": {} },
        "long": { "affected_by": [], "axes": {}, "manual": "it takes a day" },
    }))
}

#[test]
fn what_is_built_is_in_a_run_with_those_that_need_it() {
    with_builds()
        .changing(&["lib/a.rs"])
        .assert_skips(&["build--tools", "long"]);
    // Its own files are a reason too.
    let docs = with_builds().changing(&["docs/index.md"]);
    docs.assert_skips(&["build--image", "build--wheels", "long", "serve"]);
    docs.assert_reason("build--wheels", "no job of this run needs it");
    let mut case = with_builds();
    case.rules["jobs"]["build--image"]["affected_by"] = json!(["docs"]);
    case.changing(&["docs/index.md"])
        .assert_skips(&["long", "serve"]);
}

/// GitHub skips a job whose need was skipped: so a suite that others fetch from is in a run with them.
#[test]
fn who_makes_an_artifact_is_in_a_run_with_those_that_fetch_it() {
    let chain = || {
        Case::new(&json!({
            "report": { "affected_by": ["docs"], "axes": {}, "makes_for": ["read"] },
            "read": { "affected_by": ["nothing"], "axes": {}, "makes_for": ["use"] },
            "use": { "affected_by": ["core"], "axes": {} },
            "build--tools": { "affected_by": [], "axes": {}, "needed_by": ["report"] },
        }))
    };
    chain().changing(&["lib/a.rs"]).assert_skips(&[]);
    chain()
        .changing(&["docs/index.md"])
        .assert_skips(&["read", "use"]);
    // And where it cannot be, they are not.
    for (key, value) in [
        ("manual", json!("it is slow")),
        ("when", json!([["label", "x"]])),
    ] {
        let mut case = chain();
        case.rules["jobs"]["report"][key] = value;
        let selected = case.changing(&["lib/a.rs"]);
        selected.assert_skips(&["build--tools", "read", "report", "use"]);
        selected.assert_reason("read", "it needs report, which is not in this run");
        selected.assert_reason("use", "it needs read, which is not in this run");
    }
}

#[test]
fn it_is_clean_python() {
    let mut check = tools().command("ruff");
    check.args(["check", "--isolated", SCRIPT]);
    let done = run(check.current_dir(workspace()), LIMIT);
    assert!(done.success(), "{done}");
    let mut format = tools().command("ruff");
    format.args(["format", "--isolated", "--check", SCRIPT]);
    let done = run(format.current_dir(workspace()), LIMIT);
    assert!(done.success(), "{done}");
}
