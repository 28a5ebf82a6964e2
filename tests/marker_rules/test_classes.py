"""Marks of classes, of those they inherit from, and of modules count like a test's own."""

import unittest

import pytest

m = pytest.mark
pytestmark = m.pre_merge


@m.unit
class TestMarked:
    def test_of_the_class(self): ...

    @m.e2e  #~ `test_and_its_own` carries unit and e2e
    def test_and_its_own(self): ...


class TestInherits(TestMarked):
    def test_of_the_base(self): ...

    def test_and_its_own(self): ...


class TestInside:
    pytestmark = [m.e2e]

    class TestDeeper:
        def test_of_the_class_around(self): ...


class TestUnmarked:
    def test_nothing(self):  #~ `test_nothing` carries none, and must carry exactly one of unit, e2e
        pass


@m.unit
class OfUnittest(unittest.TestCase):
    def test_marked(self): ...

    @m.slow(1)  #~ `test_an_argument` gives slow 1: it takes none
    def test_an_argument(self): ...
