"""Every setting is read by something, or is said to wait for it."""

from __future__ import annotations

import re
from pathlib import Path

import ytc_tui
from ytc_tui.settings.catalog import catalog
from ytc_tui.settings.not_yet import NOT_YET

PACKAGE = Path(ytc_tui.__file__).parent
SOURCES = "\n".join(
    path.read_text()
    for path in sorted(PACKAGE.rglob("*.py"))
    if "settings" not in path.relative_to(PACKAGE).parts
)
# Read through a method of their section, or by iterating over it.
READ_OTHERWISE = {
    "trading.approval_by_setup.*",
    "ui.keys.*",
    "handoff.approve.paper",
    "handoff.approve.sandbox",
    "handoff.approve.live",
}


def keys() -> set[str]:
    return set(catalog())


def is_read(key: str) -> bool:
    return re.search(rf"\.{re.escape(key.rpartition('.')[2])}\b", SOURCES) is not None


def test_every_setting_is_read_or_waits() -> None:
    assert {key for key in keys() if not is_read(key)} - set(NOT_YET) - READ_OTHERWISE == set()


def test_what_waits_exists() -> None:
    assert set(NOT_YET) <= keys()
