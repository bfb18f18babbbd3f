"""The preallocated spare file: what was done while the journal could not be written (semantics.md 7).

Decides its format: lines of "crc32 text", then zero bytes to the end of the file. Standard library only.
Invariant: a write changes only bytes that the file already owns, so a full disk cannot refuse it, and
a line that was cut short by a power loss is not read back.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from ytc_tui.errors import JournalUnavailable

SPARE_BYTES = 64 * 1024


class EmergencyFile:
    """One spare file, opened once at start. What an earlier process left in it is kept."""

    def __init__(self, path: Path, *, size: int = SPARE_BYTES) -> None:
        """Open or make the file at `path`, `size` bytes. Raises JournalUnavailable if that fails now."""
        self.path = path
        self._fd = -1
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            found = os.fstat(self._fd).st_size
            if found < size:
                # Zeros, not a hole and not unwritten blocks: those would need the disk's help later.
                _write_all(self._fd, bytes(size - found), found)
                os.fsync(self._fd)
        except OSError as error:
            self.close()
            raise JournalUnavailable(
                f"cannot make the spare file of {size} bytes: {error.strerror}",
                where=str(path),
                fix="free space on this disk before trading",
            ) from error
        self._size = max(found, size)
        self._end = len("".join(f"{_marked(line)}\n" for line in self.read_back()).encode())

    def write(self, line: str) -> None:
        """Put `line` (no line break in it) behind the last one, on disk before this returns.

        Raises JournalUnavailable when the file is full or the disk fails; the lines before it stay.
        """
        if "\n" in line or "\0" in line:
            raise ValueError("a line of the spare file holds no line break and no zero byte")
        data = f"{_marked(line)}\n".encode()
        if self._end + len(data) > self._size:
            raise JournalUnavailable(
                f"the spare file is full ({self._size} bytes)",
                where=str(self.path),
                fix="free space for the journal; what no longer fits is kept in memory only",
            )
        try:
            _write_all(self._fd, data, self._end)
            os.fdatasync(self._fd)
        except OSError as error:
            raise JournalUnavailable(
                f"cannot write the spare file: {error.strerror}",
                where=str(self.path),
                fix="look at the disk and at its system log",
            ) from error
        self._end += len(data)

    def read_back(self) -> tuple[str, ...]:
        """The lines in the order they were written, up to the first that is not whole."""
        data = os.pread(self._fd, os.fstat(self._fd).st_size, 0)
        lines = []
        for raw in data.split(b"\0", 1)[0].split(b"\n")[:-1]:
            mark, _, text = raw.decode(errors="replace").partition(" ")
            if mark != _crc(text):
                break
            lines.append(text)
        return tuple(lines)

    def clear(self) -> None:
        """Forget every line, once the journal holds them; the file keeps its blocks."""
        _write_all(self._fd, bytes(self._size), 0)
        os.fdatasync(self._fd)
        self._end = 0

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _crc(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def _marked(line: str) -> str:
    return f"{_crc(line)} {line}"


def _write_all(fd: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view, offset = view[written:], offset + written
