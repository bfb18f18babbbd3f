"""What holds for every test of a process."""

from __future__ import annotations

import gc
from zlib import crc32

import pytest
from hypothesis import HealthCheck, settings

# How long something takes says how busy the machine is, not whether a law holds.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# Folders whose modules take longer than others.
_LONG = {"journeys", "force", "screens", "sim", "world", "properties", "drill", "proof"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules that take long come first, so that no worker is left with one in the end. Else their order has
    nothing to do with their names, and is always the same: those that wait for processes are spread among
    those that compute."""
    items.sort(key=lambda item: (_LONG.isdisjoint(item.path.parts), crc32(item.path.name.encode())))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Keep the garbage collector from walking what was imported and collected again and again: that took half
    of the suite's time. What runs in a test and freezes or unfreezes for itself leaves that as it is."""
    gc.collect()
    gc.freeze()
    vars(gc).update(freeze=_nothing, unfreeze=_nothing)
    gc.set_threshold(50_000, 20, 20)


def _nothing() -> None:
    pass
