"""A test carries markers of `component` only with those of a framework, and then exactly one."""

import pytest

m = pytest.mark
pytestmark = [m.unit, m.pre_merge]


@m.router  #~ `test_alone` carries router, and it is only for tests that match `vllm or sglang` [marker_group component
def test_alone(): ...


@m.vllm  #~ carries none, and must carry exactly one of router, core where `vllm or sglang`
def test_without(): ...


@m.vllm
@m.core
def test_with(): ...


@m.nvidia  #~ carries nvidia, and it is only for tests that match `gpu_1 or gpu_2`
def test_the_default_is_another_machine(): ...


@m.nvidia
@m.gpu_2
def test_on_a_machine(): ...


@m.device(serial=2)  #~ must carry exactly one of red, blue where `device(serial=2)`
def test_the_second_device(): ...


@m.device(serial=1)
def test_the_first_device(): ...
