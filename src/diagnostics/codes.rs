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
}

macro_rules! codes {
    ($($ident:ident $code:literal $name:literal $severity:ident $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub const $ident: Code = Code {
                code: $code, name: $name, severity: Severity::$severity, summary: $summary,
            };
        )*
        /// Every code, in order.
        pub const ALL: &[Code] = &[$($ident),*];
    };
}

codes! {
    UNREADABLE "DTP0001" "unreadable" Error "A file cannot be read as a plan: missing, a folder, not UTF-8, or too large.";
    EMPTY "DTP0002" "empty" Error "No file of the plan declares a `plan`.";
    SYNTAX "DTP0003" "syntax" Error "The text does not follow the grammar.";
    UNCLOSED "DTP0004" "unclosed" Error "A string or a bracket is opened and never closed.";
    TOO_DEEP "DTP0005" "too-deep" Error "Brackets nest deeper than the compiler reads.";
    CONTROL_CHARACTER "DTP0006" "control-character" Error "A text holds a character that is not seen and could change what is seen.";

    UNKNOWN_KIND "DTP0101" "unknown-kind" Error "A declaration is of a kind that the language does not have.";
    UNKNOWN_FIELD "DTP0102" "unknown-field" Error "A declaration has a field that its kind does not have.";
    UNKNOWN_NAME "DTP0103" "unknown-name" Error "A name is used that nothing declares.";
    DUPLICATE "DTP0104" "duplicate" Error "One name is declared twice, or one field is given twice.";
    WRONG_TYPE "DTP0105" "wrong-type" Error "A value is not of the type, unit or form that its field takes.";
    MISSING_FIELD "DTP0106" "missing-field" Error "A declaration lacks a field it must have, or its name.";
    MISPLACED "DTP0107" "misplaced" Error "A declaration stands where its kind may not stand.";
    IMPORT "DTP0108" "import" Error "An import leads nowhere, or back to itself.";
    SEVERAL_PLANS "DTP0109" "several-plans" Error "More than one `plan` is declared.";
    AMBIGUOUS_NAME "DTP0110" "ambiguous-name" Error "A bare name could mean things of several kinds.";

    CYCLE "DTP0201" "cycle" Error "Declarations refer to each other in a circle.";
    EMPTY_STAGE "DTP0202" "empty-stage" Error "Nothing runs in a stage.";
    SUITE_WITHOUT_STAGE "DTP0203" "suite-without-stage" Error "A suite runs in no stage.";
    SUITE_WITHOUT_ENVIRONMENT "DTP0204" "suite-without-environment" Error "A suite has nowhere to run.";
    TYPE_NOT_IN_STAGE "DTP0205" "type-not-in-stage" Error "A suite runs in a stage that does not take its type.";
    UNUSED "DTP0206" "unused" Error "An environment, service, type, tool, metric, owner, area or runner that nothing uses.";
    UNTRIGGERED "DTP0207" "untriggered" Error "Nothing starts a stage.";
    TRIGGER_HOST "DTP0208" "trigger-host" Error "A stage has a trigger that its host does not know.";
    WRONG_TOOL "DTP0209" "wrong-tool" Error "A suite asks its tool for something that the tool cannot do.";
    NO_RUNNER "DTP0210" "no-runner" Error "A job would run on a host for which its environment names no runner.";
    WRONG_PATHS "DTP0211" "wrong-paths" Error "A suite's paths cannot be given to its tool, or lie outside the layout its type prescribes.";
    PORT_CLASH "DTP0212" "port-clash" Error "Two services of one job listen on the same port.";
    MOCKED_SERVICE "DTP0213" "mocked-service" Error "A suite of a type that mocks its dependencies needs a real service.";
    SERVICE_START "DTP0214" "service-start" Error "A service has no way to be started, or two.";
    SERVICE_HOST "DTP0215" "service-host" Error "A service needs containers, and the operating system of a job has none.";

    MARKER_REUSED "DTP0301" "marker-reused" Error "A marker belongs to two groups.";
    MARKER_DEFAULT "DTP0302" "marker-default" Error "The default of a marker group is not one of its markers.";
    NEVER_MATCHES "DTP0303" "never-matches" Error "An expression can never select a test.";

    TRUST "DTP0401" "trust" Error "A job that outsiders can start would reach a private place.";
    UNPINNED_IMAGE "DTP0402" "unpinned-image" Error "An image is named without its digest.";
    UNPINNED_HOOK "DTP0403" "unpinned-hook" Error "A hook from another repository has no fixed revision.";

    GATE_UNKNOWN_JOB "DTP0501" "gate-unknown-job" Error "A gate names a job that its stage does not have.";
    GATE_STATUS "DTP0502" "gate-status" Error "Two gates have one name.";
    UNGATED "DTP0503" "ungated" Error "A blocking job is required by no gate of its stage.";
    UNCOVERED_FEATURE "DTP0504" "uncovered-feature" Error "No suite covers a feature.";
    UNMET_REQUIREMENT "DTP0505" "unmet-requirement" Error "A feature lacks a test it requires.";
    LANGUAGE_TOOLS "DTP0506" "language-tools" Error "A language has no formatter, linter, unit-test tool or coverage goal.";
    OVER_BUDGET "DTP0507" "over-budget" Error "The critical path of a stage takes longer than its budget.";
    OVER_LIMIT "DTP0508" "over-limit" Error "A suite is expected to take longer than its type allows.";
    THRESHOLD_UNIT "DTP0509" "threshold-unit" Error "A threshold is in the wrong unit or direction.";
    THRESHOLD_BASELINE "DTP0510" "threshold-baseline" Error "A relative threshold has nothing to be compared with.";
    THRESHOLD_CONFLICT "DTP0511" "threshold-conflict" Error "Two checks of a threshold contradict each other.";
    THRESHOLD_JOBS "DTP0512" "threshold-jobs" Error "A threshold is measured in a job that does not exist.";
    GATE_NEVER_STARTED "DTP0513" "gate-never-started" Error "A gate judges a stage that no change to be merged starts.";
    TIMEOUT_TOO_SHORT "DTP0514" "timeout-too-short" Error "A suite is stopped before it can be done.";

    EXPIRED "DTP0601" "expired" Error "An exception's date has passed.";
    SCHEDULE "DTP0603" "schedule" Error "A schedule never fires, or its time zone does not exist.";

    GLOB "DTP0701" "glob" Error "A glob cannot be read.";
    OUTPUT_CLASH "DTP0702" "output-clash" Error "Two outputs would write one file.";
    OUTPUT_PATH "DTP0703" "output-path" Error "An output path leads out of the output folder.";
    HOST_LIMIT "DTP0704" "host-limit" Error "A job goes over a limit of its host.";
}
