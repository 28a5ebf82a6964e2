//! The table of the language: change a field here, and the checker, the types and the reference
//! change with it.

use serde::Serialize;
use serde::ser::SerializeMap;

use super::form::{self, Form, Names};
use super::reader::{FieldType, Fields};
use super::values::{
    Action, Address, Allowance, AnyRef, AnyValue, Arch, ArgumentType, Arity, AxisChoices,
    AxisValue, Bind, BranchPattern, CachePath, Capacity, Cause, Command, CommandFormula, Condition,
    Container, Count, CriticalShare, Date, Direction, Divisions, Duration, Environments, Filled,
    Formula, GitStage, Glob, Gpus, Host, Ignored, Image, Isolation, JobPattern, Key, Layout, Limit,
    Line, Local, MarkerExpr, MarkerId, MarkerNames, MarkerRef, Markers, Need, OnFailure, Origin,
    Os, Outcome, PartSelection, PathPattern, Percent, Permissions, Port, Price, Promise, Ready,
    Ref, Repetitions, Requirement, Role, RunnerByPlatform, Runtime, Size, Spanned, TestId, Text,
    ThresholdCheck, ToolKind, Trigger, Types, Unclaimed, Variables, Verdict, Visibility,
    WithoutBaseline, Workers,
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
    /// Writes the fields of which something is said, in the order of the table.
    ///
    /// # Errors
    /// Those of the writer.
    fn write<M: SerializeMap>(&self, names: &Names<'_>, map: &mut M) -> Result<(), M::Error>;
}

/// Writes what is made of the declarations of each kind, whatever the kind.
pub trait EachKind {
    /// What is made of the declarations of a kind; nothing if they are left out.
    fn of<'a, T: Kind>(&'a self, table: &'a Table<T>) -> Option<impl Serialize + 'a>;
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
        /// Where the compiled plan goes as JSON, for programs, below the root. Without it, it is written
        /// only for `dtpc generate --target json`: beside the document, under its name.
        optional "json" json: Option<Text>, "json: \"docs/testing/plan.json\"";
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
        /// What a changed file that no `paths` declaration claims does to a run that looks at changed
        /// files: it selects everything, or fails the run.
        default("everything") "unclaimed" unclaimed: Unclaimed, "unclaimed: fail";
        /// The runner of the jobs that dtpc adds to stages: those that select, judge a gate, bring coverage
        /// together, write the summary and post messages. They need git, bash and Python 3, and run for
        /// a minute. Without it, `ubuntu-24.04` on GitHub, and on GitLab whichever takes jobs without tags.
        optional "control_runner" control_runner: Option<Ref<Runner>>, "control_runner: small_pool";
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
        /// the newest one where dtpc installs the tool with pip. In a container it is that of the image.
        optional "python" python: Option<Text>, "python: \"3.12\"";
        /// Actions of GitHub that make a machine ready for it, before its `setup`.
        optional "actions" actions: Vec<Action>, "actions: { uses: \"actions/setup-go@4a3601121dd01d1626a1e23e37211e3254c1c06c\", with: { \"go-version\": \"1.25\" } }";
        /// Commands that make a fresh checkout ready for it, in order. Without any, what installs the
        /// tool itself, at the version that this release of dtpc is tested with: `python3 -m pip install
        /// pytest==…` and the like. A `python` older than that version supports gets the newest that pip
        /// finds for it.
        optional "setup" setup: Vec<Command>, "setup: [\"python3 -m pip install -r requirements.txt\"]";
        /// What its jobs need not fetch or make anew.
        optional "caches" caches: Vec<Ref<Cache>>, "caches: [cargo_registry]";
        /// The file its configuration goes to, below the root. For pytest a `pytest.ini`, a
        /// `pytest.toml` or a `pyproject.toml`; without it, `pytest.ini`. For nextest, without it,
        /// `.config/nextest.toml`. In a file that people write, only the keys of dtpc are changed.
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
        /// What a test that carries it asks of its machine: an environment that takes such tests and
        /// has less does not compile.
        optional "needs" needs: Option<Spanned<Capacity>>, "needs: { gpus: 4, memory: 24GiB per gpu }";
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
        /// How long the host keeps the results of its tests, in whole days.
        default("7d") "keep_results" keep_results: Spanned<Duration> = Spanned::unplaced(Duration::days(7)), "keep_results: 30d";
        /// How many GPU-hours one run may take: for each job its expected duration, times the GPUs
        /// of its machines.
        optional "gpu_budget" gpu_budget: Option<Spanned<Duration>>, "gpu_budget: 40h";
        /// What must hold of a run for the jobs of the stage to be in it.
        optional "when" when: Option<Condition>, "when: not fork";
        /// The runner of the jobs that dtpc adds to it, in place of the plan's `control_runner`.
        optional "control_runner" control_runner: Option<Ref<Runner>>, "control_runner: hosted";
        /// The approval that a change needs before jobs begin that reach what outsiders may not: it raises
        /// the trust of the stage.
        optional "approval" approval: Option<Ref<Approval>>, "approval: copy_bot";
        /// After how long a job of it is stopped, for suites that do not say it themselves.
        optional "timeout" timeout: Option<Spanned<Duration>>, "timeout: 45min";
        /// How often a test that fails is run again, for suites of pytest and of nextest that do not say it
        /// themselves. Other tools cannot be told: their tests are run once.
        optional "retries" retries: Option<u32>, "retries: 1";
        /// What a failure does. With a `channel`, a job behind the others posts a message to the webhook
        /// whose address the secret holds, only if a job failed that blocks: the stage, the run, what
        /// failed and who answers for it, and whom the first word says. Without one it is stated in the
        /// document.
        optional "on_failure" on_failure: Option<OnFailure>, "on_failure: notify(authors_in_range, channel: secret.ops_webhook, ignore: [\"renovate[bot]\"])";
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
        /// Results beside success that it lets pass, each with its reason and its end. `cancelled` is also
        /// what GitHub calls a job that took longer than its `timeout`: who allows the one allows the
        /// other.
        optional "allows" allows: Vec<Allowance>, "allows: cancelled(because: \"the queue cancels\", owner: ci_team, expires: 2027-01-01)";
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
        /// Its operating system; with several, tests run on each.
        default("linux") "os" os: Vec<Os> = vec![Os::Linux], "os: [linux, windows]";
        /// Its processor architecture; with several, tests run on each.
        default("amd64") "arch" arch: Vec<Arch> = vec![Arch::Amd64], "arch: [amd64, arm64]";
        /// How many machines one job gets.
        optional "nodes" nodes: Option<Count>, "nodes: 2";
        /// How many GPUs each machine has.
        optional "gpus" gpus: Option<Gpus>, "gpus: 8";
        /// How much memory it has: of each GPU with `per gpu`, else of the machine.
        optional "memory" memory: Option<Size>, "memory: 24GiB per gpu";
        /// Whether outsiders may reach it. While this is open it counts as private.
        optional "visibility" visibility: Option<Spanned<Visibility>>, "visibility: public";
        /// What an hour in it costs.
        optional "cost" cost: Option<Price>, "cost: 9 USD/h";
        /// The runner that gives it to jobs.
        optional "runner" runner: Option<Ref<Runner>>, "runner: gpu_pool";
        /// The runner for each of its platforms, where they differ.
        optional "runners" runners: Option<RunnerByPlatform>, "runners: { amd64: gpu_pool, arm64: arm_pool }";
        /// What the jobs and the builds there need not fetch or make anew.
        optional "caches" caches: Vec<Ref<Cache>>, "caches: [models]";
        /// Commands that clean up on its machines behind every job and every build there, in order, as a
        /// suite's `cleanup`.
        optional "cleanup" cleanup: Vec<Command>, "cleanup: [\"docker container prune --force\"]";
        /// How it is had on a developer's machine: `host`, or `unavailable("why")`.
        optional "local" local: Option<Local>, "local: unavailable(\"needs 8 GPUs\")";
    }

    /// A pool of machines of a CI host.
    "runner" Runner in runners {
        /// The labels that select it, all of them.
        optional "labels" labels: Vec<Line>, "labels: [\"self-hosted\", \"gpu-8\"]";
        /// The runner group it belongs to.
        optional "group" group: Option<Text>, "group: \"Fastchecker\"";
        /// Whether the machines of a group are the host's, as its larger ones are. Without it, what is
        /// known by a group alone counts as machines of one's own, which outsiders may not reach.
        default("false") "hosted" hosted: bool = false, "hosted: true";
        /// How many jobs it can run at once: a stage whose jobs ask for more waits, which `dtpc graph`
        /// and the document show.
        optional "max_parallel" max_parallel: Option<Spanned<Count>>, "max_parallel: 6";
    }

    /// A dependency of tests that is started beside them. It makes the marker `needs_<name>`, and a
    /// fixture of pytest with that name.
    "service" Service in services {
        /// The image it runs from, with its digest.
        optional "image" image: Option<Image>, "image: \"nats:2.11-alpine@sha256:e4bf19f15fd3218814a4e3c9e0064e1334bd8aa20d5984b9f1a0afd084f8cc00\"";
        /// The command that starts it from the checkout, where it has no image.
        optional "command" command: Option<Command>, "command: \"python3 tools/store.py --port 7070\"";
        /// The TCP port it listens on.
        required "port" port: Option<Spanned<Port>>, "port: 4222";
        /// How one knows that it is ready: its port takes a connection, a request for a path is answered
        /// with success, or a command succeeds, which runs inside its container where it has one.
        default("tcp") "ready" ready: Ready, "ready: command(\"etcdctl endpoint health\")";
        /// Environment variables of its container.
        optional "variables" variables: Variables, "variables: { ETCD_NAME: \"test\" }";
        /// How many tests it takes at once: nextest runs no more of them beside each other, with a test
        /// group. A suite of pytest that needs it may not have more workers.
        optional "max_parallel" max_parallel: Option<Spanned<u32>>, "max_parallel: 1";
        /// How long it may take to become ready.
        default("1min") "ready_within" ready_within: Duration = Duration::minutes(1), "ready_within: 30s";
    }

    /// What the jobs of a suite differ in beside their environment: either the axis divides the tests
    /// (`selects`), or it runs them again (`repeats`).
    "axis" Axis in axes {
        /// The values of an axis that divides the tests: each with the tests it takes.
        optional "selects" selects: Option<Divisions>, "selects: [vllm, sglang, trtllm]";
        /// The values of an axis that runs the tests again.
        optional "repeats" repeats: Option<Repetitions>, "repeats: [\"13.0\", \"13.1\"]";
        /// How the value reaches the tests. One that reaches no command, variable, image or runner
        /// would run the same thing twice, and is an error. A tool that does not select by markers is
        /// told by it which of the divided tests to run.
        optional "bind" bind: Option<Bind>, "bind: env(CUDA_VERSION)";
    }

    /// More about one value of the axis around it, or one more value.
    "value" ValueRecord in value_records inside Axis {
        /// The tests it takes, on an axis that divides them.
        optional "selects" selects: Option<PartSelection>, "selects: gpu_2 or gpu_4";
        /// What stands for it in commands, variables and formulas. Without it, its name.
        optional "text" text: Option<Text>, "text: \"nightly-2026-11-01\"";
        /// Variables of the jobs with it.
        optional "variables" variables: Variables, "variables: { RUSTFLAGS: \"-D warnings\" }";
        /// Further words of their command.
        optional "arguments" arguments: Vec<Text>, "arguments: [\"--features\", \"cuda\"]";
        /// The runner of the jobs with it, in place of the environment's.
        optional "runner" runner: Option<Ref<Runner>>, "runner: gpu_pool";
        /// What the results of the jobs with it count for.
        optional "outcome" outcome: Option<Outcome>, "outcome: advisory(because: \"the toolchain moves\", owner: ci_team, expires: 2027-01-01)";
    }

    /// Something that is made once in a run, for the jobs that need it: a job for each combination of
    /// the axis values that they differ in, and for each platform of its environment.
    "build" Build in builds {
        /// The axes it has a job for each value of. A job needs the builds that agree with it on the
        /// axes that both have.
        optional "across" across: Vec<Ref<Axis>>, "across: [framework, cuda]";
        /// The environment that it is made in.
        required "on" on: Option<Ref<Environment>>, "on: build_box";
        /// The commands that make it, in order.
        optional "commands" commands: Vec<CommandFormula>, "commands: [\"make image TAG={commit}-{framework}\"]";
        /// The image that it makes, for suites whose `container` it is.
        optional "image" image: Option<Formula>, "image: \"registry.example.com/app:{commit}-{framework}\"";
        /// What it needs before it can begin.
        optional "needs" needs: Vec<Need>, "needs: [build.wheels]";
        /// The secrets it uses.
        optional "uses" uses: Vec<Ref<Secret>>, "uses: [registry_password]";
        /// What the token of its jobs may do at GitHub beside reading the repository, as a suite's
        /// `permissions`.
        optional "permissions" permissions: Permissions, "permissions: { packages: write }";
        /// What it need not fetch or make anew, beside what its environment has.
        optional "caches" caches: Vec<Ref<Cache>>, "caches: [cargo_registry]";
        /// The files it is made from: it is left out of runs in which none of them changed and no job
        /// needs it.
        optional "paths" paths: Option<Ref<Paths>>, "paths: core";
        /// How long it is expected to take.
        optional "duration" duration: Option<Spanned<Duration>>, "duration: 20min";
        /// After how long it is stopped. Without it, twice the duration, at least 10min; without a
        /// duration, 1h.
        optional "timeout" timeout: Option<Spanned<Duration>>, "timeout: 45min";
    }

    /// Files that one job makes and others use, or people fetch; or files of a release.
    "artifact" Artifact in artifacts {
        /// The suite or the build whose jobs make it, of the commit that is tested.
        optional "from" from: Option<JobPattern>, "from: build.wheels";
        /// The release of the repository that it is fetched from, in place of `from`: by the names of its
        /// `files`, into their folder. `previous` is the newest that there is.
        optional "origin" origin: Option<Spanned<Origin>>, "origin: release(previous)";
        /// The files.
        required "files" files: Vec<Glob>, "files: [\"dist/*.whl\"]";
        /// How long the host keeps it, in whole days.
        default("7d") "keep" keep: Spanned<Duration> = Spanned::unplaced(Duration::days(7)), "keep: 30d";
    }

    /// Files that jobs need not fetch or make anew: packages, what a compiler has built. A job finds
    /// those of an earlier run in which the files of its `key` were the same, else the newest there are.
    /// Who fills it cannot be chosen: only stages that nobody but members start. Those that outsiders
    /// can start read it, and those that tags start, of which releases are made, do not even that.
    "cache" Cache in caches {
        /// The files: below the checkout, or below the home folder with `~/`.
        required "paths" paths: Vec<CachePath>, "paths: [\"~/.cargo/registry\", \"target\"]";
        /// The files that say what is in it, such as those in which versions are locked: when one of them
        /// changes, it is made anew.
        required "key" key: Vec<Glob>, "key: [\"**/Cargo.lock\"]";
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
        /// Which tests it takes, in the words of a tool without markers: a filterset of nextest, a
        /// part of the name for cargo test.
        optional "filter" filter: Option<Text>, "filter: \"kind(test) and not test(slow)\"";
        /// The features of cargo that its tests are built with: for cargo test and nextest.
        optional "features" features: Vec<Text>, "features: [\"metrics\", \"tls\"]";
        /// What it does with tests that carry `#[ignore]`: for cargo test and nextest.
        default("skip") "ignored" ignored: Ignored, "ignored: only";
        /// The stages it runs in.
        required "stages" stages: Vec<Ref<Stage>>, "stages: [pre_merge, nightly]";
        /// The environments it runs in. A test runs in the one that takes it.
        required "environments" environments: Environments, "environments: [cpu_mock]";
        /// The axes it has a job for each value of.
        optional "across" across: Vec<Ref<Axis>>, "across: [framework, cuda]";
        /// What its jobs run inside: exactly one image for each.
        optional "container" container: Option<Spanned<Container>>, "container: build.runtime_image";
        /// The services, builds and artifacts it needs.
        optional "needs" needs: Vec<Need>, "needs: [nats, build.wheels]";
        /// The secrets it uses, each in the variable of its name.
        optional "uses" uses: Vec<Ref<Secret>>, "uses: [hf_token]";
        /// What the token of its jobs may do at GitHub beside reading the repository. Their commands find
        /// it in the variable `GITHUB_TOKEN`, where it is more than the login to a cloud (`id_token`).
        optional "permissions" permissions: Permissions, "permissions: { id_token: write }";
        /// Variables of its jobs.
        optional "variables" variables: Variables, "variables: { RUST_BACKTRACE: \"1\" }";
        /// The features it covers.
        optional "covers" covers: Vec<Ref<Feature>>, "covers: [serve/disagg]";
        /// How long one of its jobs is expected to take, all shards together.
        optional "duration" duration: Option<Spanned<Duration>>, "duration: 12min";
        /// After how long a job of it is stopped. Without it, the `timeout` of its stage; without that,
        /// twice the duration, at least 10min; without a duration, 1h.
        optional "timeout" timeout: Option<Spanned<Duration>>, "timeout: 30min";
        /// After how long one test of it is stopped, which fails while the others go on: with
        /// pytest-timeout, or nextest. Without it, nextest stops a test after half the `timeout`.
        optional "test_timeout" test_timeout: Option<Spanned<Duration>>, "test_timeout: 90s";
        /// Into how many jobs each of its jobs is divided. pytest divides with pytest-split, nextest
        /// by itself.
        optional "shards" shards: Option<Spanned<u32>>, "shards: 4";
        /// How many processes run its tests beside each other: with pytest-xdist, or nextest.
        optional "workers" workers: Option<Workers>, "workers: auto";
        /// How often a test that fails is run again: with pytest-rerunfailures, or nextest.
        optional "retries" retries: Option<u32>, "retries: 2";
        /// Commands that clean up behind each of its jobs, in order. They run last, also if the tests
        /// failed, were cancelled or took too long; each runs, also if the one before it failed. A
        /// clean-up that fails fails the job.
        optional "cleanup" cleanup: Vec<Command>, "cleanup: [\"make down\"]";
        /// How its result is told, beside its exit code.
        optional "verdict" verdict: Option<Verdict>, "verdict: clean_tree([\"go/**\"])";
        /// What its result counts for. Without it, `blocking`.
        optional "outcome" outcome: Option<Outcome>, "outcome: advisory(because: \"it is new\", owner: serve_team, expires: 2027-01-01)";
        /// What must hold of a run for its jobs to be in it.
        optional "when" when: Option<Condition>, "when: changed(core) or label(full)";
        /// The suites of the same stage whose tests it runs on purpose too.
        optional "repeats" repeats: Vec<Ref<Suite>>, "repeats: [serve]";
        /// Why it runs them too.
        optional "because" because: Option<Filled>, "because: \"once more under the sanitizer\"";
        /// Who mends it.
        optional "owner" owner: Option<Ref<Owner>>, "owner: serve_team";
    }

    /// A part of the suite around it: parts run in order, in one job, each with its own command. What
    /// no part takes is not run.
    "part" Part in parts inside Suite {
        /// The tests it takes.
        required "select" select: Option<PartSelection>, "select: rest";
        /// Further words of its command.
        optional "arguments" arguments: Vec<Text>, "arguments: [\"--exitfirst\"]";
        /// How many processes run its tests beside each other, in place of the suite's.
        optional "workers" workers: Option<Workers>, "workers: auto";
    }

    /// What differs in some jobs of the suite around it: `at (stage: nightly) { timeout: 2h }`. Where
    /// several match a job, the most specific one holds.
    "at" At in ats inside Suite {
        /// The values that axes have there. The parentheses may not look at such an axis.
        optional "values" values: AxisChoices, "values: { cuda: [\"13.1\"] }";
        /// Which tests are taken there, in place of the suite's `select`.
        optional "select" select: Option<MarkerExpr>, "select: router and not slow";
        /// Further words of the command there.
        optional "arguments" arguments: Vec<Text>, "arguments: [\"--long\"]";
        /// Variables there, in place of the suite's of the same names.
        optional "variables" variables: Variables, "variables: { MODEL: \"small\" }";
        /// What they run inside there.
        optional "container" container: Option<Spanned<Container>>, "container: build.runtime_image";
        /// How long they are expected to take there.
        optional "duration" duration: Option<Spanned<Duration>>, "duration: 1h";
        /// After how long they are stopped there.
        optional "timeout" timeout: Option<Spanned<Duration>>, "timeout: 2h";
        /// Into how many jobs each is divided there.
        optional "shards" shards: Option<Spanned<u32>>, "shards: 8";
        /// How often a test that fails is run again there.
        optional "retries" retries: Option<u32>, "retries: 0";
        /// What the results count for there.
        optional "outcome" outcome: Option<Outcome>, "outcome: blocking";
        /// What must hold of a run for them to be in it, in place of the suite's `when`.
        optional "when" when: Option<Condition>, "when: label(full)";
    }

    /// A test that fails now and then and is not run until it is mended.
    "quarantine" Quarantine in quarantines {
        /// The test.
        required "test" test: Option<TestId>, "test: \"tests/router/test_router.py::test_rebalance\"";
        /// Why it fails.
        required "because" because: Option<Filled>, "because: \"it races on shutdown\"";
        /// Where the work is tracked.
        required "ticket" ticket: Option<Filled>, "ticket: \"DYN-1234\"";
        /// Who mends it.
        required "owner" owner: Option<Ref<Owner>>, "owner: router_team";
        /// The last day on which it may stay.
        required "expires" expires: Option<Spanned<Date>>, "expires: 2027-02-01";
    }

    /// A promise that the plan does not keep for now, accepted with its reason and its end: a gap, an
    /// overlap, a budget, something unused, coverage.
    "accept" Accept in accepts {
        /// Which promise.
        required "promise" promise: Option<Spanned<Promise>>, "promise: gap";
        /// The stage it is about.
        optional "stage" stage: Option<Ref<Stage>>, "stage: nightly";
        /// The markers of the tests it is about: exactly those, no more and no fewer.
        optional "where" tests: Option<MarkerExpr>, "where: gpu_8";
        /// The suites that overlap.
        optional "between" between: Vec<JobPattern>, "between: [serve, serve_gpu]";
        /// The declaration that is unused, or the feature or language that is not covered.
        optional "of" of: Option<AnyRef>, "of: environment.gpu_multi_node";
        /// The reason.
        required "because" because: Option<Filled>, "because: \"there is no such runner yet\"";
        /// Who answers for it.
        required "owner" owner: Option<Ref<Owner>>, "owner: ci_team";
        /// The last day on which it holds.
        required "expires" expires: Option<Spanned<Date>>, "expires: 2027-03-01";
    }

    /// A secret of the repository: a value that only its host knows.
    "secret" Secret in secrets {
        /// What the host calls it, and the variable it is handed over in. Without it, its name in
        /// capitals.
        optional "key" key: Option<Key>, "key: \"HF_TOKEN\"";
        /// The deployment environment of the host that keeps it: only jobs in that one are handed it.
        /// Without it, the whole repository keeps it.
        optional "environment" environment: Option<Line>, "environment: \"models\"";
    }

    /// A registry that asks for a login before it hands out images. The host logs in for every job whose
    /// container or service has an image of it; `dtpc run` pulls with the login of whoever runs it.
    "registry" Registry in registries {
        /// How the names of its images begin, before a slash. Images without a host are of `docker.io`.
        required "host" host: Address, "host: \"ghcr.io\"";
        /// Who logs in. Without it, whoever started the run, which is enough where the token of the run
        /// is the password.
        optional "user" user: Option<Address>, "user: \"robot-ci\"";
        /// What they log in with. Without it, the token of the run, which may then read the packages of
        /// the repository: for `ghcr.io`.
        optional "password" password: Option<Ref<Secret>>, "password: secret.registry_password";
    }

    /// A variable of the repository: a value that is set at its host, and everybody may read.
    "variable" Variable in variables {
        /// What the host calls it. Without it, its name in capitals.
        optional "key" key: Option<Key>, "key: \"REGISTRY\"";
    }

    /// A label of pull requests.
    "label" Label in labels {
        /// What it is called at the host. Without it, its name.
        optional "text" text: Option<Line>, "text: \"run xpu\"";
    }

    /// Files, and what a change of them affects. A file is claimed by a declaration if the last of its
    /// patterns that matches it is not a negated one.
    "paths" Paths in path_sets {
        /// The patterns, in order: the last one that matches a file decides, and `!` takes files out.
        required "match" patterns: Vec<PathPattern>, "match: [\"lib/**\", \"!lib/**/*.md\"]";
        /// The jobs that a change of these files puts into a run; those that no declaration names are
        /// in every run. Without it, the declaration only classifies, for conditions.
        optional "affects" affects: Option<Vec<JobPattern>>, "affects: [serve, runtime_rust(stage: pre_merge)]";
    }

    /// How somebody who is trusted lets a change reach what is private.
    "approval" Approval in approvals {
        /// Who approves.
        required "by" by: Option<Filled>, "by: \"a maintainer\"";
        /// The branches that carry approved changes alone: a regular expression that the whole name
        /// matches.
        optional "branches" branches: Option<BranchPattern>, "branches: \"pull-request/[0-9]+\"";
        /// The deployment environment of the host whose reviewers approve. The jobs and builds of a stage
        /// with the approval wait in it if they use a secret, or are in a place that is not public.
        optional "environment" environment: Option<Line>, "environment: \"gpu-approval\"";
    }

    /// A value with a name: `constant.NAME` stands for it wherever the value may stand.
    "constant" Constant in constants {
        /// The value.
        required "value" value: AnyValue, "value: [\"lib/**\", \"components/**\"]";
    }

    /// A pre-commit hook: from another repository at a fixed revision, or a local command.
    "hook" Hook in hooks {
        /// What it does.
        required "role" role: Option<Role>, "role: format";
        /// The language whose files it looks at, where it is for one.
        optional "language" language: Option<Ref<Language>>, "language: python";
        /// The repository it comes from. Without it the hook is a local command.
        optional "repo" repo: Option<Line>, "repo: \"https://github.com/psf/black\"";
        /// The fixed revision of that repository.
        optional "rev" rev: Option<Line>, "rev: \"23.1.0\"";
        /// Its id in that repository. Without it, its name here with `-` for `_`.
        optional "id" id: Option<Text>, "id: \"black\"";
        /// The command of a local hook.
        optional "entry" entry: Option<Command>, "entry: \"cargo fmt --check\"";
        /// What a local hook runs in. In an environment of its own, which the framework makes from
        /// `dependencies`, it needs nothing of the machine.
        default("system") "runtime" runtime: Runtime, "runtime: python";
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
        /// Those of these hooks that pass over them. Without it, all of those roles.
        optional "hooks" hooks: Vec<Ref<Hook>>, "hooks: [check_yaml]";
        /// Why they are different.
        required "kind" kind: Option<Cause>, "kind: auto_generated";
        /// The reason in words.
        required "because" because: Option<Filled>, "because: \"protoc writes them\"";
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
        /// By how much the share may fall below that of the branch it is merged into: stated in the
        /// document.
        optional "drop" drop: Option<Percent>, "drop: 2%";
        /// A higher share for the files that matter most: stated in the document.
        optional "critical" critical: Option<CriticalShare>, "critical: 90% of [\"lib/runtime/**\"]";
        /// Whether falling below the minimum fails the job; otherwise the figure is recorded.
        default("false") "gating" gating: bool, "gating: true";
        /// How long the host keeps the reports, in whole days.
        default("30d") "keep" keep: Spanned<Duration> = Spanned::unplaced(Duration::days(30)), "keep: 90d";
    }

    /// Something that performance tests measure.
    "metric" Metric in metrics {
        /// Its unit.
        required "unit" unit: Option<Line>, "unit: \"ms\"";
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
        /// How many measurements make one figure.
        optional "samples" samples: Option<Count>, "samples: 30";
        /// What a relative bar says where there is no earlier result.
        default("fail") "without_baseline" without_baseline: WithoutBaseline, "without_baseline: pass";
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
