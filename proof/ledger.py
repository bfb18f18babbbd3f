"""What fills cost, what they make of a position, and how money is rounded.

Money is exact but for three bookings, rounded half-even to eight places: a fee, a funding payment, and
the cost that a part of a position carries away.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

ZERO = Decimal(0)
_BOOKING = Decimal("0.00000001")


def booked(amount: Decimal) -> Decimal:
    """An amount as the ledger books it."""
    return amount.quantize(_BOOKING, ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Costs:
    """The settings [paper] that decide a fill."""

    spread_bps: Decimal
    slippage_bps: Decimal
    slippage_unknown_volume_bps: Decimal
    latency_ns: int
    volume_share: Decimal


class Fill(NamedTuple):
    """What a recomputed fill says; `realised` is profit before the fee."""

    at_ns: int
    symbol: str
    order_id: str
    side: str
    quantity: Decimal
    price: Decimal
    reference: Decimal
    liquidity: str
    fee: Decimal
    realised: Decimal


class Funding(NamedTuple):
    """A funding payment; positive is received."""

    at_ns: int
    symbol: str
    amount: Decimal


@dataclass(slots=True)
class Holding:
    """A position: signed quantity and the notional that it was entered for."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO

    def take(self, signed: Decimal, unit: Decimal) -> Decimal:
        """Book a fill at `unit` money for one of quantity; the profit that it realised."""
        if self.quantity * signed >= ZERO:
            self.cost += abs(signed) * unit
            self.quantity += signed
            return ZERO
        closed = min(abs(signed), abs(self.quantity))
        released = self.cost
        if closed != abs(self.quantity):
            released = booked(self.cost * closed / abs(self.quantity))
        realised = closed * unit - released if self.quantity > ZERO else released - closed * unit
        self.cost -= released
        self.quantity += signed
        if abs(signed) > closed:
            self.cost = abs(self.quantity) * unit
        return realised
