//! The stages, their jobs and how they are run.

use serde::Serialize;

use super::{Named, fact, open, or_open, some, suites, titles, words};
use crate::graph::loads;
use crate::jobs::{self, Cell, Job, Jobs, path, selection};
use crate::name::Name;
use crate::schema::kinds::{Owner, Stage};
use crate::schema::values::{Host, Local, Text, Trigger, Types};
use crate::schema::{Decl, Id, Plan};
use crate::targets::{ci, github_actions, gitlab_ci};

/// A row of the life-cycle table.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The fragment of the stage's section.
    anchor: String,
    stage: String,
    runner: String,
    local_environment: String,
    local_command: Vec<String>,
    ci_environment: String,
    ci_command: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct StageSection {
    #[serde(flatten)]
    named: Named,
    facts: Vec<(&'static str, String)>,
    gates: Vec<(String, String, String)>,
    jobs: Vec<JobRow>,
}

#[derive(Debug, Serialize)]
pub struct JobRow {
    suite: String,
    types: String,
    environment: String,
    owner: String,
    needs: String,
    duration: String,
    timeout: String,
    command: String,
}

/// A row of the seed's table: how a stage is run here, and how in CI.
pub fn row(jobs: &Jobs<'_>, id: Id<Stage>) -> Row {
    let plan: &Plan = jobs.plan;
    let stage = &plan.stages[id];
    let of_stage: Vec<&Job> = jobs.of_stage(id).collect();
    let tools = of_stage
        .iter()
        .filter_map(|j| plan.suites[j.suite].tool)
        .map(|t| &plan.tools[t.id]);
    let mut local_commands: Vec<String> = Vec::new();
    let mut unavailable: Vec<String> = Vec::new();
    for job in &of_stage {
        let environment = &plan.environments[job.environment];
        match &environment.local {
            Some(Local::Host) => {
                let line = job.lines().join(" && ");
                if !local_commands.contains(&line) {
                    local_commands.push(line);
                }
            }
            Some(Local::Unavailable(why)) => {
                let why = format!("{} not locally: {why}", environment.head.title);
                if !unavailable.contains(&why) {
                    unavailable.push(why);
                }
            }
            None => {
                let what =
                    open(&environment.head, "local").unwrap_or_else(|| "not said".to_owned());
                let why = format!("{}: {what}", environment.head.title);
                if !unavailable.contains(&why) {
                    unavailable.push(why);
                }
            }
        }
    }
    let mut local: Vec<String> = Vec::new();
    if !local_commands.is_empty() {
        local.push("Host".to_owned());
    }
    local.append(&mut unavailable);
    let waiting = || open(&stage.head, "types").unwrap_or_else(|| "–".to_owned());
    // What git runs on the machine of whoever commits is run once more where it cannot be skipped.
    let ci = match stage.host {
        Some(Host::Git) => repeated_in(jobs, id).unwrap_or(id),
        _ => id,
    };
    let ci_stage = &plan.stages[ci];
    let ci_command = match ci_stage.host {
        Some(Host::GitHub) if !of_stage.is_empty() => vec![github_actions::path(jobs, ci)],
        Some(Host::GitLab) if !of_stage.is_empty() => vec![gitlab_ci::path(jobs, ci)],
        _ => {
            let mut lines: Vec<String> = Vec::new();
            for job in &of_stage {
                let line = job.lines().join(" && ");
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
            lines
        }
    };
    let environments = titles(of_stage.iter().map(|j| &plan.environments[j.environment]));
    let mut host = or_open(
        &stage.head,
        "host",
        ci_stage.host.map(|h| h.title().to_owned()),
    );
    if ci != id {
        host = format!("{host}, with {}", ci_stage.head.title);
    }
    Row {
        anchor: anchor(&stage.head.title),
        stage: stage.head.title.clone(),
        runner: if of_stage.is_empty() {
            waiting()
        } else {
            titles(tools)
        },
        local_environment: if local.is_empty() {
            waiting()
        } else {
            local.join("; ")
        },
        local_command: local_commands,
        ci_environment: if environments.is_empty() {
            host
        } else {
            format!("{host}: {environments}")
        },
        ci_command,
    }
}

/// An owner, with how to reach them.
fn owner(plan: &Plan, id: Id<Owner>) -> String {
    let owner = &plan.owners[id];
    match &owner.contact {
        Some(contact) => format!("{} ({contact})", owner.head.title),
        None => owner.head.title.clone(),
    }
}

/// The fragment that a heading `Stage: …` gets: lower case, words joined by `-`, no punctuation.
fn anchor(title: &str) -> String {
    let heading = format!("stage {title}").to_lowercase();
    heading
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// The first stage on a CI host in which every suite of this one runs too.
pub fn repeated_in(jobs: &Jobs<'_>, stage: Id<Stage>) -> Option<Id<Stage>> {
    jobs.stages.iter().copied().find(|other| {
        let on_ci = matches!(
            jobs.plan.stages[*other].host,
            Some(Host::GitHub | Host::GitLab)
        );
        on_ci
            && jobs
                .of_stage(stage)
                .all(|job| jobs.of_stage(*other).any(|j| j.suite == job.suite))
    })
}

pub fn stage(jobs: &Jobs<'_>, id: Id<Stage>) -> StageSection {
    let plan: &Plan = jobs.plan;
    let stage = &plan.stages[id];
    let head = &stage.head;
    let mut facts = Vec::new();
    fact(
        &mut facts,
        head,
        "host",
        "Runs on",
        stage.host.map(|h| h.title().to_owned()),
    );
    let triggers = stage.trigger.iter();
    let triggers: Vec<String> = triggers.map(|t| trigger_of(stage, &t.value)).collect();
    fact(
        &mut facts,
        head,
        "trigger",
        "Started by",
        Some(triggers.join("; ")),
    );
    let after = stage.after.map(|a| plan.stages[a.id].head.title.clone());
    fact(&mut facts, head, "after", "Comes after", after);
    let types = match &stage.types {
        Types::Any => head.open("types").is_none().then(|| "any".to_owned()),
        Types::These(types) => Some(titles(types.iter().map(|t| &plan.types[t.id]))),
    };
    fact(&mut facts, head, "types", "Types of test", types);
    let selects = stage.selects.as_ref();
    let selects = selects.map(|s| selection::text_as_written(plan, &s.node));
    fact(&mut facts, head, "selects", "Promises the tests", selects);
    let when = stage.when.as_ref().map(|w| words::condition(plan, w));
    fact(&mut facts, head, "when", "Only if", when);
    let approval = stage.approval.map(|a| {
        let approval = &plan.approvals[a.id];
        let by = or_open(
            &approval.head,
            "by",
            approval.by.as_ref().map(ToString::to_string),
        );
        format!("{by} ({})", approval.head.title)
    });
    fact(&mut facts, head, "approval", "Approved by", approval);
    let timeout = stage.timeout.map(|d| d.value.to_string());
    fact(&mut facts, head, "timeout", "Jobs stopped after", timeout);
    let retries = stage.retries.map(suites::retries_of_a_stage);
    fact(
        &mut facts,
        head,
        "retries",
        "Failed tests run again",
        retries,
    );
    let budget = stage.budget.map(|b| b.value.to_string());
    fact(
        &mut facts,
        head,
        "budget",
        "Budget of the critical path",
        budget,
    );
    let hours = stage.gpu_budget.map(|b| b.value.to_string());
    fact(&mut facts, head, "gpu_budget", "Budget of GPU time", hours);
    facts.extend(expected(jobs, id));
    let failure = stage.on_failure.as_ref().map(|f| words::failure(plan, f));
    fact(&mut facts, head, "on_failure", "A failure", failure);
    let gates = jobs
        .gates_of(id)
        .map(|(gate, declared)| {
            let judged = jobs.judged_by(gate);
            let named = |decides: bool| {
                let jobs = judged.iter().filter(move |(_, d)| *d == decides);
                let titles: Vec<&str> = jobs.map(|(j, _)| j.title.as_str()).collect();
                titles.join(", ")
            };
            let mut text = named(true);
            let shown = named(false);
            if !shown.is_empty() {
                text = format!("{text}; shown, without deciding: {shown}");
            }
            (
                declared.head.title.clone(),
                declared.status.to_string(),
                text,
            )
        })
        .collect();
    let jobs = jobs.of_stage(id).map(|job| job_row(plan, job)).collect();
    StageSection {
        named: Named::of(head),
        facts,
        gates,
        jobs,
    }
}

/// What a run is expected to take: its critical path, GPU time, money, and machines at once.
fn expected(jobs: &Jobs<'_>, id: Id<Stage>) -> Vec<(&'static str, String)> {
    let plan: &Plan = jobs.plan;
    let cells: Vec<Cell> = jobs
        .of_stage(id)
        .filter(|job| job.shard.is_none_or(|shard| shard.number == 1))
        .map(|job| job.cell.clone())
        .collect();
    let mut facts = Vec::new();
    let longest = path::expected(plan, cells.iter(), &jobs.builds, id);
    if longest.total.millis > 0 {
        let steps: Vec<String> = longest
            .steps
            .iter()
            .map(|step| format!("{} {}", step.name, step.duration))
            .collect();
        let through = steps.join(", then ");
        facts.push(("Critical path", format!("{} ({through})", longest.total)));
    }
    let gpus = path::gpu_time(plan, cells.iter());
    if gpus.millis > 0 {
        facts.push(("GPU time of a run", gpus.to_string()));
    }
    let costs = costs(plan, &cells);
    if !costs.is_empty() {
        facts.push(("Cost of a run", costs));
    }
    // Only where the plan says how many machines there are.
    let here: Vec<&Job> = jobs.of_stage(id).collect();
    let asked: Vec<String> = loads(jobs, id, &here)
        .into_iter()
        .filter_map(|(runner, at_once)| {
            let declared = &plan.runners[runner];
            let most = declared.max_parallel?.value.0;
            let waiting = match u32::try_from(at_once)
                .unwrap_or(u32::MAX)
                .saturating_sub(most)
            {
                0 => String::new(),
                n => format!(", so {n} wait"),
            };
            let title = &declared.head.title;
            Some(format!(
                "up to {at_once} at once of {title}, which runs {most}{waiting}"
            ))
        })
        .collect();
    if !asked.is_empty() {
        facts.push(("Jobs for a runner", asked.join("; ")));
    }
    facts
}

/// What the jobs cost together, by what they are expected to take and what an hour costs where they
/// run. Nothing where no job says both.
fn costs(plan: &Plan, cells: &[Cell]) -> String {
    let mut sums: Vec<(Name, f64)> = Vec::new();
    for cell in cells {
        let (Some(price), Some(takes)) = (
            plan.environments[cell.environment].cost,
            jobs::duration(plan, cell),
        ) else {
            continue;
        };
        let seconds = u32::try_from(takes.value.whole_seconds()).unwrap_or(u32::MAX);
        let cost = price.amount * f64::from(seconds) / 3600.0;
        match sums.iter_mut().find(|(of, _)| *of == price.currency) {
            Some((_, sum)) => *sum += cost,
            None => sums.push((price.currency, cost)),
        }
    }
    let written: Vec<String> = sums
        .iter()
        .filter(|(_, sum)| *sum > 0.0)
        .map(|(currency, sum)| format!("{sum:.2} {currency}"))
        .collect();
    written.join(" and ")
}

/// The environment of a job, and what tells it from the others of its suite there.
fn place(suite: &str, job: &Job) -> String {
    job.title
        .strip_prefix(suite)
        .and_then(|inside| inside.strip_prefix(" (")?.strip_suffix(')'))
        .unwrap_or_default()
        .to_owned()
}

pub fn job_row(plan: &Plan, job: &Job) -> JobRow {
    let suite = &plan.suites[job.suite];
    JobRow {
        suite: suite.head.title.clone(),
        types: titles(suite.types.iter().map(|t| &plan.types[t.id])),
        environment: place(&suite.head.title, job),
        owner: or_open(&suite.head, "owner", suite.owner.map(|o| owner(plan, o.id))),
        needs: some(titles(job.services.iter().map(|s| &plan.services[*s]))),
        duration: or_open(
            &suite.head,
            "duration",
            jobs::duration(plan, job).map(|d| d.value.to_string()),
        ),
        timeout: match plan.stages[job.stage].host {
            // Git stops nothing.
            Some(Host::Git) => "–".to_owned(),
            _ => job.timeout.to_string(),
        },
        command: job.lines().join(" && "),
    }
}

/// A trigger of a stage, and what must be set up for it at its host.
fn trigger_of(stage: &Decl<Stage>, one: &Trigger) -> String {
    match (stage.host, one) {
        // No file can hold it there.
        (Some(Host::GitLab), Trigger::Schedule { .. }) => format!(
            "{}, by a schedule in the settings of the project, with {} = {}",
            trigger(one),
            gitlab_ci::STAGE,
            stage.head.name()
        ),
        _ => trigger(one),
    }
}

pub fn trigger(trigger: &Trigger) -> String {
    let quoted = |texts: &[Text]| {
        texts
            .iter()
            .map(|t| t.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    match trigger {
        Trigger::Commit => "a commit".to_owned(),
        Trigger::PullRequest { branches } if branches.is_empty() => "a pull request".to_owned(),
        Trigger::PullRequest { branches } => format!("a pull request to {}", quoted(branches)),
        Trigger::MergeGroup => "the merge queue".to_owned(),
        Trigger::Push { branches, tags } => match (branches.is_empty(), tags.is_empty()) {
            (true, true) => "a push".to_owned(),
            (false, true) => format!("a push to {}", quoted(branches)),
            (true, false) => format!("a tag {}", quoted(tags)),
            (false, false) => format!("a push to {} or a tag {}", quoted(branches), quoted(tags)),
        },
        Trigger::Schedule { cron, timezone } => {
            let zone = timezone.as_ref().map_or("UTC", |z| z.as_str());
            format!("the clock: {} ({zone})", ci::in_words(cron))
        }
        Trigger::Dispatch { .. } => "somebody who asks for it".to_owned(),
    }
}
