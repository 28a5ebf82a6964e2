//! Coverage and hooks.

use super::super::facts::{Exception, Hook, Language};
use super::super::text::{Declaration, Text};
use super::super::unique;
use super::Draft;
use crate::schema::values::Role;
use std::collections::BTreeSet;

impl Draft<'_> {
    pub(super) fn coverage(&self, text: &mut Text) {
        let languages = &self.facts.languages;
        if languages.is_empty() {
            return;
        }
        text.section("Coverage");
        for language in languages {
            let suites: Vec<String> = self
                .suites_of(language)
                .filter(|s| Self::before_merge(s))
                .map(|s| s.name.clone())
                .collect();
            let mut coverage = Declaration::new("coverage", &format!("{}_lines", language.name))
                .text("title", &format!("Lines of {}", language.title))
                .field("language", language.name);
            let coverage_py = self.facts.coverage_py.as_ref();
            let configured = coverage_py.filter(|_| language.name == "python");
            coverage = match configured {
                Some(_) if !suites.is_empty() => coverage.field("tool", "coverage_py"),
                _ => coverage.open("tool", "what measures it?"),
            };
            coverage = if suites.is_empty() {
                coverage.open("of", "on which suites?")
            } else {
                coverage.list("of", suites)
            };
            coverage = coverage.open("stages", "when is it measured?");
            text.add(&match configured.and_then(|c| c.demanded) {
                Some(share) => coverage.field("minimum", format!("{share}%")),
                None => coverage.open("minimum", "which share of the lines?"),
            });
        }
        text.comment(
            "Next: say what of the product is tested. An `area` with a `feature` for each thing that users \
             rely on, `covers` in the suites that test it, and `requires` for what must exist: `dtpc \
             check` then tells what is missing.",
        );
    }

    pub(super) fn hooks(&self, text: &mut Text) {
        let hooks = &self.facts.hooks;
        let missing = |language: &Language, role: Role| {
            !hooks
                .list
                .iter()
                .any(|h| h.role == Some(role) && h.language == Some(language.name))
        };
        let mut declarations: Vec<Declaration> = hooks.list.iter().map(hook_declaration).collect();
        for language in &self.facts.languages {
            for (role, verb, what) in [
                (Role::Format, "format", "formatter"),
                (Role::Lint, "lint", "linter"),
            ] {
                if missing(language, role) {
                    let name = format!("{verb}_{}", language.name);
                    let taken = |name: &str| hooks.list.iter().any(|h| h.name == name);
                    declarations.push(
                        Declaration::new("hook", &unique(&name, taken))
                            .field("role", role.word())
                            .field("language", language.name)
                            .open("entry", &format!("which {what} for {}?", language.title)),
                    );
                }
            }
        }
        if declarations.is_empty() {
            return;
        }
        text.section("Hooks");
        for declaration in &declarations {
            text.add(declaration);
        }
        for exception in &hooks.exceptions {
            text.add(&self.exception(exception));
        }
    }

    /// Files that hooks pass over now, to be audited.
    fn exception(&self, exception: &Exception) -> Declaration {
        let mut declaration =
            Declaration::new("exception", &exception.name).texts("paths", &exception.paths);
        let hooks = self.facts.hooks.list.iter();
        let roles: BTreeSet<Role> = hooks
            .filter(|hook| {
                exception
                    .hook
                    .as_ref()
                    .is_none_or(|name| *name == hook.name)
            })
            .map(|hook| hook.role.unwrap_or(Role::Policy))
            .collect();
        declaration = declaration.list("from", roles.iter().map(|role| role.word().to_owned()));
        if let Some(hook) = &exception.hook {
            declaration = declaration.list("hooks", [hook.clone()]);
        }
        declaration
            .open("kind", "are they `auto_generated` or `foreign`?")
            .open("because", "why are they passed over?")
            .open("owner", "who looks at it again?")
            .open("expires", "and until when?")
    }
}

fn hook_declaration(hook: &Hook) -> Declaration {
    let mut declaration = Declaration::new("hook", &hook.name)
        .maybe_text("title", hook.title.as_deref())
        .field("role", hook.role.unwrap_or(Role::Policy).word());
    if let Some(language) = hook.language {
        declaration = declaration.field("language", language);
    }
    declaration = match (&hook.repo, &hook.rev, &hook.entry) {
        (Some(repo), Some(rev), _) => declaration.text("repo", repo).text("rev", rev),
        (Some(repo), None, _) => declaration
            .text("repo", repo)
            .open("rev", "which tag or commit? the present one moves"),
        (None, _, Some(entry)) => {
            let declaration = declaration.text("entry", entry);
            match hook.runtime {
                Some(runtime) => declaration.field("runtime", runtime.word()),
                None => declaration,
            }
        }
        (None, _, None) => {
            declaration.open("entry", "which command, without an environment of its own?")
        }
    };
    declaration = declaration
        .maybe_text("id", hook.id.as_deref())
        .texts("files", &hook.files)
        .texts("file_types", &hook.file_types);
    if hook.whole {
        declaration = declaration.field("pass_filenames", "false");
    }
    declaration = declaration
        .texts("arguments", &hook.arguments)
        .texts("dependencies", &hook.dependencies);
    if let Some(at_git) = hook.at_git {
        declaration = declaration.field("at_git", at_git);
    }
    let remarks = hook.remarks.iter();
    remarks.fold(declaration, |declaration, remark| {
        declaration.remark(&format!("pre-commit has {remark}"))
    })
}
