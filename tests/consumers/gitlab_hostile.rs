//! The texts and the plan of [`super::hostile`], with its stage on GitLab: a text is refused, or the
//! pipeline has the structure that it had, GitLab expands nothing of the text, and the scripts run
//! nothing of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use dtpc::compile::{self, Entry};
use dtpc::diagnostics;
use dtpc::jobs::Jobs;
use dtpc::targets::{self, Content};
use serde_json::Value;
use tempfile::TempDir;

use super::hostile::{LEAST_CASES, STUB, STUBS, TEXTS, Text, places, same_structure, single, with};
use crate::support::tools::{LIMIT, run, tools};

/// What is said otherwise there.
const ON_GITLAB: &[(&str, &str)] = include!("../hostile/gitlab.rs");

/// The one place that the id of a job is made of, and with it the cells of a matrix.
const AXIS_VALUE: &str = "X_axis_value_X";

/// What GitLab would take for something of its own.
const FOR_GITLAB: &[&str] = &[
    "$CI_JOB_TOKEN ${CI_JOB_TOKEN} %CI_JOB_TOKEN% $$",
    "$[[ inputs.stage ]]",
    "!reference [.s, script]",
    "/ || $CI_COMMIT_TAG =~ /.*/",
];

/// The file of the stage, and the file that brings it in, with a text in these places; nothing where
/// it is refused.
fn pipeline(places: &[&str], text: &str) -> Option<[Value; 2]> {
    let mut plan = with(places, text);
    for (text, there) in ON_GITLAB {
        plan = plan.replace(text, there);
    }
    let entry = Entry {
        file: "plan.dtp".to_owned(),
        folders: vec!["plans".to_owned()],
    };
    let compilation = compile::compile(&entry, None, &mut Text(&plan));
    let Some(checked) = &compilation.plan else {
        assert!(diagnostics::has_errors(&compilation.diagnostics));
        return None;
    };
    let jobs = Jobs::derive(checked, &compilation.sources);
    let target = targets::find("gitlab-ci").expect("the target");
    let outputs = targets::render(&[target], &jobs).ok()?;
    let read = |path: &str| {
        let output = outputs.iter().find(|output| output.path == path);
        let Content::Whole(text) = &output.expect("a file").content else {
            panic!("{path} is shared");
        };
        serde_yaml::from_str::<Value>(text).unwrap_or_else(|why| panic!("{why}\n{text}"))
    };
    Some([read(".gitlab/ci/s.yml"), read(".gitlab-ci.yml")])
}

/// The texts in which GitLab or a runner would expand variables, each with where it is. Scripts are
/// not among them, nor what says of itself that it is not expanded.
fn expanded(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) if map.get("expand") == Some(&Value::Bool(false)) => {}
        Value::Object(map) => {
            for (key, value) in map {
                // Nor is a name of a job one.
                let plain = [
                    "script",
                    "after_script",
                    "if",
                    "description",
                    "dependencies",
                ];
                if !plain.contains(&key.as_str()) {
                    expanded(value, key, found);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| expanded(value, at, found)),
        Value::String(text) => {
            // `$$` is a `$`, where variables of services are handed on.
            let text = text.replace("$$", "");
            let beginnings = text.matches('$').count();
            if beginnings > 0 {
                found.push(format!("{at}: {beginnings}"));
            }
        }
        _ => {}
    }
}

fn sorted_expanded(files: &[Value; 2]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        expanded(file, "", &mut found);
    }
    found.sort();
    found
}

/// A file with each variable as its value, whether or not GitLab is kept from expanding it.
fn meant(value: &Value) -> Value {
    match value {
        Value::Object(map) if map.len() == 2 && map.contains_key("expand") => map["value"].clone(),
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| (key.clone(), meant(value)));
            Value::Object(entries.collect())
        }
        Value::Array(list) => list.iter().map(meant).collect(),
        other => other.clone(),
    }
}

/// How many regular expressions begin or end in the rules of a stage.
fn slashes(stage: &Value) -> usize {
    let rules = stage[".s"]["rules"].as_array().expect("rules");
    let conditions = rules.iter().filter_map(|rule| rule["if"].as_str());
    conditions
        .map(|condition| condition.replace("\\/", "").matches('/').count())
        .sum()
}

fn let_through<'p>(places: &[&'p str], text: &str, before: &[Value; 2]) -> Vec<&'p str> {
    let Some(after) = pipeline(places, text) else {
        if places.len() == 1 {
            return Vec::new();
        }
        let (left, right) = places.split_at(places.len() / 2);
        let mut taken = let_through(left, text, before);
        taken.extend(let_through(right, text, before));
        return taken;
    };
    for (before, after) in before.iter().zip(&after) {
        if let Err(why) = same_structure(&meant(before), &meant(after), "") {
            panic!("{text:?} in {places:?}: {why}");
        }
    }
    let (known, own) = (sorted_expanded(before), sorted_expanded(&after));
    assert_eq!(own, known, "{text:?} in {places:?}");
    assert_eq!(slashes(&after[0]), slashes(&before[0]), "{text:?}");
    places.to_vec()
}

/// Runs every script of a pipeline, and looks for what the text has done.
fn execute(stage: &Value, text: &str, places: &[&str]) {
    let sandbox = TempDir::new().expect("a folder");
    let path = |name: &str| sandbox.path().join(name);
    for folder in ["bin", "work", "project/.dtpc-run", "scripts", "home"] {
        fs::create_dir_all(path(folder)).expect("a folder");
    }
    for stub in STUBS {
        let file = path("bin").join(stub);
        fs::write(&file, STUB).expect("a stub");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a program");
    }
    fs::write(path("words"), "").expect("a file");
    let mut number = 0;
    for job in stage.as_object().expect("jobs").values() {
        let Some(lines) = job["script"].as_array() else {
            continue;
        };
        let mut script = String::new();
        for (name, value) in job["variables"].as_object().into_iter().flatten() {
            let value = value.as_str().or_else(|| value["value"].as_str());
            let value = single(value.expect("a text"));
            let _ = writeln!(script, "export {name}={value}");
        }
        let lines = lines
            .iter()
            .chain(job["after_script"].as_array().into_iter().flatten());
        for line in lines {
            // Nothing listens there: it would be waited for.
            let line = line
                .as_str()
                .expect("a line")
                .replace("listens db/5432", "true");
            script.push_str(&line);
            script.push('\n');
        }
        let cells = job["parallel"]["matrix"][0]["CELL"].as_array();
        let cells = cells.map_or_else(
            || vec![""],
            |cells| {
                cells
                    .iter()
                    .map(|cell| cell.as_str().expect("a cell"))
                    .collect()
            },
        );
        for cell in cells {
            number += 1;
            let whole = format!("export CELL={}\n{script}", single(cell));
            fs::write(path("scripts").join(format!("{number:03}.sh")), whole).expect("a script");
        }
    }
    assert!(number > 8, "{number} scripts");
    let driver = "for script in \"$SCRIPTS\"/*.sh; do
  bash --noprofile --norc -eo pipefail \"$script\" < /dev/null || true
done
wait";
    let mut shell = tools().command("bash");
    shell
        .args(["--noprofile", "--norc", "-c", driver])
        .current_dir(path("work"))
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", path("bin").display()))
        .env("HOME", path("home"))
        .env("SCRIPTS", path("scripts"))
        .env("WORDS", path("words"))
        .env("CI_PROJECT_DIR", path("project"))
        .env("CI_COMMIT_SHA", "0".repeat(40));
    let done = run(&mut shell, LIMIT);
    for folder in ["work", "home"] {
        let left = fs::read_dir(path(folder)).expect("a folder").count();
        assert_eq!(left, 0, "{text:?} left something in {folder}: {done}");
    }
    let stray: BTreeSet<String> = ["project", "project/.dtpc-run"]
        .iter()
        .flat_map(|folder| fs::read_dir(path(folder)).expect("a folder"))
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| {
            let own = [
                ".dtpc-run",
                "cargo-test.log",
                "ready.log",
                "store.log",
                "outputs",
            ];
            !own.contains(&name.as_str())
        })
        .collect();
    assert!(stray.is_empty(), "{text:?}: {stray:?}");
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

#[test]
fn no_text_changes_a_pipeline_or_runs() {
    let places: Vec<&str> = places()
        .into_iter()
        // It is a word of GitLab's own, in the names of jobs and the cells of a matrix.
        .filter(|place| *place != AXIS_VALUE && *place != "X_group_X")
        .collect();
    let before = pipeline(&[], "").expect("the plan holds as it is");
    let mut cases = 0;
    // Quoting for the shell is tried with all of them for GitHub: these are for the form.
    let texts = TEXTS.iter().step_by(8).chain(FOR_GITLAB);
    for text in texts.clone() {
        let taken = let_through(&places, text, &before);
        cases += taken.len();
        if !taken.is_empty() {
            let [stage, _] = pipeline(&taken, text)
                .unwrap_or_else(|| panic!("{text:?} is refused in all of {taken:?} at once"));
            execute(&stage, text, &taken);
        }
    }
    let all = texts.count() * places.len();
    println!("{cases} of {all}");
    assert!(cases >= LEAST_CASES && cases < all);
}

/// A value of an axis is a part of ids: whatever it is, they are words of letters, digits, `_` and `-`.
#[test]
fn the_cells_of_a_matrix_are_words() {
    let mut seen = 0;
    for text in TEXTS {
        let Some([stage, _]) = pipeline(&[AXIS_VALUE], text) else {
            continue;
        };
        for (name, job) in stage.as_object().expect("jobs") {
            let is_word = |text: &str| {
                text.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_-:.".contains(c))
            };
            assert!(is_word(name) || name == "X_status_X", "{name:?}");
            let cells = job["parallel"]["matrix"][0]["CELL"].as_array();
            for cell in cells.into_iter().flatten() {
                assert!(is_word(cell.as_str().expect("a cell")), "{cell:?}");
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen}");
}
