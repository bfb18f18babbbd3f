"""Events of reconciliation: where the venue's books are not ours, and what an operator did about it.

Imports the model only. Invariants: no event here is a fill; what is adopted says who adopted it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DiscrepancyFound:
    """A difference, or what it is by now. `client_id` is the venue's order that it is about, `quantity` the
    evidence as a signed number: what the venue holds (position), what is left of its order (foreign_order),
    what was filled too much (fills). `price` is its average or limit, None where there is none."""

    discrepancy_id: str
    kind: str
    symbol: str
    ours: str
    theirs: str
    client_id: str = ""
    quantity: Decimal = Decimal(0)
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DiscrepancyResolved:
    discrepancy_id: str
    how: str


@dataclass(frozen=True, slots=True)
class DiscrepancyIgnored:
    """It stays until `until_ns`, EXTERNAL, and is asked about again then."""

    discrepancy_id: str
    until_ns: int
    actor: str


@dataclass(frozen=True, slots=True)
class PositionAdopted:
    """Our position is the venue's from now on; `cost` is its entry notional. `released` is what `trade_id`
    no longer holds of it: gone with no result, as no fill tells one. With `closing` it is closed next."""

    discrepancy_id: str
    symbol: str
    quantity: Decimal
    cost: Decimal
    contract_size: Decimal
    trade_id: str
    released: Decimal
    actor: str
    closing: bool = False


@dataclass(frozen=True, slots=True)
class WalletAdopted:
    """Money that moved without us: `booked` (<= 0) is missing from our wallet, `external` is the change of
    what lies there beside it and is not ours to trade with."""

    discrepancy_id: str
    booked: Decimal
    external: Decimal
    actor: str


@dataclass(frozen=True, slots=True)
class ExternalOrderAdopted:
    """An order of somebody else's stays at the venue and counts in exposure; `quantity` is signed."""

    discrepancy_id: str
    client_id: str
    symbol: str
    quantity: Decimal
    price: Decimal | None
    actor: str


@dataclass(frozen=True, slots=True)
class ExternalCancelAsked:
    """An operator has an order canceled that is not ours."""

    discrepancy_id: str
    client_id: str
    actor: str


@dataclass(frozen=True, slots=True)
class OrderLinked:
    """The venue holds our order `order_id` under `client_id`."""

    discrepancy_id: str
    client_id: str
    order_id: str
    actor: str


# Everything that is said of a difference with the venue.
DifferenceEvent = (
    DiscrepancyFound
    | DiscrepancyResolved
    | DiscrepancyIgnored
    | PositionAdopted
    | WalletAdopted
    | ExternalOrderAdopted
    | ExternalCancelAsked
    | OrderLinked
)
