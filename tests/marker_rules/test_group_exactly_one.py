"""A test carries exactly one of `kind`."""

import pytest

m = pytest.mark


@m.pre_merge  #~ `test_none` carries none, and must carry exactly one of unit, e2e [marker_group kind, plan.dtp:11]
def test_none(): ...


@m.pre_merge  #~ `test_both` carries unit and e2e, and must carry exactly one of unit, e2e
@m.unit
@m.e2e
def test_both(): ...


@m.pre_merge
@m.unit
@m.unit
def test_the_same_twice_is_one(): ...
