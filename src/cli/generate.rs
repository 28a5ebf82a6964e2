//! `dtpc generate`

use std::fs;
use std::path::{Path, PathBuf};

use super::check::refused;
use super::write::{self, Change};
use super::{Failure, Kept, Outcome, arguments, diff, discover, files, terminal};
use crate::checks::CheckedPlan;
use crate::compile;
use crate::diagnostics::suggest::counted;
use crate::jobs::Jobs;
use crate::schema::Plan;
use crate::targets::{self, Output, Target, banner, github_actions, pytest};
use crate::timings::Timings;

/// Writes what a plan is compiled to, or says what has drifted from it.
pub fn run(arguments: &arguments::Generate, timings: &Timings) -> Result<Outcome, Failure> {
    let plan = discover::plan(arguments.plan.as_deref())?;
    let (entry, mut loader) = files::entry(&plan)?;
    // Dates are judged by `check`: outputs do not depend on the day.
    let compilation = compile::compile_measured(&entry, None, &mut loader, timings);
    let compilation = Kept::new(compilation);
    if !compilation.diagnostics.is_empty() {
        terminal::diagnostics(&compilation.sources, &compilation.diagnostics);
    }
    let Some(checked) = &compilation.plan else {
        return Ok(refused(&compilation));
    };
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => root(checked, &plan)?,
    };
    let jobs = timings.of(&["jobs"], || Jobs::derive(checked, &compilation.sources));
    let jobs = Kept::new(jobs);
    let chosen = chosen(&arguments.targets, checked);
    let outputs = timings.of(&["targets"], || {
        targets::render_measured(&chosen, &jobs, timings)
    });
    let outputs = outputs.map_err(|e| Failure::new(e.to_string()))?;
    note_long_workflows(&outputs);
    let origin = banner::origin(&jobs);
    let changes = timings.of(&["compare with what is there"], || {
        write::compare(&out, &outputs, &chosen, origin)
    })?;
    if arguments.check {
        return Ok(report_drift(&changes));
    }
    timings.of(&["write"], || write::apply(&out, &changes, arguments.force))?;
    for change in &changes {
        terminal::print(&format!("{:9} {}\n", change.action.word(), change.path));
    }
    note_hidden_settings(&out, &changes);
    Ok(Outcome::Success)
}

/// The targets that were asked for, or without any those that the plan asks for: each once, in the
/// order of the registry.
fn chosen(names: &[String], plan: &Plan) -> Vec<&'static dyn Target> {
    let wanted = |target: &&&'static dyn Target| match names {
        [] => target.is_wanted(plan),
        names => names.iter().any(|name| name == target.name()),
    };
    targets::REGISTRY.iter().filter(wanted).copied().collect()
}

/// The root that the plan gives, as seen from here.
fn root(checked: &CheckedPlan, plan: &Path) -> Result<PathBuf, Failure> {
    let help = "say where to write: `--out DIR`, or `root: \"..\"` in the plan";
    let Some((_, info)) = checked.plans.iter().next() else {
        return Err(Failure::new("there is no plan"));
    };
    let Some(root) = &info.root else {
        let message = match info.head.open("root") {
            Some(question) => format!("the root of the plan is open: {}", question.text),
            None => "the plan does not say where its repository is".to_owned(),
        };
        return Err(Failure::new(message).help(help));
    };
    Ok(plan
        .parent()
        .unwrap_or_else(|| Path::new(""))
        .join(root.as_str()))
}

/// Says which workflows are longer than GitHub reads: it would start no run of them, and say nothing.
fn note_long_workflows(outputs: &[Output]) {
    for (path, length) in github_actions::too_long(outputs) {
        terminal::error(&format!(
            "warning[DTP0709]: {path} has {length} bytes, and GitHub starts no run of a workflow with \
             more than {}: divide the stage",
            github_actions::LONGEST_WORKFLOW
        ));
    }
}

/// Prints a diff for every file that is not as the plan says.
fn report_drift(changes: &[Change]) -> Outcome {
    let mut drifted = 0;
    for change in changes {
        if change.present != change.wanted {
            drifted += 1;
            terminal::print(&diff::unified(change));
        }
    }
    if drifted == 0 {
        terminal::print(&format!("{}: no drift\n", counted(changes.len(), "file")));
        return Outcome::Success;
    }
    terminal::error(&format!(
        "{} of {} drifted from the plan; `dtpc generate` writes them anew",
        drifted,
        counted(changes.len(), "file")
    ));
    Outcome::Findings
}

/// Says when pytest reads another file than the one that was written, or would have read one that is
/// hidden now: it reads the first that it finds, and no other.
fn note_hidden_settings(out: &Path, changes: &[Change]) {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let place = |path: &str| {
        let name = name(path);
        pytest::READING_ORDER
            .iter()
            .position(|known| *known == name)
    };
    let written = changes
        .iter()
        .filter(|c| c.wanted.is_some())
        .find_map(|c| Some((c, place(&c.path)?)));
    let Some((change, own)) = written else { return };
    let file = name(&change.path);
    let folder = out.join(change.path.trim_end_matches(file.as_str()));
    for (number, other) in pytest::READING_ORDER.iter().enumerate() {
        let text = fs::read_to_string(folder.join(other));
        if number == own || !text.is_ok_and(|text| pytest::has_settings(other, &text)) {
            continue;
        }
        // Settings of these pytest reads, and dtpc writes none into them.
        let is_ours = pytest::CONFIGS.contains(other);
        let way = if is_ours {
            format!("write `tool pytest {{ config: \"{other}\" }}` in the plan")
        } else {
            format!("take what else `{other}` says over into `{file}`")
        };
        terminal::error(&if number < own {
            format!(
                "note: pytest reads `{other}` and not `{file}`, to which the settings go; take it \
                 away, or {way}"
            )
        } else if change.present.is_none() {
            format!(
                "note: pytest reads `{file}` and no longer the settings in `{other}`; to keep both, \
                 {way}"
            )
        } else {
            continue;
        });
    }
}
