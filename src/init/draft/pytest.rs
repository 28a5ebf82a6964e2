//! The markers of pytest, and what a machine takes by them.

use super::super::facts::{Argument, Marker};
use super::super::text::{Declaration, Text};
use super::Draft;

impl Draft<'_> {
    pub(super) fn markers(&self, text: &mut Text) {
        let markers = &self.facts.markers;
        if markers.list.is_empty() {
            return;
        }
        text.section("Markers of pytest");
        let gpus = self.gpu_markers();
        if gpus.len() > 1 {
            let none = gpus.contains(&"gpu_0");
            let group = Declaration::new("marker_group", "hardware")
                .doc("How many GPUs a test needs.")
                .field("arity", if none { "one" } else { "at_most_one" });
            let group = if none {
                group.field("default", "gpu_0")
            } else {
                group
            };
            text.add(&group.list("markers", gpus.iter().map(ToString::to_string)));
        }
        let (registered, used) = markers
            .list
            .split_at(markers.registered.min(markers.list.len()));
        for (index, marker) in registered.iter().enumerate() {
            add_marker(text, marker, index == 0);
        }
        if !used.is_empty() {
            text.comment("In use, and registered nowhere: say what they mean, in a line of `///`.");
        }
        for marker in used {
            add_marker(text, marker, false);
        }
    }

    /// The markers that say how many GPUs a test needs.
    fn gpu_markers(&self) -> Vec<&str> {
        let counts = |name: &&str| {
            let count = name.strip_prefix("gpu_");
            count.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        };
        let names = self.facts.markers.list.iter().map(|m| m.name.as_str());
        let mut gpus: Vec<&str> = names.filter(counts).collect();
        gpus.sort_by_key(|name| name[4..].parse::<u32>().unwrap_or(u32::MAX));
        gpus
    }

    /// What a machine without a GPU takes, where markers tell: the names of what it does not take, so
    /// that each is asked for.
    pub(super) fn takes(&self) -> Option<String> {
        let gpus = self.gpu_markers();
        let plain = ["gpu", "cuda", "requires_gpu", "needs_gpu"];
        let names = self.facts.markers.list.iter().map(|m| m.name.as_str());
        let needing: Vec<&str> = gpus
            .into_iter()
            .filter(|name| *name != "gpu_0")
            .chain(names.filter(|name| plain.contains(name)))
            .collect();
        match needing.as_slice() {
            [] => None,
            [one] => Some(format!("not {one}")),
            several => Some(format!("not ({})", several.join(" or "))),
        }
    }
}

fn add_marker(text: &mut Text, marker: &Marker, first: bool) {
    let declaration = Declaration::new("marker", &marker.name).doc(&marker.description);
    let declaration = match marker.argument {
        Argument::None => declaration,
        Argument::Known(argument) => declaration.field("argument", argument.word()),
        Argument::Unknown => declaration.open("argument", "a `number` or a `text`?"),
    };
    if first {
        text.add(&declaration);
    } else {
        text.next(&declaration);
    }
}
