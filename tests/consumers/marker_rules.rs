//! The plugin that dtpc writes for pytest: each test that breaks a rule of the plan is one error, with
//! the place of the test and of the rule, and the others are collected.
//!
//! The cases of `tests/marker_rules/` say themselves what is found: `#~ …` at the end of a line is a
//! part of the error of that line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::support::repository::Repository;
use crate::support::tools::{Done, LIMIT, run};

fn is_python(file: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, kind)| kind == "py")
}

/// The errors of a run, as `file:line: what is wrong`.
fn errors(done: &Done) -> Vec<String> {
    let place = |line: &&str| {
        let mut parts = line.splitn(3, ':');
        parts.next().is_some_and(is_python)
            && parts.next().is_some_and(|line| line.parse::<u32>().is_ok())
            && parts.next().is_some_and(|told| told.starts_with(" `"))
    };
    let mut errors: Vec<String> = done
        .stdout
        .lines()
        .filter(place)
        .map(str::to_owned)
        .collect();
    errors.sort();
    errors
}

/// What the cases say is found: the place, and a part of the words.
fn expected(repository: &Repository) -> Vec<(String, String)> {
    let mut expected = Vec::new();
    for folder in ["", "marked_by_hook/"] {
        let entries = std::fs::read_dir(repository.root().join(folder)).expect("cases");
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !is_python(&name) {
                continue;
            }
            let file = format!("{folder}{name}");
            for (number, line) in repository.read(&file).lines().enumerate() {
                for part in line.split("#~").skip(1) {
                    expected.push((format!("{file}:{}: ", number + 1), part.trim().to_owned()));
                }
            }
        }
    }
    assert!(expected.len() > 20, "{expected:?}");
    expected
}

/// That what is found is what the cases say, each once.
#[track_caller]
fn assert_found(done: &Done, mut expected: Vec<(String, String)>) {
    for error in errors(done) {
        let place = expected
            .iter()
            .position(|(place, part)| error.starts_with(place) && error.contains(part));
        let Some(place) = place else {
            panic!("not expected, or twice: {error}\n{done}");
        };
        expected.remove(place);
    }
    assert!(expected.is_empty(), "not found: {expected:?}\n{done}");
}

const COLLECT: [&str; 2] = ["--collect-only", "--quiet"];

#[test]
fn each_broken_rule_is_one_error_with_its_place() {
    let repository = Repository::marker_rules().generated();
    let done = repository.call("pytest", &COLLECT);
    assert_eq!(done.code, Some(2), "{done}");
    assert_found(&done, expected(&repository));
}

/// The processes of pytest-xdist each collect everything: an error is said once.
#[test]
fn with_several_processes_too() {
    let repository = Repository::marker_rules().generated();
    let done = repository.call("pytest", &["--numprocesses", "2", "--quiet"]);
    // It goes on behind errors of collection, and fails in the end.
    assert_eq!(done.code, Some(1), "{done}");
    assert_found(&done, expected(&repository));
}

/// What keeps the rules can be run, in every way in which pytest is called; and the assertions of the cases
/// hold.
#[test]
fn the_others_run() {
    for options in [
        &["-p", "no:cacheprovider"][..],
        &["--numprocesses", "2"],
        &[
            "--doctest-modules",
            "--doctest-glob=*.txt",
            "doctests.py",
            "doctest.txt",
            ".",
        ],
    ] {
        let repository = Repository::marker_rules().generated();
        let mut pytest = repository.command("pytest");
        pytest
            .args(["--continue-on-collection-errors", "-rA"])
            .args(options);
        let done = run(&mut pytest, LIMIT);
        let broken = expected(&repository).len();
        let doctests = if options.contains(&"doctests.py") {
            2
        } else {
            0
        };
        let told = format!("{} passed, 2 skipped, {broken} errors", 26 + doctests);
        assert!(done.stdout.contains(&told), "{told}: {done}");
    }
}

/// Whatever is selected: a test that no expression selects is one that nobody runs.
#[test]
fn what_is_not_selected_is_judged_too() {
    let repository = Repository::marker_rules().generated();
    let file = "test_group_exactly_one.py";
    for options in [
        ["-m", "sglang"],
        ["-k", "nothing_like_it"],
        ["--deselect", file],
    ] {
        let mut pytest = repository.command("pytest");
        let done = run(pytest.args(COLLECT).args(options).arg(file), LIMIT);
        assert_eq!((done.code, errors(&done).len()), (Some(2), 2), "{done}");
    }
    // Selected is by what a test counts as carrying.
    let file = "test_group_when.py";
    let done = repository.call("pytest", &[&COLLECT[..], &["-m", "cold", file]].concat());
    assert!(
        done.stdout.contains("test_group_when.py::test_with\n"),
        "{done}"
    );
}

/// From another folder, and by a command that names one file, the plugin is loaded too.
#[test]
fn it_is_loaded_wherever_pytest_is_called() {
    let repository = Repository::marker_rules().generated();
    let mut pytest = repository.command("pytest");
    pytest.current_dir(repository.root().join("marked_by_hook"));
    let done = run(pytest.args(COLLECT), LIMIT);
    assert_eq!(errors(&done).len(), 1, "{done}");
    let done = repository.call("python", &["-m", "pytest", "marked_by_hook/test_hook.py"]);
    assert_eq!(errors(&done).len(), 1, "{done}");
    let done = repository.call("coverage", &["run", "-m", "pytest", "marked_by_hook"]);
    assert_eq!(errors(&done).len(), 1, "{done}");
}

/// The line of a rule is that of the plan as it is now.
#[test]
fn the_place_of_the_rule_follows_the_plan() {
    let repository = Repository::marker_rules().generated();
    let plan = repository.read("plan.dtp");
    repository.write("plan.dtp", &format!("//! One line more.\n{plan}"));
    let done = repository.call(
        "pytest",
        &[&COLLECT[..], &["test_group_exactly_one.py"]].concat(),
    );
    assert!(
        done.stdout.contains("[marker_group kind, plan.dtp:12]"),
        "{done}"
    );
    repository.remove("plan.dtp");
    let done = repository.call(
        "pytest",
        &[&COLLECT[..], &["test_group_exactly_one.py"]].concat(),
    );
    assert!(
        done.stdout.contains("[marker_group kind, plan.dtp]"),
        "{done}"
    );
}

#[test]
fn the_module_is_clean_python_that_old_versions_read() {
    let [sample, dynamo, workshop, _] = Repository::all();
    for repository in [
        sample,
        dynamo,
        workshop,
        Repository::marker_rules().generated(),
    ] {
        let module = ".dtpc/dtpc_pytest.py";
        let select = "--select=E4,E7,E9,F,W,B,UP,I,RUF,SIM,C4,PL";
        let ignore = "--ignore=PLR2004,PLR0911,PLR0912,PLW2901";
        let options = [
            "check",
            "--isolated",
            "--target-version=py39",
            select,
            ignore,
        ];
        let check = repository.call("ruff", &[&options[..], &[module]].concat());
        assert!(check.success(), "{check}");
        let format = ["format", "--isolated", "--check", module];
        let format = repository.call("ruff", &format);
        assert!(format.success(), "{format}");
    }
}

/// The markers of the generated cases, a few of each group and with each sort of argument.
const MARKS: [&str; 12] = [
    "pre_merge",
    "nightly",
    "unit",
    "e2e",
    "gpu_0",
    "gpu_2",
    "nvidia",
    "vllm",
    "sglang",
    "core",
    "warm",
    "slow(1)",
];

/// How many errors a test with these marks has, written down anew from the words of the plan.
fn count(marks: &BTreeSet<&str>) -> usize {
    let of = |names: &[&str]| names.iter().filter(|name| marks.contains(*name)).count();
    let mut errors = 0;
    errors += usize::from(of(&["pre_merge", "nightly"]) == 0);
    errors += usize::from(of(&["unit", "e2e"]) != 1);
    errors += usize::from(of(&["gpu_0", "gpu_2"]) > 1);
    errors += usize::from(of(&["nvidia"]) > 0 && of(&["gpu_2"]) == 0);
    errors += usize::from(of(&["vllm", "sglang"]) > 1);
    let framework = of(&["vllm", "sglang"]) > 0;
    errors += usize::from(of(&["core"]) != usize::from(framework));
    errors += usize::from(of(&["warm"]) > 0 && of(&["core"]) == 0);
    errors += usize::from(of(&["slow(1)"]) > 0);
    errors
}

/// Every combination of four marks or fewer, each written in one of the ways that pytest knows: 794
/// tests in a file.
#[test]
fn every_combination_of_markers_is_judged_as_the_plan_says() {
    let repository = Repository::marker_rules().generated();
    let mut module = "import pytest\n\nm = pytest.mark\n".to_owned();
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for bits in 0_u32..1 << MARKS.len() {
        if bits.count_ones() > 4 {
            continue;
        }
        let chosen = |number: &usize| bits & (1 << number) != 0;
        let marks: Vec<&str> = (0..MARKS.len()).filter(chosen).map(|n| MARKS[n]).collect();
        let name = format!("test_{bits}");
        expected.insert(name.clone(), count(&marks.iter().copied().collect()));
        let list = |marks: &[&str]| {
            let marks: Vec<String> = marks.iter().map(|mark| format!("m.{mark}")).collect();
            marks.join(", ")
        };
        let (outer, inner) = marks.split_at(marks.len() / 2);
        let decorators = |marks: &[&str], indent: &str| -> String {
            let lines: Vec<String> = marks.iter().map(|m| format!("{indent}@m.{m}\n")).collect();
            lines.concat()
        };
        let written = match bits % 4 {
            0 => writeln!(module, "\n{}def {name}(): ...", decorators(&marks, "")),
            1 => writeln!(
                module,
                "\n{}class Test{bits}:\n    pytestmark = [{}]\n\n    def {name}(self): ...",
                decorators(inner, ""),
                list(outer)
            ),
            2 => writeln!(
                module,
                "\n@m.parametrize(\"n\", [pytest.param(1, marks=[{}])])\n{}def {name}(n): ...",
                list(inner),
                decorators(outer, "")
            ),
            _ => writeln!(
                module,
                "\n{}class Test{bits}:\n{}    def {name}(self): ...",
                decorators(outer, ""),
                decorators(inner, "    ")
            ),
        };
        written.expect("a text takes everything");
    }
    assert_eq!(expected.len(), 794);
    repository.write("test_all.py", &module);
    let mut pytest = repository.command("pytest");
    let done = run(pytest.args(COLLECT).arg("test_all.py"), LIMIT);
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let lines: Vec<&str> = module.lines().collect();
    for error in errors(&done) {
        let name = error.split('`').nth(1).expect("a name").to_owned();
        let line: usize = error
            .split(':')
            .nth(1)
            .expect("a line")
            .parse()
            .expect("a number");
        // The place is the test's: where its first decorator is, or the test.
        let below = &lines[line - 1..];
        let test = below
            .iter()
            .find(|line| line.contains("def "))
            .expect("a test");
        assert!(test.contains(&format!("def {name}(")), "{error}: {test}");
        *found.entry(name).or_default() += 1;
    }
    for line in done
        .stdout
        .lines()
        .filter(|l| l.starts_with("test_all.py::"))
    {
        let name = line.rsplit("::").next().expect("a name");
        let name = name.split('[').next().expect("a name");
        assert_eq!(expected.get(name), Some(&0), "{line} is collected");
        found.insert(name.to_owned(), 0);
    }
    assert_eq!(found, expected);
}
