"""What a failure of the database means to the caller, in words a trader can act on.

Decides which SQLite errors leave the journal whole but unwritable (JournalUnavailable) and which say
that it cannot be trusted (JournalCorrupt); safety.md faults 38 to 40. Standard library only.
Invariant: every message names the path, what happened, and what to do.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from ytc_tui.adapters.locks import byte_lock_holders
from ytc_tui.errors import JournalCorrupt, JournalUnavailable, YtcError

UNAVAILABLE_CODES = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
    }
)
CORRUPT_CODES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
BACKUP_FIX = "put back a backup or begin a new state folder"
JOURNAL_FIX = f"`ytc verify` names the last good entry; {BACKUP_FIX}"


def free_bytes(path: Path) -> int | None:
    """Free bytes of the file system under `path`, None if that cannot be told."""
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return None


def _space(path: Path) -> str:
    free = free_bytes(path)
    return "free space unknown" if free is None else f"{free:,} bytes free"


def _code(error: Exception) -> int:
    """The primary result code, 0 where the error carries none."""
    if isinstance(error, MemoryError):
        return sqlite3.SQLITE_NOMEM
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def is_unavailable(error: Exception) -> bool:
    """Whether the same write may succeed later."""
    return isinstance(error, OSError) or _code(error) in UNAVAILABLE_CODES


def translated(
    error: sqlite3.Error | OSError | MemoryError,
    path: Path,
    action: str,
    what: str = "the journal",
    damaged_fix: str = JOURNAL_FIX,
) -> YtcError:
    """`error` as the caller's kind of failure; `action` says what did not happen ("write") to `what`, and
    `damaged_fix` what to do about a file that is no such one."""
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    cause = f"cannot {action} {what}: {error} [{name}], {_space(path)}"
    match _code(error):
        case sqlite3.SQLITE_FULL:
            return JournalUnavailable(
                f"cannot {action} {what}: no space left for it, {_space(path)}",
                where=str(path),
                fix="free space on this disk; the write is tried again",
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return JournalUnavailable(
                f"cannot {action} {what}: it is locked by {_holders(path)}, {_space(path)}",
                where=str(path),
                fix="end that program or wait until it lets go; the write is tried again",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            fix = "make the file and its folder writable, or remount the disk for writing"
            return JournalUnavailable(cause, where=str(path), fix=fix)
        case code if code in CORRUPT_CODES:
            said = f"cannot {action} {what}: {error} [{name}]"
            return JournalCorrupt(said, where=str(path), fix=damaged_fix)
        case code if code in UNAVAILABLE_CODES or isinstance(error, OSError):
            fix = "look at the disk and at its system log; the write is tried again"
            return JournalUnavailable(cause, where=str(path), fix=fix)
        case sqlite3.SQLITE_CONSTRAINT:
            return JournalCorrupt(
                f"cannot {action} {what}: {error} [{name}]",
                where=str(path),
                fix="another writer put this entry there: only one engine may hold a session",
            )
        case _:
            return JournalCorrupt(cause, where=str(path), fix=damaged_fix)


def _holders(path: Path) -> str:
    # In WAL mode the locks stand on the shared-memory file, in rollback mode on the database itself.
    holders = byte_lock_holders(path.with_name(path.name + "-shm")) or byte_lock_holders(path)
    return ", ".join(holders) if holders else "another program (its pid is not shown by /proc/locks)"
