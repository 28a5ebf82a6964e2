//! How long a stage takes: its critical path, from what its jobs are expected to take.

use super::fill::Place;
use super::{BuildJob, Cell, builds, duration, shards};
use crate::schema::kinds::{Stage, Suite};
use crate::schema::values::{Duration, Need};
use crate::schema::{Id, Plan};
use crate::source::Span;

/// One job on a path.
#[derive(Debug, Clone)]
pub struct Step {
    /// The suite or build, by name.
    pub name: String,
    /// Where its duration is written, or else where it is declared.
    pub span: Span,
    /// How long it takes.
    pub duration: Duration,
}

/// Jobs of which each waits for the one before.
#[derive(Debug, Clone, Default)]
pub struct Path {
    /// The jobs, in order.
    pub steps: Vec<Step>,
    /// How long they take together.
    pub total: Duration,
}

/// What of a job is added up: given a cell, or a build, how long it takes, and where that is written.
pub struct Measure<'m> {
    /// Of a cell.
    pub cell: &'m dyn Fn(&Cell) -> Option<(Duration, Span)>,
    /// Of a build.
    pub build: &'m dyn Fn(&BuildJob) -> Option<(Duration, Span)>,
}

/// The longest path of a stage with these cells, by what its jobs are expected to take. Jobs that do not say it take no
/// time. Shards of a job run beside each other.
pub fn expected<'c>(
    plan: &Plan,
    cells: impl Iterator<Item = &'c Cell>,
    jobs: &[BuildJob],
    stage: Id<Stage>,
) -> Path {
    let measure = Measure {
        cell: &|cell| {
            let given = duration(plan, cell)?;
            let millis = given.value.millis / u64::from(shards(plan, cell).max(1));
            Some((Duration { millis }, given.span))
        },
        build: &|job| {
            let given = plan.builds[job.build].duration?;
            Some((given.value, given.span))
        },
    };
    longest(plan, cells, jobs, stage, &measure)
}

/// The longest path of a stage with these cells, by what is added up.
pub fn longest<'c>(
    plan: &Plan,
    cells: impl Iterator<Item = &'c Cell>,
    jobs: &[BuildJob],
    stage: Id<Stage>,
    measure: &Measure<'_>,
) -> Path {
    let mut links = Links::default();
    // Builds stand behind those that they need.
    let mut of_builds: Vec<Option<usize>> = vec![None; jobs.len()];
    for (number, job) in jobs.iter().enumerate().filter(|(_, j)| j.stage == stage) {
        let before = links.longest(
            job.needs
                .iter()
                .filter_map(|need| of_builds[*need].as_ref()),
        );
        let declared = &plan.builds[job.build];
        let (duration, span) =
            (measure.build)(job).unwrap_or((Duration::default(), declared.head.head));
        let step = links.add(before, declared.head.name(), span, duration);
        of_builds[number] = Some(step);
    }
    // The cells of one suite stand together: as a rule they do already.
    let mut cells: Vec<&Cell> = cells.collect();
    cells.sort_by_key(|cell| cell.suite.index());
    let by_suite: Vec<&[&Cell]> = cells.chunk_by(|a, b| a.suite == b.suite).collect();
    // The last step of the longest path to each suite: those that make what it fetches come first.
    let mut of_suites: Vec<Option<usize>> = vec![None; plan.suites.len()];
    for cells in behind_their_makers(plan, &by_suite) {
        let suite = cells[0].suite;
        let mut paths = Vec::new();
        for cell in cells {
            let needs = builds::needs_of(plan, cell);
            let built = builds::matching(plan, jobs, stage, &needs, Place::of(cell, None));
            let built = built
                .iter()
                .filter_map(|number| of_builds[*number].as_ref());
            let makers = makers(plan, suite);
            let fetched = makers.filter_map(|maker| of_suites[maker.index()].as_ref());
            let before = links.longest(built.chain(fetched));
            let name = plan.suites[suite].head.name();
            paths.extend(match (measure.cell)(cell) {
                Some((duration, span)) => Some(links.add(before, name, span, duration)),
                None => before,
            });
        }
        of_suites[suite.index()] = links.longest(paths.iter());
    }
    let all = of_builds.iter().flatten().chain(of_suites.iter().flatten());
    links.path_to(links.longest(all))
}

/// The suites whose artifacts a suite fetches.
fn makers(plan: &Plan, suite: Id<Suite>) -> impl Iterator<Item = Id<Suite>> {
    plan.suites[suite]
        .needs
        .iter()
        .filter_map(|need| match need {
            Need::Artifact(artifact) => plan.artifacts[artifact.id].from.as_ref()?.suite(),
            _ => None,
        })
}

/// The cells of each suite, behind those of the suites that make what it fetches; apart from that in
/// the order of the source. What goes round in a circle, which a check reports, is passed once.
fn behind_their_makers<'a, 'c>(plan: &Plan, by_suite: &[&'a [&'c Cell]]) -> Vec<&'a [&'c Cell]> {
    let mut places: Vec<Option<usize>> = vec![None; plan.suites.len()];
    for (number, cells) in by_suite.iter().enumerate() {
        places[cells[0].suite.index()] = Some(number);
    }
    let mut order = Vec::with_capacity(by_suite.len());
    let mut met = vec![false; by_suite.len()];
    // What is to be placed, and whether its makers were.
    let mut open: Vec<(usize, bool)> = Vec::new();
    for root in 0..by_suite.len() {
        open.push((root, false));
        while let Some((number, ready)) = open.pop() {
            if ready {
                order.push(by_suite[number]);
            } else if !std::mem::replace(&mut met[number], true) {
                open.push((number, true));
                let makers = makers(plan, by_suite[number][0].suite);
                let makers = makers.filter_map(|maker| places[maker.index()]);
                open.extend(makers.map(|maker| (maker, false)));
            }
        }
    }
    order
}

/// Steps of paths, each with the number of the one before it: paths that begin alike share that.
#[derive(Default)]
struct Links<'p> {
    links: Vec<Link<'p>>,
}

struct Link<'p> {
    before: Option<usize>,
    name: &'p str,
    span: Span,
    duration: Duration,
    /// How long it takes with all that is before it.
    total: Duration,
}

impl<'p> Links<'p> {
    fn add(
        &mut self,
        before: Option<usize>,
        name: &'p str,
        span: Span,
        duration: Duration,
    ) -> usize {
        let earlier = before.map_or(Duration::default(), |before| self.links[before].total);
        self.links.push(Link {
            before,
            name,
            span,
            duration,
            total: earlier.plus(duration),
        });
        self.links.len() - 1
    }

    /// The last step of the longest of some paths; of the first of several.
    fn longest<'a>(&self, paths: impl Iterator<Item = &'a usize>) -> Option<usize> {
        let mut best: Option<usize> = None;
        for path in paths.copied() {
            if best.is_none_or(|known| self.links[path].total > self.links[known].total) {
                best = Some(path);
            }
        }
        best
    }

    /// The path whose last step this is.
    fn path_to(&self, last: Option<usize>) -> Path {
        let mut steps = Vec::new();
        let mut next = last;
        while let Some(number) = next {
            let link = &self.links[number];
            steps.push(Step {
                name: link.name.to_owned(),
                span: link.span,
                duration: link.duration,
            });
            next = link.before;
        }
        steps.reverse();
        let total = last.map_or(Duration::default(), |last| self.links[last].total);
        Path { steps, total }
    }
}

/// The GPU-hours of one run of the cells of a stage: for each job what it is expected to take, times its machines
/// and their GPUs.
pub fn gpu_time<'c>(plan: &Plan, cells: impl Iterator<Item = &'c Cell>) -> Duration {
    let millis = cells
        .filter_map(|cell| {
            let environment = &plan.environments[cell.environment];
            let gpus =
                u64::from(environment.gpus?.0) * u64::from(environment.nodes.map_or(1, |n| n.0));
            Some(duration(plan, cell)?.value.millis.saturating_mul(gpus))
        })
        .fold(0_u64, u64::saturating_add);
    Duration { millis }
}
