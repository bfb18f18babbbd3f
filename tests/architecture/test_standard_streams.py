"""What is said leaves through few doors, each of which takes out what steers a terminal."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import ytc_tui

PACKAGE = Path(ytc_tui.__file__).parent
STREAMS = ("sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__")
# How often a module writes to a standard stream by itself, and why it may.
ALLOWED = {
    "adapters/process_guard.py": (3, "the door of standard error, and of last words and warnings"),
    "cli.py": (2, "the version, and errors as JSON, made safe there"),
    "commands/app_operator.py": (2, "the door of answers: `show`"),
    "commands/curtain.py": (1, "a drawing of ours"),
    "commands/data_fetch.py": (1, "a line of times that changes in its place"),
    "commands/paper_host.py": (1, "the door of lines of programs that stay: `print_line`"),
}


def writings(source: str) -> int:
    """How often `source` prints, echoes, or writes to a standard stream."""
    found = 0
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=stream, attr="write" | "writelines")):
                found += ast.unparse(stream) in STREAMS
            case ast.Call(func=ast.Name(id="print")):
                found += 1
            case ast.Call(func=ast.Attribute(attr="echo" | "secho")):
                found += 1
    return found


def test_what_counts_as_writing() -> None:
    assert writings("print(1)\nsys.stderr.write(x)\ntyper.echo(x)\nfile.write(x)") == 3


def test_nothing_is_said_past_the_doors() -> None:
    found = Counter(
        {
            str(path.relative_to(PACKAGE)): count
            for path in PACKAGE.rglob("*.py")
            if (count := writings(path.read_text()))
        }
    )
    assert found == {path: count for path, (count, _) in ALLOWED.items()}
