import pytest

pytestmark = [pytest.mark.pre_merge, pytest.mark.gpu_0]


def test_one():
    pass
