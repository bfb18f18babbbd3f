"""What stands on the terminal while the desk's modules load: one line, at once.

Decides nothing. Standard library only. Invariants: the desk paints over it without a flicker; if there will
be no desk, the terminal is given back as it was.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# The alternate screen, which the desk takes anyway, cleared; and the way back.
_DRAWN = "\x1b[?1049h\x1b[2J\x1b[H"
_LIFTED = "\x1b[?1049l"


@contextmanager
def lifted(text: str) -> Iterator[None]:
    """The terminal as it was, for a question; then the curtain again, with `text`."""
    _draw(_LIFTED)
    yield
    _draw(f"{_DRAWN}{text}")


@contextmanager
def curtain(text: str) -> Iterator[None]:
    """Show `text` until something paints over it; taken away when the block raises."""
    shown = sys.stdout.isatty()
    if shown:
        _draw(f"{_DRAWN}{text}")
    try:
        yield
    except BaseException:
        if shown:
            _draw(_LIFTED)
        raise


def _draw(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
