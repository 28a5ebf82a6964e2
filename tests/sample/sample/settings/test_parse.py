"""Unit tests of the settings, beside the code they test."""

import pytest

from sample.settings import parse

pytestmark = pytest.mark.unit


@pytest.mark.pre_merge
@pytest.mark.nightly
def test_name_and_value():
    assert parse("port = 7070") == {"port": "7070"}


@pytest.mark.pre_merge
@pytest.mark.nightly
@pytest.mark.gpu_0
def test_comments_are_left_out():
    assert parse("# all\n\nport = 1 # one") == {"port": "1"}


@pytest.mark.nightly
@pytest.mark.parametrize("line", ["port", "port 7070"])
def test_a_line_without_equals_is_named(line):
    with pytest.raises(ValueError, match="line 2"):
        parse(f"a = b\n{line}")
