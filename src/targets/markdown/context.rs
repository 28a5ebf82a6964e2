//! What the template is given: the plan as texts, in the order of the document.

use serde::Serialize;

use super::diagram;
use crate::checks::covering;
use crate::jobs::{Job, Jobs, command, selection};
use crate::schema::kinds::{Environment, Runner, Stage, TestType};
use crate::schema::values::{
    Bound, Host, Layout, Local, Measure, Text, ThresholdCheck, Trigger, Types,
};
use crate::schema::{Decl, Head, Id, KindId, Plan};
use crate::targets::github_actions;

/// Something with a title and words of its own.
#[derive(Debug, Serialize)]
struct Named {
    name: String,
    title: String,
    doc: String,
}

impl Named {
    fn of(head: &Head) -> Self {
        Self { name: head.name().to_owned(), title: head.title.clone(), doc: head.doc.clone() }
    }
}

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Document {
    plan: Named,
    intro: String,
    facts: Vec<(&'static str, String)>,
    diagram: String,
    life_cycle: Vec<Row>,
    stages: Vec<StageSection>,
    types: Vec<TypeSection>,
    groups: Vec<GroupSection>,
    markers: Vec<(String, String)>,
    environments: Vec<Vec<String>>,
    services: Vec<Vec<String>>,
    runners: Vec<Vec<String>>,
    areas: Vec<AreaSection>,
    thresholds: Vec<ThresholdSection>,
    hooks: Vec<Vec<String>>,
    exceptions: Vec<Vec<String>>,
    phases: Vec<PhaseSection>,
    questions: Vec<(String, String)>,
}

/// A row of the life-cycle table.
#[derive(Debug, Serialize)]
struct Row {
    stage: String,
    runner: String,
    local_environment: String,
    local_command: Vec<String>,
    ci_environment: String,
    ci_command: Vec<String>,
}

#[derive(Debug, Serialize)]
struct StageSection {
    #[serde(flatten)]
    named: Named,
    facts: Vec<(&'static str, String)>,
    gates: Vec<(String, String)>,
    jobs: Vec<JobRow>,
}

#[derive(Debug, Serialize)]
struct JobRow {
    suite: String,
    types: String,
    environment: String,
    needs: String,
    duration: String,
    timeout: String,
    command: String,
}

#[derive(Debug, Serialize)]
struct TypeSection {
    #[serde(flatten)]
    named: Named,
    facts: Vec<(&'static str, String)>,
}

#[derive(Debug, Serialize)]
struct GroupSection {
    #[serde(flatten)]
    named: Named,
    arity: &'static str,
    default: String,
    markers: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct AreaSection {
    #[serde(flatten)]
    named: Named,
    features: Vec<FeatureRow>,
    coverage: Vec<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct FeatureRow {
    depth: usize,
    title: String,
    doc: String,
    suites: String,
    requires: String,
}

#[derive(Debug, Serialize)]
struct ThresholdSection {
    #[serde(flatten)]
    named: Named,
    facts: Vec<(&'static str, String)>,
    checks: Vec<String>,
}

#[derive(Debug, Serialize)]
struct PhaseSection {
    #[serde(flatten)]
    named: Named,
    facts: Vec<(&'static str, String)>,
}

impl Document {
    /// The document of these jobs.
    pub fn of(jobs: &Jobs<'_>) -> Self {
        let plan: &Plan = jobs.plan;
        let info = plan.plans.iter().next().map(|(_, p)| p);
        Self {
            plan: info.map_or_else(|| Named::of(&Head::default()), |p| Named::of(&p.head)),
            intro: plan.intro.clone(),
            facts: info.map(|p| plan_facts(p)).unwrap_or_default(),
            diagram: diagram::life_cycle(jobs),
            life_cycle: jobs.stages.iter().map(|id| row(jobs, *id)).collect(),
            stages: jobs.stages.iter().map(|id| stage(jobs, *id)).collect(),
            types: plan.types.iter().map(|(_, t)| test_type(plan, t)).collect(),
            groups: plan.marker_groups.iter().map(|(_, g)| group(plan, g)).collect(),
            markers: markers_outside_groups(plan),
            environments: plan.environments.iter().map(|(_, e)| environment(plan, e)).collect(),
            services: services(plan),
            runners: plan.runners.iter().map(|(_, r)| runner(r)).collect(),
            areas: areas(plan),
            thresholds: thresholds(plan),
            hooks: hooks(plan),
            exceptions: exceptions(plan),
            phases: phases(plan),
            questions: questions(plan),
        }
    }
}

/// A fact of a declaration: its value, else its open question, else nothing.
fn fact(
    facts: &mut Vec<(&'static str, String)>,
    head: &Head,
    field: &str,
    label: &'static str,
    value: Option<String>,
) {
    let value = value.filter(|v| !v.is_empty()).or_else(|| open(head, field));
    facts.extend(value.map(|v| (label, v)));
}

/// The open question of a field, as it is shown in place of its value.
fn open(head: &Head, field: &str) -> Option<String> {
    head.open(field).map(|q| format!("open: {}", q.text))
}

/// A value, else its open question, else a dash.
fn or_open(head: &Head, field: &str, value: Option<String>) -> String {
    value.or_else(|| open(head, field)).unwrap_or_else(|| "–".to_owned())
}

fn texts(texts: &[Text]) -> Option<String> {
    (!texts.is_empty()).then(|| texts.iter().map(|t| t.as_str()).collect::<Vec<_>>().join(", "))
}

fn plan_facts(plan: &Decl<crate::schema::kinds::PlanInfo>) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let head = &plan.head;
    let text = |t: &Option<Text>| t.as_ref().map(ToString::to_string);
    fact(&mut facts, head, "status", "Status", text(&plan.status));
    fact(&mut facts, head, "repository", "Repository", text(&plan.repository));
    fact(&mut facts, head, "authors", "Authors", texts(&plan.authors));
    fact(&mut facts, head, "sponsor", "Sponsor", text(&plan.sponsor));
    fact(&mut facts, head, "reviewers", "Required reviewers", texts(&plan.reviewers));
    fact(&mut facts, head, "review", "Review date", plan.review.map(|d| d.to_string()));
    facts
}

fn titles<'a, T: 'a>(items: impl Iterator<Item = &'a Decl<T>>) -> String {
    let mut titles: Vec<&str> = Vec::new();
    for item in items {
        if !titles.contains(&item.head.title.as_str()) {
            titles.push(&item.head.title);
        }
    }
    titles.join(", ")
}

/// A row of the seed's table: how a stage is run here, and how in CI.
fn row(jobs: &Jobs<'_>, id: Id<Stage>) -> Row {
    let plan: &Plan = jobs.plan;
    let stage = &plan.stages[id];
    let of_stage: Vec<&Job> = jobs.of_stage(id).collect();
    let tools = of_stage.iter().filter_map(|j| plan.suites[j.suite].tool).map(|t| &plan.tools[t.id]);
    let mut local_commands: Vec<String> = Vec::new();
    let mut unavailable: Vec<String> = Vec::new();
    for job in &of_stage {
        let environment = &plan.environments[job.environment];
        match &environment.local {
            Some(Local::Host) => {
                let line = command::shell(&job.command);
                if !local_commands.contains(&line) {
                    local_commands.push(line);
                }
            }
            Some(Local::Unavailable(why)) => {
                let why = format!("{}: not on one machine ({why})", environment.head.title);
                if !unavailable.contains(&why) {
                    unavailable.push(why);
                }
            }
            None => {
                let what = open(&environment.head, "local").unwrap_or_else(|| "not said".to_owned());
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
    let ci_command = match stage.host {
        Some(Host::GitHub) if !of_stage.is_empty() => vec![github_actions::path(jobs, id)],
        _ => {
            let mut lines: Vec<String> = Vec::new();
            for job in &of_stage {
                let line = command::shell(&job.command);
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
            lines
        }
    };
    let environments = titles(of_stage.iter().map(|j| &plan.environments[j.environment]));
    let host = or_open(&stage.head, "host", stage.host.map(|h| h.title().to_owned()));
    Row {
        stage: stage.head.title.clone(),
        runner: if of_stage.is_empty() { waiting() } else { tools_text(tools) },
        local_environment: if local.is_empty() { waiting() } else { local.join("; ") },
        local_command: local_commands,
        ci_environment: if environments.is_empty() { host } else { format!("{host}: {environments}") },
        ci_command,
    }
}

/// Tools by title; one that is declared without a title by what it is.
fn tools_text<'a>(tools: impl Iterator<Item = &'a Decl<crate::schema::kinds::Tool>>) -> String {
    titles(tools)
}

fn stage(jobs: &Jobs<'_>, id: Id<Stage>) -> StageSection {
    let plan: &Plan = jobs.plan;
    let stage = &plan.stages[id];
    let head = &stage.head;
    let mut facts = Vec::new();
    fact(&mut facts, head, "host", "Runs on", stage.host.map(|h| h.title().to_owned()));
    let triggers: Vec<String> = stage.trigger.iter().map(|t| trigger(&t.value)).collect();
    fact(&mut facts, head, "trigger", "Started by", Some(triggers.join("; ")));
    let after = stage.after.map(|a| plan.stages[a.id].head.title.clone());
    fact(&mut facts, head, "after", "Comes after", after);
    let types = match &stage.types {
        Types::Any => head.open("types").is_none().then(|| "any".to_owned()),
        Types::These(types) => Some(titles(types.iter().map(|t| &plan.types[t.id]))),
    };
    fact(&mut facts, head, "types", "Types of test", types);
    let budget = stage.budget.map(|b| b.value.to_string());
    fact(&mut facts, head, "budget", "Budget of the critical path", budget);
    let failure = stage.on_failure.map(|f| f.title().to_owned());
    fact(&mut facts, head, "on_failure", "A failure", failure);
    let gates = jobs
        .gates_of(id)
        .map(|(gate, declared)| {
            let judged = jobs.judged_by(gate);
            let required: Vec<&str> =
                judged.iter().filter(|(_, d)| *d).map(|(j, _)| j.title.as_str()).collect();
            (declared.status.to_string(), required.join(", "))
        })
        .collect();
    let jobs = jobs.of_stage(id).map(|job| job_row(plan, job)).collect();
    StageSection { named: Named::of(head), facts, gates, jobs }
}

fn job_row(plan: &Plan, job: &Job) -> JobRow {
    let suite = &plan.suites[job.suite];
    JobRow {
        suite: suite.head.title.clone(),
        types: titles(suite.types.iter().map(|t| &plan.types[t.id])),
        environment: plan.environments[job.environment].head.title.clone(),
        needs: titles(job.services.iter().map(|s| &plan.services[*s])),
        duration: or_open(&suite.head, "duration", suite.duration.map(|d| d.value.to_string())),
        timeout: job.timeout.to_string(),
        command: command::shell(&job.command),
    }
}

fn trigger(trigger: &Trigger) -> String {
    let quoted = |texts: &[Text]| {
        texts.iter().map(|t| t.as_str()).collect::<Vec<_>>().join(", ")
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
            format!("the clock: {} ({zone})", github_actions::in_words(cron))
        }
        Trigger::Dispatch => "hand".to_owned(),
    }
}

fn test_type(plan: &Plan, test_type: &Decl<TestType>) -> TypeSection {
    let head = &test_type.head;
    let mut facts = Vec::new();
    let wider = test_type.part_of.map(|w| plan.types[w.id].head.title.clone());
    fact(&mut facts, head, "part_of", "A kind of", wider);
    let isolation = test_type.isolation.map(|i| i.title().to_owned());
    fact(&mut facts, head, "isolation", "Isolation", isolation);
    let layout = test_type.layout.as_ref().map(|layout| match layout {
        Layout::Adjacent => "beside the code they test".to_owned(),
        Layout::Under(folder) => format!("under {folder}"),
        Layout::Mirrors { folder, of } => format!("under {folder}, in the folders of {of}"),
    });
    fact(&mut facts, head, "layout", "Tests live", layout);
    let limits: Vec<String> = test_type
        .limit
        .iter()
        .map(|l| match l.at {
            Some(stage) => format!("{} at {}", l.duration, plan.stages[stage.id].head.title),
            None => format!("{} for each suite", l.duration),
        })
        .collect();
    fact(&mut facts, head, "limit", "May take", Some(limits.join(", ")));
    let selects = test_type.selects.as_ref().map(|s| selection::text(plan, &s.node));
    fact(&mut facts, head, "selects", "Selected by", selects);
    TypeSection { named: Named::of(head), facts }
}

fn group(plan: &Plan, group: &Decl<crate::schema::kinds::MarkerGroup>) -> GroupSection {
    GroupSection {
        named: Named::of(&group.head),
        arity: group.arity.title(),
        default: group.default.map_or("", |d| plan.markers.name(d.id).as_str()).to_owned(),
        markers: group.markers.markers.iter().filter_map(|m| marker(plan, m.id)).collect(),
    }
}

fn marker(plan: &Plan, id: crate::schema::values::MarkerId) -> Option<(String, String)> {
    let info = plan.markers.info(id)?;
    Some((plan.markers.name(id).to_string(), crate::targets::pytest::description(plan, id, info)))
}

fn markers_outside_groups(plan: &Plan) -> Vec<(String, String)> {
    plan.markers
        .iter()
        .filter(|(_, _, info)| info.group.is_none())
        .filter_map(|(id, _, _)| marker(plan, id))
        .collect()
}

fn environment(plan: &Plan, environment: &Decl<Environment>) -> Vec<String> {
    let head = &environment.head;
    let number = |field, n: Option<u32>| or_open(head, field, n.map(|n| n.to_string()));
    let visibility = environment.visibility.map(|v| v.value.title().to_owned());
    let runner = environment.runner.map(|r| plan.runners[r.id].head.title.clone());
    let takes = environment.takes.as_ref().map(|t| selection::text(plan, &t.node));
    let local = environment.local.as_ref().map(|l| match l {
        Local::Host => "host".to_owned(),
        Local::Unavailable(why) => format!("no: {why}"),
    });
    vec![
        head.title.clone(),
        one_line(&head.doc),
        or_open(head, "takes", takes.or_else(|| head.open("takes").is_none().then(|| "all".to_owned()))),
        format!("{} {}", environment.os.title(), environment.arch.title()),
        number("nodes", environment.nodes),
        number("gpus", environment.gpus),
        or_open(head, "visibility", visibility),
        or_open(head, "cost", environment.cost.map(|c| c.to_string())),
        or_open(head, "runner", runner),
        or_open(head, "local", local),
    ]
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn services(plan: &Plan) -> Vec<Vec<String>> {
    plan.services
        .iter()
        .map(|(_, service)| {
            let image = service.image.as_ref().map(|i| i.tag().to_owned());
            let start = image.or_else(|| service.command.as_ref().map(|c| command::shell(&c.words)));
            vec![
                service.head.title.clone(),
                selection::service_marker(service.head.name()).to_string(),
                or_open(&service.head, "image", start),
                service.port.map(|p| p.value.to_string()).unwrap_or_default(),
                service.ready_within.to_string(),
                one_line(&service.head.doc),
            ]
        })
        .collect()
}

fn runner(runner: &Decl<Runner>) -> Vec<String> {
    vec![
        runner.head.title.clone(),
        or_open(&runner.head, "labels", texts(&runner.labels)),
        or_open(&runner.head, "group", runner.group.as_ref().map(ToString::to_string)),
        one_line(&runner.head.doc),
    ]
}

/// The coverage areas, and behind them what belongs to none.
fn areas(plan: &Plan) -> Vec<AreaSection> {
    let mut sections: Vec<AreaSection> = plan
        .areas
        .iter()
        .map(|(id, area)| AreaSection {
            named: Named::of(&area.head),
            features: features(plan, Some(id)),
            coverage: coverage(plan, Some(id)),
        })
        .collect();
    let (features, coverage) = (features(plan, None), coverage(plan, None));
    if !features.is_empty() || !coverage.is_empty() {
        let named =
            Named { name: String::new(), title: "Other coverage".to_owned(), doc: String::new() };
        sections.push(AreaSection { named, features, coverage });
    }
    sections
}

fn features(plan: &Plan, area: Option<Id<crate::schema::kinds::Area>>) -> Vec<FeatureRow> {
    plan.features
        .iter()
        .filter(|(id, _)| {
            // A nested feature is where the outermost one around it is.
            let mut at = *id;
            while let Some(parent) = plan.features[at].head.parent {
                at = Id::new(parent);
            }
            plan.features[at].area.map(|a| a.id) == area
        })
        .map(|(id, feature)| {
            let requires: Vec<String> = feature
                .requires
                .iter()
                .map(|r| {
                    let test_type = &plan.types[r.test_type.id].head.title;
                    format!("{test_type} at {}", plan.stages[r.stage.id].head.title)
                })
                .collect();
            FeatureRow {
                depth: feature.head.name().matches('/').count(),
                title: feature.head.title.clone(),
                doc: one_line(&feature.head.doc),
                suites: titles(covering(plan, id).into_iter()),
                requires: or_open(
                    &feature.head,
                    "requires",
                    (!requires.is_empty()).then(|| requires.join(", ")),
                ),
            }
        })
        .collect()
}

fn coverage(plan: &Plan, area: Option<Id<crate::schema::kinds::Area>>) -> Vec<Vec<String>> {
    plan.coverages
        .iter()
        .filter(|(_, c)| c.area.map(|a| a.id) == area)
        .map(|(_, c)| {
            let head = &c.head;
            let language = c.language.map(|l| plan.languages[l.id].head.title.clone());
            let tool = c.tool.map(|t| {
                let tool = &plan.tools[t.id];
                match &tool.link {
                    Some(link) => format!("{} ({link})", tool.head.title),
                    None => tool.head.title.clone(),
                }
            });
            vec![
                or_open(head, "language", language),
                or_open(head, "tool", tool),
                titles(c.of.iter().map(|s| &plan.suites[s.id])),
                titles(c.stages.iter().map(|s| &plan.stages[s.id])),
                or_open(head, "minimum", c.minimum.map(|m| m.to_string())),
                (if c.gating { "fails the job" } else { "recorded" }).to_owned(),
            ]
        })
        .collect()
}

fn thresholds(plan: &Plan) -> Vec<ThresholdSection> {
    plan.thresholds
        .iter()
        .map(|(_, threshold)| {
            let head = &threshold.head;
            let mut facts = Vec::new();
            let metric = threshold.metric.map(|m| {
                let metric = &plan.metrics[m.id];
                let unit = metric.unit.as_deref().unwrap_or_default();
                let better = metric.better.map_or("", |b| b.title());
                format!("{} ({unit}, {better})", metric.head.title)
            });
            fact(&mut facts, head, "metric", "Metric", metric);
            let of = threshold.of.map(|of| {
                let mut text = plan.suites[of.suite].head.title.clone();
                if let Some(environment) = of.environment {
                    text = format!("{text}, {}", plan.environments[environment].head.title);
                }
                if let Some(stage) = of.stage {
                    text = format!("{text}, {}", plan.stages[stage].head.title);
                }
                text
            });
            fact(&mut facts, head, "of", "Measured in", of);
            let history = threshold.history.as_ref().map(ToString::to_string);
            fact(&mut facts, head, "history", "Earlier results", history);
            let checks = threshold.checks.iter().map(|c| bar(&c.value)).collect();
            ThresholdSection { named: Named::of(head), facts, checks }
        })
        .collect()
}

fn bar(check: &ThresholdCheck) -> String {
    let statistic = check.measure.statistic().title();
    let operator = check.operator.text();
    match (&check.measure, &check.bound) {
        (Measure::Value(_), Bound::Absolute { value, unit, .. }) => {
            let unit = unit.map_or("", |u| u.as_str());
            format!("{statistic} {operator} {value} {unit}")
        }
        (_, Bound::Relative { percent, baseline }) => {
            let baseline = baseline.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{statistic}: regression {operator} {percent} since {baseline}")
        }
        (Measure::Regression(_), Bound::Absolute { value, .. }) => {
            format!("{statistic}: regression {operator} {value}")
        }
    }
}

fn hooks(plan: &Plan) -> Vec<Vec<String>> {
    plan.hooks
        .iter()
        .map(|(_, hook)| {
            let language = hook.language.map(|l| plan.languages[l.id].head.title.clone());
            let source = match (&hook.repo, &hook.rev, &hook.entry) {
                (Some(repo), Some(rev), _) => format!("{repo} at {rev}"),
                (Some(repo), None, _) => repo.to_string(),
                (None, _, Some(entry)) => command::shell(&entry.words),
                (None, _, None) => or_open(&hook.head, "entry", None),
            };
            vec![
                hook.head.title.clone(),
                hook.role.map_or("", |r| r.title()).to_owned(),
                language.unwrap_or_else(|| "all".to_owned()),
                hook.git_stage.title().to_owned(),
                source,
            ]
        })
        .collect()
}

fn exceptions(plan: &Plan) -> Vec<Vec<String>> {
    plan.exceptions
        .iter()
        .map(|(_, e)| {
            let head = &e.head;
            let paths: Vec<&str> = e.paths.iter().map(|g| g.as_str()).collect();
            let from: Vec<&str> = e.from.iter().map(|r| r.title()).collect();
            vec![
                head.title.clone(),
                or_open(head, "paths", (!paths.is_empty()).then(|| paths.join(" "))),
                e.kind.map_or("", |k| k.title()).to_owned(),
                from.join(", "),
                or_open(head, "because", e.because.as_ref().map(ToString::to_string)),
                or_open(head, "owner", e.owner.map(|o| plan.owners[o.id].head.title.clone())),
                or_open(head, "expires", e.expires.map(|d| d.value.to_string())),
            ]
        })
        .collect()
}

fn phases(plan: &Plan) -> Vec<PhaseSection> {
    plan.phases
        .iter()
        .map(|(_, phase)| {
            let head = &phase.head;
            let names = |refs: &[crate::schema::values::AnyRef]| {
                let titles: Vec<String> = refs
                    .iter()
                    .map(|r| format!("{} ({})", plan.head(r.kind, r.index).title, r.kind.schema().name))
                    .collect();
                (!titles.is_empty()).then(|| titles.join(", "))
            };
            let mut facts = Vec::new();
            let release = phase.release.as_ref().map(ToString::to_string);
            fact(&mut facts, head, "release", "Release", release);
            fact(&mut facts, head, "supports", "Supports", names(&phase.supports));
            let missing = names(&phase.not_supported);
            fact(&mut facts, head, "not_supported", "Not supported", missing);
            let effort = phase.effort.as_ref().map(ToString::to_string);
            fact(&mut facts, head, "effort", "Effort", effort);
            fact(&mut facts, head, "work_items", "Work items", texts(&phase.work_items));
            PhaseSection { named: Named::of(head), facts }
        })
        .collect()
}

fn questions(plan: &Plan) -> Vec<(String, String)> {
    let mut questions: Vec<(u32, String, String)> = plan
        .heads()
        .flat_map(|(kind, head)| head.open.iter().map(move |q| (kind, head, q)))
        .map(|(kind, head, question)| {
            (question.span.start, subject(kind, head, question.field), question.text.clone())
        })
        .collect();
    questions.sort();
    questions.into_iter().map(|(_, subject, text)| (subject, text)).collect()
}

fn subject(kind: KindId, head: &Head, field: &str) -> String {
    format!("{} {}, {}", kind.schema().name, head.title, field.replace('_', " "))
}
