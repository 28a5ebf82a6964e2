//! Hooks: those of pre-commit, then what else formats and lints.

mod elsewhere;
mod known;
mod patterns;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::facts::{Exception, Hook, Hooks, Language};
use super::{Tree, identifier, unique};
use crate::checks::pins;
use crate::name::one_line;
use crate::schema::values::{Role, Runtime};
use elsewhere::elsewhere;

/// `.pre-commit-config.yaml`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Config {
    exclude: String,
    files: String,
    repos: Vec<Repo>,
    #[serde(flatten)]
    others: Others,
}

/// What else is said, of which no plan speaks.
type Others = IndexMap<String, Value>;

/// As it may stand on one line of the file.
fn said((key, value): (&String, &Value)) -> String {
    one_line(&format!("{key}: {value}"))
}

/// One entry of `repos`. The names are the framework's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_field_names,
    reason = "the names are given by the file format"
)]
struct Repo {
    repo: String,
    rev: String,
    hooks: Vec<Entry>,
}

/// One entry of `hooks`. The names are the framework's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_field_names,
    reason = "the names are given by the file format"
)]
struct Entry {
    id: String,
    name: String,
    entry: String,
    language: String,
    files: String,
    exclude: String,
    types: Vec<String>,
    types_or: Vec<String>,
    args: Vec<String>,
    additional_dependencies: Vec<String>,
    pass_filenames: Option<bool>,
    stages: Vec<String>,
    #[serde(flatten)]
    others: Others,
}

/// What formats and lints a repository.
pub fn look(tree: &dyn Tree, languages: &[Language]) -> Hooks {
    let mut hooks = Hooks::default();
    let file = ".pre-commit-config.yaml";
    if let Some(text) = tree.text(file) {
        match serde_yaml::from_str::<Config>(&text) {
            Ok(config) => {
                hooks.configured = true;
                take_over(&config, languages, tree.files(), &mut hooks);
            }
            Err(_) => hooks
                .questions
                .push(format!("`{file}` cannot be read: which hooks are there?")),
        }
    }
    for hook in elsewhere(tree) {
        let wanted = languages.iter().any(|l| Some(l.name) == hook.language);
        let there = hooks
            .list
            .iter()
            .any(|h| h.language == hook.language && h.role == hook.role);
        if wanted && !there {
            add(hook, &mut hooks);
        }
    }
    hooks
}

/// Adds a hook, under another name where its own is taken; says which.
fn add(mut hook: Hook, hooks: &mut Hooks) -> String {
    hook.name = unique(&hook.name, |name| hooks.list.iter().any(|h| h.name == name));
    let name = hook.name.clone();
    hooks.list.push(hook);
    name
}

/// Adds files that all hooks, or one of them, pass over.
fn except(name: &str, paths: Vec<String>, hook: Option<String>, hooks: &mut Hooks) {
    let name = unique(name, |name| hooks.exceptions.iter().any(|e| e.name == name));
    hooks.exceptions.push(Exception { name, paths, hook });
}

fn take_over(config: &Config, languages: &[Language], files: &[String], hooks: &mut Hooks) {
    for (key, pattern) in [("excludes", &config.exclude), ("takes only", &config.files)] {
        if pattern.is_empty() {
            continue;
        }
        let said = patterns::of_files(pattern, files).filter(|_| key == "excludes");
        if let Some(paths) = said {
            except("excluded", paths, None, hooks);
        } else {
            hooks.questions.push(format!(
                "which files do hooks pass over? `.pre-commit-config.yaml` {key} {}",
                one_line(pattern)
            ));
        }
    }
    // How old the framework may be, and what its service does, is no business of the hooks.
    let of_the_framework = ["minimum_pre_commit_version", "ci"];
    let others = config.others.iter();
    for other in others.filter(|(key, _)| !of_the_framework.contains(&key.as_str())) {
        hooks.questions.push(format!(
            "what becomes of this, which a plan does not say? `.pre-commit-config.yaml` has {}",
            said(other)
        ));
    }
    for repo in &config.repos {
        if !["local", "meta"].contains(&repo.repo.as_str()) && !pins::is_address(&repo.repo) {
            hooks.questions.push(format!(
                "where do hooks come from? Git cannot fetch `repo: {}` of `.pre-commit-config.yaml`",
                one_line(&repo.repo)
            ));
            continue;
        }
        for entry in &repo.hooks {
            // Hooks about pre-commit's own file.
            if repo.repo == "meta" {
                continue;
            }
            if entry.stages.iter().any(|s| s == "manual") && entry.stages.len() == 1 {
                let question = format!("who calls the hook `{}`, which git never does?", entry.id);
                hooks.questions.push(question);
                continue;
            }
            let name = add(hook(repo, entry, languages, files), hooks);
            if entry.exclude.is_empty() {
                continue;
            }
            if let Some(paths) = patterns::of_files(&entry.exclude, files) {
                let exception = format!("{name}_excludes");
                except(&exception, paths, Some(name), hooks);
            } else if let Some(hook) = hooks.list.last_mut() {
                let exclude = one_line(&entry.exclude);
                hook.remarks.push(format!("exclude: {exclude}"));
            }
        }
    }
}

fn hook(repo: &Repo, entry: &Entry, languages: &[Language], files: &[String]) -> Hook {
    let local = repo.repo == "local";
    let known = known::find(&entry.id);
    let language = known
        .and_then(|k| languages.iter().find(|l| l.name == k.language))
        .map(|l| l.name);
    let name = identifier(&entry.id);
    let id_differs = name.replace('_', "-") != entry.id;
    let mut hook = Hook {
        title: (!entry.name.is_empty()).then(|| one_line(&entry.name)),
        role: Some(known.map_or(Role::Policy, |k| k.role)),
        language,
        repo: (!local).then(|| repo.repo.clone()),
        rev: (!local && !pins::is_branch(&repo.rev)).then(|| repo.rev.clone()),
        id: id_differs.then(|| entry.id.clone()),
        arguments: entry.args.clone(),
        dependencies: entry.additional_dependencies.clone(),
        whole: entry.pass_filenames == Some(false),
        at_git: match entry.stages.as_slice() {
            [stage] if stage == "commit-msg" => Some("commit_msg"),
            [stage] if stage == "pre-push" || stage == "push" => Some("pre_push"),
            _ => None,
        },
        remarks: remarks(entry, local),
        name,
        ..Hook::default()
    };
    if local {
        // What pre-commit would have to install cannot be run as it stands.
        let as_is = ["system", "script", "unsupported", "unsupported_script", ""];
        let runtime = Runtime::from_word(&entry.language).filter(|r| *r != Runtime::System);
        let known = as_is.contains(&entry.language.as_str()) || runtime.is_some();
        hook.runtime = runtime;
        if runtime.is_none() {
            hook.dependencies.clear();
        }
        if known && shlex::split(&entry.entry).is_some_and(|w| !w.is_empty()) {
            hook.entry = Some(one_line(&entry.entry));
        } else {
            hook.remarks.push(format!(
                "entry: {} ({})",
                one_line(&entry.entry),
                entry.language
            ));
            hook.dependencies.clear();
            if !entry.additional_dependencies.is_empty() {
                let packages = entry.additional_dependencies.join(", ");
                hook.remarks
                    .push(format!("additional_dependencies: {packages}"));
            }
        }
    }
    match (entry.types_or.as_slice(), entry.types.as_slice()) {
        ([], []) => {}
        ([], [one]) => hook.file_types = vec![one.clone()],
        (any, []) => hook.file_types = any.to_vec(),
        (_, all) => hook.remarks.push(format!("types: {}", all.join(", "))),
    }
    if !entry.files.is_empty() {
        match patterns::of_files(&entry.files, files) {
            Some(files) => hook.files = files,
            None => hook
                .remarks
                .push(format!("files: {}", one_line(&entry.files))),
        }
    }
    hook
}

/// What an entry says that a plan has no word for.
fn remarks(entry: &Entry, local: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    for (key, text) in [("entry", &entry.entry), ("language", &entry.language)] {
        if !local && !text.is_empty() {
            remarks.push(format!("{key}: {}", one_line(text)));
        }
    }
    let when = ["pre-commit", "commit", "commit-msg", "pre-push", "push"];
    let one_of_ours = |stage: &String| when.contains(&stage.as_str());
    if entry.stages.len() > 1 || !entry.stages.iter().all(one_of_ours) {
        remarks.push(format!("stages: {}", entry.stages.join(", ")));
    }
    // What it is for is told by its title.
    let others = entry.others.iter().filter(|(key, _)| *key != "description");
    remarks.extend(others.map(said));
    remarks
}

#[cfg(test)]
mod tests {
    use super::super::tests::Memory;
    use super::*;

    const PYTHON: Language = Language {
        name: "python",
        title: "Python",
        files: 3,
    };

    #[test]
    fn hooks_are_carried_over_and_what_cannot_be_is_remarked() {
        let config = "exclude: ^data/\nfail_fast: true\nci: {skip: [own]}\nrepos:\n\
            - repo: meta\n  hooks:\n  - id: identity\n\
            - repo: https://github.com/psf/black\n  rev: 23.1.0\n  hooks:\n  - id: black\n    types_or: [python, cython]\n    exclude: >\n      (?x)^(\n        a|b\n      )\n\
            - repo: https://example.com/x\n  rev: main\n  hooks:\n  - id: My.Hook\n    args: [--fix]\n    stages: [commit-msg]\n\
            - repo: local\n  hooks:\n  - id: own\n    name: Our own\n    language: system\n    entry: make own\n    pass_filenames: false\n    always_run: true\n    exclude_types: [svg]\n    description: x\n    stages: [pre-commit, pre-push]\n  - id: env\n    language: python\n    entry: python x.py\n    additional_dependencies: [tomli]\n  - id: by-hand\n    stages: [manual]\n";
        let hooks = look(
            &Memory::new(&[(".pre-commit-config.yaml", config), ("data/a.csv", "")]),
            &[PYTHON],
        );
        assert!(hooks.configured);
        let [black, other, own, env] = hooks.list.as_slice() else {
            panic!("{:?}", hooks.list);
        };
        assert_eq!(
            (black.role, black.language),
            (Some(Role::Format), Some("python"))
        );
        assert_eq!(black.rev.as_deref(), Some("23.1.0"));
        assert_eq!(black.file_types, ["python", "cython"]);
        assert_eq!(black.remarks, ["exclude: (?x)^( a|b )"]);
        assert_eq!(
            (other.name.as_str(), other.id.as_deref()),
            ("my_hook", Some("My.Hook"))
        );
        assert_eq!(
            (other.rev.as_deref(), other.at_git),
            (None, Some("commit_msg"))
        );
        assert_eq!(other.role, Some(Role::Policy));
        assert_eq!((own.entry.as_deref(), own.whole), (Some("make own"), true));
        assert_eq!(
            own.remarks,
            [
                "stages: pre-commit, pre-push",
                "always_run: true",
                "exclude_types: [\"svg\"]"
            ]
        );
        assert_eq!(env.remarks, [""; 0]);
        assert_eq!(env.entry.as_deref(), Some("python x.py"));
        assert_eq!(env.runtime, Some(Runtime::Python));
        assert_eq!(env.dependencies, ["tomli"]);
        let [fail_fast, by_hand] = hooks.questions.as_slice() else {
            panic!("{:?}", hooks.questions);
        };
        assert!(fail_fast.ends_with("has fail_fast: true"), "{fail_fast}");
        assert!(by_hand.contains("`by-hand`"), "{by_hand}");
        assert_eq!(hooks.exceptions[0].paths, ["data/**"]);
    }

    #[test]
    fn tools_that_are_set_up_otherwise_count_where_their_language_is() {
        let files = [
            ("rustfmt.toml", ""),
            (".flake8", ""),
            (".github/workflows/x.yml", "run: cargo clippy --workspace"),
        ];
        let rust = Language {
            name: "rust",
            title: "Rust",
            files: 1,
        };
        let hooks = look(&Memory::new(&files), &[rust]);
        let names: Vec<&str> = hooks.list.iter().map(|h| h.name.as_str()).collect();
        assert_eq!(names, ["rustfmt", "clippy"]);
        assert!(!hooks.configured);
    }

    #[test]
    fn a_configuration_that_is_none_is_asked_about() {
        let hooks = look(
            &Memory::new(&[(".pre-commit-config.yaml", "repos: {")]),
            &[],
        );
        assert!(!hooks.configured);
        assert_eq!(hooks.questions.len(), 1);
    }
}
