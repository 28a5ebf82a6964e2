"""What a user does at the command line."""

import pytest

pytestmark = pytest.mark.e2e


@pytest.mark.pre_merge
@pytest.mark.nightly
def test_set_and_get(cli):
    assert cli("set", "a", "1").returncode == 0
    assert cli("get", "a").stdout == "1\n"


@pytest.mark.pre_merge
def test_a_missing_key_is_told(cli):
    missing = cli("get", "a")
    assert (missing.returncode, missing.stderr) == (1, "there is no a\n")


@pytest.mark.pre_merge
@pytest.mark.nightly
@pytest.mark.gpu_1
def test_with_one_gpu(cli):
    """Never on a machine without one: it stands beside those that are."""
    assert cli("set", "gpu", "1").returncode == 0
