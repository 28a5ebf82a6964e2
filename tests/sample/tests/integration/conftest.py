"""For all integration tests."""

import pytest

from sample.store.client import Client

# As the plan has it.
STORE_PORT = 7070


@pytest.fixture
def store() -> Client:
    """A client of the store that was started beside the tests."""
    return Client(STORE_PORT)
