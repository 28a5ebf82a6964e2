//! What is filled into texts: `{os}`, `{arch}`, `{shard}`, `{commit}`, values of axes and variables.

#![allow(clippy::unwrap_used, reason = "tests read what was written")]

#[path = "support/dtpc.rs"]
mod dtpc;

use dtpc::generated;
use serde_json::Value;

const PLAN: &str = r#"
plan p {}
stage pre_merge { host: github, trigger: pull_request, types: [unit] }
type unit {}
environment boxes { visibility: public, runners: { amd64: x64, arm64: arm }, local: host, arch: [amd64, arm64] }
runner x64 { labels: ["ubuntu-24.04"] }
runner arm { labels: ["ubuntu-24.04-arm"] }
variable registry { key: "REGISTRY" }
axis speed { repeats: [fast, slow], bind: env(SPEED) }
build image {
  across:   speed
  on:       boxes
  commands: ["make image-{os}-{arch} SPEED={speed}{{x}} 'a {axis.speed} b' {commit}"]
  image:    "{variable.registry}/app:{commit}-{os}-{arch}-{speed}"
}
build base { on: linux, commands: ["make base {arch}"], image: "base:{commit}-{arch}" }
environment linux { visibility: public, runner: x64, local: host }
suite units {
  type:         unit
  tool:         pytest
  paths:        ["a/**"]
  across:       speed
  stages:       [pre_merge]
  environments: [boxes]
  container:    build.image
  shards:       2
  variables:    { PART: "1" }
}
suite others {
  type:         unit
  tool:         pytest
  paths:        ["b/**"]
  stages:       [pre_merge]
  environments: [boxes]
  container:    build.base
}
"#;

#[test]
fn each_place_is_filled_in_with_what_stands_there() {
    let text = generated(PLAN, "github-actions", ".github/workflows/pre-merge.yml");
    for arch in ["amd64", "arm64"] {
        for speed in ["fast", "slow"] {
            let command = format!("make image-linux-{arch} 'SPEED={speed}{{x}}' 'a {speed} b' ");
            assert!(text.contains(&command), "{command}: {text}");
            let image = format!("/app:${{{{ github.sha }}}}-linux-{arch}-{speed}");
            assert!(text.contains(&image), "{image}: {text}");
        }
    }
}

#[test]
fn an_image_is_that_of_the_build_which_makes_it() {
    let text = generated(PLAN, "github-actions", ".github/workflows/pre-merge.yml");
    let workflow: Value = serde_yaml::from_str(&text).unwrap();
    let jobs = workflow["jobs"].as_object().unwrap();
    let image = |id: &str| jobs[id]["container"]["image"].as_str().unwrap();
    for arch in ["amd64", "arm64"] {
        for speed in ["fast", "slow"] {
            let build = format!("build--image-{arch}-{speed}");
            let steps = serde_json::to_string(&jobs[&build]["steps"]).unwrap();
            assert!(
                steps.contains(&format!("make image-linux-{arch} ")),
                "{steps}"
            );
            let runner = jobs[&build]["runs-on"].as_str().unwrap();
            assert_eq!(
                runner.ends_with("-arm"),
                arch == "arm64",
                "{build}: {runner}"
            );
            let job = format!("units-boxes-{arch}-{speed}-shard1");
            assert_eq!(jobs[&job]["needs"], serde_json::json!([build]));
            assert!(image(&job).ends_with(&format!("-linux-{arch}-{speed}")));
        }
        // What is made on one platform alone is the same for all.
        let job = format!("others-boxes-{arch}");
        assert!(image(&job).ends_with("-amd64"), "{}", image(&job));
        assert_eq!(jobs[&job]["needs"], serde_json::json!(["build--base"]));
    }
}
