"""Packs the Python package into one file, and calls that file as a user would."""

import pathlib
import subprocess
import sys
import tempfile
import zipapp

ROOT = pathlib.Path(__file__).parents[1]


def belongs(path: pathlib.Path) -> bool:
    return path.parts[0] == "sample" and "__pycache__" not in path.parts


with tempfile.TemporaryDirectory() as folder:
    packed = pathlib.Path(folder, "sample.pyz")
    zipapp.create_archive(ROOT, packed, main="sample.__main__:main", filter=belongs)
    command = [sys.executable, packed.name]
    called = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    print(called.stderr)
    if called.returncode != 2 or "The command line:" not in called.stderr:
        sys.exit(f"{packed.name} is no program: {called}")
