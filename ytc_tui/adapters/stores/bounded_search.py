"""Looking for a regular expression that may never come to an end.

Decides how long one entry may take. Standard library and the errors only. For the main thread of a process
that has nothing else to do: the library holds the interpreter while it searches, and only a signal ends that.
Invariant: a search returns, or UsageInvalid says that the expression is too slow.
"""

from __future__ import annotations

import re
import signal
from types import FrameType

from ytc_tui.errors import UsageInvalid

# Of the processor's time, so that a busy machine changes no answer.
LIMIT_S = 0.25
_TICK_S = 0.05


class _TooLong(Exception):
    """The search that is under way has had its time."""


class BoundedSearch:
    """Searches one text at a time; made once in a process."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit, self._left = max(1, round(limit_s / _TICK_S)), 0
        self._limit_s = limit_s
        signal.signal(signal.SIGVTALRM, self._tick)
        # One timer for all of them: to set it for each entry would cost more than most searches.
        signal.setitimer(signal.ITIMER_VIRTUAL, _TICK_S, _TICK_S)

    def close(self) -> None:
        """Stop the timer."""
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL)

    def __call__(self, pattern: re.Pattern[str], text: str) -> bool:
        """Whether `pattern` is found in `text`."""
        try:
            return self._found(pattern, text)
        except _TooLong:
            raise UsageInvalid(
                f"{pattern.pattern!r} takes more than {self._limit_s:g} s for a single entry",
                where="expression",
                fix="no repeat inside a repeat; add type:, agent: or words to look at fewer entries",
            ) from None

    def _found(self, pattern: re.Pattern[str], text: str) -> bool:
        self._left = self._limit
        try:
            return pattern.search(text) is not None
        finally:
            self._left = 0

    def _tick(self, number: int, frame: FrameType | None) -> None:
        if self._left:
            self._left -= 1
            if not self._left:
                raise _TooLong
