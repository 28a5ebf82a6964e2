//! The steps of a job.

use std::fmt::Write as _;

use indexmap::IndexMap;
use serde::Serialize;

use super::literal::literal;
use super::pins;
use super::workflow::{Input, Step};
use crate::jobs::{Job, Jobs, command};
use crate::name::one_line;
use crate::schema::values::{Bound, Measure, ToolKind};

/// Where the results of a job are kept until they are uploaded, below the checkout.
const RESULTS: &str = "test-results";

/// How long results are kept, in days.
const RESULT_DAYS: u32 = 7;
/// How long coverage is kept, in days.
const COVERAGE_DAYS: u32 = 30;

/// All steps of a job, in order.
pub fn of(jobs: &Jobs<'_>, job: &Job) -> Vec<Step> {
    let mut steps = vec![checkout()];
    steps.extend(python(job));
    steps.extend(setup(job));
    steps.extend(services(jobs, job));
    steps.push(tests(jobs, job));
    steps.extend(report(job));
    steps.extend(uploads(job));
    steps
}

/// The one step of a job that has no machine yet: it fails at once and says what is to be answered.
pub fn waiting(question: &str) -> Vec<Step> {
    let message = format!(
        "::error::there is no machine for this job: {}",
        one_line(question)
    );
    vec![Step {
        name: "Say what is open".to_owned(),
        run: Some(format!("{}\nexit 1", command::shell(&["echo", &message]))),
        ..Step::default()
    }]
}

/// The variables of a job.
pub fn environment(jobs: &Jobs<'_>, job: &Job) -> IndexMap<String, String> {
    let mut variables = IndexMap::new();
    if job.tool == ToolKind::Pytest {
        // Beside the command, so that the command stays the one that people run themselves.
        let options = format!("--junitxml={RESULTS}/junit.xml");
        variables.insert("PYTEST_ADDOPTS".to_owned(), options);
    }
    if !job.thresholds.is_empty() {
        variables.insert(
            "DTPC_THRESHOLDS".to_owned(),
            literal(&thresholds(jobs, job)),
        );
    }
    variables
}

fn checkout() -> Step {
    Step {
        name: "Check out the repository".to_owned(),
        uses: Some(pins::CHECKOUT.uses()),
        with: IndexMap::from([("persist-credentials", Input::Flag(false))]),
        ..Step::default()
    }
}

fn python(job: &Job) -> Option<Step> {
    let version = job.python.as_ref()?;
    Some(Step {
        name: literal(&format!("Set up Python {version}")),
        uses: Some(pins::SETUP_PYTHON.uses()),
        with: IndexMap::from([("python-version", Input::Text(literal(version)))]),
        ..Step::default()
    })
}

fn setup(job: &Job) -> Option<Step> {
    let lines: Vec<String> = job
        .setup
        .iter()
        .map(|words| command::shell(words))
        .collect();
    (!lines.is_empty()).then(|| Step {
        name: "Set up the tools".to_owned(),
        run: Some(lines.join("\n")),
        ..Step::default()
    })
}

/// Starts the services that run from the checkout, and waits for all of them.
fn services(jobs: &Jobs<'_>, job: &Job) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut ports = Vec::new();
    let mut logs = String::new();
    let mut seconds = 0;
    for id in &job.services {
        let service = &jobs.plan.services[*id];
        if let Some(start) = &service.command {
            let name = service.head.name();
            steps.push(Step {
                name: literal(&format!("Start {}", service.head.title)),
                // It outlives its step, even where the shell of a step has a terminal to lose: what
                // is ignored at the start stays so.
                run: Some(format!(
                    "trap '' HUP\n{} > \"$RUNNER_TEMP/{name}.log\" 2>&1 &",
                    command::shell(&start.words)
                )),
                ..Step::default()
            });
            // The last word of a service that does not start says why.
            let _ = write!(logs, "\n      tail -n 50 \"$RUNNER_TEMP/{name}.log\"");
        }
        ports.extend(service.port.map(|p| p.value.to_string()));
        seconds = seconds.max(service.ready_within.whole_seconds());
    }
    if !ports.is_empty() {
        let names: Vec<&str> = job
            .services
            .iter()
            .map(|id| jobs.plan.services[*id].head.title.as_str())
            .collect();
        steps.push(Step {
            name: literal(&format!("Wait for {}", names.join(", "))),
            run: Some(format!(
                "for port in {}; do\n  until (exec 3<> \"/dev/tcp/127.0.0.1/$port\") 2> /dev/null; do\n    if ((SECONDS >= {seconds})); then\n      echo \"::error::nothing listens on port $port after {seconds} s\"{logs}\n      exit 1\n    fi\n    sleep 1\n  done\ndone",
                ports.join(" ")
            )),
            ..Step::default()
        });
    }
    steps
}

/// Runs the tests. A run without a test fails: pytest says so itself, cargo does not.
fn tests(jobs: &Jobs<'_>, job: &Job) -> Step {
    let line = job.lines().join("\n");
    let run = if job.tool == ToolKind::CargoTest && job.coverage.is_none() {
        format!(
            "{line} 2>&1 | tee \"$RUNNER_TEMP/cargo-test.log\"\nif ! grep -Eq '^test result: ok\\. [1-9]' \"$RUNNER_TEMP/cargo-test.log\"; then\n  echo '::error::no test ran'\n  exit 1\nfi"
        )
    } else {
        line
    };
    let title = &jobs.plan.suites[job.suite].head.title;
    Step {
        name: literal(&format!("Run {title}")),
        id: Some(TESTS),
        run: Some(run),
        ..Step::default()
    }
}

fn report(job: &Job) -> Option<Step> {
    let lines: Vec<String> = job
        .report
        .iter()
        .map(|words| command::shell(words))
        .collect();
    (!lines.is_empty()).then(|| Step {
        name: "Report coverage".to_owned(),
        id: Some(COVERAGE),
        run: Some(lines.join("\n")),
        ..Step::default()
    })
}

/// The steps whose outcome others ask for.
const TESTS: &str = "tests";
const COVERAGE: &str = "coverage";

fn uploads(job: &Job) -> Vec<Step> {
    let mut steps = Vec::new();
    if job.tool == ToolKind::Pytest {
        // Results matter most when a test failed. Where no test was begun there are none, and a
        // second error would hide the first.
        let condition = format!("${{{{ !cancelled() && steps.{TESTS}.outcome != 'skipped' }}}}");
        steps.push(upload("results", condition, &job.id, RESULTS, RESULT_DAYS));
    }
    if job.coverage.is_some() {
        let (file, condition) = if job.report.is_empty() {
            (
                "cobertura.xml",
                format!("steps.{TESTS}.outcome == 'success'"),
            )
        } else {
            // A report that fails because too little is covered is the one that is looked at.
            (
                "coverage.xml",
                format!("steps.{COVERAGE}.outcome != 'skipped'"),
            )
        };
        let condition = format!("${{{{ !cancelled() && {condition} }}}}");
        steps.push(upload("coverage", condition, &job.id, file, COVERAGE_DAYS));
    }
    steps
}

fn upload(what: &str, condition: String, job: &str, path: &str, days: u32) -> Step {
    Step {
        name: format!("Keep the {what}"),
        condition: Some(condition),
        uses: Some(pins::UPLOAD_ARTIFACT.uses()),
        with: IndexMap::from([
            ("name", Input::Text(format!("{what}-{job}"))),
            ("path", Input::Text(path.to_owned())),
            ("retention-days", Input::Number(days)),
            ("if-no-files-found", Input::Text("error".to_owned())),
        ]),
        ..Step::default()
    }
}

/// One bar as it is handed to the fixture that judges measurements.
#[derive(Debug, Serialize)]
struct Bar<'a> {
    metric: &'a str,
    statistic: &'static str,
    operator: &'static str,
    value: f64,
    unit: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
}

/// The bars of a job as JSON.
fn thresholds(jobs: &Jobs<'_>, job: &Job) -> String {
    let mut bars = Vec::new();
    for id in &job.thresholds {
        let threshold = &jobs.plan.thresholds[*id];
        let Some(metric) = threshold.metric else {
            continue;
        };
        let metric = &jobs.plan.metrics[metric.id];
        for check in &threshold.checks {
            let statistic = match check.value.measure {
                Measure::Value(s) | Measure::Regression(s) => s.word(),
            };
            let (value, unit, since) = match &check.value.bound {
                Bound::Absolute { value, unit, .. } => {
                    (*value, unit.map_or("", |u| u.as_str()), None)
                }
                Bound::Relative { percent, baseline } => {
                    (percent.0, "%", baseline.as_ref().map(ToString::to_string))
                }
            };
            bars.push(Bar {
                metric: metric.head.name(),
                statistic,
                operator: check.value.operator.text(),
                value,
                unit,
                since,
            });
        }
    }
    // Numbers and strings alone: nothing here that JSON cannot hold.
    serde_json::to_string(&bars).unwrap_or_default()
}
