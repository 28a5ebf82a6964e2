import pytest

pytestmark = [pytest.mark.integration, pytest.mark.needs_store]


@pytest.mark.pre_merge
def test_what_is_set_is_got(): ...


class TestRestart:
    pytestmark = pytest.mark.nightly

    def test_what_was_set_is_there(self): ...
