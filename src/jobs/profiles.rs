//! The profiles of nextest: what its runs in one stage have in common, for its configuration.
//!
//! A setting that all jobs of a stage agree on is said once, in the profile, and left out of their
//! commands; what one of them has otherwise it says in its own command, which nextest puts above the
//! profile. So `cargo nextest run --profile pre_merge` alone is the Rust of a stage on a developer's
//! machine, and each job is that profile, narrowed.

use indexmap::IndexMap;

use super::Cell;
use super::command::{self, kind_of, tool_kind};
use crate::schema::kinds::{Service, Stage, Suite};
use crate::schema::values::ToolKind;
use crate::schema::{Id, Plan};

/// Where nextest looks for its configuration, below the root of a workspace.
pub const CONFIG: &str = ".config/nextest.toml";

/// Where nextest puts the report of a run, below the folder of its profile.
pub const REPORT: &str = "junit.xml";

/// After how long nextest says that a test is slow, in seconds: as it does by itself.
const SLOW_SECONDS: u64 = 60;

/// Everything that goes into the configuration files of nextest.
#[derive(Debug, Default)]
pub struct Profiles {
    /// Each file, by its path below the root, in the order of the plan.
    pub files: IndexMap<String, File>,
}

/// What goes into one configuration file.
#[derive(Debug, Default)]
pub struct File {
    /// The profiles, one for each stage with suites of nextest.
    pub profiles: IndexMap<Id<Stage>, Profile>,
    /// The services that take a few tests at once: their test groups.
    pub groups: Vec<Id<Service>>,
}

/// What the runs of nextest in one stage have in common.
#[derive(Debug)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// The filterset of all its tests.
    pub filter: String,
    /// How often a test that fails is run again.
    pub retries: u32,
    /// How many tests run beside each other, where the suites agree on a number.
    pub threads: Option<u32>,
    /// When a test is slow and when it is ended.
    pub slow: Slow,
    /// What some of its tests have otherwise: the first that matches a test holds.
    pub overrides: Vec<Override>,
    /// Whether the suites have one filter, so that the profile stands for it.
    one_filter: bool,
}

/// When a test is slow and when it is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slow {
    /// After how many seconds it is said to be slow.
    pub period: u64,
    /// After how many such periods it is ended.
    pub terminate_after: u64,
}

/// What the tests of one suite have otherwise.
#[derive(Debug)]
pub struct Override {
    /// The suite.
    pub suite: Id<Suite>,
    /// Its tests.
    pub filter: String,
    /// When they are ended, where it differs from the profile's.
    pub slow: Option<Slow>,
    /// The service whose test group they are in.
    pub group: Option<Id<Service>>,
}

impl Slow {
    /// For a job that is stopped after so many seconds. A test that takes half of that alone is ended:
    /// its job goes on, and the report names the test.
    fn of_timeout(seconds: u64) -> Self {
        let longest = (seconds / 2).max(1);
        let period = SLOW_SECONDS.min(longest);
        Self {
            period,
            terminate_after: longest / period,
        }
    }

    /// For tests that are ended after so many seconds, each for itself.
    const fn of_test(seconds: u64) -> Self {
        let seconds = if seconds == 0 { 1 } else { seconds };
        if seconds % SLOW_SECONDS == 0 {
            Self {
                period: SLOW_SECONDS,
                terminate_after: seconds / SLOW_SECONDS,
            }
        } else {
            Self {
                period: seconds,
                terminate_after: 1,
            }
        }
    }

    /// After how many seconds a test is ended.
    const fn seconds(self) -> u64 {
        self.period * self.terminate_after
    }
}

impl Profiles {
    /// The profiles of the cells of a plan.
    pub fn of(plan: &Plan, cells: &[Cell]) -> Self {
        let mut by_profile: IndexMap<(String, Id<Stage>), Vec<&Cell>> = IndexMap::new();
        for cell in cells.iter().filter(|cell| has_profile(plan, cell.suite)) {
            let key = (config(plan, cell.suite), cell.stage);
            by_profile.entry(key).or_default().push(cell);
        }
        let mut files: IndexMap<String, File> = IndexMap::new();
        for ((path, stage), cells) in by_profile {
            let file = files.entry(path).or_default();
            let profile = profile(plan, stage, &cells);
            for group in profile.overrides.iter().filter_map(|o| o.group) {
                if !file.groups.contains(&group) {
                    file.groups.push(group);
                }
            }
            file.profiles.insert(stage, profile);
        }
        Self { files }
    }

    /// The profile that a cell runs with, where it has one.
    pub fn of_cell(&self, plan: &Plan, cell: &Cell) -> Option<&Profile> {
        if !has_profile(plan, cell.suite) {
            return None;
        }
        let file = self.files.get(&config(plan, cell.suite))?;
        file.profiles.get(&cell.stage)
    }

    /// Where the report of a cell's run is, below the root.
    pub fn report(&self, plan: &Plan, cell: &Cell) -> Option<String> {
        let profile = self.of_cell(plan, cell)?;
        let manifest = manifest(&plan.suites[cell.suite]).and_then(|path| path.rsplit_once('/'));
        let folder = manifest.map_or_else(String::new, |(folder, _)| format!("{folder}/"));
        Some(format!("{folder}target/nextest/{}/{REPORT}", profile.name))
    }
}

impl Profile {
    /// The words that choose it.
    pub fn words(&self, plan: &Plan, suite: Id<Suite>) -> Vec<String> {
        let path = config(plan, suite);
        let mut words = Vec::new();
        // From another workspace than that of the root, nextest would look elsewhere.
        if path != CONFIG || manifest(&plan.suites[suite]).is_some() {
            words.extend(["--config-file".to_owned(), path]);
        }
        words.extend(["--profile".to_owned(), self.name.clone()]);
        words
    }

    /// Whether it selects what a suite does, so that its command need not say it.
    pub const fn stands_for_the_filter(&self) -> bool {
        self.one_filter
    }
}

/// Whether a suite runs with a profile of the plan: nextest runs it, and it names none of its own.
pub fn has_profile(plan: &Plan, suite: Id<Suite>) -> bool {
    let own = |word: &str| {
        ["--profile", "--config-file"]
            .iter()
            .any(|flag| word == *flag || word.starts_with(&format!("{flag}=")))
            || word.starts_with("-P")
    };
    tool_kind(plan, suite) == ToolKind::Nextest
        && !plan.suites[suite].arguments.iter().any(|word| own(word))
}

/// The file that a suite's profiles are in.
fn config(plan: &Plan, suite: Id<Suite>) -> String {
    let tool = plan.suites[suite].tool.map(|tool| tool.id);
    let tool = tool.filter(|tool| kind_of(plan, *tool) == Some(ToolKind::Nextest));
    tool.and_then(|tool| plan.tools[tool].config.as_ref())
        .map_or_else(|| CONFIG.to_owned(), ToString::to_string)
}

/// The manifest that a suite names in its arguments.
fn manifest(suite: &Suite) -> Option<&str> {
    let mut words = suite.arguments.iter().map(|word| word.as_str());
    while let Some(word) = words.next() {
        if word == "--manifest-path" {
            return words.next();
        }
        if let Some(path) = word.strip_prefix("--manifest-path=") {
            return Some(path);
        }
    }
    None
}

fn profile(plan: &Plan, stage: Id<Stage>, cells: &[&Cell]) -> Profile {
    let mut suites: Vec<Id<Suite>> = cells.iter().map(|cell| cell.suite).collect();
    suites.dedup();
    let filters: Vec<String> = suites.iter().map(|s| filter(plan, *s)).collect();
    let one_filter = filters.iter().all(|filter| *filter == filters[0]);
    let first = suites[0];
    // A filterset that names a package is an error in a workspace without it.
    let one_workspace = suites
        .iter()
        .all(|s| manifest(&plan.suites[*s]) == manifest(&plan.suites[first]));
    let longest = |suite: Id<Suite>| {
        if let Some(one) = plan.suites[suite].test_timeout {
            return Slow::of_test(one.value.whole_seconds());
        }
        let of_suite = cells.iter().filter(|cell| cell.suite == suite);
        let seconds = of_suite.map(|cell| super::timeout(plan, cell).whole_seconds());
        Slow::of_timeout(seconds.max().unwrap_or_default())
    };
    let slow = suites
        .iter()
        .map(|suite| longest(*suite))
        .max_by_key(|slow| slow.seconds());
    let slow = slow.unwrap_or(Slow::of_timeout(2 * SLOW_SECONDS));
    let retries = agreed(cells.iter().map(|cell| command::retries(plan, cell)))
        .or(plan.stages[stage].retries)
        .unwrap_or_default();
    let threads = agreed(suites.iter().map(|s| threads(plan, *s))).flatten();
    let mut overrides: Vec<Override> = Vec::new();
    for (suite, filter) in suites.iter().zip(&filters) {
        let own = longest(*suite);
        let own = Override {
            suite: *suite,
            filter: filter.clone(),
            slow: (own != slow).then_some(own),
            group: group(plan, *suite),
        };
        if one_workspace && (own.slow.is_some() || own.group.is_some()) {
            overrides.push(own);
        }
    }
    // A test of two suites is given the longer time.
    overrides.sort_by_key(|o| std::cmp::Reverse(o.slow.unwrap_or(slow).seconds()));
    let of_all = if one_filter {
        filters[0].clone()
    } else if one_workspace {
        any_of(&filters)
    } else {
        ALL.to_owned()
    };
    Profile {
        name: name(plan.stages[stage].head.name()),
        filter: without_quarantined(plan, first, of_all),
        retries,
        threads,
        slow,
        overrides,
        one_filter,
    }
}

/// The filterset of every test.
const ALL: &str = "all()";

/// The filterset of a suite.
fn filter(plan: &Plan, suite: Id<Suite>) -> String {
    let filter = plan.suites[suite].filter.as_ref();
    filter.map_or_else(|| ALL.to_owned(), ToString::to_string)
}

/// A filterset less the tests in quarantine, which are those of every suite of cargo.
fn without_quarantined(plan: &Plan, suite: Id<Suite>, filter: String) -> String {
    let quarantined = command::quarantined(plan, &plan.suites[suite]);
    let skipped: Vec<String> = quarantined
        .map(|test| format!("not test(={test})"))
        .collect();
    if skipped.is_empty() {
        return filter;
    }
    command::less((filter != ALL).then_some(&filter), &skipped)
}

/// The filterset of the tests of any of several.
fn any_of(filters: &[String]) -> String {
    if filters.iter().any(|filter| filter == ALL) {
        return ALL.to_owned();
    }
    let mut different: Vec<String> = Vec::new();
    for filter in filters {
        let filter = format!("({filter})");
        if !different.contains(&filter) {
            different.push(filter);
        }
    }
    different.join(" or ")
}

/// What all of some say, if they say one thing.
fn agreed<T: PartialEq>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// How many tests of a suite run beside each other, where it says a number.
pub fn threads(plan: &Plan, suite: Id<Suite>) -> Option<u32> {
    plan.suites[suite].workers.and_then(|workers| workers.count)
}

/// The service of a suite that takes the fewest tests at once.
fn group(plan: &Plan, suite: Id<Suite>) -> Option<Id<Service>> {
    let services = super::services(&plan.suites[suite]).into_iter();
    services
        .filter_map(|id| Some((plan.services[id].max_parallel?.value, id)))
        .min_by_key(|(most, _)| *most)
        .map(|(_, id)| id)
}

/// The name of the profile of a stage. Those that begin with `default` are nextest's own.
fn name(stage: &str) -> String {
    if stage.starts_with("default") {
        format!("stage_{stage}")
    } else {
        stage.to_owned()
    }
}

/// The name of the test group of a service.
pub fn group_name(plan: &Plan, service: Id<Service>) -> String {
    format!("service_{}", plan.services[service].head.name())
}
