//! What the tables of the stages do not say of a suite; axes, builds and artifacts.

use serde::Serialize;

use super::{Named, fact, titles, words};
use crate::jobs::caches::{Use, in_stage};
use crate::jobs::{Jobs, command};
use crate::name::one_line;
use crate::schema::kinds::{Axis, Cache, Stage, Suite};
use crate::schema::values::{Bind, Container, Selection};
use crate::schema::{Decl, Id, Plan};

#[derive(Debug, Serialize)]
pub struct SuiteSection {
    #[serde(flatten)]
    named: Named,
    facts: Vec<(&'static str, String)>,
    /// Where its jobs differ, and in what.
    differences: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
pub struct AxisSection {
    #[serde(flatten)]
    named: Named,
    facts: Vec<(&'static str, String)>,
    /// Each value: its name, the tests it takes or what stands for it, and what else it brings.
    values: Vec<[String; 3]>,
}

/// The suites of which there is more to say than stands in the tables of their stages.
pub fn suites(plan: &Plan) -> Vec<SuiteSection> {
    plan.suites
        .iter()
        .map(|(id, suite)| SuiteSection {
            named: Named::of(&suite.head),
            facts: suite_facts(plan, id, suite),
            differences: differences(plan, id),
        })
        .filter(|section| !section.facts.is_empty() || !section.differences.is_empty())
        .collect()
}

fn suite_facts(plan: &Plan, id: Id<Suite>, suite: &Decl<Suite>) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let head = &suite.head;
    let mut say = |field: &str, label: &'static str, value: Option<String>| {
        fact(&mut facts, head, field, label, value);
    };
    let across = titles(suite.across.iter().map(|axis| &plan.axes[axis.id]));
    say("across", "A job for each value of", Some(across));
    let container = suite.container.as_ref().map(|c| inside(plan, &c.value));
    say("container", "Runs inside", container);
    say("needs", "Waits for", Some(words::needs(plan, &suite.needs)));
    let uses = titles(suite.uses.iter().map(|secret| &plan.secrets[secret.id]));
    say("uses", "Secrets", Some(uses));
    say(
        "permissions",
        "Its token",
        words::permissions(&suite.permissions),
    );
    let parts: Vec<String> = plan.parts_of[id.index()]
        .iter()
        .map(|part| {
            let part = &plan.parts[*part];
            let takes = part.select.as_ref().map(|s| taken(plan, &s.selection));
            let workers = part.workers.map(|w| format!(", {} processes", w.word()));
            format!(
                "{} ({}{})",
                part.head.title,
                takes.unwrap_or_default(),
                workers.unwrap_or_default()
            )
        })
        .collect();
    say(
        "parts",
        "In parts, one behind the other",
        Some(parts.join("; ")),
    );
    let shards = suite.shards.filter(|n| n.value > 1);
    say(
        "shards",
        "Each job divided into",
        shards.map(|n| format!("{} jobs", n.value)),
    );
    let workers = suite.workers.map(|w| w.word());
    say("workers", "Processes beside each other", workers);
    say(
        "retries",
        "Failed tests run again",
        suite.retries.map(times),
    );
    say(
        "test_timeout",
        "One test stopped after",
        suite.test_timeout.map(|d| d.value.to_string()),
    );
    say(
        "cleanup",
        "Always, and last",
        Some(words::commands(&suite.cleanup)),
    );
    say(
        "outcome",
        "Its result",
        suite.outcome.as_ref().map(words::outcome),
    );
    let when = suite.when.as_ref().map(|w| words::condition(plan, w));
    say("when", "Only if", when);
    if !suite.repeats.is_empty() {
        let repeated = titles(suite.repeats.iter().map(|other| &plan.suites[other.id]));
        let because = suite.because.as_ref();
        let because = because.map_or_else(String::new, |why| format!(", because {why}"));
        say(
            "repeats",
            "Runs again tests of",
            Some(format!("{repeated}{because}")),
        );
    }
    facts
}

fn times(retries: u32) -> String {
    match retries {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        n => format!("up to {n} times"),
    }
}

/// How often a failed test is run again in a stage whose suites do not say it.
pub fn retries_of_a_stage(retries: u32) -> String {
    format!(
        "{}, in suites of pytest and nextest that do not say it",
        times(retries)
    )
}

fn inside(plan: &Plan, container: &Container) -> String {
    match container {
        Container::Build(build) => {
            format!("the image of {}", words::named_build(plan, build))
        }
        Container::Image(image) => written(plan, image),
    }
}

/// A formula as it stands in the plan.
fn written(plan: &Plan, formula: &crate::schema::values::Formula) -> String {
    use crate::schema::values::Piece;
    formula
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Commit => "{commit}".to_owned(),
            Piece::Arch => "{arch}".to_owned(),
            Piece::Os => "{os}".to_owned(),
            Piece::Shard => "{shard}".to_owned(),
            Piece::Axis(axis) => format!("{{{}}}", plan.axes[*axis].head.name()),
            Piece::Variable(id) => format!("{{variable.{}}}", plan.variables[*id].head.name()),
        })
        .collect()
}

fn taken(plan: &Plan, selection: &Selection) -> String {
    match selection {
        Selection::Rest => "the rest".to_owned(),
        Selection::These(node) => crate::jobs::selection::text(plan, node),
    }
}

/// What each `at` block of a suite changes.
fn differences(plan: &Plan, id: Id<Suite>) -> Vec<(String, String)> {
    plan.ats_of[id.index()]
        .iter()
        .map(|at| {
            let at = &plan.ats[*at];
            let mut facts = Vec::new();
            let head = &at.head;
            let mut say = |field: &str, label: &'static str, value: Option<String>| {
                fact(&mut facts, head, field, label, value);
            };
            for (axis, values, _) in &at.values.choices {
                let values: Vec<&str> = values
                    .iter()
                    .filter_map(|number| plan.axis_values[axis.index()].get(*number as usize))
                    .map(|value| value.name.as_str())
                    .collect();
                let axis = &plan.axes[*axis].head.title;
                say(
                    "values",
                    "only",
                    Some(format!("{axis} {}", values.join(", "))),
                );
            }
            let select = at.select.as_ref();
            let select = select.map(|s| crate::jobs::selection::text(plan, &s.node));
            say("select", "takes", select);
            let arguments: Vec<&str> = at.arguments.iter().map(|a| a.as_str()).collect();
            say(
                "arguments",
                "further words",
                Some(command::shell(&arguments)),
            );
            say(
                "variables",
                "variables",
                Some(words::variables(&at.variables)),
            );
            let container = at.container.as_ref().map(|c| inside(plan, &c.value));
            say("container", "inside", container);
            say(
                "duration",
                "expected",
                at.duration.map(|d| d.value.to_string()),
            );
            say(
                "timeout",
                "stopped after",
                at.timeout.map(|d| d.value.to_string()),
            );
            say(
                "shards",
                "divided into",
                at.shards.map(|n| format!("{} jobs", n.value)),
            );
            say("retries", "failed tests run again", at.retries.map(times));
            say("outcome", "result", at.outcome.as_ref().map(words::outcome));
            let when = at.when.as_ref().map(|w| words::condition(plan, w));
            say("when", "only if", when);
            let said: Vec<String> = facts
                .iter()
                .map(|(label, value)| format!("{label} {value}"))
                .collect();
            let jobs = head.jobs.as_ref();
            let place = jobs.map_or_else(String::new, |jobs| words::places(plan, jobs));
            let named = if head.title.is_empty() {
                place
            } else {
                format!("{place} ({})", head.title)
            };
            (named, said.join("; "))
        })
        .collect()
}

/// The axes, each with its values.
pub fn axes(plan: &Plan) -> Vec<AxisSection> {
    plan.axes
        .iter()
        .map(|(id, axis)| {
            let mut facts = Vec::new();
            let divides = plan.axis_values[id.index()]
                .iter()
                .any(|v| v.selects.is_some());
            let what = if divides {
                "divides the tests"
            } else {
                "runs the tests again"
            };
            facts.push(("What it does", what.to_owned()));
            let bind = axis.bind.as_ref().map(|bind| match bind {
                Bind::Env(name) => format!("in the variable {name}"),
                Bind::Argument(text) => format!("as the argument {text}"),
            });
            fact(
                &mut facts,
                &axis.head,
                "bind",
                "Its value reaches the tests",
                bind,
            );
            AxisSection {
                named: Named::of(&axis.head),
                facts,
                values: values(plan, id),
            }
        })
        .collect()
}

fn values(plan: &Plan, axis: Id<Axis>) -> Vec<[String; 3]> {
    plan.axis_values[axis.index()]
        .iter()
        .map(|value| {
            let tests = match &value.selects {
                Some(selection) => taken(plan, selection),
                None => value.text.clone(),
            };
            let mut also = Vec::new();
            let mut name = value.name.to_string();
            if let Some(record) = value.record {
                let record = &plan.value_records[record];
                if record.head.title != value.name.words() {
                    name = format!("{name} ({})", record.head.title);
                }
                also.extend((!record.head.doc.is_empty()).then(|| one_line(&record.head.doc)));
                let variables = words::variables(&record.variables);
                also.extend((!variables.is_empty()).then(|| format!("variables {variables}")));
                let arguments: Vec<&str> = record.arguments.iter().map(|a| a.as_str()).collect();
                let arguments = command::shell(&arguments);
                also.extend((!arguments.is_empty()).then(|| format!("further words {arguments}")));
                let runner = record.runner.map(|r| &plan.runners[r.id].head.title);
                also.extend(runner.map(|r| format!("runner {r}")));
                also.extend(record.outcome.as_ref().map(words::outcome));
            }
            [name, super::some(tests), super::some(also.join("; "))]
        })
        .collect()
}

#[derive(Debug, Serialize)]
pub struct BuildSection {
    #[serde(flatten)]
    named: Named,
    facts: Vec<(&'static str, String)>,
}

/// What is built once, for the jobs that need it.
pub fn builds(plan: &Plan) -> Vec<BuildSection> {
    plan.builds
        .iter()
        .map(|(_, build)| {
            let mut facts = Vec::new();
            let head = &build.head;
            let mut say = |field: &str, label: &'static str, value: Option<String>| {
                fact(&mut facts, head, field, label, value);
            };
            let on = build.on.map(|e| plan.environments[e.id].head.title.clone());
            say("on", "Made in", on);
            let across = titles(build.across.iter().map(|axis| &plan.axes[axis.id]));
            say("across", "Once for each value of", Some(across));
            say(
                "image",
                "Image",
                build.image.as_ref().map(|image| written(plan, image)),
            );
            say("needs", "Waits for", Some(words::needs(plan, &build.needs)));
            let uses = titles(build.uses.iter().map(|secret| &plan.secrets[secret.id]));
            say("uses", "Secrets", Some(uses));
            say(
                "permissions",
                "Its token",
                words::permissions(&build.permissions),
            );
            let paths = build.paths.map(|p| plan.path_sets[p.id].head.title.clone());
            say("paths", "Made from the files", paths);
            say(
                "duration",
                "Expected",
                build.duration.map(|d| d.value.to_string()),
            );
            say(
                "timeout",
                "Stopped after",
                build.timeout.map(|d| d.value.to_string()),
            );
            BuildSection {
                named: Named::of(head),
                facts,
            }
        })
        .collect()
}

/// The rows of the caches: what is in each, when it is made anew, who looks into it, and the stages
/// that fill it.
pub fn caches(jobs: &Jobs<'_>) -> Vec<Vec<String>> {
    let plan: &Plan = jobs.plan;
    let row = |(id, cache): (Id<Cache>, &Decl<Cache>)| {
        let paths: Vec<&str> = cache.paths.iter().map(|p| p.0.as_str()).collect();
        let key: Vec<&str> = cache.key.iter().map(|g| g.as_str()).collect();
        let of_jobs = jobs.jobs.iter().filter(|job| job.caches.contains(&id));
        let of_builds = jobs.builds.iter().filter(|job| job.caches.contains(&id));
        let mut stages: Vec<Id<Stage>> = of_jobs
            .map(|job| job.stage)
            .chain(of_builds.map(|build| build.stage))
            .collect();
        stages.sort_by_key(|stage| stage.index());
        stages.dedup();
        let that = |wanted: Use| {
            let stages = stages.iter();
            let stages = stages.filter(|stage| in_stage(plan, **stage) == wanted);
            super::some(titles(stages.map(|stage| &plan.stages[*stage])))
        };
        vec![
            cache.head.title.clone(),
            paths.join(" "),
            key.join(" "),
            that(Use::Fill),
            that(Use::Read),
            one_line(&cache.head.doc),
        ]
    };
    plan.caches.iter().map(row).collect()
}

/// The rows of the artifacts.
pub fn artifacts(plan: &Plan) -> Vec<Vec<String>> {
    plan.artifacts
        .iter()
        .map(|(_, artifact)| {
            let made = artifact.from.as_ref().map(|from| words::jobs(plan, from));
            let from = made.or_else(|| artifact.origin.as_ref().map(|o| o.value.to_string()));
            let files: Vec<&str> = artifact.files.iter().map(|g| g.as_str()).collect();
            vec![
                artifact.head.title.clone(),
                super::or_open(&artifact.head, "from", from),
                files.join(" "),
                artifact.keep.value.to_string(),
                one_line(&artifact.head.doc),
            ]
        })
        .collect()
}
