//! The configuration of nextest: a profile for each stage that runs Rust with it.

mod config;

use toml_edit::{InlineTable, Table, Value};

use super::banner;
use super::{Content, Output, RenderError, Target};
use crate::jobs::Jobs;
use crate::jobs::profiles::{self, Profile, Slow};
use crate::schema::Plan;
use config::{Group, Section, Wanted};

/// `--target nextest`
pub struct Nextest;

impl Target for Nextest {
    fn name(&self) -> &'static str {
        "nextest"
    }

    fn about(&self) -> &'static str {
        "a profile of cargo-nextest for each stage, in .config/nextest.toml"
    }

    fn render(&self, jobs: &Jobs<'_>) -> Result<Vec<Output>, RenderError> {
        let files = jobs.profiles.files.iter();
        let outputs = files.map(|(path, file)| {
            let wanted = Wanted {
                origin: banner::origin(jobs).to_owned(),
                file: path.clone(),
                groups: file
                    .groups
                    .iter()
                    .filter_map(|id| {
                        Some(Group {
                            name: profiles::group_name(jobs.plan, *id),
                            max_threads: jobs.plan.services[*id].max_parallel?.value,
                        })
                    })
                    .collect(),
                profiles: file
                    .profiles
                    .values()
                    .map(|profile| section(jobs.plan, profile))
                    .collect(),
            };
            Output {
                path: path.clone(),
                content: Content::Shared(Box::new(move |present| config::edit(present, &wanted))),
            }
        });
        Ok(outputs.collect())
    }
}

fn section(plan: &Plan, profile: &Profile) -> Section {
    let mut keys: Vec<(&'static str, Value)> = vec![
        ("default-filter", profile.filter.as_str().into()),
        // One test that fails says nothing about the others.
        ("fail-fast", false.into()),
        ("retries", i64::from(profile.retries).into()),
        ("slow-timeout", slow(profile.slow)),
    ];
    keys.extend(
        profile
            .threads
            .map(|threads| ("test-threads", i64::from(threads).into())),
    );
    let overrides = profile.overrides.iter().map(|own| {
        let mut table = Table::new();
        table.insert("filter", toml_edit::value(own.filter.as_str()));
        if let Some(time) = own.slow {
            table.insert("slow-timeout", toml_edit::Item::Value(slow(time)));
        }
        if let Some(group) = own.group {
            let group = profiles::group_name(plan, group);
            table.insert("test-group", toml_edit::value(group));
        }
        (plan.suites[own.suite].head.name().to_owned(), table)
    });
    Section {
        name: profile.name.clone(),
        keys,
        report: profiles::REPORT,
        overrides: overrides.collect(),
    }
}

fn slow(slow: Slow) -> Value {
    let mut table = InlineTable::new();
    table.insert("period", format!("{}s", slow.period).into());
    let periods = i64::try_from(slow.terminate_after).unwrap_or(i64::MAX);
    table.insert("terminate-after", periods.into());
    table.into()
}
