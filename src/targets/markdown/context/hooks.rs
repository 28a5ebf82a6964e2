//! Hooks, their exceptions, and phases.

use serde::Serialize;

use super::{Named, fact, or_open, texts};
use crate::jobs::command;
use crate::schema::Plan;
use crate::schema::values::AnyRef;

#[derive(Debug, Serialize)]
pub struct PhaseSection {
    #[serde(flatten)]
    named: Named,
    facts: Vec<(&'static str, String)>,
}

pub fn hooks(plan: &Plan) -> Vec<Vec<String>> {
    plan.hooks
        .iter()
        .map(|(_, hook)| {
            let language = hook
                .language
                .map(|l| plan.languages[l.id].head.title.clone());
            let source = match (&hook.repo, &hook.rev, command::entry(hook)) {
                (Some(repo), Some(rev), _) => format!("{repo} at {rev}"),
                (Some(repo), None, _) => repo.to_string(),
                (None, _, Some(entry)) => entry,
                (None, _, None) => or_open(&hook.head, "entry", None),
            };
            vec![
                hook.head.title.clone(),
                hook.role.map_or("", |r| r.title()).to_owned(),
                language.unwrap_or_else(|| "all".to_owned()),
                hook.git_stage.title().to_owned(),
                source,
            ]
        })
        .collect()
}

pub fn exceptions(plan: &Plan) -> Vec<Vec<String>> {
    plan.exceptions
        .iter()
        .map(|(_, e)| {
            let head = &e.head;
            let paths: Vec<&str> = e.paths.iter().map(|g| g.as_str()).collect();
            let from: Vec<&str> = e.from.iter().map(|r| r.title()).collect();
            vec![
                head.title.clone(),
                or_open(head, "paths", (!paths.is_empty()).then(|| paths.join(" "))),
                e.kind.map_or("", |k| k.title()).to_owned(),
                if e.hooks.is_empty() {
                    from.join(", ")
                } else {
                    let hooks = e.hooks.iter().map(|h| plan.hooks[h.id].head.title.as_str());
                    hooks.collect::<Vec<_>>().join(", ")
                },
                or_open(head, "because", e.because.as_ref().map(ToString::to_string)),
                or_open(
                    head,
                    "owner",
                    e.owner.map(|o| plan.owners[o.id].head.title.clone()),
                ),
                or_open(head, "expires", e.expires.map(|d| d.value.to_string())),
            ]
        })
        .collect()
}

pub fn phases(plan: &Plan) -> Vec<PhaseSection> {
    plan.phases
        .iter()
        .map(|(_, phase)| {
            let head = &phase.head;
            let names = |refs: &[AnyRef]| {
                let titles: Vec<String> = refs
                    .iter()
                    .map(|r| {
                        format!(
                            "{} ({})",
                            plan.head(r.kind, r.index).title,
                            r.kind.schema().name
                        )
                    })
                    .collect();
                (!titles.is_empty()).then(|| titles.join(", "))
            };
            let mut facts = Vec::new();
            let release = phase.release.as_ref().map(ToString::to_string);
            fact(&mut facts, head, "release", "Release", release);
            fact(
                &mut facts,
                head,
                "supports",
                "Supports",
                names(&phase.supports),
            );
            let missing = names(&phase.not_supported);
            fact(&mut facts, head, "not_supported", "Not supported", missing);
            let effort = phase.effort.as_ref().map(ToString::to_string);
            fact(&mut facts, head, "effort", "Effort", effort);
            fact(
                &mut facts,
                head,
                "work_items",
                "Work items",
                texts(&phase.work_items),
            );
            PhaseSection {
                named: Named::of(head),
                facts,
            }
        })
        .collect()
}
