"""The floors hold at run time too: a fresh interpreter shows what an import really loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import ytc_tui

PACKAGE = Path(ytc_tui.__file__).parent
CORE = ("model", "analysis", "views", "agents", "engine")
HEAVY = (
    "sqlmodel",
    "sqlalchemy",
    "pydantic",
    "fastapi",
    "uvicorn",
    "pyarrow",
    "psutil",
    "httpx",
    "rich",
    "typer",
    "ccxt",
    "aiohttp",
)
# What needs a second of imports: the one module that may, and the command that asks for it.
SLOW = ("ccxt", "aiohttp")
SLOW_ROOMS = (
    "ytc_tui.adapters.feeds.ccxt_bars",
    "ytc_tui.commands.data_fetch",
    "ytc_tui.commands.serve",
)
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 70


def modules_of(*folders: str) -> list[str]:
    return [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for folder in folders
        for path in sorted((PACKAGE / folder).rglob("*.py"))
    ]


def loaded_by(module: str) -> set[str]:
    code = f"import sys, importlib; importlib.import_module({module!r}); print('\\n'.join(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(found.stdout.split())


@pytest.mark.parametrize("floor", CORE)
def test_a_core_floor_loads_nothing_of_the_outside(floor: str) -> None:
    names = [name.removesuffix(".__init__") for name in modules_of(floor)]
    code = f"import sys, importlib\nfor name in {names!r}: importlib.import_module(name)\n"
    code += "print('\\n'.join(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split())
    assert not loaded & set(HEAVY)
    assert not {
        name for name in loaded if name.startswith(("ytc_tui.adapters", "ytc_tui.config", "ytc_tui.boot"))
    }


def test_help_loads_nothing_heavy() -> None:
    loaded = loaded_by("ytc_tui.cli")
    assert not loaded & {"sqlmodel", "pyarrow", "fastapi", "pydantic", "psutil", "httpx", "numpy", "asyncio"}


def test_an_engine_loads_nothing_that_draws_and_a_desk_nothing_that_computes() -> None:
    assert not loaded_by("ytc_tui.commands.run") & {
        "rich",
        "textual",
        "sqlalchemy",
        "ytc_tui.commands.report",
    }
    assert not loaded_by("ytc_tui.commands.desk") & {
        "numpy",
        "pyarrow",
        "fastapi",
        "pygments",
        "rich.traceback",
    }


def test_fetching_alone_loads_what_is_slow() -> None:
    names = [name.removesuffix(".__init__") for name in modules_of("")]
    quick = [name for name in names if not name.endswith(("__main__", "migrations.env", *SLOW_ROOMS))]
    assert len(quick) == len(names) - 2 - len(SLOW_ROOMS)
    code = f"import sys, importlib\nfor name in {quick!r}: importlib.import_module(name)\n"
    code += "print('\\n'.join(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(found.stdout.split()) & set(SLOW)


def source_files() -> list[Path]:
    root = PACKAGE.parent
    folders = (PACKAGE, *(root / name for name in ("tests", "benchmarks", "proof")))
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def test_rooms_are_small() -> None:
    large = {
        str(path.relative_to(PACKAGE.parent)): lines
        for path in source_files()
        if (lines := len(path.read_text().splitlines())) > MAX_FILE_LINES
    }
    assert not large


def test_functions_are_short() -> None:
    long = {}
    for path in (*PACKAGE.rglob("*.py"), *(PACKAGE.parent / "proof").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    long[f"{path.name}:{node.name}"] = lines
    assert not long


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path) for path in PACKAGE.rglob("*.py") if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


FORBIDDEN_NAMES = {"utils", "helpers", "manager", "common"}


def test_no_room_is_named_for_nothing() -> None:
    assert not [path.name for path in PACKAGE.rglob("*") if path.stem in FORBIDDEN_NAMES]


CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("uuid", "uuid4"),
    ("uuid", "uuid1"),
}


def test_the_core_reads_no_clock_and_no_chance() -> None:
    found = []
    for folder in CORE:
        for path in (PACKAGE / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Attribute)
                    and isinstance(node.value, ast.Name)
                    and (node.value.id, node.attr) in CLOCKS
                ):
                    found.append(f"{path.name}:{node.lineno} {node.value.id}.{node.attr}")
    assert not found


def test_only_the_gate_makes_approved_orders() -> None:
    makers = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "ApprovedOrder"
            ):
                makers.append(path.name)
    assert set(makers) == {"gate.py"}
