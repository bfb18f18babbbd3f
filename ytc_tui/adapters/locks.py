"""Who may run: one engine a (venue, account) and one a session, by advisory file locks (flock).

Decides that the kernel's lock is the truth and the text in the file only explains it: a file left by
a killed process is no lock. Imports private files.
Invariant: at most one process holds a name in a folder; releasing never removes the file, so two
processes can never lock two files of one name.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import socket
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from ytc_tui.adapters.private_file import open_lock, open_ordinary
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.errors import AlreadyRunning, ConfigInvalid

PROC_LOCKS = Path("/proc/locks")
NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: process, machine, since when (UTC ns), and what it is for."""

    pid: int
    host: str
    since_ns: int
    what: str

    def __str__(self) -> str:
        since = datetime.fromtimestamp(self.since_ns // NS_PER_S, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"pid {self.pid} on {self.host} since {since}"


class Lock:
    """A held lock; released by `release`, the end of a `with` block, or the end of the process."""

    def __init__(self, path: Path, fd: int, holder: Holder) -> None:
        self.path = path
        self.holder = holder
        self._fd = fd

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._fd >= 0:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def session_lock(folder: Path, session: str, *, now_ns: int) -> Lock:
    """Hold `session`. Raises AlreadyRunning if another process does."""
    return acquire(_path(folder, "session", session), f"session {session}", now_ns=now_ns)


def account_lock(folder: Path, venue: str, account: str, *, now_ns: int) -> Lock:
    """Hold the account `account` of `venue`. Raises AlreadyRunning if another process does."""
    name = f"account {account} at {venue}"
    return acquire(account_lock_path(folder, venue, account), name, now_ns=now_ns)


def acquire(path: Path, what: str, *, now_ns: int) -> Lock:
    """Lock the file at `path`, created 0600, and write into it who holds it.

    Raises AlreadyRunning naming pid, host and since; ConfigInvalid where the file cannot be made or locked.
    """
    # Not every system has it; the program can still be imported and read its journals there.
    import fcntl

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = open_lock(path)
    except OSError as error:
        raise ConfigInvalid(
            f"the lock file cannot be made: {error.strerror}",
            where=str(path),
            fix="free space on this disk, and look at the rights of the folder",
        ) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = _read(fd)
        os.close(fd)
        by = "a process that has not yet said who it is" if holder is None else str(holder)
        raise AlreadyRunning(
            f"{what} is held by {by}", where=str(path), fix="see it with `ytc status`, or end it first"
        ) from error
    except OSError as error:
        os.close(fd)
        raise ConfigInvalid(
            f"this file system cannot lock files: {error.strerror}",
            where=str(path),
            fix="put the state folder on a local disk",
        ) from error
    holder = Holder(os.getpid(), socket.gethostname(), now_ns, what)
    # The lock is held whether or not a full disk takes the text that explains it.
    with contextlib.suppress(OSError):
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(asdict(holder)).encode(), 0)
    return Lock(path, fd, holder)


def holders(folder: Path) -> tuple[Holder, ...]:
    """Everyone who holds a lock in `folder` now, in order of file name."""
    found = []
    for path in sorted(folder.glob("*.lock")):
        holder = holder_of(path)
        if holder is not None:
            found.append(holder)
    return tuple(found)


def holder_of(path: Path) -> Holder | None:
    """Who holds the lock at `path` now, None if nobody does. Takes no lock itself."""
    if not any(kind == "FLOCK" for kind, _ in _kernel_locks(path)):
        return None
    with contextlib.suppress(OSError):
        fd = open_ordinary(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            return _read(fd)
        finally:
            os.close(fd)
    return None


def flock_holders(path: Path) -> list[int]:
    """The pids of the processes on this machine that hold the lock at `path`, as the kernel lists them."""
    return sorted({pid for kind, pid in _kernel_locks(path) if kind == "FLOCK"})


def account_lock_path(folder: Path, venue: str, account: str) -> Path:
    """The file whose lock `account_lock` takes."""
    return _path(folder, "account", f"{venue}\0{account}")


def byte_lock_holders(path: Path) -> tuple[str, ...]:
    """Processes with a write lock on bytes of `path`, as "pid N (name)"; empty if /proc shows none."""
    pids = {pid for kind, pid in _kernel_locks(path) if kind in ("POSIX", "OFDLCK")}
    return tuple(_described(pid) for pid in sorted(pids))


def _kernel_locks(path: Path) -> list[tuple[str, int]]:
    """(kind, pid) of every exclusive lock that the kernel lists on the file at `path`."""
    try:
        inode = path.stat().st_ino
        lines = PROC_LOCKS.read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        if "->" in line:  # waits for the lock, and holds none
            continue
        words = line.split()
        # 1: POSIX  ADVISORY  WRITE 1234 fe:00:5678 120 120
        if len(words) >= 6 and words[3] == "WRITE" and words[5].rpartition(":")[2] == str(inode):
            found.append((words[1], int(words[4])))
    return found


def _described(pid: int) -> str:
    if pid == os.getpid():
        return f"pid {pid} (this process)"
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return f"pid {pid}"
    return f"pid {pid} ({name})"


def _read(fd: int) -> Holder | None:
    try:
        data = loads(os.pread(fd, 4096, 0))
        holder = Holder(int(data["pid"]), str(data["host"]), int(data["since_ns"]), str(data["what"]))
        str(holder)  # a time that no calendar has
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return holder


def _path(folder: Path, kind: str, name: str) -> Path:
    """A readable file name that no two names share, whatever characters they hold."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", name)[:64]
    return folder / f"{kind}-{readable}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.lock"
