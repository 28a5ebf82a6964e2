//! Conditions, sets of jobs and weakenings, in words.

use crate::jobs::cells;
use crate::schema::Plan;
use crate::schema::values::{
    AxisPoint, BuildRef, Command, Condition, ConditionNode, Fact, JobPattern, Need, OnFailure,
    Outcome, Permissions, Variables, Weakening, Work,
};

/// What the token of a job may do.
pub fn permissions(permissions: &Permissions) -> Option<String> {
    let entries = permissions.entries.iter();
    let said: Vec<String> = entries
        .map(|(scope, access)| format!("{}: {}", scope.title(), access.title()))
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// What must hold of a run.
pub fn condition(plan: &Plan, condition: &Condition) -> String {
    node(plan, &condition.node, false)
}

fn node(plan: &Plan, node: &ConditionNode, inside: bool) -> String {
    let joined = |parts: &[ConditionNode], word: &str| {
        let parts: Vec<String> = parts.iter().map(|p| self::node(plan, p, true)).collect();
        let text = parts.join(word);
        if inside { format!("({text})") } else { text }
    };
    match node {
        ConditionNode::Fact(fact) => self::fact(plan, fact),
        ConditionNode::Not(inner) => format!("not: {}", self::node(plan, inner, true)),
        ConditionNode::And(parts) => joined(parts, ", and "),
        ConditionNode::Or(parts) => joined(parts, ", or "),
    }
}

fn fact(plan: &Plan, fact: &Fact) -> String {
    match fact {
        Fact::Changed(paths) => {
            format!("a file of “{}” changed", plan.path_sets[*paths].head.title)
        }
        Fact::Label(label) => format!("the change has the label “{}”", label_key(plan, *label)),
        Fact::Branch(glob) => format!("the branch is {glob}"),
        Fact::Fork => "the change comes from a fork".to_owned(),
        Fact::Input(axis, value) => {
            let point = AxisPoint {
                axis: *axis,
                value: *value,
            };
            format!("somebody asks for {}", self::point(plan, point))
        }
        Fact::Variable(variable, value) => {
            let title = &plan.variables[*variable].head.title;
            let value = value.map_or("true", |v| v.as_str());
            format!("the variable “{title}” is {value}")
        }
    }
}

/// Commands, one behind the other.
pub fn commands(commands: &[Command]) -> String {
    let lines: Vec<String> = commands
        .iter()
        .map(|command| crate::jobs::command::shell(&command.words))
        .collect();
    lines.join("; ")
}

/// What a label is called at the host.
pub fn label_key(plan: &Plan, label: crate::schema::Id<crate::schema::kinds::Label>) -> &str {
    let label = &plan.labels[label];
    match &label.text {
        Some(text) => text,
        None => label.head.name(),
    }
}

/// A value of an axis: `Cuda 13.1`.
pub fn point(plan: &Plan, point: AxisPoint) -> String {
    let name = cells::value(plan, point).map_or("", |value| value.name.as_str());
    format!("{} {name}", plan.axes[point.axis].head.title)
}

/// Whose jobs a pattern names, and where: `Serve (GPU, Nightly)`.
pub fn jobs(plan: &Plan, pattern: &JobPattern) -> String {
    let of = match pattern.of {
        Some(Work::Suite(suite)) => plan.suites[suite].head.title.clone(),
        Some(Work::Build(build)) => format!("the build {}", plan.builds[build].head.title),
        None => String::new(),
    };
    let places = places(plan, pattern);
    match (of.is_empty(), places.is_empty()) {
        (true, _) => places,
        (false, true) => of,
        (false, false) => format!("{of} ({places})"),
    }
}

/// Where the jobs of a pattern run: `GPU, Nightly`.
pub fn places(plan: &Plan, pattern: &JobPattern) -> String {
    let mut places: Vec<String> = Vec::new();
    let environment = pattern.environment;
    places.extend(environment.map(|e| plan.environments[e].head.title.clone()));
    places.extend(pattern.stage.map(|s| plan.stages[s].head.title.clone()));
    places.extend(pattern.os.map(|os| os.title().to_owned()));
    places.extend(pattern.arch.map(|arch| arch.title().to_owned()));
    places.extend(pattern.points.iter().map(|p| point(plan, *p)));
    places.join(", ")
}

/// Several sets of jobs.
pub fn all_jobs(plan: &Plan, patterns: &[JobPattern]) -> String {
    let named: Vec<String> = patterns.iter().map(|p| jobs(plan, p)).collect();
    named.join("; ")
}

/// What is needed beside services, which have a column of their own.
pub fn needs(plan: &Plan, needs: &[Need]) -> String {
    let named: Vec<String> = needs
        .iter()
        .filter_map(|need| match need {
            Need::Service(_) => None,
            Need::Build(build) => Some(named_build(plan, build)),
            Need::Artifact(artifact) => Some(format!(
                "the artifact {}",
                plan.artifacts[artifact.id].head.title
            )),
        })
        .collect();
    named.join(", ")
}

/// A build that is needed, with the values that are named: `the build Image (vllm, 13.0)`.
pub fn named_build(plan: &Plan, build: &BuildRef) -> String {
    let title = &plan.builds[build.id].head.title;
    let values: Vec<&str> = build
        .points
        .iter()
        .filter_map(|point| cells::value(plan, *point))
        .map(|value| value.name.as_str())
        .collect();
    if values.is_empty() {
        format!("the build {title}")
    } else {
        format!("the build {title} ({})", values.join(", "))
    }
}

/// What a result counts for: `advisory, because it is new`.
pub fn outcome(outcome: &Outcome) -> String {
    match outcome.weakening() {
        Some(weakening) => format!("{}, because {}", outcome.word(), weakening.because),
        None => outcome.word().to_owned(),
    }
}

/// The reason of a weakening, who answers for it, and its last day.
pub fn weakening(plan: &Plan, weakening: &Weakening) -> [String; 3] {
    let owner = weakening.owner.map(|o| &plan.owners[o.id].head.title);
    [
        weakening.because.to_string(),
        owner.cloned().unwrap_or_else(|| "–".to_owned()),
        weakening
            .expires
            .map_or_else(|| "–".to_owned(), |date| date.value.to_string()),
    ]
}

/// `A=1 B=2`
pub fn variables(variables: &Variables) -> String {
    let written: Vec<String> = variables
        .entries
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    written.join(" ")
}

/// What a failure does, who is told and where.
pub fn failure(plan: &Plan, failure: &OnFailure) -> String {
    let mut text = failure.title();
    let Some(notice) = failure.notice() else {
        return text;
    };
    if let Some(channel) = notice.channel {
        text.push_str(", through the webhook of “");
        text.push_str(&plan.secrets[channel.id].head.title);
        text.push('”');
        if !matches!(failure, OnFailure::Notify(_)) {
            text.push_str(", and names ");
            text.push_str(notice.whom.title());
        }
    }
    if let Some(ignored) = super::texts(&notice.ignore) {
        text.push_str(", but for ");
        text.push_str(&ignored);
    }
    text
}
