"""The session clock: which sessions a range holds, and their hours (semantics.md 2).

Decides windows from local opens, DST-safe. Standard library and the policy only; no wall clock.
Invariant: one session per local calendar date; times are UTC nanoseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ytc_tui.engine.policy import Window
from ytc_tui.model.market import NS_PER_DAY, NS_PER_MIN, NS_PER_S

# Before the data ends, this much is left to close what is open at real prices.
FEED_END_MARGIN_NS = 5 * NS_PER_MIN
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Hours:
    """When sessions open, in `timezone`, and how long their phases last (minutes, hours as ns)."""

    opens_at: time
    weekdays: tuple[str, ...]
    timezone: str
    pre_market_ns: int
    session_open_ns: int
    planned_ns: int
    hard_ns: int

    def window(self, init_ns: int, date: str, feed_end_ns: int | None) -> Window:
        """The hours of a session whose INIT is at `init_ns`; data that ends early ends it early."""
        open_ns = init_ns + self.pre_market_ns
        planned, hard = open_ns + self.planned_ns, open_ns + self.hard_ns
        early = False
        if feed_end_ns is not None and feed_end_ns < hard:
            hard = max(open_ns, feed_end_ns - FEED_END_MARGIN_NS)
            early = hard < planned
            planned = min(planned, hard)
        return Window(date, init_ns, open_ns, open_ns + self.session_open_ns, planned, hard, early)


def windows(hours: Hours, from_ns: int, to_ns: int, feed_end_ns: int) -> Sequence[Window]:
    """The sessions of [from_ns, to_ns).

    A range of at most a day is one session whose INIT is its start; a longer one holds a session for
    each local date with an open inside it, on the configured weekdays.
    """
    zone = ZoneInfo(hours.timezone)
    if to_ns - from_ns <= NS_PER_DAY:
        local = _local(from_ns, zone)
        return (hours.window(from_ns, local.date().isoformat(), min(feed_end_ns, to_ns)),)
    found = []
    date = _local(from_ns, zone).date() - timedelta(days=1)
    last = _local(to_ns, zone).date()
    while date <= last:
        opens = datetime.combine(date, hours.opens_at, zone)
        open_ns = int(opens.timestamp()) * NS_PER_S
        init_ns = open_ns - hours.pre_market_ns
        if _WEEKDAYS[date.weekday()] in hours.weekdays and from_ns <= init_ns and open_ns < to_ns:
            found.append(hours.window(init_ns, date.isoformat(), min(feed_end_ns, to_ns)))
        date += timedelta(days=1)
    return tuple(found)


def begins_in(window: Window, open_ns: int) -> bool:
    """Whether `window`'s session begins with a minute that opens at `open_ns`, if it has not begun."""
    return open_ns + NS_PER_MIN > window.init_ns


def local_day_end_ns(at_ns: int, timezone: str) -> int:
    """When the local calendar day of `at_ns` ends, UTC ns."""
    zone = ZoneInfo(timezone)
    after = _local(at_ns, zone).date() + timedelta(days=1)
    return int(datetime.combine(after, time(), zone).timestamp()) * NS_PER_S


def _local(at_ns: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_ns // NS_PER_S, UTC).astimezone(zone)
