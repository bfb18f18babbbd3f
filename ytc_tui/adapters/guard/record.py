"""The guard's own journal: lines of JSON, each with the hash of the one before, appended and synced.

Decides its format, and what a line means to the next engine. Imports the model and errors. Invariants: a line
is on disk before `append` returns; a line that a power loss cut is not read, and the next begins after it; a
line that was changed, moved or left out is named.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.codec import canonical, from_json
from ytc_tui.model.orders import OrderRequest

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the record. `at_ns` is wall time; `data` is what its kind says."""

    seq: int
    at_ns: int
    epoch: int
    session: str
    kind: str
    data: Mapping[str, Any]
    prev: str
    hash: str

    @property
    def words(self) -> str:
        """The line as a person reads it."""
        told = " ".join(f"{name} {_brief(value)}" for name, value in self.data.items())
        return f"{self.kind} {told}".rstrip()

    @property
    def order(self) -> OrderRequest | None:
        """The order that this line says was sent."""
        return from_json(OrderRequest, self.data["order"]) if self.kind == "submit" else None


class GuardRecord:
    """The record at `path`, for appending; a second writer is kept off by the guard's lock."""

    def __init__(self, path: Path, now_ns: Callable[[], int]) -> None:
        """Go on after the last whole line. Raises ConfigInvalid where the file cannot be opened or read."""
        self._now_ns = now_ns
        lines, problem = read_record(path)
        if problem:
            raise ConfigInvalid(problem, where=str(path), fix="move it away; keep it, it is evidence")
        self._seq, self._prev = (lines[-1].seq, lines[-1].hash) if lines else (0, GENESIS)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._fd = os.open(path, flags, 0o600)
            # What a power loss left of a line is no line.
            os.ftruncate(self._fd, path.read_bytes().rfind(b"\n") + 1)
            os.lseek(self._fd, 0, os.SEEK_END)
        except OSError as error:
            raise ConfigInvalid(f"cannot be opened: {error.strerror}", where=str(path)) from error

    def append(self, epoch: int, session: str, kind: str, data: Mapping[str, Any]) -> None:
        """Keep one line, on disk when this returns. Raises OSError."""
        seq = self._seq + 1
        bare = Line(seq, self._now_ns(), epoch, session, kind, dict(data), self._prev, "")
        line = replace(bare, hash=_hash_of(bare))
        end = os.lseek(self._fd, 0, os.SEEK_CUR)
        text = _text_of(line)
        try:
            if os.write(self._fd, text) != len(text):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fdatasync(self._fd)
        except OSError:
            # The next line must not join a part of this one.
            os.ftruncate(self._fd, end)
            os.lseek(self._fd, end, os.SEEK_SET)
            raise
        self._seq, self._prev = seq, line.hash

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def read_record(path: Path) -> tuple[tuple[Line, ...], str]:
    """The whole lines at `path`, and what is wrong with the first that is not; a cut last one is no fault."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return (), ""
    except OSError as error:
        return (), f"cannot be read: {error.strerror}"
    lines: list[Line] = []
    for number, raw in enumerate(data.split(b"\n")[:-1], start=1):
        prev = lines[-1].hash if lines else GENESIS
        try:
            line = from_json(Line, loads(raw))
        except (ValueError, TypeError, AttributeError) as error:
            return tuple(lines), f"line {number} cannot be read: {error}"
        if (line.seq, line.prev) != (number, prev) or line.hash != _hash_of(line):
            return tuple(lines), f"line {number} does not continue line {number - 1}"
        lines.append(line)
    return tuple(lines), ""


def _hash_of(line: Line) -> str:
    return sha256(canonical(replace(line, hash="")).encode()).hexdigest()


def _text_of(line: Line) -> bytes:
    return canonical(line).encode() + b"\n"


def _brief(value: Any) -> str:
    if isinstance(value, Mapping):
        return canonical(value)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
