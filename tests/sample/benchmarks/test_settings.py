"""How fast settings are read."""

import time

import pytest

from sample.settings import parse


@pytest.mark.performance
@pytest.mark.pre_merge
def test_a_thousand_lines(meets):
    text = "".join(f"name{n} = {n}\n" for n in range(1000))
    start = time.perf_counter()
    parse(text)
    meets("reading_time", (time.perf_counter() - start) * 1000)
