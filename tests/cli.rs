//! The command line: which plan, what is written where, what is left alone, and how it ends.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read and write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dtpc::{Dtpc, Ended, root};
use tempfile::TempDir;

/// A plan with one suite of pytest, below `plans/` in a folder of its own.
struct Repository {
    folder: TempDir,
}

const PLAN: &str = r#"
plan small { title: "Small", root: ".." }
stage pre_merge { host: github, trigger: pull_request, types: [unit] }
type unit {}
environment cpu { visibility: public, runner: linux, local: host }
runner linux { labels: ["ubuntu-24.04"] }
suite units { type: unit, tool: pytest, paths: ["tests/**"], stages: [pre_merge], environments: [cpu] }
gate merge { status: "all checks", stage: pre_merge }
"#;

const NIGHTLY: &str = r#"
stage nightly { host: github, trigger: schedule("0 8 * * *"), types: [unit] }
suite more { type: unit, tool: pytest, paths: ["more/**"], stages: [nightly], environments: [cpu] }
"#;

impl Repository {
    fn new() -> Self {
        let repository = Self {
            folder: TempDir::new().unwrap(),
        };
        repository.write("plans/small.dtp", PLAN);
        repository
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn dtpc(&self, arguments: &[&str]) -> Ended {
        Dtpc::new(arguments).from(self.folder.path()).run()
    }

    /// Every file with its text.
    fn files(&self) -> BTreeMap<PathBuf, String> {
        files_below(self.folder.path())
    }
}

fn files_below(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(at) = waiting.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_path_buf();
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

const WORKFLOW: &str = ".github/workflows/pre-merge.yml";

#[test]
fn without_a_plan_the_only_one_in_plans_is_used() {
    let repository = Repository::new();
    repository.write("plans/markers.dtp", "marker slow {}\n");
    repository.write("plans/notes.txt", "plan text {}\n");
    repository.write("tests/test_small.py", "def test_it(): pass\n");
    let ended = repository.dtpc(&["check"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(
        ended.out,
        "plans/small.dtp holds: 1 stage, 1 suite, 1 job, 0 open questions\n"
    );
}

#[test]
fn several_plans_are_listed() {
    let repository = Repository::new();
    repository.write("plans/other.dtp", PLAN);
    let ended = repository.dtpc(&["check"]);
    assert_eq!(ended.code, Some(3));
    let listed = ended.err.replace('\\', "/");
    assert!(
        listed.contains("plans/other.dtp\n  plans/small.dtp"),
        "{listed}"
    );
}

#[test]
fn no_plan_is_said() {
    let empty = TempDir::new().unwrap();
    let ended = Dtpc::new(&["check"]).from(empty.path()).run();
    assert_eq!(ended.code, Some(3));
    assert!(
        ended.err.contains("there is no folder `plans` here"),
        "{}",
        ended.err
    );
    assert!(
        ended.err.contains("`dtpc init` writes a first one"),
        "{}",
        ended.err
    );
    fs::create_dir(empty.path().join("plans")).unwrap();
    let ended = Dtpc::new(&["generate"]).from(empty.path()).run();
    assert_eq!(ended.code, Some(3));
    assert!(
        ended.err.contains("no file in `plans` declares a plan"),
        "{}",
        ended.err
    );
}

#[test]
fn out_defaults_to_the_root_of_the_plan() {
    let repository = Repository::new();
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let written: Vec<_> = repository.files().into_keys().collect();
    let wanted = [
        ".dtpc/dtpc_pytest.py",
        ".github/dtpc/gate.py",
        ".github/dtpc/pre-merge.jobs.json",
        ".github/dtpc/summary.py",
        ".github/dtpc/tools.txt",
        WORKFLOW,
        "docs/test-plan.md",
        "plans/small.dtp",
        "pytest.ini",
    ];
    assert_eq!(written, wanted.map(PathBuf::from));
}

#[test]
fn a_root_that_is_not_there_is_said() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("p.dtp"), "plan p { root: \"nope\" }\n").unwrap();
    for command in [&["check", "p.dtp"][..], &["generate", "p.dtp"]] {
        let ended = Dtpc::new(command).from(folder.path()).run();
        assert_eq!(ended.code, Some(1), "{}", ended.err);
        assert!(
            ended.err.contains("there is no folder `nope`"),
            "{}",
            ended.err
        );
    }
    assert!(!folder.path().join("nope").exists());
    // Where the repository is told, the plan need not.
    let told = ["check", "p.dtp", "--repo", "."];
    let ended = Dtpc::new(&told).from(folder.path()).run();
    assert!(!ended.err.contains("nope"), "{}", ended.err);
}

#[test]
fn an_open_root_asks_for_out() {
    let repository = Repository::new();
    let open = PLAN.replace("root: \"..\"", "root: open(\"where?\")");
    repository.write("plans/small.dtp", &open);
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(3));
    assert!(
        ended.err.contains("the root of the plan is open: where?"),
        "{}",
        ended.err
    );
    assert!(ended.err.contains("--out DIR"), "{}", ended.err);
}

#[test]
fn a_file_is_no_output_folder() {
    let repository = Repository::new();
    repository.write("taken", "");
    let ended = repository.dtpc(&["generate", "--out", "taken"]);
    assert_eq!(ended.code, Some(3));
    assert!(ended.err.contains("taken is a file"), "{}", ended.err);
}

#[test]
fn only_the_targets_that_are_asked_for_are_written() {
    let repository = Repository::new();
    let ended = repository.dtpc(&[
        "generate", "--target", "pytest", "--target", "markdown", "--out", "o",
    ]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let written: Vec<_> = files_below(&repository.path("o")).into_keys().collect();
    assert_eq!(
        written,
        [".dtpc/dtpc_pytest.py", "docs/test-plan.md", "pytest.ini"].map(PathBuf::from)
    );
    let ended = repository.dtpc(&["generate", "--target", "jenkins"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("github-actions"), "{}", ended.err);
}

#[test]
fn the_same_bytes_come_out_twice_and_from_anywhere() {
    let plan = root().join("plans/dynamo.dtp");
    let plan = plan.to_str().unwrap();
    let (here, there) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let first = Dtpc::new(&[
        "generate",
        "plans/dynamo.dtp",
        "--out",
        here.path().to_str().unwrap(),
    ]);
    assert_eq!(first.run().code, Some(0));
    let second = Dtpc::new(&["generate", plan, "--out", "."]).from(there.path());
    assert_eq!(second.run().code, Some(0));
    assert_eq!(files_below(here.path()), files_below(there.path()));
    assert!(files_below(here.path()).len() >= 6);
}

#[test]
fn a_plan_that_lies_elsewhere_does_not_drift() {
    // What one machine wrote, another checks: the plan's path differs in all but its last folders.
    let repository = Repository::new();
    assert_eq!(repository.dtpc(&["generate"]).code, Some(0));
    let elsewhere = Repository::new();
    for (path, text) in repository.files() {
        elsewhere.write(path.to_str().unwrap(), &text);
    }
    let ended = elsewhere.dtpc(&["generate", "--check"]);
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (Some(0), "8 files: no drift\n"),
        "{}",
        ended.err
    );
}

#[test]
fn check_shows_a_diff_for_every_file_that_drifted_and_changes_none() {
    let repository = Repository::new();
    repository.dtpc(&["generate"]);
    repository.write(
        "plans/small.dtp",
        &PLAN.replace("types: [unit]", "types: [unit], title: \"Before merging\""),
    );
    fs::remove_file(repository.path("pytest.ini")).unwrap();
    let before = repository.files();
    let ended = repository.dtpc(&["generate", "--check"]);
    assert_eq!(ended.code, Some(1));
    for line in [
        "--- a/.github/workflows/pre-merge.yml",
        "+++ b/.github/workflows/pre-merge.yml",
        "+name: Before merging",
        "--- /dev/null",
        "+++ b/pytest.ini",
        "--- a/docs/test-plan.md",
    ] {
        assert!(
            ended.out.lines().any(|l| l == line),
            "no `{line}` in\n{}",
            ended.out
        );
    }
    assert!(ended.err.contains("4 of 8 files drifted"), "{}", ended.err);
    assert_eq!(repository.files(), before);
}

#[test]
fn a_file_that_dtpc_did_not_write_is_left_alone() {
    let repository = Repository::new();
    repository.write(WORKFLOW, "# mine\n");
    let before = repository.files();
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(3));
    let told = format!("{WORKFLOW} was not written by dtpc");
    assert!(ended.err.contains(&told), "{}", ended.err);
    assert_eq!(repository.files(), before, "all or nothing");
    assert_eq!(repository.dtpc(&["generate", "--force"]).code, Some(0));
    assert!(repository.read(WORKFLOW).starts_with("# Generated by dtpc"));
}

#[test]
fn a_hand_edit_is_not_lost() {
    let repository = Repository::new();
    repository.dtpc(&["generate"]);
    let edited = repository
        .read(WORKFLOW)
        .replace("timeout-minutes: 60", "timeout-minutes: 61");
    repository.write(WORKFLOW, &edited);
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(3));
    assert!(ended.err.contains("was changed by hand"), "{}", ended.err);
    assert_eq!(repository.read(WORKFLOW), edited);
    assert_eq!(repository.dtpc(&["generate", "--check"]).code, Some(1));
}

#[test]
fn two_branches_that_meet_in_what_is_generated_are_put_together_by_generating() {
    let repository = Repository::new();
    let git = |arguments: &[&str]| {
        let done = Command::new("git")
            .current_dir(repository.path(""))
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(arguments)
            .output()
            .unwrap();
        (
            done.status.success(),
            String::from_utf8(done.stdout).unwrap(),
        )
    };
    let suite = |name: &str| {
        format!(
            "suite {name} {{ type: unit, tool: pytest, paths: [\"{name}/**\"], \
             stages: [pre_merge], environments: [cpu] }}\n"
        )
    };
    let commit = |plan: &str, what: &str| {
        repository.write("plans/small.dtp", plan);
        assert_eq!(repository.dtpc(&["generate"]).code, Some(0), "{what}");
        assert!(git(&["add", "-A"]).0 && git(&["commit", "-qm", what]).0);
    };
    for name in ["one", "two", "tests"] {
        repository.write(&format!("{name}/test_{name}.py"), "");
    }
    assert!(git(&["init", "-q", "-b", "main"]).0);
    commit(PLAN, "begin");
    assert!(git(&["checkout", "-qb", "other"]).0);
    commit(&format!("{}{PLAN}", suite("one")), "one");
    assert!(git(&["checkout", "-q", "main"]).0);
    commit(&format!("{PLAN}{}", suite("two")), "two");

    assert!(!git(&["merge", "-q", "other"]).0, "they meet");
    let unmerged = git(&["diff", "--name-only", "--diff-filter=U"]).1;
    assert!(unmerged.contains(WORKFLOW), "{unmerged}");
    assert!(!unmerged.contains("small.dtp"), "{unmerged}");
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let workflow = repository.read(WORKFLOW);
    assert!(workflow.contains("one-cpu") && workflow.contains("two-cpu"));
    assert!(!workflow.contains("<<<<"), "{workflow}");

    // What a person wrote on one side is not lost that way.
    assert!(git(&["reset", "-q", "--hard", "main"]).0);
    let edited = repository
        .read(WORKFLOW)
        .replace("timeout-minutes: 60", "timeout-minutes: 61");
    repository.write(WORKFLOW, &edited);
    assert!(git(&["commit", "-qam", "by hand"]).0);
    assert!(!git(&["merge", "-q", "other"]).0, "they meet");
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(3), "{}", ended.err);
}

#[test]
fn the_output_of_another_plan_is_left_alone() {
    let repository = Repository::new();
    repository.dtpc(&["generate"]);
    fs::rename(
        repository.path("plans/small.dtp"),
        repository.path("plans/renamed.dtp"),
    )
    .unwrap();
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(3));
    assert!(
        ended.err.contains("was generated from plans/small.dtp"),
        "{}",
        ended.err
    );
    assert_eq!(repository.dtpc(&["generate", "--force"]).code, Some(0));
}

#[test]
fn a_workflow_whose_stage_is_gone_is_taken_away() {
    let repository = Repository::new();
    repository.write("plans/small.dtp", &format!("{PLAN}{NIGHTLY}"));
    repository.write(".github/workflows/mine.yml", "on: push\n");
    repository.dtpc(&["generate"]);
    assert!(repository.path(".github/workflows/nightly.yml").exists());
    repository.write("plans/small.dtp", PLAN);
    let ended = repository.dtpc(&["generate", "--check"]);
    assert!(
        ended
            .out
            .contains("--- a/.github/workflows/nightly.yml\n+++ /dev/null"),
        "{}",
        ended.out
    );
    let ended = repository.dtpc(&["generate"]);
    assert!(
        ended
            .out
            .contains("removed   .github/workflows/nightly.yml"),
        "{ended:?}"
    );
    assert!(!repository.path(".github/workflows/nightly.yml").exists());
    assert!(repository.path(".github/workflows/mine.yml").exists());
}

#[test]
fn in_a_shared_file_only_the_keys_of_dtpc_change() {
    let repository = Repository::new();
    let tool = "tool pytest { config: \"pyproject.toml\" }\n";
    repository.write("plans/small.dtp", &format!("{PLAN}{tool}"));
    let mine = "# mine\n[project]\nname = \"x\"\n\n[tool.pytest.ini_options]\naddopts = \"-ra\"  # short\n";
    repository.write("pyproject.toml", mine);
    assert_eq!(repository.dtpc(&["generate"]).code, Some(0));
    let text = repository.read("pyproject.toml");
    assert!(
        text.starts_with("# mine\n[project]\nname = \"x\"\n"),
        "{text}"
    );
    assert!(
        text.contains("addopts = \"-ra --strict-markers --strict-config -p dtpc_pytest\""),
        "{text}"
    );
    assert_eq!(repository.dtpc(&["generate", "--check"]).code, Some(0));
    repository.write(
        "pyproject.toml",
        &text.replace("name = \"x\"", "name = \"y\""),
    );
    assert_eq!(
        repository.dtpc(&["generate", "--check"]).code,
        Some(0),
        "not dtpc's key"
    );
}

#[test]
fn markers_that_people_registered_are_not_lost() {
    let repository = Repository::new();
    let tool = "tool pytest { config: \"pyproject.toml\" }\n";
    repository.write("plans/small.dtp", &format!("{PLAN}{tool}"));
    let mine = "[tool.pytest.ini_options]\nmarkers = [\"mine: keep\"]\n";
    repository.write("pyproject.toml", mine);
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(3));
    assert!(
        ended
            .err
            .contains("pyproject.toml would lose `mine` in markers"),
        "{}",
        ended.err
    );
    assert_eq!(repository.read("pyproject.toml"), mine);
    repository.write(
        "plans/small.dtp",
        &format!("{PLAN}{tool}marker mine {{}}\n"),
    );
    assert_eq!(repository.dtpc(&["generate"]).code, Some(0));
    assert_eq!(repository.dtpc(&["generate", "--check"]).code, Some(0));
}

#[test]
fn settings_that_a_new_file_hides_are_said() {
    let repository = Repository::new();
    repository.write(
        "pyproject.toml",
        "[tool.pytest.ini_options]\nminversion = \"8.0\"\n",
    );
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(0));
    assert!(
        ended
            .err
            .contains("reads `pytest.ini` and no longer the settings in `pyproject.toml`"),
        "{}",
        ended.err
    );
}

#[test]
fn nobody_is_told_to_write_settings_to_a_file_that_cannot_have_them() {
    let repository = Repository::new();
    repository.write("tox.ini", "[pytest]\npython_files = check_*.py\n");
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(0));
    let said = "no longer the settings in `tox.ini`; to keep both, take what else `tox.ini` says over into `pytest.ini`";
    assert!(ended.err.contains(said), "{}", ended.err);
    // Once the file is there, nothing becomes hidden by writing it.
    let ended = repository.dtpc(&["generate"]);
    assert!(!ended.err.contains("tox.ini"), "{}", ended.err);
}

#[test]
fn settings_that_another_file_hides_are_said() {
    let repository = Repository::new();
    let tool = "tool pytest { config: \"pyproject.toml\" }\n";
    repository.write("plans/small.dtp", &format!("{PLAN}{tool}"));
    repository.write("pytest.toml", "");
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(0));
    let told = "note: pytest reads `pytest.toml` and not `pyproject.toml`";
    assert!(ended.err.contains(told), "{}", ended.err);
}

#[test]
fn settings_that_move_to_another_file_are_taken_away_from_the_first() {
    let repository = Repository::new();
    repository.dtpc(&["generate"]);
    let tool = "tool pytest { config: \"pyproject.toml\" }\n";
    repository.write("plans/small.dtp", &format!("{PLAN}{tool}"));
    let check = repository.dtpc(&["generate", "--check"]);
    assert!(
        check.out.contains("--- a/pytest.ini\n+++ /dev/null"),
        "{}",
        check.out
    );
    let ended = repository.dtpc(&["generate"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(ended.out.contains("removed   pytest.ini"), "{}", ended.out);
    assert!(!repository.path("pytest.ini").exists());
    // One that people wrote stays.
    repository.write("pytest.ini", "[pytest]\n");
    assert_eq!(repository.dtpc(&["generate", "--check"]).code, Some(0));
}

#[test]
fn a_plan_that_does_not_parse_is_still_the_one_that_is_meant() {
    let repository = Repository::new();
    repository.write(
        "plans/small.dtp",
        &PLAN.replace("title: \"Small\", ", "title: \"Small\" "),
    );
    let ended = repository.dtpc(&["check"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("DTP0003"), "{}", ended.err);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_that_leads_out() {
    let repository = Repository::new();
    let outside = TempDir::new().unwrap();
    std::os::unix::fs::symlink(outside.path(), repository.path(".github")).unwrap();
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(3));
    assert!(
        ended.err.contains("is a link that leads out"),
        "{}",
        ended.err
    );
    assert!(files_below(outside.path()).is_empty());
    assert!(!repository.path("pytest.ini").exists());
}

#[test]
fn expiry_is_judged_by_check_and_does_not_stop_generate() {
    let repository = Repository::new();
    let exception = r#"
owner team {}
hook spelling { role: spelling, entry: "codespell" }
exception notes { paths: ["notes/**"], from: [spelling], kind: foreign, because: "not ours", owner: team, expires: 2026-01-31 }
"#;
    repository.write("plans/small.dtp", &format!("{PLAN}{exception}"));
    repository.write("notes/one.md", "# One\n");
    repository.write("tests/test_small.py", "def test_it(): pass\n");
    assert_eq!(
        repository.dtpc(&["check", "--today", "2026-01-31"]).code,
        Some(0)
    );
    let ended = repository.dtpc(&["check", "--today", "2026-02-01"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("DTP0601"), "{}", ended.err);
    assert_eq!(repository.dtpc(&["generate"]).code, Some(0));
}

#[test]
fn a_stage_on_gitlab_gets_a_pipeline_there() {
    let repository = Repository::new();
    let weekly = NIGHTLY
        .replace("nightly", "weekly")
        .replace("host: github", "host: gitlab");
    repository.write("plans/small.dtp", &format!("{PLAN}{weekly}"));
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(0));
    assert_eq!(ended.err, "");
    for file in [".gitlab-ci.yml", ".gitlab/ci/weekly.yml"] {
        assert!(ended.out.contains(file), "{}", ended.out);
    }
    // Where it goes, they go.
    repository.write("plans/small.dtp", PLAN);
    let ended = repository.dtpc(&["generate"]);
    assert!(
        ended.out.contains("removed   .gitlab-ci.yml"),
        "{}",
        ended.out
    );
}

#[test]
fn a_workflow_that_is_too_long_for_its_host_is_said() {
    let repository = Repository::new();
    let units = "environments: [cpu] }\n";
    assert!(PLAN.contains(units));
    let many = PLAN.replace(
        units,
        "environments: [cpu], shards: 250 }\nsuite others { extends: units, paths: [\"more/**\"] }\n",
    );
    let ended = repository.dtpc(&["generate"]);
    assert!(!ended.err.contains("DTP0709"), "{}", ended.err);
    repository.write("plans/small.dtp", &many);
    let ended = repository.dtpc(&["generate"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let told = format!("warning[DTP0709]: {WORKFLOW} has ");
    assert!(ended.err.contains(&told), "{}", ended.err);
    assert!(repository.read(WORKFLOW).len() > 512_000);
}

#[test]
fn inside_an_image_no_other_python_is_set_up() {
    let repository = Repository::new();
    let set_up = "uses: actions/setup-python@";
    repository.dtpc(&["generate"]);
    assert!(repository.read(WORKFLOW).contains(set_up));
    let image =
        "python:3.12@sha256:d6e4f3a0d6ab4d8aa3f1b27f0ad07b1c1f2f8ab28f4b5b5d4f6c7a7a7b8c9d0e";
    let inside = |more: &str| {
        let container = format!("container: \"{image}\", tool: pytest, paths:");
        PLAN.replace("tool: pytest, paths:", &container) + more
    };
    repository.write("plans/small.dtp", &inside(""));
    assert_eq!(repository.dtpc(&["generate"]).code, Some(0));
    let workflow = repository.read(WORKFLOW);
    assert!(!workflow.contains(set_up), "{workflow}");
    assert!(workflow.contains("python3 -m pip install"), "{workflow}");
    // What the plan asks for is done there, too.
    repository.write(
        "plans/small.dtp",
        &inside("tool pytest { python: \"3.12\" }\n"),
    );
    assert_eq!(repository.dtpc(&["generate"]).code, Some(0));
    assert!(repository.read(WORKFLOW).contains(set_up));
}

#[test]
fn help_says_how_it_ends() {
    for arguments in [
        &["--help"][..],
        &["check", "--help"],
        &["generate", "--help"],
    ] {
        let ended = Dtpc::new(arguments).run();
        assert_eq!(ended.code, Some(0));
        assert!(ended.out.contains("Exit codes:"), "{}", ended.out);
    }
    assert_eq!(Dtpc::new(&["chek"]).run().code, Some(2));
}
