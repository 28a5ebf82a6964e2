//! Which job of the plan runs which test that was found.
//!
//! What is evaluated is the command of the job, as CI runs it: its places, and its markers as the
//! algebra reads them, in a space where a test may carry anything; so tests that break the rules of
//! the plan are told apart too.

use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use super::command_line::{Cargo, Pytest};
use super::facts::{Carried, Case, Facts, Runner, Test};
use super::python::{Settings, globs};
use super::rust;
use crate::algebra::{Algebra, Atom, Defaults, Expression, Form, Set, Space, SpaceBuilder};
use crate::init::Tree;
use crate::jobs::sets::Sets;
use crate::jobs::{Job, Jobs, command, selection};
use crate::name::Name;
use crate::schema::Plan;
use crate::schema::values::{MarkerId, MarkerNode, ToolKind};

/// One command of one job: of a job that was divided, the first piece stands for all.
#[derive(Debug)]
pub struct Lane {
    /// The number of the job.
    pub job: usize,
    /// The number of the command in it.
    pub run: usize,
    /// What it calls.
    pub call: Call,
    /// Why what it selects is not known, where that is so.
    pub unclear: Option<String>,
}

/// What a command calls.
#[derive(Debug)]
pub enum Call {
    /// pytest.
    Pytest(Pytest),
    /// cargo.
    Cargo(Cargo),
}

/// What the jobs of a plan run.
#[derive(Debug)]
pub struct Selection {
    /// The commands.
    pub lanes: Vec<Lane>,
    /// For each test and each of its cases, the numbers of the lanes that run it.
    pub lanes_of: Vec<Vec<Vec<u32>>>,
    /// For each test, the lanes that look where it is, whatever its markers.
    pub near: Vec<Vec<u32>>,
}

impl Selection {
    /// Evaluates the commands of all jobs.
    pub fn new(jobs: &Jobs<'_>, facts: &Facts, tree: &dyn Tree) -> Self {
        let plan: &Plan = jobs.plan;
        let plan_space = Space::of_plan(plan, []);
        let mut sets = Sets::new(plan, &plan_space);
        let mut lanes = Vec::new();
        let mut nodes: Vec<Option<MarkerNode>> = Vec::new();
        for (number, job) in jobs.jobs.iter().enumerate() {
            if job.shard.is_some_and(|shard| shard.number > 1) {
                continue;
            }
            for (run, command) in job.runs.iter().enumerate() {
                let Some((call, node)) = read(plan, job, run, &command.words, &mut sets) else {
                    continue;
                };
                lanes.push(Lane {
                    job: number,
                    run,
                    unclear: unclear(&call),
                    call,
                });
                nodes.push(node);
            }
        }
        let mut builder = SpaceBuilder::default();
        for (marker, _, _) in plan.markers.iter() {
            builder.atom(Atom::Marker(marker));
        }
        for node in nodes.iter().flatten() {
            builder.mention(&crate::algebra::Formula::from(node));
        }
        let space = builder.build();
        let mut algebra = Algebra::new(&space);
        let sets: Vec<Option<Set>> = nodes
            .iter()
            .map(|node| match node {
                Some(node) => algebra.of_node(node).ok(),
                None => Some(algebra.everything()),
            })
            .collect();
        for (lane, set) in lanes.iter_mut().zip(&sets) {
            if set.is_none() {
                lane.unclear = Some("its expression is too large to decide".to_owned());
            }
        }
        let mut evaluator = Evaluator {
            plan,
            algebra,
            sets,
            kinds: FxHashMap::default(),
            carried: Vec::new(),
            known: FxHashMap::default(),
        };
        let reach = Reach::new(&lanes, facts, tree);
        let mut lanes_of = Vec::with_capacity(facts.tests.len());
        let mut near = Vec::with_capacity(facts.tests.len());
        for test in &facts.tests {
            let here: Vec<u32> = (0_u32..)
                .zip(&lanes)
                .filter(|(number, lane)| reach.comes_to(*number as usize, lane, test))
                .map(|(number, _)| number)
                .collect();
            let cases = test.cases.iter().map(|case| {
                let kind = evaluator.kind(&case.markers);
                let id = test.id_of(case);
                let takes = |number: &u32| {
                    let lane = &lanes[*number as usize];
                    !is_deselected(lane, &id) && evaluator.takes(*number, kind)
                };
                here.iter().copied().filter(takes).collect()
            });
            lanes_of.push(cases.collect());
            near.push(here);
        }
        Self {
            lanes,
            lanes_of,
            near,
        }
    }

    /// The lanes that run some case of a test.
    pub fn any_of(&self, test: usize) -> impl Iterator<Item = u32> + '_ {
        self.lanes_of[test].iter().flatten().copied()
    }
}

/// What a command of a job calls, and the markers it asks for.
fn read(
    plan: &Plan,
    job: &Job,
    run: usize,
    words: &[String],
    sets: &mut Sets<'_>,
) -> Option<(Call, Option<MarkerNode>)> {
    match job.tool {
        ToolKind::Pytest => {
            let at = words.iter().position(|word| word == "pytest")?;
            let call = Pytest::read(&words[at + 1..]);
            let factors = sets.narrowing(selection::of_part(plan, job, job.runs[run].part));
            let node = if factors.is_empty() {
                // Words of the plan's own may ask for markers where nothing else does.
                call.markers.as_ref().and_then(|text| node_of(plan, text))
            } else {
                let defaults = sets.algebra.space().defaults();
                Some(selection::as_carried(defaults, factors))
            };
            Some((
                Call::Pytest(call),
                node.filter(|node| *node != MarkerNode::All),
            ))
        }
        ToolKind::CargoTest | ToolKind::Nextest => {
            let at = words.iter().position(|word| word == "cargo")?;
            Some((Call::Cargo(Cargo::read(&words[at + 1..])?), None))
        }
        _ => None,
    }
}

/// An expression of pytest as one of the plan; a marker that the plan does not know matches nothing.
pub fn node_of(plan: &Plan, text: &str) -> Option<MarkerNode> {
    fn node(plan: &Plan, expression: &Expression) -> MarkerNode {
        let nodes = |parts: &[Expression]| parts.iter().map(|p| node(plan, p)).collect();
        match &expression.form {
            Form::Marker { name, arguments } => match plan.markers.find(Name::new(name)) {
                Some(id) if arguments.is_empty() => MarkerNode::Marker(id),
                Some(id) => MarkerNode::WithArguments(
                    id,
                    crate::algebra::Arguments::new(arguments.iter().cloned()),
                ),
                None => MarkerNode::Or(Vec::new()),
            },
            Form::Not(inner) => MarkerNode::Not(Box::new(node(plan, inner))),
            Form::And(parts) => MarkerNode::And(nodes(parts)),
            Form::Or(parts) => MarkerNode::Or(nodes(parts)),
        }
    }
    Some(node(plan, &Expression::parse(text).ok()?))
}

/// Why what a call selects is not known.
fn unclear(call: &Call) -> Option<String> {
    match call {
        Call::Pytest(call) => call
            .keyword
            .as_ref()
            .map(|keyword| format!("it narrows with `-k {keyword}`")),
        Call::Cargo(call) => call
            .filtersets
            .first()
            .map(|filter| format!("it narrows with the filterset `{filter}`")),
    }
}

fn is_deselected(lane: &Lane, id: &str) -> bool {
    match &lane.call {
        Call::Pytest(call) => call
            .deselected
            .iter()
            .any(|start| id.starts_with(start.as_str())),
        Call::Cargo(_) => false,
    }
}

/// Answers whether a lane takes what carries some markers, each question once.
struct Evaluator<'p, 's> {
    plan: &'p Plan,
    algebra: Algebra<'s>,
    sets: Vec<Option<Set>>,
    /// The numbers of the different lists of markers.
    kinds: FxHashMap<Vec<(MarkerId, String)>, u32>,
    /// These lists.
    carried: Vec<Vec<Carried>>,
    known: FxHashMap<(Set, u32), bool>,
}

impl Evaluator<'_, '_> {
    fn kind(&mut self, markers: &[Carried]) -> u32 {
        let mut key: Vec<(MarkerId, String)> = markers
            .iter()
            .filter_map(|marker| {
                let id = self.plan.markers.find(Name::new(&marker.name))?;
                let named: Vec<String> = marker.named.iter().map(ToString::to_string).collect();
                Some((id, named.join(",")))
            })
            .collect();
        key.sort();
        key.dedup();
        let next = u32::try_from(self.carried.len()).unwrap_or(u32::MAX);
        let carried = &mut self.carried;
        *self.kinds.entry(key).or_insert_with(|| {
            carried.push(markers.to_vec());
            next
        })
    }

    fn takes(&mut self, lane: u32, kind: u32) -> bool {
        let Some(set) = self.sets[lane as usize] else {
            return false;
        };
        if let Some(known) = self.known.get(&(set, kind)) {
            return *known;
        }
        let carried = &self.carried[kind as usize];
        let plan = self.plan;
        let takes = self
            .algebra
            .contains(set, |atom| holds(plan, carried, atom));
        self.known.insert((set, kind), takes);
        takes
    }
}

/// Whether something holds for a test that carries some markers.
fn holds(plan: &Plan, carried: &[Carried], atom: &Atom) -> bool {
    let name = |id: MarkerId| plan.markers.name(id);
    match atom {
        Atom::Marker(id) => carried.iter().any(|c| c.name == name(*id).as_str()),
        Atom::MarkerWithArguments { marker, arguments } => carried.iter().any(|c| {
            c.name == name(*marker).as_str() && arguments.iter().all(|a| c.named.contains(a))
        }),
        Atom::Condition(_) => false,
    }
}

/// Answers whether a test carries what the expression of a single declaration asks for.
#[derive(Debug)]
pub struct Matcher<'p, 's> {
    plan: &'p Plan,
    /// The [`free_space`] has no groups, and so no defaults.
    defaults: Defaults,
    algebra: Algebra<'s>,
}

/// The space of all markers of a plan, in which a test may carry anything.
pub fn free_space(plan: &Plan) -> Space {
    let mut builder = SpaceBuilder::default();
    for (marker, _, _) in plan.markers.iter() {
        builder.atom(Atom::Marker(marker));
    }
    for expression in plan.marker_expressions() {
        builder.mention(&crate::algebra::Formula::from(&expression.node));
    }
    let parts = plan
        .parts
        .iter()
        .filter_map(|(_, part)| part.select.as_ref());
    let values = plan
        .axis_values
        .iter()
        .flatten()
        .filter_map(|v| v.selects.as_ref());
    for selection in parts.map(|p| &p.selection).chain(values) {
        if let crate::schema::values::Selection::These(node) = selection {
            builder.mention(&crate::algebra::Formula::from(node));
        }
    }
    for (_, accept) in plan.accepts.iter() {
        if let Some(tests) = &accept.tests {
            builder.mention(&crate::algebra::Formula::from(&tests.node));
        }
    }
    builder.build()
}

impl<'p, 's> Matcher<'p, 's> {
    /// One for a plan, in its [`free_space`].
    pub fn new(plan: &'p Plan, space: &'s Space) -> Self {
        Self {
            plan,
            defaults: Defaults::of_plan(plan),
            algebra: Algebra::new(space),
        }
    }

    /// Whether a test carries what an expression asks for: a default, where it carries none of the
    /// others. Nothing where that is too large to decide.
    pub fn matches(&mut self, node: &MarkerNode, case: &Case) -> Option<bool> {
        let node = selection::as_carried(&self.defaults, vec![node.clone()]);
        let set = self.algebra.of_node(&node).ok()?;
        let plan = self.plan;
        Some(
            self.algebra
                .contains(set, |atom| holds(plan, &case.markers, atom)),
        )
    }
}

/// The places of a call, and what it passes over: paths and patterns.
type Asked = (Vec<String>, Vec<String>, Vec<String>);

/// Which files the lanes come to.
struct Reach {
    /// For each lane of pytest, the number of its list of files.
    lists: Vec<usize>,
    /// For each list, whether each file is in it.
    files: Vec<FxHashMap<String, bool>>,
}

impl Reach {
    fn new(lanes: &[Lane], facts: &Facts, tree: &dyn Tree) -> Self {
        let mut different: IndexMap<Asked, FxHashMap<String, bool>> = IndexMap::new();
        let mut lists = Vec::with_capacity(lanes.len());
        let tested: Vec<&str> = {
            let mut files: Vec<&str> = facts
                .tests
                .iter()
                .filter(|test| test.runner == Runner::Pytest)
                .map(|test| test.file.as_str())
                .collect();
            files.dedup();
            files
        };
        for lane in lanes {
            let Call::Pytest(call) = &lane.call else {
                lists.push(usize::MAX);
                continue;
            };
            let key = (
                call.places.clone(),
                call.ignored.clone(),
                call.ignored_globs.clone(),
            );
            let at = different.get_index_of(&key);
            lists.push(at.unwrap_or_else(|| {
                let files = files_of(call, &tested, tree);
                different.insert_full(key, files).0
            }));
        }
        Self {
            lists,
            files: different.into_values().collect(),
        }
    }

    fn comes_to(&self, number: usize, lane: &Lane, test: &Test) -> bool {
        match (&lane.call, test.runner) {
            (Call::Pytest(call), Runner::Pytest) => {
                let in_list = self.files[self.lists[number]].get(&test.file);
                // A place may be a test of a file.
                in_list.copied().unwrap_or_default()
                    || call.places.iter().any(|place| {
                        place.contains("::")
                            && (test.id == *place || test.id.starts_with(&format!("{place}::")))
                    })
            }
            (Call::Cargo(call), Runner::Cargo) => test
                .cargo
                .as_ref()
                .is_some_and(|cargo| rust::takes(call, cargo)),
            _ => false,
        }
    }
}

/// The files that a call of pytest comes to.
fn files_of(call: &Pytest, files: &[&str], tree: &dyn Tree) -> FxHashMap<String, bool> {
    let settings = Settings::nearest(tree, &common_folder(&call.places, tree));
    let own = Pytest::read(&settings.options);
    let places: Vec<&str> = if call.places.is_empty() {
        settings.test_paths.iter().map(String::as_str).collect()
    } else {
        call.places.iter().map(String::as_str).collect()
    };
    let places = if places.is_empty() { vec![""] } else { places };
    let ignored: Vec<&String> = call.ignored.iter().chain(&own.ignored).collect();
    let patterns: Vec<String> = [own.ignored_globs, call.ignored_globs.clone()].concat();
    let patterns = globs(&patterns);
    files
        .iter()
        .map(|file| {
            let reached = places.iter().any(|place| {
                let is_file = place == file;
                settings.reaches(place, file) && (is_file || settings.is_test_file(file))
            });
            let is_ignored = ignored.iter().any(|place| {
                let place = place.trim_end_matches('/');
                *file == place || file.starts_with(&format!("{place}/"))
            });
            let passed = is_ignored || patterns.iter().any(|glob| glob.is_match(file));
            ((*file).to_owned(), reached && !passed)
        })
        .collect()
}

/// The folder that all places of a call lie in.
fn common_folder(places: &[String], tree: &dyn Tree) -> String {
    let mut common: Option<Vec<&str>> = None;
    for place in places {
        let place = place.split("::").next().unwrap_or_default();
        let folder = if tree.has(place) {
            super::python::folder(place)
        } else {
            place
        };
        let parts: Vec<&str> = folder
            .split('/')
            .filter(|p| !p.is_empty() && *p != ".")
            .collect();
        common = Some(match common {
            None => parts,
            Some(known) => {
                let same = known.iter().zip(&parts).take_while(|(a, b)| a == b).count();
                known[..same].to_vec()
            }
        });
    }
    common.unwrap_or_default().join("/")
}

/// The folders and files that the suites of a plan name.
pub fn roots(plan: &Plan) -> Vec<String> {
    let mut roots: Vec<&str> = plan
        .suites
        .iter()
        .filter(|(id, _)| command::tool_kind(plan, *id) == ToolKind::Pytest)
        .flat_map(|(_, suite)| command::roots(suite))
        .collect();
    roots.sort_unstable();
    roots.dedup();
    roots.into_iter().map(str::to_owned).collect()
}
