//! Commands that run tests, word by word: those of the plan's jobs, and those of workflows.

/// A call of pytest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pytest {
    /// The folders, files and tests that it names.
    pub places: Vec<String>,
    /// Its last `-m`.
    pub markers: Option<String>,
    /// Its last `-k`.
    pub keyword: Option<String>,
    /// The files and folders that it passes over.
    pub ignored: Vec<String>,
    /// Patterns of them.
    pub ignored_globs: Vec<String>,
    /// The beginnings of ids that it leaves out.
    pub deselected: Vec<String>,
}

/// Options of pytest, and of its common plugins, whose value is a word of its own.
const WITH_VALUE: &[&str] = &[
    "-n",
    "--numprocesses",
    "--reruns",
    "--reruns-delay",
    "--splits",
    "--group",
    "-p",
    "-c",
    "-o",
    "--override-ini",
    "--rootdir",
    "--maxfail",
    "--timeout",
    "--durations",
    "--junitxml",
    "--junit-xml",
    "--cov-report",
    "--cov-config",
    "--dist",
    "--tb",
    "--basetemp",
    "--log-level",
    "--log-cli-level",
    "--log-file",
    "-W",
    "--pythonwarnings",
    "--confcutdir",
    "--import-mode",
    "-r",
    "--capture",
    "--color",
    "--maxprocesses",
    "--cov-fail-under",
    "--timeout-method",
    "--durations-min",
    "--html",
    "--count",
    "--report-log",
    "--config-file",
];

impl Pytest {
    /// Reads the words behind `pytest`.
    pub fn read<W: AsRef<str>>(words: &[W]) -> Self {
        let mut call = Self::default();
        let mut words = words.iter().map(AsRef::as_ref).peekable();
        while let Some(word) = words.next() {
            let (option, joined) = match word.split_once('=') {
                Some((option, value)) if option.starts_with("--") => {
                    (option, Some(value.to_owned()))
                }
                _ => (word, None),
            };
            let mut value = || joined.clone().or_else(|| words.next().map(str::to_owned));
            match option {
                "-m" => call.markers = value(),
                "-k" => call.keyword = value(),
                "--ignore" => call.ignored.extend(value()),
                "--ignore-glob" => call.ignored_globs.extend(value()),
                "--deselect" => call.deselected.extend(value()),
                _ if option.starts_with("-m") && option.len() > 2 && !option.starts_with("--") => {
                    call.markers = Some(option[2..].to_owned());
                }
                _ if WITH_VALUE.contains(&option) => {
                    let _ = value();
                }
                // Its value may be left out, but not where a word follows.
                "--cov" if joined.is_none() => {
                    words.next_if(|next| !next.starts_with('-'));
                }
                _ if option.starts_with('-') => {}
                _ => call.places.push(word.trim_end_matches('/').to_owned()),
            }
        }
        call
    }
}

/// A call of cargo test, of nextest or of tarpaulin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct Cargo {
    /// Whether nextest runs it.
    pub is_nextest: bool,
    /// The manifest that it names.
    pub manifest: Option<String>,
    /// The packages that it names.
    pub packages: Vec<String>,
    /// The packages that it leaves out.
    pub excluded: Vec<String>,
    /// Whether it takes all packages of the workspace.
    pub workspace: bool,
    /// The targets that it names; all usual ones where there are none.
    pub targets: Vec<Chosen>,
    /// The features that it names.
    pub features: Vec<String>,
    /// Whether it takes all features.
    pub all_features: bool,
    /// Whether the default features are left out.
    pub no_default_features: bool,
    /// Parts of names: of which a test has one.
    pub filters: Vec<String>,
    /// Parts of names: of which a test has none.
    pub skipped: Vec<String>,
    /// Whether these are whole names.
    pub exact: bool,
    /// Whether only what is ignored otherwise is run.
    pub ignored: bool,
    /// Whether it is run too.
    pub include_ignored: bool,
    /// nextest's filtersets.
    pub filtersets: Vec<String>,
}

/// Targets that are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// `--lib`
    Lib,
    /// `--bins`, or one by its name.
    Bin(Option<String>),
    /// `--tests`, or one by its name.
    Test(Option<String>),
    /// `--examples`, or one by its name.
    Example(Option<String>),
    /// `--benches`, or one by its name.
    Bench(Option<String>),
    /// `--doc`
    Doc,
    /// `--all-targets`
    All,
}

impl Cargo {
    /// Reads the words behind `cargo`, if they run tests.
    pub fn read<W: AsRef<str>>(words: &[W]) -> Option<Self> {
        let mut words = words
            .iter()
            .map(AsRef::as_ref)
            .filter(|word| !word.starts_with('+'));
        let mut call = Self::default();
        match words.next()? {
            "test" | "t" | "tarpaulin" => {}
            "nextest" => {
                call.is_nextest = true;
                if !matches!(words.next(), Some("run" | "r")) {
                    return None;
                }
            }
            _ => return None,
        }
        let mut behind = false;
        while let Some(word) = words.next() {
            if word == "--" {
                behind = true;
                continue;
            }
            let (option, joined) = match word.split_once('=') {
                Some((option, value)) if option.starts_with("--") => {
                    (option, Some(value.to_owned()))
                }
                _ => (word, None),
            };
            let mut value = || joined.clone().or_else(|| words.next().map(str::to_owned));
            match option {
                "--ignored" if behind => call.ignored = true,
                "--include-ignored" if behind => call.include_ignored = true,
                "--run-ignored" => match value().as_deref() {
                    Some("only" | "ignored-only") => call.ignored = true,
                    Some("all") => call.include_ignored = true,
                    _ => {}
                },
                "--exact" => call.exact = true,
                "--skip" => call.skipped.extend(value()),
                "--manifest-path" => {
                    call.manifest = value().map(|path| path.trim_start_matches("./").to_owned());
                }
                // It builds, and runs nothing.
                "--no-run" if !behind => return None,
                "-p" | "--package" => call.packages.extend(value()),
                "--exclude" => call.excluded.extend(value()),
                "--workspace" | "--all" => call.workspace = true,
                "--lib" => call.targets.push(Chosen::Lib),
                "--bins" => call.targets.push(Chosen::Bin(None)),
                "--bin" => call.targets.push(Chosen::Bin(value())),
                "--tests" => call.targets.push(Chosen::Test(None)),
                "--test" => call.targets.push(Chosen::Test(value())),
                "--examples" => call.targets.push(Chosen::Example(None)),
                "--example" => call.targets.push(Chosen::Example(value())),
                "--benches" => call.targets.push(Chosen::Bench(None)),
                "--bench" => call.targets.push(Chosen::Bench(value())),
                "--doc" => call.targets.push(Chosen::Doc),
                "--all-targets" => call.targets.push(Chosen::All),
                "-F" | "--features" => {
                    let named = value().unwrap_or_default();
                    let each = named.split([',', ' ']).filter(|f| !f.is_empty());
                    call.features.extend(each.map(str::to_owned));
                }
                "--all-features" => call.all_features = true,
                "--no-default-features" => call.no_default_features = true,
                "-E" | "--filterset" | "--filter-expr" => call.filtersets.extend(value()),
                "-j" | "--jobs" | "--target" | "--target-dir" | "--profile" | "-P" | "--color"
                | "--message-format" | "--retries" | "--test-threads" | "--partition" | "--out"
                | "--fail-under" | "--config" | "-Z" | "--cargo-profile" | "--cargo-quiet" => {
                    let _ = value();
                }
                _ if option.starts_with('-') => {}
                _ => call.filters.push(word.to_owned()),
            }
        }
        Some(call)
    }
}
