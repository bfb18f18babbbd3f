"""What would make a picture of a screen differ from run to run is held still here."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from textual.widgets import Input

PICTURES_BY = (3, 11)


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No blinking, no animation, one locale, one zone, every colour."""
    monkeypatch.setattr(Input, "_toggle_cursor", lambda self: None)
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none")
    for name in ("NO_COLOR", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_THEME", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("TZ", "UTC"), ("LC_ALL", "C.UTF-8"), ("TERM", "xterm-256color")):
        monkeypatch.setenv(name, value)


def pytest_configure(config: pytest.Config) -> None:
    """Pictures are made by one Python only, so that two people never make them in turns."""
    if config.getoption("update_snapshots", default=False) and sys.version_info[:2] != PICTURES_BY:
        pytest.exit("--snapshot-update: pictures are made on Python 3.11 only", returncode=4)


@pytest.fixture(autouse=True)
def whole(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A part that fails says so on its card and in the log: no test but one of that may have one."""
    yield
    failed = [r for r in caplog.get_records("call") if r.name.startswith("ytc_tui.screens")]
    if request.node.get_closest_marker("breaks") is None:
        assert not failed, failed[0].getMessage()
