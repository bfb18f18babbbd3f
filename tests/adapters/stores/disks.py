"""Small disks of memory for tests of full and read-only ones; skips where the system lets nobody mount."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of `size` ("1m") at `folder`/disk, taken away at the end."""
    disk = folder / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or not _mount("-t", "tmpfs", "-o", f"size={size}", "none", str(disk)):
        pytest.skip("mounting a small disk needs root and a system that allows it")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def make_read_only(disk: Path) -> None:
    if not _mount("-o", "remount,ro", str(disk)):
        pytest.skip("this system does not remount disks")


def _mount(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0
