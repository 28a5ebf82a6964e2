"""Two frameworks and none, packed and single."""

import os
import subprocess
from pathlib import Path

import pytest

m = pytest.mark
pytestmark = [m.pre_merge, m.nightly]


@m.vllm
@m.packed
def test_vllm_packed():
    assert os.environ["MODEL"] == "small"
    assert os.environ["HUB_TOKEN"] == "open sesame"


@m.vllm
@m.packed
def test_vllm_packed_too():
    assert "PYTEST_XDIST_WORKER" in os.environ


@m.vllm
def test_vllm_single():
    assert "PYTEST_XDIST_WORKER" not in os.environ
    assert os.environ["CUDA_VERSION"] in ("13.0", "")
    assert os.environ.get("WITHOUT", "") == ("" if os.environ["CUDA_VERSION"] else "cuda")


@m.vllm
def test_that_races():
    raise AssertionError("it is in quarantine")


@m.sglang
def test_sglang():
    assert os.environ["MODEL"] == "large"


def test_wheel():
    git = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(git, capture_output=True, check=True, text=True).stdout
    assert Path("dist/wheel.txt").read_text() == commit.strip()


TRIED = Path("test-results/tried")


@m.vllm
def test_that_is_run_again():
    """Fails at the first try."""
    TRIED.parent.mkdir(exist_ok=True)
    first = not TRIED.exists()
    TRIED.touch()
    assert not first
