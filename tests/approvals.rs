//! Who waits for an approval: what outsiders can start and what reaches something that they may not,
//! on both hosts, and nothing else.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read and write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::collections::BTreeMap;

use dtpc::generated;
use serde_json::Value;

/// No runner is called `self-hosted`: that it is private only its environment says.
const PLAN: &str = r#"
plan shop {}
stage reviewed { host: HOST, trigger: pull_request, approval: desk, types: any }
approval desk { by: "two maintainers", environment: "gpu-approval" }
type unit {}

environment hosted { visibility: public, runner: linux, local: host }
environment gpu    { visibility: private, runner: gpu_pool, local: host }
environment own    { visibility: public, runner: own_pool, local: host }
environment unsaid { runner: linux, local: host }
environment open   { visibility: open("is it public?"), runner: linux, local: host }
runner linux    { labels: ["ubuntu-24.04"] }
runner gpu_pool { labels: ["gpu-4"] }
runner own_pool { labels: ["self-hosted", "large"] }

secret kept { environment: "gpu-approval" }

build image   { on: gpu, commands: ["make image"] }
build archive { on: hosted, commands: ["make archive"] }
build signed  { on: hosted, commands: ["make signed"], uses: kept }

suite tests {
  type:         unit
  tool:         pytest
  paths:        ["tests/**"]
  stages:       [reviewed]
  environments: each [hosted, gpu, own, unsaid, open]
  needs:        [build.image, build.archive, build.signed]
}
suite secretly {
  type:         unit
  tool:         pytest
  paths:        ["secretly/**"]
  stages:       [reviewed]
  environments: [hosted]
  uses:         kept
}
gate merge { status: "merge", stage: reviewed }
"#;

/// What each job of a file of the host says about its deployment environment.
fn environments(host: &str, file: &str) -> BTreeMap<String, Value> {
    let target = match host {
        "github" => "github-actions",
        _ => "gitlab-ci",
    };
    let text = generated(&PLAN.replace("HOST", host), target, file);
    let written: Value = serde_yaml::from_str(&text).unwrap();
    let jobs = written.get("jobs").unwrap_or(&written);
    jobs.as_object()
        .unwrap()
        .iter()
        .map(|(id, job)| (id.clone(), job["environment"].clone()))
        .collect()
}

const WAITING: [&str; 7] = [
    "build--image",
    "build--signed",
    "secretly-hosted",
    "tests-gpu",
    "tests-open",
    "tests-own",
    "tests-unsaid",
];

const FREE: [&str; 4] = ["build--archive", "gate--merge", "summary", "tests-hosted"];

#[test]
fn on_github_what_is_private_waits_for_the_approval() {
    let found = environments("github", ".github/workflows/reviewed.yml");
    for id in WAITING {
        assert_eq!(found[id], "gpu-approval", "{id}: {found:#?}");
    }
    for id in FREE {
        assert_eq!(found[id], Value::Null, "{id}: {found:#?}");
    }
    assert_eq!(found.len(), WAITING.len() + FREE.len(), "{found:#?}");
}

#[test]
fn on_gitlab_too() {
    let found = environments("gitlab", ".gitlab/ci/reviewed.yml");
    for id in WAITING {
        let job = &found[&format!("reviewed:{id}")];
        assert_eq!(job["name"], "gpu-approval", "{id}: {found:#?}");
        // It is a deployment: a job that only reads of an environment waits for nobody.
        assert_eq!(job["action"], Value::Null, "{id}: {found:#?}");
    }
    for id in ["build--archive", "tests-hosted"] {
        assert_eq!(found[&format!("reviewed:{id}")], Value::Null, "{id}");
    }
}
