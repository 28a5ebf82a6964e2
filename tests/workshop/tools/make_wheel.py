"""Makes what the tests of serving need."""

import sys
from pathlib import Path

Path("dist").mkdir(exist_ok=True)
Path("dist/wheel.txt").write_text(sys.argv[1])
