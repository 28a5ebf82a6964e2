"""A test without a marker of `hardware` counts as carrying `gpu_0`; one with `core` as `cold`."""

import pytest

m = pytest.mark
pytestmark = [m.unit, m.pre_merge]


def carried(request):
    return {mark.name for mark in request.node.iter_markers()}


def test_the_default_is_added(request):
    assert carried(request) == {"unit", "pre_merge", "gpu_0"}


@m.gpu_1
def test_not_beside_another(request):
    assert carried(request) == {"unit", "pre_merge", "gpu_1"}


@m.vllm
@m.core
def test_under_a_condition(request):
    assert carried(request) == {"unit", "pre_merge", "gpu_0", "vllm", "core", "cold"}


@m.vllm
@m.router
def test_not_where_the_condition_is_false(request):
    assert carried(request) == {"unit", "pre_merge", "gpu_0", "vllm", "router"}


@m.gpu_1  #~ carries gpu_1 and gpu_2, and must carry exactly one of gpu_0, gpu_1, gpu_2
@m.gpu_2
def test_two(): ...


@m.warm  #~ carries warm, and it is only for tests that match `core`
def test_outside_of_its_condition(): ...
