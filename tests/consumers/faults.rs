//! What must turn the gate red, fault by fault, and does: each is put into a repository, its workflow
//! is run, and the gate says of which job.
//!
//! act runs those for which it is an oracle, several at once where they are in different jobs, so that
//! each is blamed on its own job and on no other. What only GitHub itself can bring about, such as a
//! cancellation, is told to the step of the generated gate, as GitHub would.
//!
//! `DTPC_BLESS=1` writes `docs/faults.md`, the list of all of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use serde_json::{Value, json};

use crate::here::assert_same;
use crate::support::act::{ActRun, Outcome, Ran};
use crate::support::repository::Repository;
use crate::support::tools::{LIMIT, run, workspace};

const GATE: &str = "gate--merge";

/// A fault: what is wrong, how it is brought about, and what the gate says of which jobs.
struct Fault {
    what: &'static str,
    edits: &'static [Edit],
    blamed: &'static [(&'static str, &'static str)],
}

/// A change of a repository.
enum Edit {
    /// Something else stands in a file, before the plan is compiled.
    Replaces(&'static str, &'static str, &'static str),
    /// A file is another one.
    Writes(&'static str, &'static str),
}

use Edit::{Replaces, Writes};

/// Faults in different jobs of one run.
struct Batch {
    repository: &'static str,
    faults: &'static [Fault],
}

const BATCHES: &[Batch] = &[
    Batch {
        repository: "sample",
        faults: &[
            Fault {
                what: "a hook finds fault with a file",
                edits: &[Writes("sample/unused.py", "x = 1 \n")],
                blamed: &[("hooks-cpu", "failure")],
            },
            Fault {
                what: "the crate does not compile",
                edits: &[Replaces("src/lib.rs", "#[test]", "#[test] fn")],
                blamed: &[("rust_unit-cpu", "failure")],
            },
            Fault {
                what: "a file of tests cannot be read",
                edits: &[Replaces(
                    "sample/settings/test_parse.py",
                    "def test_",
                    "def def test_",
                )],
                blamed: &[("python_unit-cpu", "failure")],
            },
            Fault {
                what: "a test carries a marker that nobody registered",
                edits: &[Replaces(
                    "tests/e2e/test_cli.py",
                    "pytest.mark.e2e",
                    "pytest.mark.e3e",
                )],
                blamed: &[("e2e-cpu", "failure")],
            },
            Fault {
                what: "the set-up of the tests breaks",
                edits: &[Replaces(
                    "tests/integration/conftest.py",
                    "import",
                    "import a_module_that_is_not_there\nimport",
                )],
                blamed: &[("integration-cpu", "failure")],
            },
            Fault {
                what: "a command fails",
                edits: &[Writes("tools/package.py", "raise SystemExit(3)\n")],
                blamed: &[("packaging-cpu", "failure")],
            },
        ],
    },
    Batch {
        repository: "sample",
        faults: &[
            Fault {
                what: "a test of Python fails",
                edits: &[Replaces(
                    "sample/settings/test_parse.py",
                    "== {\"port\": \"7070\"}",
                    "== {}",
                )],
                blamed: &[("python_unit-cpu", "failure")],
            },
            Fault {
                what: "a test of Rust fails",
                edits: &[Replaces(
                    "src/lib.rs",
                    "assert!(!is_key(\"\"))",
                    "assert!(is_key(\"\"))",
                )],
                blamed: &[("rust_unit-cpu", "failure")],
            },
            Fault {
                what: "no test is collected",
                edits: &[Replaces(
                    "tests/e2e/test_cli.py",
                    "pytest.mark.pre_merge",
                    "pytest.mark.nightly",
                )],
                blamed: &[("e2e-cpu", "failure")],
            },
            Fault {
                what: "a service does not start",
                edits: &[
                    Replaces("plans/sample.dtp", "ready_within: 20s", "ready_within: 2s"),
                    Writes(
                        "tools/store.py",
                        "\"\"\"Broken.\"\"\"\n\nraise SystemExit(1)\n",
                    ),
                ],
                blamed: &[("integration-cpu", "failure")],
            },
            Fault {
                what: "a clean-up fails",
                edits: &[Replaces(
                    "plans/sample.dtp",
                    "  covers:       [packaging]\n",
                    "  covers:       [packaging]\n  cleanup:      \"rm nothing-that-is-there\"\n",
                )],
                blamed: &[("packaging-cpu", "failure")],
            },
        ],
    },
    Batch {
        repository: "workshop",
        faults: &[
            Fault {
                what: "a part of a job fails",
                edits: &[Replaces(
                    "tests/serve/test_serve.py",
                    "== \"small\"",
                    "== \"smaller\"",
                )],
                blamed: &[
                    ("serve-cpu-vllm-cuda13_0", "failure"),
                    ("serve-cpu-vllm-cudanone", "failure"),
                ],
            },
            Fault {
                what: "the parts of a job find no test",
                edits: &[Replaces(
                    "tests/serve/test_serve.py",
                    "def test_wheel",
                    "@m.sglang\ndef test_wheel",
                )],
                blamed: &[("serve-cpu-neither-cudanone", "failure")],
            },
            Fault {
                what: "no shard of a job finds a test",
                edits: &[Replaces("src/lib.rs", "#[test]", "#[allow(dead_code)]")],
                blamed: &[("runtime-cpu", "no test ran")],
            },
            Fault {
                what: "what is generated is not what is committed; and a job is skipped behind it",
                edits: &[Writes("tools/names.txt", "get set put\n")],
                blamed: &[("bindings-cpu", "failure"), ("reading-cpu", "skipped")],
            },
        ],
    },
    Batch {
        repository: "workshop",
        faults: &[Fault {
            what: "a build fails; and what needs it is skipped",
            edits: &[Writes("tools/make_wheel.py", "raise SystemExit(1)\n")],
            blamed: &[
                ("build--wheel", "failure"),
                ("serve-cpu-vllm-cuda13_0", "skipped"),
                ("serve-cpu-vllm-cudanone", "skipped"),
                ("serve-cpu-sglang-cudanone-shard1", "skipped"),
                ("serve-cpu-sglang-cudanone-shard2", "skipped"),
                ("serve-cpu-neither-cudanone", "skipped"),
            ],
        }],
    },
];

/// The job of the sample of which something is told that only GitHub can bring about.
const TOLD_OF: &str = "hooks-cpu";

/// What GitHub tells the gate of one required job, all others being well: nothing where it is missing.
const TOLD: &[(&str, Option<&str>)] = &[
    ("a job is cancelled by somebody", Some("cancelled")),
    (
        "a job takes longer than it may, which GitHub calls so too",
        Some("cancelled"),
    ),
    ("a job is skipped, and nobody said why", Some("skipped")),
    ("a job is missing", None),
    ("a job ends with a word that nobody knows", Some("neutral")),
];

fn repository(batch: &Batch) -> Repository {
    let repository = match batch.repository {
        "sample" => Repository::sample(),
        _ => Repository::workshop(),
    };
    for edit in batch.faults.iter().flat_map(|fault| fault.edits) {
        match edit {
            Replaces(file, from, to) => repository.replace(file, from, to),
            Writes(file, text) => repository.write(file, text),
        }
    }
    repository.generated()
}

/// What the gate printed of each job: its weight and its result.
fn verdicts(ran: &Ran) -> BTreeMap<String, (String, String)> {
    let log = ran.job(GATE).step("Judge the results").log.clone();
    log.lines()
        .filter_map(|line| match *line.split_whitespace().collect::<Vec<_>>() {
            [result, weight @ ("required" | "advisory"), job, ..] => {
                let job = job.trim_end_matches(':').to_owned();
                Some((job, (weight.into(), result.into())))
            }
            _ => None,
        })
        .collect()
}

/// That each fault of a batch is red in act and in `dtpc run`, in its own jobs and in no other.
fn assert_red(batch: &Batch) {
    let repository = repository(batch);
    let payload = json!({ "pull_request": { "base": { "sha": "1".repeat(40) } } });
    let ran = ActRun::new(repository.root())
        .workflow(".github/workflows/pre-merge.yml")
        .event("pull_request")
        .label("ubuntu-24.04")
        .secret("HUB_TOKEN", "open sesame")
        .payload(payload)
        .run();
    assert_eq!(ran.job(GATE).result(), Outcome::Failure, "{ran}");
    assert_eq!(ran.code, Some(1), "{ran}");
    let mut expected: Vec<String> = batch
        .faults
        .iter()
        .flat_map(|fault| fault.blamed)
        .map(|(job, result)| format!("{job}: {result}"))
        .collect();
    let gate = &ran.job(GATE).step("Judge the results").annotations;
    let errors = gate.iter().filter(|(level, _)| level == "error");
    let mut blamed: Vec<String> = errors.map(|(_, text)| text.clone()).collect();
    expected.sort();
    blamed.sort();
    assert_eq!(blamed, expected, "{ran}");
    assert_same(&repository, &ran, &verdicts(&ran), GATE);
}

#[test]
fn what_breaks_in_the_sample_closes_the_gate() {
    assert_red(&BATCHES[0]);
}

#[test]
fn what_fails_in_the_sample_closes_the_gate() {
    assert_red(&BATCHES[1]);
}

#[test]
fn what_fails_in_the_workshop_closes_the_gate() {
    assert_red(&BATCHES[2]);
}

#[test]
fn a_build_that_fails_in_the_workshop_closes_the_gate() {
    assert_red(&BATCHES[3]);
}

/// The step of the generated gate, with the variables of its workflow.
#[test]
fn what_only_github_can_tell_closes_the_gate() {
    let repository = Repository::sample().generated();
    let workflow = repository.yaml(".github/workflows/pre-merge.yml");
    let gate = &workflow["jobs"][GATE];
    let steps = gate["steps"].as_array().unwrap();
    let step = steps
        .iter()
        .find(|step| step["name"] == "Judge the results")
        .unwrap();
    let needed: Vec<&str> = gate["needs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job.as_str().unwrap())
        .collect();
    let required = step["env"]["REQUIRED"].as_str().unwrap();
    let judge = |needs: &Value| {
        let mut shell = repository.command("bash");
        let script = step["run"].as_str().unwrap();
        shell.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]);
        for (name, value) in step["env"].as_object().unwrap() {
            let value = value.as_str().unwrap();
            if name == "NEEDS" {
                shell.env(name, needs.to_string());
            } else {
                shell.env(name, value);
            }
        }
        run(&mut shell, LIMIT)
    };
    let well: Value = needed
        .iter()
        .map(|job| {
            (
                (*job).to_owned(),
                json!({ "result": "success", "outputs": {} }),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    let done = judge(&well);
    assert!(done.success(), "{done}");
    let job = TOLD_OF;
    assert!(required.lines().any(|name| name == job), "{required}");
    for (what, result) in TOLD {
        let mut needs = well.clone();
        match result {
            Some(result) => needs[job]["result"] = json!(result),
            None => {
                needs.as_object_mut().unwrap().remove(job);
            }
        }
        let done = judge(&needs);
        assert_eq!(done.code, Some(1), "{what}: {done}");
        let told = format!("::error::{job}: {}\n", result.unwrap_or("missing"));
        assert!(done.stdout.contains(&told), "{what}: {done}");
    }
}

/// A cell of a table in Markdown.
fn code(text: &str) -> String {
    format!("`{text}`")
}

#[test]
fn the_list_of_faults_is_fresh() {
    let mut page = "# What turns the gate red\n\n\
         <!-- Written by tests/consumers/faults.rs: `DTPC_BLESS=1 cargo test --test consumers faults`. -->\n\n\
         Each fault is put into a repository and its workflow is run, by act where act is an oracle. The gate then names the jobs that are to blame, and no others; `dtpc run` says the same of each job and of the gate. What only GitHub can bring about is told to the step of the generated gate.\n\n\
         | Fault | In | The gate says |\n| --- | --- | --- |\n"
        .to_owned();
    let mut count = 0;
    for batch in BATCHES {
        for fault in batch.faults {
            let blamed: Vec<String> = fault
                .blamed
                .iter()
                .map(|(job, result)| code(&format!("{job}: {result}")))
                .collect();
            // Writing to a String cannot fail.
            let _ = writeln!(
                page,
                "| {} | the {} | {} |",
                fault.what,
                batch.repository,
                blamed.join(", ")
            );
            count += 1;
        }
    }
    let _ = writeln!(
        page,
        "| two jobs together cover too few lines | the sample | `coverage--python_lines: failure` |"
    );
    for (what, result) in TOLD {
        let told = code(&format!("{TOLD_OF}: {}", result.unwrap_or("missing")));
        let _ = writeln!(page, "| {what} | the gate of the sample | {told} |");
        count += 1;
    }
    assert!(count >= 15, "{count}");
    let path = workspace().join("docs/faults.md");
    if std::env::var_os("DTPC_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, page, "docs/faults.md: run with DTPC_BLESS=1");
}
