"""Longer bars built from closed one-minute bars.

Decides when a bucket of minutes is complete. Imports the model and errors.
Invariant: a built bar contains only minutes that were given; holes produce no bars.
"""

from __future__ import annotations

from typing import NamedTuple

from ytc_tui.errors import DataInvalid
from ytc_tui.model.market import NS_PER_MIN, Bar

_NONE: tuple[Bar, ...] = ()


class ClosedBars(NamedTuple):
    """The longer bars that closed with a minute; the newest one where a hole let two close."""

    ttf: Bar | None
    htf: Bar | None


NONE_CLOSED = ClosedBars(None, None)


class TimeframeBuilder:
    """Builds epoch-aligned bars of `minutes`, labelled by open time, one minute at a time."""

    __slots__ = (
        "_bucket",
        "_close",
        "_high",
        "_last_minute_ns",
        "_low",
        "_open",
        "_symbol",
        "_volume",
        "width_ns",
    )

    def __init__(self, minutes: int) -> None:
        if minutes < 1:
            raise ValueError(f"minutes must be at least 1, not {minutes}")
        self.width_ns = minutes * NS_PER_MIN
        self._last_minute_ns = self.width_ns - NS_PER_MIN
        self._bucket = -1
        self._symbol = ""
        self._open = self._high = self._low = self._close = self._volume = 0.0

    def add(self, bar: Bar) -> tuple[Bar, ...]:
        """The bars that close with `bar`, oldest first; at most two.

        A bucket closes when its last minute arrives, or when a bar of a later bucket does. A bar
        that is older than the open bucket raises DataInvalid.
        """
        symbol, open_ns, open_, high, low, close, volume = bar
        offset_ns = open_ns % self.width_ns
        bucket = open_ns - offset_ns
        closed = _NONE
        if bucket == self._bucket:
            if high > self._high:
                self._high = high
            if low < self._low:
                self._low = low
            self._close = close
            self._volume += volume
        else:
            if self._bucket >= 0:
                if bucket < self._bucket:
                    raise DataInvalid(
                        f"bar at {open_ns} ns is older than the open bar at {self._bucket} ns",
                        where=symbol,
                        fix="give bars in time order",
                    )
                closed = (self._built(),)
            self._bucket = bucket
            self._symbol = symbol
            self._open = open_
            self._high = high
            self._low = low
            self._close = close
            self._volume = volume
        if offset_ns >= self._last_minute_ns:
            closed = (*closed, self._built())
            self._bucket = -1
        return closed

    def _built(self) -> Bar:
        return Bar(self._symbol, self._bucket, self._open, self._high, self._low, self._close, self._volume)
