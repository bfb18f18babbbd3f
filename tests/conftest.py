"""What holds for every test of a process."""

from __future__ import annotations

import gc

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Keep the garbage collector from walking what was imported and collected again and again: that took half
    of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 10, 50)
