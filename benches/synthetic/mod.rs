//! A plan of any size that holds, for benches and tests: the same number of suites and the same seed
//! make the same texts.
//!
//! Each suite has what a real one has: a type, one or two stages, an environment, three markers, a
//! timeout, its paths, one or two earlier suites whose reports it needs, an owner, and two features
//! that it covers. The plan lies in several files, as a plan of that size would. It needs a dozen
//! suites to use all that it declares.

#![allow(
    dead_code,
    missing_docs,
    reason = "each bench and test uses a part of this"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dtpc::compile::{Compilation, Entry, LoadError, Loader, compile};

/// The parts of the program that is tested; each has a file of suites of its own.
const COMPONENTS: [&str; 12] = [
    "router",
    "kv_block_manager",
    "frontend",
    "planner",
    "runtime",
    "scheduler",
    "prefill",
    "decode",
    "tokenizer",
    "metrics",
    "operator",
    "bindings",
];

/// What is tested of a component.
const SUBJECTS: [&str; 24] = [
    "cancellation",
    "back_pressure",
    "prefix_cache",
    "reconnect",
    "streaming",
    "cold_start",
    "shutdown",
    "rebalance",
    "eviction",
    "discovery",
    "tracing",
    "limits",
    "migration",
    "fault_tolerance",
    "autoscaling",
    "batching",
    "logprobs",
    "tool_calls",
    "quantization",
    "lora_adapters",
    "multi_node",
    "health_checks",
    "config_reload",
    "upgrade",
];

const FRAMEWORKS: [&str; 3] = ["vllm", "sglang", "trtllm"];
const TYPES: [&str; 3] = ["unit", "integration", "e2e"];
const FREE: [&str; 6] = [
    "slow",
    "flaky_network",
    "needs_weights",
    "profiled",
    "long_context",
    "multi_modal",
];
const ENVIRONMENTS: [(&str, u32); 4] = [
    ("cpu_pool", 0),
    ("gpu_single", 1),
    ("gpu_pair", 2),
    ("gpu_quad", 4),
];
const TEAMS: [&str; 8] = [
    "router_team",
    "runtime_team",
    "serving_team",
    "kernel_team",
    "platform_team",
    "release_team",
    "bindings_team",
    "quality_team",
];

/// The text of each file of a plan, by its path beside the others; [`ENTRY`] is the one to compile.
pub type Texts = BTreeMap<String, String>;

/// The file that declares the plan.
pub const ENTRY: &str = "synthetic.dtp";

/// A seed for those who do not care which.
pub const SEED: u64 = 42;

/// Numbers that look as if nobody had chosen them (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or_default()
    }

    /// One of these for the suite with this number: for the first suites each in turn, so that none
    /// stays unused, then any.
    fn one_of<T: Copy>(&mut self, number: usize, of: &[T]) -> T {
        let drawn = self.below(of.len());
        of[if number < of.len() { number } else { drawn }]
    }
}

/// A suite, as far as later ones look at it.
struct Suite {
    name: String,
    component: usize,
    /// Whether it runs before a merge; all run at night.
    merges: bool,
    /// The earlier ones it needs.
    needs: Vec<usize>,
}

/// The plan with so many suites.
pub fn texts(suites: usize, seed: u64) -> Texts {
    let mut numbers = Numbers(seed);
    let features = features(suites);
    let drawn = draw(suites, &mut numbers);
    let mut texts = Texts::new();
    let mut needed = vec![false; suites];
    for need in drawn.iter().flat_map(|suite| &suite.needs) {
        needed[*need] = true;
    }
    for (number, suite) in drawn.iter().enumerate() {
        let text = texts
            .entry(format!("suites/{}.dtp", COMPONENTS[suite.component]))
            .or_default();
        let covers = [
            &features[number % features.len()],
            &features[numbers.below(features.len())],
        ];
        write_suite(text, number, &drawn, covers, &mut numbers);
        if needed[number] {
            let name = &suite.name;
            let _ = write!(
                text,
                "artifact {name}_report {{\n  from:  {name}\n  files: [\"reports/{name}/**\"]\n}}\n\n"
            );
        }
    }
    texts.insert("markers.dtp".to_owned(), MARKERS.to_owned());
    texts.insert("places.dtp".to_owned(), places());
    texts.insert("whole_tree.dtp".to_owned(), WHOLE_TREE.to_owned());
    texts.insert("features.dtp".to_owned(), features_text(&features));
    let imports: String = texts.keys().fold(String::new(), |mut imports, path| {
        let _ = writeln!(imports, "import \"{path}\"");
        imports
    });
    texts.insert(ENTRY.to_owned(), format!("{HEAD}\n{imports}\n{LIFE_CYCLE}"));
    texts
}

/// The same plan, compiled.
pub fn compiled(suites: usize) -> Compilation {
    compile_texts(texts(suites, SEED))
}

/// What comes of some texts.
pub fn compile_texts(texts: Texts) -> Compilation {
    compile(&entry(), None, &mut Memory(texts))
}

/// Where the plan is.
pub fn entry() -> Entry {
    Entry {
        file: ENTRY.to_owned(),
        folders: Vec::new(),
    }
}

/// Texts that lie in no folder.
pub struct Memory(pub Texts);

impl Loader for Memory {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::Missing)
    }
}

/// Which suites there are, and which need which.
fn draw(suites: usize, numbers: &mut Numbers) -> Vec<Suite> {
    let mut drawn: Vec<Suite> = Vec::with_capacity(suites);
    // Those whose reports are there before a merge.
    let mut merging: Vec<usize> = Vec::new();
    for number in 0..suites {
        let component = number % COMPONENTS.len();
        let subject = numbers.one_of(number, &SUBJECTS);
        let merges = numbers.below(2) == 0;
        let mut needs = Vec::new();
        for _ in 0..=numbers.below(2) {
            let from = if merges {
                merging.get(numbers.below(merging.len())).copied()
            } else {
                (number > 0).then(|| numbers.below(number))
            };
            needs.extend(from.filter(|from| !needs.contains(from)));
        }
        if merges {
            merging.push(number);
        }
        drawn.push(Suite {
            name: format!("{}_{subject}_{number}", COMPONENTS[component]),
            component,
            merges,
            needs,
        });
    }
    drawn
}

fn write_suite(
    text: &mut String,
    number: usize,
    all: &[Suite],
    covers: [&String; 2],
    numbers: &mut Numbers,
) {
    let suite = &all[number];
    let (name, component) = (&suite.name, COMPONENTS[suite.component]);
    let stages = if suite.merges {
        "pre_merge, nightly"
    } else {
        "nightly"
    };
    let (environment, _) = numbers.one_of(number, &ENVIRONMENTS);
    let minutes = 2 + numbers.below(20);
    let needs = suite.needs.iter().map(|need| &all[*need].name);
    let needs: Vec<String> = needs.map(|n| format!("artifact.{n}_report")).collect();
    let covers = if covers[0] == covers[1] {
        covers[0].clone()
    } else {
        format!("{}, {}", covers[0], covers[1])
    };
    let _ = write!(
        text,
        "/// What the {component} does, as its users see it.\nsuite {name} {{\n  \
           type:         {}\n  tool:         pytest\n  \
           paths:        [\"tests/{component}/{name}/**\"]\n  \
           select:       {} and {} and not {}\n  \
           stages:       [{stages}]\n  environments: [{environment}]\n",
        numbers.one_of(number, &TYPES),
        numbers.one_of(number, &FRAMEWORKS),
        component,
        numbers.one_of(number, &FREE),
    );
    if !needs.is_empty() {
        let _ = writeln!(text, "  needs:        [{}]", needs.join(", "));
    }
    let _ = write!(
        text,
        "  covers:       [{covers}]\n  duration:     {minutes}min\n  timeout:      {}min\n  \
           owner:        {}\n}}\n\n",
        3 * minutes,
        numbers.one_of(number, &TEAMS),
    );
}

/// The features: some for each component, and more in a plan that has more suites.
fn features(suites: usize) -> Vec<String> {
    let count = (suites / 20).clamp(COMPONENTS.len().min(suites.max(1)), 2_000);
    (0..count)
        .map(|number| {
            let component = COMPONENTS[number % COMPONENTS.len()];
            let subject = SUBJECTS[number / COMPONENTS.len() % SUBJECTS.len()];
            match number / COMPONENTS.len() / SUBJECTS.len() {
                0 => format!("{component}/{subject}"),
                more => format!("{component}/{subject}_{more}"),
            }
        })
        .collect()
}

fn features_text(features: &[String]) -> String {
    let mut text = String::new();
    for component in COMPONENTS {
        let inside: Vec<&str> = features
            .iter()
            .filter_map(|feature| feature.split_once('/').filter(|(of, _)| *of == component))
            .map(|(_, name)| name)
            .collect();
        if inside.is_empty() {
            continue;
        }
        let _ = writeln!(text, "feature {component} {{");
        for name in inside {
            let _ = writeln!(text, "  feature {name} {{}}");
        }
        text.push_str("}\n\n");
    }
    text
}

/// Environments, runners, owners and types.
fn places() -> String {
    let mut text = String::new();
    for (name, gpus) in ENVIRONMENTS {
        let local = match gpus {
            0 => "host".to_owned(),
            _ => format!("unavailable(\"needs {gpus} GPUs\")"),
        };
        let _ = write!(
            text,
            "environment {name} {{\n  takes:      gpu_{gpus}\n  gpus:       {gpus}\n  \
             visibility: public\n  cost:       {} USD/h\n  runner:     {name}_runner\n  \
             local:      {local}\n}}\n\n\
             runner {name}_runner {{ labels: [\"{name}\"], max_parallel: 40 }}\n\n",
            1 + 2 * gpus,
        );
    }
    for team in TEAMS {
        let _ = writeln!(text, "owner {team} {{ contact: \"#{team}\" }}");
    }
    text.push('\n');
    for name in TYPES {
        let _ = writeln!(text, "type {name} {{ selects: {name} }}");
    }
    text
}

const HEAD: &str = "\
//! What a large program is tested for, and when.
plan synthetic {
  title:      \"Synthetic Test Plan\"
  repository: \"example/synthetic\"
}
";

const MARKERS: &str = "\
marker_group hardware {
  arity:   one
  default: gpu_0
  markers: [gpu_0, gpu_1, gpu_2, gpu_4]
}

marker_group framework { arity: at_most_one, markers: [vllm, sglang, trtllm] }

marker_group kind { arity: one, default: unit, markers: [unit, integration, e2e] }

marker_group component {
  arity:   at_most_one
  markers: [
    router, kv_block_manager, frontend, planner, runtime, scheduler,
    prefill, decode, tokenizer, metrics, operator, bindings,
  ]
}

marker_group cost {
  markers: [slow, flaky_network, needs_weights, profiled, long_context, multi_modal]
}
";

/// Stages and a gate.
const LIFE_CYCLE: &str = "\
stage pre_merge {
  host:    github
  trigger: pull_request
  selects: all
  types:   [unit, integration, e2e]
  budget:  48h
}

stage nightly {
  after:   pre_merge
  host:    github
  trigger: schedule(\"0 3 * * *\")
  selects: all
  types:   [unit, integration, e2e]
  budget:  48h
}

gate merge { status: \"all required checks\", stage: pre_merge }
";

/// Suites that take what the others leave: behind all of them, so that none is passed over when gaps
/// are looked for.
const WHOLE_TREE: &str = "\
suite smoke_unit {
  type:         unit
  tool:         pytest
  paths:        [\"tests/smoke/unit/**\"]
  stages:       [pre_merge, nightly]
  environments: [cpu_pool, gpu_single, gpu_pair, gpu_quad]
  duration:     2min
  owner:        quality_team
}

suite smoke_integration {
  extends: smoke_unit
  type:    integration
  paths:   [\"tests/smoke/integration/**\"]
}

suite smoke_e2e {
  extends: smoke_unit
  type:    e2e
  paths:   [\"tests/smoke/e2e/**\"]
}
";
