"""Hook: no tabs, no blanks at the end of a line, one newline at the end of a file."""

import pathlib
import sys

failed = False
for name in sys.argv[1:]:
    text = pathlib.Path(name).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), start=1):
        if "\t" in line or line != line.rstrip():
            print(f"{name}:{number}: a tab, or blanks at the end")
            failed = True
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        print(f"{name}: not one newline at the end")
        failed = True
sys.exit(failed)
