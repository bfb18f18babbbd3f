"""The second copy of signed heads: a file of lines outside the database.

Decides its format, one JSON object a line. Imports the model. Invariants: a line that says something stays,
and is on disk before `append` returns; one that cannot be read is named, never passed over.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from ytc_tui.adapters.private_file import open_ordinary
from ytc_tui.errors import JournalUnavailable
from ytc_tui.model.chain import SignedHead

MAX_LINE_BYTES = 4096


@dataclass(slots=True)
class KeptHeads:
    """What a head file holds: heads by session, oldest first, and the lines that are none; of these the
    `torn_lines` were cut short."""

    by_session: dict[str, list[SignedHead]] = field(default_factory=dict)
    bad_lines: list[int] = field(default_factory=list)
    torn_lines: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HeadFile:
    """The heads of one mode's journal at `path`."""

    path: Path
    mode: str

    def append(self, head: SignedHead) -> None:
        """Add `head` as a line of its own. Raises JournalUnavailable."""
        line = json.dumps({"mode": self.mode, **head._asdict()}, sort_keys=True)
        try:
            descriptor = open_ordinary(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW)
            try:
                end = os.fstat(descriptor).st_size
                # A line that a crash cut short stays for itself: what follows begins a new one.
                torn = end > 0 and os.pread(descriptor, 1, end - 1) != b"\n"
                os.write(descriptor, (b"\n" if torn else b"") + f"{line}\n".encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise JournalUnavailable(
                f"the signed head cannot be kept here: {error.strerror}",
                where=str(self.path),
                fix="set journal.heads_file to another place; `ytc sign` signs again",
            ) from error

    def read(self) -> KeptHeads:
        """All heads of this mode. Raises JournalUnavailable if the file is there but cannot be read."""
        kept = KeptHeads()
        try:
            with os.fdopen(open_ordinary(self.path, os.O_RDONLY), "rb") as file:
                for number, line in enumerate(file, start=1):
                    head = _head(line, self.mode)
                    if head is None:
                        kept.bad_lines.append(number)
                        if _is_torn(line):
                            kept.torn_lines.append(number)
                    elif head:
                        kept.by_session.setdefault(head.session, []).append(head)
        except FileNotFoundError:
            return kept
        except OSError as error:
            raise JournalUnavailable(f"cannot be read: {error.strerror}", where=str(self.path)) from error
        return kept

    def blank_torn_lines(self) -> list[int]:
        """Write blanks over the lines that a crash cut short; their numbers. Raises JournalUnavailable.

        Nothing is moved, so a head that an engine adds meanwhile stays.
        """
        blanked: list[int] = []
        try:
            with open(open_ordinary(self.path, os.O_RDWR | os.O_NOFOLLOW), "r+b", buffering=0) as file:
                start = 0
                for number, line in enumerate(file.readall().split(b"\n"), start=1):
                    if _is_torn(line):
                        os.pwrite(file.fileno(), b" " * len(line), start)
                        blanked.append(number)
                    start += len(line) + 1
                os.fsync(file.fileno())
        except FileNotFoundError:
            return blanked
        except OSError as error:
            raise JournalUnavailable(f"cannot be mended: {error.strerror}", where=str(self.path)) from error
        return blanked


def _is_torn(line: bytes) -> bool:
    """Whether `line` is no whole JSON: what is one was not cut short, whatever it says."""
    try:
        json.loads(line or b"0")
    except (ValueError, RecursionError):
        return bool(line.strip())
    return False


def _head(line: bytes, mode: str) -> SignedHead | tuple[()] | None:
    """The head of a line, () for one of another mode and for a blank one, None for what is no head."""
    if not line.strip():
        return ()
    if len(line) > MAX_LINE_BYTES:
        return None
    try:
        data = json.loads(line)
        if data.pop("mode") != mode:
            return ()
        head = SignedHead(**data)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None
    wanted = (str, int, str, int, str, str, int, str)
    return head if all(type(part) is kind for part, kind in zip(head, wanted, strict=True)) else None
