//! The script that writes the summary of a run, by itself.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::repository::Repository;
use crate::support::tools::{LIMIT, run, tools, workspace};

const SCRIPT: &str = "templates/ci/summary.py";

/// What the script writes of these jobs.
struct Case {
    folder: TempDir,
    jobs: Value,
    needs: Value,
}

impl Case {
    fn new() -> Self {
        let job = |suite: &str, place: &str, results: bool, decides: bool| {
            json!({
                "title": format!("{suite} ({place})"), "suite": suite, "place": place,
                "expected": "1 min", "expected_seconds": 60,
                "results": results, "decides": decides,
            })
        };
        let case = Self {
            folder: TempDir::new().expect("a folder"),
            jobs: json!({
                "stage": "Nightly",
                "budget": "3 h",
                "jobs": {
                    "unit-cpu": job("Unit", "CPU", true, true),
                    "rust-cpu": job("Rust", "CPU", false, true),
                    "bench-gpu": job("Bench", "GPU", true, false),
                },
                "others": {},
            }),
            needs: json!({
                "unit-cpu": { "result": "success", "outputs": {} },
                "rust-cpu": { "result": "success", "outputs": {} },
                "bench-gpu": { "result": "success", "outputs": {} },
            }),
        };
        fs::create_dir(case.results()).expect("a folder");
        case
    }

    fn results(&self) -> std::path::PathBuf {
        self.folder.path().join("results")
    }

    fn result(&self, file: &str, text: &str) {
        fs::write(self.results().join(file), text).expect("a file of results");
    }

    fn summary(&self) -> String {
        let path = |name: &str| self.folder.path().join(name);
        fs::write(path("jobs.json"), format!("# A line.\n{:#}\n", self.jobs)).expect("facts");
        let _ = fs::remove_file(path("summary.md"));
        let mut python = tools().command("python");
        python
            .arg(workspace().join(SCRIPT))
            .env("JOBS", path("jobs.json"))
            .env("NEEDS", self.needs.to_string())
            .env("RESULTS", path("results"))
            .env("GITHUB_STEP_SUMMARY", path("summary.md"));
        let done = run(&mut python, LIMIT);
        assert!(done.success() && done.stderr.is_empty(), "{done}");
        fs::read_to_string(path("summary.md")).expect("a summary")
    }

    /// The cells of the row of a suite.
    fn row(&self, suite: &str) -> Vec<String> {
        let summary = self.summary();
        let start = format!("| {suite} |");
        let line = summary.lines().find(|line| line.starts_with(&start));
        let line = line.unwrap_or_else(|| panic!("no row of {suite}:\n{summary}"));
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    }
}

const GOOD: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="1" skipped="1" tests="4" time="75.5">
<testcase classname="tests.test_a" name="test_one" time="0.5" />
<testcase classname="tests.test_a" name="test_two[a|b]" time="1"><failure message="no">trace</failure><error message="too">in the teardown</error></testcase>
<testcase classname="tests.test_a" name="test_three" time="0"><skipped type="pytest.skip" message="later" /></testcase>
<testcase classname="tests.test_a" name="test_four" time="0"><error message="set-up">trace</error></testcase>
</testsuite></testsuites>"#;

#[test]
fn it_counts_what_happened() {
    let mut case = Case::new();
    case.result("unit-cpu.xml", GOOD);
    case.needs["unit-cpu"]["result"] = json!("failure");
    let row = case.row("Unit");
    assert_eq!(
        row,
        [
            "Unit",
            "CPU",
            "failure",
            "4",
            "2",
            "1",
            "1 min 16 s",
            "1 min, exceeded"
        ]
    );
    let summary = case.summary();
    assert!(summary.starts_with("## Nightly\n\nBudget of the critical path: 3 h.\n"));
    assert!(
        summary.contains("- Unit, CPU: tests.test&#95;a::test&#95;two&#91;a&#124;b&#93;\n"),
        "{summary}"
    );
    assert!(summary.contains("| **Together** |  |  | 4 | 2 | 1 | 1 min 16 s |  |\n"));
    // What leaves no results has none to count, and what decides nothing is told as such.
    assert_eq!(case.row("Rust")[2..7], ["success", "–", "–", "–", "–"]);
    assert_eq!(
        case.row("Bench")[2],
        "success &#40;no results&#41;, advisory"
    );
}

#[test]
fn the_parts_of_a_job_are_counted_together() {
    let case = Case::new();
    case.result("unit-cpu.first.xml", GOOD);
    case.result("unit-cpu.last.xml", GOOD);
    // A job whose id begins like that of another one is another one.
    case.result("unit-cpu-shard1.xml", GOOD);
    assert_eq!(case.row("Unit")[3..6], ["8", "4", "2"]);
}

#[test]
fn what_cannot_be_read_is_said_and_hides_nothing() {
    for (text, told) in [
        ("", "is broken"),
        ("<testsuite><testcase name='a'/>", "is broken"),
        ("no XML at all", "is broken"),
        ("\u{1}\u{2}", "is broken"),
        (
            "<!DOCTYPE a [<!ENTITY b \"c\">]><testsuite/>",
            "has a document type",
        ),
    ] {
        let case = Case::new();
        case.result("unit-cpu.bad.xml", text);
        case.result("unit-cpu.good.xml", GOOD);
        let row = case.row("Unit");
        assert!(row[2].contains(told), "{text:?}: {row:?}");
        let found: u32 = row[3].parse().expect("a number");
        assert!(found >= 4, "{text:?}: {row:?}");
    }
    // Bytes that are no text, and numbers that are none.
    let case = Case::new();
    fs::write(case.results().join("unit-cpu.xml"), [0xff, 0xfe, 0x00]).expect("a file");
    assert!(case.row("Unit")[2].contains("is broken"));
    let case = Case::new();
    case.result(
        "unit-cpu.xml",
        "<testsuite time='NaN'><testcase name='a' time='-1'/><testcase time='inf'/></testsuite>",
    );
    assert_eq!(case.row("Unit")[3..7], ["2", "0", "0", "0.0 s"]);
}

/// Entities that grow without bound, in less than a kilobyte.
#[test]
fn a_bomb_does_not_go_off() {
    let mut bomb = String::from("<!DOCTYPE a [<!ENTITY e0 \"aaaaaaaaaa\">");
    for level in 1..10 {
        let inner = format!("&e{};", level - 1).repeat(10);
        let _ = write!(bomb, "<!ENTITY e{level} \"{inner}\">");
    }
    bomb.push_str("]><testsuite><testcase name='&e9;'/></testsuite>");
    let case = Case::new();
    case.result("unit-cpu.xml", &bomb);
    assert!(case.row("Unit")[2].contains("has a document type"));
}

#[test]
fn a_huge_file_is_counted_and_the_summary_stays_small() {
    let case = Case::new();
    let mut text = String::from("<testsuites><testsuite time='7200'>");
    for number in 0..200_000 {
        let _ = write!(
            text,
            "<testcase classname='tests.test_a' name='test_{number}'><failure message='no'>{}</failure></testcase>",
            "x".repeat(100)
        );
    }
    text.push_str("</testsuite></testsuites>");
    case.result("unit-cpu.xml", &text);
    assert_eq!(
        case.row("Unit")[3..7],
        ["200000", "200000", "0", "2 h 0 min"]
    );
    let summary = case.summary();
    assert!(summary.len() < 20_000, "{}", summary.len());
    assert!(summary.contains("- and 199950 more\n"), "{summary}");
}

#[test]
fn what_was_left_out_is_told_with_the_reason() {
    let mut case = Case::new();
    let reasons = json!({ "rust-cpu": "no changed file affects it" });
    case.needs["select"] =
        json!({ "result": "success", "outputs": { "skipped": reasons.to_string() } });
    case.needs["rust-cpu"]["result"] = json!("skipped");
    case.needs["unit-cpu"]["result"] = json!("skipped");
    let summary = case.summary();
    assert!(!summary.contains("| Rust |"), "{summary}");
    assert!(summary.contains("- Rust, CPU: no changed file affects it\n"));
    // What was skipped without a reason stays in the table.
    assert_eq!(case.row("Unit")[2], "skipped");
    // A job that selects and says nothing that can be read is no reason to be silent.
    case.needs["select"]["outputs"]["skipped"] = json!("{");
    assert_eq!(case.row("Rust")[2], "skipped");
    case.needs
        .as_object_mut()
        .expect("needs")
        .remove("unit-cpu");
    assert_eq!(case.row("Unit")[2], "missing");
}

/// Names of tests are what somebody wrote in a pull request.
#[test]
fn a_name_stays_in_its_cell() {
    let mut case = Case::new();
    case.jobs["jobs"]["unit-cpu"]["place"] = json!("a | b\n| c | <img src=x> `d` \u{202e}");
    let name = "x | y\n## Head <script>alert(1)</script> [a](https://evil) @somebody www.evil.org";
    let name = name.replace('<', "&lt;").replace('\n', "&#10;");
    case.result(
        "unit-cpu.xml",
        &format!("<testsuite><testcase name=\"{name}\"><failure/></testcase></testsuite>"),
    );
    let summary = case.summary();
    for bad in [
        "<script",
        "<img",
        "\n## Head",
        "](",
        "@somebody",
        "://",
        "www.",
        "`",
        "\u{202e}",
    ] {
        assert!(!summary.contains(bad), "{bad}:\n{summary}");
    }
    assert_eq!(case.row("Unit").len(), 8, "{summary}");
}

#[test]
fn it_is_clean_python() {
    for script in [
        "templates/ci/summary.py",
        "templates/ci/notify.py",
        "templates/ci/gate.py",
        "templates/ci/merge_coverage.py",
        "templates/gitlab_ci/job.py",
        "tests/tools/gitlab/rsync",
    ] {
        for arguments in [&["check"][..], &["format", "--check"]] {
            let mut ruff = tools().command("ruff");
            ruff.args(arguments)
                .arg("--isolated")
                .arg(Path::new(&workspace().join(script)));
            let done = run(&mut ruff, LIMIT);
            assert!(done.success(), "{done}");
        }
    }
}

/// The job of the summary needs every other one of its stage, but not the gates.
#[test]
fn the_summary_hears_of_every_job() {
    for repository in Repository::all() {
        for file in repository.workflow_paths() {
            let workflow = repository.yaml(&file);
            let jobs = workflow["jobs"].as_object().expect("jobs");
            let needs = jobs["summary"]["needs"].as_array().expect("needs");
            let own = |id: &str| id.starts_with("gate--") || ["summary", "notify"].contains(&id);
            let mut others: Vec<&str> = jobs.keys().map(String::as_str).collect();
            others.retain(|id| !own(id));
            let mut needs: Vec<&str> = needs.iter().map(|n| n.as_str().expect("an id")).collect();
            needs.sort_unstable();
            others.sort_unstable();
            assert_eq!(needs, others, "{file}");
        }
    }
}
