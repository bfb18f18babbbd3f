"""When the garbage collector looks at what is loaded, in an engine that somebody may have to stop.

Decides nothing about what is garbage. Standard library only. Invariant: nothing is kept that a full round
would have freed when a session began.
"""

from __future__ import annotations

import ctypes
import gc


def collect_and_freeze() -> None:
    """One full round now, while nothing is open; what it leaves is no part of later ones, and what it frees
    goes back to the system.

    Each full round in a session would walk every bar that is kept, and an emergency waits for it: 200 ms with
    70 symbols.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    _give_back()


def _give_back() -> None:
    """Let the C library return memory that is free; only glibc knows how."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
