//! Coverage areas, features, goals and thresholds.

use serde::Serialize;

use super::{Named, fact, or_open, some, titles, words};
use crate::checks::covering;
use crate::name::one_line;
use crate::schema::kinds::{Area, Coverage, Hook, Suite, Tool};
use crate::schema::values::{Bound, Measure, Role, ThresholdCheck};
use crate::schema::{Decl, Id, Plan};

#[derive(Debug, Serialize)]
pub struct AreaSection {
    #[serde(flatten)]
    named: Named,
    features: Vec<FeatureRow>,
    coverage: Vec<Vec<String>>,
}

#[derive(Debug, Serialize)]
pub struct FeatureRow {
    depth: usize,
    title: String,
    doc: String,
    suites: String,
    requires: String,
}

#[derive(Debug, Serialize)]
pub struct ThresholdSection {
    #[serde(flatten)]
    named: Named,
    facts: Vec<(&'static str, String)>,
    checks: Vec<String>,
}

/// The coverage areas, and behind them what belongs to none.
pub fn areas(plan: &Plan) -> Vec<AreaSection> {
    let covering = covering(plan);
    let mut sections: Vec<AreaSection> = plan
        .areas
        .iter()
        .map(|(id, area)| AreaSection {
            named: Named::of(&area.head),
            features: features(plan, &covering, Some(id)),
            coverage: coverage(plan, Some(id)),
        })
        .collect();
    let (features, coverage) = (features(plan, &covering, None), coverage(plan, None));
    if !features.is_empty() || !coverage.is_empty() {
        let named = Named {
            name: String::new(),
            title: "Other coverage".to_owned(),
            doc: String::new(),
        };
        sections.push(AreaSection {
            named,
            features,
            coverage,
        });
    }
    sections
}

fn features(
    plan: &Plan,
    covering: &[Vec<&Decl<Suite>>],
    area: Option<Id<Area>>,
) -> Vec<FeatureRow> {
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
                suites: titles(covering[id.index()].iter().copied()),
                requires: or_open(
                    &feature.head,
                    "requires",
                    (!requires.is_empty()).then(|| requires.join(", ")),
                ),
            }
        })
        .collect()
}

/// A tool, with where people read about it.
fn tool(plan: &Plan, id: Id<Tool>) -> String {
    let tool = &plan.tools[id];
    match &tool.link {
        Some(link) => format!("{} ({link})", tool.head.title),
        None => tool.head.title.clone(),
    }
}

/// The rows of the languages: the tool of their unit tests, and their hooks.
pub fn languages(plan: &Plan) -> Vec<Vec<String>> {
    plan.languages
        .iter()
        .map(|(id, language)| {
            let unit_tests = language.unit_tests.map(|t| tool(plan, t.id));
            let hooks = |role: Role| {
                let hooks = plan.hooks.iter().map(|(_, hook)| hook);
                let of = |hook: &Decl<Hook>| {
                    hook.role == Some(role) && hook.language.is_some_and(|l| l.id == id)
                };
                some(titles(hooks.filter(|hook| of(hook))))
            };
            vec![
                language.head.title.clone(),
                or_open(&language.head, "unit_tests", unit_tests),
                hooks(Role::Format),
                hooks(Role::Lint),
                one_line(&language.head.doc),
            ]
        })
        .collect()
}

pub fn coverage(plan: &Plan, area: Option<Id<Area>>) -> Vec<Vec<String>> {
    plan.coverages
        .iter()
        .filter(|(_, c)| c.area.map(|a| a.id) == area)
        .map(|(_, c)| {
            let head = &c.head;
            let language = c.language.map(|l| plan.languages[l.id].head.title.clone());
            let tool = c.tool.map(|t| tool(plan, t.id));
            vec![
                head.title.clone(),
                or_open(head, "language", language),
                or_open(head, "tool", tool),
                titles(c.of.iter().map(|s| &plan.suites[s.id])),
                titles(c.stages.iter().map(|s| &plan.stages[s.id])),
                or_open(head, "minimum", least(c)),
                (if c.gating {
                    "fails the job"
                } else {
                    "recorded"
                })
                .to_owned(),
            ]
        })
        .collect()
}

/// The least share of lines, with what narrows it further.
fn least(coverage: &Coverage) -> Option<String> {
    let mut least: Vec<String> = Vec::new();
    least.extend(coverage.minimum.map(|m| m.to_string()));
    let critical = coverage.critical.as_ref();
    least.extend(critical.map(|critical| {
        let files: Vec<&str> = critical.of.iter().map(|g| g.as_str()).collect();
        format!("{} of {}", critical.share, files.join(" "))
    }));
    let drop = coverage.drop;
    least.extend(drop.map(|drop| format!("at most {drop} less than before the change")));
    (!least.is_empty()).then(|| least.join("; "))
}

pub fn thresholds(plan: &Plan) -> Vec<ThresholdSection> {
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
            let of = threshold.of.as_ref().map(|of| words::jobs(plan, of));
            fact(&mut facts, head, "of", "Measured in", of);
            let samples = threshold.samples.map(|n| format!("{n} measurements"));
            fact(&mut facts, head, "samples", "One figure of", samples);
            let is_relative =
                |check: &ThresholdCheck| matches!(check.bound, Bound::Relative { .. });
            if threshold.checks.iter().any(|c| is_relative(&c.value)) {
                let says = threshold.without_baseline.title().to_owned();
                fact(
                    &mut facts,
                    head,
                    "without_baseline",
                    "Without an earlier result it",
                    Some(says),
                );
            }
            let history = threshold.history.as_ref().map(ToString::to_string);
            fact(&mut facts, head, "history", "Earlier results", history);
            let checks = threshold.checks.iter().map(|c| bar(&c.value)).collect();
            ThresholdSection {
                named: Named::of(head),
                facts,
                checks,
            }
        })
        .collect()
}

pub fn bar(check: &ThresholdCheck) -> String {
    let statistic = check.measure.statistic().title();
    let operator = check.operator.text();
    match (&check.measure, &check.bound) {
        (Measure::Value(_), Bound::Absolute { value, unit, .. }) => {
            let unit = unit.map_or("", |u| u.as_str());
            format!("{statistic} {operator} {value} {unit}")
        }
        (_, Bound::Relative { percent, baseline }) => {
            let baseline = baseline
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            format!("{statistic}: regression {operator} {percent} since {baseline}")
        }
        (Measure::Regression(_), Bound::Absolute { value, .. }) => {
            format!("{statistic}: regression {operator} {value}")
        }
    }
}
