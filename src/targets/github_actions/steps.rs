//! The steps of a job.

use std::fmt::Write as _;

use indexmap::IndexMap;

use super::literal::literal;
use super::pins;
use super::workflow::{Input, Step};
use crate::jobs::{BuildJob, Job, Jobs, Late, bars, command};
use crate::name::one_line;
use crate::schema::kinds::{Artifact, Secret};
use crate::schema::values::ToolKind;
use crate::schema::{Id, Plan};

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
    steps.extend(actions(jobs, job));
    steps.extend(setup(job));
    steps.extend(downloads(jobs, &job.fetches, |artifact| {
        jobs.ids_of_makers(artifact, &job.builds, jobs.makers_of(job))
    }));
    steps.extend(services(jobs, job));
    steps.push(tests(jobs, job));
    steps.extend(report(job));
    steps.extend(uploads(jobs, job));
    let condition = format!("${{{{ !cancelled() && steps.{TESTS}.outcome != 'skipped' }}}}");
    steps.extend(artifacts(jobs, &job.makes, &job.id, Some(&condition)));
    steps
}

/// All steps of a job that builds something, in order.
pub fn of_build(jobs: &Jobs<'_>, build: &BuildJob) -> Vec<Step> {
    let plan = jobs.plan;
    let mut steps = vec![checkout()];
    steps.extend(downloads(jobs, &build.fetches, |artifact| {
        let suites = jobs.makers(build.stage, &build.fetches, &build.points);
        jobs.ids_of_makers(artifact, &build.needs, suites)
    }));
    // What GitHub knows reaches the command in variables: put into its text, it would be run.
    let mut env: IndexMap<String, String> = secrets(plan, &build.secrets);
    let lines: Vec<String> = build
        .commands
        .iter()
        .map(|command| {
            for late in command.iter().flat_map(|word| &word.pieces) {
                if let Late::Variable(id) = late {
                    let key = super::variable_key(plan, *id);
                    env.insert(key.clone(), format!("${{{{ vars.{key} }}}}"));
                }
            }
            let words: Vec<String> = command
                .iter()
                .map(|word| {
                    word.written(
                        |text| command::shell(&[text]),
                        |late| match late {
                            Late::Variable(id) => {
                                format!("\"${}\"", super::variable_key(plan, *id))
                            }
                            _ => "\"$GITHUB_SHA\"".to_owned(),
                        },
                    )
                })
                .collect();
            words.join(" ")
        })
        .collect();
    if lines.is_empty() {
        let title = &plan.builds[build.build].head.title;
        let message = format!("::notice::nothing is to be done for {}", one_line(title));
        steps.push(Step {
            name: "Say that it is there".to_owned(),
            run: Some(command::shell(&["echo", &message])),
            ..Step::default()
        });
    } else {
        let title = &plan.builds[build.build].head.title;
        steps.push(Step {
            name: literal(&format!("Build {title}")),
            env,
            run: Some(lines.join("\n")),
            ..Step::default()
        });
    }
    steps.extend(artifacts(jobs, &build.makes, &build.id, None));
    steps
}

/// Secrets in the variables of their names.
fn secrets(plan: &Plan, secrets: &[Id<Secret>]) -> IndexMap<String, String> {
    secrets
        .iter()
        .map(|id| {
            let key = super::secret_key(plan, *id);
            let value = format!("${{{{ secrets.{key} }}}}");
            (key, value)
        })
        .collect()
}

/// Fetches artifacts of other jobs into the checkout, each by its whole name: a pattern would take
/// what other jobs of the run made too, and be content with nothing.
fn downloads<'j>(
    jobs: &Jobs<'_>,
    artifacts: &[Id<Artifact>],
    makers: impl Fn(Id<Artifact>) -> Vec<&'j str>,
) -> Vec<Step> {
    let mut steps = Vec::new();
    for id in artifacts {
        let artifact = &jobs.plan.artifacts[*id];
        let makers = makers(*id);
        for maker in &makers {
            let name = if makers.len() == 1 {
                format!("Fetch {}", artifact.head.title)
            } else {
                format!("Fetch {} from {maker}", artifact.head.title)
            };
            steps.push(Step {
                name: literal(&name),
                uses: Some(pins::DOWNLOAD_ARTIFACT.uses()),
                with: IndexMap::from([(
                    "name",
                    Input::Text(format!("{}-{maker}", artifact.head.name())),
                )]),
                ..Step::default()
            });
        }
    }
    steps
}

/// Matches no file. Where it is among the paths of an upload, the action looks for them from the root
/// of the checkout, and so keeps all folders around the files: whoever fetches them finds them where
/// they were.
const FROM_ROOT: &str = "*.dtpc-none";

/// Keeps the artifacts that a job makes.
fn artifacts(
    jobs: &Jobs<'_>,
    makes: &[Id<Artifact>],
    job: &str,
    condition: Option<&str>,
) -> Vec<Step> {
    makes
        .iter()
        .map(|id| {
            let artifact = &jobs.plan.artifacts[*id];
            let mut files: Vec<String> = vec![FROM_ROOT.to_owned()];
            files.extend(artifact.files.iter().flat_map(|f| f.without_braces()));
            let days = u32::try_from(artifact.keep.whole_days().max(1)).unwrap_or(90);
            Step {
                name: literal(&format!("Keep {}", artifact.head.title)),
                condition: condition.map(str::to_owned),
                uses: Some(pins::UPLOAD_ARTIFACT.uses()),
                with: IndexMap::from([
                    (
                        "name",
                        Input::Text(format!("{}-{job}", artifact.head.name())),
                    ),
                    ("path", Input::Text(literal(&files.join("\n")))),
                    ("retention-days", Input::Number(days)),
                    ("if-no-files-found", Input::Text("error".to_owned())),
                    ("include-hidden-files", Input::Flag(true)),
                ]),
                ..Step::default()
            }
        })
        .collect()
}

/// What a job tells the gate: whether a shard ran a test, which its neighbours may have done.
pub fn outputs(job: &Job) -> IndexMap<&'static str, String> {
    match job.shard {
        Some(_) if matches!(job.tool, ToolKind::Pytest | ToolKind::Nextest) => {
            IndexMap::from([("ran", format!("${{{{ steps.{TESTS}.outputs.ran }}}}"))])
        }
        _ => IndexMap::new(),
    }
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
    for (name, text) in &job.variables {
        variables.insert(name.to_string(), literal(text));
    }
    if job.container.is_some() {
        // Beside a container, a service is reached by its name.
        for id in &job.services {
            let service = &jobs.plan.services[*id];
            if service.image.is_some() {
                let name = service.head.name();
                variables.insert(format!("{}_HOST", name.to_uppercase()), name.to_owned());
            }
        }
    }
    if job.tool == ToolKind::Pytest && job.runs.len() == 1 {
        // Beside the command, so that the command stays the one that people run themselves.
        let options = literal(&pytest_options(job, "junit"));
        variables.insert(PYTEST_OPTIONS.to_owned(), options);
    }
    if !job.thresholds.is_empty() {
        variables.insert(
            bars::VARIABLE.to_owned(),
            literal(&bars::json(jobs.plan, job)),
        );
    }
    variables
}

/// The variable of pytest's own options.
const PYTEST_OPTIONS: &str = "PYTEST_ADDOPTS";

/// pytest's own options in a job: those of the plan, and where the results go.
fn pytest_options(job: &Job, report: &str) -> String {
    let own = job
        .variables
        .iter()
        .find(|(name, _)| name.as_str() == PYTEST_OPTIONS)
        .map_or_else(String::new, |(_, options)| format!("{options} "));
    format!("{own}--junitxml={RESULTS}/{report}.xml")
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

/// The actions that make the machine ready for the tool.
fn actions(jobs: &Jobs<'_>, job: &Job) -> Vec<Step> {
    let tool = jobs.plan.suites[job.suite].tool;
    let declared = tool.map(|tool| &jobs.plan.tools[tool.id]);
    declared
        .iter()
        .flat_map(|tool| tool.actions.iter())
        .map(|action| {
            let uses = action.uses.as_str();
            let name = uses.split_once('@').map_or(uses, |(name, _)| name);
            Step {
                name: literal(&format!("Use {name}")),
                uses: Some(pins::bare(uses)),
                with: action
                    .with
                    .iter()
                    .map(|(name, text)| (name.as_str(), Input::Text(literal(text))))
                    .collect(),
                ..Step::default()
            }
        })
        .collect()
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
        let host = if job.container.is_some() && service.image.is_some() {
            service.head.name()
        } else {
            "127.0.0.1"
        };
        ports.extend(service.port.map(|p| format!("{host}/{}", p.value)));
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
                "for address in {}; do\n  until (exec 3<> \"/dev/tcp/$address\") 2> /dev/null; do\n    if ((SECONDS >= {seconds})); then\n      echo \"::error::nothing listens on port ${{address#*/}} after {seconds} s\"{logs}\n      exit 1\n    fi\n    sleep 1\n  done\ndone",
                ports.join(" ")
            )),
            ..Step::default()
        });
    }
    steps
}

/// Runs the tests. A run without a test fails: pytest and nextest say so themselves, cargo does not.
fn tests(jobs: &Jobs<'_>, job: &Job) -> Step {
    let title = &jobs.plan.suites[job.suite].head.title;
    Step {
        name: literal(&format!("Run {title}")),
        id: Some(TESTS),
        env: secrets(jobs.plan, &job.secrets),
        run: Some(script(jobs, job)),
        ..Step::default()
    }
}

fn script(jobs: &Jobs<'_>, job: &Job) -> String {
    let mut lines: Vec<String> = Vec::new();
    match job.tool {
        ToolKind::CargoTest if job.coverage.is_none() => lines.extend(job.runs.iter().map(|run| {
            format!(
                "{} 2>&1 | tee \"$RUNNER_TEMP/cargo-test.log\"\nif ! grep -Eq '^test result: ok\\. [1-9]' \"$RUNNER_TEMP/cargo-test.log\"; then\n  echo '::error::no test ran'\n  exit 1\nfi",
                command::shell(&run.words)
            )
        })),
        // A part or a shard may be without a test, as long as another one has some.
        ToolKind::Pytest | ToolKind::Nextest if job.runs.len() > 1 || job.shard.is_some() => {
            let no_test = if job.tool == ToolKind::Pytest {
                PYTEST_NO_TEST
            } else {
                NEXTEST_NO_TEST
            };
            lines.push(format!(
                "ran=false\nfailed=0\nrun() {{\n  local code=0\n  \"$@\" || code=$?\n  case $code in\n    0) ran=true ;;\n    {no_test}) ;;\n    *) ran=true; failed=$code ;;\n  esac\n}}"
            ));
            for run in &job.runs {
                let part = run.part.map(|part| {
                    let full = jobs.plan.parts[part].head.name();
                    full.rsplit('/').next().unwrap_or(full)
                });
                let report = part.map_or_else(String::new, |part| {
                    let options = format!("{PYTEST_OPTIONS}={}", pytest_options(job, part));
                    format!("{} ", command::shell(&["env", &options]))
                });
                lines.push(format!("run {report}{}", command::shell(&run.words)));
            }
            if job.shard.is_some() {
                lines.push("echo \"ran=$ran\" >> \"$GITHUB_OUTPUT\"".to_owned());
            } else {
                lines.push(
                    "if [[ $ran == false ]]; then\n  echo '::error::no test ran'\n  exit 5\nfi"
                        .to_owned(),
                );
            }
            lines.extend(job.verdict.iter().map(|words| command::shell(words)));
            lines.push("exit \"$failed\"".to_owned());
            return lines.join("\n");
        }
        _ => lines.extend(job.runs.iter().map(|run| command::shell(&run.words))),
    }
    lines.extend(job.verdict.iter().map(|words| command::shell(words)));
    lines.join("\n")
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

/// With what pytest ends if it collected no test.
const PYTEST_NO_TEST: u8 = 5;
/// With what nextest ends if it had no test to run.
const NEXTEST_NO_TEST: u8 = 4;

/// The steps whose outcome others ask for.
const TESTS: &str = "tests";
const COVERAGE: &str = "coverage";

fn uploads(jobs: &Jobs<'_>, job: &Job) -> Vec<Step> {
    let mut steps = Vec::new();
    if job.tool == ToolKind::Pytest {
        // Results matter most when a test failed. Where no test was begun there are none, and a
        // second error would hide the first.
        let condition = format!("${{{{ !cancelled() && steps.{TESTS}.outcome != 'skipped' }}}}");
        steps.push(upload("results", condition, &job.id, RESULTS, RESULT_DAYS));
    }
    if let Some(report) = jobs.profiles.report(jobs.plan, job) {
        // nextest writes it when it has run a test: not if nothing compiles.
        let condition = format!("${{{{ !cancelled() && steps.{TESTS}.outcome != 'skipped' }}}}");
        let mut step = upload("results", condition, &job.id, &report, RESULT_DAYS);
        let missing = Input::Text("warn".to_owned());
        step.with.insert("if-no-files-found", missing);
        steps.push(step);
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
