//! What jobs need not fetch or make anew.

use indexmap::IndexMap;

use super::super::literal::literal;
use super::super::pins;
use super::super::workflow::{Input, Step};
use crate::jobs::caches::{Use, in_stage};
use crate::schema::kinds::{Cache, Stage};
use crate::schema::{Id, Plan};

/// Looks into caches. Where the stage may fill them, the same action keeps at the end of a job that
/// succeeded what it had not found.
pub(super) fn looked_into(plan: &Plan, stage: Id<Stage>, caches: &[Id<Cache>]) -> Vec<Step> {
    let part = match in_stage(plan, stage) {
        Use::No => return Vec::new(),
        Use::Fill => "",
        Use::Read => "/restore",
    };
    let step = |id: &Id<Cache>| {
        let cache = &plan.caches[*id];
        let paths: Vec<String> = cache.paths.iter().map(|p| literal(&p.0)).collect();
        let start = format!(
            "{}-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-",
            cache.head.name()
        );
        Step {
            name: literal(&format!("Look for {}", cache.head.title)),
            uses: Some(pins::CACHE.uses_part(plan, part)),
            with: IndexMap::from([
                ("path", Input::Text(paths.join("\n"))),
                (
                    "key",
                    Input::Text(format!("{start}${{{{ hashFiles({}) }}}}", files(cache))),
                ),
                ("restore-keys", Input::Text(start)),
            ]),
            ..Step::default()
        }
    };
    caches.iter().map(step).collect()
}

/// The files of a key, as strings of GitHub's expressions. What would end a string or an expression
/// becomes a wildcard, which matches it.
fn files(cache: &Cache) -> String {
    let globs = cache.key.iter().flat_map(|glob| glob.without_braces());
    let strings: Vec<String> = globs
        .map(|glob| {
            let safe = glob.replace(['\'', '{', '}', '!', '#'], "?");
            format!("'{safe}'")
        })
        .collect();
    strings.join(", ")
}
