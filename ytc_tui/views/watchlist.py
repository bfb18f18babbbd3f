"""The symbols of the session, a row each: price, range, regime, trend, nearest zone, and why none is entered.

Decides what a row holds. Imports the model only. Invariant: what is not known is None, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ytc_tui.model.structure import Regime, TrendDirection, TrendLabel, ZoneRole


@dataclass(frozen=True, slots=True)
class NearZone:
    """The zone nearest to the price: its edge towards it, and the way there in ATR of the trading timeframe
    (0 = the price is in it)."""

    role: ZoneRole
    edge: float
    strength: int
    away_atr: float | None


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One symbol. `atr_pct` of the trading timeframe in percent of the price; regime and trend None until
    there are bars enough; `score` of the best setup that is on now, `held` what we hold (signed); `why_not`
    is what keeps an entry off, empty = nothing does; `disabled` = by the operator, until the day ends.
    `spread_pct` is the bid-ask spread that the gate expects, `funding_pct` the rate settled last, both
    in percent of the price; None = not known."""

    symbol: str
    price: Decimal | None
    decimals: int
    atr_pct: float | None
    regime: Regime | None
    direction: TrendDirection | None
    label: TrendLabel | None
    zone: NearZone | None
    setup: str
    score: float | None
    held: Decimal
    why_not: str
    disabled: bool = False
    spread_pct: Decimal | None = None
    funding_pct: Decimal | None = None


@dataclass(frozen=True, slots=True)
class WatchlistView:
    """`not_known` says why regimes, trends and zones are not; empty where they are."""

    rows: tuple[WatchRow, ...]
    not_known: str = ""


@dataclass(frozen=True, slots=True)
class ClosesView:
    """The newest closes of each symbol, oldest first; fewer than asked for while there are fewer. A view of
    its own: prices move with every tick, closes once a minute."""

    closes: Mapping[str, tuple[float, ...]]
