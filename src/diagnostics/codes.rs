//! The registry of everything dtpc can find wrong: one line each, nowhere else.

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The plan cannot be used.
    Error,
    /// The plan can be used, and somebody should look.
    Warning,
}

/// The identity of one kind of finding. It never changes meaning and is never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// `DTP0101`
    pub code: &'static str,
    /// A short name for people.
    pub name: &'static str,
    /// Whether it keeps a plan from being used.
    pub severity: Severity,
    /// What it means, in one sentence.
    pub summary: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// Its page, written by a test: what it means, an example with its output, and what to do.
    pub page: &'static str,
}

impl Code {
    /// The code with this text, in capitals or not.
    pub fn find(text: &str) -> Option<Self> {
        ALL.iter()
            .find(|code| code.code.eq_ignore_ascii_case(text))
            .copied()
    }
}

macro_rules! codes {
    ($($ident:ident $code:literal $name:literal $severity:ident $summary:literal $fix:literal;)*) => {
        $(
            #[doc = $summary]
            pub const $ident: Code = Code {
                code: $code, name: $name, severity: Severity::$severity, summary: $summary, fix: $fix,
                page: include_str!(concat!("../../docs/diagnostics/", $code, ".md")),
            };
        )*
        /// Every code, in order.
        pub const ALL: &[Code] = &[$($ident),*];
    };
}

codes! {
    UNREADABLE "DTP0001" "unreadable" Error "A file cannot be read as a plan: missing, a folder, not UTF-8, or too large."
        "Name the file of the plan. A file may have 40 MiB; a larger plan is divided with `import`.";
    EMPTY "DTP0002" "empty" Error "No file of the plan declares a `plan`."
        "Declare one `plan`, or check the file that imports this one.";
    SYNTAX "DTP0003" "syntax" Error "The text does not follow the grammar."
        "Write what is expected at the marked place.";
    UNCLOSED "DTP0004" "unclosed" Error "A string or a bracket is opened and never closed."
        "Add the closing quote or bracket. Strings end on the line they begin on.";
    TOO_DEEP "DTP0005" "too-deep" Error "Brackets nest deeper than the compiler reads."
        "See whether it is the right file: no plan nests so deep.";
    CONTROL_CHARACTER "DTP0006" "control-character" Error "A text holds a character that is not seen and could change what is seen."
        "Take the character out.";

    UNKNOWN_KIND "DTP0101" "unknown-kind" Error "A declaration is of a kind that the language does not have."
        "Use one of the kinds in the reference of the language.";
    UNKNOWN_FIELD "DTP0102" "unknown-field" Error "A declaration has a field that its kind does not have."
        "Use one of the fields or arguments that the kind has.";
    UNKNOWN_NAME "DTP0103" "unknown-name" Error "A name is used that nothing declares."
        "Declare the name, import the file that does, or mend its spelling.";
    DUPLICATE "DTP0104" "duplicate" Error "One name is declared twice, or one field is given twice."
        "Rename one of the two, or take it out.";
    WRONG_TYPE "DTP0105" "wrong-type" Error "A value is not of the type, unit or form that its field takes."
        "Write a value of the type that the field takes.";
    MISSING_FIELD "DTP0106" "missing-field" Error "A declaration lacks a field it must have, or its name."
        "Add the field. What nobody knows yet is written `open(\"the question\")`.";
    MISPLACED "DTP0107" "misplaced" Error "A declaration stands where its kind may not stand."
        "Move the declaration to the outermost level; only features stand inside features.";
    IMPORT "DTP0108" "import" Error "An import leads nowhere, or back to itself."
        "Mend the path, which is relative to the importing file, or take one import of the circle out.";
    SEVERAL_PLANS "DTP0109" "several-plans" Error "More than one `plan` is declared."
        "Keep one `plan`.";
    AMBIGUOUS_NAME "DTP0110" "ambiguous-name" Error "A bare name could mean things of several kinds."
        "Say which is meant: `kind.name`.";

    CYCLE "DTP0201" "cycle" Error "Declarations refer to each other in a circle."
        "Take one of the steps out.";
    EMPTY_STAGE "DTP0202" "empty-stage" Error "Nothing runs in a stage."
        "Enrol a suite in the stage. While it is not known what runs in it, write `types: open(\"…\")`.";
    SUITE_WITHOUT_STAGE "DTP0203" "suite-without-stage" Error "A suite runs in no stage."
        "Name the stages that the suite runs in.";
    SUITE_WITHOUT_ENVIRONMENT "DTP0204" "suite-without-environment" Error "A suite has nowhere to run."
        "Name the environments that the suite runs in.";
    TYPE_NOT_IN_STAGE "DTP0205" "type-not-in-stage" Error "A suite runs in a stage that does not take its type."
        "Add the type to the stage, or take the stage out of the suite.";
    UNUSED "DTP0206" "unused" Error "An environment, service, type, tool, metric, owner, area or runner that nothing uses."
        "Use it, or take it out.";
    UNTRIGGERED "DTP0207" "untriggered" Error "Nothing starts a stage."
        "Give the stage a `trigger`. While it is not known, write `trigger: open(\"…\")`.";
    TRIGGER_HOST "DTP0208" "trigger-host" Error "A stage has a trigger that its host does not know."
        "Use a trigger that the host of the stage has.";
    WRONG_TOOL "DTP0209" "wrong-tool" Error "A suite asks its tool for something that the tool cannot do."
        "Ask the tool for what it can do, or use another one.";
    NO_RUNNER "DTP0210" "no-runner" Error "A job would run on a host for which its environment names no runner."
        "Give the environment a `runner`, or write `runner: open(\"…\")`.";
    WRONG_PATHS "DTP0211" "wrong-paths" Error "A suite's paths cannot be given to its tool, or lie outside the layout its type prescribes."
        "Point at folders and files, below the folder that the layout of the type prescribes.";
    PORT_CLASH "DTP0212" "port-clash" Error "Two services of one job listen on the same port."
        "Let one of the services listen on another port.";
    MOCKED_SERVICE "DTP0213" "mocked-service" Error "A suite of a type that mocks its dependencies needs a real service."
        "Take the service out, or give the suite another type.";
    SERVICE_START "DTP0214" "service-start" Error "A service has no way to be started, or two."
        "Give the service an `image` or a `command`, one of them.";
    SERVICE_HOST "DTP0215" "service-host" Error "A service needs containers, and the operating system of a job has none."
        "Run the suite on Linux, or start the service with a `command`.";

    MARKER_REUSED "DTP0301" "marker-reused" Error "A marker belongs to two groups."
        "List the marker in one group.";
    MARKER_DEFAULT "DTP0302" "marker-default" Error "The default of a marker group is not one of its markers."
        "Name one of the markers of the group, in a group of which a test carries one at most.";
    NEVER_MATCHES "DTP0303" "never-matches" Error "An expression can never select a test."
        "Change one of the terms, or take the stage or the environment out of the suite.";
    ALWAYS_MATCHES "DTP0304" "always-matches" Error "An expression selects every test, and does not say so."
        "Write `all`, or change one of the terms.";
    UNDECIDED "DTP0305" "undecided" Warning "It is too large to decide whether an expression can select a test."
        "Write the expression with fewer markers, or list markers of which a test carries one in a group.";

    TRUST "DTP0401" "trust" Error "A job that outsiders can start would reach a private place."
        "Run the suite in a stage that only members can start, or in an environment that is known to be public.";
    UNPINNED_IMAGE "DTP0402" "unpinned-image" Error "An image is named without its digest."
        "Add `@sha256:` and the digest of the image.";
    UNPINNED_HOOK "DTP0403" "unpinned-hook" Error "A hook from another repository has no fixed revision."
        "Name a tag or a commit with `rev`, or give a local hook its `entry`.";

    GATE_UNKNOWN_JOB "DTP0501" "gate-unknown-job" Error "A gate names a job that its stage does not have."
        "Enrol the suite in the stage of the gate, or take it out of the gate.";
    GATE_STATUS "DTP0502" "gate-status" Error "Two gates have one name."
        "Give each gate a name of its own.";
    UNGATED "DTP0503" "ungated" Error "A blocking job is required by no gate of its stage."
        "Add the job to `requires`, or to `advises` if it shall not decide.";
    UNCOVERED_FEATURE "DTP0504" "uncovered-feature" Error "No suite covers a feature."
        "Let a suite cover the feature. While its tests are not known, write `requires: open(\"…\")`.";
    UNMET_REQUIREMENT "DTP0505" "unmet-requirement" Error "A feature lacks a test it requires."
        "Enrol a suite of that type, which covers the feature, in that stage; or take the requirement out.";
    LANGUAGE_TOOLS "DTP0506" "language-tools" Error "A language has no formatter, linter, unit-test tool or coverage goal."
        "Declare what is missing. While a tool is not known, write `open(\"…\")` for it.";
    OVER_BUDGET "DTP0507" "over-budget" Error "The critical path of a stage takes longer than its budget."
        "Divide the longest suite, move it to a later stage, or raise the budget.";
    OVER_LIMIT "DTP0508" "over-limit" Error "A suite is expected to take longer than its type allows."
        "Divide the suite, make it faster, or raise the limit.";
    THRESHOLD_UNIT "DTP0509" "threshold-unit" Error "A threshold is in the wrong unit or direction."
        "Write the bar in the unit of the metric, on the side that is worse.";
    THRESHOLD_BASELINE "DTP0510" "threshold-baseline" Error "A relative threshold has nothing to be compared with."
        "Name what is compared with: `since release(previous)`.";
    THRESHOLD_CONFLICT "DTP0511" "threshold-conflict" Error "Two checks of a threshold contradict each other."
        "Keep one of the bars.";
    THRESHOLD_JOBS "DTP0512" "threshold-jobs" Error "A threshold is measured in a job that does not exist."
        "Name jobs that exist: the suite must be enrolled there.";
    GATE_NEVER_STARTED "DTP0513" "gate-never-started" Error "A gate judges a stage that no change to be merged starts."
        "Give the stage a trigger that changes cause, or take the gate out.";
    TIMEOUT_TOO_SHORT "DTP0514" "timeout-too-short" Error "A suite is stopped before it can be done."
        "Give the suite more time than it is expected to take.";

    EXPIRED "DTP0601" "expired" Error "An exception's date has passed."
        "Look at the files again: take the exception out, or give it a new date.";
    SCHEDULE "DTP0603" "schedule" Error "A schedule never fires, or its time zone does not exist."
        "Write five cron fields that some day fulfils, and a zone of the IANA database.";

    GLOB "DTP0701" "glob" Error "A glob cannot be read."
        "Write a pattern relative to the root, with `/` between folders and `**` alone between slashes.";
    OUTPUT_CLASH "DTP0702" "output-clash" Error "Two outputs would write one file."
        "Give one of the two another name.";
    OUTPUT_PATH "DTP0703" "output-path" Error "An output path leads out of the output folder."
        "Write a relative path without `.` and `..`.";
    HOST_LIMIT "DTP0704" "host-limit" Error "A job goes over a limit of its host."
        "Divide the suite, or run it in another environment.";
}
