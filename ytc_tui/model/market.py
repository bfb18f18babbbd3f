"""Market values: bars, timeframes, instruments and the path of prices inside a bar.

Decides the order in which a bar's four prices are met (semantics.md 3).
Invariant: times are UTC nanoseconds; bar prices are floats as measured, order prices are Decimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from ytc_tui.model.money import decimal_from_float

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
NS_PER_MIN = 60 * NS_PER_S
NS_PER_DAY = 24 * 60 * NS_PER_MIN

# When, inside a one-minute bar, each point of its path is met. The open stands one second in:
# it is the first trade of the minute, not its first instant, so an order sent at the previous
# close with ordinary latency can meet it.
PATH_OFFSETS_NS = (1 * NS_PER_S, 20 * NS_PER_S, 40 * NS_PER_S, 59 * NS_PER_S)


class Bar(NamedTuple):
    """One closed bar. `open_ns` is the opening instant (UTC ns); prices in quote, volume in base."""

    symbol: str
    open_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> Side:
        return Side.SELL if self is Side.BUY else Side.BUY

    @property
    def sign(self) -> int:
        """+1 for buy (long), -1 for sell (short)."""
        return 1 if self is Side.BUY else -1


class InstrumentKind(StrEnum):
    LINEAR_PERP = "linear_perp"
    SPOT = "spot"


@dataclass(frozen=True, slots=True)
class Instrument:
    """What can be traded and in which steps (semantics.md 4). Fees are fractions of notional."""

    symbol: str
    kind: InstrumentKind
    tick: Decimal
    lot: Decimal
    min_notional: Decimal
    contract_size: Decimal
    quote: str
    maker_fee: Decimal
    taker_fee: Decimal
    max_leverage: Decimal
    maintenance_margin: Decimal


def path_of(bar: Bar, position_sign: int) -> tuple[float, float, float, float]:
    """The bar as a path of four prices: open, adverse extreme, other extreme, close.

    `position_sign` is +1 long, -1 short, 0 flat; with no position the extreme nearer to the
    open comes first, the low on a tie (semantics.md 3).
    """
    if position_sign > 0:
        low_first = True
    elif position_sign < 0:
        low_first = False
    else:
        # Exact: a float's error must not decide a tie.
        extremes = decimal_from_float(bar.low) + decimal_from_float(bar.high)
        low_first = 2 * decimal_from_float(bar.open) <= extremes
    if low_first:
        return (bar.open, bar.low, bar.high, bar.close)
    return (bar.open, bar.high, bar.low, bar.close)
