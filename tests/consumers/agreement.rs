//! What is decided twice is decided the same: the selection of jobs by `dtpc jobs --changed` and by
//! the script that runs in CI, the verdict of a gate by `dtpc run` and by its script. Plans, changed
//! files and results are made by chance; the scripts are called as modules, once for all cases.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use dtpc::compile::{self, Compilation, Entry, LoadError, Loader};
use dtpc::jobs::Jobs;
use dtpc::jobs::changes::Changes;
use dtpc::run::hold::Machine;
use dtpc::run::order::Ended;
use dtpc::run::verdict::{Verdict, Went, judge};
use dtpc::run::{Fate, Run};
use dtpc::schema::values::{Arch, Date, Glob, Os};
use dtpc::targets::{Content, find, render};
use serde_json::{Value, json};

use crate::numbers::Numbers;
use crate::support::tools::{LIMIT, run, tools, workspace};

/// How many plans are made.
const PLANS: u64 = 120;
/// How many changes, and results, are tried on each.
const TRIES: usize = 8;

/// Calls the scripts, by the cases in the file that it is given, and prints what they say.
const DRIVER: &str = r#"
import contextlib, io, json, os, sys
sys.path.insert(0, sys.argv[1])
import gate, select_jobs
answers = []
for case in json.load(open(sys.argv[2])):
    if "rules" in case:
        event = case["event"]
        run = select_jobs.Run(case["rules"], "pull_request", event, case["files"])
        answers.append(select_jobs.select(run))
    else:
        os.environ.update(case)
        with contextlib.redirect_stdout(io.StringIO()):
            answers.append(gate.main())
        for name in case:
            del os.environ[name]
print(json.dumps(answers))
"#;

struct Text<'t>(&'t str);

impl Loader for Text<'_> {
    fn load(&mut self, _path: &str) -> Result<String, LoadError> {
        Ok(self.0.to_owned())
    }
}

/// A machine that holds everything.
struct Anything;

impl Machine for Anything {
    fn os(&self) -> Option<Os> {
        Some(Os::Linux)
    }
    fn arch(&self) -> Option<Arch> {
        Some(Arch::Amd64)
    }
    fn has_program(&self, _: &str) -> bool {
        true
    }
    fn has_variable(&self, _: &str) -> bool {
        true
    }
    fn listens(&self, _: u16) -> bool {
        false
    }
    fn changed_file(&self, _: &[Glob]) -> Option<String> {
        None
    }
    fn sets_up(&self) -> bool {
        false
    }
}

/// A plan by chance: suites, some in shards; builds and artifacts between them; paths with patterns
/// that take back what others claim; conditions, outcomes, what a gate allows.
fn plan(numbers: &mut Numbers) -> String {
    let mut out = String::from(
        "plan p {}\ntype unit {}\nowner o {}\n\
         environment cpu { visibility: public, runner: r, local: host }\n\
         runner r { labels: [\"ubuntu-24.04\"] }\n\
         tool sh { runs: command, command: \"true\" }\n\
         stage s { host: github, trigger: [pull_request, dispatch], types: [unit] }\n",
    );
    let (suites, builds, paths) = (2 + numbers.below(5), numbers.below(3), 1 + numbers.below(4));
    let weak = "because: \"so\", owner: o, expires: 2099-01-01";
    let mut made: Vec<String> = Vec::new();
    for build in 0..builds {
        let mut needs: Vec<String> = Vec::new();
        if build > 0 && numbers.one_in(2) {
            needs.push(format!("build.b{}", numbers.below(build)));
        }
        let own = if numbers.one_in(3) { ", paths: p0" } else { "" };
        let _ = writeln!(
            out,
            "build b{build} {{ on: cpu, commands: [\"true\"], needs: [{}]{own} }}",
            needs.join(", ")
        );
        made.push(format!("build.b{build}"));
    }
    for suite in 0..suites {
        let tool = if numbers.one_in(2) { "pytest" } else { "sh" };
        let mut fields = format!("tool: {tool}");
        if tool == "pytest" {
            let _ = write!(fields, ", paths: [\"t{suite}/**\"]");
            if numbers.one_in(2) {
                let _ = write!(fields, ", shards: {}", 2 + numbers.below(2));
            }
        }
        let mut needs: Vec<&str> = made
            .iter()
            .filter(|_| numbers.one_in(3))
            .map(String::as_str)
            .collect();
        // Of what is built something is made.
        if suite + 1 == suites {
            needs.extend(
                made.iter()
                    .filter(|m| m.starts_with("build"))
                    .map(String::as_str),
            );
        }
        needs.sort_unstable();
        needs.dedup();
        let _ = write!(fields, ", needs: [{}]", needs.join(", "));
        if numbers.one_in(4) {
            let outcome = *numbers.pick(&["manual", "advisory"]);
            let _ = write!(fields, ", outcome: {outcome}({weak})");
        }
        if numbers.one_in(4) {
            let not = if numbers.one_in(2) { "not " } else { "" };
            let _ = write!(fields, ", when: {not}changed(p{})", numbers.below(paths));
        }
        let _ = writeln!(
            out,
            "suite s{suite} {{ type: unit, stages: [s], environments: [cpu], {fields} }}"
        );
        if numbers.one_in(3) && suite + 1 < suites {
            let _ = writeln!(
                out,
                "artifact a{suite} {{ from: s{suite}, files: [\"out/**\"] }}"
            );
            made.push(format!("artifact.a{suite}"));
        }
    }
    for set in 0..paths {
        let mut patterns: Vec<&str> = vec![*numbers.pick(&["src/**", "docs/**", "**/*.md"])];
        for _ in 0..numbers.below(3) {
            patterns.push(*numbers.pick(&[
                "!src/gen/**",
                "src/gen/kept/*.md",
                "!**/*.md",
                "docs/?.md",
                "src/{a,b}.rs",
                "!docs/[a-c]*",
            ]));
        }
        let affects: Vec<String> = (0..suites)
            .filter(|_| numbers.one_in(2))
            .map(|suite| format!("s{suite}"))
            .collect();
        let patterns: Vec<String> = patterns.iter().map(|p| format!("\"{p}\"")).collect();
        let _ = writeln!(
            out,
            "paths p{set} {{ match: [{}], affects: [{}] }}",
            patterns.join(", "),
            affects.join(", ")
        );
    }
    let mut allows: Vec<String> = Vec::new();
    for word in ["cancelled", "no_test_ran"] {
        if numbers.one_in(3) {
            let expires = *numbers.pick(&["2099-01-01", "2020-01-01"]);
            allows.push(format!(
                "{word}(because: \"so\", owner: o, expires: {expires})"
            ));
        }
    }
    let advises = if numbers.one_in(3) {
        "advises: [s0], "
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "gate g {{ status: \"g\", stage: s, {advises}allows: [{}] }}",
        allows.join(", ")
    );
    out
}

/// Without the checks of the day, as an allowance that has expired is wanted here.
fn compiled(text: &str) -> Compilation {
    let entry = Entry {
        file: "plan.dtp".to_owned(),
        folders: vec!["work".to_owned()],
    };
    compile::compile(&entry, None, &mut Text(text))
}

/// A file that the plan writes, without its banner; nothing if it writes none of this name.
fn written(jobs: &Jobs<'_>, name: &str) -> Option<String> {
    let outputs = render(&[find("github-actions").unwrap()], jobs).unwrap();
    let output = outputs.into_iter().find(|o| o.path.ends_with(name))?;
    let Content::Whole(text) = output.content else {
        panic!("{name} is dtpc's own")
    };
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// Changed files by chance.
fn files(numbers: &mut Numbers) -> Vec<String> {
    let all = [
        "src/a.rs",
        "src/c.rs",
        "src/gen/x.rs",
        "src/gen/kept/n.md",
        "docs/a.md",
        "docs/index.md",
        "README.md",
        "src/read.me",
        "other.txt",
        "docs/ü.md",
    ];
    let mut files: Vec<String> = Vec::new();
    for _ in 0..=numbers.below(4) {
        // Mostly of those that some declaration may claim.
        let bound = if numbers.one_in(4) { all.len() } else { 6 };
        files.push(all[numbers.below(bound)].to_owned());
    }
    files.dedup();
    files
}

/// What `dtpc run` says of some results, and what the gate's script is to be asked of them.
fn verdict(jobs: &Jobs<'_>, files: &[String], numbers: &mut Numbers, env: &Value) -> (bool, Value) {
    let stage = jobs.stages[0];
    let left_out = Changes::of(jobs.plan, files.iter().cloned()).left_out(jobs);
    let goals = dtpc::jobs::coverage::merged(jobs, stage);
    let run = Run::of(jobs, stage, &goals, &left_out, None, &Anything);
    // The jobs that tell whether they ran a test.
    let divided: HashMap<String, Vec<String>> = env["SHARDS"]
        .as_str()
        .map(|text| serde_json::from_str(text).unwrap())
        .unwrap_or_default();
    let tells = |id: &str| divided.values().flatten().any(|piece| piece == id);
    let mut needs = json!({});
    let mut removed: BTreeMap<&str, &str> = BTreeMap::new();
    let mut went: Vec<Option<Went>> = Vec::new();
    for entry in &run.entries {
        if let Fate::LeftOut(why) = &entry.fate {
            removed.insert(entry.id(), why);
            needs[entry.id()] = json!({ "result": "skipped", "outputs": {} });
            went.push(None);
            continue;
        }
        assert_eq!(entry.fate, Fate::Runs);
        let ended = match numbers.below(12) {
            0 => Ended::Failure,
            1 => Ended::Cancelled,
            2 => Ended::Skipped,
            _ => Ended::Success,
        };
        let is_shard = entry.id().contains("-shard");
        let no_test = tells(entry.id()) && ended == Ended::Success && numbers.one_in(2);
        let ran = if no_test { "false" } else { "true" };
        let outputs = if tells(entry.id()) {
            json!({ "ran": ran })
        } else {
            json!({})
        };
        needs[entry.id()] = json!({ "result": ended.word(), "outputs": outputs });
        // In CI a whole job that may be without a test leaves the verdict to the gate; here it failed.
        let ended = if no_test && !is_shard {
            Ended::Failure
        } else {
            ended
        };
        went.push(Some(Went { ended, no_test }));
    }
    let skipped = serde_json::to_string(&removed).unwrap();
    needs["select"] = json!({ "result": "success", "outputs": { "skipped": skipped } });
    let (gate, _) = jobs.gates_of(stage).next().unwrap();
    let today = Date("2026-06-01".parse().unwrap());
    let is_open = judge(&run, gate, &went, today) == Verdict::Open;
    // As the step of the workflow has them, but for the results.
    let mut case = env.clone();
    case["NEEDS"] = json!(needs.to_string());
    (is_open, case)
}

#[test]
fn changes_select_and_gates_judge_here_as_in_ci() {
    let mut numbers = Numbers(29);
    let mut cases: Vec<Value> = Vec::new();
    let mut expected: Vec<Value> = Vec::new();
    let mut told: Vec<String> = Vec::new();
    let mut compiled_plans = 0;
    for _ in 0..PLANS {
        let text = plan(&mut numbers);
        let compilation = compiled(&text);
        let Some(checked) = &compilation.plan else {
            continue;
        };
        compiled_plans += 1;
        let jobs = Jobs::derive(checked, &compilation.sources);
        let rules: Value = serde_json::from_str(&written(&jobs, "s.select.json").unwrap()).unwrap();
        let workflow: Value =
            serde_yaml::from_str(&written(&jobs, "workflows/s.yml").unwrap()).unwrap();
        let steps = workflow["jobs"]["gate--g"]["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["env"]["NEEDS"].is_string());
        let env = &step.unwrap()["env"];
        for _ in 0..TRIES {
            let files = files(&mut numbers);
            let left_out = Changes::of(checked, files.iter().cloned()).left_out(&jobs);
            let left_out: HashMap<&str, String> = left_out
                .into_iter()
                .map(|((_, id), why)| (id, reason(&why)))
                .collect();
            cases.push(json!({ "rules": rules, "event": {}, "files": files }));
            expected.push(json!(left_out));
            told.push(format!("{text}\nchanged: {files:?}"));
            let (is_open, case) = verdict(&jobs, &files, &mut numbers, env);
            told.push(format!("{text}\n{case:#}"));
            cases.push(case);
            expected.push(json!(i32::from(!is_open)));
        }
    }
    assert!(
        compiled_plans > PLANS / 2,
        "only {compiled_plans} plans hold"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.json");
    std::fs::write(&file, json!(cases).to_string()).unwrap();
    let mut python = tools().command("python");
    python
        .args(["-B", "-c", DRIVER])
        .arg(workspace().join("templates/ci"))
        .arg(&file);
    let done = run(&mut python, LIMIT);
    assert!(done.success(), "{done}");
    let answers: Vec<Value> = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(answers.len(), expected.len());
    let mut closed = 0;
    for ((answer, expected), told) in answers.iter().zip(&expected).zip(&told) {
        let answer = match answer {
            Value::Object(skipped) => {
                let shortened = skipped
                    .iter()
                    .map(|(id, why)| (id, reason(why.as_str().unwrap())));
                json!(shortened.collect::<HashMap<_, _>>())
            }
            code => {
                closed += usize::from(*code == json!(1));
                code.clone()
            }
        };
        assert_eq!(answer, *expected, "the script, and dtpc, of\n{told}");
    }
    // Neither answer is a matter of course.
    let gates = expected.len() / 2;
    assert!(
        closed > gates / 10 && closed < gates * 9 / 10,
        "{closed} of {gates}"
    );
}

/// A reason without what the script knows more of it: which condition does not hold.
fn reason(why: &str) -> String {
    let condition = "its condition does not hold";
    if why.starts_with(condition) {
        return condition.to_owned();
    }
    why.to_owned()
}
