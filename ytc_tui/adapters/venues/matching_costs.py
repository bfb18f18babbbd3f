"""What an execution in paper costs: spread, slippage, fees, rounding and the share of a bar's volume.

Decides the price at which an order fills (semantics.md 3). Imports the model and `errors`; no I/O.
Invariants: every price is on tick and rounded against the account; a limit is never passed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.market import Instrument, Side
from ytc_tui.model.money import (
    ONE,
    ZERO,
    booked,
    decimal_from_float,
    floor_to_step,
    price_ceiling,
    price_floor,
)
from ytc_tui.model.orders import Liquidity

_BPS = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class PaperSettings:
    """How the paper venue behaves. `start_balance` counts only for a store that is new.

    `volume_known` says per symbol whether its file carries volume; a symbol not named does.
    """

    start_balance: Decimal
    currency: str
    fill_volume_share: Decimal
    half_spread_bps: Decimal
    slippage_bps: Decimal
    unknown_volume_slippage_bps: Decimal
    latency_ms: int
    volume_known: Mapping[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ConfigInvalid on a figure that no venue can have."""
        bounds: tuple[tuple[str, Decimal, Decimal, Decimal | None], ...] = (
            ("fill_volume_share", self.fill_volume_share, ZERO, ONE),
            ("half_spread_bps", self.half_spread_bps, ZERO, _BPS),
            ("slippage_bps", self.slippage_bps, ZERO, _BPS),
            ("unknown_volume_slippage_bps", self.unknown_volume_slippage_bps, ZERO, _BPS),
            ("latency_ms", Decimal(self.latency_ms), ZERO, None),
            ("start_balance", self.start_balance, ZERO, None),
        )
        for name, value, low, high in bounds:
            if not value.is_finite() or value < low or (high is not None and value > high):
                limit = f"at least {low}" if high is None else f"between {low} and {high}"
                raise ConfigInvalid(f"{name} is {value}", where="paper venue", fix=f"use {limit}")


@dataclass(frozen=True, slots=True)
class Execution:
    """A price to fill at, before (`reference`) and after (`price`) spread, slippage and rounding."""

    price: Decimal
    reference: Decimal
    liquidity: Liquidity


class FillCosts:
    """The prices and fees of fills of every symbol under one `PaperSettings`."""

    def __init__(self, settings: PaperSettings) -> None:
        self._settings = settings
        self._half_spread = settings.half_spread_bps / _BPS

    def volume_known(self, symbol: str) -> bool:
        return self._settings.volume_known.get(symbol, True)

    def _slippage(self, symbol: str) -> Decimal:
        settings = self._settings
        known = self.volume_known(symbol)
        return (settings.slippage_bps if known else settings.unknown_volume_slippage_bps) / _BPS

    def market(self, instrument: Instrument, side: Side, point: Decimal) -> Execution:
        """A market order, or what is left of a triggered stop: point price, half-spread, slippage."""
        share = self._half_spread + self._slippage(instrument.symbol)
        return Execution(against(point, side, share, instrument.tick), point, Liquidity.TAKER)

    def stop(
        self, instrument: Instrument, side: Side, stop: Decimal, point: Decimal, limit: Decimal | None
    ) -> Execution:
        """A stop at the point that triggers it: the worse of both, slippage; within `limit` if any."""
        base = worse(side, stop, point)
        price = against(base, side, self._slippage(instrument.symbol), instrument.tick)
        return Execution(price if limit is None else better(side, price, limit), base, Liquidity.TAKER)

    def taking_limit(self, instrument: Instrument, side: Side, limit: Decimal, point: Decimal) -> Execution:
        """A limit that was marketable when it arrived: point price and half-spread, within its limit."""
        price = against(point, side, self._half_spread, instrument.tick)
        return Execution(better(side, price, limit), point, Liquidity.TAKER)

    def volume_cap(self, instrument: Instrument, volume: float) -> Decimal | None:
        """The most that all fills of one symbol in one bar may take (contracts); None = no cap."""
        if not self.volume_known(instrument.symbol):
            return None
        share = decimal_from_float(volume) * self._settings.fill_volume_share
        return floor_to_step(share / instrument.contract_size, instrument.lot)


def fee_of(instrument: Instrument, notional: Decimal, liquidity: Liquidity) -> Decimal:
    """The fee of an execution in account currency, booked to eight places."""
    rate = instrument.maker_fee if liquidity is Liquidity.MAKER else instrument.taker_fee
    return booked(notional * rate)


def against(price: Decimal, side: Side, share: Decimal, tick: Decimal) -> Decimal:
    """`price` moved by `share` of itself and to a tick, both against an order of `side`."""
    if side is Side.BUY:
        return price_ceiling(price * (ONE + share), tick)
    return price_floor(price * (ONE - share), tick)


def worse(side: Side, first: Decimal, second: Decimal) -> Decimal:
    return max(first, second) if side is Side.BUY else min(first, second)


def better(side: Side, first: Decimal, second: Decimal) -> Decimal:
    return min(first, second) if side is Side.BUY else max(first, second)


# A measured price is a float and means its shortest decimal, `decimal_from_float`. That mapping is
# strictly increasing, so a comparison of such a price with a Decimal level equals a comparison of
# floats with the nearest float on the right side of the level: exact, and without a Decimal per point.


def float_not_below(level: Decimal) -> float:
    """The least float whose decimal is >= `level`."""
    near = float(level)
    return near if decimal_from_float(near) >= level else math.nextafter(near, math.inf)


def float_not_above(level: Decimal) -> float:
    """The greatest float whose decimal is <= `level`."""
    near = float(level)
    return near if decimal_from_float(near) <= level else math.nextafter(near, -math.inf)
