"""The time column of a bar file: its unit by magnitude, its label (open or close), its opens in UTC ns.

Decides what a raw time means (semantics.md 9). Imports numpy, model and errors only.
Invariant: one file has one unit and one label; a row that departs from either is a fault, never converted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ytc_tui.model.market import NS_PER_MIN, NS_PER_S

BarLabel = Literal["open", "close"]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TimeUnit:
    """A unit of time and the half-open range [lowest, beyond) of raw values that can be read in it."""

    name: str
    ns: int
    lowest: int
    beyond: int


# 1973 to 2255 in each unit: the ranges cannot meet, and nanoseconds stay inside 64 bits.
UNITS = (
    TimeUnit("ms", 1_000_000, 10**11, 9 * 10**12),
    TimeUnit("us", 1_000, 10**14, 9 * 10**15),
    TimeUnit("ns", 1, 10**17, 9 * 10**18),
)

# Last instants of a minute as exporters write them, in ns after the minute's open.
CLOSE_RESIDUES_NS = (59_999_000_000, 59_999_999_000, 59_999_999_999)


def unit_of(raw: int) -> TimeUnit | None:
    """The unit in which `raw` is a time between 1973 and 2255; None when there is none."""
    for unit in UNITS:
        if unit.lowest <= raw < unit.beyond:
            return unit
    return None


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """How one file writes time: open_ns = raw * unit.ns - shift_ns, `residue` raw units past the minute."""

    unit: TimeUnit
    residue: int
    shift_ns: int
    label: str

    def open_ns(self, raw: Ints) -> Ints:
        return raw * self.unit.ns - self.shift_ns

    def raw_of(self, open_ns: int) -> int:
        """The raw value that labels the bar opened at `open_ns`, rounded down; outside int64 it is capped."""
        return min((open_ns + self.shift_ns) // self.unit.ns, self.unit.beyond)

    def in_unit(self, raw: Ints) -> Bools:
        return (raw >= self.unit.lowest) & (raw < self.unit.beyond)

    def on_minute(self, raw: Ints) -> Bools:
        return np.asarray(raw % (NS_PER_MIN // self.unit.ns) == self.residue)


def axis_of(raw: int, bar_label: BarLabel) -> TimeAxis | None:
    """The axis that one raw time implies under the declared label; None when it is no time at all.

    A label on the minute's last instant is a close label whatever is declared. A whole-minute close
    label looks like an open label, so only the declaration tells.
    """
    unit = unit_of(raw)
    if unit is None:
        return None
    past_minute_ns = raw * unit.ns % NS_PER_MIN
    if past_minute_ns in CLOSE_RESIDUES_NS:
        return TimeAxis(unit, past_minute_ns // unit.ns, past_minute_ns, "close, last instant of the minute")
    if bar_label == "close":
        return TimeAxis(unit, 0, NS_PER_MIN, "close, whole minute, as declared")
    return TimeAxis(unit, 0, 0, "open")


def utc_text(ns: int) -> str:
    """`2022-11-01 00:00` for a UTC instant in ns; seconds follow when there are any."""
    seconds, rest_ns = divmod(ns, NS_PER_S)
    at = datetime.fromtimestamp(seconds, UTC)
    text = at.strftime("%Y-%m-%d %H:%M")
    if rest_ns:
        return f"{text}:{at.second:02d}.{rest_ns:09d}".rstrip("0")
    return f"{text}:{at.second:02d}" if at.second else text
