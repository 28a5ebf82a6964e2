//! Coverage that several jobs measure: one figure, in the workflow and in `dtpc run`, which is that of
//! the tool that measured.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use dtpc::run::coverage::judge;
use serde_json::json;
use tempfile::TempDir;

use crate::here::assert_same;
use crate::numbers::Numbers;
use crate::support::act::{ActRun, Outcome, Ran};
use crate::support::repository::Repository;
use crate::support::tools::{Done, LIMIT, run, tools, workspace};

const GATE: &str = "gate--merge";
const GOAL: &str = "coverage--python_lines";

/// The sample, with a goal that is measured in two jobs before a merge.
fn measured_in_two_jobs(minimum: &str) -> Repository {
    let repository = Repository::sample();
    repository.replace(
        "plans/sample.dtp",
        "of:       [python_unit]\n  stages:   [nightly]\n  minimum:  60%",
        &format!(
            "of:       [python_unit, integration]\n  stages:   [pre_merge]\n  minimum:  {minimum}"
        ),
    );
    repository.generated()
}

/// What the gate printed of each job: its weight and its result.
fn verdicts(ran: &Ran) -> BTreeMap<String, (String, String)> {
    let log = ran.job(GATE).step("Judge the results").log.clone();
    log.lines()
        .filter_map(|line| match *line.split_whitespace().collect::<Vec<_>>() {
            [result, weight @ ("required" | "advisory"), job] => {
                Some((job.into(), (weight.into(), result.into())))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn too_little_coverage_of_two_jobs_together_closes_the_gate() {
    let repository = measured_in_two_jobs("99.9%");
    let ran = ActRun::new(repository.root())
        .workflow(".github/workflows/pre-merge.yml")
        .event("pull_request")
        .label("ubuntu-24.04")
        .run();
    let verdicts = verdicts(&ran);
    for job in ["python_unit-cpu", "integration-cpu"] {
        assert_eq!(verdicts[job].1, "success", "{ran}");
    }
    let failed = ("required".to_owned(), "failure".to_owned());
    assert_eq!(verdicts[GOAL], failed, "{ran}");
    assert_eq!(ran.job(GATE).result(), Outcome::Failure, "{ran}");
    let figure = &ran.job(GOAL).step("merge").outputs["figure"];
    assert!(
        figure.ends_with("; at least 99.9%, which is not met"),
        "{figure}"
    );
    let summary = ran.job("summary").summary();
    let line = "### Coverage\n\n- Lines of Python: ";
    assert!(summary.contains(line), "{summary}");

    let here = assert_same(&repository, &ran, &verdicts, GATE);
    let said = here.job(GOAL)["reason"].as_str().unwrap();
    assert_eq!(
        format!("{said}, which is not met"),
        *figure,
        "{}",
        here.done
    );

    // The tool itself, on what it measured here.
    let data = |job: &str| format!("{}/{job}/.coverage", here.results());
    let (unit, integration) = (data("python_unit-cpu"), data("integration-cpu"));
    let combine = ["combine", "--keep", &unit, &integration];
    let done = repository.call("coverage", &combine);
    assert!(done.success(), "{done}");
    let done = repository.call("coverage", &["report", "--format=total", "--precision=2"]);
    let share: f64 = done.stdout.trim().parse().unwrap();
    let own: f64 = said.split('%').next().unwrap().parse().unwrap();
    assert!((share - own).abs() < 0.0101, "{share} and {own}");
    assert!(own > 0.0 && own < 99.9, "{own}");
}

/// Runs the script on the files of a folder.
fn script(folder: &Path, jobs: usize, minimum: Option<f64>, gating: bool) -> (Done, String) {
    let outputs = folder.with_extension("outputs");
    fs::write(&outputs, "").unwrap();
    let mut python = tools().command("python");
    python
        .arg(workspace().join("templates/ci/merge_coverage.py"))
        .arg(folder)
        .env("TITLE", "Lines")
        .env("JOBS", jobs.to_string())
        .env("GATING", gating.to_string())
        .env("GITHUB_OUTPUT", &outputs);
    if let Some(minimum) = minimum {
        python.env("MINIMUM", minimum.to_string());
    }
    let done = run(&mut python, LIMIT);
    assert!(done.stderr.is_empty(), "{done}");
    (done, fs::read_to_string(outputs).unwrap())
}

#[test]
fn the_script_and_dtpc_say_the_same() {
    let mut numbers = Numbers(31);
    let (mut met, mut missed) = (0, 0);
    for _ in 0..40 {
        let folder = TempDir::new().unwrap();
        let reports = folder.path().join("all");
        fs::create_dir(&reports).unwrap();
        let jobs = 1 + numbers.below(3);
        let mut texts = Vec::new();
        for job in 0..jobs {
            let mut text =
                "<?xml version=\"1.0\"?>\n<!DOCTYPE coverage SYSTEM \"a.dtd\">\n<coverage>"
                    .to_owned();
            for class in 0..numbers.below(3) {
                let _ = write!(text, "<class filename=\"a&amp;{class}.py\"><lines>");
                for line in 0..numbers.below(6) {
                    let hits = numbers.below(2);
                    let _ = write!(text, "<line number=\"{line}\" hits=\"{hits}\"></line>");
                }
                text += "</lines></class>";
            }
            text += "</coverage>";
            let name = format!("{job}.xml");
            fs::write(reports.join(&name), &text).unwrap();
            texts.push((name, text.into_bytes()));
        }
        let minimum = [None, Some(50.0), Some(33.3)][numbers.below(3)];
        let expected = jobs + usize::from(numbers.below(8) == 0);
        let together = judge(&texts, expected, minimum);
        let (done, outputs) = script(&reports, expected, minimum, true);
        assert_eq!(done.code, Some(i32::from(!together.is_met)), "{done}");
        assert!(
            outputs.starts_with(&format!("figure={}", together.said)),
            "{} and {outputs}",
            together.said
        );
        met += usize::from(together.is_met);
        missed += usize::from(!together.is_met);
    }
    assert!(met > 5 && missed > 5, "{met} and {missed}");
}

#[test]
fn a_report_that_cannot_be_read_is_no_figure() {
    for text in [
        "<coverage><class filename=\"a\"><line number=\"1\" hits=\"x\"/></class></coverage>",
        "<!DOCTYPE coverage [<!ENTITY a \"b\">]><coverage/>",
        "<coverage><class filename=\"a\">",
        "",
        "<coverage/>",
    ] {
        let folder = TempDir::new().unwrap();
        let reports = folder.path().join("all");
        fs::create_dir(&reports).unwrap();
        fs::write(reports.join("one.xml"), text).unwrap();
        let (done, outputs) = script(&reports, 1, None, true);
        assert_eq!(done.code, Some(1), "{text}: {done}");
        assert!(outputs.contains("which is not met"), "{outputs}");
        // What decides nothing fails nothing, and is said all the same.
        let (done, _) = script(&reports, 1, None, false);
        assert_eq!(done.code, Some(0), "{text}: {done}");
        assert!(done.stdout.contains("::warning::"), "{done}");
        let together = judge(&[("one.xml".to_owned(), text.into())], 1, None);
        assert!(!together.is_met, "{text}: {together:?}");
    }
}

/// A goal whose job is skipped, because one of those that measure is not in the run.
#[test]
fn a_goal_is_left_out_with_a_job_that_measures_and_not_otherwise() {
    let judged = |skipped: &str| {
        let needs = json!({
            "select": { "result": "success", "outputs": { "skipped": skipped } },
            "unit-cpu": { "result": "success" },
            "coverage--lines": { "result": "skipped" },
        });
        let mut python = tools().command("python");
        python
            .arg(workspace().join("templates/ci/gate.py"))
            .env("NEEDS", needs.to_string())
            .env("REQUIRED", "unit-cpu coverage--lines select")
            .env("MEASURED", r#"{"coverage--lines":["unit-cpu","api-cpu"]}"#);
        run(&mut python, LIMIT)
    };
    let done = judged(r#"{"api-cpu":"nothing of it changed"}"#);
    assert!(done.success(), "{done}");
    let said = "coverage--lines: api-cpu, in which it is measured, is left out";
    assert!(done.stdout.contains(said), "{done}");
    let done = judged("{}");
    assert_eq!(done.code, Some(1), "{done}");
    assert!(
        done.stdout.contains("::error::coverage--lines: skipped"),
        "{done}"
    );
}
