"""Orders and fills: what is asked of a venue, what it answers, and the order's life.

Decides the order state table (design.md 5, safety.md 2.2). Standard library and the model only.
Invariants: UNKNOWN is left only by evidence; CANCELED and EXPIRED still accept late fills;
the filled quantity only grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ytc_tui.model.market import Side


class OrderKind(StrEnum):
    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"


class OrderRole(StrEnum):
    """What an order is for. Only ENTRY can add risk."""

    ENTRY = "entry"
    PROTECTIVE_STOP = "protective_stop"
    TARGET = "target"
    EXIT = "exit"
    FLATTEN = "flatten"


class OrderState(StrEnum):
    INTENT = "intent"
    SENT = "sent"
    ACKED = "acked"
    PARTIAL = "partial"
    FILLED = "filled"
    CANCELING = "canceling"
    CANCELED = "canceled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class OrderTrigger(StrEnum):
    SEND = "send"
    ACK = "ack"
    FILL_PART = "fill_part"
    FILL_REST = "fill_rest"
    CANCEL_ASKED = "cancel_asked"
    CANCEL_REFUSED = "cancel_refused"
    CANCEL_DONE = "cancel_done"
    REJECT = "reject"
    EXPIRE = "expire"
    LOSE = "lose"


_S = OrderState
_T = OrderTrigger

ORDER_TABLE: dict[tuple[OrderState, OrderTrigger], OrderState] = {
    (_S.INTENT, _T.SEND): _S.SENT,
    (_S.INTENT, _T.ACK): _S.ACKED,
    (_S.INTENT, _T.REJECT): _S.REJECTED,
    (_S.INTENT, _T.LOSE): _S.UNKNOWN,
    (_S.SENT, _T.ACK): _S.ACKED,
    (_S.SENT, _T.REJECT): _S.REJECTED,
    (_S.SENT, _T.LOSE): _S.UNKNOWN,
    (_S.SENT, _T.CANCEL_ASKED): _S.CANCELING,
    (_S.SENT, _T.CANCEL_DONE): _S.CANCELED,
    (_S.SENT, _T.EXPIRE): _S.EXPIRED,
    (_S.ACKED, _T.ACK): _S.ACKED,
    (_S.ACKED, _T.CANCEL_ASKED): _S.CANCELING,
    (_S.ACKED, _T.CANCEL_DONE): _S.CANCELED,
    (_S.ACKED, _T.EXPIRE): _S.EXPIRED,
    (_S.ACKED, _T.REJECT): _S.REJECTED,
    (_S.ACKED, _T.LOSE): _S.UNKNOWN,
    (_S.PARTIAL, _T.ACK): _S.PARTIAL,
    (_S.PARTIAL, _T.CANCEL_ASKED): _S.CANCELING,
    (_S.PARTIAL, _T.CANCEL_DONE): _S.CANCELED,
    (_S.PARTIAL, _T.EXPIRE): _S.EXPIRED,
    (_S.PARTIAL, _T.LOSE): _S.UNKNOWN,
    (_S.CANCELING, _T.CANCEL_ASKED): _S.CANCELING,
    (_S.CANCELING, _T.CANCEL_DONE): _S.CANCELED,
    (_S.CANCELING, _T.CANCEL_REFUSED): _S.ACKED,
    (_S.CANCELING, _T.EXPIRE): _S.EXPIRED,
    (_S.CANCELING, _T.ACK): _S.CANCELING,
    (_S.CANCELING, _T.LOSE): _S.UNKNOWN,
    (_S.UNKNOWN, _T.ACK): _S.ACKED,
    (_S.UNKNOWN, _T.REJECT): _S.REJECTED,
    (_S.UNKNOWN, _T.CANCEL_DONE): _S.CANCELED,
    (_S.UNKNOWN, _T.EXPIRE): _S.EXPIRED,
    (_S.UNKNOWN, _T.LOSE): _S.UNKNOWN,
    (_S.UNKNOWN, _T.CANCEL_ASKED): _S.UNKNOWN,
    (_S.FILLED, _T.ACK): _S.FILLED,
    (_S.FILLED, _T.CANCEL_REFUSED): _S.FILLED,
}
# A fill is evidence in every state but REJECTED; after a cancel it is late but real
# (safety.md 2.2, point 6), and it may overtake the acknowledgement.
for _state in _S:
    if _state not in (_S.REJECTED, _S.FILLED):
        _closed = _state in (_S.CANCELED, _S.EXPIRED)
        ORDER_TABLE[_state, _T.FILL_PART] = _state if _closed or _state is _S.CANCELING else _S.PARTIAL
        ORDER_TABLE[_state, _T.FILL_REST] = _S.FILLED
ORDER_TABLE[_S.CANCELED, _T.CANCEL_DONE] = _S.CANCELED
ORDER_TABLE[_S.EXPIRED, _T.EXPIRE] = _S.EXPIRED

WORKING_STATES = frozenset({_S.INTENT, _S.SENT, _S.ACKED, _S.PARTIAL, _S.CANCELING, _S.UNKNOWN})
RESTING_STATES = frozenset({_S.SENT, _S.ACKED, _S.PARTIAL, _S.CANCELING})


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """One order as it is asked of a venue. Prices are multiples of tick, quantities of lot.

    `attached_stop_price` makes the venue place a reduce-only stop under `attached_stop_id` for
    whatever quantity of this order fills, at the instant it fills. `expires_ns` 0 = until canceled.
    """

    client_id: str
    symbol: str
    side: Side
    kind: OrderKind
    role: OrderRole
    quantity: Decimal
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    reduce_only: bool = False
    expires_ns: int = 0
    attached_stop_price: Decimal | None = None
    attached_stop_id: str = ""


_TERMS = ("kind", "limit_price", "stop_price", "reduce_only", "expires_ns", "attached_stop_price")


def content_difference(ours: OrderRequest, theirs: OrderRequest) -> tuple[str, str] | None:
    """What was asked and what the venue holds, in words, where they differ; None where they do not. A price
    or an end counts where both have one, as many a venue does not tell it."""
    words = [f"{request.side} {request.quantity} {request.symbol}" for request in (ours, theirs)]
    same = words[0] == words[1]
    for name in _TERMS:
        asked, held = getattr(ours, name), getattr(theirs, name)
        untold = asked is None or held is None or (name == "expires_ns" and not held)
        if not untold and asked != held:
            words = [f"{words[0]}, {name} {asked}", f"{words[1]}, {name} {held}"]
            same = False
    return None if same else (words[0], words[1])


class Liquidity(StrEnum):
    MAKER = "maker"
    TAKER = "taker"


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution. `fee` in account currency, positive = paid. `venue_fill_id` is unique per venue."""

    venue_fill_id: str
    client_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    fee: Decimal
    liquidity: Liquidity
    at_ns: int
    reference_price: Decimal | None = None  # price before spread and slippage, for execution quality


@dataclass(frozen=True, slots=True)
class Acked:
    """The venue works the order (also: an attached stop that came to life, with its request)."""

    client_id: str
    venue_order_id: str
    at_ns: int
    request: OrderRequest | None = None


class RejectCode(StrEnum):
    """Why a venue refuses a create, in our words; an adapter maps what it does not know to OTHER."""

    REFUSED = "refused"  # by the venue's rules: symbol, size, price, money
    EXPIRED_REQUEST = "expired_request"  # it arrived after its validity
    DUPLICATE_ID = "duplicate_id"  # the venue has, or had, an order of this id
    OTHER = "other"


# With these a venue proves that it does not hold the order; after any other its fate is unknown.
PROVEN_REJECTS = frozenset({RejectCode.REFUSED, RejectCode.EXPIRED_REQUEST})


@dataclass(frozen=True, slots=True)
class Rejected:
    """The venue did not take the order, and for which of the known causes."""

    client_id: str
    reason: str
    at_ns: int
    code: RejectCode = RejectCode.REFUSED


@dataclass(frozen=True, slots=True)
class Canceled:
    client_id: str
    reason: str
    at_ns: int


@dataclass(frozen=True, slots=True)
class Expired:
    client_id: str
    at_ns: int


@dataclass(frozen=True, slots=True)
class CancelRefused:
    """The venue did not cancel: the order is unknown to it or already closed."""

    client_id: str
    reason: str
    at_ns: int


@dataclass(frozen=True, slots=True)
class Funding:
    """A funding payment booked to the account; positive = received."""

    symbol: str
    amount: Decimal
    at_ns: int


@dataclass(frozen=True, slots=True)
class Liquidated:
    """The venue closed the position itself at the maintenance margin; its fills follow."""

    symbol: str
    at_ns: int


VenueReport = Acked | Rejected | Canceled | Expired | CancelRefused | Fill | Funding | Liquidated


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """An order as the venue holds it; `open` is False once it can no longer fill."""

    request: OrderRequest
    venue_order_id: str
    filled: Decimal
    open: bool
    state: OrderState


@dataclass(frozen=True, slots=True)
class VenuePosition:
    """A one-way position: signed quantity (long > 0) and the notional it was entered for."""

    symbol: str
    quantity: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class VenueAccount:
    """Wallet balance (net of paid fees and funding), equity at the mark, and margin in use."""

    currency: str
    wallet_balance: Decimal
    equity: Decimal
    margin_used: Decimal
