"""The heartbeat file: one small file a run, overwritten in place once a second.

Decides its format: a check sum, the beat as JSON, blanks to a fixed length. Imports the model and errors.
Invariants: a beat is one write over bytes that the file already owns, so a full disk cannot refuse it; a torn
one is not read; nothing is synced, for a beat means nothing after a power loss.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.codec import canonical, from_json
from ytc_tui.model.halt import Beat

FILE_BYTES = 2048
_CRC_CHARACTERS = 8


class HeartbeatFile:
    """The file at `path`, for writing. Raises ConfigInvalid where it cannot be made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lost = 0  # beats that could not be written
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            if os.fstat(self._fd).st_size < FILE_BYTES:
                os.pwrite(self._fd, b" " * FILE_BYTES, 0)
        except OSError as error:
            raise ConfigInvalid(
                f"the heartbeat file cannot be made: {error.strerror}",
                where=str(path),
                fix="free space on this disk, and look at the rights of the folder",
            ) from error

    def write(self, beat: Beat) -> None:
        """Overwrite the beat before. Never raises: an engine does not end because nobody can watch it."""
        text = canonical(beat).encode()
        data = f"{zlib.crc32(text):08x} ".encode() + text
        try:
            os.pwrite(self._fd, data.ljust(FILE_BYTES - 1) + b"\n", 0)
        except OSError:
            self.lost += 1

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def read_beat(path: Path) -> Beat | None:
    """The last whole beat at `path`, None where there is none."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            data = os.pread(fd, FILE_BYTES, 0).rstrip()
        finally:
            os.close(fd)
        mark, _, text = data.partition(b" ")
        if len(mark) != _CRC_CHARACTERS or int(mark, 16) != zlib.crc32(text):
            return None
        return from_json(Beat, loads(text))
    except (OSError, ValueError, TypeError):
        return None


def beats_in(folder: Path) -> tuple[tuple[Path, Beat], ...]:
    """Every heartbeat file of `folder` that can be read, in order of name."""
    found = ((path, read_beat(path)) for path in sorted(folder.glob("heartbeat-*.beat")))
    return tuple((path, beat) for path, beat in found if beat is not None)
