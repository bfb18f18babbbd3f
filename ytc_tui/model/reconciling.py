"""What an operator may do about a difference between our books and the venue's (safety.md 2.2, point 7).

Decides the remedies and their arguments. Imports nothing of ours. Invariant: a remedy whose arguments do not
fit it cannot be made: ValueError names what is missing or too much.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_LAST_NS = 2**63 - 1
_ID_LENGTH = 64


class Remedy(StrEnum):
    """ADOPT: what the venue says becomes our books, tagged EXTERNAL. CLOSE: what stands there is closed or
    canceled. IGNORE: it stays as it is until a time, and counts in exposure. LINK: an order that the venue
    holds under another id is the one of ours that is named."""

    ADOPT = "adopt"
    CLOSE = "close"
    IGNORE = "ignore"
    LINK = "link"


UNKNOWN_ORDER = "unknown_order"
_TAKEN_OR_CLOSED = (Remedy.ADOPT, Remedy.CLOSE, Remedy.IGNORE)
# What may be asked of each kind of difference; whether it fits is decided when it is asked.
REMEDIES: dict[str, tuple[Remedy, ...]] = {
    "position": _TAKEN_OR_CLOSED,
    "wallet": (Remedy.ADOPT, Remedy.IGNORE),
    "foreign_order": (*_TAKEN_OR_CLOSED, Remedy.LINK),
    "foreign_fill": _TAKEN_OR_CLOSED,
    "missing_order": _TAKEN_OR_CLOSED,
    "order_content": (Remedy.CLOSE, Remedy.IGNORE),
    "overfill": _TAKEN_OR_CLOSED,
    "filled_after_reject": _TAKEN_OR_CLOSED,
    UNKNOWN_ORDER: (Remedy.ADOPT, Remedy.CLOSE),
}


def unknown_name(client_id: str) -> str:
    """The name under which an order of ours whose fate is not known stands among the differences."""
    return f"unknown-{client_id}"


@dataclass(frozen=True, slots=True)
class Reconcile:
    """A remedy: `until_ns` (UTC ns) only with IGNORE, `order` (a client id of ours) only with LINK."""

    remedy: Remedy
    until_ns: int = 0
    order: str = ""

    def __post_init__(self) -> None:
        if (self.remedy is Remedy.IGNORE) != (self.until_ns > 0):
            raise ValueError(f"until_ns {self.until_ns} does not fit {self.remedy.value}: ignore needs it")
        if (self.remedy is Remedy.LINK) != bool(self.order):
            raise ValueError(f"order {self.order!r} does not fit {self.remedy.value}: link needs it")
        if self.until_ns > _LAST_NS:
            raise ValueError(f"until_ns {self.until_ns} is not allowed: at most {_LAST_NS}")
        if self.order and not (
            self.order.isascii() and self.order.isalnum() and len(self.order) <= _ID_LENGTH
        ):
            raise ValueError("order is not allowed: letters and digits, at most 64")
