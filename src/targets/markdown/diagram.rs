//! The life-cycle as a Mermaid diagram.

use std::fmt::Write as _;

use crate::jobs::Jobs;

/// A flow chart of the stages, in the order of the life-cycle, each with its jobs counted.
pub fn life_cycle(jobs: &Jobs<'_>) -> String {
    let mut out = String::from("flowchart LR\n");
    for id in &jobs.stages {
        let stage = &jobs.plan.stages[*id];
        let count = jobs.of_stage(*id).count();
        let counted = match count {
            0 => "open".to_owned(),
            1 => "1 job".to_owned(),
            n => format!("{n} jobs"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "    stage{}[\"{} ({counted})\"]",
            id.index(),
            quoted(&stage.head.title)
        );
    }
    for id in &jobs.stages {
        if let Some(earlier) = jobs.plan.stages[*id].after {
            let _ = writeln!(
                out,
                "    stage{} --> stage{}",
                earlier.id.index(),
                id.index()
            );
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A text inside the quotes of a label: the characters that Mermaid reads are written as entities.
pub fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '`' => out.push_str("#96;"),
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
