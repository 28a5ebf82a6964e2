//! What is read of tests in Python: each module, and the tests that pytest makes of it.

use super::harness::Repository;

/// Whether a repository of these files has exactly these tests: `id markers`.
fn reads(files: &[(&str, &str)], wanted: &[&str]) {
    let mut repository = Repository::default();
    for (path, text) in files {
        repository.write(path, *text);
    }
    let mut sources = ::dtpc::source::SourceMap::new();
    let facts = ::dtpc::audit::look(&repository, &mut sources, &[]);
    let mut found: Vec<String> = Vec::new();
    for test in &facts.tests {
        for case in &test.cases {
            let mut markers: Vec<&str> = case.markers.iter().map(|m| m.name.as_str()).collect();
            markers.retain(|m| *m != "parametrize" && *m != "usefixtures");
            markers.sort_unstable();
            markers.dedup();
            if test.unknown.is_some() {
                markers.push("?");
            }
            found.push(
                format!("{} {}", test.id_of(case), markers.join(" "))
                    .trim_end()
                    .to_owned(),
            );
        }
    }
    found.sort();
    let mut wanted: Vec<&str> = wanted.to_vec();
    wanted.sort_unstable();
    assert_eq!(found, wanted, "{:#?}", facts.unknown);
}

#[test]
fn marks_come_from_functions_classes_modules_and_bases() {
    reads(
        &[
            ("pkg/__init__.py", ""),
            (
                "pkg/base.py",
                "import pytest\n\nclass Base:\n    pytestmark = pytest.mark.base\n    @pytest.mark.own\n    def test_of_base(self): ...\n",
            ),
            (
                "test_a.py",
                "import pytest as pt\nfrom pytest import mark\nfrom pkg.base import Base\n\npytestmark = [mark.module]\npytestmark += [pt.mark.more]\nALIAS = pt.mark.alias\n\n@ALIAS\ndef test_f(): ...\n\n@mark.klass\nclass TestA(Base):\n    def test_m(self): ...\n    class TestInner:\n        def test_i(self): ...\n\nclass TestWithInit:\n    def __init__(self): ...\n    def test_no(self): ...\n\nclass Helper:\n    def test_no(self): ...\n",
            ),
        ],
        &[
            "test_a.py::test_f alias module more",
            "test_a.py::TestA::test_of_base base klass module more own",
            "test_a.py::TestA::test_m base klass module more",
            "test_a.py::TestA::TestInner::test_i base klass module more",
        ],
    );
}

#[test]
fn parameters_make_tests_with_ids_and_marks_of_their_own() {
    reads(
        &[(
            "test_a.py",
            "import enum\nimport pytest\n\nclass Colour(enum.Enum):\n    RED = 1\n\nNUMBERS = [1, 2]\n\n@pytest.fixture(params=['f1', 'f2'])\ndef fix(request): ...\n\n@pytest.mark.parametrize('a', NUMBERS)\n@pytest.mark.parametrize('b', [True, None])\ndef test_a(a, b, fix): ...\n\n@pytest.mark.parametrize('x', ['a', 'a', 'b'])\ndef test_dup(x): ...\n\n@pytest.mark.parametrize('x', [1, 1])\ndef test_dup2(x): ...\n\n@pytest.mark.parametrize('x,y', [(1, 2), pytest.param(3, 4, id='three', marks=[pytest.mark.slow])], ids=['one', None])\ndef test_two(x, y): ...\n\n@pytest.mark.parametrize('x', [1.5, 'a\\nb', 'é', Colour.RED, Colour, {'k': 1}])\ndef test_ids(x): ...\n",
        )],
        &[
            "test_a.py::test_a[f1-True-1]",
            "test_a.py::test_a[f1-True-2]",
            "test_a.py::test_a[f1-None-1]",
            "test_a.py::test_a[f1-None-2]",
            "test_a.py::test_a[f2-True-1]",
            "test_a.py::test_a[f2-True-2]",
            "test_a.py::test_a[f2-None-1]",
            "test_a.py::test_a[f2-None-2]",
            "test_a.py::test_dup[a0]",
            "test_a.py::test_dup[a1]",
            "test_a.py::test_dup[b]",
            "test_a.py::test_dup2[1_0]",
            "test_a.py::test_dup2[1_1]",
            "test_a.py::test_two[one]",
            "test_a.py::test_two[three] slow",
            "test_a.py::test_ids[1.5]",
            "test_a.py::test_ids[a\\nb]",
            "test_a.py::test_ids[\\xe9]",
            "test_a.py::test_ids[Colour.RED]",
            "test_a.py::test_ids[Colour]",
            "test_a.py::test_ids[x5]",
        ],
    );
}

#[test]
fn marks_of_parameters_are_followed_through_data_classes_and_functions() {
    reads(
        &[
            ("lib/__init__.py", ""),
            (
                "lib/cases.py",
                "from dataclasses import dataclass, field\nimport pytest\n\n@dataclass\nclass Config:\n    name: str\n    marks: list = field(default_factory=list)\n\ndef params(configs):\n    result = []\n    for name, config in configs.items():\n        result.append(pytest.param(name, marks=list(config.marks)))\n    return result\n",
            ),
            (
                "test_a.py",
                "import pytest\nfrom lib.cases import Config, params\n\nCONFIGS = {\n    'plain': Config(name='p'),\n    'gpu': Config('g', marks=[pytest.mark.gpu_1, pytest.mark.timeout(3)]),\n}\n\n@pytest.mark.parametrize('name', params(CONFIGS))\ndef test_a(name): ...\n\n@pytest.mark.parametrize('name', [pytest.param(c.name, marks=c.marks) for c in CONFIGS.values() if c.marks])\ndef test_b(name): ...\n",
            ),
        ],
        &[
            "test_a.py::test_a[plain]",
            "test_a.py::test_a[gpu] gpu_1 timeout",
            "test_a.py::test_b[g] gpu_1 timeout",
        ],
    );
}

#[test]
fn hooks_put_defaults_on_tests() {
    let conftest = "import os\nimport pytest\nfrom pathlib import Path\n\nLIFE = ['pre_merge', 'nightly']\nROOT = Path(__file__).resolve().parent\n\ndef _is_example(item):\n    try:\n        path = Path(str(item.path)).resolve()\n    except OSError:\n        return False\n    return path.relative_to(ROOT).parts[0] == 'examples'\n\ndef pytest_itemcollected(item):\n    if os.environ.get('NO_DEFAULTS') == '1':\n        return\n    if _is_example(item):\n        return\n    if not any(item.get_closest_marker(m) for m in LIFE):\n        item.add_marker(pytest.mark.pre_merge)\n\ndef pytest_collection_modifyitems(config, items):\n    for item in items:\n        if 'slow' in item.keywords:\n            item.add_marker('long')\n        if not config.getoption('--gpu'):\n            item.add_marker(pytest.mark.skip(reason='no GPU'))\n";
    reads(
        &[
            ("conftest.py", conftest),
            (
                "test_a.py",
                "import pytest\n\ndef test_plain(): ...\n\n@pytest.mark.nightly\n@pytest.mark.slow\ndef test_night(): ...\n",
            ),
            ("examples/test_b.py", "def test_example(): ...\n"),
        ],
        &[
            "test_a.py::test_plain pre_merge",
            "test_a.py::test_night long nightly slow",
            "examples/test_b.py::test_example",
        ],
    );
}

#[test]
fn what_a_hook_does_under_an_unknown_condition_is_unknown() {
    let conftest = "import pytest\n\ndef pytest_collection_modifyitems(config, items):\n    for item in items:\n        if config.getoption('--fast'):\n            item.add_marker(pytest.mark.fast)\n";
    reads(
        &[
            ("conftest.py", conftest),
            ("test_a.py", "def test_a(): ...\n"),
        ],
        &["test_a.py::test_a ?"],
    );
}

#[test]
fn settings_say_which_files_classes_and_functions_are_tests() {
    reads(
        &[
            (
                "pytest.ini",
                "[pytest]\npython_files = check_*.py\npython_classes = Check *Suite\npython_functions = check_ it_*\n",
            ),
            (
                "check_a.py",
                "def check_a(): ...\ndef it_works(): ...\ndef test_no(): ...\nclass CheckB:\n    def check_b(self): ...\nclass MySuite:\n    def it_c(self): ...\nclass TestNo:\n    def check_d(self): ...\n",
            ),
            ("test_no.py", "def check_no(): ...\n"),
            ("build/check_no.py", "def check_no(): ...\n"),
        ],
        &[
            "check_a.py::check_a",
            "check_a.py::it_works",
            "check_a.py::CheckB::check_b",
            "check_a.py::MySuite::it_c",
        ],
    );
}

#[test]
fn unittest_and_imported_tests_are_collected() {
    reads(
        &[
            (
                "shared.py",
                "import unittest\n\ndef test_shared(): ...\n\nclass Cases(unittest.TestCase):\n    def test_case(self): ...\n    def helper(self): ...\n",
            ),
            (
                "test_a.py",
                "from shared import test_shared\nfrom shared import Cases as TheCases\n\nclass Other(TheCases):\n    def test_other(self): ...\n",
            ),
            (
                "test_b.py",
                "from shared import *\ntry:\n    import numpy\nexcept ImportError:\n    numpy = None\nif numpy:\n    def test_numbers(): ...\n",
            ),
        ],
        &[
            "test_a.py::test_shared",
            "test_a.py::TheCases::test_case",
            "test_a.py::Other::test_case",
            "test_a.py::Other::test_other",
            "test_b.py::test_shared",
            "test_b.py::Cases::test_case",
            "test_b.py::test_numbers",
        ],
    );
}

#[test]
fn generated_tests_are_said_to_be_unknown() {
    reads(
        &[
            (
                "conftest.py",
                "import pytest\n\ndef pytest_generate_tests(metafunc):\n    if 'scenario' in metafunc.fixturenames:\n        metafunc.parametrize('scenario', load(), marks=pytest.mark.some)\n",
            ),
            (
                "test_a.py",
                "def test_a(scenario): ...\ndef test_b(): ...\n",
            ),
        ],
        &["test_a.py::test_a[…] ?", "test_a.py::test_b"],
    );
}
