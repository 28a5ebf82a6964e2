import pytest

pytestmark = [pytest.mark.unit, pytest.mark.pre_merge]


def test_an_order_has_lines(): ...


@pytest.mark.nightly
@pytest.mark.parametrize("amount", [0, -1])
def test_amounts_that_cannot_be(amount): ...


@pytest.mark.slow(3)
def test_many_orders(): ...
