import pytest

pytestmark = [pytest.mark.heavy, pytest.mark.nightly]

ENGINES = {"red": pytest.mark.red, "blue": pytest.mark.blue}


def each():
    return [pytest.param(name, marks=mark) for name, mark in ENGINES.items()]


@pytest.mark.parametrize("engine", each())
@pytest.mark.parametrize("size", [1, pytest.param(2, marks=pytest.mark.vram(2))])
@pytest.mark.parametrize(
    "place", [pytest.param("here", marks=pytest.mark.gpu_0), pytest.param("there", marks=pytest.mark.gpu_1)]
)
def test_engine(engine, size, place): ...
