"""For all integration tests."""

import pytest

from sample.store.client import Client


@pytest.fixture
def store(needs_store) -> Client:
    """A client of the store that was started beside the tests, where the plan says."""
    return Client(needs_store.port)
