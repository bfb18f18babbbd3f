"""A folder for sockets of their own: hostile commands reach no engine but a test's."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Short enough that no path of a socket falls back to the user's own folder."""
    with tempfile.TemporaryDirectory(prefix="ytc-") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield folder
