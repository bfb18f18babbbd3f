"""What can be wrong with the rows of a bar file.

Decides which rows are refused (semantics.md 9). Imports numpy and sibling shapes only.
Invariant: a row for which no fault is named here has a time on the minute and low <= open, close <= high,
all positive and finite, and a finite volume of at least 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ytc_tui.adapters.feeds.decoding import RawRows
from ytc_tui.adapters.feeds.timestamps import Bools, TimeAxis, unit_of, utc_text


class Fault(StrEnum):
    TORN = "torn row"
    UNREADABLE = "unreadable value"
    NO_TIME = "no time in ms, us or ns"
    MIXED_UNIT = "mixed time units"
    MISALIGNED = "time not on the minute"
    UNSORTED = "out of order"
    DUPLICATE = "duplicate time"
    INTERVAL = "not one-minute bars"
    NOT_FINITE = "price or volume missing or not finite"
    NOT_POSITIVE = "price zero or negative"
    INCONSISTENT = "high or low inconsistent"
    NEGATIVE_VOLUME = "negative volume"
    FUNDING = "bad funding rate"


@dataclass(frozen=True, slots=True)
class FaultAt:
    """One faulty row: its index in the batch (-1 for a line that gave no values) and its number."""

    fault: Fault
    index: int
    row: int
    detail: str


def faults_of(raw: RawRows, axis: TimeAxis) -> Iterator[FaultAt]:
    """Every fault of every row by itself, in no particular order; order between rows is not looked at."""
    for row, text in raw.chunk.torn:
        yield FaultAt(Fault.TORN, -1, row, text)
    for index, name, text in raw.unreadable:
        yield FaultAt(Fault.UNREADABLE, index, raw.chunk.row(index), f"{name} is {text}")
    unreadable_at = {index for index, _, _ in raw.unreadable}
    readable_time = axis.in_unit(raw.time)
    for index in _where(~(readable_time & axis.on_minute(raw.time))):
        if index not in unreadable_at:
            yield _time_fault(raw, axis, index)
    sound = (
        (raw.low > 0)
        & (raw.low <= raw.open)
        & (raw.low <= raw.close)
        & (raw.high >= raw.open)
        & (raw.high >= raw.close)
        & (raw.high < np.inf)
        & (raw.volume >= 0)
        & (raw.volume < np.inf)
    )
    for index in _where(~sound):
        if index not in unreadable_at:
            yield _value_fault(raw, index)
    if raw.funding_rate is not None:
        for index in _where(np.abs(raw.funding_rate) >= 1):
            rate = float(raw.funding_rate[index])
            yield FaultAt(Fault.FUNDING, index, raw.chunk.row(index), f"{rate!r} is no fraction of notional")


def _where(mask: Bools) -> list[int]:
    # A sound batch is the rule: one reduction must be all it costs.
    return np.flatnonzero(mask).tolist() if mask.any() else []


def _time_fault(raw: RawRows, axis: TimeAxis, index: int) -> FaultAt:
    value = int(raw.time[index])
    row = raw.chunk.row(index)
    unit = unit_of(value)
    if unit is None:
        return FaultAt(Fault.NO_TIME, index, row, f"{value}" if value else "time is empty or 0")
    if unit is not axis.unit:
        return FaultAt(
            Fault.MIXED_UNIT, index, row, f"{value} is in {unit.name}, the file in {axis.unit.name}"
        )
    return FaultAt(Fault.MISALIGNED, index, row, f"{utc_text(value * unit.ns)}, labels here are {axis.label}")


def _value_fault(raw: RawRows, index: int) -> FaultAt:
    prices = {
        "open": float(raw.open[index]),
        "high": float(raw.high[index]),
        "low": float(raw.low[index]),
        "close": float(raw.close[index]),
    }
    volume = float(raw.volume[index])
    shown = ", ".join(f"{name} {value!r}" for name, value in prices.items())
    if not all(np.isfinite(value) for value in (*prices.values(), volume)):
        fault, shown = Fault.NOT_FINITE, f"{shown}, volume {volume!r}"
    elif min(prices.values()) <= 0:
        fault = Fault.NOT_POSITIVE
    elif volume < 0:
        fault, shown = Fault.NEGATIVE_VOLUME, f"volume {volume!r}"
    else:
        fault = Fault.INCONSISTENT
    return FaultAt(fault, index, raw.chunk.row(index), shown)
