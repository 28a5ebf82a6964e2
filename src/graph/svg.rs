//! The graph as a picture: a band for each stage, its nodes in columns from left to right, each to the
//! right of all that it waits for.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::{Graph, NodeKind, StageGraph};

/// The size of a letter, in pixels: a sans-serif of 12 pixels is seldom wider.
const LETTER: usize = 7;
const BOX_HEIGHT: usize = 28;
const GAP_X: usize = 48;
const GAP_Y: usize = 12;
const MARGIN: usize = 16;
const TITLE: usize = 26;

/// The text of the picture.
pub fn text(graph: &Graph) -> String {
    let mut body = String::new();
    let mut width = 0;
    let mut top = MARGIN;
    for stage in &graph.stages {
        let (right, bottom) = band(stage, top, &mut body);
        width = width.max(right);
        top = bottom + MARGIN;
    }
    let style = "text{font:12px sans-serif;fill:#1b1f24}.title{font-weight:bold}rect{fill:#fff;stroke:#57606a}.critical{stroke-width:3;stroke:#b35900}.band{fill:#f6f8fa;stroke:none}path{stroke:#57606a;fill:none}";
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{top}\" viewBox=\"0 0 {0} {top}\" role=\"img\">\n<style>{style}</style>\n{body}</svg>\n",
        width + MARGIN
    )
}

/// Draws a stage; how far it goes to the right and down.
fn band(stage: &StageGraph, top: usize, out: &mut String) -> (usize, usize) {
    let columns = columns(stage);
    let count = columns.iter().copied().max().map_or(0, |most| most + 1);
    let widths: Vec<usize> = (0..count)
        .map(|column| {
            let of_column = stage
                .nodes
                .iter()
                .zip(&columns)
                .filter(|(_, c)| **c == column);
            of_column
                .map(|(node, _)| node.label.width() * LETTER + 20)
                .max()
                .unwrap_or_default()
        })
        .collect();
    let mut heights = vec![0; count];
    let mut places = Vec::with_capacity(stage.nodes.len());
    let notes = stage.takes.in_words();
    let head = TITLE + notes.len() * 16;
    for column in &columns {
        let x: usize = MARGIN * 2 + widths[..*column].iter().map(|w| w + GAP_X).sum::<usize>();
        let y = top + head + heights[*column] * (BOX_HEIGHT + GAP_Y);
        heights[*column] += 1;
        places.push((x, y, widths[*column]));
    }
    let rows = heights.iter().copied().max().unwrap_or_default();
    let bottom = top + head + rows * (BOX_HEIGHT + GAP_Y) + GAP_Y;
    let words = notes
        .iter()
        .chain([&stage.title])
        .map(|w| w.width() * LETTER);
    let right = places
        .iter()
        .map(|(x, _, width)| x + width)
        .chain(words.map(|w| w + MARGIN * 2))
        .max()
        .unwrap_or_default()
        + MARGIN;
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "<rect class=\"band\" x=\"{MARGIN}\" y=\"{top}\" width=\"{}\" height=\"{}\" rx=\"6\"/>",
        right - MARGIN,
        bottom - top
    );
    let x = MARGIN * 2;
    let title = escaped(&stage.title);
    let _ = writeln!(
        out,
        "<text class=\"title\" x=\"{x}\" y=\"{}\">{title}</text>",
        top + 18
    );
    for (number, note) in notes.iter().enumerate() {
        let y = top + 18 + (number + 1) * 16;
        let _ = writeln!(out, "<text x=\"{x}\" y=\"{y}\">{}</text>", escaped(note));
    }
    for (from, to) in &stage.edges {
        let ((x1, y1, w1), (x2, y2, _)) = (places[*from], places[*to]);
        let (x1, y1, y2) = (x1 + w1, y1 + BOX_HEIGHT / 2, y2 + BOX_HEIGHT / 2);
        let middle = usize::midpoint(x1, x2);
        let _ = writeln!(
            out,
            "<path d=\"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}\"/>"
        );
    }
    for (node, (x, y, width)) in stage.nodes.iter().zip(&places) {
        let radius = match node.kind {
            NodeKind::Gate | NodeKind::Threshold => BOX_HEIGHT / 2,
            NodeKind::Service => 8,
            NodeKind::Build | NodeKind::Suite => 2,
        };
        let class = if node.critical {
            " class=\"critical\""
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "<rect{class} x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{BOX_HEIGHT}\" rx=\"{radius}\"/>\n<text x=\"{}\" y=\"{}\">{}</text>",
            x + 10,
            y + 18,
            escaped(&node.label)
        );
    }
    (right, bottom)
}

/// The column of each node: one to the right of the last one that it waits for.
fn columns(stage: &StageGraph) -> Vec<usize> {
    let mut columns = vec![0_usize; stage.nodes.len()];
    // No path is longer than there are nodes.
    for _ in 0..stage.nodes.len() {
        let mut changed = false;
        for (from, to) in &stage.edges {
            if columns[*to] <= columns[*from] {
                columns[*to] = columns[*from] + 1;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    columns
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
