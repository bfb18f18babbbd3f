"""What a desk does when its terminal is taken away: it ends, whatever its screen is doing.

Decides when a terminal is gone. Standard library only. Invariants: nothing of the screen is needed to end,
for its loop may wait for ever on a write that nobody reads; what has to end with the desk ends first.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Callable

EXIT_HANGUP = 128 + signal.SIGHUP


def end_on_hangup(terminal: int, last: Callable[[], object]) -> None:
    """From now on, end this process once the terminal at file descriptor `terminal` hung up, after `last`.

    SIGHUP itself is ignored: it would leave no time for `last`, and a shell may have had it ignored anyway.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    watch = threading.Thread(target=_watch, args=(terminal, last), name="hangup", daemon=True)
    watch.start()


def _watch(terminal: int, last: Callable[[], object]) -> None:
    poll = select.poll()
    poll.register(terminal, 0)  # a hangup is always told
    told = poll.poll()
    if any(event & (select.POLLHUP | select.POLLERR) for _, event in told):
        try:
            last()
        finally:
            os._exit(EXIT_HANGUP)
