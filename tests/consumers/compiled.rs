//! The compiled plan as JSON, and its schema: check-jsonschema is a consumer of both.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dtpc::schema::kinds::KINDS;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::tools::{Done, LIMIT, run, tools, workspace};

/// What a call of dtpc prints.
fn printed(arguments: &[&str]) -> String {
    let mut dtpc = Command::new(env!("CARGO_BIN_EXE_dtpc"));
    let done = run(dtpc.args(arguments).current_dir(workspace()), LIMIT);
    assert!(done.success(), "{done}");
    done.stdout
}

/// The schema, in a folder.
fn schema_in(folder: &Path) -> PathBuf {
    let path = folder.join("plan.schema.json");
    fs::write(&path, printed(&["schema"])).expect("a file");
    path
}

/// The compiled form of a plan, in a folder of its own below another one.
fn compiled(plan: &Path, below: &Path) -> PathBuf {
    let name = plan.file_stem().expect("a name").to_str().expect("a name");
    let out = below.join(name);
    let out = out.to_str().expect("a path");
    let plan = plan.to_str().expect("a path");
    let written = printed(&["generate", plan, "--target", "json", "--out", out]);
    let (_, path) = written.trim().rsplit_once(' ').expect("what was written");
    Path::new(out).join(path)
}

/// The plans of the repository that hold.
fn plans() -> Vec<PathBuf> {
    let mut plans: Vec<PathBuf> = [
        "plans/dynamo.dtp",
        "tests/sample/plans/sample.dtp",
        "tests/workshop/plans/workshop.dtp",
        "tests/effects/plan.dtp",
        "docs/guide/shop/plans/shop.dtp",
    ]
    .iter()
    .map(|plan| workspace().join(plan))
    .collect();
    let holds = fs::read_dir(workspace().join("tests/holds")).expect("a folder");
    let holds = holds.map(|entry| entry.expect("an entry").path());
    plans.extend(holds.filter(|path| path.extension().is_some_and(|e| e == "dtp")));
    assert!(plans.len() > 35, "the plans are gone");
    plans
}

/// What check-jsonschema says about files.
fn judged(schema: &Path, files: &[PathBuf]) -> Done {
    let mut check = tools().command("check-jsonschema");
    check.arg("--schemafile").arg(schema).args(files);
    run(&mut check, LIMIT)
}

/// The compiled form of one plan, read.
fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON")
}

#[test]
fn the_schema_is_one_and_always_the_same() {
    let folder = TempDir::new().expect("a folder");
    let path = schema_in(folder.path());
    let mut check = tools().command("check-jsonschema");
    let done = run(check.arg("--check-metaschema").arg(&path), LIMIT);
    assert!(done.success(), "{done}");
    assert_eq!(
        read(&path)["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    assert_eq!(
        fs::read_to_string(path).expect("a file"),
        printed(&["schema"])
    );
}

#[test]
fn every_plan_keeps_to_the_schema() {
    let folder = TempDir::new().expect("a folder");
    let schema = schema_in(folder.path());
    let files: Vec<PathBuf> = plans()
        .iter()
        .map(|plan| compiled(plan, folder.path()))
        .collect();
    let done = judged(&schema, &files);
    assert!(done.success(), "{done}");
    // Every kind is among them, and every field: the schema was not kept by saying nothing.
    let mut seen = BTreeSet::new();
    for file in &files {
        for (kind, list) in read(file)["declarations"].as_object().expect("an object") {
            for declared in list.as_array().expect("a list") {
                let fields = declared["fields"].as_object().expect("an object");
                seen.extend(fields.keys().map(|field| format!("{kind}.{field}")));
            }
        }
    }
    for kind in KINDS {
        for field in kind.fields {
            let name = format!("{}.{}", kind.name, field.name);
            assert!(
                seen.contains(&name),
                "no plan has {name} in its compiled form"
            );
        }
    }
}

/// A change of the compiled plan that makes it another than the schema says.
type Spoiling = (&'static str, fn(&mut Value));

/// Where the suite `python_unit` of the plan of Dynamo stands in it.
fn suite(plan: &mut Value) -> &mut Value {
    &mut plan["declarations"]["suite"][0]["fields"]
}

const SPOILED: &[Spoiling] = &[
    ("a field that there is not", |plan| {
        suite(plan)["colour"] = json!("red");
    }),
    ("a kind that there is not", |plan| {
        plan["declarations"]["colour"] = json!([]);
    }),
    ("a string for a list", |plan| {
        suite(plan)["stages"] = json!("nightly");
    }),
    ("a number for a duration", |plan| {
        suite(plan)["timeout"] = json!(30);
    }),
    ("a duration in another unit", |plan| {
        suite(plan)["timeout"] = json!({ "seconds": 30, "text": "30 s" });
    }),
    ("a duration that is a text", |plan| {
        suite(plan)["timeout"]["milliseconds"] = json!("30min");
    }),
    ("a share of more than all", |plan| {
        plan["declarations"]["coverage"][0]["fields"]["minimum"] = json!({ "percent": 101 });
    }),
    ("a word that there is not", |plan| {
        plan["declarations"]["stage"][0]["fields"]["host"] = json!("jenkins");
    }),
    ("a place without a line", |plan| {
        plan["declarations"]["stage"][0]["origin"] = json!("plans/dynamo.dtp");
    }),
    ("the place of a field that there is not", |plan| {
        plan["declarations"]["stage"][0]["origins"]["colour"] = json!("plans/dynamo.dtp:1");
    }),
    ("a job without a timeout", |plan| {
        plan["jobs"][0]
            .as_object_mut()
            .expect("a job")
            .remove("timeout");
    }),
    ("an expression with an unknown operator", |plan| {
        plan["declarations"]["stage"][1]["fields"]["selects"]["tests"] = json!({ "xor": [] });
    }),
    ("null for what is not said", |plan| {
        suite(plan)["owner"] = Value::Null;
    }),
    ("another format", |plan| {
        plan["format"] = json!(2);
    }),
];

#[test]
fn what_is_spoiled_does_not_keep_to_the_schema() {
    let folder = TempDir::new().expect("a folder");
    let schema = schema_in(folder.path());
    let plan = read(&compiled(
        &workspace().join("plans/dynamo.dtp"),
        folder.path(),
    ));
    let mut files = Vec::new();
    for (number, (what, spoil)) in SPOILED.iter().enumerate() {
        let mut spoiled = plan.clone();
        spoil(&mut spoiled);
        assert_ne!(spoiled, plan, "{what} changes nothing");
        let path = folder.path().join(format!("spoiled{number}.json"));
        fs::write(&path, spoiled.to_string()).expect("a file");
        files.push(path);
    }
    let mut check = tools().command("check-jsonschema");
    check.args(["--output-format", "json", "--schemafile"]);
    let done = run(check.arg(&schema).args(&files), LIMIT);
    let said: Value =
        serde_json::from_str(&done.stdout).unwrap_or_else(|why| panic!("{why}\n{done}"));
    let blamed: BTreeSet<&str> = said["errors"]
        .as_array()
        .expect("a list of errors")
        .iter()
        .filter_map(|error| error["filename"].as_str())
        .collect();
    for ((what, _), file) in SPOILED.iter().zip(&files) {
        let file = file.to_str().expect("a path");
        assert!(blamed.contains(file), "{what} keeps to the schema\n{done}");
    }
}

/// Each definition's examples are values of it.
#[test]
fn the_examples_in_the_schema_keep_to_it() {
    let folder = TempDir::new().expect("a folder");
    let mut schema = read(&schema_in(folder.path()));
    let definitions = schema["$defs"].take();
    let mut properties = serde_json::Map::new();
    let mut examples = serde_json::Map::new();
    for (name, definition) in definitions.as_object().expect("an object") {
        if let Some(of_it) = definition.get("examples") {
            let items = json!({ "$ref": format!("#/$defs/{name}") });
            properties.insert(name.clone(), json!({ "type": "array", "items": items }));
            examples.insert(name.clone(), of_it.clone());
        }
    }
    assert!(examples.len() > 10, "the examples are gone: {examples:?}");
    let of_examples = json!({ "$defs": definitions, "properties": properties });
    let (schema, file) = (folder.path().join("s.json"), folder.path().join("e.json"));
    fs::write(&schema, of_examples.to_string()).expect("a file");
    fs::write(&file, Value::from(examples).to_string()).expect("a file");
    let done = judged(&schema, &[file]);
    assert!(done.success(), "{done}");
}

/// What dtpc wrote is known by its first two fields, whatever the plan is called.
#[test]
fn one_that_was_changed_by_hand_is_left_alone() {
    let folder = TempDir::new().expect("a folder");
    let name = "a \"plan\" -- of \\ ours.dtp";
    fs::write(
        folder.path().join(name),
        "plan p { root: \".\", json: \"p.json\" }\n",
    )
    .expect("a plan");
    let generate = |more: &[&str]| {
        let mut dtpc = Command::new(env!("CARGO_BIN_EXE_dtpc"));
        let arguments = ["generate", "--target", "json", name];
        run(
            dtpc.args(arguments).args(more).current_dir(folder.path()),
            LIMIT,
        )
    };
    for expected in ["created   p.json\n", "unchanged p.json\n"] {
        let done = generate(&[]);
        assert!(done.success() && done.stdout == expected, "{done}");
    }
    let path = folder.path().join("p.json");
    let written = fs::read_to_string(&path).expect("a file");
    let title = "\"title\": \"P\"";
    assert!(written.contains(title), "{written}");
    let changed = written.replacen(title, "\"title\": \"Q\"", 1);
    fs::write(&path, &changed).expect("a file");
    let done = generate(&[]);
    assert!(!done.success(), "{done}");
    assert!(format!("{done}").contains("was changed by hand"), "{done}");
    assert_eq!(fs::read_to_string(&path).expect("a file"), changed);
    assert!(generate(&["--force"]).success());
    assert_eq!(fs::read_to_string(&path).expect("a file"), written);
}
