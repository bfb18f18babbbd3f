"""Small files that only their owner may read: checked before they are believed, replaced whole.

Decides what makes such a file trustworthy (safety.md 5). Standard library and errors. Invariants: a link, a
pipe, a file of another user's or one that others can read is refused, never read; a file is the old one or
the new one, whatever stops the process or the machine.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ytc_tui.errors import ConfigInvalid


def read_private(path: Path, limit: int) -> bytes:
    """The bytes of the file at `path`, at most `limit`. Raises ConfigInvalid saying why it is not trusted;
    FileNotFoundError when nothing is there."""
    try:
        descriptor = open_ordinary(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ConfigInvalid(f"cannot be read: {error.strerror}", where=str(path)) from error
    try:
        problem = _distrust(os.fstat(descriptor), limit)
        if problem:
            raise ConfigInvalid(problem, where=str(path), fix="see what it is, then move it away")
        return os.read(descriptor, limit)
    finally:
        os.close(descriptor)


def open_ordinary(path: Path, flags: int) -> int:
    """A descriptor of the ordinary file at `path`, which O_CREAT makes for its owner alone. Raises OSError,
    also for a pipe, a device, a folder or a socket."""
    # Without O_NONBLOCK a pipe in the file's place would hold up whoever opens it.
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "it is not an ordinary file", str(path))


def open_lock(path: Path) -> int:
    """A descriptor of the file at `path` to be locked, made where there is none. Raises OSError."""
    return open_ordinary(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW)


@contextmanager
def held_folder(folder: Path) -> Iterator[None]:
    """Keep out every other process that holds `folder`; waits while one has it. Raises OSError."""
    # Not every system has it; the program can still be imported there.
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _distrust(found: os.stat_result, limit: int) -> str:
    if found.st_uid != os.getuid():
        return f"belongs to user {found.st_uid}, not to you"
    if stat.S_IMODE(found.st_mode) & 0o077:
        return f"can be reached by others (mode {stat.S_IMODE(found.st_mode):04o}, allowed is 0600)"
    if found.st_nlink != 1:
        return "has more than one name"
    if found.st_size == 0:
        return "is empty"
    return f"is larger than {limit} bytes" if found.st_size > limit else ""


def write_private(path: Path, content: bytes) -> None:
    """Put `content` at `path` with mode 0600, durable when this returns. Raises ConfigInvalid."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        fresh.unlink(missing_ok=True)
        descriptor = os.open(
            fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
        sync_folder(path.parent)
    except OSError as error:
        raise ConfigInvalid(
            f"cannot be written: {error.strerror}",
            where=str(path),
            fix="free space on this disk, and look at the rights of the folder",
        ) from error


def remove_private(path: Path) -> None:
    """Remove `path`, durable when this returns; nothing there is no error. Raises ConfigInvalid."""
    try:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise ConfigInvalid(f"cannot be removed: {error.strerror}", where=str(path)) from error


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
