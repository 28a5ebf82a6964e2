//! Runs a build or a job: the same words, in the same order and with the same verdict as the steps
//! of the workflow.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime};

use super::process::{Exit, Shell};
use super::services::Services;
use crate::glob::Matcher;
use crate::jobs::coverage::Merged;
use crate::jobs::{BuildJob, Job, Jobs, Late, bars, command};
use crate::run::coverage;
use crate::run::order::Ended;
use crate::run::report::{self, Case, CaseResult, Counts};
use crate::run::summary::seconds;
use crate::run::verdict::Went;
use crate::schema::Id;
use crate::schema::kinds::Artifact;
use crate::schema::values::ToolKind;
use crate::targets::ci::variable_key;

/// With what pytest ends if it collected no test, and nextest if it had none to run.
const PYTEST_NO_TEST: i32 = 5;
const NEXTEST_NO_TEST: i32 = 4;

/// How long cleaning up may take after the end of a job's time: what GitHub gives after it.
const CLEAN_UP: Duration = Duration::from_mins(5);

/// pytest's own options.
const PYTEST_OPTIONS: &str = "PYTEST_ADDOPTS";

/// How something went, and what is to be told of it.
#[derive(Debug)]
pub struct Done {
    /// How it went.
    pub went: Went,
    /// Why it did not succeed.
    pub reason: Option<String>,
    /// Its tests, where its tool tells of them.
    pub tests: Option<Counts>,
}

impl Done {
    fn of(result: Result<(), Stop>) -> Self {
        let (ended, no_test, reason) = match result {
            Ok(()) => (Ended::Success, false, None),
            Err(Stop {
                ended,
                no_test,
                why,
            }) => (ended, no_test, Some(why)),
        };
        Self {
            went: Went { ended, no_test },
            reason,
            tests: None,
        }
    }
}

/// Why a job does not go on.
#[derive(Debug)]
struct Stop {
    ended: Ended,
    no_test: bool,
    why: String,
}

impl Stop {
    fn failure(why: impl Into<String>) -> Self {
        Self {
            ended: Ended::Failure,
            no_test: false,
            why: why.into(),
        }
    }

    fn no_test() -> Self {
        Self {
            no_test: true,
            ..Self::failure("no test ran")
        }
    }
}

/// Where a job runs and what it leaves.
#[derive(Debug)]
pub struct Place<'a> {
    /// What its processes have in common.
    pub shell: Shell<'a>,
    /// The folder of its results.
    pub folder: PathBuf,
    /// How long it may take, in seconds.
    pub limit: f64,
    /// The commit that is tested.
    pub commit: &'a str,
}

/// Builds something.
pub fn build(jobs: &Jobs<'_>, build: &BuildJob, place: &Place<'_>) -> Done {
    let plan = jobs.plan;
    let late = |late: &Late| match late {
        Late::Variable(id) => std::env::var(variable_key(plan, *id)).unwrap_or_default(),
        _ => place.commit.to_owned(),
    };
    let made = build.commands.iter().try_for_each(|command| {
        let words: Vec<String> = command
            .iter()
            .map(|word| word.written(str::to_owned, late))
            .collect();
        place.call(&words, &[])
    });
    let done = Done::of(made.and_then(|()| there(jobs, &build.makes, place.shell.folder)));
    cleaned_up(done, &build.cleanup, place)
}

/// Runs the tests of a job.
pub fn job(jobs: &Jobs<'_>, job: &Job, place: &Place<'_>) -> Done {
    let begun = SystemTime::now();
    let started = Services::start(jobs.plan, job, &place.shell, &place.folder);
    let tested = match &started {
        Err(why) => Done::of(Err(Stop::failure(why.clone()))),
        Ok(_running) => {
            let tested = tests(jobs, job, place);
            let no_test = matches!(tested, Ok(true));
            let result = tested
                .and_then(|_| report(job, place))
                .and_then(|()| there(jobs, &job.makes, place.shell.folder));
            let mut done = Done::of(result);
            done.went.no_test |= no_test;
            done
        }
    };
    if job.tool == ToolKind::Nextest {
        take_nextest_report(place, begun);
    }
    // The services run on until it is done: it may need them.
    let mut done = cleaned_up(tested, &job.cleanup, place);
    done.tests = collect(job, &done, place);
    done
}

/// Brings together what several jobs measured, and judges it.
pub fn goal(jobs: &Jobs<'_>, goal: &Merged<'_>, place: &Place<'_>, results: &Path) -> Done {
    let declared = &jobs.plan.coverages[goal.coverage];
    let mut reports = Vec::new();
    for job in &goal.of {
        for name in ["coverage.xml", "cobertura.xml"] {
            if let Ok(text) = fs::read(results.join(&job.id).join(name)) {
                reports.push((format!("{}/{name}", job.id), text));
            }
        }
    }
    let minimum = declared.minimum.map(|minimum| minimum.0);
    let together = coverage::judge(&reports, goal.of.len(), minimum);
    // Without it the summary still says it.
    let _ = fs::write(&place.shell.log, format!("{}\n", together.said));
    let mut done = Done::of(Ok(()));
    if declared.gating && !together.is_met {
        done.went.ended = Ended::Failure;
    }
    done.reason = Some(together.said);
    done
}

/// Cleans up, whatever became of what is done: every command runs, and each must succeed.
fn cleaned_up(mut done: Done, commands: &[Vec<String>], place: &Place<'_>) -> Done {
    // Neither the end of the job's time nor an interrupt keeps it from that.
    let never = AtomicBool::new(false);
    let place = Place {
        shell: Shell {
            folder: place.shell.folder,
            variables: place.shell.variables.clone(),
            log: place.shell.log.clone(),
            deadline: place.shell.deadline.max(Instant::now() + CLEAN_UP),
            stop: &never,
        },
        folder: place.folder.clone(),
        limit: CLEAN_UP.as_secs_f64(),
        commit: place.commit,
    };
    for words in commands {
        let Err(stop) = place.call(words, &[]) else {
            continue;
        };
        let why = format!("clean-up: {}", stop.why);
        done.reason = Some(match done.reason.take() {
            None => why,
            Some(before) => format!("{before}; {why}"),
        });
        // What was stopped stays so, for GitHub too.
        if done.went.ended != Ended::Cancelled {
            done.went.ended = Ended::Failure;
        }
        // That there was no test is no excuse for this.
        done.went.no_test = false;
    }
    done
}

/// The commands of a job. `Ok(true)` where a shard had no test, which its neighbours may have.
fn tests(jobs: &Jobs<'_>, job: &Job, place: &Place<'_>) -> Result<bool, Stop> {
    let no_test_code = match job.tool {
        ToolKind::Pytest => Some(PYTEST_NO_TEST),
        ToolKind::Nextest => Some(NEXTEST_NO_TEST),
        _ => None,
    };
    let in_pieces = no_test_code.is_some() && (job.runs.len() > 1 || job.shard.is_some());
    let mut ran = false;
    let mut failed = None;
    for run in &job.runs {
        let part = run.part.map_or("junit", |part| {
            let full = jobs.plan.parts[part].head.name();
            full.rsplit('/').next().unwrap_or(full)
        });
        let report = place.folder.join(format!("{part}.xml"));
        let options = (PYTEST_OPTIONS, pytest_options(job, &report));
        let variables = match job.tool {
            ToolKind::Pytest => vec![options],
            _ => Vec::new(),
        };
        let start = place.log_length();
        let exit = place.exit(&run.words, &variables)?;
        match exit {
            0 => ran = true,
            code if Some(code) == no_test_code && in_pieces => {}
            code if Some(code) == no_test_code => return Err(Stop::no_test()),
            code if in_pieces => {
                ran = true;
                failed = Some((code, &run.words));
            }
            code => return Err(ended_with(code, &run.words)),
        }
        if job.tool == ToolKind::CargoTest
            && job.coverage.is_none()
            && !report::cargo_ran_a_test(&place.log_from(start))
        {
            return Err(Stop::no_test());
        }
    }
    if in_pieces && !ran && job.shard.is_none() {
        return Err(Stop::no_test());
    }
    verdict(job, place)?;
    match failed {
        Some((code, words)) => Err(ended_with(code, words)),
        None => Ok(in_pieces && !ran),
    }
}

/// Whether files are as they should be, with an index of git of its own: nobody's own is changed.
fn verdict(job: &Job, place: &Place<'_>) -> Result<(), Stop> {
    if job.verdict.is_empty() {
        return Ok(());
    }
    let index = place.folder.join("git-index");
    let own = git(place.shell.folder, &["rev-parse", "--git-path", "index"]);
    // Without one git makes it.
    let _ = own.map(|own| fs::copy(place.shell.folder.join(own), &index));
    let variables = [("GIT_INDEX_FILE", index.to_string_lossy().into_owned())];
    for words in &job.verdict {
        place.call(words, &variables)?;
    }
    Ok(())
}

/// Reports coverage.
fn report(job: &Job, place: &Place<'_>) -> Result<(), Stop> {
    let done = job
        .report
        .iter()
        .try_for_each(|words| place.call(words, &[]));
    for file in ["coverage.xml", "cobertura.xml"] {
        let made = place.shell.folder.join(file);
        if job.coverage.is_some() && made.is_file() {
            let kept = place.folder.join(file);
            // Across file systems a file cannot be moved.
            if fs::rename(&made, &kept).is_err() && fs::copy(&made, &kept).is_ok() {
                let _ = fs::remove_file(&made);
            }
        }
    }
    done
}

/// What an artifact is made of has to be there.
fn there(jobs: &Jobs<'_>, makes: &[Id<Artifact>], root: &Path) -> Result<(), Stop> {
    for id in makes {
        let artifact = &jobs.plan.artifacts[*id];
        let found = artifact.files.iter().any(|glob| {
            let (prefix, _) = glob.literal_prefix();
            let Some(matcher) = Matcher::new(glob.as_str()) else {
                return false;
            };
            let walk = ignore::WalkBuilder::new(root.join(prefix))
                .standard_filters(false)
                .build();
            walk.filter_map(Result::ok)
                .filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()))
                .any(|entry| {
                    let path = entry.path().strip_prefix(root);
                    path.is_ok_and(|path| matcher.is_match(&path.to_string_lossy()))
                })
        });
        if !found {
            let name = artifact.head.name();
            return Err(Stop::failure(format!(
                "it made no file of the artifact {name}"
            )));
        }
    }
    Ok(())
}

/// Brings the results of a job together as JUnit, and counts its tests.
fn collect(job: &Job, done: &Done, place: &Place<'_>) -> Option<Counts> {
    let is_junit = |path: &Path| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        name.is_some_and(|name| {
            name.ends_with(".xml") && name != "coverage.xml" && name != "cobertura.xml"
        })
    };
    let files = fs::read_dir(&place.folder).into_iter().flatten();
    let mut reports = files
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_junit(path))
        .peekable();
    if reports.peek().is_some() {
        let texts = reports.filter_map(|path| fs::read(path).ok());
        let counts = texts.map(|text| report::count(&String::from_utf8_lossy(&text)));
        return Some(counts.fold(Counts::default(), Counts::plus));
    }
    let mut cases = report::cases(job.tool, &place.log_from(0));
    let has_tests = !cases.is_empty();
    if !has_tests {
        // A check is one test of its own.
        cases.push(Case {
            class: job.id.clone(),
            name: job.title.clone(),
            result: match &done.reason {
                None => CaseResult::Passed,
                Some(why) => CaseResult::Failed(why.clone()),
            },
        });
    }
    let text = report::junit(&job.id, &cases);
    let counts = report::count(&text);
    // Without it the log still says all.
    let _ = fs::write(place.folder.join("junit.xml"), text);
    has_tests.then_some(counts)
}

/// Takes the report that nextest wrote where its settings say, if it wrote one.
fn take_nextest_report(place: &Place<'_>, begun: SystemTime) {
    let profiles = fs::read_dir(place.shell.folder.join("target/nextest"));
    let files = profiles
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let files = fs::read_dir(entry.path()).ok()?;
            Some(files.flatten().map(|entry| entry.path()))
        });
    for path in files.flatten() {
        let is_new = fs::metadata(&path)
            .and_then(|data| data.modified())
            .is_ok_and(|at| at >= begun);
        if is_new && path.extension().is_some_and(|e| e == "xml") {
            // Without it the log still says all.
            let _ = fs::copy(&path, place.folder.join("junit.xml"));
        }
    }
}

/// pytest's own options in a job: those of the plan, and where the results go.
fn pytest_options(job: &Job, report: &Path) -> String {
    let mut own = job.variables.iter();
    let own = own.find(|(name, _)| name.as_str() == PYTEST_OPTIONS);
    let own = own.map_or_else(String::new, |(_, options)| format!("{options} "));
    let report = command::shell(&[format!("--junitxml={}", report.display())]);
    format!("{own}{report}")
}

/// The variables of a job.
pub fn variables(jobs: &Jobs<'_>, job: &Job, folder: &Path) -> Vec<(String, String)> {
    let own = job.variables.iter();
    let mut variables: Vec<(String, String)> = own
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect();
    if !job.thresholds.is_empty() {
        let bars = bars::json(jobs.plan, job);
        variables.push((bars::VARIABLE.to_owned(), bars));
    }
    if job.coverage.is_some() {
        let data = folder.join(".coverage").to_string_lossy().into_owned();
        variables.push(("COVERAGE_FILE".to_owned(), data));
    }
    if matches!(job.tool, ToolKind::CargoTest | ToolKind::Nextest) {
        // What they print is read.
        variables.push(("CARGO_TERM_COLOR".to_owned(), "never".to_owned()));
    }
    variables
}

fn ended_with(code: i32, words: &[String]) -> Stop {
    let program = words.first().map_or("it", String::as_str);
    Stop::failure(format!("{program} ended with exit code {code}"))
}

impl Place<'_> {
    /// Runs a command that must succeed.
    fn call(&self, words: &[String], variables: &[(&str, String)]) -> Result<(), Stop> {
        match self.exit(words, variables)? {
            0 => Ok(()),
            code => Err(ended_with(code, words)),
        }
    }

    /// Runs a command, and returns its exit code.
    fn exit(&self, words: &[String], variables: &[(&str, String)]) -> Result<i32, Stop> {
        let program = words.first().map_or("it", String::as_str);
        let cancelled = |why: String| Stop {
            ended: Ended::Cancelled,
            no_test: false,
            why,
        };
        match self.shell.call(words, variables) {
            Exit::Code(code) => Ok(code),
            Exit::Signal => Err(Stop::failure(format!("a signal ended {program}"))),
            Exit::TimedOut => Err(cancelled(format!(
                "it took longer than {}",
                seconds(self.limit)
            ))),
            Exit::Stopped => Err(cancelled("the run was stopped".to_owned())),
            Exit::NotStarted(error) => Err(Stop::failure(format!(
                "{program} cannot be started: {error}"
            ))),
        }
    }

    /// How long the log is.
    fn log_length(&self) -> u64 {
        fs::metadata(&self.shell.log).map_or(0, |data| data.len())
    }

    /// The log from some place on. It need not be text.
    fn log_from(&self, start: u64) -> String {
        let read = || -> std::io::Result<Vec<u8>> {
            let mut file = fs::File::open(&self.shell.log)?;
            file.seek(SeekFrom::Start(start))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
    }
}

/// What git answers, in one line.
pub fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let done = std::process::Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .output()
        .ok()?;
    let text = String::from_utf8(done.stdout).ok()?;
    done.status.success().then(|| text.trim().to_owned())
}
