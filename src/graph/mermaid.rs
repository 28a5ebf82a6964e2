//! The graph as a Mermaid flow chart.

use std::fmt::Write as _;

use super::{Graph, NodeKind};
use crate::targets::quoted_for_mermaid as quoted;

/// The text of the chart.
pub fn text(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    // Writing to a String cannot fail.
    for (number, stage) in graph.stages.iter().enumerate() {
        let _ = writeln!(
            out,
            "    subgraph stage{number}[\"{}\"]",
            quoted(&stage.title)
        );
        for (place, node) in stage.nodes.iter().enumerate() {
            let label = quoted(&node.label);
            let shape = match node.kind {
                NodeKind::Service => format!("[(\"{label}\")]"),
                NodeKind::Build => format!("[[\"{label}\"]]"),
                NodeKind::Suite => format!("[\"{label}\"]"),
                NodeKind::Threshold => format!("([\"{label}\"])"),
                NodeKind::Gate => format!("{{{{\"{label}\"}}}}"),
            };
            let class = if node.critical { ":::critical" } else { "" };
            let _ = writeln!(out, "        n{number}_{place}{shape}{class}");
        }
        if stage.nodes.is_empty() {
            let _ = writeln!(out, "        n{number}_0[\"open\"]");
        }
        for (from, to) in &stage.edges {
            let _ = writeln!(out, "        n{number}_{from} --> n{number}_{to}");
        }
        out.push_str("    end\n");
    }
    for (from, to) in &graph.order {
        let _ = writeln!(out, "    stage{from} --> stage{to}");
    }
    if graph
        .stages
        .iter()
        .any(|s| s.nodes.iter().any(|n| n.critical))
    {
        out.push_str("    classDef critical stroke-width:3px\n");
    }
    out
}
