"""A proof that shared code with the program would prove nothing."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import proof

FOLDER = Path(proof.__file__).parent


def test_the_proofs_import_the_standard_library_pyarrow_and_each_other() -> None:
    allowed = {*sys.stdlib_module_names, "pyarrow", "proof"}
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.partition(".")[0] for name in names} <= allowed, path.name
