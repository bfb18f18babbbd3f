"""An event loop in which waiting takes no time: where nobody is ready, time jumps to the next timer.

Decides nothing of the program's own. Standard library only. Invariant: no thread wakes this loop; one in
which nobody is ready and no timer is armed would wait for ever, which is an error.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class _Jumping(selectors.SelectSelector):
    """Waits for nothing and counts what would have been waited."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("everybody waits and nothing will come")
        self.now_s += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose time begins at 0 and passes only where somebody waits for it."""

    def __init__(self) -> None:
        self._waiting = _Jumping()
        super().__init__(self._waiting)

    def time(self) -> float:
        return self._waiting.now_s

    def _write_to_self(self) -> None:
        """Nobody else is there to wake this loop up."""
