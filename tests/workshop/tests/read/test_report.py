from pathlib import Path

import pytest


@pytest.mark.pre_merge
def test_report():
    Path("report/left.txt").touch()
    Path("report/more.txt").touch()
    assert Path("report/all.txt").read_text() == "generated\n"
