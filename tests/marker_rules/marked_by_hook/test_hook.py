"""These have their type from the hook of this folder."""

import pytest


@pytest.mark.nightly
def test_marked_by_the_hook(): ...


@pytest.mark.nightly  #~ `test_and_by_itself` carries unit and e2e
@pytest.mark.e2e
def test_and_by_itself(): ...
