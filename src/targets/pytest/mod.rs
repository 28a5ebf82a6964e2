//! The configuration of pytest: the markers with their descriptions, strictly; and the plugin that
//! holds tests to the rules of the plan.

mod ini;
mod literal;
mod plugin;
mod toml;

use super::banner::{self, Comment, Provenance};
use super::partial::Held;
use super::{Content, Edited, Output, RenderError, Target};
use crate::jobs::Jobs;
use crate::jobs::command;
use crate::name::one_line;
use crate::schema::Plan;
use crate::schema::values::{MarkerId, MarkerInfo, ToolKind};

/// `--target pytest`
pub struct Pytest;

impl Target for Pytest {
    fn name(&self) -> &'static str {
        "pytest"
    }

    fn about(&self) -> &'static str {
        "pytest's markers, strictly, and a plugin that holds tests to the plan's rules"
    }

    fn render(&self, jobs: &Jobs<'_>) -> Result<Vec<Output>, RenderError> {
        let plan = jobs.plan;
        if !uses_pytest(plan) {
            return Ok(Vec::new());
        }
        let path = config_path(plan);
        let settings = Settings::of(jobs, &path);
        let whole = settings.whole(jobs)?;
        let config = Content::Shared(Box::new(move |present| {
            settings.edited(present, whole.as_deref())
        }));
        Ok(vec![
            Output {
                path,
                content: config,
            },
            plugin::output(jobs)?,
        ])
    }

    fn owned_folders(&self) -> &'static [&'static str] {
        &[plugin::FOLDER]
    }

    fn owned_files(&self) -> &'static [&'static str] {
        &["pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini"]
    }
}

/// The files that pytest looks for its settings in, in this order: it reads the first that has some,
/// and no other.
pub const READING_ORDER: [&str; 7] = [
    "pytest.toml",
    ".pytest.toml",
    "pytest.ini",
    ".pytest.ini",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
];

/// Those of them that dtpc can write to.
pub const CONFIGS: &[&str] = READING_ORDER.split_at(5).0;

/// Whether pytest reads its settings from a file of this name that holds this text, where it finds
/// no other.
pub fn has_settings(name: &str, text: &str) -> bool {
    match name {
        "pyproject.toml" => text.contains("[tool.pytest"),
        "tox.ini" => text.lines().any(|line| line.starts_with("[pytest]")),
        "setup.cfg" => text.lines().any(|line| line.starts_with("[tool:pytest]")),
        _ => true,
    }
}

/// The oldest pytest that finds a plugin in its `pythonpath`.
const LEAST_PYTEST: &str = "8.4";

/// The options that dtpc asks for; others that stand there stay.
const OPTIONS: [&str; 4] = ["--strict-markers", "--strict-config", "-p", plugin::MODULE];

/// What pytest is told.
#[derive(Debug)]
struct Settings {
    /// The file it goes to, below the root.
    path: String,
    /// The plan it comes from.
    origin: String,
    /// Each marker as pytest registers it: `name: description` or `name(N): description`.
    markers: Vec<String>,
    /// The folders in which tests are looked for.
    test_paths: Vec<String>,
    /// The folder of the plugin, as seen from that of the file.
    plugin_folder: String,
}

impl Settings {
    fn of(jobs: &Jobs<'_>, path: &str) -> Self {
        let up = "../".repeat(path.matches('/').count());
        Self {
            path: path.to_owned(),
            origin: banner::origin(jobs).to_owned(),
            markers: markers(jobs.plan),
            test_paths: test_paths(jobs.plan),
            plugin_folder: format!("{up}{}", plugin::FOLDER),
        }
    }

    /// The name of the file without its folders.
    fn file(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    fn is_ini(&self) -> bool {
        self.file()
            .rsplit_once('.')
            .is_some_and(|(_, kind)| kind == "ini")
    }

    /// The file where it is dtpc's alone; nothing for one that never is.
    fn whole(&self, jobs: &Jobs<'_>) -> Result<Option<String>, RenderError> {
        let body = match self.file() {
            "pyproject.toml" => return Ok(None),
            _ if self.is_ini() => ini::whole(self)?,
            _ => toml::whole(self),
        };
        Ok(Some(banner::sign(jobs, Comment::Hash, &body)))
    }

    /// The file as it is to be: dtpc's own whole, in one that people wrote the keys of dtpc.
    fn edited(&self, present: Option<&str>, whole: Option<&str>) -> Result<Edited, RenderError> {
        let present = present.unwrap_or_default();
        if let Some(whole) = whole
            && (present.trim().is_empty() || banner::provenance(present) != Provenance::Foreign)
        {
            let loses = (!present.trim().is_empty())
                .then(|| banner::protection(present, &self.origin))
                .flatten();
            let text = whole.to_owned();
            return Ok(Edited { text, loses });
        }
        if self.is_ini() {
            ini::edit(present, self)
        } else {
            toml::edit(present, self)
        }
    }

    /// Those of the options that are not there.
    fn missing_options(words: &[String]) -> Vec<&'static str> {
        let [markers, config, load, module] = OPTIONS;
        let mut missing: Vec<&str> = [markers, config]
            .into_iter()
            .filter(|option| !words.iter().any(|word| word == option))
            .collect();
        let is_loaded = words
            .windows(2)
            .any(|pair| pair[0] == load && pair[1] == module)
            || words
                .iter()
                .filter_map(|word| word.strip_prefix(load))
                .any(|name| name.trim() == module);
        if !is_loaded {
            missing.extend([load, module]);
        }
        missing
    }

    /// Whether the folders in a file stay as they are: people said where they look for tests, or
    /// there is nothing to say.
    fn keeps_test_paths(&self, present: Option<&[String]>, above: &str) -> bool {
        let held = super::partial::held(above, present.map(|_| ""));
        held == Held::Foreign || held == Held::Nothing && self.test_paths.is_empty()
    }
}

/// The words of a string of options, as a POSIX shell divides them; nothing where a quote has no end.
fn words(text: &str) -> Option<Vec<String>> {
    shlex::split(text)
}

/// What of people's own writing a file no longer holds after a change.
#[derive(Debug, Default)]
struct Lost {
    entries: Vec<String>,
    changed: Vec<&'static str>,
}

impl Lost {
    /// Looks at a key that was set: people's entries that are not among the wanted ones are lost, and
    /// so is a change by hand.
    fn note(&mut self, key: &'static str, held: Held, present: &[String], wanted: &[String]) {
        if held == Held::Changed {
            self.changed.push(key);
        }
        if held == Held::Foreign {
            let kept: Vec<&str> = wanted.iter().map(|entry| entry_name(entry)).collect();
            let lost = present
                .iter()
                .map(|entry| entry_name(entry))
                .filter(|name| !kept.contains(name));
            self.entries
                .extend(lost.map(|name| format!("`{name}` in {key}")));
        }
    }

    /// Comments inside of a value that was replaced.
    fn comments(&mut self, key: &str) {
        self.entries.push(format!("the comments in {key}"));
    }

    fn in_words(&self) -> Option<String> {
        let mut words = Vec::new();
        if !self.entries.is_empty() {
            words.push(format!("would lose {}", self.entries.join(", ")));
        }
        if !self.changed.is_empty() {
            let keys = self.changed.join(" and ");
            words.push(format!("was changed by hand in {keys} since dtpc wrote it"));
        }
        (!words.is_empty()).then(|| words.join(", and "))
    }
}

/// What an entry is called: a marker without its argument and description.
fn entry_name(entry: &str) -> &str {
    entry.split([':', '(']).next().unwrap_or(entry).trim()
}

fn uses_pytest(plan: &Plan) -> bool {
    plan.suites
        .iter()
        .any(|(id, _)| command::tool_kind(plan, id) == ToolKind::Pytest)
}

/// Where the configuration goes: what a pytest tool says, else `pytest.ini`.
fn config_path(plan: &Plan) -> String {
    plan.tools
        .iter()
        .filter(|(id, _)| command::kind_of(plan, *id) == Some(ToolKind::Pytest))
        .find_map(|(_, tool)| tool.config.as_ref().map(ToString::to_string))
        .unwrap_or_else(|| "pytest.ini".to_owned())
}

fn markers(plan: &Plan) -> Vec<String> {
    plan.markers
        .iter()
        .map(|(id, name, info)| {
            let argument = info
                .declared
                .and_then(|d| plan.marker_declarations[d].argument)
                .map_or_else(String::new, |a| format!("({})", a.title()));
            format!("{name}{argument}: {}", description(plan, id, info))
        })
        .collect()
}

/// What a marker means: its own words, else those of the service or the group it belongs to.
pub fn description(plan: &Plan, id: MarkerId, info: &MarkerInfo) -> String {
    let name = plan.markers.name(id);
    if let Some(declared) = info.declared {
        let doc = &plan.marker_declarations[declared].head.doc;
        if !doc.is_empty() {
            return one_line(doc);
        }
    }
    if let Some(service) = info.service {
        return format!("needs {} to run", plan.services[service].head.title);
    }
    match info.group {
        Some(group) => {
            let group = &plan.marker_groups[group];
            format!("one of: {}", group.head.title)
        }
        None => info.declared.map_or_else(
            || name.words(),
            |declared| plan.marker_declarations[declared].head.title.clone(),
        ),
    }
}

/// The folders of all suites of pytest, in the order of the alphabet.
fn test_paths(plan: &Plan) -> Vec<String> {
    let mut paths = command::outermost(
        plan.suites
            .iter()
            .filter(|(id, _)| command::tool_kind(plan, *id) == ToolKind::Pytest)
            .flat_map(|(_, suite)| command::roots(suite)),
    );
    paths.sort_unstable();
    paths.into_iter().map(str::to_owned).collect()
}
