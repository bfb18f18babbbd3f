"""Economic news: events, the windows that they open, and what stands at an instant.

Decides when entries are refused or halved around news (domain.md 1.4-04). Standard library and the model
only. Invariants: a window includes its first instant and not its last; its edges are whole minutes,
rounded outward, so that what a minute's close decides is never late.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum

from ytc_tui.model.market import NS_PER_MIN

# The currency of events that concern every market.
EVERY_CURRENCY = "ALL"
_HOUSING = re.compile(
    r"\b(housing|homes?|house prices?|building permits|mortgages?|construction spending)\b", re.IGNORECASE
)


class Impact(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class NewsState(StrEnum):
    """What news lets through: everything, smaller entries, or no entry."""

    NORMAL = "normal"
    RESTRICTED = "restricted"
    BLACKOUT = "blackout"


@dataclass(frozen=True, slots=True)
class NewsEvent:
    """One event of the calendar, at `at_ns` (UTC). `forecast` and `previous` as the file has them."""

    at_ns: int
    currency: str
    impact: Impact
    title: str
    forecast: str = ""
    previous: str = ""

    @property
    def label(self) -> str:
        """Title with its currency, e.g. `EUR CPI y/y`; one that begins with currency or country has it."""
        known = self.title.partition(" ")[0] in (self.currency, self.currency[:2])
        return self.title if known else f"{self.currency} {self.title}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Events in order of time. `source` says in words where they are from, empty = there is no calendar."""

    events: tuple[NewsEvent, ...] = ()
    source: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class NewsRules:
    """Which events count, and for how long on each side (ns). `acts` False: they are shown only."""

    acts: bool = True
    flat_before: bool = False
    currencies: tuple[str, ...] = ("USD",)
    before_ns: int = 15 * NS_PER_MIN
    after_ns: int = 15 * NS_PER_MIN
    restricted_ns: int = 10 * NS_PER_MIN
    restricted_housing_ns: int = 5 * NS_PER_MIN


@dataclass(frozen=True, slots=True)
class NewsWindow:
    """The time around one event, [from_ns, until_ns)."""

    event: NewsEvent
    from_ns: int
    until_ns: int

    @property
    def state(self) -> NewsState:
        return NewsState.BLACKOUT if self.event.impact is Impact.HIGH else NewsState.RESTRICTED


@dataclass(frozen=True, slots=True)
class NewsStretch:
    """A time in which the same windows are open; `windows` begin with the one that decides the state."""

    windows: tuple[NewsWindow, ...] = ()

    @property
    def state(self) -> NewsState:
        return self.windows[0].state if self.windows else NewsState.NORMAL

    @property
    def until_ns(self) -> int:
        """When the last open window of this state closes; 0 in normal times."""
        return max((window.until_ns for window in self.windows if window.state is self.state), default=0)


@dataclass(frozen=True, slots=True)
class News:
    """The events that concern a session, under its rules."""

    calendar: Calendar = field(default_factory=Calendar)
    rules: NewsRules = field(default_factory=NewsRules)
    events: tuple[NewsEvent, ...] = field(init=False)
    windows: tuple[NewsWindow, ...] = field(init=False)
    _edges: tuple[int, ...] = field(init=False)  # where what stands, or what comes next, changes
    _stretches: tuple[NewsStretch, ...] = field(init=False)  # from each edge on
    _times: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        wanted = {*self.rules.currencies, EVERY_CURRENCY}
        events = tuple(event for event in self.calendar.events if event.currency in wanted)
        windows = tuple(window for event in events if (window := window_of(event, self.rules)))
        edges = {window.from_ns for window in windows} | {window.until_ns for window in windows}
        counted = tuple(event.at_ns for event in events if event.impact is not Impact.LOW)
        edges |= set(counted)
        for name, value in (
            ("events", events),
            ("windows", windows),
            ("_edges", tuple(sorted(edges))),
            ("_stretches", _stretches(windows, sorted(edges))),
            ("_times", tuple(event.at_ns for event in events)),
        ):
            object.__setattr__(self, name, value)

    def at(self, now_ns: int) -> NewsStretch:
        """What stands at `now_ns`."""
        place = bisect_right(self._edges, now_ns)
        return self._stretches[place - 1] if place else _QUIET

    def moved(self, since_ns: int, now_ns: int) -> bool:
        """Whether a window began or ended, or an event passed, in (since_ns, now_ns]."""
        return bisect_right(self._edges, since_ns) != bisect_right(self._edges, now_ns)

    def next_event(self, now_ns: int) -> NewsEvent | None:
        """The next event of high or medium impact after `now_ns`; of several at once the highest."""
        first: NewsEvent | None = None
        for event in self.events[bisect_right(self._times, now_ns) :]:
            if first is not None and event.at_ns != first.at_ns:
                break
            if event.impact is Impact.HIGH:
                return event
            if event.impact is Impact.MEDIUM and first is None:
                first = event
        return first

    def between(self, from_ns: int, until_ns: int) -> tuple[NewsEvent, ...]:
        """Events in [from_ns, until_ns]."""
        return self.events[bisect_right(self._times, from_ns - 1) : bisect_right(self._times, until_ns)]

    def covers(self, from_ns: int, until_ns: int) -> bool:
        """Whether [from_ns, until_ns] lies within the time that the calendar tells of."""
        events = self.calendar.events
        return bool(events) and events[0].at_ns <= until_ns and events[-1].at_ns >= from_ns


_QUIET = NewsStretch()


def window_of(event: NewsEvent, rules: NewsRules) -> NewsWindow | None:
    """The window that `event` opens; None for low impact, or where its length is set to 0."""
    match event.impact:
        case Impact.HIGH:
            before_ns, after_ns = rules.before_ns, rules.after_ns
        case Impact.MEDIUM:
            housing = _HOUSING.search(event.title) is not None
            before_ns = after_ns = rules.restricted_housing_ns if housing else rules.restricted_ns
        case Impact.LOW:
            return None
    if not before_ns and not after_ns:
        return None
    from_ns = (event.at_ns - before_ns) // NS_PER_MIN * NS_PER_MIN
    until_ns = -(-(event.at_ns + after_ns) // NS_PER_MIN) * NS_PER_MIN
    return NewsWindow(event, from_ns, until_ns)


def _stretches(windows: tuple[NewsWindow, ...], edges: list[int]) -> tuple[NewsStretch, ...]:
    """What stands from each edge on; windows are walked in order of their beginnings."""
    waiting = sorted(windows, key=lambda window: window.from_ns, reverse=True)
    open_now: list[NewsWindow] = []
    found = []
    for edge in edges:
        open_now = [window for window in open_now if window.until_ns > edge]
        while waiting and waiting[-1].from_ns <= edge:
            open_now.append(waiting.pop())
        # Blackouts first, then by time.
        ordered = sorted(open_now, key=lambda w: (w.event.impact is not Impact.HIGH, w.event.at_ns))
        found.append(NewsStretch(tuple(ordered)))
    return tuple(found)
