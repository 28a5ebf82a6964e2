"""A test carries at least one of `life`."""

import pytest

m = pytest.mark


@m.unit  #~ `test_none` carries none, and must carry at least one of pre_merge, nightly [marker_group life, plan.dtp:10]
def test_none(): ...


def test_nothing():  #~ carries none, and must carry at least one of #~ carries none, and must carry exactly one of
    pass


@m.unit
@m.pre_merge
@m.nightly
def test_both(): ...
