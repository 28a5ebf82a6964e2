"""The environment of the end-to-end tests, as code: each test gets a store of its own."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def store_port():
    command = [sys.executable, str(ROOT / "tools/store.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as store:
        yield store.stdout.readline().strip()
        store.terminate()


@pytest.fixture
def cli(store_port):
    def call(*arguments):
        command = [sys.executable, "-m", "sample", store_port, *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    return call
