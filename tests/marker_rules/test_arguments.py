"""What stands in the parentheses of a marker has the type that the plan gives."""

import pytest

m = pytest.mark
pytestmark = [m.unit, m.pre_merge]


@m.memory(12.5)
@m.device(serial=1)
@m.model("small")
def test_as_declared(): ...


@m.memory("12")  #~ gives memory '12': it takes a number [marker memory, plan.dtp:21]
def test_a_text(): ...


@m.memory(True)  #~ gives memory True: it takes a number
def test_a_truth_is_no_number(): ...


@m.memory  #~ gives memory nothing: it takes a number
def test_nothing(): ...


@m.memory(at=None)  #~ gives memory None: it takes a number
def test_none_by_name(): ...


@m.model(7)  #~ gives model 7: it takes a text
def test_a_number(): ...


@m.slow("why")  #~ gives slow 'why': it takes none [marker slow, plan.dtp:24]
def test_one_too_many(): ...


@m.skipif(False, reason="pytest's own takes what it takes")
@m.usefixtures("tmp_path")
def test_what_is_not_of_the_plan(): ...
