"""Whoever uses a service carries its marker, and the reverse."""

import os

import pytest

m = pytest.mark
PORT = os.environ.get("STORE_PORT", "7171")
pytestmark = [m.e2e, m.pre_merge]


@pytest.fixture
def client(needs_store):
    return needs_store.address


def test_uses(client, request):
    assert client == f"127.0.0.1:{PORT}"
    assert request.node.get_closest_marker("needs_store")


@m.needs_store
def test_carries(request):
    assert request.getfixturevalue("needs_store").port == int(PORT)
    assert "needs_store" in request.fixturenames


def test_neither(request):
    assert "needs_store" not in request.fixturenames
