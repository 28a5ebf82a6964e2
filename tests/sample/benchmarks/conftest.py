"""Judges measurements by the bars of the plan, which a job is given in DTPC_THRESHOLDS."""

import json
import operator
import os

import pytest

OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@pytest.fixture
def meets():
    def judge(metric: str, value: float) -> None:
        for bar in json.loads(os.environ.get("DTPC_THRESHOLDS", "[]")):
            if bar["metric"] == metric:
                assert OPERATORS[bar["operator"]](value, bar["value"]), f"{metric}: {value}, {bar}"

    return judge
