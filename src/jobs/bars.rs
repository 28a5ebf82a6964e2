//! The bars that the measurements of a job must clear, as they are handed to the tests.

use serde::Serialize;

use super::Job;
use crate::schema::Plan;
use crate::schema::values::{Bound, Measure, WithoutBaseline};

/// The variable that they are in.
pub const VARIABLE: &str = "DTPC_THRESHOLDS";

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
    #[serde(skip_serializing_if = "Option::is_none")]
    without_baseline: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<u32>,
}

/// The bars of a job as JSON.
pub fn json(plan: &Plan, job: &Job) -> String {
    let mut bars = Vec::new();
    for id in &job.thresholds {
        let threshold = &plan.thresholds[*id];
        let Some(metric) = threshold.metric else {
            continue;
        };
        let metric = &plan.metrics[metric.id];
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
                without_baseline: (since.is_some()
                    && threshold.without_baseline == WithoutBaseline::Pass)
                    .then_some(threshold.without_baseline.word()),
                since,
                samples: threshold.samples.map(|n| n.0),
            });
        }
    }
    // Numbers and strings alone: nothing here that JSON cannot hold.
    serde_json::to_string(&bars).unwrap_or_default()
}
