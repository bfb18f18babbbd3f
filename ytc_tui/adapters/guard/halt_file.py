"""The persistent halt epoch of a run: raised by a guard, cleared by an operator, each in a file of its own.

Decides that neither ever writes what the other wrote. Imports the model and errors. Invariants: what was
written is on disk whole before a method returns; a file that cannot be read counts as a halt that nobody
cleared.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TypeVar

from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.codec import canonical, from_json
from ytc_tui.model.halt import NO_CLEARANCE, Clearance, Halt

ValueT = TypeVar("ValueT")

# The epoch of a halt file that cannot be read: above every other.
UNREADABLE_EPOCH = 2**62


class HaltFile:
    """The halts of one run. `path` is the guard's file; the operator's lies beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._cleared_path = path.with_suffix(".cleared.json")

    def standing(self) -> Halt | None:
        """The last halt, cleared or not; None if there never was one."""
        try:
            return _read(self.path, Halt)
        except (OSError, ValueError) as error:
            return Halt(UNREADABLE_EPOCH, "", f"{self.path} cannot be read: {error}", 0)

    def cleared(self) -> Clearance:
        """What an operator cleared last; nothing where that cannot be read."""
        try:
            return _read(self._cleared_path, Clearance) or NO_CLEARANCE
        except (OSError, ValueError):
            return NO_CLEARANCE

    def next_epoch(self) -> int:
        """Above every epoch so far; one guard at a time may ask."""
        standing = self.standing()
        return max(standing.epoch if standing is not None else 0, self.cleared().epoch) + 1

    def halt(self, halt: Halt) -> None:
        """Halt the run, durably. Raises ConfigInvalid."""
        _write(self.path, canonical(halt))

    def clear(self, actor: str, reason: str, at_ns: int) -> int:
        """Clear every halt so far, durably; the epoch that stands cleared. Raises ConfigInvalid."""
        standing = self.standing()
        epoch = 0 if standing is None else standing.epoch
        _write(self._cleared_path, canonical(Clearance(epoch, actor, reason, at_ns)))
        return epoch


def _read(path: Path, kind: type[ValueT]) -> ValueT | None:
    """What is at `path`, None if nothing is. Raises OSError, ValueError."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    try:
        return from_json(kind, json.loads(text))
    except (TypeError, AttributeError) as error:
        raise ValueError(str(error)) from error


def _write(path: Path, text: str) -> None:
    """The whole file or none of it, on disk with its name."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(text.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise ConfigInvalid(
            f"the halt file cannot be written: {error.strerror}",
            where=str(path),
            fix="free space on this disk, and look at the rights of the folder",
        ) from error
