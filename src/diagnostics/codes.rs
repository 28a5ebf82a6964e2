//! The registry of everything dtpc can find wrong: one line each, nowhere else.

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The plan cannot be used.
    Error,
    /// The plan can be used, and somebody should look.
    Warning,
}

/// What may be done about a finding other than mending it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Names, types, cycles, trust, limits of hosts, and what contradicts itself: an error that
    /// nothing lets pass.
    Structural,
    /// The plan promises something that it does not keep: an error that an `accept` in the plan may
    /// let pass, and nothing else.
    Promise,
    /// Somebody should look. `--deny` makes an error of it.
    Warning,
}

impl Class {
    /// How much its findings matter where nobody said otherwise.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Structural | Self::Promise => Severity::Error,
            Self::Warning => Severity::Warning,
        }
    }

    /// As it is listed.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Structural => "structural",
            Self::Promise => "promise",
            Self::Warning => "warning",
        }
    }

    /// What it means for somebody who would rather not mend the finding, in a sentence or two.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Structural => "A structural error: nothing lets it pass.",
            Self::Promise => {
                "A promise that is not kept, and so an error: only an `accept` in the plan lets it pass, for a reason and until a day."
            }
            Self::Warning => "A warning: the plan holds. `dtpc check --deny` makes an error of it.",
        }
    }
}

/// The identity of one kind of finding. It never changes meaning and is never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// `DTP0101`
    pub code: &'static str,
    /// A short name for people.
    pub name: &'static str,
    /// Whether it keeps a plan from being used, and what may let it pass.
    pub class: Class,
    /// What it means, in one sentence.
    pub summary: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// Its page, written by a test: what it means, an example with its output, and what to do.
    pub page: &'static str,
}

impl Code {
    /// The code with this text or name, in capitals or not: `DTP0206` or `unused`.
    pub fn find(text: &str) -> Option<Self> {
        ALL.iter()
            .find(|c| c.code.eq_ignore_ascii_case(text) || c.name.eq_ignore_ascii_case(text))
            .copied()
    }
}

macro_rules! codes {
    ($($ident:ident $code:literal $name:literal $class:ident $summary:literal $fix:literal;)*) => {
        $(
            #[doc = $summary]
            pub const $ident: Code = Code {
                code: $code, name: $name, class: Class::$class, summary: $summary, fix: $fix,
                page: include_str!(concat!("../../docs/diagnostics/", $code, ".md")),
            };
        )*
        /// Every code, in order.
        pub const ALL: &[Code] = &[$($ident),*];
    };
}

codes! {
    UNREADABLE "DTP0001" "unreadable" Structural "A file cannot be read as a plan: missing, a folder, not UTF-8, or too large."
        "Name the file of the plan. A file may have 40 MiB; a larger plan is divided with `import`.";
    EMPTY "DTP0002" "empty" Structural "No file of the plan declares a `plan`."
        "Declare one `plan`, or check the file that imports this one.";
    SYNTAX "DTP0003" "syntax" Structural "The text does not follow the grammar."
        "Write what is expected at the marked place.";
    UNCLOSED "DTP0004" "unclosed" Structural "A string or a bracket is opened and never closed."
        "Add the closing quote or bracket. Strings end on the line they begin on.";
    TOO_DEEP "DTP0005" "too-deep" Structural "Brackets nest deeper than the compiler reads."
        "See whether it is the right file: no plan nests so deep.";
    CONTROL_CHARACTER "DTP0006" "control-character" Structural "A text holds a character that is not seen and could change what is seen."
        "Take the character out.";

    UNKNOWN_KIND "DTP0101" "unknown-kind" Structural "A declaration is of a kind that the language does not have."
        "Use one of the kinds in the reference of the language.";
    UNKNOWN_FIELD "DTP0102" "unknown-field" Structural "A declaration has a field that its kind does not have."
        "Use one of the fields or arguments that the kind has.";
    UNKNOWN_NAME "DTP0103" "unknown-name" Structural "A name is used that nothing declares."
        "Declare the name, import the file that does, or mend its spelling.";
    DUPLICATE "DTP0104" "duplicate" Structural "One name is declared twice, or one field is given twice."
        "Rename one of the two, or take it out.";
    WRONG_TYPE "DTP0105" "wrong-type" Structural "A value is not of the type, unit or form that its field takes."
        "Write a value of the type that the field takes.";
    MISSING_FIELD "DTP0106" "missing-field" Structural "A declaration lacks a field it must have, or its name."
        "Add the field. What nobody knows yet is written `open(\"the question\")`.";
    MISPLACED "DTP0107" "misplaced" Structural "A declaration stands where its kind may not stand."
        "Move the declaration to the outermost level; only features stand inside features.";
    IMPORT "DTP0108" "import" Structural "An import leads nowhere, or back to itself."
        "Mend the path, which is relative to the importing file, or take one import of the circle out.";
    SEVERAL_PLANS "DTP0109" "several-plans" Structural "More than one `plan` is declared."
        "Keep one `plan`.";
    AMBIGUOUS_NAME "DTP0110" "ambiguous-name" Structural "A bare name could mean things of several kinds."
        "Say which is meant: `kind.name`.";
    RESERVED_NAME "DTP0116" "reserved-name" Structural "A name is a word that the language reads as something else."
        "Choose another name: `and`, `or`, `not`, `true` and `false` name nothing, `all` and `rest` no marker.";

    CYCLE "DTP0201" "cycle" Structural "Declarations refer to each other in a circle."
        "Take one of the steps out.";
    EMPTY_STAGE "DTP0202" "empty-stage" Structural "Nothing runs in a stage."
        "Enrol a suite in the stage. While it is not known what runs in it, write `types: open(\"…\")`.";
    SUITE_WITHOUT_STAGE "DTP0203" "suite-without-stage" Structural "A suite runs in no stage."
        "Name the stages that the suite runs in.";
    SUITE_WITHOUT_ENVIRONMENT "DTP0204" "suite-without-environment" Structural "A suite has nowhere to run."
        "Name the environments that the suite runs in.";
    TYPE_NOT_IN_STAGE "DTP0205" "type-not-in-stage" Structural "A suite runs in a stage that does not take its type."
        "Add the type to the stage, or take the stage out of the suite.";
    UNUSED "DTP0206" "unused" Promise "A declaration that nothing uses: an environment, a service, an axis, a marker, a secret, an owner and the like."
        "Use it, or take it out.";
    UNTRIGGERED "DTP0207" "untriggered" Structural "Nothing starts a stage."
        "Give the stage a `trigger`. While it is not known, write `trigger: open(\"…\")`.";
    TRIGGER_HOST "DTP0208" "trigger-host" Structural "A stage has a trigger that its host does not know."
        "Use a trigger that the host of the stage has.";
    WRONG_TOOL "DTP0209" "wrong-tool" Structural "A suite asks its tool for something that the tool cannot do."
        "Ask the tool for what it can do, or use another one.";
    NO_RUNNER "DTP0210" "no-runner" Structural "A job would run on a host for which its environment names no runner."
        "Give the environment a `runner`, or write `runner: open(\"…\")`.";
    WRONG_PATHS "DTP0211" "wrong-paths" Structural "A suite's paths cannot be given to its tool, or lie outside the layout its type prescribes."
        "Point at folders and files, below the folder that the layout of the type prescribes.";
    PORT_CLASH "DTP0212" "port-clash" Structural "Two services of one job listen on the same port."
        "Let one of the services listen on another port.";
    MOCKED_SERVICE "DTP0213" "mocked-service" Structural "A suite of a type that mocks its dependencies needs a real service."
        "Take the service out, or give the suite another type.";
    SERVICE_START "DTP0214" "service-start" Structural "A service has no way to be started, or two."
        "Give the service an `image` or a `command`, one of them.";
    SERVICE_HOST "DTP0215" "service-host" Structural "A service needs containers, and the operating system of a job has none."
        "Run the suite on Linux, or start the service with a `command`.";
    AT_CONFLICT "DTP0216" "at-conflict" Structural "Two `at` blocks set the same field of one job, and neither says more than the other."
        "Give one of the two what the other one's parentheses say too, or take the field out of one.";
    AXIS_VALUES "DTP0217" "axis-values" Structural "An axis has no values, or values of two sorts."
        "Give the axis `selects`, or `repeats`, with at least one value.";
    AXIS_WITHOUT_EFFECT "DTP0218" "axis-without-effect" Structural "A value of an axis that runs tests again reaches nothing: the same thing would run twice."
        "Give the axis a `bind`, name it in the formula of an image, or say in a `value` what differs.";
    CONTAINER "DTP0219" "container" Structural "A job has no image to run inside, or more than one."
        "Give the build an `image`, and the suite every axis that the build has.";
    UNNEEDED_BUILD "DTP0220" "unneeded-build" Promise "No job needs a build."
        "Let a suite need the build, as its `container` or in `needs`; or take it out.";
    TOO_SMALL "DTP0221" "too-small" Structural "An environment takes tests that need more than it has."
        "Take fewer tests, or run them in a larger environment.";
    SAME_JOB "DTP0222" "same-job" Structural "Two jobs of a stage would have one id."
        "Name a stage, an environment or an axis once in a suite, and give axis values names that differ in letters and digits.";
    UNMADE_ARTIFACT "DTP0223" "unmade-artifact" Structural "A job needs an artifact that no job of its stage makes."
        "Enrol the suite that makes the artifact in the stage, or fetch it from a build.";
    UNFILLED_CACHE "DTP0224" "unfilled-cache" Warning "No stage fills a cache that jobs look into."
        "Enrol something that looks into it in a stage that only members start: by a push to a branch, a schedule or by hand.";
    HOST_FORM "DTP0225" "host-form" Structural "Something of a stage cannot be said to its host."
        "Say it in another way, or let the stage run on another host.";
    SHELL_WORD "DTP0228" "shell-word" Warning "A command holds what only a shell would read."
        "Write several commands as a list, `sh -c '…'` where a shell is meant, or quotes around what is meant as it stands.";
    VARIABLE_TWICE "DTP0229" "variable-twice" Structural "Two things of one job are handed over in one variable."
        "Give one of the two another name: only one of them would reach the tests.";
    OTHER_MACHINE "DTP0230" "other-machine" Structural "A label of the host's selects machines of another platform than that of the job."
        "Name a label of the platform, or give the environment the platform that its runner has.";
    IDLE "DTP0231" "says-nothing" Structural "Something is said that changes nothing, or that something else beside it says otherwise."
        "Take it out, or add what it is about.";

    MARKER_REUSED "DTP0301" "marker-reused" Structural "A marker belongs to two groups."
        "List the marker in one group.";
    MARKER_DEFAULT "DTP0302" "marker-default" Structural "The default of a marker group is not one of its markers."
        "Name one of the markers of the group, in a group of which a test carries one at most.";
    NEVER_MATCHES "DTP0303" "never-matches" Structural "An expression can never select a test."
        "Change one of the terms, or take the stage or the environment out of the suite.";
    ALWAYS_MATCHES "DTP0304" "always-matches" Structural "An expression selects every test, and does not say so."
        "Write `all`, or change one of the terms.";
    UNDECIDED "DTP0305" "undecided" Warning "It is too large to decide whether an expression can select a test."
        "Write the expression with fewer markers, or list markers of which a test carries one in a group.";
    GAP "DTP0306" "gap" Promise "A stage promises tests that no job of it selects."
        "Let a suite take them, or promise less; or `accept` the gap for now.";
    EMPTY_REST "DTP0307" "empty-rest" Structural "A `rest` has nothing left to take."
        "Take it out, or let the others take less.";
    CONDITION_NEVER "DTP0308" "condition-never-holds" Structural "A condition can never hold in the stages of its jobs, or nobody can ask for a job that is manual."
        "Change the condition, or the triggers of the stage.";
    OVERLAP "DTP0309" "overlap" Promise "Two jobs of a stage run the same tests, and nobody says why."
        "Let one of the two take less, or say `repeats: other, because: \"…\"`.";

    TRUST "DTP0401" "trust" Structural "A job that outsiders can start would reach a private place."
        "Run the suite in a stage that only members can start, or in an environment that is known to be public.";
    UNPINNED_IMAGE "DTP0402" "unpinned-image" Structural "An image is named without its digest."
        "Add `@sha256:` and the digest of the image.";
    UNPINNED_HOOK "DTP0403" "unpinned-hook" Structural "A hook from another repository has no fixed revision."
        "Name a tag or a commit with `rev`, or give a local hook its `entry`.";
    SECRET_TRUST "DTP0404" "secret-trust" Structural "A job that outsiders can start would be handed a secret."
        "Use the secret in a stage that only members can start, or give the stage an `approval`.";
    APPROVAL "DTP0405" "approval" Structural "An approval does not cover what starts its stage."
        "Let the stage be started by branches that the approval names, or name the `environment` whose reviewers approve.";
    UNPINNED_ACTION "DTP0406" "unpinned-action" Structural "An action is named without its full commit hash."
        "Write the 40 digits of the commit: `owner/name@…`.";
    CACHE_TRUST "DTP0407" "cache-trust" Structural "A job would fill a cache, by an action that the plan names, in a stage that outsiders or tags start."
        "Declare a `cache` in place of the action: dtpc fills it only where nobody but members starts a run.";
    UNSCOPED_SECRET "DTP0408" "unscoped-secret" Warning "A job is handed a secret that no deployment environment keeps."
        "Keep the secret in a deployment environment of the host, and name it: `environment` of the secret, or of the approval of the stage.";
    WRITE_TRUST "DTP0410" "write-trust" Structural "A job that outsiders can start would be handed a token that may change something."
        "Ask for the scope in a stage that only members can start, or give the stage an `approval`.";

    GATE_UNKNOWN_JOB "DTP0501" "gate-unknown-job" Structural "A gate names a job that its stage does not have."
        "Enrol the suite in the stage of the gate, or take it out of the gate.";
    GATE_STATUS "DTP0502" "gate-status" Structural "Two gates have one name."
        "Give each gate a name of its own.";
    UNGATED "DTP0503" "ungated" Structural "A blocking job is required by no gate of its stage."
        "Add the job to `requires`, or to `advises` if it shall not decide.";
    UNCOVERED_FEATURE "DTP0504" "uncovered-feature" Promise "No suite covers a feature."
        "Let a suite cover the feature. While its tests are not known, write `requires: open(\"…\")`.";
    UNMET_REQUIREMENT "DTP0505" "unmet-requirement" Promise "A feature lacks a test it requires."
        "Enrol a suite of that type, which covers the feature, in that stage; or take the requirement out.";
    LANGUAGE_TOOLS "DTP0506" "language-tools" Promise "A language has no formatter, linter, unit-test tool or coverage goal."
        "Declare what is missing. While a tool is not known, write `open(\"…\")` for it.";
    OVER_BUDGET "DTP0507" "over-budget" Promise "The critical path of a stage takes longer than its budget."
        "Divide the longest suite, move it to a later stage, or raise the budget.";
    OVER_LIMIT "DTP0508" "over-limit" Promise "A suite is expected to take longer than its type allows."
        "Divide the suite, make it faster, or raise the limit.";
    THRESHOLD_UNIT "DTP0509" "threshold-unit" Structural "A threshold is in the wrong unit or direction."
        "Write the bar in the unit of the metric, on the side that is worse.";
    THRESHOLD_BASELINE "DTP0510" "threshold-baseline" Structural "A relative threshold has nothing to be compared with."
        "Name what is compared with: `since release(previous)`.";
    THRESHOLD_CONFLICT "DTP0511" "threshold-conflict" Structural "Two checks of a threshold contradict each other."
        "Keep one of the bars.";
    THRESHOLD_JOBS "DTP0512" "threshold-jobs" Structural "A threshold is measured in a job that does not exist."
        "Name jobs that exist: the suite must be enrolled there.";
    GATE_NEVER_STARTED "DTP0513" "gate-never-started" Structural "A gate judges a stage that no change to be merged starts."
        "Give the stage a trigger that changes cause, or take the gate out.";
    TIMEOUT_TOO_SHORT "DTP0514" "timeout-too-short" Structural "A suite is stopped before it can be done."
        "Give the suite more time than it is expected to take.";
    TIMEOUTS_OVER_BUDGET "DTP0515" "timeouts-over-budget" Warning "The timeouts along the critical path of a stage add up to more than its budget."
        "Lower the timeout, or raise the budget.";
    GATE_DROPS_SUITE "DTP0516" "gate-drops-suite" Structural "A later gate does not require a suite that an earlier one does, though it runs in its stage."
        "Add the suite to the later gate, or take it out of the later stage.";
    OVER_GPU_BUDGET "DTP0517" "over-gpu-budget" Promise "A stage takes more GPU-hours than its budget."
        "Run fewer or shorter suites on GPUs, or raise the budget.";
    BUILD_WITHOUT_AXIS "DTP0518" "build-without-axis" Structural "A value is named of an axis that the build does not have."
        "Take the value out, or give the build the axis.";
    UNSTARTED_SERVICE "DTP0520" "unstarted-service" Structural "A job asks for tests that need a service which is not started for it."
        "Name the service in the `needs` of the suite.";
    DEPLOYMENTS "DTP0521" "deployments" Structural "A job would have to be in two deployment environments at once."
        "Keep the secrets of one job in one environment, the one in which its stage is approved.";
    GATE_CONTRADICTION "DTP0522" "gate-contradiction" Structural "No job decides a gate, or one both decides it and only advises."
        "Let the gate require a job that blocks, and name each job in one of `requires` and `advises`.";

    EXPIRED "DTP0601" "expired" Structural "The date of an exception, a quarantine, a weakening or an accepted promise has passed."
        "Look at it again: take it out, or give it a new date.";
    OWNERLESS "DTP0602" "ownerless" Structural "Something that holds for a while has no owner, or no end."
        "Say who answers for it and until when: `owner: …`, `expires: 2027-01-01`.";
    SCHEDULE "DTP0603" "schedule" Structural "A schedule never fires, or its time zone does not exist."
        "Write five cron fields that some day fulfils, and a zone of the IANA database.";
    SCHEDULE_CLASH "DTP0604" "schedule-clash" Structural "Two schedules start at the same minute and ask for one runner."
        "Let one of the two start at another time, or give it another runner.";
    ACCEPTS_NOTHING "DTP0605" "accepts-nothing" Structural "An `accept` is about something that the plan does not do, or not exactly."
        "Take it out, or let it say exactly what is found without it.";

    GLOB "DTP0701" "glob" Structural "A glob cannot be read."
        "Write a pattern relative to the root, with `/` between folders and `**` alone between slashes.";
    OUTPUT_CLASH "DTP0702" "output-clash" Structural "Two outputs would write one file."
        "Give one of the two another name.";
    OUTPUT_PATH "DTP0703" "output-path" Structural "An output path leads out of the output folder."
        "Write a relative path without `.` and `..`.";
    HOST_LIMIT "DTP0704" "host-limit" Structural "A job goes over a limit of its host."
        "Divide the suite, or run it in another environment.";
    UNMATCHED_GLOB "DTP0705" "unmatched-glob" Structural "A glob matches no file of the repository."
        "Mend the glob, or take it out.";
    TOO_MANY_JOBS "DTP0706" "too-many-jobs" Structural "A suite has more jobs in one stage than anybody reads in a list of checks."
        "Take axes or values out of the suite, or divide it.";
    TOO_MANY_NEEDS "DTP0707" "too-many-needs" Structural "A job needs more jobs than its host allows."
        "Gate fewer jobs, or take jobs together.";
    RETENTION "DTP0708" "retention" Structural "Files are to be kept for a time that their host does not keep any."
        "Write whole days, from `1d` to `90d`.";
    WORKFLOW_SIZE "DTP0709" "workflow-size" Warning "The workflow of a stage is larger than its host reads."
        "Divide the stage, or give its suites fewer jobs.";

    UNRUN_TEST "DTP0801" "unrun-test" Promise "A test of the repository is run by no stage."
        "Mark the test so that a job takes it, or let a suite take it. An `accept` of the `gap` that holds such tests lets it pass.";
    TWICE_RUN_TEST "DTP0802" "twice-run-test" Promise "A stage runs one test of the repository twice, and nobody says why."
        "Mark the test so that one suite takes it, or say `repeats: other, because: \"…\"`. An `accept` of the `overlap` lets it pass.";
    MARKER_RULE "DTP0803" "marker-rule" Structural "A test carries more, fewer or other markers of a group than the plan allows."
        "Mend the markers of the test, or the group in the plan.";
    MARKER_ARGUMENT "DTP0804" "marker-argument" Structural "A marker of a test has something else in parentheses than the plan says."
        "Mend the marker at the test, or its `argument` in the plan.";
    UNREGISTERED_MARKER "DTP0805" "unregistered-marker" Structural "A test, or the settings of pytest, have a marker that the plan does not know."
        "Mend its spelling, or declare it in the plan.";
    UNUSED_MARKER "DTP0806" "unused-marker" Warning "No test carries a marker of the plan."
        "Take the marker out of the plan, or mark the tests that it is for.";
    NOT_KNOWN "DTP0807" "not-known" Warning "Something of the tests only a run would tell."
        "Nothing need be done. What is said about tests leaves these out; to have them looked at, write what stands there as a plain list.";
    EMPTY_JOB "DTP0808" "empty-job" Structural "A job that runs tests has none to run."
        "Mend the paths or the expression, take the stage or the environment out of the suite, or mark tests for it.";
    LOST_TEST "DTP0809" "lost-test" Promise "A stage promises a test of a suite, and an axis, a part or an environment leaves it unrun."
        "Let a value of the axis, a part (`rest`) or an environment take it. An `accept` of the `gap` lets it pass.";
    UNTRIGGERED_TEST "DTP0810" "untriggered-test" Structural "A change of a test's own file leaves out all the jobs that run it."
        "Let the `paths` that put the suite into a run match its tests too.";
    UNOWNED_FILE "DTP0811" "unowned-file" Structural "A file with tests belongs to no suite."
        "Add the file to the `paths` of a suite, or declare a suite for it.";
    MISPLACED_TEST "DTP0812" "misplaced-test" Structural "A test lies outside the folder that the layout of its type prescribes."
        "Move the file, give the test another type, or change the `layout`.";
    UNDECLARED_SERVICE "DTP0813" "undeclared-service" Structural "A test uses a service that its suite does not start."
        "Add the service to the `needs` of the suite.";
    UNTESTED_FEATURE "DTP0814" "untested-feature" Structural "The suites that cover a feature run no test of the repository."
        "Write a test that the suite takes, or let another suite cover the feature.";
    UNPLANNED_COMMAND "DTP0815" "unplanned-command" Structural "A workflow that people wrote runs tests with a command that the plan does not have."
        "Declare a suite for it and let dtpc write the workflow, or take the step out.";
    HIDDEN_FILE "DTP0816" "hidden-file" Structural "An exception for generated files hides one that people wrote."
        "Narrow the glob to what is generated, or let the generator say so in the file's first lines.";
    GONE_QUARANTINE "DTP0817" "gone-quarantine" Structural "A test in quarantine is not there."
        "Mend its id, or take the quarantine out.";
    UNFOUND_RESULT "DTP0818" "unfound-result" Warning "A test ran, by a JUnit file, that was not found in the repository."
        "The file may be older than the repository. Else a plugin makes tests that only a run knows.";
}
