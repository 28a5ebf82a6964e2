//! The job that decides which of the others are in a run, and says why each is not.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Value, json};

use super::Dialect;
use crate::glob;
use crate::jobs::changes::is_by_paths;
use crate::jobs::{Job, Jobs};
use crate::schema::kinds::{Paths, Stage, Variable};
use crate::schema::values::{
    Condition, ConditionNode, Fact, JobPattern, Outcome, Trigger, Unclaimed, Work,
};
use crate::schema::{Decl, Id, Plan};
use crate::targets::banner::{self, Comment};
use crate::targets::{Content, Output, RenderError};

/// The id of the job.
pub const JOB: &str = "select";

/// What people call it.
pub const TITLE: &str = "Select the jobs";

/// The answer to a question at the start of a run that asks for every value of an axis.
pub const ALL: &str = "all";

/// Whether some job of a stage is in some of its runs only.
pub fn is_needed(jobs: &Jobs<'_>, stage: Id<Stage>) -> bool {
    is_by_paths(jobs.plan, stage)
        || jobs.plan.stages[stage]
            .trigger
            .iter()
            .any(|t| matches!(&t.value, Trigger::Dispatch { inputs } if !inputs.is_empty()))
        || jobs
            .of_stage(stage)
            .any(|job| !job.when.is_empty() || matches!(job.outcome, Some(Outcome::Manual(_))))
}

/// The variables of the host that the conditions of a stage ask for, in the order of the plan.
pub fn asked_variables(jobs: &Jobs<'_>, stage: Id<Stage>) -> Vec<Id<Variable>> {
    let all = jobs.plan.variables.iter().map(|(id, _)| id);
    all.filter(|id| {
        jobs.of_stage(stage)
            .any(|job| job.when.iter().any(|c| asks(c, *id)))
    })
    .collect()
}

/// Whether a condition asks for a variable.
fn asks(condition: &Condition, variable: Id<Variable>) -> bool {
    fn inside(node: &ConditionNode, variable: Id<Variable>) -> bool {
        match node {
            ConditionNode::Fact(Fact::Variable(id, _)) => *id == variable,
            ConditionNode::Fact(_) => false,
            ConditionNode::Not(node) => inside(node, variable),
            ConditionNode::And(nodes) | ConditionNode::Or(nodes) => {
                nodes.iter().any(|node| inside(node, variable))
            }
        }
    }
    inside(&condition.node, variable)
}

/// Where the rules of a stage are.
pub fn rules_path(plan: &Plan, stage: Id<Stage>, dialect: &Dialect) -> String {
    dialect.file(plan, stage, "select.json")
}

/// Where the script is. Its name is not that of a module of Python, which it would hide.
pub fn path(dialect: &Dialect) -> String {
    format!("{}/select_jobs.py", dialect.folder)
}

/// The script, and the rules of each stage of the host that needs it.
///
/// # Errors
/// Rules that cannot be written as JSON.
pub fn outputs(jobs: &Jobs<'_>, dialect: &Dialect) -> Result<Vec<Output>, RenderError> {
    const SOURCE: &str = include_str!("../../../templates/ci/select_jobs.py");
    let mut outputs = Vec::new();
    for stage in dialect.stages(jobs) {
        if !is_needed(jobs, stage) {
            continue;
        }
        if outputs.is_empty() {
            let text = banner::sign(jobs, Comment::Hash, &dialect.translated(SOURCE));
            outputs.push(Output {
                path: path(dialect),
                content: Content::Whole(text),
            });
        }
        let text = serde_json::to_string_pretty(&rules(jobs, stage))
            .map_err(|error| RenderError::new(error.to_string()))?;
        // JSON has no comments: the lines above it are taken off before it is read.
        let text = banner::sign(jobs, Comment::Hash, &format!("{text}\n"));
        outputs.push(Output {
            path: rules_path(jobs.plan, stage, dialect),
            content: Content::Whole(text),
        });
    }
    Ok(outputs)
}

/// What decides about the jobs of a stage.
#[derive(Debug, Serialize)]
struct Rules<'p> {
    /// Whether changed files decide.
    by_paths: bool,
    /// What a file that nobody claims does: `everything` or `fail`.
    unclaimed: &'static str,
    /// For each declaration, its patterns in order: a regular expression, and whether it claims.
    paths: IndexMap<&'p str, Vec<(String, bool)>>,
    /// For each question at the start of a run, the axis it is about.
    inputs: IndexMap<&'static str, &'p str>,
    jobs: IndexMap<&'p str, Rule<'p>>,
}

/// What decides about one job.
#[derive(Debug, Serialize)]
struct Rule<'p> {
    /// The declarations of paths that put it into a run.
    affected_by: Vec<&'p str>,
    /// Its value on each axis.
    axes: IndexMap<&'p str, &'p str>,
    /// What must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    when: Vec<Value>,
    /// Why it runs only when somebody asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    manual: Option<String>,
    /// For a build: the jobs that need it.
    #[serde(skip_serializing_if = "Option::is_none")]
    needed_by: Option<Vec<&'p str>>,
    /// For a job of a suite: the jobs that fetch what it makes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    makes_for: Vec<&'p str>,
}

fn rules<'p>(jobs: &'p Jobs<'_>, stage: Id<Stage>) -> Rules<'p> {
    let plan: &Plan = jobs.plan;
    let mut inputs = IndexMap::new();
    for trigger in &plan.stages[stage].trigger {
        if let Trigger::Dispatch { inputs: asked } = &trigger.value {
            for input in asked {
                inputs.insert(input.name.as_str(), plan.axes[input.axis].head.name());
            }
        }
    }
    let paths = plan
        .path_sets
        .iter()
        .map(|(_, declared)| {
            let patterns = declared
                .patterns
                .iter()
                .map(|p| (glob::to_regex(p.glob.as_str()), !p.negated))
                .collect();
            (declared.head.name(), patterns)
        })
        .collect();
    let mut all: IndexMap<&str, Rule<'_>> = IndexMap::new();
    for (number, build) in jobs.builds_of(stage) {
        let needed_by = jobs
            .builds_of(stage)
            .filter(|(_, other)| other.needs.contains(&number))
            .map(|(_, other)| other.id.as_str())
            .chain(
                jobs.of_stage(stage)
                    .filter(|job| job.builds.contains(&number))
                    .map(|job| job.id.as_str()),
            )
            .collect();
        let own = plan.builds[build.build].paths;
        let affected_by = plan
            .path_sets
            .iter()
            .filter(|(id, declared)| {
                own.is_some_and(|own| own.id == *id)
                    || affects(declared, |p| {
                        p.of == Some(Work::Build(build.build))
                            && p.points.iter().all(|point| build.points.contains(point))
                    })
            })
            .map(|(_, declared)| declared.head.name())
            .collect();
        all.insert(
            &build.id,
            Rule {
                affected_by,
                axes: axes(plan, &build.points),
                when: Vec::new(),
                manual: None,
                needed_by: Some(needed_by),
                makes_for: Vec::new(),
            },
        );
    }
    for job in jobs.of_stage(stage) {
        all.insert(&job.id, rule(jobs, job));
    }
    Rules {
        by_paths: is_by_paths(plan, stage),
        unclaimed: plan
            .plans
            .iter()
            .next()
            .map_or(Unclaimed::default(), |(_, p)| p.unclaimed)
            .word(),
        paths,
        inputs,
        jobs: all,
    }
}

fn rule<'p>(jobs: &'p Jobs<'_>, job: &'p Job) -> Rule<'p> {
    let plan: &Plan = jobs.plan;
    let makes_for = if job.makes.is_empty() {
        Vec::new()
    } else {
        jobs.users_of(job)
            .map(|(_, user)| user.id.as_str())
            .chain(
                jobs.builds_of(job.stage)
                    .filter(|(_, b)| {
                        let mut makers = jobs.makers(b.stage, &b.fetches, &b.points);
                        makers.any(|maker| maker.id == job.id)
                    })
                    .map(|(_, build)| build.id.as_str()),
            )
            .collect()
    };
    let manual = match &job.outcome {
        Some(Outcome::Manual(weakening)) => Some(weakening.because.to_string()),
        _ => None,
    };
    Rule {
        affected_by: plan
            .path_sets
            .iter()
            .filter(|(_, declared)| affects(declared, |p| p.matches(job)))
            .map(|(_, declared)| declared.head.name())
            .collect(),
        axes: axes(plan, &job.points),
        when: job.when.iter().map(|c| written(plan, &c.node)).collect(),
        manual,
        needed_by: None,
        makes_for,
    }
}

fn affects(declared: &Decl<Paths>, names: impl Fn(&JobPattern) -> bool) -> bool {
    declared
        .affects
        .as_ref()
        .is_some_and(|patterns| patterns.iter().any(names))
}

fn axes<'p>(
    plan: &'p Plan,
    points: &[crate::schema::values::AxisPoint],
) -> IndexMap<&'p str, &'p str> {
    points
        .iter()
        .map(|point| {
            let value = crate::jobs::cells::value(plan, *point);
            (
                plan.axes[point.axis].head.name(),
                value.map_or("", |value| value.name.as_str()),
            )
        })
        .collect()
}

/// A condition as the script reads it: a list of a word and what it is about.
fn written(plan: &Plan, node: &ConditionNode) -> Value {
    let all = |word: &str, nodes: &[ConditionNode]| {
        let mut list = vec![json!(word)];
        list.extend(nodes.iter().map(|node| written(plan, node)));
        Value::Array(list)
    };
    match node {
        ConditionNode::Not(inner) => json!(["not", written(plan, inner)]),
        ConditionNode::And(nodes) => all("and", nodes),
        ConditionNode::Or(nodes) => all("or", nodes),
        ConditionNode::Fact(fact) => match fact {
            Fact::Changed(id) => json!(["changed", plan.path_sets[*id].head.name()]),
            Fact::Label(id) => {
                let label = &plan.labels[*id];
                let text = label.text.as_ref().map_or(label.head.name(), |t| t);
                json!(["label", text])
            }
            Fact::Branch(pattern) => json!(["branch", glob::to_regex(pattern.as_str())]),
            Fact::Fork => json!(["fork"]),
            Fact::Input(axis, value) => {
                let values = &plan.axis_values[axis.index()];
                let value = values.get(*value as usize).map_or("", |v| v.name.as_str());
                json!(["input", plan.axes[*axis].head.name(), value, ALL])
            }
            Fact::Variable(id, value) => json!([
                "variable",
                plan.variables[*id].head.name(),
                value.map_or("true", |v| v.as_str())
            ]),
        },
    }
}
