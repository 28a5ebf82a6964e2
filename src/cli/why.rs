//! `dtpc why`

use std::fmt::Write as _;
use std::path::Path;

use super::check::refused;
use super::jobs::{changed, compiled};
use super::{Failure, Outcome, arguments, terminal};
use crate::algebra::Defaults;
use crate::jobs::changes::{self, Changes, Claimed};
use crate::jobs::{Job, Jobs, cells, command, machines, selection};
use crate::schema::values::TestId;
use crate::schema::{KindId, Plan};
use crate::source::{SourceMap, Span};
use crate::timings::Timings;

/// Says why a job, a test or a file is in a run or out of it.
pub fn run(arguments: &arguments::Why, timings: &Timings) -> Result<Outcome, Failure> {
    let (plan, what) = match arguments.named.as_slice() {
        [plan, what] => (Some(Path::new(plan)), what.as_str()),
        [what] => (None, what.as_str()),
        _ => return Err(Failure::new("name a job, a test or a file")),
    };
    let Some((file, compilation)) = compiled(plan, timings)? else {
        return Ok(Outcome::Findings);
    };
    let Some(checked) = &compilation.plan else {
        return Ok(refused(&compilation));
    };
    let jobs = timings.of(&["jobs"], || Jobs::derive(checked, &compilation.sources));
    let changes = changed(&arguments.changes, checked, &file)?.map(|f| Changes::of(checked, f));
    let (stage, id) = match what.split_once('/') {
        Some((stage, id)) if !what.contains("::") => (Some(stage), id),
        _ => (None, what),
    };
    let named: Vec<&Job> = jobs
        .jobs
        .iter()
        .filter(|job| job.id == id)
        .filter(|job| stage.is_none_or(|s| checked.stages[job.stage].head.name() == s))
        .collect();
    let text = if !named.is_empty() {
        named
            .iter()
            .map(|job| of_job(&jobs, job, changes.as_ref()))
            .collect::<Vec<_>>()
            .join("\n")
    } else if what.contains("::") {
        of_test(&jobs, what)
    } else {
        of_file(&jobs, what)
    };
    terminal::print(&text);
    Ok(Outcome::Success)
}

/// `plans/p.dtp:12`
fn place(sources: &SourceMap, span: Span) -> String {
    format!("{}:{}", sources.file_of(span).name(), sources.line_of(span))
}

/// The rules that make a job what it is, each with where it is written.
struct Rules<'j> {
    plan: &'j Plan,
    job: &'j Job,
    found: Vec<(String, Span)>,
}

impl Rules<'_> {
    fn add(&mut self, words: String, span: Span) {
        self.found.push((words, span));
    }

    /// What puts the job there.
    fn enrolment(&mut self) {
        let (plan, job) = (self.plan, self.job);
        let suite = &plan.suites[job.suite];
        let stage = plan.stages[job.stage].head.name();
        let environment = plan.environments[job.environment].head.name();
        if let Some(enrolled) = suite.stages.iter().find(|s| s.id == job.stage) {
            let name = suite.head.name();
            self.add(
                format!("`{name}` runs in the stage `{stage}`"),
                enrolled.span,
            );
        }
        let place = suite.environments.iter().find(|e| e.id == job.environment);
        if let Some(place) = place {
            self.add(format!("in the environment `{environment}`"), place.span);
        }
        for point in &job.points {
            if let Some(value) = cells::value(plan, *point) {
                let axis = plan.axes[point.axis].head.name();
                let words = format!("with `{}` on the axis `{axis}`", value.name);
                self.add(words, value.span);
            }
        }
        for block in cells::ats(plan, job) {
            self.add("an `at` block changes it".to_owned(), block.head.span);
        }
    }

    /// Factor by factor, which tests it takes.
    fn selection(&mut self) {
        let (plan, job) = (self.plan, self.job);
        if !selection::uses_markers(job.tool) {
            return;
        }
        for factor in selection::said(plan, job) {
            let tests = selection::text_as_written(plan, &factor.node);
            let name = factor.by.1.as_str();
            let words = match factor.by.0 {
                KindId::Stage => format!("the stage selects `{tests}`"),
                KindId::TestType => format!("the type `{name}` selects `{tests}`"),
                KindId::Environment => format!("the environment takes `{tests}`"),
                KindId::Axis => {
                    let value = name.split_once('/').map_or(name, |(_, value)| value);
                    format!("the value `{value}` takes `{tests}`")
                }
                _ => format!("the suite selects `{tests}`"),
            };
            self.add(words, factor.span);
        }
    }

    /// In which runs it is, and who looks at its result.
    fn runs(&mut self, jobs: &Jobs<'_>) {
        let (plan, job) = (self.plan, self.job);
        for condition in &job.when {
            let words = "only in runs that fulfil its condition".to_owned();
            self.add(words, condition.span);
        }
        for id in changes::affecting(plan, |p| p.matches(job)) {
            let head = &plan.path_sets[id].head;
            let words = format!("a change of `{}` puts it into a run", head.name());
            self.add(words, head.head);
        }
        for (id, gate) in jobs.gates_of(job.stage) {
            let judged = jobs.judged_by(id);
            let decides = judged.iter().find(|(other, _)| other.id == job.id);
            let status = &gate.status;
            let words = match decides {
                Some((_, true)) => format!("the gate `{status}` requires it"),
                Some((_, false)) => format!("the gate `{status}` shows it, and it does not decide"),
                None => format!("the gate `{status}` does not look at it"),
            };
            self.add(words, gate.head.head);
        }
    }
}

fn of_job(jobs: &Jobs<'_>, job: &Job, changes: Option<&Changes>) -> String {
    let plan: &Plan = jobs.plan;
    let mut rules = Rules {
        plan,
        job,
        found: Vec::new(),
    };
    rules.enrolment();
    rules.selection();
    rules.runs(jobs);
    let stage = plan.stages[job.stage].head.name();
    let mut out = format!("{stage}/{}: {}\n", job.id, job.title);
    // Writing to a String cannot fail.
    for (words, span) in &rules.found {
        let _ = writeln!(out, "  {words}  ({})", place(jobs.sources, *span));
    }
    for build in &job.builds {
        let _ = writeln!(out, "  after {}", jobs.builds[*build].id);
    }
    if let Some(question) = &job.waits_for {
        let _ = writeln!(out, "  there is no machine for it yet: {question}");
    }
    match machines::not_local(plan, job.environment) {
        Some(why) => {
            let _ = writeln!(out, "  not on your machine: {why}");
        }
        None => out.push_str("  on your machine:\n"),
    }
    for line in job.lines() {
        let _ = writeln!(out, "    {line}");
    }
    if !job.cleanup.is_empty() {
        out.push_str("  and last, whatever became of it:\n");
    }
    for words in &job.cleanup {
        let _ = writeln!(out, "    {}", command::shell(words));
    }
    if let Some(changes) = changes {
        let _ = writeln!(out, "  {}", verdict(jobs, job, changes));
    }
    out
}

/// What changed files say about a job.
fn verdict(jobs: &Jobs<'_>, job: &Job, changes: &Changes) -> String {
    let left_out = changes.left_out(jobs);
    if let Some(reason) = left_out.get(&(job.stage.index(), job.id.as_str())) {
        return format!("left out of this run: {reason}");
    }
    if changes.everything {
        return "in this run: a changed file that nobody claims selects every job".to_owned();
    }
    let affecting = changes.affecting(jobs.plan, job);
    let names: Vec<&str> = affecting
        .map(|id| jobs.plan.path_sets[id].head.name())
        .collect();
    match names.as_slice() {
        [] => "in this run: nothing keeps it out".to_owned(),
        names => format!("in this run: {} changed", names.join(", ")),
    }
}

fn of_file(jobs: &Jobs<'_>, file: &str) -> String {
    let plan: &Plan = jobs.plan;
    let mut out = format!("{file}\n");
    let changes = Changes::of(plan, [file.to_owned()]);
    let nobody = Claimed {
        file: file.to_owned(),
        by: Vec::new(),
    };
    let claimed = changes.files.first().unwrap_or(&nobody);
    // Writing to a String cannot fail.
    for (id, pattern, claims) in &claimed.by {
        let declared = &plan.path_sets[*id];
        let pattern = &declared.patterns[*pattern];
        let _ = writeln!(
            out,
            "  {} `{}`: the last pattern that matches is `{}{}`  ({})",
            if *claims {
                "claimed by"
            } else {
                "not claimed by"
            },
            declared.head.name(),
            if pattern.negated { "!" } else { "" },
            pattern.glob.as_str(),
            place(jobs.sources, pattern.glob.span)
        );
    }
    if changes.everything && !plan.path_sets.is_empty() {
        out.push_str("  no paths declaration claims it: ");
        out.push_str(if changes.fails {
            "a change of it fails the run\n"
        } else {
            "a change of it selects every job\n"
        });
    }
    let holding = holding(jobs, file);
    if holding.is_empty() {
        out.push_str("  no suite looks into it\n");
    }
    for line in holding {
        let _ = writeln!(out, "  {line}");
    }
    if !plan.path_sets.is_empty() {
        let left_out = changes.left_out(jobs);
        let mut selected = jobs
            .jobs
            .iter()
            .filter(|job| !left_out.contains_key(&(job.stage.index(), job.id.as_str())))
            .peekable();
        out.push_str(match selected.peek() {
            Some(_) => "  a change of it puts into a run:\n",
            None => "  a change of it puts no job into a run\n",
        });
        for job in selected {
            let stage = plan.stages[job.stage].head.name();
            let _ = writeln!(out, "    {stage}/{}", job.id);
        }
    }
    out
}

/// The suites whose paths hold a file, each with where that is written.
fn holding(jobs: &Jobs<'_>, file: &str) -> Vec<String> {
    let plan: &Plan = jobs.plan;
    let mut lines = Vec::new();
    for (_, suite) in plan.suites.iter() {
        if let Some(glob) = suite.paths.iter().find(|glob| glob.matches(file)) {
            lines.push(format!(
                "the suite `{}` looks into it: `{}`  ({})",
                suite.head.name(),
                glob.as_str(),
                place(jobs.sources, glob.span)
            ));
        }
    }
    lines
}

fn of_test(jobs: &Jobs<'_>, test: &str) -> String {
    let plan: &Plan = jobs.plan;
    let mut out = format!("{test}\n");
    let mut is_run = "runs";
    for (_, quarantine) in plan.quarantines.iter() {
        let id = quarantine.test.as_ref().map(|t| t.text.as_str());
        if id.is_some_and(|id| test == id || test.starts_with(&format!("{id}["))) {
            is_run = "would run";
            let _ = writeln!(
                out,
                "  in quarantine: {}  ({})",
                quarantine.because.as_deref().unwrap_or_default(),
                place(jobs.sources, quarantine.head.head)
            );
        }
    }
    let id = TestId::of(test);
    let mut found = false;
    let defaults = Defaults::of_plan(plan);
    for job in &jobs.jobs {
        let suite = &plan.suites[job.suite];
        if !command::holds_test(plan, suite, &id) {
            continue;
        }
        found = true;
        let stage = plan.stages[job.stage].head.name();
        let factors = selection::of_part(plan, job, None);
        let condition = if selection::uses_markers(job.tool) {
            selection::pytest(plan, &defaults, factors).map_or_else(
                || "whatever its markers".to_owned(),
                |markers| format!("if its markers fulfil `{markers}`"),
            )
        } else {
            "if its tool finds it".to_owned()
        };
        let _ = writeln!(out, "  {stage}/{} {is_run} it {condition}", job.id);
    }
    if found {
        out.push_str("  which markers it carries only its tool can say: `pytest --collect-only`\n");
    } else {
        out.push_str("  no suite looks where it is\n");
    }
    out
}
