"""For which commands a run asks for the PIN, kept from start to start.

Decides the file's format. Imports private files and the verbs that may need a PIN. Invariant: a file that
cannot be trusted asks for the PIN wherever it can be asked for.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ytc_tui.adapters.presence import RAISING
from ytc_tui.adapters.private_file import read_private, write_private
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.commands import Verb

_MAX_BYTES = 1024


@dataclass(frozen=True, slots=True)
class PinForFile:
    """The verbs of one run, at `path`."""

    path: Path

    def verbs(self) -> frozenset[Verb]:
        """The verbs that were kept last; none where the run never asked for a PIN."""
        try:
            return frozenset(map(Verb, loads(read_private(self.path, _MAX_BYTES)))) & frozenset(RAISING)
        except FileNotFoundError:
            return frozenset()
        except (OSError, ConfigInvalid, ValueError, TypeError):
            return frozenset(RAISING)

    def keep(self, verbs: Collection[Verb]) -> None:
        """Put `verbs` in the place of those before, durable when this returns. Raises ConfigInvalid."""
        write_private(self.path, json.dumps(sorted(verbs)).encode())
