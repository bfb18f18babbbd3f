"""Whatever comes in by a file, an argument or a socket: refused or shown, and nothing else happens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.hostile.entries import ENTRIES
from tests.hostile.harmless import steering
from tests.hostile.texts import FAMILIES, hostile_texts

SLICE = hostile_texts(3 * len(FAMILIES))
WHOLE = hostile_texts(5_040, seed=2)


def feed(name: str, texts: list[str], folder: Path) -> None:
    """Every text through one entry; nothing may appear outside of the entry's folder."""
    outside, inside = folder / "outside", folder / "outside" / "inside"
    inside.mkdir(parents=True)
    os.chdir(inside)
    (inside / "room").mkdir()
    for text in texts:
        for what, shown in ENTRIES[name](text, inside / "room"):
            assert not steering(shown), f"{what}: {steering(shown)} of {text[:80]!r}"
    assert [path.name for path in outside.iterdir()] == ["inside"]
    assert [path.name for path in inside.iterdir()] == ["room"]
    assert [path.name for path in folder.iterdir()] == ["outside"]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Back to where we were, whatever an entry did."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry(name: str, tmp_path: Path) -> None:
    feed(name, SLICE, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_whole(name: str, tmp_path: Path) -> None:
    feed(name, WHOLE, tmp_path)


def test_five_thousand_are_five_thousand() -> None:
    assert len(set(WHOLE)) > 3_500
    assert len(WHOLE) >= 5_000
