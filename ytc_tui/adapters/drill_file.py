"""The record of the last drill that passed: one small file in the state folder.

Decides its format. Imports how small files are kept. Invariant: the file holds a whole record or is as it
was before.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ytc_tui.adapters.private_file import read_private, write_private
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.errors import ConfigInvalid

MAX_BYTES = 4096


@dataclass(frozen=True, slots=True)
class DrillPass:
    """A drill without a failed line: when (wall clock, UTC ns), by which release, of which settings, and how
    many lines."""

    at_ns: int
    software: str
    config_digest: str
    lines: int


@dataclass(frozen=True, slots=True)
class DrillFile:
    """The record at `path`."""

    path: Path

    def keep(self, passed: DrillPass) -> None:
        """Put `passed` in the place of the record before. Raises ConfigInvalid."""
        write_private(self.path, json.dumps(asdict(passed), sort_keys=True).encode())

    def last(self) -> DrillPass | None:
        """The record, None when there is none or it cannot be understood."""
        try:
            found = DrillPass(**loads(read_private(self.path, MAX_BYTES)))
        except (OSError, ConfigInvalid, ValueError, TypeError):
            return None
        kinds = (int, str, str, int)
        held = (found.at_ns, found.software, found.config_digest, found.lines)
        return found if all(type(part) is kind for part, kind in zip(held, kinds, strict=True)) else None
