//! From a repository that has no plan to a first one.
//!
//! [`look`] asks a [`Tree`] what is there and makes [`Facts`] of it, [`look_with_ci`] also of what
//! workflows run; [`draft`](draft::draft) makes the text of a plan of those. Neither reads a file: that is for [`cli`](crate::cli). What a file
//! does not say is not guessed; it becomes a question in the plan.

mod ci;
mod commands;
pub mod draft;
pub mod facts;
mod git;
mod hooks;
mod languages;
pub(crate) mod manifest;
pub(crate) mod markers;
pub mod nextest;
mod node;
pub(crate) mod paths;
mod python;
mod rust;
mod text;
mod workflows;

pub use draft::{Detail, draft};
pub use facts::Facts;

use facts::{Tests, Tool};

/// A repository, as far as it is looked at.
pub trait Tree {
    /// The paths of its files, relative to its root, with `/` between folders, in the order of the
    /// alphabet; without those that git ignores.
    fn files(&self) -> &[String];

    /// The text of a file; nothing where it is missing, too long or no text.
    fn text(&self, path: &str) -> Option<String>;

    /// The text of one of git's own files: `HEAD`, `config`, `packed-refs`, `refs/…`.
    fn git(&self, name: &str) -> Option<String>;

    /// Whether there is a file at this path.
    fn has(&self, path: &str) -> bool {
        let files = self.files();
        files.binary_search_by(|f| f.as_str().cmp(path)).is_ok()
    }
}

/// Looks at a repository. `name` is what its folder is called.
pub fn look(tree: &dyn Tree, name: &str) -> Facts {
    let mut tests = Tests::default();
    let pytest = python::look(tree, &mut tests);
    rust::look(tree, &mut tests);
    node::look(tree, &mut tests);
    commands::look(tree, &mut tests);
    commands::make(tree, &mut tests);
    let markers = markers::look(tree, &pytest);
    let git = git::look(tree);
    let repository = git.repository.as_deref();
    let called = repository.and_then(|r| r.rsplit('/').next());
    let languages = languages::look(tree, &tests);
    Facts {
        name: identifier(called.unwrap_or(name)),
        title: called.unwrap_or(name).trim_start_matches('.').to_owned(),
        files: tree.files().len(),
        hooks: hooks::look(tree, &languages),
        owner: git::code_owner(tree),
        document: document(tree),
        workflows: workflows(tree),
        ci: None,
        pytest_config: pytest.config,
        coverage_py: python::measures_coverage(tree),
        languages,
        tests,
        markers,
        git,
    }
}

/// Looks at a repository, and at what its CI runs.
pub fn look_with_ci(tree: &dyn Tree, name: &str) -> Facts {
    let mut facts = look(tree, name);
    let markers: Vec<&str> = facts.markers.list.iter().map(|m| m.name.as_str()).collect();
    let (workflows, unreadable) = workflows::look(tree, &facts.tests, &markers);
    for file in unreadable {
        let question = format!("`.github/workflows/{file}` cannot be read: what does it run?");
        facts.tests.questions.push(question);
    }
    facts.ci = Some(facts::Ci {
        workflows,
        nextest: nextest::look(tree),
    });
    ci::complete(&mut facts);
    facts
}

/// The names of the workflows that are there, without their folder.
fn workflows(tree: &dyn Tree) -> Vec<String> {
    let files = tree.files().iter();
    files
        .filter_map(|path| path.strip_prefix(".github/workflows/"))
        .filter(|name| paths::has_extension(name, &["yml", "yaml"]))
        .map(str::to_owned)
        .collect()
}

/// Where the document can go without standing on another one.
fn document(tree: &dyn Tree) -> String {
    let within = |folder: &str| tree.files().iter().any(|f| paths::is_below(f, folder));
    let folder = ["docs", "doc", "documentation"]
        .into_iter()
        .find(|folder| within(folder))
        .unwrap_or("docs");
    let names = ["test-plan", "dtpc-test-plan"].map(|name| format!("{folder}/{name}.md"));
    let [first, second] = names;
    if tree.has(&first) { second } else { first }
}

/// A name of the language made of a text: small letters, digits and `_`, a letter first.
pub(crate) fn identifier(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => name.push(c.to_ascii_lowercase()),
            _ if name.ends_with('_') || name.is_empty() => {}
            _ => name.push('_'),
        }
    }
    let name = name.trim_end_matches('_');
    let reserved = ["and", "or", "not", "true", "false", "all", "open", "rest"];
    match name.chars().next() {
        None => "plan".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("n{name}"),
        Some(_) if reserved.contains(&name) => format!("{name}_"),
        Some(_) => name.to_owned(),
    }
}

/// `name`, or `name_2` and so on where it is taken.
pub(crate) fn unique(name: &str, taken: impl Fn(&str) -> bool) -> String {
    std::iter::once(name.to_owned())
        .chain((2..=u32::MAX).map(|number| format!("{name}_{number}")))
        .find(|name| !taken(name))
        .unwrap_or_default()
}

impl Tests {
    /// Adds a tool, under another name where its own is taken; says which.
    pub(crate) fn add_tool(&mut self, mut tool: Tool) -> String {
        tool.name = unique(&tool.name, |name| self.tools.iter().any(|t| t.name == name));
        let name = tool.name.clone();
        self.tools.push(tool);
        name
    }

    /// Adds a suite, under another name where its own is taken.
    pub(crate) fn add_suite(&mut self, mut suite: facts::Suite) {
        suite.name = unique(&suite.name, |name| {
            self.suites.iter().any(|s| s.name == name)
        });
        self.suites.push(suite);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A repository in memory.
    #[derive(Debug, Default)]
    pub(crate) struct Memory {
        files: Vec<String>,
        texts: Vec<(String, String)>,
    }

    impl Memory {
        pub(crate) fn new(texts: &[(&str, &str)]) -> Self {
            let mut files: Vec<String> = texts
                .iter()
                .map(|(path, _)| (*path).to_owned())
                .filter(|path| !path.starts_with(".git/"))
                .collect();
            files.sort();
            let texts = texts
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                .collect();
            Self { files, texts }
        }
    }

    impl Tree for Memory {
        fn files(&self) -> &[String] {
            &self.files
        }

        fn text(&self, path: &str) -> Option<String> {
            let found = self.texts.iter().find(|(p, _)| p == path);
            found.map(|(_, text)| text.clone())
        }

        fn git(&self, name: &str) -> Option<String> {
            self.text(&format!(".git/{name}"))
        }
    }

    #[test]
    fn any_text_gives_a_name() {
        for (text, name) in [
            ("My-App.js", "my_app_js"),
            ("__x__", "x"),
            ("3d", "n3d"),
            ("日本", "plan"),
            ("", "plan"),
            ("not", "not_"),
        ] {
            assert_eq!(identifier(text), name, "{text}");
        }
        assert_eq!(unique("a", |name| ["a", "a_2"].contains(&name)), "a_3");
    }
}
