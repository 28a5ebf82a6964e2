"""The client with a real store."""

import pytest


@pytest.mark.integration
@pytest.mark.needs_store
class TestRoundTrip:
    @pytest.mark.pre_merge
    @pytest.mark.nightly
    def test_what_is_set_is_got(self, store):
        store.set("colour", "red")
        assert store.get("colour") == "red"

    @pytest.mark.pre_merge
    def test_what_is_not_set_is_none(self, store):
        assert store.get("nothing") is None

    @pytest.mark.nightly
    def test_many_keys(self, store):
        for number in range(100):
            store.set(f"key{number}", str(number))
        assert store.get("key99") == "99"
