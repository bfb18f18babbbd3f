"""The persistent halt epoch of a run: raised by a guard, cleared by an operator, each in a file of its own.

Decides that neither ever writes what the other wrote. Imports the model and errors. Invariants: what was
written is on disk whole before a method returns; a file that cannot be read counts as a halt that nobody
cleared.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from ytc_tui.adapters.private_file import read_private, write_private
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.errors import ConfigInvalid, words_of
from ytc_tui.model.codec import canonical, from_json
from ytc_tui.model.halt import NO_CLEARANCE, Clearance, Halt

ValueT = TypeVar("ValueT")

# The epoch of a halt file that cannot be read: above every other.
UNREADABLE_EPOCH = 2**62
MAX_BYTES = 1_048_576


class HaltFile:
    """The halts of one run. `path` is the guard's file; the operator's lies beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._cleared_path = path.with_suffix(".cleared.json")

    def standing(self) -> Halt | None:
        """The last halt, cleared or not; None if there never was one."""
        try:
            return _read(self.path, Halt)
        except ValueError as error:
            return Halt(UNREADABLE_EPOCH, "", f"{self.path} cannot be read: {error}", 0)

    def cleared(self) -> Clearance:
        """What an operator cleared last; nothing where that cannot be read."""
        try:
            return _read(self._cleared_path, Clearance) or NO_CLEARANCE
        except ValueError:
            return NO_CLEARANCE

    def next_epoch(self) -> int:
        """Above every epoch so far; one guard at a time may ask."""
        standing = self.standing()
        return max(standing.epoch if standing is not None else 0, self.cleared().epoch) + 1

    def halt(self, halt: Halt) -> None:
        """Halt the run, durably. Raises ConfigInvalid."""
        write_private(self.path, canonical(halt).encode() + b"\n")

    def clear(self, actor: str, reason: str, at_ns: int) -> int:
        """Clear every halt so far, durably; the epoch that stands cleared. Raises ConfigInvalid."""
        standing = self.standing()
        epoch = 0 if standing is None else standing.epoch
        cleared = canonical(Clearance(epoch, actor, reason, at_ns))
        write_private(self._cleared_path, cleared.encode() + b"\n")
        return epoch


def _read(path: Path, kind: type[ValueT]) -> ValueT | None:
    """What is at `path`, None if nothing is. Raises ValueError."""
    try:
        content = read_private(path, MAX_BYTES)
    except FileNotFoundError:
        return None
    except (OSError, ConfigInvalid) as error:
        raise ValueError(words_of(error)) from error
    try:
        return from_json(kind, loads(content))
    except (TypeError, AttributeError) as error:
        raise ValueError(str(error)) from error
