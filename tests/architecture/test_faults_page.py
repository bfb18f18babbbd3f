"""The pages of faults and of simulation: sixty faults, words and tests that exist, every planted bug."""

from __future__ import annotations

import re
from pathlib import Path

from tests.world.bugs import BUGS

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"\| (\d+) \|(.*?)\|(.*?)\|(.*?)\|$")
LATER = "*later*"


def rows() -> list[tuple[int, str, str]]:
    """Number, what happens, tried by."""
    page = (ROOT / "docs" / "faults.md").read_text()
    found = [ROW.match(line) for line in page.splitlines()]
    return [(int(row[1]), row[3], row[4]) for row in found if row is not None]


def test_there_are_sixty_and_each_is_tried_or_later() -> None:
    assert [number for number, _, _ in rows()] == list(range(1, 61))
    assert not [number for number, what, tried in rows() if not tried.strip() and LATER not in what]


def test_the_words_are_the_programs() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "ytc_tui").rglob("*.py"))
    words = {
        (number, text)
        for number, what, _ in rows()
        for text in re.findall(r"`([^`]+)`", what)
        if not text.startswith("ytc ")
    }
    assert not sorted((number, text) for number, text in words if text not in source)


def test_the_tests_exist() -> None:
    missing = []
    for number, _, tried in rows():
        for reference in re.findall(r"`(tests/[^`]+)`", tried):
            path, _, name = reference.partition("::")
            if not (ROOT / path).exists() or f"def {name}(" not in (ROOT / path).read_text():
                missing.append((number, reference))
    assert not missing


def test_every_planted_bug_is_in_the_table() -> None:
    page = (ROOT / "docs" / "simulation.md").read_text()
    assert not [bug.name for bug in BUGS if f"| {bug.name} |" not in page]
