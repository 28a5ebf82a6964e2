//! Why a job is as it is, rule by rule.

use std::fmt::Write as _;

use super::place;
use crate::jobs::changes::{self, Changes};
use crate::jobs::{Job, Jobs, cells, command, machines, selection};
use crate::schema::{KindId, Plan};
use crate::source::Span;

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

/// Why it is there, what it takes, who looks at its result, and whether it is in a run.
pub fn told(jobs: &Jobs<'_>, job: &Job, changes: Option<&Changes>) -> String {
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
