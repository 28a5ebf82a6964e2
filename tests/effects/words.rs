/// For each type of a few words: a declaration, what stands there, and what is put there with each
/// word in place of `WORD`.
const WORDS: &[(&str, &str, &str, &str)] = &[
    ("Arity", "marker_group component", "arity: at_most_one", "arity: WORD"),
    ("ArgumentType", "marker heavy", "argument: number", "argument: WORD"),
    ("Host", "stage pre_merge", "host: github", "host: WORD"),
    ("Addressees", "stage nightly", "notify(authors_in_range,", "notify(WORD,"),
    ("Isolation", "type unit", "isolation: mocked", "isolation: WORD"),
    ("Os", "environment cpu", "os: linux", "os: WORD"),
    ("Arch", "environment cpu", "arch: amd64", "arch: WORD"),
    ("Visibility", "environment cpu", "visibility: public", "visibility: WORD"),
    ("Role", "hook rules", "role: policy", "role: WORD"),
    ("GitStage", "hook lint_python", "at_git: pre_push", "at_git: WORD"),
    ("Runtime", "hook lint_python", "runtime: python", "runtime: WORD"),
    ("Cause", "exception generated", "kind: auto_generated", "kind: WORD"),
    ("Direction", "metric ttft", "better: lower", "better: WORD"),
    ("ToolKind", "tool pytest", "runs: pytest", "runs: WORD"),
    ("Ignored", "suite rust", "ignored: also", "ignored: WORD"),
    ("Unclaimed", "plan everything", "unclaimed: everything", "unclaimed: WORD"),
    (
        "Promise",
        "hook rules",
        "entry: \"make rules\" }",
        "entry: \"make rules\" }\naccept one_more { promise: WORD, because: \"a\", owner: team, expires: 2027-01-01 }",
    ),
    ("WithoutBaseline", "threshold fast", "without_baseline: fail", "without_baseline: WORD"),
    ("PlatformWord", "environment wide", "runners: { linux: arm }", "runners: { WORD: arm }"),
    ("Statistic", "threshold fast", "checks: [p99 <", "checks: [WORD <"),
];
