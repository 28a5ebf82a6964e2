//! The stages: the one before a merge, and those that the workflows show.

use super::super::facts::{Ci, Facts, Starts, Suite, TestRun, Workflow};
use super::super::text::quoted;
use super::super::{paths, unique};
use super::{Detail, is_branch, stage_name};
use crate::audit::command_line::Pytest;
use crate::schema::values::Host;

/// When a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before a merge.
    PreMerge,
    /// After it.
    PostMerge,
    /// At set times.
    Scheduled,
}

/// A stage of the draft.
#[derive(Debug)]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// When it is.
    pub moment: Moment,
    /// What starts it, as it is written; nothing where nobody has said.
    pub trigger: Option<String>,
    /// The files of the workflows that it is made of.
    pub from: Vec<String>,
    /// The names of its suites.
    pub suites: Vec<String>,
    /// The marker expressions that its tests are selected by: none where all of them are.
    pub expressions: Vec<String>,
}

impl Planned {
    /// Whether a suite runs in it.
    pub fn runs(&self, suite: &Suite) -> bool {
        self.suites.contains(&suite.name)
    }

    /// What people call it, and what it is for.
    pub const fn words(&self) -> (&'static str, &'static str) {
        match self.moment {
            Moment::PreMerge => ("Pre-Merge", "What must pass before a change is merged."),
            Moment::PostMerge => ("Post-Merge", "What runs once more on what was merged."),
            Moment::Scheduled => ("Scheduled", "What runs at set times."),
        }
    }
}

/// The stages of a draft, the one before a merge first.
pub fn planned(facts: &Facts, detail: Detail) -> Vec<Planned> {
    let first = Planned {
        name: stage_name(facts),
        moment: Moment::PreMerge,
        trigger: None,
        from: Vec::new(),
        suites: facts.tests.suites.iter().map(|s| s.name.clone()).collect(),
        expressions: Vec::new(),
    };
    let on_github = facts.git.host == Some(Host::GitHub);
    let Some(ci) = facts
        .ci
        .as_ref()
        .filter(|_| on_github && detail != Detail::OneStage)
    else {
        return vec![first];
    };
    let mut stages = vec![first];
    for moment in [Moment::PreMerge, Moment::PostMerge, Moment::Scheduled] {
        let workflows: Vec<&Workflow> = ci.workflows.iter().filter(|w| is_at(w, moment)).collect();
        if workflows.is_empty() {
            continue;
        }
        let stage = stage(facts, &stages, moment, &workflows, detail);
        if moment == Moment::PreMerge {
            stages[0] = stage;
        } else if !stage.suites.is_empty() {
            stages.push(stage);
        }
    }
    // What no workflow runs is not left out in silence: somebody must say where it belongs.
    let homeless = facts.tests.suites.iter().filter(|suite| {
        !stages.iter().any(|stage| stage.runs(suite)) || stages[0].suites.is_empty()
    });
    let homeless: Vec<String> = homeless.map(|suite| suite.name.clone()).collect();
    stages[0].suites.extend(homeless);
    stages[0].suites.dedup();
    stages
}

/// Whether a workflow runs tests at a moment.
fn is_at(workflow: &Workflow, moment: Moment) -> bool {
    let starts = &workflow.starts;
    let before = starts.pull_request || starts.merge_group;
    let at = match moment {
        Moment::PreMerge => before,
        Moment::PostMerge => !before && starts.push,
        Moment::Scheduled => !before && !starts.schedules.is_empty(),
    };
    at && !workflow.runs.is_empty()
}

fn stage(
    facts: &Facts,
    stages: &[Planned],
    moment: Moment,
    workflows: &[&Workflow],
    detail: Detail,
) -> Planned {
    let runs: Vec<&TestRun> = workflows.iter().flat_map(|w| &w.runs).collect();
    let suites = facts.tests.suites.iter();
    let suites = suites.filter(|suite| runs.iter().any(|run| is_of(run, suite, facts)));
    let starts: Vec<&Starts> = workflows.iter().map(|w| &w.starts).collect();
    Planned {
        name: name(facts, stages, moment),
        moment,
        trigger: Some(trigger(moment, &starts)),
        from: workflows.iter().map(|w| w.file.clone()).collect(),
        suites: suites.map(|suite| suite.name.clone()).collect(),
        expressions: if detail == Detail::Everything {
            expressions(&runs)
        } else {
            Vec::new()
        },
    }
}

/// A name whose workflow stands on no other one, and that no marker has.
fn name(facts: &Facts, stages: &[Planned], moment: Moment) -> String {
    let name = match moment {
        Moment::PreMerge => return stage_name(facts),
        Moment::PostMerge => "post_merge",
        Moment::Scheduled => "scheduled",
    };
    let stems: Vec<&str> = facts
        .workflows
        .iter()
        .filter_map(|file| Some(file.rsplit_once('.')?.0))
        .collect();
    let taken = |name: &str| {
        let file = name.replace('_', "-");
        let marker = facts.markers.list.iter().any(|marker| marker.name == name);
        marker || stems.contains(&file.as_str()) || stages.iter().any(|stage| stage.name == name)
    };
    if taken(name) {
        unique(&format!("planned_{name}"), taken)
    } else {
        name.to_owned()
    }
}

/// Whether a command runs tests of a suite.
pub fn is_of(run: &TestRun, suite: &Suite, facts: &Facts) -> bool {
    if run.tool != suite.tool {
        return false;
    }
    if run.tool != "pytest" {
        let alone = facts
            .tests
            .suites
            .iter()
            .filter(|s| s.tool == run.tool)
            .count()
            == 1;
        // A folder of a matrix may be that of any of them.
        let any = run.folder.contains("${{");
        return alone || any || run.folder == manifest_folder(suite);
    }
    let words = run
        .words
        .iter()
        .skip_while(|word| !word.ends_with("pytest"));
    let words: Vec<&String> = words.skip(1).collect();
    let places = Pytest::read(&words).places;
    let places = places.iter().map(|place| {
        let place = place.split("::").next().unwrap_or(place);
        (paths::join(&run.folder, place), place.contains('/'))
    });
    // The value of an option that nobody knows is no place, as a rule.
    let is_of_some = |place: &str| facts.tests.suites.iter().any(|s| meets(s, place));
    let mut named = places.filter(|(place, is_path)| *is_path || is_of_some(place));
    let Some((first, _)) = named.next() else {
        let below = |path: &String| run.folder.is_empty() || paths::is_below(path, &run.folder);
        return suite.paths.iter().any(below);
    };
    meets(suite, &first) || named.any(|(place, _)| meets(suite, &place))
}

/// Whether a file or a folder is in what a suite looks into, or around it.
fn meets(suite: &Suite, place: &str) -> bool {
    suite.paths.iter().any(|glob| {
        let folder = glob.trim_end_matches("/**");
        folder == "**"
            || folder == place
            || paths::is_below(folder, place)
            || paths::is_below(place, folder)
    })
}

/// The folder of the manifest that a suite of cargo names.
fn manifest_folder(suite: &Suite) -> &str {
    let at = suite
        .arguments
        .iter()
        .position(|word| word == "--manifest-path");
    let path = at.and_then(|at| suite.arguments.get(at + 1));
    path.map_or("", |path| paths::folder(path))
}

/// The expressions of all commands of pytest; none if one of them runs whatever is there, or says it
/// in a way that is not understood.
fn expressions(runs: &[&TestRun]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for run in runs.iter().filter(|run| run.tool == "pytest") {
        match &run.expression {
            Some(expression) if !found.contains(expression) => found.push(expression.clone()),
            Some(_) => {}
            None => return Vec::new(),
        }
    }
    found
}

fn trigger(moment: Moment, starts: &[&Starts]) -> String {
    let mut triggers: Vec<String> = Vec::new();
    let mut add = |trigger: String| {
        if !triggers.contains(&trigger) {
            triggers.push(trigger);
        }
    };
    match moment {
        Moment::PreMerge => {
            let pulls: Vec<&&Starts> = starts.iter().filter(|s| s.pull_request).collect();
            if !pulls.is_empty() {
                let lists = pulls.iter().map(|s| s.pull_request_branches.as_slice());
                add(format!("pull_request{}", branches(lists)));
            }
            if starts.iter().any(|s| s.merge_group) {
                add("merge_group".to_owned());
            }
        }
        Moment::PostMerge => {
            let lists = starts.iter().map(|s| s.push_branches.as_slice());
            let branches = branches(lists);
            add(if branches.is_empty() {
                // Every branch: a plan names them.
                "push(branches: [\"**\"])".to_owned()
            } else {
                format!("push{branches}")
            });
        }
        Moment::Scheduled => {
            for (cron, zone) in starts.iter().flat_map(|s| &s.schedules) {
                let zone = zone
                    .as_ref()
                    .map_or_else(String::new, |zone| format!(", timezone: {}", quoted(zone)));
                add(format!("schedule({}{zone})", quoted(cron)));
            }
        }
    }
    if moment != Moment::PreMerge && starts.iter().any(|s| s.dispatch) {
        add("dispatch".to_owned());
    }
    match triggers.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

/// `(branches: […])` with all that are named; nothing where one start takes any branch, or names one
/// in a way that a plan does not.
fn branches<'s>(lists: impl Iterator<Item = &'s [String]>) -> String {
    let mut all: Vec<String> = Vec::new();
    for list in lists {
        let signs = ['*', '?', '+', '[', ']'];
        let plain = |branch: &String| is_branch(&branch.replace(signs, "x"));
        if list.is_empty() || !list.iter().all(plain) {
            return String::new();
        }
        for branch in list {
            let branch = quoted(branch);
            if !all.contains(&branch) {
                all.push(branch);
            }
        }
    }
    format!("(branches: [{}])", all.join(", "))
}

/// What is said of the commands of workflows, one by one, for comments.
pub fn commands(ci: &Ci) -> Vec<String> {
    /// How many commands of one workflow are listed.
    const MOST: usize = 12;
    let mut lines = Vec::new();
    // What only others call is told where it is called.
    for workflow in ci.workflows.iter().filter(|w| w.starts.is_any()) {
        for run in workflow.runs.iter().take(MOST) {
            let labels = run.machines.iter().map(|machine| machine.labels.join("+"));
            let labels: Vec<String> = labels.collect();
            let on = if labels.is_empty() {
                String::new()
            } else {
                format!(" on {}", labels.join(", "))
            };
            let time = run
                .timeout
                .map_or_else(String::new, |m| format!(" ({m} min)"));
            let within = if run.folder.is_empty() {
                String::new()
            } else {
                format!(" in {}", run.folder)
            };
            // An axis of machines is told by these.
            let axes = run.axes.iter();
            let each: Vec<String> = axes
                .filter(|(_, values)| !values.iter().all(|value| labels.contains(value)))
                .map(|(axis, values)| format!(", {axis}: {}", values.join(" ")))
                .collect();
            let each = each.concat();
            lines.push(format!(
                "{}, job {}{on}{each}{time}{within}: {}",
                workflow.file, run.job, run.command
            ));
        }
        let more = workflow.runs.len().saturating_sub(MOST);
        if more > 0 {
            lines.push(format!("{}: {more} more", workflow.file));
        }
    }
    lines
}
