//! Texts of a plan that would be commands, expressions or structure elsewhere. Each is put into every
//! place of `tests/hostile/plan.dtp`: either the compiler refuses it there, or the workflow has the
//! structure it had before, and the shell that it names runs nothing of the text.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use dtpc::compile::{self, Entry, LoadError, Loader};
use dtpc::diagnostics;
use dtpc::jobs::Jobs;
use dtpc::targets::{self, Content};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::act::{ActRun, Outcome};
use crate::support::tools::{LIMIT, run, tools};

/// What people could write.
pub(crate) const TEXTS: &[&str] = include!("../hostile/texts.rs");

/// A plan whose texts are called `X_…_X`.
pub(crate) const PLAN: &str = include_str!("../hostile/plan.dtp");

/// The least number of texts at a place that the compiler lets through and that are judged here.
pub(crate) const LEAST_CASES: usize = 200;

/// The one place that the id of a job is made of.
const AXIS_VALUE: &str = "X_axis_value_X";

pub(crate) struct Text<'t>(pub(crate) &'t str);

impl Loader for Text<'_> {
    fn load(&mut self, _path: &str) -> Result<String, LoadError> {
        Ok(self.0.to_owned())
    }
}

/// The places of the plan.
pub(crate) fn places() -> Vec<&'static str> {
    let mut places = Vec::new();
    for word in PLAN.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        if word.starts_with("X_") && word.ends_with("_X") && !places.contains(&word) {
            places.push(word);
        }
    }
    assert!(places.len() > 50, "{places:?}");
    places
}

/// A string as it is written in a plan, without its quotes.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
        .replace('\t', "\\t")
}

/// The plan with a text in these places.
pub(crate) fn with(places: &[&str], text: &str) -> String {
    let mut plan = PLAN.to_owned();
    for place in places {
        let is_doc = *place == "X_stage_doc_X";
        let written = if is_doc {
            text.replace('\n', " ")
        } else {
            escaped(text)
        };
        plan = plan.replace(place, &written);
    }
    plan
}

/// The workflows of the two stages of a plan; nothing where it does not hold.
fn workflows(plan: &str) -> Option<[String; 2]> {
    let entry = Entry {
        file: "plan.dtp".to_owned(),
        folders: vec!["plans".to_owned()],
    };
    let compilation = compile::compile(&entry, None, &mut Text(plan));
    let Some(checked) = &compilation.plan else {
        assert!(diagnostics::has_errors(&compilation.diagnostics));
        return None;
    };
    let jobs = Jobs::derive(checked, &compilation.sources);
    let target = targets::find("github-actions").expect("the target");
    let outputs = targets::render(&[target], &jobs).expect("files");
    let text = |stage: &str| {
        let path = format!(".github/workflows/{stage}.yml");
        let output = outputs.iter().find(|output| output.path == path);
        match &output.expect("a workflow").content {
            Content::Whole(text) => text.clone(),
            Content::Shared(_) => panic!("{path} is shared"),
        }
    };
    Some([text("s"), text("filled")])
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

/// The workflow with a text in these places, its jobs called as they were before. What fills the cache
/// is a workflow of its own; it stands in the first one here, with its jobs.
fn renamed(places: &[&str], text: &str) -> Option<Value> {
    let [mut written, filled] = workflows(&with(places, text))?;
    if places.contains(&AXIS_VALUE) {
        let word: String = text
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic());
        let word = if is_word && text != "none" {
            word
        } else {
            format!("framework{word}")
        };
        let own = |end: char| {
            (
                format!("tests-e-{word}{end}"),
                format!("tests-e-{AXIS_VALUE}{end}"),
            )
        };
        for end in ['\n', ':', '\'', '.', '"', ' '] {
            let (from, to) = own(end);
            written = written.replace(&from, &to);
        }
    }
    let mut both = yaml(&written);
    let mut filled = yaml(&filled);
    let jobs = filled["jobs"].take();
    both["filled"] = filled;
    for (id, job) in jobs.as_object().expect("jobs") {
        both["jobs"][format!("filled-{id}")] = job.clone();
    }
    Some(both)
}

/// Holds what was written against what was written of the plan before: only texts that hold one of the
/// plan may differ, and they stay texts.
pub(crate) fn same_structure(before: &Value, after: &Value, at: &str) -> Result<(), String> {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let is_free = |key: &str| key.contains("X_");
            let known = |key: &&String| !is_free(key);
            let names = |map: &serde_json::Map<String, Value>| -> Vec<String> {
                map.keys().filter(known).cloned().collect()
            };
            let added: Vec<&String> = after.keys().filter(|k| !before.contains_key(*k)).collect();
            let free = before
                .keys()
                .filter(|key| is_free(key) && !after.contains_key(*key));
            if added.len() != free.count() {
                return Err(format!(
                    "{at}: {:?} became {:?}",
                    names(before),
                    names(after)
                ));
            }
            for (key, value) in before {
                if let Some(other) = after.get(key) {
                    same_structure(value, other, &format!("{at}.{key}"))?;
                } else if !is_free(key) {
                    return Err(format!("{at}.{key} is gone"));
                }
            }
            Ok(())
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (number, (before, after)) in before.iter().zip(after).enumerate() {
                same_structure(before, after, &format!("{at}[{number}]"))?;
            }
            Ok(())
        }
        (Value::String(before), Value::String(_)) if before.contains("X_") => Ok(()),
        (before, after) if before == after => Ok(()),
        (before, after) => Err(format!("{at}: {before} became {after}")),
    }
}

/// Every expression that GitHub would fill in, but the one that stands for itself.
fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.values().for_each(|value| expressions(value, found)),
        Value::Array(list) => list.iter().for_each(|value| expressions(value, found)),
        Value::String(text) => {
            let mut rest = text.replace("${{ '${{' }}", "");
            while let Some(start) = rest.find("${{") {
                let end = start + end_of_expression(&rest[start..]);
                found.push(rest[start..end].to_owned());
                rest = rest[end..].to_owned();
            }
        }
        _ => {}
    }
}

/// Where an expression ends: brackets in a string of it do not end it.
fn end_of_expression(text: &str) -> usize {
    let mut inside = false;
    for (at, c) in text.char_indices() {
        inside ^= c == '\'';
        if !inside && text[at..].starts_with("}}") {
            return at + 2;
        }
    }
    text.len()
}

/// Whether these are strings of an expression, and nothing else: a quote in one is doubled.
fn are_strings(arguments: &str) -> bool {
    let mut inside = false;
    let fits = arguments.chars().all(|c| {
        inside ^= c == '\'';
        inside || ['\'', ',', ' '].contains(&c)
    });
    fits && !inside
}

fn sorted_expressions(workflow: &Value) -> Vec<String> {
    let mut found = Vec::new();
    expressions(workflow, &mut found);
    let mut found: Vec<String> = found
        .into_iter()
        // Only ids of jobs, which are letters, digits and dashes.
        .map(|e| {
            let hashed = e.strip_prefix("${{ hashFiles(");
            if e.contains("outputs.skipped)['") {
                "skipped".to_owned()
            } else if let Some(files) = hashed.and_then(|rest| rest.strip_suffix(") }}")) {
                // Names of files, which are any text.
                assert!(are_strings(files), "{e}");
                "hashed".to_owned()
            } else {
                e
            }
        })
        .collect();
    found.sort();
    found
}

/// The places where the compiler lets a text through: all of these at once, or those of each half.
/// What is let through is held against the workflow without it.
fn let_through<'p>(places: &[&'p str], text: &str, before: &Value) -> Vec<&'p str> {
    let Some(after) = renamed(places, text) else {
        if places.len() == 1 {
            return Vec::new();
        }
        let (left, right) = places.split_at(places.len() / 2);
        let mut taken = let_through(left, text, before);
        taken.extend(let_through(right, text, before));
        return taken;
    };
    if let Err(why) = same_structure(before, &after, "") {
        panic!("{text:?} in {places:?}: {why}");
    }
    // What a secret is called stands in an expression, and is a word.
    let is_word = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !is_word {
        let known = sorted_expressions(before);
        assert_eq!(sorted_expressions(&after), known, "{text:?} in {places:?}");
    }
    places.to_vec()
}

#[test]
fn no_text_changes_a_workflow_or_runs() {
    let places = places();
    let before = renamed(&[], "").expect("the plan holds as it is");
    let mut cases = 0;
    let mut free: BTreeSet<&str> = BTreeSet::new();
    for text in TEXTS {
        let taken = let_through(&places, text, &before);
        cases += taken.len();
        free.extend(&taken);
        // All at once: their steps are run, by the shell that the workflow names.
        if !taken.is_empty() {
            let workflow = renamed(&taken, text)
                .unwrap_or_else(|| panic!("{text:?} is refused in all of {taken:?} at once"));
            execute(&workflow, text, &taken);
        }
    }
    println!("{cases} of {}", TEXTS.len() * places.len());
    assert!(cases >= LEAST_CASES && cases < TEXTS.len() * places.len());
    assert!(free.len() > 40, "{free:?}");
}

/// What the programs of a plan are in the sandbox: each notes the words it is given.
pub(crate) const STUBS: &[&str] = &[
    "cargo", "coverage", "docker", "git", "make", "pip", "probe", "pytest", "python3", "show",
];

pub(crate) const STUB: &str = "#!/bin/sh
for word in \"$@\"; do printf '%s\\0' \"$word\" >> \"$WORDS\"; done
exit 0
";

/// A word that a POSIX shell takes as it is.
pub(crate) fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// What GitHub makes of a value before a step sees it.
fn filled_in(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    while let Some(start) = rest.find("${{") {
        text.push_str(&rest[..start]);
        let end = rest[start..]
            .find("}}")
            .map_or(rest.len(), |at| start + at + 2);
        let is_itself = rest[start..].starts_with("${{ '${{' }}");
        text.push_str(if is_itself { "${{" } else { "filled-in" });
        rest = &rest[end..];
    }
    text + rest
}

/// Runs every step of a workflow that runs something, and looks for what the text has done.
fn execute(workflow: &Value, text: &str, places: &[&str]) {
    let sandbox = TempDir::new().expect("a folder");
    let path = |name: &str| sandbox.path().join(name);
    for folder in ["bin", "work", "temp", "steps", "home"] {
        fs::create_dir(path(folder)).expect("a folder");
    }
    for stub in STUBS {
        let file = path("bin").join(stub);
        fs::write(&file, STUB).expect("a stub");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a program");
    }
    fs::write(path("words"), "").expect("a file");
    let jobs = workflow["jobs"].as_object().expect("jobs");
    let mut number = 0;
    for job in jobs.values() {
        for step in job["steps"].as_array().expect("steps") {
            let Some(script) = step["run"].as_str() else {
                continue;
            };
            assert!(
                !script.contains("${{"),
                "GitHub would fill this in: {script}"
            );
            let mut prepare = String::new();
            for variables in [&job["env"], &step["env"]] {
                for (name, value) in variables.as_object().into_iter().flatten() {
                    let value = filled_in(value.as_str().expect("a text"));
                    let _ = writeln!(prepare, "export {name}={}", single(&value));
                }
            }
            number += 1;
            fs::write(path("steps").join(format!("{number:03}.sh")), script).expect("a script");
            fs::write(path("steps").join(format!("{number:03}.env")), prepare).expect("variables");
        }
    }
    assert!(number > 15, "{number} steps");
    let driver = "for step in \"$STEPS\"/*.sh; do
  ( . \"${step%.sh}.env\"; exec bash --noprofile --norc -eo pipefail \"$step\" ) < /dev/null || true
done
wait";
    let mut shell = tools().command("bash");
    shell
        .args(["--noprofile", "--norc", "-c", driver])
        .current_dir(path("work"))
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", path("bin").display()))
        .env("HOME", path("home"))
        .env("STEPS", path("steps"))
        .env("WORDS", path("words"))
        .env("RUNNER_TEMP", path("temp"))
        .env("GITHUB_OUTPUT", path("output"))
        .env("GITHUB_SHA", "0".repeat(40));
    let done = run(&mut shell, LIMIT);
    let listed = |folder: &Path| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    };
    assert_eq!(listed(&path("work")), BTreeSet::new(), "{text:?}: {done}");
    assert_eq!(listed(&path("home")), BTreeSet::new(), "{text:?}: {done}");
    let own = ["bin", "home", "output", "steps", "temp", "words", "work"];
    let outside: BTreeSet<String> = own.map(str::to_owned).into();
    let stray: Vec<String> = listed(sandbox.path())
        .difference(&outside)
        .cloned()
        .collect();
    assert!(stray.is_empty(), "{text:?}: {stray:?}");
    let logs = ["cargo-test.log", "ready.log", "store.log"].map(str::to_owned);
    let stray: Vec<String> = listed(&path("temp"))
        .difference(&logs.into())
        .cloned()
        .collect();
    assert!(stray.is_empty(), "{text:?}: {stray:?}");
    // Where the plan says that a word is given to a program, the program got that word.
    let words = fs::read(path("words")).expect("the words");
    let words: BTreeSet<String> = words
        .split(|byte| *byte == 0)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect();
    for place in ["X_argument_X", "X_shown_argument_X", "X_value_argument_X"] {
        if places.contains(&place) {
            assert!(
                words.contains(text),
                "{text:?} in {place}: {words:?}\n{done}"
            );
        }
    }
}

/// As act fills expressions in, whose rules are GitHub's: every word and every variable reaches the tool
/// as it stands in the plan.
#[test]
fn every_word_reaches_the_tool_as_it_was() {
    let texts: Vec<&str> = TEXTS
        .iter()
        .copied()
        .filter(|text| {
            let plan = with(&["X_shown_argument_X", "X_variable_X"], text);
            workflows(&plan).is_some()
        })
        .collect();
    assert!(texts.len() > 40, "{texts:?}");
    let quoted = |text: &str| format!("\"{}\"", escaped(text));
    let words: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    let variables: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(number, text)| format!("V{number}: {}", quoted(text)))
        .collect();
    let title = quoted("'; touch pwned # ${{ github.token }} \"x\": {a: b}");
    let plan = format!(
        "plan p {{ title: {title} }}
stage s {{ title: {title}, host: github, trigger: push(branches: [\"main\"]), types: [t] }}
type t {{ title: {title} }}
environment e {{ title: {title}, visibility: public, runner: r, local: host }}
runner r {{ labels: [\"ubuntu-24.04\"] }}
tool show {{ runs: command, command: \"python3 show.py\" }}
suite u {{ title: {title}, type: t, tool: show, arguments: [{}], variables: {{ {} }}, stages: [s], environments: [e] }}
gate g {{ status: {title}, stage: s }}
",
        words.join(", "),
        variables.join(", ")
    );
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("plan.dtp"), plan).expect("a plan");
    let mut dtpc = std::process::Command::new(env!("CARGO_BIN_EXE_dtpc"));
    let arguments = ["generate", "plan.dtp", "--out", "."];
    let done = run(dtpc.args(arguments).current_dir(folder.path()), LIMIT);
    assert!(done.success(), "{done}");
    let show = "import json, os, pathlib, sys
folder = pathlib.Path(os.environ['DTPC_ARTIFACTS'], 'shown')
folder.mkdir(parents=True)
variables = [os.environ.get(f'V{number}') for number in range(len(sys.argv) - 1)]
text = json.dumps({'words': sys.argv[1:], 'variables': variables})
folder.joinpath('shown.json').write_text(text)
assert not pathlib.Path('pwned').exists()
";
    fs::write(path("show.py"), show).expect("a script");
    let ran = ActRun::new(folder.path())
        .workflow(".github/workflows/s.yml")
        .label("ubuntu-24.04")
        .run();
    assert_eq!(ran.job("u-e").result(), Outcome::Success, "{ran}");
    assert_eq!(ran.job("gate--g").result(), Outcome::Success, "{ran}");
    let shown = fs::read_to_string(ran.artifact("shown").join("shown.json")).expect("words");
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["words"], serde_json::json!(texts));
    // act fills the variables of a job in twice, so of those with an expression it proves nothing.
    let variables = shown["variables"].as_array().expect("a list");
    let mut compared = 0;
    for (shown, text) in variables.iter().zip(&texts) {
        if !text.contains("${{") {
            assert_eq!(shown, text);
            compared += 1;
        }
    }
    assert!(compared > 40, "{compared}");
}
