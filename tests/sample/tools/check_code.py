"""Hook: no `import *`, no bare `except`, and a docstring in each module."""

import ast
import pathlib
import sys


def problems(tree: ast.Module):
    if ast.get_docstring(tree) is None:
        yield 1, "the module has no docstring"
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            yield node.lineno, "`import *` hides where names come from"
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield node.lineno, "a bare `except` hides mistakes"


failed = False
for name in sys.argv[1:]:
    for line, problem in problems(ast.parse(pathlib.Path(name).read_text(encoding="utf-8"))):
        print(f"{name}:{line}: {problem}")
        failed = True
sys.exit(failed)
