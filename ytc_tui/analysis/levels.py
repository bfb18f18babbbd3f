"""Entry and stop levels, and the bar patterns they are taken from.

Decides LWP, LRP, the entry limit and the stop (domain.md Y-29 to Y-35), and what a stall, a spring
and a turn bar are (domain.md 2.7). Imports the model only.
Invariant: prices that become orders lie on the tick grid, rounded away from risk: a limit never
pays more than allowed, a stop never stands nearer than asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, inf
from typing import NamedTuple

from ytc_tui.model.market import NS_PER_MIN, Bar, Side

# Float prices are multiples of the tick only to within rounding noise.
_GRID_SLACK = 1e-6


class Stall(NamedTuple):
    """Consecutive one-minute bars in a narrow range."""

    low: float
    high: float
    bars: int
    since_ns: int


def on_grid_below(price: float, tick: float) -> float:
    """The highest multiple of `tick` not above `price`."""
    return _grid_price(floor(price / tick + _GRID_SLACK), tick)


def on_grid_above(price: float, tick: float) -> float:
    """The lowest multiple of `tick` not below `price`."""
    return _grid_price(ceil(price / tick - _GRID_SLACK), tick)


def _grid_price(steps: int, tick: float) -> float:
    # Twelve significant digits drop the noise of the product and keep every traded price.
    return float(f"{steps * tick:.12g}")


def lrp(stop: float, t1: float, reward_risk: float = 1.0) -> float:
    """Last reward:risk price: (T1 + m x S1) / (1 + m), domain.md Y-31; for both sides."""
    return (t1 + reward_risk * stop) / (1.0 + reward_risk)


def entry_limit(side: Side, lwp: float, lrp_price: float, tick: float) -> float:
    """The worst price an entry may pay, domain.md Y-32, on the tick grid."""
    if side is Side.BUY:
        return on_grid_below(min(lwp, lrp_price), tick)
    return on_grid_above(max(lwp, lrp_price), tick)


def stop_beyond(
    side: Side,
    extreme: float,
    entry: float,
    *,
    tick: float,
    buffer_ticks: int,
    noise_range: float,
    noise_factor: float,
    min_ticks: int,
) -> float:
    """The protective stop of a position of `side`, on the tick grid.

    It stands `buffer_ticks` beyond `extreme` (Y-34), and from `entry` at least `noise_factor` times
    `noise_range` and at least `min_ticks` away (Y-35).
    """
    least = max(noise_factor * noise_range, min_ticks * tick)
    if side is Side.BUY:
        return on_grid_below(min(extreme - buffer_ticks * tick, entry - least), tick)
    return on_grid_above(max(extreme + buffer_ticks * tick, entry + least), tick)


def find_stall(
    bars: Sequence[Bar], atr: float, *, min_bars: int = 3, atr_factor: float = 1.5
) -> Stall | None:
    """The longest stall that ends with the last of `bars` (oldest first), or None.

    Its whole range is at most `atr_factor` x `atr`; a hole between bars ends it.
    """
    limit = atr_factor * atr
    stall: Stall | None = None
    low, high = inf, -inf
    next_ns = None
    for count, bar in enumerate(reversed(bars), start=1):
        if next_ns is not None and bar.open_ns != next_ns - NS_PER_MIN:
            break
        low = min(low, bar.low)
        high = max(high, bar.high)
        if high - low > limit:
            break
        next_ns = bar.open_ns
        if count >= min_bars:
            stall = Stall(low, high, count, bar.open_ns)
    return stall


def whole_range(bars: Sequence[Bar]) -> float:
    """From the lowest low to the highest high of `bars`."""
    return max(bar.high for bar in bars) - min(bar.low for bar in bars)


def is_spring(bar: Bar, support: float) -> bool:
    """A bar that trades below `support` and closes back above it."""
    return bar.low < support < bar.close


def is_upthrust(bar: Bar, resistance: float) -> bool:
    """A bar that trades above `resistance` and closes back below it."""
    return bar.high > resistance > bar.close


def is_turn(bar: Bar, previous: Bar, side: Side) -> bool:
    """A bar that closes in the direction of `side`, at least at the previous close."""
    if side is Side.BUY:
        return bar.close > bar.open and bar.close >= previous.close
    return bar.close < bar.open and bar.close <= previous.close


def is_strong_bar(bar: Bar, side: Side) -> bool:
    """Y-20: body over 60 % of the range, close in the outer 30 %, opposite wick under 0.3 body."""
    full = bar.high - bar.low
    body = (bar.close - bar.open) * side.sign
    if full <= 0.0 or body <= 0.6 * full:
        return False
    if side is Side.BUY:
        return bar.close >= bar.high - 0.3 * full and bar.open - bar.low < 0.3 * body
    return bar.close <= bar.low + 0.3 * full and bar.high - bar.open < 0.3 * body


def is_weak_bar(bar: Bar, side: Side) -> bool:
    """Y-20 for a push of `side`: body under 40 %, close at the wrong end, wick over 1.5 bodies."""
    full = bar.high - bar.low
    body = abs(bar.close - bar.open)
    if full <= 0.0 or body >= 0.4 * full:
        return False
    return close_share(bar, side) <= 0.3 and wick_share(bar, side.opposite) * full > 1.5 * body


def wick_share(bar: Bar, side: Side) -> float:
    """The wick that speaks for `side` (the lower one for a buy) as a share of the bar's range."""
    full = bar.high - bar.low
    if full <= 0.0:
        return 0.0
    if side is Side.BUY:
        return (min(bar.open, bar.close) - bar.low) / full
    return (bar.high - max(bar.open, bar.close)) / full


def close_share(bar: Bar, side: Side) -> float:
    """Where the bar closed in its range: 1 at the end that `side` wants, 0 at the other."""
    full = bar.high - bar.low
    if full <= 0.0:
        return 0.5
    return (bar.close - bar.low) / full if side is Side.BUY else (bar.high - bar.close) / full


def is_three_bar_rejection(bars: Sequence[Bar], side: Side) -> bool:
    """Two bars against `side`, then one with it whose body is over 60 % of its range."""
    if len(bars) < 3:
        return False
    first, second, third = bars[-3], bars[-2], bars[-1]
    sign = side.sign
    against = (first.close - first.open) * sign < 0 and (second.close - second.open) * sign < 0
    return against and (third.close - third.open) * sign > 0.6 * (third.high - third.low)
