"""Whether a process of this user outlives the user's logout.

Decides what systemd-logind will do with what is left behind. Standard library only. Invariant: what cannot
be read is UNKNOWN, never guessed.
"""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterable
from pathlib import Path

_SYSTEMD = Path("/run/systemd/system")
_LINGER = Path("/var/lib/systemd/linger")
_CONFIGURED = (
    Path("/usr/lib/systemd/logind.conf"),
    Path("/usr/lib/systemd/logind.conf.d"),
    Path("/run/systemd/logind.conf.d"),
    Path("/etc/systemd/logind.conf"),
    Path("/etc/systemd/logind.conf.d"),
)
_KILL = re.compile(r"^\s*KillUserProcesses\s*=\s*(\w+)", re.MULTILINE | re.IGNORECASE)
_TRUE = frozenset({"yes", "true", "on", "1"})


def survives_logout(
    *,
    systemd: Path = _SYSTEMD,
    linger: Path = _LINGER,
    configured: Iterable[Path] = _CONFIGURED,
    user: str = "",
) -> tuple[str, str]:
    """("yes" | "no" | "unknown", why) for a process in a session of its own. The arguments are where
    systemd keeps what is asked; the last file that sets a value wins, as systemd reads them."""
    if not systemd.is_dir():
        return "yes", "no systemd-logind ends a user's processes here"
    kills = None
    try:
        for path in configured:
            files = sorted(path.glob("*.conf")) if path.is_dir() else [path] if path.is_file() else []
            for file in files:
                for found in _KILL.finditer(file.read_text(errors="replace")):
                    kills = found[1].lower() in _TRUE
        lingers = (linger / (user or getpass.getuser())).exists()
    except (OSError, KeyError) as error:
        return "unknown", f"its settings cannot be read: {error}"
    if lingers:
        return "yes", "lingering is on for this user"
    if kills is None:
        return "unknown", "systemd-logind is here and says nothing of KillUserProcesses"
    if kills:
        return "no", "KillUserProcesses=yes: `loginctl enable-linger` lets it live"
    return "yes", "KillUserProcesses=no"
