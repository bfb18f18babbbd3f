"""The one door's protocol: what a client may ask of an engine, wherever it runs.

Decides the values that cross the door. Imports the model and the views' names only. Invariants: a receipt
says what the engine did with a command, never what it hopes to do; a view in a frame is frozen.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ytc_tui.model.commands import Command

# The reason of a receipt for a command that needs the PIN begins so.
NEEDS_PIN = "needs the PIN"
# At most so many rows of a page; more is another page.
MAX_PAGE_ROWS = 200


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
    """One journal entry as a line: its number, feed time (UTC ns), type and words."""

    seq: int
    at_ns: int
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first; `before_seq` continues with what is older, 0 = that was all."""

    session_id: str
    rows: tuple[PageRow, ...]
    before_seq: int


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

    async def page(self, before_seq: int = 0, rows: int = 50) -> Page:
        """Journal entries older than `before_seq` (0 = the newest), at most MAX_PAGE_ROWS."""
        ...

    async def explain(self, target: str) -> dict[str, Any]:
        """Why an order, a decision, a trade or an agent is as it is; empty when it is not known."""
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
