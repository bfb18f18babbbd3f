"""A file that can be made anew, and is believed only as it was left.

Decides when a file that a process wrote over a long time is still what it wrote. Imports locks and private
files. Invariants: one process has the file; what was changed, cut or left by a crash is never believed.
"""

from __future__ import annotations

import contextlib
import os
import time
import zlib
from pathlib import Path

from ytc_tui.adapters.locks import Lock, acquire
from ytc_tui.adapters.private_file import open_lock, read_private, write_private
from ytc_tui.errors import AlreadyRunning, ConfigInvalid

# What SQLite may leave beside a database.
_BESIDE = ("-wal", "-shm", "-journal")
_READ_BYTES = 1 << 20
_SEAL_BYTES = 64


class SealedFile:
    """The database at `path`, for one process at a time.

    Its seal is its length and a checksum, in a file of its own, written when the database was closed. Against
    accidents, not against people: the folder is its owner's alone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seal = path.with_suffix(".seal")
        self._lock: Lock | None = None

    def take(self) -> bool:
        """Hold the file; whether it is there as it was left. Raises AlreadyRunning or ConfigInvalid."""
        self._lock = acquire(self.path.with_suffix(".lock"), "this index", now_ns=time.time_ns())
        return self._whole()

    def make(self) -> None:
        """An empty file in its place. Raises OSError."""
        self.remove()
        os.close(open_lock(self.path))

    def give_back(self, *, whole: bool) -> None:
        """Let go of the file, which nobody here has open any more; sealed, where it is `whole`."""
        if self._lock is None:
            return
        if whole:
            with contextlib.suppress(OSError, ConfigInvalid):
                write_private(self._seal, self._found())
        self._lock.release()
        self._lock = None

    def remove(self) -> None:
        """Delete it and what is beside it. Raises OSError."""
        for end in (*_BESIDE, ""):
            self.path.with_name(self.path.name + end).unlink(missing_ok=True)
        self._seal.unlink(missing_ok=True)

    def _whole(self) -> bool:
        if any(self.path.with_name(self.path.name + end).exists() for end in _BESIDE):
            return False
        try:
            return read_private(self._seal, _SEAL_BYTES) == self._found()
        except (OSError, ConfigInvalid):
            return False

    def _found(self) -> bytes:
        """The seal of the file as it is. Raises OSError."""
        length, checksum = 0, 0
        with os.fdopen(os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            while part := file.read(_READ_BYTES):
                length += len(part)
                checksum = zlib.crc32(part, checksum)
        return f"{length} {checksum:08x}\n".encode()


def remove_unused(path: Path) -> None:
    """Delete the database at `path`, unless a process has it."""
    file = SealedFile(path)
    with contextlib.suppress(AlreadyRunning, ConfigInvalid, OSError):
        file.take()
        file.remove()
    file.give_back(whole=False)
