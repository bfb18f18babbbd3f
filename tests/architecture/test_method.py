"""docs/method.md names every agent and every rule, and nothing that does not exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import ytc_tui
from ytc_tui.agents.registry import discover
from ytc_tui.model.signals import SetupKind

PACKAGE = Path(ytc_tui.__file__).parent
ROOT = PACKAGE.parent
PAGE = ROOT / "docs" / "method.md"
TEXT = PAGE.read_text()

ROW = re.compile(r"^\| (\S+) \|(.+)\|$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
CODE = re.compile(r"`([\w/]+/[\w.]+\.(?:py|toml))`")
LINK = re.compile(r"\]\(([\w./-]+)\)")


@cache
def functions(path: Path) -> frozenset[str]:
    """The names of the functions that a test file defines."""
    defined = ast.parse(path.read_text()).body
    return frozenset(
        node.name for node in defined if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def rows(pattern: str) -> dict[str, str]:
    """The table rows whose first cell matches, each once."""
    found = [(name, rest) for name, rest in ROW.findall(TEXT) if re.fullmatch(pattern, name)]
    assert len(found) == len(dict(found)), "a row stands twice"
    return dict(found)


def test_every_rule_has_a_row_in_order() -> None:
    assert list(rows(r"Y-\d+")) == [f"Y-{number}" for number in range(1, 49)]


def test_every_agent_has_a_row() -> None:
    named = rows(r"\d\d|-")
    assert list(named) == [f"{number:02}" for number in range(18)] + ["-"]
    for agent in discover():
        row = named.get(agent.spec.number, named["-"])
        assert f"`agents/{agent.spec.name}.py`" in row


@pytest.mark.parametrize(("name", "row"), [*rows(r"Y-\d+").items(), *rows(r"\d\d|-").items()])
def test_a_row_names_code_a_test_and_the_decision_where_it_deviates(name: str, row: str) -> None:
    *_, code, test = row.split(" | ")
    assert CODE.findall(code)
    assert TEST.findall(test)
    if "deviates" in row:
        assert LINK.findall(row), f"{name} deviates without a decision"


def test_every_file_and_test_that_is_named_exists() -> None:
    for name in CODE.findall(TEXT):
        assert (PACKAGE / name).is_file() or (ROOT / "tests" / name).is_file(), name
    for name, function in TEST.findall(TEXT):
        assert function in functions(ROOT / "tests" / name), f"{name}::{function}"
    for target in LINK.findall(TEXT):
        assert (PAGE.parent / target).exists(), target


def test_each_setup_is_told_with_its_pictures() -> None:
    for kind in SetupKind:
        assert f"- **{kind}** " in TEXT
        for side in ("buy", "sell"):
            assert f"golden/{kind}-{side}.svg" in TEXT
