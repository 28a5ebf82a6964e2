"""Marks of parameters are those of one case: an error is said once, with the cases it is of."""

import pytest

m = pytest.mark
pytestmark = m.pre_merge


@m.parametrize("n", range(5))  #~ `test_all_cases` carries none, and must carry exactly one of unit, e2e [
def test_all_cases(n): ...


@m.unit  #~ `test_some_cases` ([b], [c]) carries unit and e2e
@m.parametrize("n", ["a", pytest.param("b", marks=m.e2e), pytest.param("c", marks=[m.e2e])])
def test_some_cases(n): ...


@m.parametrize("n", [pytest.param(1, marks=m.unit), pytest.param(2, marks=m.e2e)])
def test_each_its_own(n): ...


@m.unit  #~ `test_many_cases` ([0], [1], [2], …) gives slow 'x': it takes none
@m.parametrize("n", [pytest.param(n, marks=m.slow("x")) for n in range(4)] + [9])
def test_many_cases(n): ...
