//! What pytest selects for an expression is what the marker algebra says it does.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use dtpc::algebra::{
    Algebra, Argument, ArgumentValue, Arguments, Arity, Atom, Expression, Form, Formula, Group,
    Set, Space, SpaceBuilder,
};
use dtpc::schema::values::MarkerId;

use crate::numbers::Numbers;
use crate::support::tools::{Done, LIMIT, run, tools};

const TESTS: usize = 500;
const EXPRESSIONS: usize = 200;

/// Each marker's name is its number here. `device` is the one with arguments.
const NAMES: [&str; 13] = [
    "gpu_0",
    "gpu_1",
    "gpu_2",
    "vllm",
    "sglang",
    "core",
    "router",
    "kvbm",
    "nightly",
    "pre_merge",
    "slow",
    "device",
    "none",
];

fn marker(name: &str) -> Atom {
    let number = NAMES.iter().position(|known| *known == name).expect(name);
    Atom::Marker(MarkerId(u32::try_from(number).expect("few markers")))
}

fn device(arguments: &[(&str, ArgumentValue)]) -> Atom {
    let arguments = arguments.iter().map(|(name, value)| Argument {
        name: (*name).into(),
        value: value.clone(),
    });
    Atom::MarkerWithArguments {
        marker: marker("device").marker().expect("a marker"),
        arguments: Arguments::new(arguments),
    }
}

/// The devices that are asked for, each with how pytest writes it on a test.
fn devices() -> Vec<Atom> {
    let name = || ArgumentValue::Text("x y'z".into());
    vec![
        device(&[("serial", ArgumentValue::Integer(1))]),
        device(&[("serial", ArgumentValue::Integer(-2))]),
        device(&[("name", name())]),
        device(&[("serial", ArgumentValue::Integer(1)), ("name", name())]),
        device(&[("fast", ArgumentValue::True)]),
        device(&[("fast", ArgumentValue::None)]),
    ]
}

/// One of three kinds of hardware, by default the first; a framework or none; with one, a component,
/// by default the first; and whatever else.
fn space() -> Space {
    let mut space = SpaceBuilder::default();
    for atom in NAMES.iter().map(|name| marker(name)).chain(devices()) {
        space.atom(atom);
    }
    let group = |arity, names: &[&str]| Group::new(arity, names.iter().map(|name| marker(name)));
    space.group(group(Arity::One, &["gpu_0", "gpu_1", "gpu_2"]).or_else(marker("gpu_0")));
    space.group(group(Arity::AtMostOne, &["vllm", "sglang"]));
    let with_framework = Formula::or([marker("vllm").into(), marker("sglang").into()]);
    space.group(
        group(Arity::One, &["core", "router", "kvbm"])
            .or_else(marker("core"))
            .when(with_framework),
    );
    space.group(group(Arity::AtLeastOne, &["nightly", "pre_merge"]));
    space.build()
}

/// A test: what it carries, and what it counts as carrying.
struct Test {
    decorators: Vec<String>,
    counts_as: BTreeSet<Atom>,
}

fn test(numbers: &mut Numbers) -> Test {
    let mut carried: Vec<&str> = Vec::new();
    let mut counts_as = BTreeSet::new();
    let mut carry = |names: &[&'static str], carried: &mut Vec<&str>, numbers: &mut Numbers| {
        let name = *numbers.pick(names);
        counts_as.insert(marker(name));
        // The first is the default: it may be left unsaid.
        if name != names[0] || numbers.one_in(2) {
            carried.push(name);
        }
    };
    carry(&["gpu_0", "gpu_1", "gpu_2"], &mut carried, numbers);
    if numbers.one_in(2) {
        carry(&["core", "router", "kvbm"], &mut carried, numbers);
        let framework = *numbers.pick(&["vllm", "sglang"]);
        counts_as.insert(marker(framework));
        carried.push(framework);
    }
    let all_stages = ["nightly", "pre_merge"];
    let stages = *numbers.pick(&[&all_stages[..1], &all_stages[1..], &all_stages]);
    let free = ["slow", "none"].into_iter().filter(|_| numbers.one_in(3));
    for name in stages.iter().copied().chain(free.collect::<Vec<_>>()) {
        counts_as.insert(marker(name));
        carried.push(name);
    }
    let mut decorators: Vec<String> = carried.iter().map(|name| format!("m.{name}")).collect();
    for _ in 0..numbers.below(3) {
        let given = [
            "",
            "serial=1",
            "serial=True",
            "serial=-2",
            "serial='1'",
            "name=\"x y'z\"",
            "serial=1, name=\"x y'z\"",
            "fast=True",
            "fast=1",
            "fast=None",
            "other=1",
        ];
        let given = numbers.pick(&given);
        decorators.push(format!("m.device({given})"));
        counts_as.insert(marker("device"));
        // Python finds True and 1 equal; a text with a digit is no number.
        let matching: &[usize] = match *given {
            "serial=1" | "serial=True" => &[0],
            "serial=-2" => &[1],
            "name=\"x y'z\"" => &[2],
            "serial=1, name=\"x y'z\"" => &[0, 2, 3],
            "fast=True" | "fast=1" => &[4],
            "fast=None" => &[5],
            _ => &[],
        };
        counts_as.extend(matching.iter().map(|number| devices()[*number].clone()));
    }
    Test {
        decorators,
        counts_as,
    }
}

fn formula(numbers: &mut Numbers, atoms: &[Atom], depth: usize) -> Formula {
    if depth == 0 || numbers.one_in(4) {
        return numbers.pick(atoms).clone().into();
    }
    match numbers.below(3) {
        0 => Formula::Not(Box::new(formula(numbers, atoms, depth - 1))),
        kind => {
            let count = 2 + numbers.below(2);
            let parts = (0..count)
                .map(|_| formula(numbers, atoms, depth - 1))
                .collect();
            if kind == 1 {
                Formula::And(parts)
            } else {
                Formula::Or(parts)
            }
        }
    }
}

/// Asks pytest itself, in one session: for each expression it selects anew among all tests.
const CONFTEST: &str = r#"
import json

import pytest


def pytest_collection_finish(session):
    config = session.config
    with open("expressions.json") as file:
        expressions = json.load(file)
    selected = []
    for expression in expressions:
        config.option.markexpr = expression
        items = list(session.items)
        config.hook.pytest_collection_modifyitems(session=session, config=config, items=items)
        selected.append([item.name for item in items])
    with open("selected.json", "w") as file:
        json.dump(selected, file)
"#;

/// Writes the tests, and what pytest is to be asked about them.
fn write_tree(folder: &Path, tests: &[Test], asked: &[String]) {
    let write = |file: &str, text: &str| {
        std::fs::write(folder.join(file), text).expect("a file");
    };
    let mut source = "import pytest\n\nm = pytest.mark\n".to_owned();
    for (number, test) in tests.iter().enumerate() {
        source.push('\n');
        for decorator in &test.decorators {
            let _ = writeln!(source, "@{decorator}");
        }
        let _ = writeln!(source, "def test_{number}(): ...");
    }
    write("test_all.py", &source);
    write("conftest.py", CONFTEST);
    let markers = NAMES.join("\n    ");
    write(
        "pytest.ini",
        &format!("[pytest]\naddopts = --strict-markers\nmarkers =\n    {markers}\n"),
    );
    let asked = serde_json::to_string(asked).expect("json");
    write("expressions.json", &asked);
}

/// Runs pytest in a folder, only to collect.
fn collect(folder: &Path, arguments: &[&str]) -> Done {
    let mut pytest = tools().command("pytest");
    pytest.args(["--collect-only", "-q", "-p", "no:cacheprovider"]);
    run(pytest.args(arguments).current_dir(folder), LIMIT)
}

/// What a test counts as carrying, and that it carries nothing else, is a combination.
fn combination(algebra: &mut Algebra<'_>, atoms: &[Atom], test: &Test) -> Set {
    let literal = |atom: &Atom| {
        let carried = Formula::from(atom.clone());
        if test.counts_as.contains(atom) {
            carried
        } else {
            carried.negated()
        }
    };
    let set = algebra.set(&Formula::and(atoms.iter().map(literal)));
    let set = set.expect("small");
    assert!(
        !algebra.is_never(set),
        "no test of this space: {:?}",
        test.decorators
    );
    set
}

#[test]
fn pytest_selects_what_the_algebra_says() {
    let numbers = &mut Numbers(20_261_122);
    let tests: Vec<Test> = (0..TESTS).map(|_| test(numbers)).collect();
    let space = space();
    let atoms: Vec<Atom> = space.atoms().cloned().collect();
    let mut algebra = Algebra::new(&space);
    // Those that no test or every test matches have no words in pytest.
    let mut formulas = Vec::new();
    while formulas.len() < EXPRESSIONS {
        let formula = formula(numbers, &atoms, 4);
        let set = algebra.set(&formula).expect("small");
        if !algebra.is_never(set) && !algebra.is_always(set) {
            formulas.push((formula, set));
        }
    }
    // Each is asked as it was made, and as it is said shortest.
    let name = |id: MarkerId| NAMES[id.0 as usize].to_owned();
    let mut asked = Vec::new();
    for (formula, _) in &formulas {
        let shortest = algebra.simplest_carried(formula).expect("small");
        for carried in [space.carried(formula), shortest] {
            let expression = carried.expression(&name).expect("pytest has words");
            asked.push(expression.to_string());
        }
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_tree(folder.path(), &tests, &asked);
    let done = collect(folder.path(), &[]);
    assert!(done.success(), "{done}");
    let selected = std::fs::read_to_string(folder.path().join("selected.json")).expect("answers");
    let selected: Vec<Vec<String>> = serde_json::from_str(&selected).expect("json");

    let combinations: Vec<Set> = tests
        .iter()
        .map(|test| combination(&mut algebra, &atoms, test))
        .collect();
    let mut some = 0;
    for (number, text) in asked.iter().enumerate() {
        let (formula, set) = &formulas[number / 2];
        let mut expected = Vec::new();
        for (test, combination) in combinations.iter().enumerate() {
            if algebra.implies(*combination, *set).expect("small") {
                expected.push(format!("test_{test}"));
            }
        }
        some += usize::from(!expected.is_empty() && expected.len() < TESTS);
        assert_eq!(selected[number], expected, "`{text}` of {formula:?}");
    }
    assert!(
        some > EXPRESSIONS,
        "most select some tests and leave others out"
    );

    // The same on the command line.
    for number in [0, 17, 101, 202, 399] {
        let done = collect(folder.path(), &["--noconftest", "-m", &asked[number]]);
        let names: Vec<&str> = done
            .stdout
            .lines()
            .filter_map(|line| line.strip_prefix("test_all.py::"))
            .collect();
        assert_eq!(names, selected[number], "{done}");
    }
}

/// Texts that pytest reads or refuses, and what it says of each.
const JUDGE: &str = r#"
import json
import sys

from _pytest.mark.expression import Expression

for text in json.load(open(sys.argv[1])):
    try:
        Expression.compile(text)
        print("read")
    except SyntaxError:
        print("refused")
"#;

#[test]
fn pytest_reads_what_the_algebra_reads() {
    let numbers = &mut Numbers(7);
    let pieces = [
        "a", "gpu_1", "and", "or", "not", "(", ")", "(", ")", "=", ",", "'x'", "\"y\"", "1", "-2",
        "True", "None", " ", "\t", "'", "\\", "d(x=1)", "d(", "x=", "&", "é", "::", "[b]",
        "class=", "1.5", "+", "/",
    ];
    let mut texts: Vec<String> = (0..4_000)
        .map(|_| {
            let count = 1 + numbers.below(9);
            let glue = *numbers.pick(&["", " "]);
            let tokens: Vec<&str> = (0..count).map(|_| *numbers.pick(&pieces)).collect();
            tokens.join(glue)
        })
        // Blanks alone are a text that pytest takes as "none": see `Expression::parse`.
        .filter(|text| !text.trim().is_empty())
        .collect();
    texts.extend(["d(x=1, x=2)", "d(__debug__=1)", "d(x=1,)", "d()"].map(str::to_owned));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("texts.json");
    std::fs::write(&file, serde_json::to_string(&texts).expect("json")).expect("a file");
    let mut python = tools().command("python");
    python.args(["-c", JUDGE]).arg(&file);
    let done = run(&mut python, LIMIT);
    assert!(done.success(), "{done}");
    let said: Vec<&str> = done.stdout.lines().collect();
    assert_eq!(said.len(), texts.len(), "{done}");
    assert!(said.iter().filter(|word| **word == "read").count() > 200);
    for (text, said) in texts.iter().zip(said) {
        let read = Expression::parse(text);
        let ours = if read.is_ok() { "read" } else { "refused" };
        assert_eq!(ours, said, "{text:?}: {read:?}");
        if let Ok(Expression {
            form: Form::Marker { name, .. },
            ..
        }) = read
        {
            assert!(text.contains(&name));
        }
    }
}
