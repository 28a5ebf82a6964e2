//! The graph of a plan: what waits for what in each stage, the critical path, and what a run takes.
//!
//! Jobs of one suite, and of one build, are one node. [`Graph::of`] makes it; [`mermaid`], [`dot`],
//! [`svg`](mod@svg) and serde write it.

pub mod dot;
mod loads;
pub mod mermaid;
pub mod svg;

pub use loads::loads;

use std::fmt::Write as _;

use indexmap::{IndexMap, IndexSet};
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use serde::Serialize;

use crate::checks::CheckedPlan;
use crate::jobs::{Cell, Job, Jobs, cells, duration, path};
use crate::name::Name;
use crate::parallel;
use crate::schema::kinds::{Build, Gate, Service, Stage, Suite, Threshold};
use crate::schema::values::Duration;
use crate::schema::{Id, Plan};

/// What waits for what, and what it takes.
#[derive(Debug, Serialize)]
pub struct Graph {
    /// The stages, in the order of the life-cycle.
    pub stages: Vec<StageGraph>,
    /// The number of each stage that another one comes after, and that other one's.
    pub order: Vec<(usize, usize)>,
}

/// One stage.
#[derive(Debug, Serialize)]
pub struct StageGraph {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What there is in it.
    pub nodes: Vec<Node>,
    /// The numbers of a node and of one that waits for it; those that others imply are left out.
    pub edges: Vec<(usize, usize)>,
    /// What a run of it takes.
    pub takes: Takes,
}

/// What a run of a stage takes, by what its jobs are expected to take.
#[derive(Debug, Serialize)]
pub struct Takes {
    /// How long its critical path may take, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_seconds: Option<u64>,
    /// How long it takes, in seconds.
    pub critical_path_seconds: u64,
    /// Its steps.
    pub critical_path: Vec<String>,
    /// How many of its suites do not say how long they take: with them it may be longer.
    pub suites_without_duration: usize,
    /// GPU-hours.
    pub gpu_hours: f64,
    /// Money, by currency.
    pub cost: IndexMap<String, f64>,
    /// For each runner, how many jobs may ask for it at once, and how many it can run.
    pub runners: Vec<Load>,
}

/// What is asked of a runner.
#[derive(Debug, Serialize)]
pub struct Load {
    /// The runner.
    pub runner: String,
    /// How many jobs may ask for it at once, at the most.
    pub at_once: usize,
    /// How many it can run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_parallel: Option<u32>,
}

/// Something in a stage.
#[derive(Debug, Serialize)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its name.
    pub name: String,
    /// What people call it, with what is to be said of it.
    pub label: String,
    /// Whether it is on the critical path.
    pub critical: bool,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Started beside suites.
    Service,
    /// Made for suites.
    Build,
    /// Tests.
    Suite,
    /// Judges measurements.
    Threshold,
    /// Judges results.
    Gate,
}

/// A node before it has words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Service(Id<Service>),
    Build(Id<Build>),
    Suite(Id<Suite>),
    Threshold(Id<Threshold>),
    Gate(Id<Gate>),
}

impl Graph {
    /// The graph of a plan, of one stage only if one is given.
    pub fn of(jobs: &Jobs<'_>, only: Option<Id<Stage>>) -> Self {
        let shown: Vec<Id<Stage>> = jobs
            .stages
            .iter()
            .copied()
            .filter(|stage| only.is_none_or(|only| only == *stage))
            .collect();
        let place = |stage: Id<Stage>| shown.iter().position(|s| *s == stage);
        let order = shown
            .iter()
            .enumerate()
            .filter_map(|(number, stage)| {
                let earlier = jobs.plan.stages[*stage].after?;
                Some((place(earlier.id)?, number))
            })
            .collect();
        let worth = jobs.jobs.len() >= parallel::FROM_JOBS;
        Self {
            stages: parallel::map(worth, &shown, |stage| stage_graph(jobs, *stage)),
            order,
        }
    }
}

fn stage_graph(jobs: &Jobs<'_>, stage: Id<Stage>) -> StageGraph {
    let plan = jobs.plan;
    let here: Vec<&Job> = jobs.of_stage(stage).collect();
    let critical = path::expected(plan, cells_of(&here), &jobs.builds, stage);
    let on_path: FxHashSet<&str> = critical.steps.iter().map(|s| s.name.as_str()).collect();
    let (keys, edges) = connected(jobs, stage, &here);
    let mut sizes = Sizes::default();
    for job in &here {
        sizes.add(Key::Suite(job.suite), duration(plan, job).map(|d| d.value));
    }
    for (_, build) in jobs.builds_of(stage) {
        let duration = plan.builds[build.build].duration;
        sizes.add(Key::Build(build.build), duration.map(|d| d.value));
    }
    let nodes = keys
        .iter()
        .map(|key| node(plan, *key, &sizes, &on_path))
        .collect();
    let head = &plan.stages[stage].head;
    StageGraph {
        name: head.name().to_owned(),
        title: head.title.clone(),
        nodes,
        edges,
        takes: takes(jobs, stage, &here, &critical),
    }
}

/// The cells of some jobs: the shards of one are one.
fn cells_of<'j>(jobs: &[&'j Job]) -> impl Iterator<Item = &'j Cell> {
    jobs.iter()
        .filter(|job| job.shard.is_none_or(|shard| shard.number == 1))
        .map(|job| &job.cell)
}

/// The nodes of a stage, by number.
type Keys = IndexSet<Key, FxBuildHasher>;

/// The numbers of a node and of one that waits for it.
type Edges = IndexSet<(usize, usize), FxBuildHasher>;

/// The nodes of a stage, and which waits for which, without what others imply.
fn connected(jobs: &Jobs<'_>, stage: Id<Stage>, here: &[&Job]) -> (Keys, Vec<(usize, usize)>) {
    let mut keys = Keys::default();
    let mut edges = Edges::default();
    for (_, build) in jobs.builds_of(stage) {
        let to = keys.insert_full(Key::Build(build.build)).0;
        for need in &build.needs {
            let from = keys.insert_full(Key::Build(jobs.builds[*need].build)).0;
            edges.insert((from, to));
        }
    }
    for job in here {
        let to = keys.insert_full(Key::Suite(job.suite)).0;
        for service in &job.services {
            let from = keys.insert_full(Key::Service(*service)).0;
            edges.insert((from, to));
        }
        for build in &job.builds {
            let from = keys.insert_full(Key::Build(jobs.builds[*build].build)).0;
            edges.insert((from, to));
        }
        for maker in jobs.makers_of(job) {
            let from = keys.insert_full(Key::Suite(maker.suite)).0;
            edges.insert((from, to));
        }
        for threshold in &job.thresholds {
            let judge = keys.insert_full(Key::Threshold(*threshold)).0;
            edges.insert((to, judge));
        }
    }
    for (gate, _) in jobs.gates_of(stage) {
        let to = keys.insert_full(Key::Gate(gate)).0;
        for (job, decides) in jobs.judged_by(gate) {
            if let (Some(from), true) = (keys.get_index_of(&Key::Suite(job.suite)), decides) {
                edges.insert((from, to));
            }
        }
    }
    edges.retain(|(from, to)| from != to);
    let edges = reduced(keys.len(), &edges);
    (keys, edges)
}

/// Edges without those that lead where others lead too: an edge is left out if its beginning leads to
/// the beginning of another edge with the same end.
///
/// For each end, what leads to it is walked back to the earliest of its beginnings; nothing is kept
/// but one mark for each node. What is waited for by everything costs no more than what is not.
fn reduced(count: usize, edges: &Edges) -> Vec<(usize, usize)> {
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(count, edges.len());
    let nodes: Vec<NodeIndex> = (0..count).map(|_| graph.add_node(())).collect();
    for (from, to) in edges {
        graph.add_edge(nodes[*from], nodes[*to], ());
    }
    // A plan with a circle did not get here.
    let Ok(order) = petgraph::algo::toposort(&graph, None) else {
        return edges.iter().copied().collect();
    };
    let mut place = vec![0; count];
    for (number, node) in order.iter().enumerate() {
        place[node.index()] = number;
    }
    // For each node the end that was last found behind it.
    let mut passed: Vec<Option<usize>> = vec![None; count];
    let mut implied: FxHashSet<(usize, usize)> = FxHashSet::default();
    let before = |node: usize| graph.neighbors_directed(nodes[node], Direction::Incoming);
    for end in 0..count {
        let beginnings: Vec<usize> = before(end).map(NodeIndex::index).collect();
        let Some(earliest) = beginnings.iter().map(|node| place[*node]).min() else {
            continue;
        };
        if beginnings.len() < 2 {
            continue;
        }
        let mut open = beginnings.clone();
        while let Some(node) = open.pop() {
            for earlier in before(node).map(NodeIndex::index) {
                if place[earlier] >= earliest && passed[earlier] != Some(end) {
                    passed[earlier] = Some(end);
                    open.push(earlier);
                }
            }
        }
        let led = beginnings.iter().filter(|node| passed[**node] == Some(end));
        implied.extend(led.map(|node| (*node, end)));
    }
    let kept = edges.iter().filter(|edge| !implied.contains(edge));
    kept.copied().collect()
}

/// Of what has several jobs, how many there are and how long the longest of them takes.
#[derive(Default)]
struct Sizes(FxHashMap<Key, (usize, Option<Duration>)>);

impl Sizes {
    fn add(&mut self, key: Key, duration: Option<Duration>) {
        let (count, longest) = self.0.entry(key).or_default();
        *count += 1;
        *longest = duration.max(*longest);
    }
}

fn node(plan: &Plan, key: Key, sizes: &Sizes, on_path: &FxHashSet<&str>) -> Node {
    let (kind, head) = match key {
        Key::Service(id) => (NodeKind::Service, &plan.services[id].head),
        Key::Build(id) => (NodeKind::Build, &plan.builds[id].head),
        Key::Suite(id) => (NodeKind::Suite, &plan.suites[id].head),
        Key::Threshold(id) => (NodeKind::Threshold, &plan.thresholds[id].head),
        Key::Gate(id) => (NodeKind::Gate, &plan.gates[id].head),
    };
    let (count, longest) = sizes.0.get(&key).copied().unwrap_or((1, None));
    let mut label = match key {
        Key::Gate(id) => plan.gates[id].status.to_string(),
        _ => head.title.clone(),
    };
    // Writing to a String cannot fail.
    let _ = match (count > 1, longest) {
        (true, Some(duration)) => write!(label, " ({count} jobs, {duration})"),
        (true, None) => write!(label, " ({count} jobs)"),
        (false, Some(duration)) => write!(label, " ({duration})"),
        (false, None) => Ok(()),
    };
    Node {
        kind,
        name: head.name().to_owned(),
        label,
        critical: matches!(kind, NodeKind::Build | NodeKind::Suite)
            && on_path.contains(head.name()),
    }
}

fn takes(jobs: &Jobs<'_>, stage: Id<Stage>, here: &[&Job], critical: &path::Path) -> Takes {
    let plan: &CheckedPlan = jobs.plan;
    let silent: FxHashSet<Id<Suite>> = here
        .iter()
        .filter(|job| duration(plan, job).is_none())
        .map(|job| job.suite)
        .collect();
    Takes {
        budget_seconds: plan.stages[stage].budget.map(|b| b.value.whole_seconds()),
        critical_path_seconds: critical.total.whole_seconds(),
        critical_path: critical
            .steps
            .iter()
            .map(|step| step.name.clone())
            .collect(),
        suites_without_duration: silent.len(),
        gpu_hours: hours(path::gpu_time(plan, cells_of(here))),
        cost: cost(here, jobs, stage),
        runners: loads(jobs, stage, here)
            .into_iter()
            .map(|(runner, at_once)| Load {
                runner: plan.runners[runner].head.name().to_owned(),
                at_once,
                max_parallel: plan.runners[runner].max_parallel.map(|m| m.value.0),
            })
            .collect(),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a hundred years in milliseconds are exact"
)]
fn hours(duration: Duration) -> f64 {
    duration.millis as f64 / 3_600_000.0
}

/// What a run of a stage costs, by currency: for each job and build what it is expected to take, times
/// the price of its machines.
fn cost(here: &[&Job], jobs: &Jobs<'_>, stage: Id<Stage>) -> IndexMap<String, f64> {
    let plan = jobs.plan;
    let mut cost: IndexMap<Name, f64, FxBuildHasher> = IndexMap::default();
    let mut add = |environment: Id<crate::schema::kinds::Environment>, duration: Duration| {
        if let Some(price) = plan.environments[environment].cost {
            *cost.entry(price.currency).or_default() += price.amount * hours(duration);
        }
    };
    for cell in cells_of(here) {
        if let Some(duration) = duration(plan, cell) {
            add(cell.environment, duration.value);
        }
    }
    for (_, build) in jobs.builds_of(stage) {
        let declared = &plan.builds[build.build];
        if let (Some(on), Some(duration)) = (declared.on, declared.duration) {
            add(on.id, duration.value);
        }
    }
    let named = cost.into_iter().map(|(name, sum)| (name.to_string(), sum));
    named.collect()
}

impl Takes {
    /// What a run takes, in short sentences.
    pub fn in_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let duration = |seconds: u64| Duration {
            millis: seconds.saturating_mul(1000),
        };
        if self.critical_path_seconds > 0 {
            let mut text = format!(
                "critical path {}: {}",
                duration(self.critical_path_seconds),
                self.critical_path.join(" → ")
            );
            if let Some(budget) = self.budget_seconds {
                // Writing to a String cannot fail.
                let _ = write!(text, "; budget {}", duration(budget));
            }
            words.push(text);
        }
        if self.suites_without_duration > 0 {
            words.push(match self.suites_without_duration {
                1 => "1 suite does not say how long it takes".to_owned(),
                n => format!("{n} suites do not say how long they take"),
            });
        }
        if self.gpu_hours > 0.0 {
            words.push(format!("{:.1} GPU-hours", self.gpu_hours));
        }
        for (currency, amount) in self.cost.iter().filter(|(_, amount)| **amount > 0.0) {
            words.push(format!("{amount:.2} {currency}"));
        }
        for load in &self.runners {
            if let Some(most) = load
                .max_parallel
                .filter(|most| load.at_once > *most as usize)
            {
                words.push(format!(
                    "up to {} jobs ask for {} at once, which runs {most}",
                    load.at_once, load.runner
                ));
            }
        }
        words
    }
}

/// The stage with a name.
pub fn stage_named(plan: &Plan, name: &str) -> Option<Id<Stage>> {
    cells::life_cycle(plan)
        .into_iter()
        .find(|stage| plan.stages[*stage].head.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether one node leads to another without one edge.
    fn leads(edges: &Edges, without: (usize, usize)) -> bool {
        let mut open = vec![without.0];
        let mut seen = FxHashSet::default();
        while let Some(node) = open.pop() {
            let out = edges
                .iter()
                .filter(|edge| edge.0 == node && **edge != without);
            open.extend(out.map(|(_, to)| *to).filter(|to| seen.insert(*to)));
        }
        seen.contains(&without.1)
    }

    #[test]
    fn an_edge_is_left_out_exactly_where_others_lead_to_its_end() {
        // Numbers that look random, from a seed that is the same each time.
        let mut state = 7_u32;
        let mut below = |end: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as usize % end
        };
        for count in 2..30 {
            let edges: Edges = (0..3 * count)
                .map(|_| (below(count), below(count)))
                .filter(|(from, to)| from < to)
                // So that the numbers are not an order by themselves.
                .map(|(from, to)| ((from * 31) % 37, (to * 31) % 37))
                .collect();
            let wanted: Vec<(usize, usize)> = edges
                .iter()
                .copied()
                .filter(|edge| !leads(&edges, *edge))
                .collect();
            assert_eq!(reduced(37, &edges), wanted);
        }
    }
}
