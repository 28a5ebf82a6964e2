//! What a change of a file does.

use std::fmt::Write as _;

use super::place;
use crate::jobs::Jobs;
use crate::jobs::changes::{Changes, Claimed};
use crate::schema::Plan;

/// Who claims a file, which suites look into it, and which jobs a change of it puts into a run.
/// `is_there` says whether the repository has it.
pub fn told(jobs: &Jobs<'_>, file: &str, is_there: bool) -> String {
    let plan: &Plan = jobs.plan;
    let mut out = format!("{file}\n");
    if !is_there {
        out.push_str("  is not in the repository; if it was taken away:\n");
    }
    let changes = Changes::of(plan, [file.to_owned()]);
    let nobody = Claimed {
        file: file.to_owned(),
        by: Vec::new(),
    };
    let claimed = changes.files.first().unwrap_or(&nobody);
    // Writing to a String cannot fail.
    for (id, pattern, claims) in &claimed.by {
        let declared = &plan.path_sets[*id];
        let pattern = &declared.patterns[*pattern];
        let _ = writeln!(
            out,
            "  {} `{}`: the last pattern that matches is `{}{}`  ({})",
            if *claims {
                "claimed by"
            } else {
                "not claimed by"
            },
            declared.head.name(),
            if pattern.negated { "!" } else { "" },
            pattern.glob.as_str(),
            place(jobs.sources, pattern.glob.span)
        );
    }
    if changes.everything && !plan.path_sets.is_empty() {
        out.push_str("  no paths declaration claims it: ");
        out.push_str(if changes.fails {
            "a change of it fails the run\n"
        } else {
            "a change of it selects every job\n"
        });
    }
    let holding = holding(jobs, file);
    if holding.is_empty() {
        out.push_str("  no suite looks into it\n");
    }
    for line in holding {
        let _ = writeln!(out, "  {line}");
    }
    if !plan.path_sets.is_empty() {
        let left_out = changes.left_out(jobs);
        let mut selected = jobs
            .jobs
            .iter()
            .filter(|job| !left_out.contains_key(&(job.stage.index(), job.id.as_str())))
            .peekable();
        out.push_str(match selected.peek() {
            Some(_) => "  a change of it puts into a run:\n",
            None => "  a change of it puts no job into a run\n",
        });
        for job in selected {
            let stage = plan.stages[job.stage].head.name();
            let _ = writeln!(out, "    {stage}/{}", job.id);
        }
    }
    out
}

/// The suites whose paths hold a file, each with where that is written.
fn holding(jobs: &Jobs<'_>, file: &str) -> Vec<String> {
    let plan: &Plan = jobs.plan;
    let mut lines = Vec::new();
    for (_, suite) in plan.suites.iter() {
        if let Some(glob) = suite.paths.iter().find(|glob| glob.matches(file)) {
            lines.push(format!(
                "the suite `{}` looks into it: `{}`  ({})",
                suite.head.name(),
                glob.as_str(),
                place(jobs.sources, glob.span)
            ));
        }
    }
    lines
}
