"""Hook: the first line of a commit message says something, in at most 72 characters."""

import pathlib
import sys

first = (pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines() or [""])[0]
if not 10 <= len(first) <= 72:
    sys.exit(f"the first line has {len(first)} characters, and should have 10 to 72")
