"""The one door's protocol: what a client may ask of an engine, wherever it runs.

Decides the values that cross the door. Imports the model and the views only. Invariants: a receipt
says what the engine did with a command, never what it hopes to do; a view in a frame is frozen.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ytc_tui.model.commands import Command
from ytc_tui.views.entry_lines import FieldLine
from ytc_tui.views.journal_query import PageQuery
from ytc_tui.views.review import PastSessions, Review

# The reason of a receipt for a command that needs the PIN begins so.
NEEDS_PIN = "needs the PIN"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a command. `effects` are the events that it led to at once, in words;
    `unconfirmed` lists what was sent and not yet confirmed by the venue."""

    command_id: str
    accepted: bool
    reason: str
    session_id: str
    at_ns: int
    effects: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What changed since the frame before, all of it in the first. `number` counts the frames of one
    subscription; a frame without views says that the engine lives. `views` by name; None = there is no
    such thing now (no session, a symbol that is not traded)."""

    number: int
    at_ns: int
    views: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageRow:
    """One journal entry as a line: its number, feed time (UTC ns), type, kind (`EntryKind`), words, and what
    can be explained of it."""

    seq: int
    at_ns: int
    type: str
    kind: str
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first, of which there may be fewer than were asked for, or none, though there are more:
    a page is handed over before a client would wait for it.

    `before_seq` continues with what is older, 0 = that was all; `after_seq` with what is newer, of a page
    that was asked for after an entry. Everything up to there was looked at. `last_seq` is the journal's last
    entry; `indexed_seq` how far its index reaches, and `no_index` why there is none.
    """

    session_id: str
    rows: tuple[PageRow, ...]
    before_seq: int
    after_seq: int = 0
    last_seq: int = 0
    indexed_seq: int = 0
    no_index: str = ""


@dataclass(frozen=True, slots=True)
class WholeEntry:
    """One journal entry with all that it holds; of the fields of its body `left_out` more than are here."""

    row: PageRow
    version: int
    correlation: str
    causation: str
    prev_hash: str
    hash: str
    fields: tuple[FieldLine, ...]
    left_out: int = 0


NEWEST = PageQuery()


class EngineClient(Protocol):
    """A running engine, local or remote. Every method raises EngineUnreachable when nobody answers."""

    def frames(self, names: Collection[str]) -> AsyncGenerator[Frame, None]:
        """Frames of the views `names`: everything at once, then what changes, at most ten a second and
        at least one a second. Ends with EngineUnreachable; UsageInvalid for a name that is no view."""
        ...

    async def status(self, component: str | None = None) -> dict[str, Any]:
        """The session document with health and metrics, or one component's health."""
        ...

    async def send(self, command: Command) -> Receipt:
        """Carry out an operator command and say what became of it."""
        ...

    async def page(self, query: PageQuery = NEWEST) -> Page:
        """Journal entries that `query` asks for. Raises UsageInvalid saying what of it cannot be answered."""
        ...

    async def entry(self, seq: int) -> WholeEntry | None:
        """The journal entry `seq`, None where there is none."""
        ...

    async def explain(self, target: str) -> dict[str, Any]:
        """Why an order, a decision, a trade or an agent is as it is; empty when it is not known."""
        ...

    async def sessions(self) -> PastSessions:
        """The sessions that are on record where this engine keeps its own."""
        ...

    async def review(self, session: str) -> Review:
        """The session of this id, as its report has it. UsageInvalid where there is none."""
        ...


class PlaybackClient(EngineClient, Protocol):
    """A past session, shown as of one place in it; commands are refused. A step or a jump pauses it."""

    def toggle(self) -> None:
        """Play or pause."""
        ...

    def step_bars(self, count: int) -> None:
        """`count` bars on, or back where it is below 0."""
        ...

    def step_entries(self, count: int) -> None:
        """`count` journal entries on, or back where it is below 0."""
        ...

    def change_speed(self, *, up: bool) -> None:
        """The next faster or slower speed."""
        ...

    def seek(self, where: str) -> None:
        """Go to a time, an id, an entry's number, `start` or `end`. Raises UsageInvalid."""
        ...
