//! From what was found to the text of a plan: what a person would begin with.

mod pytest;
mod quality;

use std::collections::BTreeSet;

use super::facts::{Facts, Language, Runs, Suite, TestType, Tool};
use super::text::{Declaration, Text, quoted};
use super::{identifier, unique};
use crate::schema::values::Host;

/// How many workflows are named in a question.
const WORKFLOWS: usize = 12;

/// The environment that everything runs in at first.
const ENVIRONMENT: &str = "linux";

/// The text of a first plan.
pub fn draft(facts: &Facts) -> String {
    let draft = Draft {
        facts,
        stage: stage_name(facts),
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
    draft.coverage(&mut text);
    draft.hooks(&mut text);
    text.finish()
}

struct Draft<'f> {
    facts: &'f Facts,
    /// The stage before a merge.
    stage: String,
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

    fn has_tests(&self) -> bool {
        self.facts.tests.suites.iter().any(Self::before_merge)
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
        text.intro(
            "Begun by `dtpc init` from what the repository says. What it does not say is written",
        );
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
        let mut stage = Declaration::new("stage", &self.stage)
            .doc("What must pass before a change is merged.")
            .text("title", "Pre-Merge");
        if self.facts.hooks.configured {
            stage = stage.field("after", commit);
        }
        let branch = self.facts.git.branch.as_deref();
        let branches = match branch.filter(|b| is_branch(b)) {
            Some(branch) => format!("(branches: [{}])", quoted(branch)),
            None => String::new(),
        };
        stage = match self.facts.git.host {
            Some(Host::GitHub) => stage
                .field("host", "github")
                .field("trigger", format!("pull_request{branches}")),
            Some(host) => stage.field("host", host.word()).open(
                "trigger",
                "what starts it? there is no word for merge requests yet",
            ),
            None => stage
                .open("host", "where does it run: `github` or `gitlab`?")
                .open("trigger", "what starts it, such as `pull_request`?"),
        };
        // What no machine of the draft takes is not promised: it is asked about.
        let known = self.facts.markers.list.iter();
        let pre_merge = known
            .filter(|m| m.name == "pre_merge")
            .map(|m| m.name.clone());
        let promised: Vec<String> = pre_merge.chain(self.takes()).collect();
        if !promised.is_empty() {
            stage = stage.field("selects", promised.join(" and "));
        }
        stage = if self.has_tests() {
            let types: BTreeSet<TestType> = self.types_before_merge();
            let lint = self.facts.hooks.configured.then_some("lint");
            let names = lint
                .into_iter()
                .chain(types.into_iter().map(TestType::name));
            stage.list("types", names.map(str::to_owned))
        } else {
            stage.open("types", "which tests are there, and what runs them?")
        };
        text.add(
            &stage
                .open("budget", "how long may it take?")
                .field("on_failure", "block"),
        );
        if self.on_github() && self.has_jobs() {
            text.add(
                &Declaration::new("gate", "merge")
                    .doc("What branch protection requires: one check, whatever stands behind it.")
                    .text("status", "all required checks")
                    .field("stage", self.stage.clone()),
            );
        }
    }

    fn types_before_merge(&self) -> BTreeSet<TestType> {
        let suites = self.facts.tests.suites.iter();
        suites
            .filter(|s| Self::before_merge(s))
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
        let mut environment = Declaration::new("environment", ENVIRONMENT).text("title", "Linux");
        if let Some(takes) = self.takes() {
            environment = environment.field("takes", takes);
        }
        environment = if self.on_github() {
            environment
                .field("visibility", "public")
                .field("runner", "hosted")
        } else {
            environment
                .open("visibility", "may outsiders start jobs in it?")
                .open("runner", "which machines does it have?")
        };
        text.add(&environment.field("local", "host"));
        if self.on_github() {
            text.add(
                &Declaration::new("runner", "hosted")
                    .text("title", "GitHub-hosted Linux")
                    .texts("labels", ["ubuntu-24.04"]),
            );
        }
        if let (Some(owner), Some(contact)) = (&self.owner, &self.facts.owner)
            && !self.facts.tests.suites.is_empty()
        {
            text.add(&Declaration::new("owner", owner).text("contact", contact));
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
                .list("stages", ["pre_commit".to_owned(), self.stage.clone()])
                .field("environments", format!("[{ENVIRONMENT}]")),
            );
        }
        for suite in &self.facts.tests.suites {
            let declaration = Declaration::new("suite", &suite.name)
                .field("type", suite.test_type.name())
                .field("tool", suite.tool.clone())
                .texts("paths", &suite.paths)
                .texts("arguments", &suite.arguments);
            let declaration = if Self::before_merge(suite) {
                declaration.field("stages", format!("[{}]", self.stage))
            } else {
                declaration.open("stages", "when is it measured?")
            };
            let declaration = declaration
                .field("environments", format!("[{ENVIRONMENT}]"))
                .open("duration", "how long does it take?");
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
