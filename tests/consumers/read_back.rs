//! The YAML and JSON that is written, read back and compared with what was meant.

use serde_json::{Value, json};

use crate::support::repository::{Repository, command_of};
use crate::support::tools::{LIMIT, run};

const CHECKOUT: &str = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1";

/// A job in one line: its id, where it runs, its timeout in minutes, its command.
type Line<'a> = (&'a str, Value, u64, &'a str);

/// Compares the jobs of a workflow with these, in this order; the gate is looked at by itself.
fn assert_jobs(repository: &Repository, file: &str, expected: &[Line<'_>]) {
    let workflow = repository.yaml(&format!(".github/workflows/{file}"));
    assert_eq!(workflow["permissions"], json!({}), "{file}");
    let jobs = workflow["jobs"].as_object().expect("jobs");
    let mut ids: Vec<&str> = jobs.keys().map(String::as_str).collect();
    ids.retain(|id| !id.starts_with("gate--") && *id != "summary" && !is_waiting(&jobs[*id]));
    let mut meant: Vec<&str> = expected.iter().map(|line| line.0).collect();
    ids.sort_unstable();
    meant.sort_unstable();
    assert_eq!(ids, meant, "{file}");
    for (id, runs_on, timeout, command) in expected {
        let job = &jobs[*id];
        assert_eq!(job["runs-on"], *runs_on, "{file}, {id}");
        assert_eq!(job["timeout-minutes"], json!(timeout), "{file}, {id}");
        assert_eq!(
            job["permissions"],
            json!({ "contents": "read" }),
            "{file}, {id}"
        );
        assert_eq!(job["needs"], Value::Null, "{file}, {id}");
        assert_eq!(job["steps"][0]["uses"], CHECKOUT, "{file}, {id}");
        let line = command_of(job).lines().next().expect("a line");
        assert_eq!(line, *command, "{file}, {id}");
    }
}

/// Whether a job has no machine yet.
fn is_waiting(job: &Value) -> bool {
    job["steps"][0]["name"] == "Say what is open"
}

/// The step of a job with this name.
fn step<'a>(job: &'a Value, name: &str) -> &'a Value {
    let mut steps = job["steps"].as_array().expect("steps").iter();
    steps
        .find(|step| step["name"] == name)
        .unwrap_or_else(|| panic!("no step {name}: {job}"))
}

fn linux() -> Value {
    json!("ubuntu-24.04")
}

#[test]
fn the_plan_of_the_sample_has_no_finding_and_its_files_do_not_drift() {
    let repository = Repository::sample().generated();
    for arguments in [["check", "plans/sample.dtp"], ["generate", "--check"]] {
        let mut dtpc = std::process::Command::new(env!("CARGO_BIN_EXE_dtpc"));
        let done = run(dtpc.args(arguments).current_dir(repository.root()), LIMIT);
        assert!(done.success() && done.stderr.is_empty(), "{done}");
    }
}

#[test]
fn the_workflows_of_the_sample() {
    let repository = Repository::sample().generated();
    assert_eq!(
        repository.workflow_files(),
        ["nightly.yml", "pre-merge.yml", "weekly.yml"]
    );
    assert_jobs(
        &repository,
        "pre-merge.yml",
        &[
            ("hooks-cpu", linux(), 60, "pre-commit run --all-files"),
            (
                "rust_unit-cpu",
                linux(),
                10,
                "cargo test --locked --lib 2>&1 | tee \"$RUNNER_TEMP/cargo-test.log\"",
            ),
            (
                "python_unit-cpu",
                linux(),
                5,
                "pytest sample -m 'pre_merge and not gpu_1 and unit'",
            ),
            (
                "integration-cpu",
                linux(),
                10,
                "pytest tests/integration -m 'pre_merge and not gpu_1 and integration'",
            ),
            (
                "e2e-cpu",
                linux(),
                10,
                "pytest tests/e2e -m 'pre_merge and not gpu_1 and e2e'",
            ),
            ("packaging-cpu", linux(), 5, "python3 tools/package.py"),
            (
                "throughput-cpu",
                linux(),
                5,
                "pytest benchmarks -m 'pre_merge and not gpu_1 and performance'",
            ),
        ],
    );
    assert_jobs(
        &repository,
        "nightly.yml",
        &[
            (
                "python_unit-cpu",
                linux(),
                5,
                "coverage run -m pytest sample -m 'nightly and unit and not gpu_1'",
            ),
            (
                "integration-cpu",
                linux(),
                10,
                "pytest tests/integration -m 'nightly and integration and not gpu_1'",
            ),
            (
                "e2e-cpu",
                linux(),
                10,
                "pytest tests/e2e -m 'nightly and e2e and not gpu_1'",
            ),
            (
                "e2e_gpu-gpu",
                json!(["self-hosted", "linux", "gpu-1"]),
                10,
                "pytest tests/e2e -m 'nightly and e2e and gpu_1'",
            ),
        ],
    );
    assert_jobs(
        &repository,
        "weekly.yml",
        &[(
            "rust_unit-cpu",
            linux(),
            10,
            "cargo tarpaulin --out Xml --locked --lib",
        )],
    );
}

#[test]
fn what_starts_the_workflows_of_the_sample() {
    let repository = Repository::sample().generated();
    let on = |file: &str| repository.yaml(&format!(".github/workflows/{file}"))["on"].clone();
    assert_eq!(
        on("pre-merge.yml"),
        json!({ "pull_request": { "branches": ["main"] }, "merge_group": {} })
    );
    assert_eq!(
        on("nightly.yml"),
        json!({ "schedule": [{ "cron": "30 2 * * *" }], "workflow_dispatch": {} })
    );
    assert_eq!(
        on("weekly.yml"),
        json!({ "schedule": [{ "cron": "0 4 * * 0", "timezone": "Europe/Berlin" }] })
    );
}

#[test]
fn the_gate_of_the_sample() {
    let repository = Repository::sample().generated();
    let workflow = repository.yaml(".github/workflows/pre-merge.yml");
    let gate = &workflow["jobs"]["gate--merge"];
    let all = [
        "hooks-cpu",
        "rust_unit-cpu",
        "python_unit-cpu",
        "integration-cpu",
        "e2e-cpu",
        "packaging-cpu",
        "throughput-cpu",
    ];
    assert_eq!(gate["name"], "all required checks");
    assert_eq!(gate["needs"], json!(all));
    assert_eq!(gate["if"], "${{ always() }}");
    let judge = step(gate, "Judge the results");
    assert_eq!(judge["run"], "python3 .github/dtpc/gate.py");
    assert_eq!(judge["env"]["NEEDS"], "${{ toJSON(needs) }}");
    assert_eq!(judge["env"]["REQUIRED"], all[..6].join("\n"));
}

#[test]
fn the_steps_of_a_job_with_a_service_and_of_one_with_coverage() {
    let repository = Repository::sample().generated();
    let workflow = repository.yaml(".github/workflows/nightly.yml");
    let names = |job: &Value| -> Vec<String> {
        let steps = job["steps"].as_array().expect("steps").iter();
        steps
            .map(|s| s["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    let integration = &workflow["jobs"]["integration-cpu"];
    assert_eq!(
        names(integration),
        [
            "Check out the repository",
            "Set up Python 3.12",
            "Set up the tools",
            "Start Store",
            "Wait for Store",
            "Run Integration tests",
            "Keep the results"
        ]
    );
    assert_eq!(
        step(integration, "Set up Python 3.12")["with"]["python-version"],
        "3.12"
    );
    assert_eq!(
        step(integration, "Set up the tools")["run"],
        "python3 -c 'import pytest'"
    );
    let start = step(integration, "Start Store")["run"]
        .as_str()
        .expect("a command");
    assert!(
        start.starts_with("trap '' HUP\npython3 tools/store.py --port "),
        "{start}"
    );
    assert!(start.ends_with(" &"), "{start}");
    let unit = &workflow["jobs"]["python_unit-cpu"];
    assert_eq!(
        step(unit, "Report coverage")["run"],
        "coverage xml\ncoverage report --fail-under=60"
    );
    assert_eq!(
        step(unit, "Keep the coverage")["with"]["path"],
        "coverage.xml"
    );
}

#[test]
fn the_bars_of_a_performance_job_are_json() {
    let repository = Repository::sample().generated();
    let workflow = repository.yaml(".github/workflows/pre-merge.yml");
    let bars = &workflow["jobs"]["throughput-cpu"]["env"]["DTPC_THRESHOLDS"];
    let bars: Value = serde_json::from_str(bars.as_str().expect("a text")).expect("JSON");
    assert_eq!(
        bars,
        json!([{
            "metric": "reading_time",
            "statistic": "reported",
            "operator": "<",
            "value": 2000.0,
            "unit": "ms",
        }])
    );
}

/// What every job on a machine without GPU selects, beside the stage and the type.
const NO_GPU: &str =
    "not (gpu_1 or gpu_2 or gpu_4 or gpu_8) and not (multi_node or cluster or perf_cluster)";

#[test]
fn the_pre_merge_workflow_of_dynamo() {
    let repository = Repository::dynamo().generated();
    assert_eq!(
        repository.workflow_files(),
        ["nightly.yml", "pre-merge.yml"]
    );
    let select = |folder: &str, kind: &str| {
        format!("pytest {folder} -m 'pre_merge and {NO_GPU} and {kind}'")
    };
    let e2e = |name: &str| select(&format!("tests/e2e/{name}"), "e2e");
    assert_jobs(
        &repository,
        "pre-merge.yml",
        &[
            ("hooks-cpu_mock", linux(), 60, "pre-commit run --all-files"),
            (
                "clippy-cpu_mock",
                linux(),
                60,
                "cargo clippy --workspace --locked -- --deny warnings",
            ),
            (
                "rust_unit-cpu_mock",
                linux(),
                30,
                "cargo test --workspace --locked --lib --bins 2>&1 | tee \"$RUNNER_TEMP/cargo-test.log\"",
            ),
            (
                "python_unit-cpu_mock",
                linux(),
                30,
                &select("components lib", "unit"),
            ),
            (
                "integration-cpu_mock",
                linux(),
                15,
                &select("tests/integration", "integration"),
            ),
            (
                "e2e_installation-cpu_mock",
                linux(),
                60,
                &e2e("installation"),
            ),
            ("e2e_run-cpu_mock", linux(), 60, &e2e("run")),
            ("e2e_build-cpu_mock", linux(), 60, &e2e("build")),
            ("e2e_serve-cpu_mock", linux(), 60, &e2e("serve")),
            ("e2e_examples-cpu_mock", linux(), 60, &e2e("examples")),
            (
                "performance_mock-cpu_mock",
                linux(),
                60,
                &select("benchmarks", "performance"),
            ),
        ],
    );
    let workflow = repository.yaml(".github/workflows/pre-merge.yml");
    assert_eq!(
        workflow["on"],
        json!({ "pull_request": {}, "push": { "branches": ["main", "release/*.*.*"] } })
    );
    let gate = &workflow["jobs"]["gate--merge"];
    assert_eq!(gate["name"], "pre-merge status check");
    let needs: Vec<&str> = gate["needs"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(needs.len(), 11);
    assert_eq!(
        step(gate, "Judge the results")["env"]["REQUIRED"],
        needs.join("\n")
    );
}

#[test]
fn the_nightly_workflow_of_dynamo() {
    let repository = Repository::dynamo().generated();
    let cpu = |folder: &str, kind: &str| format!("pytest {folder} -m '{kind} and {NO_GPU}'");
    let e2e = |name: &str| cpu(&format!("tests/e2e/{name}"), "e2e");
    let unit = cpu("components lib", "unit");
    assert_jobs(
        &repository,
        "nightly.yml",
        &[
            (
                "rust_unit-cpu_mock",
                linux(),
                30,
                "cargo tarpaulin --out Xml --workspace --locked --lib --bins",
            ),
            (
                "python_unit-cpu_mock",
                linux(),
                30,
                &format!("coverage run -m {unit}"),
            ),
            (
                "integration-cpu_mock",
                linux(),
                15,
                &cpu("tests/integration", "integration"),
            ),
            (
                "e2e_installation-cpu_mock",
                linux(),
                60,
                &e2e("installation"),
            ),
            ("e2e_run-cpu_mock", linux(), 60, &e2e("run")),
            ("e2e_build-cpu_mock", linux(), 60, &e2e("build")),
            ("e2e_serve-cpu_mock", linux(), 60, &e2e("serve")),
            ("e2e_examples-cpu_mock", linux(), 60, &e2e("examples")),
        ],
    );
    let workflow = repository.yaml(".github/workflows/nightly.yml");
    assert_eq!(
        workflow["on"],
        json!({ "schedule": [{ "cron": "0 8 * * *" }], "workflow_dispatch": {} })
    );
    let waiting: Vec<&str> = workflow["jobs"]
        .as_object()
        .expect("jobs")
        .iter()
        .filter(|(_, job)| is_waiting(job))
        .map(|(id, _)| id.as_str())
        .collect();
    assert_eq!(
        waiting,
        [
            "e2e_deploy-gpu_cluster",
            "e2e_serve_gpu-gpu_multi_node",
            "e2e_serve_gpu-gpu_single_node",
            "integration_gpu-gpu_single_node",
        ]
    );
    let deploy = &workflow["jobs"]["e2e_deploy-gpu_cluster"];
    assert_eq!(deploy["runs-on"], linux());
    assert_eq!(
        deploy["steps"][0]["run"],
        "echo '::error::there is no machine for this job: which runner deploys to the cluster?'\nexit 1"
    );
    assert_eq!(
        workflow["jobs"]["integration-cpu_mock"]["services"]["etcd"],
        json!({
            "image": "quay.io/coreos/etcd:v3.5.18@sha256:d0a641d5fbcc89678c931a61b7de7b8a1cf097149f135c9c73bc81d076a1494b",
            "env": {
                "ETCD_LISTEN_CLIENT_URLS": "http://0.0.0.0:2379",
                "ETCD_ADVERTISE_CLIENT_URLS": "http://127.0.0.1:2379",
            },
            "ports": ["2379:2379"],
        })
    );
}

#[test]
fn the_hooks_of_dynamo() {
    let repository = Repository::dynamo().generated();
    let config = repository.yaml(".pre-commit-config.yaml");
    let mut hooks = Vec::new();
    for repo in config["repos"].as_array().expect("repos") {
        for hook in repo["hooks"].as_array().expect("hooks") {
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            hooks.push([text(&repo["repo"]), text(&repo["rev"]), text(&hook["id"])].join(" "));
        }
    }
    assert_eq!(
        hooks,
        [
            "https://github.com/psf/black 23.1.0 black",
            "https://github.com/timothycrosley/isort 5.12.0 isort",
            "local - rustfmt",
            "https://github.com/codespell-project/codespell v2.2.4 codespell",
            "https://github.com/astral-sh/ruff-pre-commit v0.5.2 ruff",
            "https://github.com/PyCQA/flake8 7.3.0 flake8",
            "local - dco-check",
        ]
    );
    assert_eq!(
        config["default_install_hook_types"],
        json!(["pre-commit", "commit-msg"])
    );
}

/// The lines of a script that run something, as its step has them.
fn commands_of(job: &Value) -> Vec<&str> {
    let lines = command_of(job).lines();
    lines.filter_map(|line| line.strip_prefix("run ")).collect()
}

/// Every job of the workshop that runs pytest or nextest: its commands, by hand.
#[test]
fn the_commands_of_the_workshop() {
    let repository = Repository::workshop().generated();
    let workflow = repository.yaml(".github/workflows/pre-merge.yml");
    let report =
        |part: &str| format!("env PYTEST_ADDOPTS=--junitxml=test-results/ID.{part}.xml pytest");
    let quarantine = "--deselect tests/serve/test_serve.py::test_that_races";
    let serve = |words: [&str; 2], expression: &str| {
        [
            format!(
                "{} --numprocesses 2{} tests/serve -m 'pre_merge and {expression} and packed' {quarantine}",
                report("packed"),
                words[0]
            ),
            format!(
                "{}{} tests/serve -m 'pre_merge and {expression} and not packed' {quarantine}",
                report("single"),
                words[1]
            ),
        ]
    };
    let vllm = serve([" --reruns 2", " --exitfirst --reruns 2"], "vllm");
    let piece = |number: u32| {
        let packed = format!(" --reruns 2 --splits 2 --group {number}");
        let single = format!(" --exitfirst --reruns 2 --splits 2 --group {number}");
        serve([&packed, &single], "sglang")
    };
    let neither = [
        format!(
            "{} --strict-config --numprocesses 2 tests/serve -m 'pre_merge and not (vllm or sglang) and packed' {quarantine}",
            report("packed")
        ),
        format!(
            "{} --strict-config --exitfirst tests/serve -m 'pre_merge and not (vllm or sglang) and not packed' {quarantine}",
            report("single")
        ),
    ];
    for (id, expected) in [
        ("serve-cpu-vllm-cuda13_0", vllm.clone()),
        ("serve-cpu-vllm-cudanone", vllm),
        ("serve-cpu-sglang-cudanone-shard1", piece(1)),
        ("serve-cpu-sglang-cudanone-shard2", piece(2)),
        ("serve-cpu-neither-cudanone", neither),
    ] {
        let expected = expected.map(|line| line.replace("ID.", &format!("{id}.")));
        assert_eq!(commands_of(&workflow["jobs"][id]), expected, "{id}");
    }
    for number in 1..=3 {
        let id = format!("runtime-cpu-shard{number}");
        let command = format!("cargo nextest run --profile pre_merge --partition count:{number}/3");
        assert_eq!(commands_of(&workflow["jobs"][&id]), [command], "{id}");
    }
    let bindings: Vec<&str> = command_of(&workflow["jobs"]["bindings-cpu"])
        .lines()
        .collect();
    assert_eq!(
        bindings,
        [
            "python3 tools/generate.py",
            "sh -c 'git ls-files --others --exclude-standard -z -- \"$@\" | xargs -0 -r git --literal-pathspecs add --intent-to-add --' sh ':(glob)go/**/*.txt' ':(glob)go/**/*.md'",
            "git diff --exit-code -- ':(glob)go/**/*.txt' ':(glob)go/**/*.md'",
        ]
    );
    assert_eq!(
        command_of(&workflow["jobs"]["reading-cpu"]),
        "pytest --reruns 1 tests/read -m 'pre_merge and not vllm'"
    );
}

#[test]
fn what_the_jobs_of_the_workshop_wait_for_and_get() {
    let repository = Repository::workshop().generated();
    let workflow = repository.yaml(".github/workflows/pre-merge.yml");
    let serve = &workflow["jobs"]["serve-cpu-vllm-cudanone"];
    assert_eq!(serve["needs"], json!(["select", "build--wheel"]));
    assert_eq!(
        serve["if"],
        "${{ !fromJSON(needs.select.outputs.skipped)['serve-cpu-vllm-cudanone'] }}"
    );
    // It uses a secret: so it waits for the approval. What uses none does not.
    assert_eq!(serve["environment"], "review");
    assert_eq!(workflow["jobs"]["bindings-cpu"]["environment"], Value::Null);
    assert_eq!(
        serve["env"],
        json!({ "MODEL": "small", "WITHOUT": "cuda", "CUDA_VERSION": "" })
    );
    let tests = step(serve, "Run Serve");
    assert_eq!(
        tests["env"],
        json!({ "HUB_TOKEN": "${{ secrets.HUB_TOKEN }}" })
    );
    assert_eq!(
        step(serve, "Fetch Wheel file")["with"],
        json!({ "name": "wheel_file-build--wheel" })
    );
    let kept = &step(&workflow["jobs"]["build--wheel"], "Keep Wheel file")["with"];
    assert_eq!(kept["name"], "wheel_file-build--wheel");
    assert_eq!(kept["path"], "*.dtpc-none\ndist/*.txt\ndist/*.whl");
    assert_eq!(kept["retention-days"], 2);
    let reading = &workflow["jobs"]["reading-cpu"];
    assert_eq!(reading["needs"], json!(["select", "bindings-cpu"]));
    assert_eq!(
        step(reading, "Fetch Report")["with"],
        json!({ "name": "report-bindings-cpu" })
    );
    assert_eq!(
        workflow["on"]["workflow_dispatch"]["inputs"]["framework"],
        json!({
            "description": "Framework",
            "type": "choice",
            "default": "all",
            "options": ["all", "vllm", "sglang", "neither"],
        })
    );
    let nightly = repository.yaml(".github/workflows/nightly.yml");
    let inside = &nightly["jobs"]["inside-cpu-sglang"];
    assert_eq!(inside["needs"], json!(["select", "build--image-sglang"]));
    assert_eq!(
        inside["container"]["image"],
        "${{ vars.REGISTRY }}/workshop:${{ github.sha }}-sglang"
    );
    let build = step(&nightly["jobs"]["build--image-sglang"], "Build Image");
    assert_eq!(build["env"], json!({ "REGISTRY": "${{ vars.REGISTRY }}" }));
    assert_eq!(
        build["run"],
        "docker build --tag \"$REGISTRY\"/workshop:\"$GITHUB_SHA\"-sglang ."
    );
    let select = step(&nightly["jobs"]["select"], "Select the jobs");
    assert_eq!(
        select["env"],
        json!({
            "RULES": ".github/dtpc/nightly.select.json",
            "VARIABLE_nightly_on": "${{ vars.NIGHTLY_ON }}",
        })
    );
}

#[test]
fn what_the_plan_tells_pytest_is_kept_beside_the_reports() {
    let repository = Repository::workshop();
    repository.replace(
        "plans/workshop.dtp",
        "{ MODEL: \"small\" }",
        "{ MODEL: \"small\", PYTEST_ADDOPTS: \"--durations 3\" }",
    );
    let repository = repository.generated();
    let workflow = repository.yaml(".github/workflows/pre-merge.yml");
    let serve = commands_of(&workflow["jobs"]["serve-cpu-vllm-cudanone"]);
    let options = "env 'PYTEST_ADDOPTS=--durations 3 --junitxml=test-results/serve-cpu-vllm-cudanone.packed.xml' pytest ";
    assert!(serve[0].starts_with(options), "{serve:?}");
}

/// The second run would throw away what the first one measured.
#[test]
fn parts_are_measured_together() {
    let repository = Repository::sample();
    repository.replace(
        "plans/sample.dtp",
        "  covers:       [settings]\n  duration:     5s\n",
        "  covers:       [settings]\n  part quick { select: pre_merge }\n  part slow { select: rest }\n",
    );
    let repository = repository.generated();
    let workflow = repository.yaml(".github/workflows/nightly.yml");
    let commands = commands_of(&workflow["jobs"]["python_unit-cpu"]);
    let expected = [
        "env PYTEST_ADDOPTS=--junitxml=test-results/python_unit-cpu.quick.xml coverage run -m pytest sample -m 'nightly and unit and not gpu_1 and pre_merge'",
        "env PYTEST_ADDOPTS=--junitxml=test-results/python_unit-cpu.slow.xml coverage run --append -m pytest sample -m 'unit and not gpu_1 and not pre_merge'",
    ];
    assert_eq!(commands, expected);
}

/// YAML 1.1 and 1.2 differ in what is a number, a date, a truth: so another reader, of the older
/// version, must read the same.
#[test]
fn another_reader_reads_the_same() {
    let script = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1], encoding='utf-8')), sys.stdout)";
    for repository in Repository::all() {
        let mut files = repository.workflow_paths();
        files.push(".pre-commit-config.yaml".to_owned());
        files.retain(|file| repository.root().join(file).is_file());
        for file in files {
            let mut python = repository.command("python");
            let done = run(python.args(["-c", script, &file]), LIMIT);
            let other: Value = serde_json::from_str(&done.stdout)
                .unwrap_or_else(|why| panic!("{file}: {why}\n{done}"));
            assert_eq!(repository.yaml(&file), other, "{file}");
        }
    }
}

/// GitHub starts no run when a label is put on, unless it is asked to: the job would wait for the next
/// push.
#[test]
fn a_label_that_decides_starts_a_run() {
    let types = |condition: &str| {
        let repository = Repository::workshop();
        repository.replace("plans/workshop.dtp", "when:         label(full)", condition);
        let repository = repository.generated();
        let workflow = repository.yaml(".github/workflows/pre-merge.yml");
        workflow["on"]["pull_request"].clone()
    };
    assert_eq!(
        types("when:         label(full)"),
        json!({ "types": ["opened", "synchronize", "reopened", "labeled"], "branches": ["main"] })
    );
    assert_eq!(
        types("when:         not (fork or label(full))")["types"],
        json!(["opened", "synchronize", "reopened", "unlabeled"])
    );
    let both =
        types("when:         label(full) or not (not label(full) or fork) or not label(full)");
    assert_eq!(
        both["types"],
        json!(["opened", "synchronize", "reopened", "labeled", "unlabeled"])
    );
    let sample = Repository::sample().generated();
    let workflow = sample.yaml(".github/workflows/pre-merge.yml");
    assert_eq!(
        workflow["on"]["pull_request"],
        json!({ "branches": ["main"] })
    );
}

/// What stops what: a newer change of the same pull request the older one, in the same stage, and
/// nothing else.
#[test]
fn only_pull_requests_are_superseded() {
    let repository = Repository::workshop().generated();
    let of =
        |file: &str| repository.yaml(&format!(".github/workflows/{file}"))["concurrency"].clone();
    assert_eq!(
        of("pre-merge.yml"),
        json!({
            "group": "pre-merge-${{ github.event.pull_request.number || github.run_id }}",
            "cancel-in-progress": "${{ github.event_name == 'pull_request' }}",
        })
    );
    assert_eq!(
        of("nightly.yml"),
        json!({ "group": "nightly-${{ github.run_id }}", "cancel-in-progress": false })
    );
    let repository = Repository::workshop();
    repository.replace(
        "plans/workshop.dtp",
        "schedule(\"0 2 * * *\")",
        "push(branches: [\"main\", \"pull-request/[0-9]+\"])",
    );
    repository.replace(
        "plans/workshop.dtp",
        "  types:      [e2e]\n  when: ",
        "  types:      [e2e]\n  approval:   bot\n  when: ",
    );
    repository.replace(
        "plans/workshop.dtp",
        "owner keepers {}",
        "owner keepers {}\napproval bot { by: \"a maintainer\", environment: \"chat\" }",
    );
    let copied = repository.generated().yaml(".github/workflows/nightly.yml");
    assert_eq!(
        copied["concurrency"],
        json!({
            "group": "nightly-${{ startsWith(github.ref_name, 'pull-request/') && github.ref_name || github.run_id }}",
            "cancel-in-progress": "${{ startsWith(github.ref_name, 'pull-request/') }}",
        })
    );
}
