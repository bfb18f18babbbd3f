"""What was typed, read as a value of the model. Imports errors alone.

Invariant: a value that does not fit ends the command with its words, and where it was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ytc_tui.errors import UsageInvalid

ValueT = TypeVar("ValueT")


def typed(read: Callable[[], ValueT], where: str) -> ValueT:
    """What `read` gives; UsageInvalid for its ValueError."""
    try:
        return read()
    except ValueError as error:
        raise UsageInvalid(str(error), where=where) from None
