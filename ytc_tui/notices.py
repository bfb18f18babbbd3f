"""Who hears of alerts besides the desk, as the settings say.

Decides which notifiers there are, and which secrets the user's program is given. Part of the composition
root. Invariant: a secret that is named and cannot be had stops the start, not a notice in the night.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ytc_tui.adapters.notify import BellNotifier, CommandNotifier, FileNotifier
from ytc_tui.adapters.secrets import secrets_named
from ytc_tui.config import Settings
from ytc_tui.engine.ports import Notifier


def notifiers_of(settings: Settings) -> dict[str, Notifier]:
    """The notifiers by name. Raises ConfigInvalid naming a secret that is missing."""
    wanted = settings.notify
    found: dict[str, Notifier] = {}
    if wanted.file:
        found["file"] = FileNotifier(Path(wanted.file))
    if wanted.bell:
        found["bell"] = BellNotifier(sys.stderr)
    if wanted.command:
        found["command"] = CommandNotifier(wanted.command, os.environ, secrets=secrets_named(wanted.secrets))
    return found
