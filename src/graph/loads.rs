//! What is asked of runners: how many jobs of a stage may run at once on each.
//!
//! Jobs of which none waits for another may run at once; the most of them that one runner can be asked
//! for is an antichain of greatest weight in what waits for what. By Dilworth's theorem that is the
//! weight of all, less the greatest flow between those that wait and those that are waited for.

use indexmap::IndexMap;
use petgraph::algo::ford_fulkerson;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::jobs::{Job, Jobs};
use crate::schema::Id;
use crate::schema::kinds::{Runner, Stage};

/// With more groups of jobs than this, all that ask for a runner are counted, whatever waits for what:
/// never too few.
const MOST_GROUPS: usize = 400;

/// Jobs that wait for the same and that nothing waits for; or one job or build that something waits for.
struct Group {
    /// The numbers of the groups that it waits for.
    waits_for: Vec<usize>,
    /// How many of its jobs ask for each runner.
    asks: FxHashMap<Id<Runner>, usize>,
}

/// The runners that the jobs and builds of a stage ask for, those of jobs first, each with how many may ask
/// for it at once.
pub fn loads(jobs: &Jobs<'_>, stage: Id<Stage>, here: &[&Job]) -> Vec<(Id<Runner>, usize)> {
    let groups = groups(jobs, stage, here);
    let waiting = groups.as_deref().and_then(waiting);
    let at_once = |runner: Id<Runner>, all: usize| {
        let (Some(groups), Some(waiting)) = (&groups, &waiting) else {
            return all;
        };
        let asks = |group: &Group| group.asks.get(&runner).copied().unwrap_or_default();
        let numbers: Vec<usize> = (0..groups.len())
            .filter(|n| asks(&groups[*n]) > 0)
            .collect();
        let weights: Vec<usize> = numbers.iter().map(|n| asks(&groups[*n])).collect();
        most_at_once(&weights, |a, b| waiting[numbers[b]].has(numbers[a]))
    };
    runners(jobs, stage, here)
        .into_iter()
        .map(|(runner, all)| (runner, at_once(runner, all)))
        .collect()
}

/// The runners that are asked for, those of jobs first, and how many jobs and builds ask for each.
fn runners(
    jobs: &Jobs<'_>,
    stage: Id<Stage>,
    here: &[&Job],
) -> IndexMap<Id<Runner>, usize, FxBuildHasher> {
    let mut counts: IndexMap<Id<Runner>, usize, FxBuildHasher> = IndexMap::default();
    let of_builds = jobs.builds_of(stage).filter_map(|(_, build)| build.runner);
    for runner in here.iter().filter_map(|job| job.runner).chain(of_builds) {
        *counts.entry(runner).or_default() += 1;
    }
    counts
}

/// The groups of a stage; nothing if they are too many.
fn groups(jobs: &Jobs<'_>, stage: Id<Stage>, here: &[&Job]) -> Option<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    let add = |waits_for: Vec<usize>, groups: &mut Vec<Group>| {
        groups.push(Group {
            waits_for,
            asks: FxHashMap::default(),
        });
        groups.len() - 1
    };
    let mut of_builds: FxHashMap<usize, usize> = FxHashMap::default();
    for (number, build) in jobs.builds_of(stage) {
        let needs = build.needs.iter().filter_map(|need| of_builds.get(need));
        let group = add(needs.copied().collect(), &mut groups);
        groups[group]
            .asks
            .extend(build.runner.map(|runner| (runner, 1)));
        of_builds.insert(number, group);
        if groups.len() > MOST_GROUPS {
            return None;
        }
    }
    // Those that others wait for come first, so that these find them.
    let is_awaited = |job: &&&Job| !job.makes.is_empty() && jobs.users_of(job).next().is_some();
    let mut of_makers: FxHashMap<&str, usize> = FxHashMap::default();
    for job in here.iter().filter(is_awaited) {
        of_makers.insert(job.id.as_str(), add(Vec::new(), &mut groups));
        if groups.len() > MOST_GROUPS {
            return None;
        }
    }
    let mut alike: FxHashMap<Vec<usize>, usize> = FxHashMap::default();
    for job in here {
        let built = job.builds.iter().filter_map(|number| of_builds.get(number));
        let mut waits_for: Vec<usize> = built.copied().collect();
        if !job.fetches.is_empty() {
            let makers = jobs.makers_of(job);
            waits_for.extend(makers.filter_map(|maker| of_makers.get(maker.id.as_str())));
        }
        waits_for.sort_unstable();
        waits_for.dedup();
        let group = match of_makers.get(job.id.as_str()) {
            Some(group) => {
                groups[*group].waits_for = waits_for;
                *group
            }
            None => *alike
                .entry(waits_for)
                .or_insert_with_key(|waits_for| add(waits_for.clone(), &mut groups)),
        };
        if let Some(runner) = job.runner {
            *groups[group].asks.entry(runner).or_default() += 1;
        }
        if groups.len() > MOST_GROUPS {
            return None;
        }
    }
    Some(groups)
}

/// A set of small numbers.
#[derive(Clone)]
struct Bits(Vec<u64>);

impl Bits {
    fn has(&self, number: usize) -> bool {
        self.0[number / 64] >> (number % 64) & 1 == 1
    }

    fn add(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    fn add_all(&mut self, others: &Self) {
        for (own, other) in self.0.iter_mut().zip(&others.0) {
            *own |= other;
        }
    }
}

/// For each group, all that it waits for, directly or not; nothing where they wait in a circle, with
/// which no plan gets here.
fn waiting(groups: &[Group]) -> Option<Vec<Bits>> {
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    let nodes: Vec<NodeIndex> = groups.iter().map(|_| graph.add_node(())).collect();
    for (number, group) in groups.iter().enumerate() {
        for before in &group.waits_for {
            graph.add_edge(nodes[*before], nodes[number], ());
        }
    }
    let order = petgraph::algo::toposort(&graph, None).ok()?;
    let mut waiting = vec![Bits(vec![0; groups.len().div_ceil(64)]); groups.len()];
    for node in order {
        let number = node.index();
        let mut all = waiting[number].clone();
        for before in &groups[number].waits_for {
            all.add_all(&waiting[*before]);
            all.add(*before);
        }
        waiting[number] = all;
    }
    Some(waiting)
}

/// The greatest weight of things of which none waits for another: `before(a, b)` says that `b` waits
/// for `a`, directly or not.
fn most_at_once(weights: &[usize], before: impl Fn(usize, usize) -> bool) -> usize {
    let total: usize = weights.iter().sum();
    let mut network: DiGraph<(), usize> = DiGraph::new();
    let (source, sink) = (network.add_node(()), network.add_node(()));
    let ahead: Vec<NodeIndex> = weights.iter().map(|_| network.add_node(())).collect();
    let behind: Vec<NodeIndex> = weights.iter().map(|_| network.add_node(())).collect();
    let mut any = false;
    for (a, weight) in weights.iter().enumerate() {
        network.add_edge(source, ahead[a], *weight);
        network.add_edge(behind[a], sink, *weight);
        for (b, other) in weights.iter().enumerate() {
            if before(a, b) {
                any = true;
                network.add_edge(ahead[a], behind[b], *weight.min(other));
            }
        }
    }
    if !any {
        return total;
    }
    total - ford_fulkerson(&network, source, sink).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_at_once_is_that_of_all_choices() {
        // Numbers that look random, from a seed that is the same each time.
        let mut state = 11_u32;
        let mut below = |end: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % end
        };
        for round in 0..200 {
            let count = 1 + (round % 9);
            let weights: Vec<usize> = (0..count).map(|_| below(4) as usize).collect();
            let mut edges = vec![vec![false; count]; count];
            for a in 0..count {
                for edge in &mut edges[a][a + 1..] {
                    *edge = below(3) == 0;
                }
            }
            // What waits for what waits for it, too.
            for middle in 0..count {
                for a in 0..middle {
                    for b in middle + 1..count {
                        if edges[a][middle] && edges[middle][b] {
                            edges[a][b] = true;
                        }
                    }
                }
            }
            let wanted = (0_u32..1 << count)
                .filter(|chosen| {
                    let is_in = |n: usize| chosen >> n & 1 == 1;
                    let together = |a: usize, b: usize| is_in(a) && is_in(b) && edges[a][b];
                    !(0..count).any(|a| (0..count).any(|b| together(a, b)))
                })
                .map(|chosen| {
                    (0..count)
                        .filter(|n| chosen >> n & 1 == 1)
                        .map(|n| weights[n])
                        .sum()
                })
                .max();
            assert_eq!(Some(most_at_once(&weights, |a, b| edges[a][b])), wanted);
        }
    }
}
