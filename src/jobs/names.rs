//! What a job is called: its id, and its place in words.

use super::{Cell, Shard, cells};
use crate::schema::Plan;
use crate::schema::values::AxisPoint;

/// The id of a cell within its stage.
pub fn id(plan: &Plan, cell: &Cell, shard: Option<Shard>) -> String {
    let environment = &plan.environments[cell.environment];
    let mut id = format!(
        "{}-{}",
        plan.suites[cell.suite].head.name(),
        environment.head.name()
    );
    if environment.os.len() > 1 {
        id.push('-');
        id.push_str(cell.os.word());
    }
    if environment.arch.len() > 1 {
        id.push('-');
        id.push_str(cell.arch.word());
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
    if environment.os.len() > 1 {
        place.push(cell.os.title().to_owned());
    }
    if environment.arch.len() > 1 {
        place.push(cell.arch.title().to_owned());
    }
    for point in &cell.points {
        let name = cells::value(plan, *point).map_or("", |value| value.name.as_str());
        place.push(format!("{} {name}", plan.axes[point.axis].head.title));
    }
    if let Some(shard) = shard {
        place.push(format!("shard {} of {}", shard.number, shard.of));
    }
    place.join(", ")
}
