//! The table of the language: change a field here, and the checker, the types and the reference
//! change with it.

use super::reader::{FieldType, Fields};
use super::values::{
    AnyRef, Arch, ArgumentType, Arity, Cause, Command, Date, Direction, Duration, GitStage, Glob,
    Host, Image, Isolation, JobPattern, Layout, Limit, Line, Local, MarkerExpr, MarkerNames,
    MarkerRef, Markers, OnFailure, Os, Percent, Price, Ref, Requirement, Role, Spanned, Text,
    ThresholdCheck, ToolKind, Trigger, Types, Variables, Visibility,
};
use super::{Decl, FieldSchema, Head, Id, KindSchema, Table};

/// A kind of declaration as a type.
pub trait Kind: Sized {
    /// Which kind.
    const ID: KindId;
    /// Reads its fields.
    fn read(fields: &mut Fields<'_, '_>) -> Self;
    /// Where the plan keeps its declarations.
    fn table(plan: &Plan) -> &Table<Self>;
}

kinds! {
    /// The plan itself: exactly one, in the file given to `dtpc` or in a file it imports. Its
    /// description, and the `//!` lines of its file, open the generated document.
    "plan" PlanInfo in plans {
        /// The repository on its host, as `owner/name`.
        optional "repository" repository: Option<Text>, "repository: \"ai-dynamo/dynamo\"";
        /// The root of the repository, relative to the plan's file. Outputs are written below it
        /// unless `--out` says otherwise.
        optional "root" root: Option<Text>, "root: \"..\"";
        /// Where the test-plan document goes, below the root. Without it, `docs/test-plan.md`.
        optional "document" document: Option<Text>, "document: \"docs/testing/plan.md\"";
        /// How far the plan has come, in one word for its readers.
        optional "status" status: Option<Text>, "status: \"Draft\"";
        /// Who wrote it.
        optional "authors" authors: Vec<Text>, "authors: [\"nnshah1\"]";
        /// Who answers for it.
        optional "sponsor" sponsor: Option<Text>, "sponsor: \"nnshah1\"";
        /// Who must agree to it.
        optional "reviewers" reviewers: Vec<Text>, "reviewers: [\"meenakshi\", \"pavitra\"]";
        /// When it was or will be reviewed.
        optional "review" review: Option<Date>, "review: 2025-05-05";
        /// What is open about the plan as a whole, rather than about one of its fields.
        optional "questions" questions: Vec<Text>, "questions: [\"which metrics matter to users?\"]";
    }

    /// A language of the repository. Each needs a formatter and a linter (hooks), a unit-test tool
    /// and a coverage goal, or the plan does not compile.
    "language" Language in languages {
        /// The tool its unit tests are written for.
        required "unit_tests" unit_tests: Option<Ref<Tool>>, "unit_tests: cargo_test";
    }

    /// A tool that runs tests, measures coverage or runs hooks. The tools in the list below need no
    /// declaration; declare one to say how it is set up.
    "tool" Tool in tools {
        /// What the tool is. A tool with the name of a known one need not say it.
        optional "runs" runs: Option<ToolKind>, "runs: pytest";
        /// The command of a tool that `runs: command`; a suite's `arguments` follow it.
        optional "command" command: Option<Command>, "command: \"go test\"";
        /// Where people read about it.
        optional "link" link: Option<Text>, "link: \"https://docs.pytest.org/en/stable/\"";
        /// The Python version that jobs set up for it. Without one, the machine's own `python3`, or
        /// the newest one where dtpc installs the tool with pip.
        optional "python" python: Option<Text>, "python: \"3.12\"";
        /// Commands that make a fresh checkout ready for it, in order. Without any, what installs the
        /// tool itself: `python3 -m pip install pytest` and the like.
        optional "setup" setup: Vec<Command>, "setup: [\"python3 -m pip install -r requirements.txt\"]";
        /// The file its configuration goes to, below the root: `pytest.ini`, or a `pyproject.toml`
        /// in which only the keys of dtpc are changed. For pytest alone.
        optional "config" config: Option<Text>, "config: \"pyproject.toml\"";
    }

    /// Somebody who answers for a part of the plan: a team or a role.
    "owner" Owner in owners {
        /// How to reach them.
        optional "contact" contact: Option<Text>, "contact: \"#dynamo-ci\"";
    }

    /// Markers of which a test carries one, at most one, at least one, or any number.
    "marker_group" MarkerGroup in marker_groups {
        /// How many of the group's markers a test carries.
        default("any") "arity" arity: Arity, "arity: one";
        /// Its markers.
        required "markers" markers: MarkerNames, "markers: [gpu_0, gpu_1, gpu_2]";
        /// The marker that a test without any of the group is taken to carry.
        optional "default" default: Option<MarkerRef>, "default: gpu_0";
        /// The tests that it is for: the others carry none of its markers. Without it, all.
        optional "when" when: Option<MarkerExpr>, "when: vllm or sglang or trtllm";
    }

    /// A marker: its description goes into the pytest configuration. Markers listed in a group or
    /// made by a service (`needs_<service>`) are declared only to describe them.
    "marker" Marker in marker_declarations {
        /// What the marker takes in parentheses. Marker expressions may ask for it by name,
        /// `device(serial: 1)`, as pytest 8.3 and newer do; `device(any)` is the marker with whatever
        /// arguments.
        optional "argument" argument: Option<ArgumentType>, "argument: number";
    }

    /// A stage of the life-cycle: when tests run, and what they gate.
    "stage" Stage in stages {
        /// The stage before this one in the life-cycle. An order for readers, not a dependency of
        /// jobs.
        optional "after" after: Option<Ref<Stage>>, "after: pre_commit";
        /// Where its jobs run.
        optional "host" host: Option<Host>, "host: github";
        /// What starts it.
        optional "trigger" trigger: Vec<Spanned<Trigger>>, "trigger: [pull_request(branches: [\"main\"]), merge_group]";
        /// The tests it promises to run. Without it, those that carry the marker of its own name;
        /// where there is no such marker, all.
        optional "selects" selects: Option<MarkerExpr>, "selects: pre_merge or post_merge";
        /// The types of tests that may run in it.
        default("any") "types" types: Types, "types: [unit, integration]";
        /// How long its critical path may take, from the expected durations of its suites.
        optional "budget" budget: Option<Spanned<Duration>>, "budget: 30min";
        /// What a failure does: stated in the document.
        optional "on_failure" on_failure: Option<OnFailure>, "on_failure: block";
    }

    /// What branch protection requires: one job with a name that never changes, and what stands
    /// behind it.
    "gate" Gate in gates {
        /// The name of the job, for ever.
        required "status" status: Line, "status: \"all required checks\"";
        /// The stage whose jobs it judges.
        required "stage" stage: Option<Ref<Stage>>, "stage: pre_merge";
        /// The jobs that must succeed. Without it, every job of the stage that is not in `advises`.
        optional "requires" requires: Vec<JobPattern>, "requires: [unit_rust, serve(environment: cpu_mock)]";
        /// Jobs whose results are shown and do not decide.
        optional "advises" advises: Vec<JobPattern>, "advises: [disagg_perf]";
    }

    /// A type of test.
    "type" TestType in types {
        /// The tests that are of this type. Without it the type does not narrow what a suite
        /// selects.
        optional "selects" selects: Option<MarkerExpr>, "selects: integration";
        /// The wider type that this one is a kind of: its tests are selected by both.
        optional "part_of" part_of: Option<Ref<TestType>>, "part_of: performance";
        /// Whether dependencies are mocked or real. A suite of a mocked type may need no service.
        optional "isolation" isolation: Option<Isolation>, "isolation: mocked";
        /// How long a suite of this type may be expected to take, in general or at a stage.
        optional "limit" limit: Vec<Limit>, "limit: [1s per suite, 2h at nightly]";
        /// Where its tests live.
        optional "layout" layout: Option<Layout>, "layout: mirrors(\"tests/integration\", of: \"lib\")";
    }

    /// A place where tests run.
    "environment" Environment in environments {
        /// The tests it takes. Without it, all.
        optional "takes" takes: Option<MarkerExpr>, "takes: gpu_0";
        /// Its operating system.
        default("linux") "os" os: Os, "os: linux";
        /// Its processor architecture.
        default("amd64") "arch" arch: Arch, "arch: arm64";
        /// How many machines one job gets.
        optional "nodes" nodes: Option<u32>, "nodes: 2";
        /// How many GPUs each machine has.
        optional "gpus" gpus: Option<u32>, "gpus: 8";
        /// Whether outsiders may reach it. While this is open it counts as private.
        optional "visibility" visibility: Option<Spanned<Visibility>>, "visibility: public";
        /// What an hour in it costs.
        optional "cost" cost: Option<Price>, "cost: 9 USD/h";
        /// The runner that gives it to jobs.
        optional "runner" runner: Option<Ref<Runner>>, "runner: gpu_pool";
        /// How it is had on a developer's machine: `host`, or `unavailable("why")`.
        optional "local" local: Option<Local>, "local: unavailable(\"needs 8 GPUs\")";
    }

    /// A pool of machines of a CI host.
    "runner" Runner in runners {
        /// The labels that select it, all of them.
        optional "labels" labels: Vec<Text>, "labels: [\"self-hosted\", \"gpu-8\"]";
        /// The runner group it belongs to.
        optional "group" group: Option<Text>, "group: \"Fastchecker\"";
    }

    /// A dependency of tests that is started beside them. It makes the marker `needs_<name>`.
    "service" Service in services {
        /// The image it runs from, with its digest.
        optional "image" image: Option<Image>, "image: \"nats:2.11-alpine@sha256:e4bf19f15fd3218814a4e3c9e0064e1334bd8aa20d5984b9f1a0afd084f8cc00\"";
        /// The command that starts it from the checkout, where it has no image.
        optional "command" command: Option<Command>, "command: \"python3 tools/store.py --port 7070\"";
        /// The TCP port it listens on; it is ready when a connection is taken.
        required "port" port: Option<Spanned<u16>>, "port: 4222";
        /// Environment variables of its container.
        optional "variables" variables: Variables, "variables: { ETCD_NAME: \"test\" }";
        /// How long it may take to become ready.
        default("1min") "ready_within" ready_within: Duration = Duration::minutes(1), "ready_within: 30s";
    }

    /// A set of tests that are run together: by one tool, in named stages and environments.
    "suite" Suite in suites {
        /// The types of its tests, each allowed by its stages.
        required "type" types: Vec<Ref<TestType>>, "type: integration";
        /// The tool that runs it.
        required "tool" tool: Option<Ref<Tool>>, "tool: pytest";
        /// The files its tests live in.
        optional "paths" paths: Vec<Glob>, "paths: [\"tests/serve/**\"]";
        /// Words given to the tool as they are, each one quoted for the shell.
        optional "arguments" arguments: Vec<Text>, "arguments: [\"--workspace\", \"--lib\"]";
        /// Which of the tests in its paths it takes. Without it, all.
        optional "select" select: Option<MarkerExpr>, "select: router and not slow";
        /// The stages it runs in.
        required "stages" stages: Vec<Ref<Stage>>, "stages: [pre_merge, nightly]";
        /// The environments it runs in. A test runs in the one that takes it.
        required "environments" environments: Vec<Ref<Environment>>, "environments: [cpu_mock]";
        /// The services it needs.
        optional "needs" needs: Vec<Ref<Service>>, "needs: [nats, etcd]";
        /// The features it covers.
        optional "covers" covers: Vec<Ref<Feature>>, "covers: [serve/disagg]";
        /// How long the whole of it is expected to take.
        optional "duration" duration: Option<Spanned<Duration>>, "duration: 12min";
        /// After how long a job of it is stopped. Without it, twice the duration, at least 10min;
        /// without a duration, 1h.
        optional "timeout" timeout: Option<Spanned<Duration>>, "timeout: 30min";
        /// Who mends it.
        optional "owner" owner: Option<Ref<Owner>>, "owner: serve_team";
    }

    /// A pre-commit hook: from another repository at a fixed revision, or a local command.
    "hook" Hook in hooks {
        /// What it does.
        required "role" role: Option<Role>, "role: format";
        /// The language whose files it looks at, where it is for one.
        optional "language" language: Option<Ref<Language>>, "language: python";
        /// The repository it comes from. Without it the hook is a local command.
        optional "repo" repo: Option<Text>, "repo: \"https://github.com/psf/black\"";
        /// The fixed revision of that repository.
        optional "rev" rev: Option<Text>, "rev: \"23.1.0\"";
        /// Its id in that repository. Without it, its name here with `-` for `_`.
        optional "id" id: Option<Text>, "id: \"black\"";
        /// The command of a local hook.
        optional "entry" entry: Option<Command>, "entry: \"cargo fmt --check\"";
        /// The files it looks at. Without it, all of the types it knows.
        optional "files" files: Vec<Glob>, "files: [\"**/*.rs\"]";
        /// The pre-commit file types it looks at, any of them.
        optional "file_types" file_types: Vec<Text>, "file_types: [\"python\", \"cython\"]";
        /// Whether the changed files' names are given to the command.
        default("true") "pass_filenames" pass_filenames: bool = true, "pass_filenames: false";
        /// Further arguments.
        optional "arguments" arguments: Vec<Text>, "arguments: [\"--fix\"]";
        /// Further packages that its environment needs.
        optional "dependencies" dependencies: Vec<Text>, "dependencies: [\"tomli\"]";
        /// When git runs it.
        default("pre_commit") "at_git" git_stage: GitStage, "at_git: commit_msg";
    }

    /// Files that hooks pass over, with the reason: each is listed in the document to be audited.
    "exception" Exception in exceptions {
        /// The files.
        required "paths" paths: Vec<Glob>, "paths: [\"**/*_pb2.py\"]";
        /// The roles of the hooks that pass over them.
        required "from" from: Vec<Role>, "from: [format, lint]";
        /// Why they are different.
        required "kind" kind: Option<Cause>, "kind: auto_generated";
        /// The reason in words.
        required "because" because: Option<Text>, "because: \"protoc writes them\"";
        /// Who answers for the exception.
        required "owner" owner: Option<Ref<Owner>>, "owner: runtime_team";
        /// The last day on which it holds.
        required "expires" expires: Option<Spanned<Date>>, "expires: 2027-01-01";
    }

    /// An area of coverage: a part of the answer to "what is tested?".
    "area" Area in areas {
    }

    /// A feature that tests must cover. Features may be nested: `feature serve { feature disagg {} }`
    /// makes `serve` and `serve/disagg`.
    "feature" Feature in features {
        /// The coverage area it belongs to; a nested feature is in the area of the one around it.
        optional "area" area: Option<Ref<Area>>, "area: features";
        /// The types of test it must have, and the stages in which.
        optional "requires" requires: Vec<Requirement>, "requires: [e2e at pre_merge]";
    }

    /// A goal for code coverage, and the suites it is measured on.
    "coverage" Coverage in coverages {
        /// The coverage area it belongs to.
        optional "area" area: Option<Ref<Area>>, "area: code";
        /// The language whose code is measured.
        required "language" language: Option<Ref<Language>>, "language: python";
        /// The tool that measures.
        required "tool" tool: Option<Ref<Tool>>, "tool: coverage_py";
        /// The suites it is measured on.
        required "of" of: Vec<Ref<Suite>>, "of: [python_unit]";
        /// The stages in which it is measured.
        required "stages" stages: Vec<Ref<Stage>>, "stages: [nightly]";
        /// The least share of lines.
        optional "minimum" minimum: Option<Percent>, "minimum: 85%";
        /// Whether falling below the minimum fails the job; otherwise the figure is recorded.
        default("false") "gating" gating: bool, "gating: true";
    }

    /// Something that performance tests measure.
    "metric" Metric in metrics {
        /// Its unit.
        required "unit" unit: Option<Text>, "unit: \"ms\"";
        /// Which direction is better.
        required "better" better: Option<Direction>, "better: lower";
    }

    /// A bar that performance tests must meet: absolute, or relative to an earlier result. Jobs hand
    /// the bars to the tests as JSON in the variable `DTPC_THRESHOLDS`, a list of objects with
    /// `metric`, `statistic`, `operator`, `value`, `unit` and, for relative ones, `since`; a fixture
    /// of the tests judges by them.
    "threshold" Threshold in thresholds {
        /// The jobs it is measured in.
        required "of" of: Option<JobPattern>, "of: disagg_perf(environment: gpu_perf_cluster)";
        /// What is measured.
        required "metric" metric: Option<Ref<Metric>>, "metric: ttft";
        /// The bars: all must hold.
        required "checks" checks: Vec<Spanned<ThresholdCheck>>, "checks: [p99 < 200ms, regression(p99) <= 5% since release(previous)]";
        /// Where earlier results are kept.
        optional "history" history: Option<Text>, "history: \"the results database\"";
    }

    /// A phase of putting the plan into practice.
    "phase" Phase in phases {
        /// The release it aims at.
        optional "release" release: Option<Text>, "release: \"0.3.0\"";
        /// What it brings: declarations of this plan.
        optional "supports" supports: Vec<AnyRef>, "supports: [hook.black, stage.pre_commit]";
        /// What it leaves out.
        optional "not_supported" not_supported: Vec<AnyRef>, "not_supported: [stage.weekly]";
        /// The time and people it takes.
        optional "effort" effort: Option<Text>, "effort: \"two engineers, two weeks\"";
        /// Where the work is tracked.
        optional "work_items" work_items: Vec<Text>, "work_items: [\"DYN-12\"]";
    }
}
