//! Artifacts of a release: fetched by their names, where nobody of the run makes them.

#![allow(clippy::unwrap_used, reason = "tests read what was written")]

#[path = "support/dtpc.rs"]
mod dtpc;

use dtpc::{Dtpc, generated};
use serde_json::{Value, json};

const PLAN: &str = r#"
plan p {}
stage pre_merge { host: HOST, trigger: pull_request, types: [unit] }
type unit {}
environment cpu { visibility: public, runner: linux, local: host }
runner linux { labels: ["ubuntu-24.04"] }
artifact before { origin: release(previous), files: ["old/*.whl", "{a,b}.txt"] }
artifact known  { origin: release("v1.4 $(id)"), files: ["known/app.tar.gz"] }
suite units {
  type:         unit
  tool:         pytest
  paths:        ["a/**"]
  stages:       [pre_merge]
  environments: [cpu]
  needs:        [artifact.before, artifact.known]
}
"#;

#[test]
fn files_of_a_release_are_fetched_by_their_names() {
    let plan = PLAN.replace("HOST", "github");
    let text = generated(&plan, "github-actions", ".github/workflows/pre-merge.yml");
    let workflow: Value = serde_yaml::from_str(&text).unwrap();
    let job = &workflow["jobs"]["units-cpu"];
    assert_eq!(job.get("needs"), None, "{text}");
    let steps = job["steps"].as_array().unwrap();
    let step = |name: &str| steps.iter().find(|step| step["name"] == name).unwrap();
    let before = step("Fetch Before of the previous release");
    assert_eq!(
        before["run"],
        "gh release download --pattern '*.whl' --dir old --clobber\n\
         gh release download --pattern a.txt --dir . --clobber\n\
         gh release download --pattern b.txt --dir . --clobber"
    );
    let env = json!({ "GH_REPO": "${{ github.repository }}", "GH_TOKEN": "${{ github.token }}" });
    assert_eq!(before["env"], env);
    let known = step("Fetch Known of the release v1.4 $(id)");
    let run = "gh release download 'v1.4 $(id)' --pattern app.tar.gz --dir known --clobber";
    assert_eq!(known["run"], run);
}

#[test]
fn gitlab_and_this_machine_say_that_they_cannot() {
    let folder = tempfile::TempDir::new().unwrap();
    for (host, code) in [("gitlab", 1), ("github", 0)] {
        let plan = PLAN.replace("HOST", host);
        #[allow(clippy::disallowed_methods, reason = "tests write files")]
        std::fs::write(folder.path().join("plan.dtp"), plan).unwrap();
        let ended = Dtpc::new(&["check", "plan.dtp"]).from(folder.path()).run();
        assert_eq!(ended.code, Some(code), "{}", ended.err);
        assert_eq!(ended.err.contains("DTP0225"), code == 1, "{}", ended.err);
    }
    let run = ["run", "plan.dtp", "--stage", "pre_merge"];
    let ended = Dtpc::new(&run).from(folder.path()).run();
    let said = "it needs `before` of the previous release";
    assert!((ended.out + &ended.err).contains(said));
}
