//! The graph for Graphviz.

use std::fmt::Write as _;

use super::{Graph, NodeKind};

/// The text of the graph.
pub fn text(graph: &Graph) -> String {
    let mut out =
        String::from("digraph plan {\n  rankdir=LR;\n  compound=true;\n  node [shape=box];\n");
    // Writing to a String cannot fail.
    for (number, stage) in graph.stages.iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{number} {{");
        let _ = writeln!(out, "    label={};", quoted(&stage.title));
        for (place, node) in stage.nodes.iter().enumerate() {
            let shape = match node.kind {
                NodeKind::Service => "cylinder",
                NodeKind::Build => "box3d",
                NodeKind::Suite => "box",
                NodeKind::Threshold => "ellipse",
                NodeKind::Gate => "hexagon",
            };
            let width = if node.critical { ", penwidth=3" } else { "" };
            let _ = writeln!(
                out,
                "    n{number}_{place} [label={}, shape={shape}{width}];",
                quoted(&node.label)
            );
        }
        if stage.nodes.is_empty() {
            let _ = writeln!(out, "    n{number}_0 [label=\"open\", style=dashed];");
        }
        for (from, to) in &stage.edges {
            let _ = writeln!(out, "    n{number}_{from} -> n{number}_{to};");
        }
        out.push_str("  }\n");
    }
    for (from, to) in &graph.order {
        let _ = writeln!(
            out,
            "  n{from}_0 -> n{to}_0 [ltail=cluster_{from}, lhead=cluster_{to}, style=bold];"
        );
    }
    out.push_str("}\n");
    out
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
