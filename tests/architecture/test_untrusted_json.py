"""JSON that comes from outside is read by `adapters/untrusted_json.py`, which no nesting exhausts."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import ytc_tui

PACKAGE = Path(ytc_tui.__file__).parent
# Where the library's own reader may stand: how often, and why.
ALLOWED = {
    "adapters/untrusted_json.py": (1, "it is what guards the rest"),
    "adapters/venues/host/wire.py": (1, "a request that this process has just written"),
    "adapters/head_file.py": (2, "its readers take every error of a line, too deep ones too, as a bad line"),
    "adapters/notify.py": (1, "a notice that this process has just written"),
    "adapters/logs.py": (1, "an entry that this process has just made"),
    "commands/output.py": (1, "an entry that this process has just made"),
}


def bare_readings(source: str) -> int:
    """How often `source` calls json.load, json.loads or a decoder, or imports one."""
    found = 0
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id="json"), attr="loads" | "load" | "JSONDecoder"):
                found += 1
            case ast.ImportFrom(module="json", names=names):
                found += sum(name.name in ("loads", "load", "JSONDecoder") for name in names)
            case ast.Call(func=ast.Attribute(attr="json"), args=[], keywords=[]):
                found += 1  # of an HTTP answer
    return found


def test_what_counts_as_a_bare_reading() -> None:
    assert bare_readings("import json\njson.loads(x)\njson.load(f)\nresponse.json()") == 3
    assert bare_readings("from json import loads") == 1
    assert bare_readings("from ytc_tui.adapters.untrusted_json import loads\nloads(x)") == 0


def test_no_outer_floor_reads_json_bare() -> None:
    found = Counter(
        {
            str(path.relative_to(PACKAGE)): count
            for floor in ("adapters", "commands")
            for path in (PACKAGE / floor).rglob("*.py")
            if (count := bare_readings(path.read_text()))
        }
    )
    assert found == {path: count for path, (count, _) in ALLOWED.items()}
