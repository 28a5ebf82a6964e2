from pathlib import Path

import pytest


@pytest.mark.pre_merge
def test_report():
    assert Path("report/all.txt").read_text() == "generated\n"
