"""What holds for every test of a process."""

from __future__ import annotations

import gc
from zlib import crc32

import pytest
from hypothesis import HealthCheck, settings

# How long something takes says how busy the machine is, not whether a law holds.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules in an order that has nothing to do with their names, always the same one: those that wait for
    processes are then spread among those that compute, and no worker is left with all of them."""
    items.sort(key=lambda item: crc32(item.path.name.encode()))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Keep the garbage collector from walking what was imported and collected again and again: that took half
    of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
