import pytest

from shop import total


@pytest.mark.integration
def test_order():
    assert total([20, 22]) == 42
