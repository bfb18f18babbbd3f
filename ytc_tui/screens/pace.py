"""How much a desk may ask of the line to its terminal.

Decides frames a second, animation and plots for each kind of line, and which kind this one seems to be.
Standard library only. Invariant: a slow line shows less often, never something else; keys are heard at once
on any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class LinkKind(StrEnum):
    """What lies between the desk and its terminal."""

    LOCAL = "local"
    SSH = "ssh"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Pace:
    """Frames at least `frame_s` apart; whether anything moves by itself; whether charts are drawn."""

    frame_s: float
    animated: bool
    plots: bool


PACES = {
    LinkKind.LOCAL: Pace(0.0, animated=True, plots=True),
    LinkKind.SSH: Pace(0.25, animated=False, plots=True),
    LinkKind.SLOW: Pace(1.0, animated=False, plots=False),
}
# Set by an SSH server for what it starts.
_OVER_SSH = ("SSH_CONNECTION", "SSH_TTY")


def seeming(environ: Mapping[str, str]) -> LinkKind:
    """The line by what the environment says of it. Inside tmux it says how tmux was started."""
    return LinkKind.SSH if any(environ.get(name) for name in _OVER_SSH) else LinkKind.LOCAL
