"""A test carries at most one of `framework`, and then one of `component`."""

import pytest

m = pytest.mark
pytestmark = [m.unit, m.pre_merge]


@m.vllm  #~ `test_two` carries vllm and sglang, and must carry at most one of vllm, sglang
@m.sglang
@m.router
def test_two(): ...


@m.vllm
@m.router
def test_one(): ...


def test_none(): ...


@m.docs
@m.api
def test_of_a_group_of_any_number_all(): ...
