"""Ending the process that holds an engine's lock, and no other.

Decides who that is: the process that the kernel lists as holder and that has the file open, pinned by a file
descriptor before it is looked at, so that a number that passed to another process is never hit. Imports the
locks. Invariant: nothing is killed that does not hold the lock at this instant.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from ytc_tui.adapters.locks import flock_holders


def kill_holder(lock: Path) -> int:
    """SIGKILL the one process that holds `lock`; its pid. Raises ProcessLookupError if the kernel names none,
    or not one alone, OSError where it may not be killed."""
    holders = flock_holders(lock)
    if len(holders) != 1 or holders[0] in (0, os.getpid()) or not hasattr(os, "pidfd_open"):
        raise ProcessLookupError(f"the kernel names {len(holders)} holders of the lock on this machine")
    [pid] = holders
    pinned = os.pidfd_open(pid)
    try:
        # It may have ended and its number passed on before it was pinned; and the kernel's list names files
        # by a number that is unique on one disk only.
        if flock_holders(lock) != [pid] or not _has_open(pid, lock):
            raise ProcessLookupError("the lock changed hands")
        signal.pidfd_send_signal(pinned, signal.SIGKILL)
    finally:
        os.close(pinned)
    return pid


def _has_open(pid: int, path: Path) -> bool:
    """Whether the process has the very file at `path` open. Raises OSError where that may not be seen."""
    wanted = path.stat()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            if os.path.samestat(fd.stat(), wanted):
                return True
    return False
