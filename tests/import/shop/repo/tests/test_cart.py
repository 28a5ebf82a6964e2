import pytest


def test_empty():
    assert not []


@pytest.mark.slow
def test_large():
    assert range(10)
