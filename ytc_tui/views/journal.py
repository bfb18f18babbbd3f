"""A session's journal as its readers see it: decoded events with their place, and what was found wrong.

Decides how times and foreign text enter a view. Imports the model only. Invariant: reading is pure; an
entry's sequence number travels with everything that was read from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from ytc_tui.model.chain import Entry
from ytc_tui.model.events import (
    AnswerRepeated,
    Event,
    TaskAnswered,
    TaskReported,
    TaskRequested,
    decode_event,
)
from ytc_tui.model.market import NS_PER_S

_SHORT = 12


class Recorded(NamedTuple):
    """An event with the entry that it came from."""

    entry: Entry
    event: Event

    @property
    def seq(self) -> int:
        return self.entry.seq

    @property
    def at_ns(self) -> int:
        """Feed time, UTC ns."""
        return self.entry.at


class Difference(NamedTuple):
    """Something that is not as it must be, at entry `seq`: what was found, and what it should be."""

    seq: int
    what: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"entry {self.seq}: {self.what}: {self.found}; expected {self.expected}"


@dataclass(slots=True)
class Reading:
    """Entries on their way to their readers; begin with the first entry of the session."""

    _answered: dict[str, TaskAnswered] = field(default_factory=dict)  # by agent

    def full(self, entry: Entry, event: Event) -> Event:
        """The event of `entry`; a repeated answer as the one that it repeats. ValueError names an entry that
        cannot be read."""
        if isinstance(event, AnswerRepeated):
            before = self._answered.get(event.agent)
            if before is None:
                raise ValueError(f"entry {entry.seq}: {event.agent} has no answer that it could repeat")
            event = TaskAnswered(event.task(before.task), before.status, before.result)
        if isinstance(event, TaskAnswered):
            self._answered[event.task.agent_target] = event
        return event

    def of(self, entry: Entry, event: Event) -> tuple[Recorded, ...]:
        """The entry with its event as `full` gives it; a task that was answered at once as its request and
        its report, both of one entry."""
        event = self.full(entry, event)
        if not isinstance(event, TaskAnswered):
            return (Recorded(entry, event),)
        return Recorded(entry, TaskRequested(event.task)), Recorded(entry, TaskReported(event.response))


def recorded(entries: Iterable[Entry]) -> Iterator[Recorded]:
    """Every entry with its event, as `Reading` gives it."""
    reading = Reading()
    for entry in entries:
        yield from reading.of(entry, decode_event(entry))


def utc(at_ns: int) -> str:
    """`2022-11-08 12:31:20Z`."""
    return datetime.fromtimestamp(at_ns // NS_PER_S, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def plain(amount: Decimal) -> str:
    """`amount` exactly, without exponent and trailing zeros."""
    text = format(amount, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def short(amount: Decimal) -> str:
    """`amount` as people read it: exact up to twelve characters, else at six significant digits."""
    exact = plain(amount)
    return exact if len(exact) <= _SHORT else plain(Decimal(f"{amount:.6g}"))
