//! From a plan's own words: its space, its sets, and what pytest is told.

use dtpc::algebra::{Algebra, Expression, Formula, Space};
use dtpc::checks::CheckedPlan;
use dtpc::compile::{Entry, LoadError, Loader, compile};
use dtpc::jobs::sets::Sets;
use dtpc::jobs::{Jobs, cells, selection};
use dtpc::source::SourceMap;

struct One(&'static str);

impl Loader for One {
    fn load(&mut self, _path: &str) -> Result<String, LoadError> {
        Ok(self.0.to_owned())
    }
}

fn plan(text: &'static str) -> (CheckedPlan, SourceMap) {
    let entry = Entry {
        file: "plan.dtp".to_owned(),
        folders: Vec::new(),
    };
    let compilation = compile(&entry, None, &mut One(text));
    let found = compilation.diagnostics;
    let plan = compilation.plan.unwrap_or_else(|| panic!("{found:?}"));
    (plan, compilation.sources)
}

const PLAN: &str = r#"plan p { title: "P" }
marker_group framework { arity: at_most_one, markers: [vllm, sglang] }
marker_group component { arity: one, default: core, when: vllm or sglang, markers: [core, router, kvbm] }
marker_group unknown { arity: one, when: open("for whom?"), markers: [left, right] }
marker profiled_vram_gib { argument: number }
marker device { argument: number }
stage nightly { host: github, trigger: dispatch, types: [unit] }
type unit {}
environment cpu { visibility: public, runner: linux, local: host }
runner linux { labels: ["ubuntu-24.04"] }
suite a { type: unit, tool: pytest, paths: ["a/**"], select: core, stages: [nightly], environments: [cpu] }
suite b { type: unit, tool: pytest, paths: ["b/**"], select: not core and profiled_vram_gib(any),
          stages: [nightly], environments: [cpu] }
suite c { type: unit, tool: pytest, paths: ["c/**"], select: device(serial: -1, slot: 2),
          stages: [nightly], environments: [cpu] }
suite d { type: unit, tool: pytest, paths: ["d/**"], select: device(serial: -1),
          stages: [nightly], environments: [cpu] }
suite e { type: unit, tool: pytest, paths: ["e/**"], select: not left and not right,
          stages: [nightly], environments: [cpu] }
suite f { type: unit, tool: pytest, paths: ["f/**"], select: router or kvbm, stages: [nightly], environments: [cpu] }
suite g { type: unit, tool: pytest, paths: ["g/**"], stages: [nightly], environments: [cpu] }
"#;

#[test]
fn pytest_is_told_what_the_algebra_decides_about() {
    let (plan, _) = plan(PLAN);
    let space = Space::of_plan(&plan, []);
    let all = cells::cells(&plan, &cells::life_cycle(&plan));
    let texts: Vec<String> = all
        .iter()
        .map(|cell| selection::pytest(&plan, space.defaults(), selection::factors(&plan, cell)))
        .map(Option::unwrap_or_default)
        .collect();
    assert_eq!(
        texts,
        [
            "(vllm or sglang) and not (router or kvbm)",
            "not ((vllm or sglang) and not (router or kvbm)) and profiled_vram_gib",
            "device(serial=-1, slot=2)",
            "device(serial=-1)",
            "not left and not right",
            "router or kvbm",
            "",
        ]
    );
    let name = |id| plan.markers.name(id).to_string();
    for (cell, text) in all.iter().zip(&texts) {
        // What the command says and what the space makes of it are the same words.
        let Some(select) = &plan.suites[cell.suite].select else {
            continue;
        };
        let carried = space.carried(&Formula::from(&select.node));
        let expression = carried.expression(&name).unwrap();
        assert_eq!(Expression::parse(text).unwrap(), expression);
    }
}

#[test]
fn the_sets_of_cells_are_those_of_their_declarations() {
    let (plan, sources) = plan(PLAN);
    let space = Space::of_plan(&plan, []);
    let mut sets = Sets::new(&plan, &space);
    let all = cells::cells(&plan, &cells::life_cycle(&plan));
    assert_eq!(all.len(), Jobs::derive(&plan, &sources).jobs.len());
    let made: Vec<_> = all.iter().map(|cell| sets.of_cell(cell).unwrap()).collect();
    // The third asks for one argument more than the fourth.
    assert!(sets.algebra.implies(made[2], made[3]).unwrap());
    assert!(!sets.algebra.implies(made[3], made[2]).unwrap());
    assert!(!sets.algebra.overlap(made[0], made[1]).unwrap());
    // While it is open for whom a group is, a test may carry none of it.
    assert!(!sets.algebra.is_never(made[4]) && !sets.algebra.is_always(made[4]));
    let mut algebra = Algebra::new(&space);
    for (cell, set) in all.iter().zip(made) {
        let mut whole = algebra.everything();
        for factor in selection::factors(&plan, cell) {
            let factor = algebra.of_node(&factor).unwrap();
            whole = algebra.intersection(whole, factor).unwrap();
        }
        assert_eq!(algebra.witness(whole), sets.algebra.witness(set));
        assert_eq!(algebra.share(whole), sets.algebra.share(set));
    }
}
