//! What the template is given: the plan as texts, in the order of the document.

mod coverage;
mod hooks;
mod life_cycle;
mod places;
mod records;
mod suites;
mod types;
mod words;

use serde::Serialize;

use super::diagram;
use crate::jobs::Jobs;
use crate::schema::kinds::PlanInfo;
use crate::schema::values::{Text, Unclaimed};
use crate::schema::{Decl, Head, KindId, Plan};
use coverage::{AreaSection, ThresholdSection};
use hooks::PhaseSection;
use life_cycle::{Row, StageSection};
use suites::{AxisSection, BuildSection, SuiteSection};
use types::{GroupSection, TypeSection};

/// Something with a title and words of its own.
#[derive(Debug, Serialize)]
struct Named {
    name: String,
    title: String,
    doc: String,
}

impl Named {
    fn of(head: &Head) -> Self {
        Self {
            name: head.name().to_owned(),
            title: head.title.clone(),
            doc: head.doc.clone(),
        }
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
    suites: Vec<SuiteSection>,
    axes: Vec<AxisSection>,
    builds: Vec<BuildSection>,
    artifacts: Vec<Vec<String>>,
    caches: Vec<Vec<String>>,
    files: Vec<Vec<String>>,
    unclaimed: &'static str,
    at_the_host: Vec<Vec<String>>,
    approvals: Vec<Vec<String>>,
    accepts: Vec<Vec<String>>,
    quarantines: Vec<Vec<String>>,
    weakenings: Vec<Vec<String>>,
    types: Vec<TypeSection>,
    groups: Vec<GroupSection>,
    markers: Vec<(String, String)>,
    environments: Vec<Vec<String>>,
    cleanups: Vec<(String, String)>,
    services: Vec<Vec<String>>,
    runners: Vec<Vec<String>>,
    languages: Vec<Vec<String>>,
    areas: Vec<AreaSection>,
    thresholds: Vec<ThresholdSection>,
    hooks: Vec<Vec<String>>,
    exceptions: Vec<Vec<String>>,
    phases: Vec<PhaseSection>,
    questions: Vec<(String, String)>,
}

impl Document {
    /// The document of these jobs.
    pub fn of(jobs: &Jobs<'_>) -> Self {
        let plan: &Plan = jobs.plan;
        let info = plan.plans.iter().next().map(|(_, p)| p);
        Self {
            plan: info.map_or_else(|| Named::of(&Head::default()), |p| Named::of(&p.head)),
            intro: plan.intro.clone(),
            facts: info.map(plan_facts).unwrap_or_default(),
            diagram: diagram::life_cycle(jobs),
            life_cycle: jobs
                .stages
                .iter()
                .map(|id| life_cycle::row(jobs, *id))
                .collect(),
            stages: jobs
                .stages
                .iter()
                .map(|id| life_cycle::stage(jobs, *id))
                .collect(),
            suites: suites::suites(plan),
            axes: suites::axes(plan),
            builds: suites::builds(plan),
            artifacts: suites::artifacts(plan),
            caches: suites::caches(jobs),
            files: records::files(plan),
            unclaimed: unclaimed(plan, info),
            at_the_host: records::at_the_host(plan),
            approvals: records::approvals(plan),
            accepts: records::accepts(plan),
            quarantines: records::quarantines(plan),
            weakenings: records::weakenings(plan),
            types: plan
                .types
                .iter()
                .map(|(_, t)| types::test_type(plan, t))
                .collect(),
            groups: plan
                .marker_groups
                .iter()
                .map(|(_, g)| types::group(plan, g))
                .collect(),
            markers: types::markers_outside_groups(plan),
            environments: plan
                .environments
                .iter()
                .map(|(_, e)| places::environment(plan, e))
                .collect(),
            cleanups: places::cleanups(plan),
            services: places::services(plan),
            runners: plan
                .runners
                .iter()
                .map(|(_, r)| places::runner(r))
                .collect(),
            languages: coverage::languages(plan),
            areas: coverage::areas(plan),
            thresholds: coverage::thresholds(plan),
            hooks: hooks::hooks(plan),
            exceptions: hooks::exceptions(plan),
            phases: hooks::phases(plan),
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
    let value = value
        .filter(|v| !v.is_empty())
        .or_else(|| open(head, field));
    facts.extend(value.map(|v| (label, v)));
}

/// The open question of a field, as it is shown in place of its value.
fn open(head: &Head, field: &str) -> Option<String> {
    head.open(field).map(|q| format!("open: {}", q.text))
}

/// A value, else its open question, else a dash.
fn or_open(head: &Head, field: &str, value: Option<String>) -> String {
    value
        .or_else(|| open(head, field))
        .unwrap_or_else(|| "–".to_owned())
}

fn texts<T: std::ops::Deref<Target = str>>(texts: &[T]) -> Option<String> {
    (!texts.is_empty()).then(|| {
        texts
            .iter()
            .map(|text| &**text)
            .collect::<Vec<_>>()
            .join(", ")
    })
}

fn plan_facts(plan: &Decl<PlanInfo>) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let head = &plan.head;
    let text = |t: &Option<Text>| t.as_ref().map(ToString::to_string);
    fact(&mut facts, head, "status", "Status", text(&plan.status));
    fact(
        &mut facts,
        head,
        "repository",
        "Repository",
        text(&plan.repository),
    );
    fact(&mut facts, head, "authors", "Authors", texts(&plan.authors));
    fact(&mut facts, head, "sponsor", "Sponsor", text(&plan.sponsor));
    fact(
        &mut facts,
        head,
        "reviewers",
        "Required reviewers",
        texts(&plan.reviewers),
    );
    fact(
        &mut facts,
        head,
        "review",
        "Review date",
        plan.review.map(|d| d.to_string()),
    );
    facts
}

/// What a changed file that nobody claims does, where that can be asked: there are declarations of
/// files, or the plan says it.
fn unclaimed(plan: &Plan, info: Option<&Decl<PlanInfo>>) -> &'static str {
    let unclaimed = info.map(|p| p.unclaimed).unwrap_or_default();
    if plan.path_sets.is_empty() && unclaimed == Unclaimed::Everything {
        ""
    } else {
        unclaimed.title()
    }
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

/// A text, or a dash where there is none.
fn some(text: String) -> String {
    if text.is_empty() {
        "–".to_owned()
    } else {
        text
    }
}

fn questions(plan: &Plan) -> Vec<(String, String)> {
    let mut questions: Vec<(u32, String, String)> = plan
        .heads()
        .flat_map(|(kind, head)| head.open.iter().map(move |q| (kind, head, q)))
        .map(|(kind, head, question)| {
            (
                question.span.start,
                subject(kind, head, question.field),
                question.text.clone(),
            )
        })
        .collect();
    questions.sort();
    for (_, info) in plan.plans.iter() {
        let about = || format!("plan {}", info.head.title);
        questions.extend(
            info.questions
                .iter()
                .map(|q| (q.span.start, about(), q.to_string())),
        );
    }
    questions
        .into_iter()
        .map(|(_, subject, text)| (subject, text))
        .collect()
}

fn subject(kind: KindId, head: &Head, field: &str) -> String {
    format!(
        "{} {}, {}",
        kind.schema().name,
        head.title,
        field.replace('_', " ")
    )
}
