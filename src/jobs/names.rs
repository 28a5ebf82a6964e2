//! What a job is called: its id, and its place in words.

use super::{Cell, Shard, cells};
use crate::schema::Plan;
use crate::schema::kinds::Environment;
use crate::schema::values::{Arch, AxisPoint, Os};

/// The id of a cell within its stage.
pub fn id(plan: &Plan, cell: &Cell, shard: Option<Shard>) -> String {
    let environment = &plan.environments[cell.environment];
    let mut id = format!(
        "{}-{}",
        plan.suites[cell.suite].head.name(),
        environment.head.name()
    );
    for word in platform_words(environment, cell.os, cell.arch) {
        id.push('-');
        id.push_str(word);
    }
    for point in &cell.points {
        id.push('-');
        id.push_str(&point_id(plan, *point));
    }
    if let Some(shard) = shard {
        id.push_str("-shard");
        id.push_str(&shard.number.to_string());
    }
    id
}

/// What of a platform tells a job from the others of its environment.
pub fn platform_words(
    environment: &Environment,
    os: Os,
    arch: Arch,
) -> impl Iterator<Item = &'static str> {
    let os = (environment.os.len() > 1).then(|| os.word());
    let arch = (environment.arch.len() > 1).then(|| arch.word());
    os.into_iter().chain(arch)
}

/// The same for people.
pub fn platform_titles(
    environment: &Environment,
    os: Os,
    arch: Arch,
) -> impl Iterator<Item = &'static str> {
    let os = (environment.os.len() > 1).then(|| os.title());
    let arch = (environment.arch.len() > 1).then(|| arch.title());
    os.into_iter().chain(arch)
}

/// A value in an id: its name, behind that of its axis where it is not a word by itself.
pub fn point_id(plan: &Plan, point: AxisPoint) -> String {
    let name = cells::value(plan, point).map_or("", |value| value.name.as_str());
    let word: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) && name != "none" && name != "rest" {
        word
    } else {
        format!("{}{word}", plan.axes[point.axis].head.name())
    }
}

/// Where a cell runs, and what else tells it from the others of its suite, for people.
pub fn place(plan: &Plan, cell: &Cell, shard: Option<Shard>) -> String {
    let environment = &plan.environments[cell.environment];
    let mut place = vec![environment.head.title.clone()];
    place.extend(platform_titles(environment, cell.os, cell.arch).map(str::to_owned));
    for point in &cell.points {
        let name = cells::value(plan, *point).map_or("", |value| value.name.as_str());
        place.push(format!("{} {name}", plan.axes[point.axis].head.title));
    }
    if let Some(shard) = shard {
        place.push(format!("shard {} of {}", shard.number, shard.of));
    }
    place.join(", ")
}
