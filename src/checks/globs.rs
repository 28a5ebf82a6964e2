//! Every glob matches a file of the repository, where its files can be looked at.

use globset::{GlobBuilder, GlobSetBuilder};

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes, suggest};
use crate::schema::Plan;
use crate::schema::values::Glob;

pub(super) struct Globs;

impl Check for Globs {
    fn codes(&self) -> &'static [Code] {
        &[codes::UNMATCHED_GLOB]
    }

    fn check(&self, context: &mut Context<'_>) {
        let Some(tree) = context.tree else { return };
        for diagnostic in unmatched(context.plan, tree) {
            context.report(diagnostic);
        }
    }
}

/// The globs of a plan that match no file of a repository.
pub(crate) fn unmatched(plan: &Plan, tree: &[String]) -> Vec<Diagnostic> {
    let of_suites = plan.suites.iter().flat_map(|(_, s)| &s.body.paths);
    let of_exceptions = plan.exceptions.iter().flat_map(|(_, e)| &e.body.paths);
    let of_hooks = plan.hooks.iter().flat_map(|(_, h)| &h.body.files);
    let of_paths = plan.path_sets.iter().flat_map(|(_, p)| &p.body.patterns);
    let of_coverage = plan.coverages.iter();
    let of_coverage = of_coverage.filter_map(|(_, c)| c.body.critical.as_ref());
    let globs: Vec<&Glob> = of_suites
        .chain(of_exceptions)
        .chain(of_hooks)
        .chain(of_paths.map(|p| &p.glob))
        .chain(of_coverage.flat_map(|critical| &critical.of))
        .collect();
    let mut set = GlobSetBuilder::new();
    for glob in &globs {
        // Looked at when it was read: each can be built, so that the numbers agree.
        if let Ok(built) = GlobBuilder::new(glob.as_str())
            .literal_separator(true)
            .build()
        {
            set.add(built);
        }
    }
    let Ok(set) = set.build() else {
        return Vec::new();
    };
    if set.len() != globs.len() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut matched = vec![false; globs.len()];
    for file in tree {
        for number in set.matches(file) {
            matched[number] = true;
        }
    }
    let folders = folders(tree);
    for (glob, _) in globs.iter().zip(&matched).filter(|(_, matched)| !**matched) {
        let mut diagnostic = Diagnostic::new(
            codes::UNMATCHED_GLOB,
            glob.span,
            "no file of the repository is matched by this",
        );
        let (prefix, _) = glob.literal_prefix();
        let near = suggest::nearest(prefix, folders.iter().copied());
        diagnostic = match near.filter(|near| *near != prefix) {
            Some(near) => diagnostic.help(format!("there is a folder `{near}`")),
            None => diagnostic.help("mend it, or take it out"),
        };
        found.push(diagnostic);
    }
    found
}

/// The folders of some files, each once, in order.
fn folders(tree: &[String]) -> Vec<&str> {
    let mut folders: Vec<&str> = tree
        .iter()
        .flat_map(|file| file.match_indices('/').map(|(at, _)| &file[..at]))
        .collect();
    folders.sort_unstable();
    folders.dedup();
    folders
}
