//! Coverage areas, features, goals and thresholds.

use serde::Serialize;

use super::{Named, fact, or_open, titles};
use crate::checks::covering;
use crate::name::one_line;
use crate::schema::kinds::Area;
use crate::schema::values::{Bound, Measure, ThresholdCheck};
use crate::schema::{Id, Plan};

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

pub fn features(plan: &Plan, area: Option<Id<Area>>) -> Vec<FeatureRow> {
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

pub fn coverage(plan: &Plan, area: Option<Id<Area>>) -> Vec<Vec<String>> {
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
            let of = threshold.of.as_ref().map(|of| {
                let mut text = of
                    .suite()
                    .map_or_else(String::new, |suite| plan.suites[suite].head.title.clone());
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
