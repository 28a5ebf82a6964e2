//! From what was found to the text of a plan: what a person would begin with.

mod pytest;
mod quality;
pub(super) mod stages;

use std::collections::BTreeSet;

use super::facts::{Facts, Language, Machine, Runs, Suite, TestType, Tool};
use super::text::{Declaration, Text, quoted};
use super::{identifier, unique};
use crate::schema::values::{Host, Os};
use stages::{Moment, Planned};

/// How many workflows are named in a question.
const WORKFLOWS: usize = 12;

/// The environment that everything runs in at first.
const ENVIRONMENT: &str = "linux";

/// How much of what CI says goes into a draft: what does not hold together there cannot all stand in a
/// plan that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// All of it.
    Everything,
    /// Without the marker expressions of its commands.
    WithoutExpressions,
    /// Everything runs before a merge, and the commands of CI are comments.
    OneStage,
}

impl Detail {
    /// From most to least.
    pub const ALL: [Self; 3] = [Self::Everything, Self::WithoutExpressions, Self::OneStage];
}

/// The text of a first plan.
pub fn draft(facts: &Facts, detail: Detail) -> String {
    let draft = Draft {
        facts,
        detail,
        stages: stages::planned(facts, detail),
        owner: facts.owner.as_deref().map(owner_name),
    };
    let mut text = Text::default();
    draft.head(&mut text);
    draft.life_cycle(&mut text);
    draft.types(&mut text);
    draft.markers(&mut text);
    draft.places(&mut text);
    draft.tools(&mut text);
    draft.suites(&mut text);
    draft.ci(&mut text);
    draft.coverage(&mut text);
    draft.hooks(&mut text);
    text.finish()
}

struct Draft<'f> {
    facts: &'f Facts,
    detail: Detail,
    /// The stages, that before a merge first.
    stages: Vec<Planned>,
    owner: Option<String>,
}

/// A name for the stage before a merge whose workflow stands on no other one.
fn stage_name(facts: &Facts) -> String {
    let taken = |name: &&str| {
        let file = name.replace('_', "-");
        let workflows = facts.workflows.iter();
        workflows
            .filter_map(|w| w.rsplit_once('.'))
            .any(|(stem, _)| stem == file)
    };
    ["pre_merge", "merge_checks"]
        .into_iter()
        .find(|name| !taken(name))
        .unwrap_or("planned_pre_merge")
        .to_owned()
}

fn owner_name(owner: &str) -> String {
    identifier(owner.rsplit('/').next().unwrap_or(owner))
}

impl Draft<'_> {
    fn on_github(&self) -> bool {
        self.facts.git.host == Some(Host::GitHub)
    }

    /// Whether a suite runs before a merge: what is measured waits for somebody to say when.
    fn before_merge(suite: &Suite) -> bool {
        suite.test_type != TestType::Performance
    }

    /// Whether anything runs at all, and so needs a place.
    fn has_jobs(&self) -> bool {
        !self.facts.tests.suites.is_empty() || self.facts.hooks.configured
    }

    fn head(&self, text: &mut Text) {
        let facts = self.facts;
        text.intro(&format!(
            "What is tested in {}, when and where.",
            facts.title
        ));
        text.intro("");
        let command = if facts.ci.is_some() { "import" } else { "init" };
        text.intro(&format!(
            "Begun by `dtpc {command}` from what the repository says. What it does not say is written"
        ));
        text.intro("`open(\"…\")`: put an answer in its place.");
        let mut plan = Declaration::new("plan", &facts.name)
            .text("title", &format!("{} Test Plan", facts.title))
            .maybe_text("repository", facts.git.repository.as_deref())
            .text("root", "..");
        if facts.document != "docs/test-plan.md" {
            plan = plan.text("document", &facts.document);
        }
        text.add(
            &plan
                .text("status", "Draft")
                .open("authors", "who writes this plan?")
                .open("reviewers", "who must agree to it?")
                .texts("questions", self.questions()),
        );
    }

    /// What is open about the whole.
    fn questions(&self) -> Vec<String> {
        let facts = self.facts;
        let mut questions: Vec<String> = Vec::new();
        if let Some(takes) = self.takes() {
            questions.push(format!(
                "where and when do the tests run that are not `{takes}`?"
            ));
        }
        if facts.owner.is_none() && !facts.tests.suites.is_empty() {
            questions.push("who mends which suite?".to_owned());
        }
        questions.extend(facts.tests.questions.iter().cloned());
        questions.extend(facts.hooks.questions.iter().cloned());
        let slow = facts.markers.list.iter().find(|m| m.name == "slow");
        if slow.is_some() {
            questions.push("do the tests marked `slow` run before a merge?".to_owned());
        }
        if let Some(file) = &facts.pytest_config
            && file != "pyproject.toml"
        {
            questions.push(format!(
                "which settings of pytest in `{file}` are kept once `pytest.ini` is written from \
                 this plan?"
            ));
        }
        if !facts.workflows.is_empty() {
            let mut shown: Vec<&str> = facts.workflows.iter().map(String::as_str).collect();
            if shown.len() > WORKFLOWS {
                shown.truncate(WORKFLOWS);
                shown.push("…");
            }
            questions.push(format!(
                "which of the present workflows does this plan replace? {}",
                shown.join(", ")
            ));
        }
        questions
    }

    fn life_cycle(&self, text: &mut Text) {
        text.section("Life-cycle");
        let commit = "pre_commit";
        if self.facts.hooks.configured {
            text.add(
                &Declaration::new("stage", commit)
                    .doc("On the machine of whoever commits.")
                    .text("title", "Pre-Commit")
                    .field("host", "git")
                    .field("trigger", "commit")
                    .field("types", "[lint]")
                    .field("on_failure", "block"),
            );
        }
        let mut after = self.facts.hooks.configured.then(|| commit.to_owned());
        for planned in &self.stages {
            text.add(&self.stage(planned, after.as_deref()));
            after = Some(planned.name.clone());
        }
        if self.on_github() && self.has_jobs() {
            text.add(
                &Declaration::new("gate", "merge")
                    .doc("What branch protection requires: one check, whatever stands behind it.")
                    .text("status", "all required checks")
                    .field("stage", self.stages[0].name.clone()),
            );
        }
    }

    /// One stage of those that tests run in.
    fn stage(&self, planned: &Planned, after: Option<&str>) -> Declaration {
        let (title, doc) = planned.words();
        let mut stage = Declaration::new("stage", &planned.name).doc(doc);
        if !planned.from.is_empty() {
            stage = stage.doc(&format!("Now in {}.", planned.from.join(", ")));
        }
        stage = stage.text("title", title);
        if let Some(after) = after {
            stage = stage.field("after", after);
        }
        let branch = self.facts.git.branch.as_deref();
        let branches = match branch.filter(|b| is_branch(b)) {
            Some(branch) => format!("(branches: [{}])", quoted(branch)),
            None => String::new(),
        };
        stage = match (self.facts.git.host, &planned.trigger) {
            (Some(Host::GitHub), Some(trigger)) => stage
                .field("host", "github")
                .field("trigger", trigger.clone()),
            (Some(Host::GitHub), None) => stage
                .field("host", "github")
                .field("trigger", format!("pull_request{branches}")),
            (Some(host), _) => stage.field("host", host.word()).open(
                "trigger",
                "what starts it? there is no word for merge requests yet",
            ),
            (None, _) => stage
                .open("host", "where does it run: `github` or `gitlab`?")
                .open("trigger", "what starts it, such as `pull_request`?"),
        };
        if let Some(promise) = self.promise(planned) {
            stage = stage.field("selects", promise);
        }
        let types: BTreeSet<TestType> = self.types_in(planned);
        stage = if types.is_empty() {
            stage.open("types", "which tests are there, and what runs them?")
        } else {
            let before = planned.moment == Moment::PreMerge;
            let lint = (self.facts.hooks.configured && before).then_some("lint");
            let names = lint
                .into_iter()
                .chain(types.into_iter().map(TestType::name));
            stage.list("types", names.map(str::to_owned))
        };
        let failure = if planned.moment == Moment::PreMerge {
            "block"
        } else {
            "notify"
        };
        stage
            .open("budget", "how long may it take?")
            .field("on_failure", failure)
    }

    /// The tests that a stage promises, where it is not all of them. What no machine of the draft
    /// takes is not promised: it is asked about.
    fn promise(&self, planned: &Planned) -> Option<String> {
        let suites = self.facts.tests.suites.iter().filter(|s| planned.runs(s));
        let runs_pytest = suites.into_iter().any(|suite| suite.tool == "pytest");
        let mut factors: Vec<String> = Vec::new();
        match planned.expressions.as_slice() {
            [] if planned.moment == Moment::PreMerge => {
                let known = self.facts.markers.list.iter();
                let own = known
                    .filter(|m| m.name == "pre_merge")
                    .map(|m| m.name.clone());
                factors.extend(own);
            }
            [] => {}
            [one] => factors.push(one.clone()),
            several => {
                let several: Vec<String> = several.iter().map(|e| format!("({e})")).collect();
                factors.push(several.join(" or "));
            }
        }
        factors.extend(self.takes());
        if factors.is_empty() || (planned.trigger.is_some() && !runs_pytest) {
            return None;
        }
        if let [one] = factors.as_slice() {
            return Some(one.clone());
        }
        let factors: Vec<String> = factors
            .iter()
            .map(|f| {
                if f.contains(" or ") && !f.starts_with("not (") {
                    format!("({f})")
                } else {
                    f.clone()
                }
            })
            .collect();
        Some(factors.join(" and "))
    }

    fn types_in(&self, planned: &Planned) -> BTreeSet<TestType> {
        let suites = self.facts.tests.suites.iter();
        suites
            .filter(|s| Self::before_merge(s) && planned.runs(s))
            .map(|s| s.test_type)
            .collect()
    }

    fn types(&self, text: &mut Text) {
        if !self.has_jobs() {
            return;
        }
        text.section("Types of test");
        if self.facts.hooks.configured {
            text.add(
                &Declaration::new("type", "lint")
                    .doc("Checks of the text of the code, without running it.")
                    .text("title", "Lint"),
            );
        }
        let types: BTreeSet<TestType> = self
            .facts
            .tests
            .suites
            .iter()
            .map(|s| s.test_type)
            .collect();
        for test_type in types {
            let (title, doc) = match test_type {
                TestType::Undivided => (
                    "Tests",
                    "Tests that nobody has divided into unit tests, integration tests and others yet.",
                ),
                TestType::Unit => ("Unit", "One unit of code by itself."),
                TestType::Integration => ("Integration", "Parts that work together."),
                TestType::EndToEnd => ("End-to-End", "What a user does."),
                TestType::Performance => ("Performance", "What is measured."),
            };
            let mut declaration = Declaration::new("type", test_type.name())
                .doc(doc)
                .text("title", title)
                .open("isolation", "are dependencies `mocked` or `real`?");
            if let Some(folder) = self.only_folder(test_type) {
                declaration = declaration.field("layout", format!("under({})", quoted(folder)));
            }
            text.add(&declaration);
        }
    }

    /// The folder that all tests of a type lie in, where it is one and known by its name.
    fn only_folder(&self, test_type: TestType) -> Option<&str> {
        let suites = self.facts.tests.suites.iter();
        let mut paths = suites
            .filter(|s| s.test_type == test_type)
            .flat_map(|s| &s.paths);
        let path = paths.next()?;
        let typed = test_type != TestType::Undivided && paths.next().is_none();
        path.strip_suffix("/**").filter(|_| typed)
    }

    fn places(&self, text: &mut Text) {
        if !self.has_jobs() {
            return;
        }
        text.section("Where tests run");
        for (os, label) in self.systems() {
            let mut environment =
                Declaration::new("environment", os.word()).text("title", os.title());
            if let Some(takes) = self.takes() {
                environment = environment.field("takes", takes);
            }
            if os != Os::Linux {
                environment = environment.field("os", os.word());
            }
            let runner = if os == Os::Linux {
                "hosted".to_owned()
            } else {
                format!("hosted_{}", os.word())
            };
            environment = if self.on_github() {
                environment
                    .field("visibility", "public")
                    .field("runner", runner.clone())
            } else {
                environment
                    .open("visibility", "may outsiders start jobs in it?")
                    .open("runner", "which machines does it have?")
            };
            environment = if os == Os::Linux {
                environment.field("local", "host")
            } else {
                environment.open("local", "who has such a machine?")
            };
            text.add(&environment);
            if self.on_github() {
                text.add(
                    &Declaration::new("runner", &runner)
                        .text("title", &format!("GitHub-hosted {}", os.title()))
                        .texts("labels", [label]),
                );
            }
        }
        if let (Some(owner), Some(contact)) = (&self.owner, &self.facts.owner)
            && !self.facts.tests.suites.is_empty()
        {
            text.add(&Declaration::new("owner", owner).text("contact", contact));
        }
    }

    /// The operating systems that tests run on, each with the label of its machines.
    fn systems(&self) -> Vec<(Os, String)> {
        let mut systems = vec![(Os::Linux, "ubuntu-24.04".to_owned())];
        for machine in self.machines(|_| true) {
            let (Some(os), Some(label)) = (machine.hosted, machine.labels.first()) else {
                continue;
            };
            match systems.iter_mut().find(|(known, _)| *known == os) {
                // The newest of several.
                Some((_, known)) if os != Os::Linux && *known < *label => known.clone_from(label),
                Some(_) => {}
                None => systems.push((os, label.clone())),
            }
        }
        let linux: BTreeSet<&String> = self
            .machines(|_| true)
            .filter(|machine| machine.hosted == Some(Os::Linux))
            .filter_map(|machine| machine.labels.first())
            .collect();
        if let (Some(newest), Some(first)) = (linux.last(), systems.first_mut()) {
            first.1.clone_from(newest);
        }
        systems
    }

    /// The machines of the commands before a merge of the tools of some suites.
    fn machines<'d>(
        &'d self,
        of: impl Fn(&Suite) -> bool + 'd,
    ) -> impl Iterator<Item = &'d Machine> {
        let ci = self
            .facts
            .ci
            .iter()
            .filter(|_| self.detail != Detail::OneStage && self.on_github());
        let from = &self.stages[0].from;
        let runs = ci
            .flat_map(|ci| &ci.workflows)
            .filter(|workflow| from.contains(&workflow.file))
            .flat_map(|workflow| &workflow.runs);
        runs.filter(move |run| {
            let mut suites = self.facts.tests.suites.iter();
            suites.any(|suite| of(suite) && stages::is_of(run, suite, self.facts))
        })
        .flat_map(|run| &run.machines)
    }

    /// After how many minutes a suite is stopped, in each stage whose workflows say it.
    fn timeouts(&self, suite: &Suite) -> Vec<(&str, u64)> {
        let Some(ci) = self.facts.ci.as_ref().filter(|_| Self::before_merge(suite)) else {
            return Vec::new();
        };
        let of_stage = |planned: &Planned| {
            let workflows = ci
                .workflows
                .iter()
                .filter(|w| planned.from.contains(&w.file));
            let runs = workflows.flat_map(|workflow| &workflow.runs);
            runs.filter(|run| stages::is_of(run, suite, self.facts))
                .filter_map(|run| run.timeout)
                .max()
        };
        self.stages
            .iter()
            .filter(|planned| planned.runs(suite))
            .filter_map(|planned| Some((planned.name.as_str(), of_stage(planned)?)))
            .collect()
    }

    /// The environments of a suite, as they are written.
    fn environments(&self, suite: &Suite) -> String {
        let name = suite.name.as_str();
        let systems = self
            .machines(move |other| other.name == name)
            .filter_map(|m| m.hosted);
        let systems: BTreeSet<Os> = systems.collect();
        let names: Vec<&str> = systems.iter().map(|os| os.word()).collect();
        match names.as_slice() {
            [] => format!("[{ENVIRONMENT}]"),
            [one] => format!("[{one}]"),
            several => format!("each [{}]", several.join(", ")),
        }
    }

    /// What the workflows run, to compare the suites with.
    fn ci(&self, text: &mut Text) {
        let commands = self
            .facts
            .ci
            .as_ref()
            .map(stages::commands)
            .unwrap_or_default();
        if commands.is_empty() {
            return;
        }
        text.section("What the workflows run now");
        text.comment(
            "TODO: each command is in one of the suites above, or becomes a suite, or is given up. Take \
             its line out when that is decided.",
        );
        for command in commands {
            text.item(&command);
        }
    }

    fn tools(&self, text: &mut Text) {
        let facts = self.facts;
        if facts.languages.is_empty() && facts.tests.tools.is_empty() {
            return;
        }
        text.section("Languages and tools");
        for language in &facts.languages {
            let declaration =
                Declaration::new("language", language.name).text("title", language.title);
            let tool = self.suites_of(language).next().map(|s| s.tool.clone());
            text.add(&match tool {
                Some(tool) => declaration.field("unit_tests", tool),
                None => declaration.open("unit_tests", "which tool runs its unit tests?"),
            });
        }
        for tool in &facts.tests.tools {
            // A known tool of which there is nothing to say needs no declaration.
            if matches!(tool.runs, Runs::Command(_)) || !tool.setup.is_empty() {
                text.add(&tool_declaration(tool));
            }
        }
    }

    fn suites_of<'d>(&'d self, language: &'d Language) -> impl Iterator<Item = &'d Suite> + 'd {
        let suites = self.facts.tests.suites.iter();
        suites.filter(|suite| suite.language == Some(language.name))
    }

    fn suites(&self, text: &mut Text) {
        if !self.has_jobs() {
            return;
        }
        text.section("Suites");
        if self.facts.hooks.configured {
            let suites = &self.facts.tests.suites;
            text.add(
                &Declaration::new(
                    "suite",
                    &unique("hooks", |name| suites.iter().any(|s| s.name == name)),
                )
                .doc("The hooks on all files: once more where nobody can skip them.")
                .text("title", "Hooks")
                .field("type", "lint")
                .field("tool", "pre_commit")
                .list(
                    "stages",
                    ["pre_commit".to_owned(), self.stages[0].name.clone()],
                )
                .field("environments", format!("[{ENVIRONMENT}]")),
            );
        }
        for suite in &self.facts.tests.suites {
            let in_ci = &suite.in_ci;
            let mut declaration = Declaration::new("suite", &suite.name)
                .field("type", suite.test_type.name())
                .field("tool", suite.tool.clone())
                .texts("paths", &suite.paths)
                .texts("arguments", &suite.arguments)
                .maybe_text("filter", in_ci.filter.as_deref())
                .texts("features", &in_ci.features);
            let stages = self.stages.iter().filter(|stage| stage.runs(suite));
            declaration = if Self::before_merge(suite) {
                declaration.list("stages", stages.map(|stage| stage.name.clone()))
            } else {
                declaration.open("stages", "when is it measured?")
            };
            declaration = declaration
                .field("environments", self.environments(suite))
                .open("duration", "how long does it take?");
            let mut timeouts = self.timeouts(suite).into_iter();
            let usual = timeouts.next().map(|(_, minutes)| minutes);
            if let Some(minutes) = usual {
                declaration = declaration.field("timeout", format!("{minutes}min"));
            }
            for (stage, minutes) in timeouts.filter(|(_, minutes)| Some(*minutes) != usual) {
                let at = format!("at (stage: {stage}) {{ timeout: {minutes}min }}");
                declaration = declaration.inside(&at);
            }
            if let Some(retries) = in_ci.retries {
                declaration = declaration.field("retries", retries.to_string());
            }
            for todo in &in_ci.todo {
                declaration = declaration.remark(todo);
            }
            text.add(&match &self.owner {
                Some(owner) => declaration.field("owner", owner.clone()),
                None => declaration,
            });
        }
    }
}

/// Whether a trigger can name a branch: one with other characters stays unsaid.
fn is_branch(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./".contains(&b);
    !name.is_empty() && !name.starts_with('/') && name.bytes().all(plain)
}

fn tool_declaration(tool: &Tool) -> Declaration {
    let declaration = Declaration::new("tool", &tool.name).text("title", &tool.title);
    let declaration = match &tool.runs {
        Runs::Known(word) if *word == tool.name => declaration,
        Runs::Known(word) => declaration.field("runs", *word),
        Runs::Command(command) => declaration
            .field("runs", "command")
            .text("command", command),
    };
    declaration
        .maybe_text("python", tool.python.as_deref())
        .texts("setup", &tool.setup)
        .maybe_text("config", tool.config.as_deref())
}
