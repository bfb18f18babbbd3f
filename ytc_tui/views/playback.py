"""Where a playback stands: the one view that a running engine does not have.

Decides nothing. Standard library only. Invariant: what is not known of the session is named, with why.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlaybackView:
    """A past session at entry `seq` of `entries`, at the instant `at_ns` (UTC ns; 0 = nowhere yet).

    `bars_per_s` is how fast it plays. `busy` says what is under way (`seeking 13:45, 40 %`), `problem` why
    a place could not be reached, `missing` what cannot be shown and why, a line each, `cut` where the record
    breaks; all empty when there is nothing to say.
    """

    session_id: str
    seq: int
    entries: int
    at_ns: int
    bars_per_s: float
    playing: bool
    busy: str = ""
    problem: str = ""
    missing: tuple[str, ...] = ()
    cut: str = ""

    @property
    def at_end(self) -> bool:
        return 0 < self.seq == self.entries
