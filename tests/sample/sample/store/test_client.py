"""Unit tests of the client: no store is needed."""

import pytest

from sample.store.client import Client, request

pytestmark = [pytest.mark.unit, pytest.mark.pre_merge, pytest.mark.nightly]


def test_a_request_is_a_line():
    assert request("SET", "a", "1") == b"SET a 1\n"


def test_a_word_has_no_blank():
    with pytest.raises(ValueError, match="not a word"):
        request("GET", "two words")


def test_an_answer_without_value_is_none(monkeypatch):
    monkeypatch.setattr(Client, "_ask", lambda self, *words: "")
    assert Client(0).get("a") is None
