"""How views read on a screen: times, prices, money, shares as short text.

Decides every format in one place. Imports the model only. Invariant: an unknown figure reads `?`, never 0;
a signed figure always shows its sign.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ytc_tui.model.market import NS_PER_S

UNKNOWN = "?"
UTC = ZoneInfo("UTC")
_BAR = "▏▎▍▌▋▊▉█"
_CENT = Decimal("0.01")


def clock(at_ns: int, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """`04:41` in `zone`; a dash for 0."""
    if not at_ns:
        return "-"
    form = "%H:%M:%S" if seconds else "%H:%M"
    return datetime.fromtimestamp(at_ns // NS_PER_S, zone).strftime(form)


def day_and_clock(at_ns: int | None, zone: ZoneInfo) -> str:
    """`2022-11-08 04:41` in `zone`."""
    if at_ns is None:
        return UNKNOWN
    return datetime.fromtimestamp(at_ns // NS_PER_S, zone).strftime("%Y-%m-%d %H:%M")


def both_clocks(at_ns: int, zone: ZoneInfo) -> str:
    """The time in `zone` with UTC beside it; UTC alone where they are one."""
    utc = f"{clock(at_ns, UTC, seconds=True)} UTC"
    if zone.key == "UTC" or not at_ns:
        return utc
    return f"{clock(at_ns, zone, seconds=True)} {zone.key.rpartition('/')[2]} ({utc})"


def price(value: Decimal | None) -> str:
    """A price with the digits that it has, without trailing zeros beyond cents."""
    if value is None:
        return UNKNOWN
    exact = value.normalize()
    places = max(2, -int(exact.as_tuple().exponent))
    return f"{value:.{min(places, 8)}f}"


def quantity(value: Decimal) -> str:
    return f"{value.normalize():f}"


def money(value: Decimal | None) -> str:
    """Money with its sign and two places."""
    return UNKNOWN if value is None else f"{value.quantize(_CENT):+,f}"


def signed(value: Decimal | None, places: int = 2) -> str:
    return UNKNOWN if value is None else f"{value:+.{places}f}"


def figure(value: Decimal | None) -> str:
    """A figure of a limit: whole numbers whole, others with two places."""
    if value is None:
        return UNKNOWN
    return f"{value:f}" if value == value.to_integral_value() and abs(value) < 1000 else f"{value:.2f}"


def gauge(share: Decimal | None, width: int) -> str:
    """A bar of `width` cells filled to `share` (0 to 1; more is full); dots where it is not known."""
    if share is None:
        return "·" * width
    eighths = min(width * 8, max(0, round(float(share) * width * 8)))
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_BAR[rest - 1] if rest else "")).ljust(width, "░")
