//! Types of test, and markers.

use serde::Serialize;

use super::{Named, fact};
use crate::jobs::selection;
use crate::schema::kinds::{MarkerGroup, TestType};
use crate::schema::values::{Layout, MarkerId, MarkerInfo};
use crate::schema::{Decl, Plan};
use crate::targets::pytest;

#[derive(Debug, Serialize)]
pub struct TypeSection {
    #[serde(flatten)]
    named: Named,
    facts: Vec<(&'static str, String)>,
}

#[derive(Debug, Serialize)]
pub struct GroupSection {
    #[serde(flatten)]
    named: Named,
    arity: &'static str,
    default: String,
    when: String,
    markers: Vec<(String, String)>,
}

pub fn test_type(plan: &Plan, test_type: &Decl<TestType>) -> TypeSection {
    let head = &test_type.head;
    let mut facts = Vec::new();
    let wider = test_type
        .part_of
        .map(|w| plan.types[w.id].head.title.clone());
    fact(&mut facts, head, "part_of", "A kind of", wider);
    let isolation = test_type.isolation.map(|i| i.title().to_owned());
    fact(&mut facts, head, "isolation", "Isolation", isolation);
    let layout = test_type.layout.as_ref().map(|layout| match layout {
        Layout::Adjacent => "beside the code they test".to_owned(),
        Layout::Under(folder) => format!("under {folder}"),
        Layout::Mirrors { folder, of } if of.as_str() == "." => {
            format!("under {folder}, in the same folders as the code they test")
        }
        Layout::Mirrors { folder, of } => format!("under {folder}, in the folders of {of}"),
    });
    fact(&mut facts, head, "layout", "Tests live", layout);
    let limits: Vec<String> = test_type
        .limit
        .iter()
        .map(|l| match l.at {
            Some(stage) => format!("{} at {}", l.duration, plan.stages[stage.id].head.title),
            None => format!("{} for each suite", l.duration),
        })
        .collect();
    fact(
        &mut facts,
        head,
        "limit",
        "May take",
        Some(limits.join(", ")),
    );
    let selects = test_type
        .selects
        .as_ref()
        .map(|s| selection::text(plan, &s.node));
    fact(
        &mut facts,
        head,
        "selects",
        "Selected by the markers",
        selects,
    );
    TypeSection {
        named: Named::of(head),
        facts,
    }
}

pub fn group(plan: &Plan, group: &Decl<MarkerGroup>) -> GroupSection {
    GroupSection {
        named: Named::of(&group.head),
        arity: group.arity.title(),
        default: group
            .default
            .map_or("", |d| plan.markers.name(d.id).as_str())
            .to_owned(),
        when: group
            .when
            .as_ref()
            .map(|when| selection::text_as_written(plan, &when.node))
            .unwrap_or_default(),
        markers: group
            .markers
            .markers
            .iter()
            .filter_map(|m| marker(plan, m.id))
            .collect(),
    }
}

pub fn marker(plan: &Plan, id: MarkerId) -> Option<(String, String)> {
    let info = plan.markers.info(id)?;
    Some((plan.markers.name(id).to_string(), described(plan, id, info)))
}

/// What a marker means, and what its tests ask of their machine.
fn described(plan: &Plan, id: MarkerId, info: &MarkerInfo) -> String {
    let mut text = pytest::description(plan, id, info);
    let needs = info
        .declared
        .and_then(|declared| plan.marker_declarations[declared].needs);
    if let Some(needs) = needs.map(|needs| needs.value) {
        let mut asked: Vec<String> = Vec::new();
        let counted = |n: u32, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        asked.extend(needs.gpus.map(|n| counted(n, "GPU")));
        asked.extend(needs.nodes.map(|n| counted(n, "machine")));
        asked.extend(needs.memory.map(|size| format!("{size} of memory")));
        if !asked.is_empty() {
            text = format!(
                "{}. Needs {}.",
                text.trim_end_matches('.'),
                asked.join(", ")
            );
        }
    }
    text
}

pub fn markers_outside_groups(plan: &Plan) -> Vec<(String, String)> {
    plan.markers
        .iter()
        .filter(|(_, _, info)| info.group.is_none())
        .filter_map(|(id, _, _)| marker(plan, id))
        .collect()
}
